"""Defects in a look at accounts by night: what is found, what is told again, and whom it is told."""

from __future__ import annotations

from tests.defects.defect import Defect, suite

_CLI = suite("cli/test_drift.py")
_STRANGERS = suite("drift/test_strangers.py")
_ACCEPTED = suite("drift/test_accepted.py")
_NEWS = suite("drift/test_news.py")
_CHAT = suite("drift/test_chat.py")
_NOTIFY = suite("drift/test_notify.py")
_METRICS = suite("report/test_metrics.py")
_APPRISE = "reconciler/app/notify.py"
_MAKERS = "reconciler/engine/makers.py"
_REVIEW = "reconciler/review/news.py"
_REPORTER = "reconciler/cli/drift_report.py"

NIGHTLY = (
    Defect(
        "one stack that cannot be read hides those after it",
        "reconciler/cli/looks.py",
        "            looks.append(NotLooked(each.name, each.title, tuple(found), code))\n",
        "            looks.append(NotLooked(each.name, each.title, tuple(found), code))\n            break\n",
        _CLI,
    ),
    Defect(
        "a stack that nobody could look at counts as looked at",
        "reconciler/report/metrics.py",
        "self._checked.labels(stack).set(isinstance(look, Looked))",
        "self._checked.labels(stack).set(1)",
        _METRICS,
    ),
    Defect(
        "of two stacks of one name the last one counts",
        "reconciler/report/metrics.py",
        "max(worst.get(each.stack, each), each, key=_badness)",
        "each",
        _METRICS,
    ),
    Defect(
        "whoever touched a machine last year has made it",
        "reconciler/kinds/common.py",
        "at - born <= _WITH_ITS_BIRTH and name",
        "name",
        _STRANGERS,
    ),
    Defect(
        "each of a thousand strangers is asked about",
        _MAKERS,
        "names = list(pool.map(name, asked[:ASKED]))",
        "names = list(pool.map(name, asked))",
        _STRANGERS,
    ),
    Defect(
        "events that cannot be read stop the report",
        _MAKERS,
        "except (WireError, *NOT_UNDERSTOOD):",
        "except NOT_UNDERSTOOD:",
        _STRANGERS,
    ),
    Defect(
        "what another stack of the repository owns counts as waste",
        "reconciler/report/drift.py",
        "for each in plan.strangers if each.owner not in stacks}",
        "for each in plan.strangers}",
        _STRANGERS,
    ),
    Defect(
        "a lock that the stack ignores is drift",
        "reconciler/engine/unasked.py",
        "tuple(each for each in found if each.path[0] not in ignored)",
        "tuple(found)",
        _ACCEPTED,
    ),
    Defect(
        "what a stack ignores is compared though its value is not known yet",
        "reconciler/engine/diff.py",
        "certain = {name: value for name, value in settled.values.items() if name not in settled.unknown}",
        "certain = dict(settled.values)",
        _ACCEPTED,
    ),
    Defect(
        "a secret makes the digest that is kept",
        _REVIEW,
        '"" if each.secret or str(each.path[0]) in secrets else _values(each)',
        "_values(each)",
        _NEWS,
    ),
    Defect(
        "what was known of a stack is forgotten while it cannot be read",
        _REVIEW,
        "kept = _before(each, before) if isinstance(each, NotLooked) else {}",
        "kept: Findings = {}",
        _NEWS,
    ),
    Defect(
        "each edit of a file makes its warnings new",
        _REVIEW,
        "found.place.file if found.place is not None",
        "str(found.place) if found.place is not None",
        _NEWS,
    ),
    Defect(
        "metrics are left out while nothing is new",
        _REPORTER,
        "if not repeats or self.form in READ_WHOLE:",
        "if not repeats:",
        _CLI,
    ),
    Defect(
        "a message that was not taken counts as told",
        _REPORTER,
        "(self._sent(report) and self._remembered(report, before))",
        "(self._remembered(report, before) and self._sent(report))",
        _CLI,
    ),
    Defect(
        "a job whose message failed ends as if all were well",
        _REPORTER,
        "(Exit.DONE if kept else Exit.ERROR)",
        "Exit.DONE",
        _CLI,
    ),
    Defect(
        "a damaged record ends the command",
        _REPORTER,
        "except (OSError, ValueError) as problem:",
        "except OSError as problem:",
        _CLI,
    ),
    Defect(
        "messages travel in the clear",
        _APPRISE,
        "    if plain or address",
        "    if address",
        _NOTIFY,
    ),
    Defect(
        "a service that has moved is followed",
        _APPRISE,
        "            plugin.redirects = False\n",
        "",
        _NOTIFY,
    ),
    Defect(
        "the token of a URL is told where its service fails",
        _APPRISE,
        "Scrubber([*self._urls, *_pieces(url)])",
        "Scrubber(self._urls)",
        _NOTIFY,
    ),
    Defect(
        "a chat is called to all hands by a hostname",
        "reconciler/report/drift_chat.py",
        "text.translate(_ALIKE)",
        "text",
        _CHAT,
    ),
)
