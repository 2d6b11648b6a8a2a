"""What of a look is new, still there, or gone since the last report: nobody reads the same page every night.

A finding has a name, which stays the same while it is there and can be read, and a digest of what makes it another one.
Neither has a value in it, so that they may be kept in a file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.model.look import Look, NotLooked
from reconciler.model.plan import Change, FieldChange, Stranger
from reconciler.review.drift import accepted, drift_word, drifted_fields, drifting
from reconciler.values import Json, Unknown, digest

Findings = Mapping[str, str]
"""The digests of findings by their names."""
_UNSEEN: Final = "it could not be looked at"


@dataclass(frozen=True, slots=True)
class Told:
    """What was reported of a stack last, and when."""

    at: datetime
    findings: Findings


Record = Mapping[str, Told]
"""What was reported last of each stack, by the title of its look: the file may be known where the name is not."""


@dataclass(frozen=True, slots=True)
class StackNews:
    """What has come (or has become another) and what has gone since the last report `at` a moment; `still` is how many
    findings are as they were.
    """

    at: datetime
    new: frozenset[str]
    still: int
    gone: tuple[str, ...]

    @property
    def any(self) -> bool:
        return bool(self.new or self.gone)


def change_name(change: Change) -> str:
    """`projects.edge is missing`."""
    word = drift_word(change)
    return f"{change.address} {'has changed' if word == 'changed' else f'is {word}'}"


def stranger_name(stranger: Stranger) -> str:
    return f"{stranger.kind} {stranger.id} is a stranger"


def accepted_name(change: Change, field: FieldChange) -> str:
    return f"{change.address} {'.'.join(map(str, field.path))} is accepted"


def findings_of(look: Look) -> Findings:
    """All that a report of the look tells. Prices, ages, notes and the values of what is accepted make no news; of what
    could not be looked at it is only known with which codes.
    """
    if isinstance(look, NotLooked):
        return {f"{_UNSEEN} ({each.code})": "" for each in look.findings}
    found = {change_name(each): _essence(each) for each in drifting(look.plan)}
    found |= {stranger_name(each): digest([each.inside, each.owner, each.left_by], 16) for each in look.plan.strangers}
    found |= {accepted_name(change, field): "" for change in accepted(look.plan) for field in change.ignored}
    told: dict[str, list[Json]] = {}
    for each in (*look.findings, *look.plan.diagnostics):
        if each.severity is not Severity.NOTE:
            told.setdefault(_told_name(each), []).append(each.summary)
    return {**found, **{name: digest(summaries, 16) for name, summaries in told.items()}}


def record_of(looks: Sequence[Look], at: datetime, before: Record | None) -> Record:
    """What to remember of a report. Of a stack that could not be looked at nobody knows what has gone, so what was
    known of it is kept.
    """
    found: dict[str, Told] = {}
    for each in looks:
        kept = _before(each, before) if isinstance(each, NotLooked) else {}
        lasting = {name: what for name, what in kept.items() if not name.startswith(_UNSEEN)}
        found[each.title] = Told(at, {**lasting, **findings_of(each)})
    return found


def news_of(look: Look, before: Record | None) -> StackNews | None:
    """What is new of a stack; None where it was never reported."""
    if before is None or look.title not in before:
        return None
    was, now = _before(look, before), findings_of(look)
    new = frozenset(name for name, what in now.items() if was.get(name) != what)
    gone = () if isinstance(look, NotLooked) else tuple(sorted(name for name in was if name not in now))
    return StackNews(before[look.title].at, new, len(now) - len(new), gone)


@dataclass(frozen=True, slots=True)
class Report:
    """Looks at stacks and what is new of each (None: all of it), and the titles of those that the last report had and
    that are not there any more.
    """

    looks: tuple[Look, ...]
    news: tuple[StackNews | None, ...]
    dropped: tuple[str, ...] = ()

    @property
    def repeats(self) -> bool:
        """Whether it tells what the last one did."""
        return not self.dropped and all(each is not None and not each.any for each in self.news)


def report_of(looks: Sequence[Look], before: Record | None = None, *, whole: bool = False) -> Report:
    """Looks beside the last report; a `whole` one is of all the stacks that there are."""
    gone = sorted(set(before or ()) - {each.title for each in looks}) if whole else ()
    return Report(tuple(looks), tuple(news_of(each, before) for each in looks), tuple(gone))


def _before(look: Look, before: Record | None) -> Findings:
    return before[look.title].findings if before is not None and look.title in before else {}


def _essence(change: Change) -> str:
    secrets = change.secrets
    fields: list[Json] = [
        ["/".join(map(str, each.path)), "" if each.secret or str(each.path[0]) in secrets else _values(each)]
        for each in drifted_fields(change)
    ]
    return digest([change.live.id if change.live is not None else "", str(change.gravity or ""), fields], 16)


def _values(field: FieldChange) -> str:
    """A digest, since a value may be one that nobody wants in a file."""
    return digest(json.dumps([_settled(field.before), _settled(field.after)], sort_keys=True, default=str), 16)


def _settled(value: Any) -> Any:
    """A value with its unknown parts alike."""
    if isinstance(value, Mapping):
        return {str(name): _settled(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_settled(each) for each in value]
    return str(value) if isinstance(value, Unknown) else value


def _told_name(found: Diagnostic) -> str:
    """Without the line, which every edit of a file moves."""
    where = found.address or (found.place.file if found.place is not None else "")
    return f"{where}: {found.code}" if where else found.code
