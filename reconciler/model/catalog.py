"""All kinds together, and what the API has lists of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.kind import Kind
from reconciler.model.lookups import Lookup
from reconciler.model.stock import Desk
from reconciler.values import Address
from reconciler.wire import Listing


@dataclass(frozen=True, slots=True)
class NameList:
    """A catalogue of the API (plans, facilities, ...): how it is read, and which keys of an item name it."""

    listing: Listing
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Catalog:
    """All kinds, in an order in which each kind comes after its parents and after the kinds that it uses.

    `names` are the API's own catalogues, which fields marked `Listed` are checked against; `lookups` is what
    expressions may ask, `desk` how it is asked what is left.
    """

    kinds: tuple[Kind, ...]
    names: Mapping[str, NameList] = field(default_factory=dict)
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    desk: Desk | None = None

    def __getitem__(self, name: str) -> Kind:
        for each in self.kinds:
            if each.name == name:
                return each
        raise KeyError(name)

    def sections(self, parent: str) -> dict[str, Kind]:
        """The sections allowed in a resource of kind `parent` ("" = the top of the stack), by YAML key."""
        return {each.section: each for each in self.kinds if parent in each.parents}

    def way_to(self, address: Address) -> list[Kind]:
        """The kinds of the resource at an address and of those around it, the outermost first. Raises KeyError where a
        section does not stand.
        """
        above = self.way_to(address.owner) if address.owner is not None else []
        return [*above, self.sections(above[-1].name if above else "")[address.section]]

    def holds_groups(self, parent: str) -> bool:
        """Whether groups can stand in a resource of kind `parent`: at the top, and in what holds others there."""
        return parent == "" or ("" in self[parent].parents and bool(self.sections(parent)))

    def listed_under(self, owner: str) -> tuple[Kind, ...]:
        return tuple(each for each in self.kinds if owner in each.listed_under)
