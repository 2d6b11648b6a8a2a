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
from reconciler.model.plan import Change


def ends_by_itself(changes: Iterable[Change], catalog: Catalog) -> list[Diagnostic]:
    """A warning for each object of ours that is to stay and has an end of its own, unless the stack says that end."""
    return [
        _told(each, catalog[each.kind].ends)
        for each in changes
        if each.live is not None
        and each.live.present
        and each.live.ends_at
        and each.resource is not None
        and each.resource.managed
        and not each.action.deletes
        and _moment(each.after.get(catalog[each.kind].ends)) != _moment(each.live.ends_at)
    ]


def _told(change: Change, name: str) -> Diagnostic:
    assert change.live is not None, "what ends is live"
    wanted = change.after.get(name)
    asks = f"the stack says {wanted}" if wanted else "the stack does not ask for that"
    summary = f"{change.address} ({change.live.id}) will be deleted by the platform at {change.live.ends_at}: {asks}"
    hint = f"if that is meant, set `{name}` in the stack; if not, find out who set it, and replace the machine in time"
    return warning("ends-by-itself", summary, address=str(change.address), place=change.place, hint=hint)


def _moment(value: Any) -> datetime | None:
    """A moment in RFC 3339; one without an offset is in UTC. None for anything else."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
