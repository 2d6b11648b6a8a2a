"""Drift: where the live account differs from the stack, read off a plan that nobody is going to apply.

What a plan would create is missing, what it would delete is unexpected (ours, yet not declared), what it would update
or replace has changed. Strangers are listed, but they are not drift: they belong to somebody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciler.model.gravity import Gravity
from reconciler.model.plan import Action, Change, FieldChange, Plan
from reconciler.report.diagnostics_text import diagnostics_page
from reconciler.report.fields import scalar
from reconciler.report.human import strangers_page
from reconciler.report.page import Page, Span, Style
from reconciler.report.plan_json import diagnostic_json, field_json, stranger_json
from reconciler.report.scrub import SENSITIVE
from reconciler.report.words import plural

LONGEST = 60
"""Longer values are cut in the text form; the JSON form has them whole."""


def drifted(plan: Plan) -> bool:
    """A mark that is to say another address is a change of the file, not of what is live."""
    return any(each.action is not Action.NOOP or each.unasked for each in plan.changes)


_FOLLOWS_OTHERS = frozenset({"parent_replaced", "sibling_changes", "let_go", "lets_go"})
"""Reasons of changes that are made only because something else changes."""


def drifting(plan: Plan) -> list[Change]:
    """What differs by itself; what would only be changed because something else is has not drifted."""
    return [
        each
        for each in plan.changes
        if each.unasked or (each.action is not Action.NOOP and each.reason not in _FOLLOWS_OTHERS)
    ]


def drift_word(change: Change) -> str:
    """`missing`, `unexpected` or `changed`."""
    return {Action.CREATE: "missing", Action.DELETE: "unexpected"}.get(change.action, "changed")


def drift_page(change: Change) -> Page:
    """One of those that differ, as it stands in the text form."""
    page = Page()
    write = {"missing": _missing, "unexpected": _unexpected}.get(drift_word(change), _changed)
    write(page, [change])
    return page


def drifted_fields(change: Change) -> tuple[FieldChange, ...]:
    """What an apply would set right, and what the stack does not ask for."""
    return (*change.fields, *change.unasked)


def render_drift(plan: Plan, *, colour: bool) -> str:
    """The drift as text, the summary last."""
    page = strangers_page(plan.strangers)
    found = drifting(plan)
    missing = [each for each in found if each.action is Action.CREATE]
    unexpected = [each for each in found if each.action is Action.DELETE]
    changed = [each for each in found if each.action not in (Action.CREATE, Action.DELETE)]
    _missing(page, missing)
    _unexpected(page, unexpected)
    _changed(page, changed)
    page.blank()
    page.extend(diagnostics_page(plan.diagnostics))
    if not drifted(plan):
        what = (" The live account matches the configuration.", Style.BOLD)
        page.line(("No drift.", Style.BOLD_GREEN), what)
    else:
        counts = f" {len(changed)} changed, {len(missing)} missing, {len(unexpected)} unexpected."
        page.line(("Drift:", Style.BOLD), counts)
    if plan.strangers:
        page.line(f"{plural(len(plan.strangers), 'stranger')} (not managed by this stack, not counted as drift).")
    return page.text(colour=colour)


def drift_document(plan: Plan, *, tool_version: str) -> dict[str, Any]:
    """The drift as one JSON document."""
    resources = [
        {
            "address": str(each.address),
            "type": each.kind,
            "drift": drift_word(each),
            "gravity": str(gravity_of(each)),
            "id": each.live.id if each.live is not None else None,
            "because": each.because,
            "source": {"file": each.place.file, "line": each.place.line} if each.place is not None else None,
            "fields": [_live_and_wanted(each, field) for field in drifted_fields(each)],
        }
        for each in drifting(plan)
    ]
    words = [each["drift"] for each in resources]
    counts = {word: words.count(word) for word in ("changed", "missing", "unexpected")}
    return {
        "format_version": "1.0",
        "tool_version": tool_version,
        "stack": plan.stack,
        "drifted": drifted(plan),
        "summary": {**counts, "strangers": len(plan.strangers)},
        "gravity": {str(each): count for each, count in gravities(drifting(plan)).items()},
        "resources": resources,
        "strangers": [stranger_json(each) for each in plan.strangers],
        "diagnostics": [diagnostic_json(each) for each in plan.diagnostics],
    }


def _live_and_wanted(change: Change, field: FieldChange) -> dict[str, Any]:
    document = field_json(field, change.secrets)
    kept = {"path": document["path"], "live": document["before"], "wanted": document["after"]}
    return {**kept, "sensitive": "sensitive" in document}


def gravity_of(change: Change) -> Gravity:
    return change.gravity or Gravity.COSMETIC


def gravities(changes: Sequence[Change]) -> dict[Gravity, int]:
    """How many there are of each, the gravest first; all of them, for whoever draws a line over time."""
    return {each: sum(gravity_of(change) is each for change in changes) for each in Gravity}


def _grave(change: Change) -> str:
    """Said where it is more than a word on a label."""
    return f" [{change.gravity}]" if change.gravity in (Gravity.SECURITY, Gravity.DISRUPTIVE) else ""


def _missing(page: Page, changes: Sequence[Change]) -> None:
    for each in changes:
        page.line(
            ("  # ", Style.BOLD),
            (str(each.address), Style.BOLD),
            (" is missing", Style.RED),
            f" ({each.kind}){_grave(each)}",
        )
    page.blank()


def _unexpected(page: Page, changes: Sequence[Change]) -> None:
    for each in changes:
        known = f" ({each.kind} {each.live.id})" if each.live is not None else f" ({each.kind})"
        reason = f": {each.because}" if each.because else ""
        what = (" is unexpected", Style.YELLOW)
        page.line(("  # ", Style.BOLD), (str(each.address), Style.BOLD), what, f"{known}{_grave(each)}{reason}")
    page.blank()


def _changed(page: Page, changes: Sequence[Change]) -> None:
    for each in changes:
        page.line(("  # ", Style.BOLD), (str(each.address), Style.BOLD), (" has changed", Style.YELLOW), _grave(each))
        fields = drifted_fields(each)
        if not fields and each.because:
            page.line(f"      {each.because}")
        for field in fields:
            secret = field.secret or str(field.path[0]) in each.secrets
            name = ".".join(map(str, field.path))
            page.line(f"      {name}: ", *_values(field, secret))
        page.blank()


def _values(field: FieldChange, secret: bool) -> tuple[Span, ...]:
    if secret:
        return (SENSITIVE,)
    return ("live ", (_short(field.before), Style.RED), ", wanted ", (_short(field.after), Style.GREEN))


def _short(value: Any) -> str:
    if value is None:
        return "(none)"
    text = scalar(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
