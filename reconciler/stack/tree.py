"""The resources of a stack as a tree: blocks as written, instances as they come out of count, for_each and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from reconciler.diagnostics import Place
from reconciler.model.kind import Catalog, Kind
from reconciler.stack.shapes import Shape
from reconciler.stack.yaml_tree import Node
from reconciler.values import Address

ID = "id"
"""The attribute that every object has."""

_NO_NAMES: Mapping[str, Any] = MappingProxyType({})


@dataclass(slots=True, eq=False)
class Block:
    """One resource as the YAML has it, before count and for_each.

    `fields` are its own fields and `meta` the keys that every resource has, both as shapes; `children` its child blocks
    by section and name. `managed_sections` are the child sections that it names, `unread` the fields whose value could
    not be read, `secret_fields` those that are secret in every instance, `keyed_by` the section (`project.vlans`) of
    each field that refers by key. `broken` means that its body could not
    be read at all, `has_unknown_keys` that some of it could not: what is missing there may be a misspelt section.
    """

    kind: Kind
    parent: Block | None
    section: str
    name: str
    place: Place
    fields: dict[str, Shape] = field(default_factory=dict)
    field_places: dict[str, Place] = field(default_factory=dict)
    meta: dict[str, Shape] = field(default_factory=dict)
    meta_nodes: dict[str, Node] = field(default_factory=dict)
    children: dict[str, dict[str, Block]] = field(default_factory=dict)
    managed_sections: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    secret_fields: set[str] = field(default_factory=set)
    keyed_by: dict[str, str] = field(default_factory=dict)
    broken: bool = False
    has_unknown_keys: bool = False

    @property
    def path(self) -> str:
        above = f"{self.parent.path}." if self.parent is not None else ""
        return f"{above}{self.section}.{self.name}" if self.name else f"{above}{self.section}"

    @property
    def counted(self) -> bool:
        return "count" in self.meta

    @property
    def keyed(self) -> bool:
        return "for_each" in self.meta


@dataclass(slots=True, eq=False)
class Instance:
    """One resource to be. `names` are `index`, `key` and `value` as its expressions see them. `secret_fields` grows
    while fields are resolved; it is complete before any deferred value is evaluated.
    """

    block: Block
    address: Address
    parent: Instance | None
    names: Mapping[str, Any] = field(default_factory=lambda: _NO_NAMES)
    pools: dict[str, dict[str, Pool]] = field(default_factory=dict)
    secret_fields: set[str] = field(default_factory=set)

    @property
    def kind(self) -> Kind:
        return self.block.kind

    def enclosing(self) -> Iterator[Instance]:
        """The resources around it, the nearest first."""
        here = self.parent
        while here is not None:
            yield here
            here = here.parent


@dataclass(slots=True, eq=False)
class Pool:
    """All instances of a block inside one parent instance. A place of `slots` is None when `when` switched it off.

    A plain block is a pool of one slot. `broken` means that the instances are not known because of a reported mistake.
    """

    block: Block
    slots: list[Instance | None] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    positions: dict[str, int] = field(default_factory=dict)
    broken: bool = False
    instances: tuple[Instance, ...] = ()
    addresses: frozenset[Address] = frozenset()

    @property
    def plain(self) -> bool:
        return not self.block.counted and not self.block.keyed

    def close(self) -> None:
        """All slots are in: what is asked often is worked out once."""
        self.instances = tuple(each for each in self.slots if each is not None)
        self.addresses = frozenset(each.address for each in self.instances)
        self.positions = {key: position for position, key in enumerate(self.keys)}


@dataclass(slots=True, eq=False)
class Tree:
    """The whole stack. `pools` are the top sections; `unknown_sections` says that the files have top keys that mean
    nothing, so that what is missing may stand under one of them.
    """

    catalog: Catalog
    pools: dict[str, dict[str, Pool]] = field(default_factory=dict)
    instances: dict[Address, Instance] = field(default_factory=dict)
    unknown_sections: bool = False
    _sections: dict[str, dict[str, Kind]] = field(default_factory=dict)

    def sections_of(self, owner: Instance | None) -> dict[str, Kind]:
        name = owner.kind.name if owner is not None else ""
        if name not in self._sections:
            self._sections[name] = self.catalog.sections(name)
        return self._sections[name]

    def pools_of(self, owner: Instance | None) -> dict[str, dict[str, Pool]]:
        return owner.pools if owner is not None else self.pools


def attributes_of(kind: Kind) -> set[str]:
    """What expressions may read of a resource of this kind."""
    return {*kind.fields, *kind.outputs, ID}
