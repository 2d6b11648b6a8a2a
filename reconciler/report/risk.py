"""What a plan disrupts, in words: for each change, and for all of them."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model.effect import Effect, worst
from reconciler.model.plan import Change

NAMED = 3
"""So many addresses are named; of more it is said how many."""


def impact_words(change: Change) -> tuple[str, ...]:
    """What a change does to what runs, the class of it first."""
    if not change.effect.disrupts:
        return change.impact
    told, *more = change.impact or (change.effect.means,)
    return (f"{change.effect}: {told}", *more)


def risk_words(changes: Sequence[Change]) -> tuple[str, ...]:
    """How many changes are in each class, the worst first, and which those of the worst are; nothing where all is
    harmless.
    """
    classes: dict[Effect, list[Change]] = {}
    for each in changes:
        if each.effect is not Effect.NONE:
            classes.setdefault(each.effect, []).append(each)
    top = worst(classes)
    if not top.disrupts:
        return ()
    ordered = sorted(classes, key=lambda each: -each.rank)
    counts = ", ".join(f"{len(classes[each])} {each}" for each in ordered)
    return (f"Impact: {counts}.", f"Worst: {top} ({top.means}): {some([each.address for each in classes[top]])}.")


def some(names: Sequence[object], most: int = NAMED) -> str:
    """The first of them, and how many more there are."""
    shown = ", ".join(map(str, names[:most]))
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
