"""How many machines of a plan a project may have, where it says so itself, against how many there would be.

What stands there counts whoever made it, less what this plan takes away. Reserved machines and bids do not: nothing
says that the limit is about them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.diagnostics import Diagnostic, error
from reconciler.engine.stock.demand import Gone, Want, going, stays, wants
from reconciler.model.catalog import Catalog
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.plan import Change
from reconciler.values import Address


def check_limits(changes: Sequence[Change], snapshot: Snapshot, catalog: Catalog, *, skip: str) -> Iterator[Diagnostic]:
    """What would not fit, said of the first that is too many. `skip` is how to leave the check out."""
    by_address = {each.address: each for each in changes}
    grouped: dict[tuple[Address, tuple[str, ...]], list[Want]] = {}
    for want in wants(changes, catalog):
        owner = want.change.address.owner
        if owner is not None and want.machines.names and not want.machines.reserved:
            grouped.setdefault((owner, tuple(sorted(want.machines.names))), []).append(want)
    gone = going(changes)
    for (owner, names), found in grouped.items():
        around = stays(owner, by_address)
        limit = _limit(around.limits, names) if around is not None else None
        if around is None or limit is None:
            continue
        total = held = _held(around, names, snapshot, catalog, gone)
        for want in found:
            before, total = total, total + want.machines.quantity
            if before <= limit < total:
                yield _too_many(want, owner, limit, held, held + sum(each.machines.quantity for each in found), skip)


def _limit(limits: Mapping[str, int], names: Sequence[str]) -> int | None:
    return min((limits[each] for each in names if each in limits), default=None)


def _held(project: LiveObject, names: Sequence[str], snapshot: Snapshot, catalog: Catalog, gone: Gone) -> int:
    """What makes machines is passed over: they stand for themselves."""
    return sum(
        taken.quantity
        for each in snapshot
        if project.id in (each.owner_id, each.parent_id) and each.present and (each.kind, each.id) not in gone
        if not catalog[each.kind].makes and (taken := catalog[each.kind].takes(each.values)) is not None
        if not taken.reserved and tuple(sorted(taken.names)) == tuple(names)
    )


def _too_many(want: Want, owner: Address, limit: int, held: int, total: int, skip: str) -> Diagnostic:
    resource, plan = want.change.resource, want.machines.plan
    stay = f", {held} of them there already" if held else ""
    summary = f"{owner} may have {limit} {plan}, by its `max_devices`, and this plan comes to {total}{stay}"
    hint = f"take another plan or another project, or have the limit raised; {skip}"
    place = resource.place_of("plan") if resource is not None else None
    return error("over-quota", summary, address=str(want.change.address), place=place, hint=hint)
