"""Which collections a run has to read, and which of them it can do without when the API refuses to show them.

Most stacks use few kinds, and a collection that nothing of ours can be in costs each plan a call for nothing. But what
the stack no longer declares has to be found as long as it is there. So the owner's mark remembers, from before the
first create on, what the stack has ever kept under it (`model.mark.held`); an owner that carries no mark of ours, or
that is about to go, is looked through whole. The account has no mark: there it is the stack's projects that remember.
Nor is anything read where the owner's own item shows that nothing is in it (`Kind.none_in`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from reconciler.model.catalog import Catalog
from reconciler.model.kind import Kind, Look
from reconciler.model.live import LiveObject
from reconciler.model.mark import held
from reconciler.model.plan import Change, Options
from reconciler.model.resource import Resource, Stack
from reconciler.values import Address, parse_address

_TOP = "/"
"""Before a section's name in a mark: the section of that name at the top of the stack."""


class Want(Enum):
    """Whether a collection is read for a kind's sake."""

    NOT = "not"
    IF_SHOWN = "if shown"  # the API may refuse it: the stack has nothing there, as far as is known
    NEEDED = "needed"  # a plan is worth nothing without it


class Reach:
    """What a stack uses, by the owner of the collection. `stack` is the whole one, also for a destroy."""

    def __init__(self, stack: Stack, catalog: Catalog, options: Options) -> None:
        self._stack = stack.name
        self._catalog = catalog
        by_address = {each.address: each for each in stack.resources}
        self._stays = frozenset(
            each.address
            for each in stack.resources
            if each.managed and not options.destroy and each.address.text not in options.replace
        )
        self._used: dict[Address | None, set[str]] = {None: set()}
        for each in stack.resources:
            if each.parent is None:
                self._used[None].add(each.kind)
            for section, kind in catalog.sections(each.kind).items():
                if section in each.managed_sections:
                    self._used.setdefault(_owner(each.address, kind, by_address), set()).add(kind.name)

    def of_account(self, seen: Iterable[LiveObject] | None = None) -> list[tuple[Kind, Want]]:
        """The kinds to look for at the top; with what was `seen` of them, those that it makes necessary.

        A stack that has no project that stays has nothing that remembers.
        """
        kinds = self._catalog.listed_under("")
        first = [each for each in kinds if each.looked_for is Look.ALWAYS or each.name in self._used[None]]
        if seen is None:
            optional = [each for each in first if each.personal and each.name not in self._used[None]]
            return [(each, Want.IF_SHOWN if each in optional else Want.NEEDED) for each in first]
        mine = [each for each in seen if self._owns(each) and self._catalog[each.kind].remembers]
        remembered = frozenset[str]().union(*(held(each.mark) for each in mine if each.mark is not None))
        blank = not any(address in self._stays for each in mine for address in self._addresses(each, {}))
        otherwise = Want.IF_SHOWN if blank else Want.NOT
        late = [each for each in kinds if each not in first and each.looked_for is Look.USED]
        return [(each, Want.NEEDED if f"{_TOP}{each.section}" in remembered else otherwise) for each in late]

    def below(self, owner: LiveObject, existing: Mapping[Address, str]) -> list[tuple[Kind, Want]]:
        """The kinds under an owner. What every project has is always needed, the rest where the stack has, or had,
        something of it.
        """
        addresses = self._addresses(owner, existing)
        used = frozenset[str]().union(*(self._used.get(each, ()) for each in addresses))
        remembered = held(owner.mark) if owner.mark is not None and self._owns(owner) else frozenset()
        stays = any(each in self._stays for each in addresses)
        found = []
        for kind in self._catalog.listed_under(owner.kind):
            want = Want.NEEDED
            if kind.name not in used and kind.section not in remembered:
                if stays and kind.none_in(owner):
                    want = Want.NOT
                elif kind.looked_for is not Look.ALWAYS:
                    want = Want.NOT if stays or kind.looked_for is Look.NAMED else Want.IF_SHOWN
            found.append((kind, want))
        return found

    def makers(self, seen: Iterable[LiveObject]) -> list[tuple[str | None, Kind]]:
        """The kinds whose objects made some of those that were seen, by their marks, and who owns their collections."""
        kinds = [each for each in self._catalog.kinds if each.makes]
        found: dict[tuple[str | None, str], Kind] = {}
        for live in seen:
            if live.mark is None or not self._owns(live):
                continue
            for kind in kinds:
                if live.kind in kind.makes and f".{kind.section}." in live.mark.address:
                    found[live.owner_id, kind.name] = kind
        return [(owner_id, kind) for (owner_id, _), kind in found.items()]

    def _owns(self, each: LiveObject) -> bool:
        return each.present and each.owned_by(self._stack)

    def _addresses(self, owner: LiveObject, existing: Mapping[Address, str]) -> list[Address]:
        """Where an object stands in the stack, by its mark or because the stack names it."""
        found = [address for address, identifier in existing.items() if identifier == owner.id]
        if owner.mark is None or not owner.mark.owned_by(self._stack):
            return found
        try:
            return [*found, parse_address(owner.mark.address)]
        except ValueError:
            return found


def to_hold(changes: Iterable[Change], catalog: Catalog) -> Mapping[Address, frozenset[str]]:
    """The sections that the mark of each declared owner is to remember: those of what is declared under it, and of what
    there is or will be at the top of the stack.
    """
    every = list(changes)
    by_address = {each.address: each.resource for each in every if each.resource is not None}
    found: dict[Address, set[str]] = {}
    for address, resource in by_address.items():
        kind = catalog[resource.kind]
        if kind.looked_for is Look.USED and resource.parent is not None:
            owner = _owner(resource.parent, kind, by_address)
            if owner is not None:
                found.setdefault(owner, set()).add(address.section)
    top = {f"{_TOP}{each.address.section}" for each in every if _at_top(each, catalog)}
    for address, resource in by_address.items():
        if top and resource.managed and catalog[resource.kind].remembers:
            found.setdefault(address, set()).update(top)
    return {address: frozenset(sections) for address, sections in found.items()}


def noted_for(address: Address, owner: Address) -> str:
    """What an owner's mark has to remember of an object before it is made; empty for one that is not its business."""
    if address.owner is None:
        return f"{_TOP}{address.section}"
    return address.section if address.within(owner) else ""


def _at_top(change: Change, catalog: Catalog) -> bool:
    managed = change.resource is None or change.resource.managed
    return change.address.owner is None and managed and catalog[change.kind].looked_for is Look.USED


def _owner(parent: Address, kind: Kind, resources: Mapping[Address, Resource]) -> Address | None:
    """The nearest enclosing resource whose collections list a kind that stands in `parent`."""
    around = (here for here in parent.outwards() if here in resources and resources[here].kind in kind.listed_under)
    return next(around, None)
