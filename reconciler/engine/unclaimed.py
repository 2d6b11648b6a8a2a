"""Live objects that no declared resource claimed: what we own and is no longer wanted, and what belongs to others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.diagnostics import Diagnostic, Refused, error, warning
from reconciler.engine.rails import REFUSED_BY_RAIL
from reconciler.engine.scope import Scope
from reconciler.engine.twins import objection
from reconciler.model.catalog import Catalog
from reconciler.model.kind import Kind
from reconciler.model.live import LiveObject, Phase, Snapshot
from reconciler.model.plan import Action, Change, Stranger
from reconciler.model.resource import Resource, deferred
from reconciler.values import Address, parse_address

_NO_WORD = re.compile(r"[^A-Za-z0-9_-]+")
"""What a natural key may hold (an e-mail address) and an address may not."""


@dataclass(frozen=True, slots=True)
class _Owned:
    """An object that carries our mark and that no declared resource claimed. `marked` is the address in its mark,
    `address` the one it is shown under (a double needs one of its own).
    """

    live: LiveObject
    marked: Address
    address: Address
    reason: str
    because: str


class Unclaimed:
    """Sorts the objects that are left over after the declared resources took theirs."""

    def __init__(
        self,
        stack: str,
        snapshot: Snapshot,
        catalog: Catalog,
        changes: Mapping[Address, Change],
        scope: Scope,
    ) -> None:
        self._stack = stack
        self._snapshot = snapshot
        self._catalog = catalog
        self._declared = changes
        self._scope = scope
        self._by_live = {each.live.id: each for each in changes.values() if each.live is not None}
        left = [each for each in snapshot if each.present and not each.automatic and not self._is_claimed(each)]
        made = {each.id: maker for each in left if (maker := self._maker(each)) is not None}
        with_maker = {each.id for each in left if each.id in made and self._maker_ids(*made[each.id], each.parent_id)}
        self._left = [each for each in left if each.id not in with_maker]
        self._made = [(each, *made[each.id]) for each in left if each.id in with_maker]
        self._orphans = {identifier: maker for identifier, maker in made.items() if identifier not in with_maker}
        self._doubtful: list[tuple[LiveObject, Address, str]] = []
        self._owned = {each.live.id: each for each in self._find_owned()}

    def _is_claimed(self, live: LiveObject) -> bool:
        change = self._by_live.get(live.id)
        return change is not None and change.kind == live.kind

    def _marked_address(self, live: LiveObject) -> Address | None:
        if live.mark is None or not live.mark.owned_by(self._stack):
            return None
        try:
            return parse_address(live.mark.address)
        except ValueError:
            return None

    def _own_address(self, live: LiveObject) -> Address | None:
        """The address in our mark; None for a stranger, and for a mark that we did not write on such an object."""
        address = self._marked_address(live)
        return address if address is not None and address.section == self._catalog[live.kind].section else None

    def _maker(self, live: LiveObject) -> tuple[Kind, Address] | None:
        """What made the object and gave it its own mark: the request of a machine."""
        address = self._marked_address(live)
        if address is None:
            return None
        makers = (each for each in self._catalog.kinds if live.kind in each.makes and each.section == address.section)
        return next(((each, address) for each in makers), None)

    def _maker_ids(self, kind: Kind, address: Address, parent_id: str | None) -> set[str]:
        found = self._snapshot.marked(kind.name, self._stack, str(address))
        return {each.id for each in found if each.parent_id == parent_id}

    def _find_owned(self) -> list[_Owned]:
        marked = [(each, address) for each in self._left if (address := self._own_address(each)) is not None]
        marked.sort(key=lambda each: (each[1].sort_key, each[0].created_at, each[0].id))
        found: list[_Owned] = []
        first: dict[Address, LiveObject] = {}
        for live, address in marked:
            standing = self._declared.get(address)
            double = _double(address, live)
            if standing is None and address not in first:
                because = f"because {address} is not in configuration"
                found.append(_Owned(live, address, address, "not_declared", because))
            elif standing is not None and standing.live is None:
                because = f"because {address} is to stand elsewhere now"
                found.append(_Owned(live, address, double, "moved", because))
            else:
                kept = standing.live if standing is not None and standing.live is not None else first[address]
                declared = standing.after if standing is not None else {}
                doubt = objection(live, kept, declared, self._snapshot, self._catalog)
                if doubt:
                    self._doubtful.append((live, address, doubt))
                    continue
                whose = "carries the same mark and is kept" if standing is not None else "carries the same mark"
                found.append(_Owned(live, address, double, "duplicate", f"because {kept.id} {whose}"))
            first.setdefault(address, live)
        return [*found, *self._find_orphans()]

    def _find_orphans(self) -> Iterator[_Owned]:
        """What an object made that is gone, and that nothing is to make again: it is unwanted like its maker."""
        for live in self._left:
            if live.id not in self._orphans or live.mark is None:
                continue
            kind, address = self._orphans[live.id]
            if address in self._declared or kind.outlived_by(live.mark):
                continue
            shown = Address(address.parent, self._catalog[live.kind].section, address.name, address.index)
            because = f"because {address}, which made it, is gone"
            yield _Owned(live, address, _double(shown, live), "left_behind", because)

    # deletes

    def unwanted(self) -> list[Change]:
        """Deletes in scope: of owned objects that nothing declares, of doubles, and of what goes with its parent."""
        found = [
            self._delete(each.live, each.address, each.reason, each.because)
            for each in self._owned.values()
            if self._scope.holds(each.marked)
        ]
        return [*found, *self._with_parents({each.live.id: each.address for each in found if each.live is not None})]

    def _with_parents(self, leaving: Mapping[str, Address]) -> list[Change]:
        replaced = {
            each.live.id: each.address
            for each in self._declared.values()
            if each.live is not None and each.action.replaces
        }
        found: list[Change] = []
        taken: set[Address] = set()
        for live in self._left:
            kind = self._catalog[live.kind]
            if live.id in self._owned or kind.marked or live.parent_id is None or _lasts(kind):
                continue
            above = leaving.get(live.parent_id)
            if above is None and kind.deletable and not kind.removed_with_parent:
                above = replaced.get(live.parent_id) or self._held(live, {**replaced, **leaving})
            if above is not None:
                because = f"because {above} is destroyed"
                stands_in = self._by_live.get(live.parent_id)
                place = stands_in.address if stands_in is not None else above
                found.append(self._delete(live, _child(place, kind, live), "parent_deleted", because))
            elif (address := self._managed_as(live, kind)) is not None:
                if address in self._declared or address in taken:
                    address = _double(address, live)
                taken.add(address)
                if self._scope.holds(address):
                    because = f"because {address} is not in configuration"
                    found.append(self._delete(live, address, "not_declared", because))
        return found

    def _held(self, live: LiveObject, going: Mapping[str, Address]) -> Address | None:
        """What goes though an object in one of ours holds it: a volume that is attached to our device."""
        change = self._by_live.get(live.parent_id or "")
        if change is None or change.resource is None or not change.resource.managed:
            return None
        return next((going[each] for each in sorted(live.holds) if each in going), None)

    def _managed_as(self, live: LiveObject, kind: Kind) -> Address | None:
        """The address of an object without a mark that is in our hands: in a resource of ours all are whose section the
        YAML names. In something existing it is only what a destroyed stack declares.
        """
        change = self._by_live.get(live.parent_id or "")
        if change is None or change.resource is None or not kind.deletable:
            return None
        if change.resource.managed:
            return _child(change.address, kind, live) if kind.section in change.resource.managed_sections else None
        former = (each for each in self._scope.former if each.parent == change.address and each.kind == kind.name)
        return next((each.address for each in former if live.key and live.key == _key_of(each, kind)), None)

    def _delete(self, live: LiveObject, address: Address, reason: str, because: str) -> Change:
        kind = self._catalog[live.kind]
        told = kind.delete_impact(live)
        return Change(
            address,
            live.kind,
            Action.DELETE,
            live=live,
            parent_id=live.parent_id,
            reason=reason,
            because=because,
            before=live.values,
            secrets=kind.free_data | {name for name, each in kind.fields.items() if each.secret},
            impact=(told,) if told else (),
        )

    # strangers

    def strangers(self, changes: Mapping[Address, Change]) -> tuple[Stranger, ...]:
        """What stands in our objects and is not ours; what stands in a stranger is not listed by itself. What is to
        outlive the object that made it is nobody's as soon as that goes.
        """
        going = {each.live.id for each in changes.values() if each.live is not None and each.action.deletes}
        ours = {identifier: each.address for identifier, each in self._by_live.items()}
        ours |= {identifier: each.address for identifier, each in self._owned.items()}
        staying = [
            live
            for live, kind, address in self._made
            if live.mark is not None
            and kind.outlived_by(live.mark)
            and self._maker_ids(kind, address, live.parent_id) <= going
        ]
        found = []
        for live in [*self._left, *staying]:
            if live.id in self._owned or live.parent_id is None:
                continue
            inside = ours.get(live.parent_id)
            kind = self._catalog[live.kind]
            unmarked = not kind.marked and not _lasts(kind)
            shown_as_change = unmarked and (live.parent_id in self._owned or self._managed_as(live, kind) is not None)
            if inside is None or shown_as_change:
                continue
            owner = live.mark.stack if live.mark is not None and not live.mark.owned_by(self._stack) else ""
            address = self._marked_address(live) if live.id in self._orphans or live in staying else None
            left_by = str(address or "")
            found.append(Stranger(live.kind, live.id, live.label, str(inside), owner, live.created_at, left_by))
        return tuple(sorted(found, key=lambda each: (each.inside, each.kind, each.label, each.id)))

    def keep_what_holds_strangers(
        self, changes: Mapping[Address, Change], strangers: Sequence[Stranger]
    ) -> tuple[dict[Address, Change], list[Diagnostic]]:
        """A project is not deleted while others keep something in it: its delete becomes a no-op, with a warning.

        Raises `Refused` when it was to be replaced: what is ours in it would be destroyed for nothing.
        """
        kept = dict(changes)
        refused: list[Diagnostic] = []
        found: list[Diagnostic] = []
        holding = [each for each in changes.values() if self._catalog[each.kind].holds_others and each.action.deletes]
        for change in sorted(holding, key=self._innermost_first):
            address = change.address
            inside = [
                f"{each.kind} {each.label or each.id}"
                for each in strangers
                if parse_address(each.inside).within(address) and not self._catalog[each.kind].removed_with_parent
            ]
            inside += self._holding(change, kept)
            if not inside:
                continue
            holds = f"it holds {len(inside)} of others' objects ({', '.join(inside[:5])})"
            hint = "move or delete them, then run this again"
            if change.action.replaces:
                summary = f"{address} cannot be replaced: {holds}"
                refused.append(error("holds-strangers", summary, address=str(address), place=change.place, hint=hint))
                continue
            summary = f"{address} is kept: {holds}"
            found.append(warning("holds-strangers", summary, address=str(address), place=change.place, hint=hint))
            kept[address] = replace(change, action=Action.NOOP, reason="holds_strangers", because="")
            for below in [each for each in kept.values() if each.reason == "parent_deleted"]:
                if below.address.owner == address:
                    del kept[below.address]
        if refused:
            raise Refused(refused, exit_code=REFUSED_BY_RAIL)
        return kept, found

    def _innermost_first(self, change: Change) -> int:
        """A project that is kept keeps its organization: what uses others comes before what it uses."""
        return -self._catalog.kinds.index(self._catalog[change.kind])

    def _holding(self, change: Change, changes: Mapping[Address, Change]) -> list[str]:
        """What belongs to it and does not go with it, marked or not: an organization's projects, reserved machines."""
        identifier = change.live.id if change.live is not None else ""
        left = [each for each in self._left if identifier in each.holds and each.id not in self._owned]
        stays = [
            each
            for each in changes.values()
            if each.live is not None
            and (
                (each.action is Action.NOOP and identifier in each.live.holds)
                or (each.live.parent_id == identifier and (_only_used(each) or _lasts(self._catalog[each.kind])))
            )
        ]
        return [*(f"{each.kind} {each.label or each.id}" for each in left), *(str(each.address) for each in stays)]

    def marks_not_shown(self, destroying: bool) -> list[Diagnostic]:
        """Creates (all, when destroying) beside objects that may be ours: the answer leaves out where a mark would be.

        What cannot be read is not taken for absent: a second machine would be bought, or one of ours left behind.
        """
        hidden: dict[tuple[str, str | None], LiveObject] = {}
        for live in self._left:
            if live.mark_missing and self._catalog[live.kind].marked:
                hidden.setdefault((live.kind, live.parent_id), live)
        creates = {(each.kind, each.parent_id) for each in self._declared.values() if each.action.creates}
        return [
            error(
                "mark-not-shown",
                f"{live.kind} {live.label} ({live.id}) is shown without `{live.mark_missing}`, so nobody can tell "
                "whether it is ours",
                hint=(
                    "it is still being made: run this again when it is done"
                    if live.status.phase is Phase.WORKING
                    else "nothing is created or destroyed beside it, since absent cannot be told from not shown"
                ),
            )
            for place, live in hidden.items()
            if destroying or place in creates
        ]

    def twins(self) -> list[Diagnostic]:
        """Objects that carry the mark of another one and may not be ours: told, and left alone."""
        found: list[Diagnostic] = []
        for live, address, doubt in self._doubtful:
            summary = (
                f"{live.kind} {live.label} ({live.id}) carries the mark of {address} too, and is left alone: {doubt}"
            )
            hint = "if it is yours, take its tag `reconciler:...` off; if it is not needed, delete it"
            place = self._declared[address].place if address in self._declared else None
            found.append(warning("twin", summary, address=str(address), place=place, hint=hint))
        return found

    def lookalikes(self) -> list[Diagnostic]:
        """A create beside an unmarked object that looks just like it: most likely ours, with its mark overwritten."""
        unmarked: dict[tuple[str, str | None, str], list[LiveObject]] = {}
        for live in self._left:
            looks = self._catalog[live.kind].looks(live.values)
            if live.mark is None and looks:
                unmarked.setdefault((live.kind, live.parent_id, looks), []).append(live)
        found: list[Diagnostic] = []
        for change in self._declared.values():
            if change.action is not Action.CREATE:
                continue
            looks = self._catalog[change.kind].looks(change.after)
            for live in unmarked.get((change.kind, change.parent_id, looks), ()):
                summary = f"{live.kind} {live.label} ({live.id}) looks like {change.address} with its mark taken off"
                hint = f"give it the tag `reconciler:{self._stack}:{change.address}` again, or rename or delete it"
                found.append(warning("lookalike", summary, address=str(change.address), place=change.place, hint=hint))
        return found

    def left_behind(self) -> list[Diagnostic]:
        """What is to be made again while what it had made before is still there: it would be there twice."""
        found: list[Diagnostic] = []
        by_maker: dict[Address, list[LiveObject]] = {}
        for live in self._left:
            if live.id in self._orphans and live.mark is not None:
                kind, address = self._orphans[live.id]
                if address in self._declared and not kind.outlived_by(live.mark):
                    by_maker.setdefault(address, []).append(live)
        for address, orphans in by_maker.items():
            shown = ", ".join(f"{each.kind} {each.label} ({each.id})" for each in orphans[:5])
            summary = f"{address} is gone, and {len(orphans)} that it made are still there: {shown}"
            hint = "delete them, or take their tag `reconciler:...` off to keep them; then run this again"
            place = self._declared[address].place
            found.append(warning("left-behind", summary, address=str(address), place=place, hint=hint))
        return found


def _double(address: Address, live: LiveObject) -> Address:
    """An address of its own for an object whose address is taken."""
    return Address(address.parent, address.section, f"{address.name}__{live.id[:8]}", address.index)


def _only_used(change: Change) -> bool:
    """Whether it is `existing`: not the stack's own, wherever it stands."""
    return change.resource is not None and not change.resource.managed


def _lasts(kind: Kind) -> bool:
    """Whether the API neither ends such objects nor takes them away with what they stand in (a reserved machine)."""
    return not kind.deletable and not kind.removed_with_parent


def _child(parent: Address, kind: Kind, live: LiveObject) -> Address:
    return Address(parent, kind.section, "" if live.key == kind.section else _NO_WORD.sub("-", live.key))


def _key_of(resource: Resource, kind: Kind) -> str:
    return kind.natural_key({name: value for name, value in resource.values.items() if not deferred(value)})
