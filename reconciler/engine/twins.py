"""Two objects with one mark: which of them is what a lost create left, and so may be taken away again.

A mark can be copied: somebody who clones a machine in the portal copies its tags. So the younger one is deleted only
when everything says that one and the same call made both.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from reconciler.model.catalog import Catalog
from reconciler.model.live import LiveObject, Snapshot

YOUNG_SECONDS: Final = 3600.0
"""How long after its twin an object may have been created and still come from a create that was sent again."""


def objection(
    double: LiveObject, kept: LiveObject, declared: Mapping[str, Any], snapshot: Snapshot, catalog: Catalog
) -> str:
    """Why an object that carries the mark of `kept` may be somebody else's; empty when it is provably ours.

    `declared` are the values that the stack gives both. One that is older than what is kept is what a replacement left,
    and differs by right; but nothing goes while something hangs on it, which the API would refuse anyway.
    """
    attached = _attached(double, double.mark.stack, snapshot, catalog) if double.mark is not None else []
    held = f"{', '.join(attached)} hang on it" if attached else ""
    shown = bool(kept.created_at or double.created_at)  # not of every kind
    age = _seconds_between(kept.created_at, double.created_at) if shown else 0.0
    if age is None:
        return "the API does not show when it was created"
    if age < 0:
        return held
    if age > YOUNG_SECONDS:
        return f"it was created {age / 3600:.0f} h after {kept.id}"
    if double.mark is None or kept.mark is None or dict(double.mark.memo) != dict(kept.mark.memo):
        return "its memo is another one"
    differing = sorted(name for name in declared if double.values.get(name) != kept.values.get(name))
    if differing:
        return f"it has another {', '.join(differing)}"
    return held


def _seconds_between(earlier: str, later: str) -> float | None:
    try:
        return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
    except (ValueError, TypeError):
        return None


def _attached(double: LiveObject, own: str, snapshot: Snapshot, catalog: Catalog) -> list[str]:
    """What others than the stack `own` have in it or hold it by, up to three, for a person. What is ours in it goes for
    its own reasons.
    """
    found = [
        f"{each.kind} {each.label or each.id}"
        for each in snapshot
        if (each.parent_id == double.id and catalog[each.kind].marked and not each.automatic and not each.owned_by(own))
        or (double.id in each.holds and not each.automatic)
        or each.id in double.held_by
    ]
    found += [f"what is {each}" for each in double.held_by - {each.id for each in snapshot}]
    return sorted(found)[:3]
