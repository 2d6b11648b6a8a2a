"""Objects of other stacks that expressions read: found by their marks, among as few collections as can hold them.

They are kept apart from what the stack's own objects are looked for in, so that nothing of theirs is taken for ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from reconciler.diagnostics import Refused, did_you_mean, error
from reconciler.model.catalog import Catalog
from reconciler.model.kind import Kind, natural_key_by_name
from reconciler.model.live import LiveObject, Phase, Snapshot
from reconciler.model.resource import Foreign
from reconciler.values import Address

_SHOWN = 8


def of_account(foreign: Iterable[Foreign], catalog: Catalog) -> list[Kind]:
    """The kinds whose collection at the top is needed: of what stands there, and of what the others stand in."""
    names = {catalog.way_to(each.address)[0].name for each in foreign}
    return [each for each in catalog.kinds if each.name in names]


def below(
    foreign: Iterable[Foreign], catalog: Catalog, objects: Sequence[LiveObject]
) -> list[tuple[str, tuple[Kind, ...]]]:
    """The ids of the objects in whose collections the rest is, and which kinds are looked for there.

    Where the other stack has its own object around, it carries its mark; where that is only looked up there, it carries
    none, so that every one that the token sees is looked through.
    """
    wanted: dict[str, set[str]] = {}
    for each in foreign:
        if each.address.owner is None:
            continue
        outermost, *inside = catalog.way_to(each.address)
        owners = [live for live in objects if live.kind == outermost.name and live.present]
        root = str(each.address.root)
        marked = [live for live in owners if _carries(live, each.stack, root)]
        needed = {kind.name for kind in inside}  # what carries no mark is known by what it stands in
        for live in marked or owners:
            wanted.setdefault(live.id, set()).update(needed)
    return [
        (owner_id, tuple(kind for kind in catalog.kinds if kind.name in names)) for owner_id, names in wanted.items()
    ]


def _carries(live: LiveObject, stack: str, address: str) -> bool:
    return live.mark is not None and live.mark.stack == stack and live.mark.address == address


class Elsewhere:
    """What was read of other stacks, by stack and address."""

    def __init__(self, snapshot: Snapshot, catalog: Catalog) -> None:
        self._catalog = catalog
        self._all = Snapshot((*snapshot.objects, *snapshot.elsewhere)) if snapshot.elsewhere else snapshot

    def attribute(self, foreign: Foreign, name: str) -> Any:
        """An attribute of such an object. Raises KeyError when it has none, `Refused` when there is no such object."""
        live = self._find(foreign.stack, foreign.address, self._catalog[foreign.kind])
        if live is None:
            summary, hint = self._missing(foreign)
            raise Refused([error("stack-reference", summary, hint=hint)])
        value = live.attributes[name] if name in live.attributes else live.values[name]
        if value is None and live.status.phase is Phase.WORKING:
            summary = f"{foreign}.{name} is not known yet: {live.kind} {live.label} ({live.id}) is still being made"
            raise Refused([error("stack-reference", summary, hint="run this again when it is done")])
        return value

    def _find(self, stack: str, address: Address, kind: Kind) -> LiveObject | None:
        if kind.marked:
            return next(iter(self._all.marked(kind.name, stack, str(address))), None)
        owner = address.owner
        if owner is None:
            return None
        around = self._find(stack, owner, self._catalog.way_to(owner)[-1])
        key = natural_key_by_name(kind, address.name)
        return self._all.keyed(kind.name, around.id, key) if around is not None else None

    def _missing(self, foreign: Foreign) -> tuple[str, str]:
        """What was looked for, and what there is of that stack."""
        marks = {live.mark.stack for live in self._all if live.mark is not None and live.present}
        there = sorted(
            live.mark.address
            for live in self._all.of_kind(foreign.kind)
            if live.mark is not None and live.mark.stack == foreign.stack and live.present
        )
        summary = f"there is no {foreign} that this token can see"
        if foreign.stack not in marks:
            near = did_you_mean(foreign.stack, marks)
            known = f"stacks that have something there: {', '.join(sorted(marks))}" if marks else ""
            hint = near or known or "no project that this token sees carries a stack's mark"
            return summary, f"nothing of a stack `{foreign.stack}` was found; {hint}"
        if there:
            near = did_you_mean(str(foreign.address), there)
            listed = ", ".join(there[:_SHOWN]) + (" ..." if len(there) > _SHOWN else "")
            return summary, near or f"of that kind the stack `{foreign.stack}` has: {listed}"
        way = "apply it first; what is `existing` there carries no mark, so look it up here by `existing` too"
        return summary, f"the stack `{foreign.stack}` has no {foreign.kind} there: {way}"
