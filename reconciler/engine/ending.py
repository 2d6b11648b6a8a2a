"""What the platform takes away by itself, at a time that the stack did not ask for.

A default term that nobody had set has deleted whole accounts. A time that somebody set in the portal, or that the spot
market has set, is no field that differs, as the stack says nothing about it: so it is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from reconciler.diagnostics import Diagnostic, warning
from reconciler.model.catalog import Catalog
from reconciler.model.kind import Kind
from reconciler.model.plan import Change, FieldChange


def unasked_end(change: Change, kind: Kind) -> list[FieldChange]:
    """The end of a live object, in the field that asks for one, unless the stack says that very end."""
    resource, live = change.resource, change.live
    if not kind.ends or live is None or not live.ends_at or resource is None:
        return []
    wanted = change.after.get(kind.ends)
    if same_moment(wanted, live.ends_at):
        return []
    return [FieldChange((kind.ends,), live.ends_at, wanted)]


def ends_by_itself(changes: Iterable[Change], catalog: Catalog) -> list[Diagnostic]:
    """A warning for each object that has an end which was not asked for (`Change.unasked`)."""
    return [
        _told(change, each)
        for change in changes
        for each in change.unasked
        if str(each.path[0]) == catalog[change.kind].ends
    ]


def same_moment(one: Any, other: Any) -> bool:
    """Whether two texts say one moment. What is no moment is none."""
    return _moment(one) is not None and _moment(one) == _moment(other)


def _told(change: Change, end: FieldChange) -> Diagnostic:
    assert change.live is not None, "what ends is live"
    name = end.path[0]
    asks = f"the stack says {end.after}" if end.after else "the stack does not ask for that"
    summary = f"{change.address} ({change.live.id}) will be deleted by the platform at {end.before}: {asks}"
    hint = f"if that is meant, set `{name}` in the stack; if not, find out who set it, and replace the machine in time"
    return warning("ends-by-itself", summary, address=str(change.address), place=change.place, hint=hint)


def _moment(value: Any) -> datetime | None:
    """A moment in RFC 3339; one without an offset is in UTC. None for anything else."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
