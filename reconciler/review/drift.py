"""What of a plan that nobody is going to apply is drift: where the live account differs from the stack.

What a plan would create is missing, what it would delete is unexpected (ours, yet not declared), what it would update
or replace has changed. Strangers are no drift: they belong to somebody else. What differs in fields that the stack
ignores is accepted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from reconciler.model.gravity import Gravity
from reconciler.model.plan import Action, Change, FieldChange, Plan

DRIFT_WORDS: Final = ("changed", "missing", "unexpected")
_FOLLOWS_OTHERS: Final = frozenset({"parent_replaced", "sibling_changes", "let_go", "lets_go"})
"""Reasons of changes that are made only because something else changes."""


def drifted(plan: Plan) -> bool:
    """A mark that is to say another address is a change of the file, not of what is live."""
    return any(each.action is not Action.NOOP or each.unasked for each in plan.changes)


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


def drifted_fields(change: Change) -> tuple[FieldChange, ...]:
    """What an apply would set right, and what the stack does not ask for."""
    return (*change.fields, *change.unasked)


def accepted(plan: Plan) -> list[Change]:
    """What differs in fields that the stack ignores, and stays."""
    return [each for each in plan.changes if each.ignored and each.action is not Action.DELETE]


def gravity_of(change: Change) -> Gravity:
    return change.gravity or Gravity.COSMETIC


def gravities(changes: Sequence[Change]) -> dict[Gravity, int]:
    """How many there are of each, the gravest first; all of them, for whoever draws a line over time."""
    return {each: sum(gravity_of(change) is each for change in changes) for each in Gravity}
