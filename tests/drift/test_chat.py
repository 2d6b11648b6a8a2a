"""What a message says, and that it stays short and harmless."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from reconciler.diagnostics import Diagnostic, Severity, error, warning
from reconciler.model.gravity import Gravity
from reconciler.model.look import Look, NotLooked
from reconciler.model.message import Message, Tone
from reconciler.model.plan import Action, Change, FieldChange, Stranger
from reconciler.report.drift_chat import LONGEST, drift_message, worth_telling
from reconciler.review.news import Report, record_of, report_of
from tests.report import samples

SCRATCH = Stranger(
    "device",
    "s-1",
    "scratch",
    created_at="2019-11-14T14:13:20Z",
    hourly=Decimal("2"),
    billed=True,
    made_by="Ada L",
)


def looked(*changes: Change, **more: Any) -> Look:
    return samples.looked(samples.plan(*changes, **more))


def message(*looks: Look) -> Message:
    return drift_message(report_of(looks), lambda text: text)


def named(name: str, gravity: Gravity = Gravity.COSMETIC) -> Change:
    field = FieldChange(("hostname",), "canary-live", "canary-wanted")
    return samples.change(f"projects.edge.devices.{name}", "device", Action.UPDATE, fields=(field,), gravity=gravity)


def test_it_has_the_counts_the_gravest_first_and_no_value() -> None:
    found = message(looked(named("a"), named("b", Gravity.SECURITY), samples.create(), strangers=(SCRATCH,)))
    assert found == Message(
        "Drift: edge",
        """\
**`edge`**: 2 changed, 1 missing, 0 unexpected

- `projects.edge.devices.b` has changed, security
- `projects.edge.devices.a` has changed, cosmetic
- `projects.edge.devices.web[0]` is missing, cosmetic
- 1 stranger, `$2.00/h ($1,460.00/month)` at list price: `device scratch`, 3 days old, made by `Ada L`""",
        Tone.BAD,
    )


def test_of_many_findings_the_first_are_named_and_the_rest_is_counted() -> None:
    text = message(looked(*(named(f"n{number}") for number in range(9)))).body
    assert text.count("has changed, cosmetic") == 5
    assert text.endswith("- ... and 4 more")


def test_what_could_not_be_looked_at_says_why() -> None:
    found = message(NotLooked("edge", "stack.yaml", (error("no-token", "no API token"),), 1), looked())
    assert found.title == "Drift: 0 of 2 stacks, 1 could not be looked at"
    assert "**`edge`**: could not be looked at\n\n- `no-token: no API token`\n" in found.body
    assert found.tone is Tone.BAD


def test_of_stacks_that_are_as_they_were_there_is_only_the_number() -> None:
    first = looked(named("a"))
    other = samples.looked(samples.plan())
    other = type(other)(other.plan, other.at, "other.yaml")
    before = record_of([first, other], samples.AT, None)
    report = report_of([looked(named("a"), named("b")), other], before)
    text = drift_message(report, lambda text: text).body
    assert "- `projects.edge.devices.b` has changed, cosmetic (new)\n" in text
    assert "- `projects.edge.devices.a` has changed, cosmetic\n" in text
    assert text.endswith("1 other stack: nothing to tell")


def test_that_all_is_well_again_is_told() -> None:
    report = report_of([looked()], record_of([looked(named("a"))], samples.AT, None))
    found = drift_message(report, lambda text: text)
    assert worth_telling(report)
    assert (found.body, found.tone) == ("**`edge`**: no drift\n\n- 1 gone since the last report", Tone.GOOD)


@pytest.mark.parametrize(
    ("look", "worth"),
    [
        (looked(), False),
        (looked(diagnostics=(Diagnostic(Severity.NOTE, "no-prices", "x"),)), False),
        (looked(diagnostics=(warning("expired-waiver", "x"),)), True),
        (looked(strangers=(SCRATCH,)), True),
        (looked(named("a")), True),
    ],
)
def test_nothing_is_sent_where_there_is_nothing_to_tell(look: Look, worth: bool) -> None:
    assert worth_telling(report_of([look])) is worth


HOSTILE = (
    "`` <!channel> @everyone <@U123> [x](http://evil) *b* \n# head",
    "a`b [x](http://evil) `c",
    "`",
    "ends with \\",
    "https://evil.example www.evil.example [x][1] [1]: evil",
)


@pytest.mark.parametrize("payload", HOSTILE)
def test_foreign_text_stays_code_and_calls_nobody(payload: str) -> None:
    """Chats know code between two single backticks, and nothing that would hold inside it."""
    stranger = Stranger("device", "s-1", payload, made_by=payload)
    unseen = NotLooked(payload, payload, (error("api", payload),), 1)
    for found in (message(looked(strangers=(stranger,)), unseen), message(unseen)):
        outside = re.sub(r"`[^`]*`", "", found.body)
        assert not re.search(r"evil|everyone|channel|U123|head|ends|[`\\]", found.title + outside)
        assert not re.search(r"[<>@]|://|www\.|\\`|\]\(|\]\[", found.title + found.body)
        assert "\n#" not in found.body


def test_a_stack_without_a_name_is_named_in_code_only() -> None:
    found = message(NotLooked("stacks/*x*.yaml", "stacks/*x*.yaml", (error("no-stack", "x"),), 1))
    assert found.title == "Drift: 0 of 1 stack, 1 could not be looked at"
    assert found.body.startswith("**`stacks/*x*.yaml`**: could not be looked at\n")


def test_secrets_are_taken_out() -> None:
    found = drift_message(report_of([looked(strangers=(SCRATCH,))]), lambda text: text.replace("Ada L", "(sensitive)"))
    assert "made by `(sensitive)`" in found.body


def test_it_stays_short_however_much_there_is() -> None:
    looks = [samples.looked(samples.plan(*(named(f"{'x' * 300}{number}") for number in range(9)))) for _ in range(40)]
    report = Report(tuple(looks), (None,) * 40)
    text = drift_message(report, lambda text: text).body
    assert len(text.encode()) <= LONGEST
    assert re.search(r"\.\.\. and \d+ stacks more", text)


def test_one_stack_alone_is_cut_between_its_lines() -> None:
    """A service that would cut a longer one could do so in a span."""
    wide = "\N{GRINNING FACE}" * 500
    stranger = Stranger("device", "s-1", wide, made_by=wide)
    told = [warning("lookalike", f"{number}{wide}") for number in range(9)]
    text = message(looked(*(named(f"n{number}") for number in range(9)), strangers=(stranger,), diagnostics=told)).body
    assert len(text.encode()) <= LONGEST
    assert text.count("`") % 2 == 0
    assert re.search(r"\n- \.\.\. and \d lines more$", text)
