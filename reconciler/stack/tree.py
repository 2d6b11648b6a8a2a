"""The resources of a stack as a tree: blocks as written, instances as they come out of count, for_each and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from reconciler.diagnostics import Place, Via
from reconciler.model.catalog import Catalog
from reconciler.model.kind import Kind
from reconciler.stack.declarations import Declared, Rule
from reconciler.stack.pseudo_kinds import GROUP, within_groups
from reconciler.stack.shapes import Expression, Shape, expressions
from reconciler.stack.vocabulary import STACKS
from reconciler.stack.yaml_tree import Node
from reconciler.values import Address

_NO_NAMES: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Known:
    """A variable's or local's value. `secret` when anything secret is in it."""

    value: Any
    secret: bool = False


@dataclass(frozen=True, slots=True)
class GroupOutput:
    """What a group hands out under a name. `secret` when it says so itself."""

    shape: Shape
    secret: bool = False


@dataclass(slots=True, eq=False)
class Awaited:
    """A variable of a group whose value reads resources: the shape of its call, what the value has to fit when it is
    there, and the conditions of its rules.
    """

    shape: Shape
    declared: Declared
    rules: list[tuple[Rule, Shape]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Scope:
    """What the expressions of one file see: the stack's, or those of a group's file in one instance of the group.

    A name that maps to None is declared, but a mistake was reported for it. `late` are the locals that read resources;
    they are evaluated anew in every world. `inputs` are the variables of a group whose values read resources, evaluated
    where the call stands. `owner` is the group's instance, None for the stack. `sections` are those that the file
    names; `via` is how one gets to the file.
    """

    tree: Tree
    owner: Instance | None = None
    variables: dict[str, Known | None] = field(default_factory=dict)
    locals: dict[str, Known | None] = field(default_factory=dict)
    late: dict[str, Shape] = field(default_factory=dict)
    inputs: dict[str, Awaited] = field(default_factory=dict)
    outputs: dict[str, GroupOutput | None] = field(default_factory=dict)
    sections: set[str] = field(default_factory=set)
    via: tuple[Via, ...] = ()
    complete: bool = True
    resource_roots: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        kinds = frozenset(each.name for each in self.tree.catalog.kinds)
        self.resource_roots = frozenset(self.tree.sections_of(self.owner)) | kinds | {STACKS}

    def touches(self, expression: Expression) -> bool:
        """Whether it reads resources or asks the API, so that only a plan or an apply can tell its value."""
        return expression.parsed.looks_up or any(
            path.root in self.resource_roots
            or (path.root == "local" and path.steps[0].segment in self.late)
            or (path.root == "var" and path.steps[0].segment in self.inputs)
            for path in expression.paths
        )

    def waits(self, shape: Shape) -> bool:
        """Whether only a plan or an apply can tell the value of any of its expressions."""
        return any(map(self.touches, expressions(shape)))

    def why_late(self, expression: Expression) -> str:
        """Which of the names that an expression reads waits for a resource, where that does not show."""
        for path in expression.paths:
            name = str(path.steps[0].segment) if path.steps else ""
            if path.root == "var" and name in self.inputs:
                return f"`var.{name}` waits for one: it is given at {self.inputs[name].shape.node.place}"
            if path.root == "local" and name in self.late:
                return f"`local.{name}` waits for one: it is written at {self.late[name].node.place}"
        return ""


@dataclass(slots=True, eq=False)
class Block:
    """One resource, or group, as the YAML has it, before count and for_each.

    `fields` are its own fields and `meta` the keys that every resource has, both as shapes; `children` its child blocks
    by section and name. `managed_sections` are the child sections that it names, `unread` the fields whose value could
    not be read, `secret_fields` those that are secret in every instance, `keyed_by` the section (`project.vlans`) of
    each field that refers by key. `broken` means that its body could not
    be read at all, `has_unknown_keys` that some of it could not: what is missing there may be a misspelt section.
    The `fields` of a group are the inputs of its call. `scope` is what the block's expressions see.
    """

    kind: Kind
    scope: Scope
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
    path: str = field(init=False)

    def __post_init__(self) -> None:
        above = f"{self.parent.path}." if self.parent is not None else ""
        self.path = f"{above}{self.section}.{self.name}" if self.name else f"{above}{self.section}"

    @property
    def group(self) -> bool:
        return self.kind is GROUP

    @property
    def owner(self) -> Block | None:
        """The block of the resource around it, past groups."""
        here = self.parent
        while here is not None and here.group:
            here = here.parent
        return here

    def hides(self, attribute: str) -> bool:
        """Whether an attribute is not to be shown, in all of its instances."""
        return attribute in self.secret_fields or self.kind.hides(attribute)

    @property
    def counted(self) -> bool:
        return "count" in self.meta

    @property
    def keyed(self) -> bool:
        return "for_each" in self.meta


@dataclass(slots=True, eq=False)
class Instance:
    """One resource to be, or one group. `names` are `index`, `key` and `value` as its expressions see them.
    `secret_fields` grows while fields are resolved; it is complete before any deferred value is evaluated. `inside` is
    what the file of a group sees. `existing` is the uuid or name of what is only looked up, None for what the stack
    makes. `owner` is the resource around it, past groups.
    """

    block: Block
    address: Address
    parent: Instance | None
    names: Mapping[str, Any] = field(default_factory=lambda: _NO_NAMES)
    pools: dict[str, dict[str, Pool]] = field(default_factory=dict)
    secret_fields: set[str] = field(default_factory=set)
    inside: Scope | None = None
    existing: str | None = None
    owner: Instance | None = field(init=False)

    def __post_init__(self) -> None:
        parent = self.parent
        self.owner = parent.owner if parent is not None and parent.block.kind is GROUP else parent

    @property
    def kind(self) -> Kind:
        return self.block.kind

    def resources(self) -> Iterator[Instance]:
        """Itself, or all resources directly in a group."""
        if not self.block.group:
            yield self
            return
        for section in self.pools.values():
            for pool in section.values():
                yield from pool.resources()

    def broken_inside(self) -> bool:
        """Whether anything directly in a group could not be read."""
        pools = [pool for section in self.pools.values() for pool in section.values()]
        return self.block.group and any(
            pool.broken or any(each.broken_inside() for each in pool.instances) for pool in pools
        )

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
    _addresses: frozenset[Address] | None = None

    @property
    def addresses(self) -> frozenset[Address]:
        """Of its resources; those in its groups, where it is a pool of groups. Asked when all of the tree is there."""
        if self._addresses is None:
            self._addresses = frozenset(each.address for each in self.resources())
        return self._addresses

    def resources(self) -> Iterable[Instance]:
        """Its resources; those in its groups, where it is a pool of groups."""
        return (each for one in self.instances for each in one.resources()) if self.block.group else self.instances

    @property
    def plain(self) -> bool:
        return not self.block.counted and not self.block.keyed

    def give_up(self) -> None:
        """A mistake was noted: there is nothing to be said of the instances."""
        self.broken = True
        self.slots.clear()
        self.keys.clear()
        self.close()

    def close(self) -> None:
        """All slots are in: what is asked often is worked out once."""
        self.instances = tuple(each for each in self.slots if each is not None)
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
    stack: str = ""
    _sections: dict[str, dict[str, Kind]] = field(default_factory=dict)

    def sections_of(self, owner: Instance | None) -> dict[str, Kind]:
        """What may stand in a resource, at the top (None), or in a group: the same as around the group."""
        if owner is not None and owner.block.group:
            owner = owner.owner
        name = owner.kind.name if owner is not None else ""
        if name not in self._sections:
            self._sections[name] = within_groups(self.catalog, name)
        return self._sections[name]

    def pools_of(self, owner: Instance | None) -> dict[str, dict[str, Pool]]:
        return owner.pools if owner is not None else self.pools


def readable(instance: Instance) -> Set[str]:
    """What expressions may read of an instance: a resource's attributes, a group's outputs."""
    return instance.inside.outputs.keys() if instance.inside is not None else instance.kind.attributes
