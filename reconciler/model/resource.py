"""What is wanted: resources, and the stack that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Protocol

from reconciler.diagnostics import Diagnostic, Place
from reconciler.model.lifetime import Lifetime
from reconciler.model.lookups import Answer
from reconciler.model.moves import Moves
from reconciler.model.rails import Rails
from reconciler.model.rollout import Rollout
from reconciler.secret import Secret
from reconciler.values import Address, Unknown


@dataclass(frozen=True, slots=True)
class Foreign:
    """An object of another stack, by the address that its mark says there: it is read, and never changed."""

    stack: str
    address: Address
    kind: str

    def __str__(self) -> str:
        return f"stacks.{self.stack}.{self.address}"


class World(Protocol):
    """What expressions can see of other resources while a plan is made or applied."""

    def attribute(self, address: Address, name: str) -> Any:
        """The value of an attribute, or `Unknown` when only an apply can tell. Raises KeyError when it has none."""

    def look_up(self, name: str, arguments: Mapping[str, Any]) -> Answer:
        """What the API says to a lookup (`model.lookups`). Raises LookupFailed."""

    def foreign(self, foreign: Foreign, name: str) -> Any:
        """The value of an attribute of another stack's object. Raises KeyError when it has none, `Refused` when it is
        not there.
        """


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What a deferred value came to: `value` may be `Unknown`; `secret` when anything secret went into it.

    `accepted` are values that lookups gave, each with the texts that do as well; `momentary` says that the value holds
    for this moment only. Of an object that exists such values are not changed (`world.settle`).
    """

    value: Any
    secret: bool = False
    accepted: tuple[tuple[Any, frozenset[str]], ...] = ()
    momentary: bool = False


class Deferred(Protocol):
    """A value that depends on other resources: an expression, kept with its place.

    `references` are the addresses that it reads, as far as can be told without running it.
    """

    @property
    def references(self) -> frozenset[Address]: ...

    @property
    def place(self) -> Place: ...

    def evaluate(self, world: World) -> Evaluated:
        """The value in this world. Raises `diagnostics.Refused` when the expression fails."""


_NOTHING_CHOSEN: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """How a resource is to be treated when it changes.

    `ignore_changes` are field names; a device whose plan shows nothing else is left alone. `on_change` says by field
    what a change does instead of what its rule says: `update`, `reinstall`, `replace` or `ignore`.
    """

    protect: bool = False
    create_before_destroy: bool = False
    ignore_changes: frozenset[str] = frozenset()
    on_change: Mapping[str, str] = field(default_factory=lambda: _NOTHING_CHOSEN)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds, for the object to become ready or to be gone. None = the kind's default."""

    create: float | None = None
    delete: float | None = None


_NO_PLACES: Mapping[str, Place] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Resource:
    """One declared object (one instance, when the block has `count` or `for_each`).

    `values` holds the declared fields only: an absent field is not managed. A value is plain data, already checked, or
    `Deferred`. `parent` is the address of the enclosing resource. `references` are the addresses that must be
    settled first, the ones in `after` included. `existing` is the uuid or name of an object that we neither create,
    change nor delete. `secrets` are the fields whose values must not be shown.
    """

    address: Address
    kind: str
    values: Mapping[str, Any]
    place: Place
    parent: Address | None = None
    references: frozenset[Address] = frozenset()
    lifecycle: Lifecycle = Lifecycle()
    timeouts: Timeouts = Timeouts()
    existing: str | None = None
    secrets: frozenset[str] = frozenset()
    field_places: Mapping[str, Place] = field(default_factory=lambda: _NO_PLACES)
    managed_sections: frozenset[str] = frozenset()
    """Child sections that the YAML of this resource names, even when empty (`bgp_sessions: []`)."""
    rollout: Rollout | None = None
    """How the group that it is one of is changed, when a change puts machines out of work."""

    @property
    def managed(self) -> bool:
        return self.existing is None

    def place_of(self, name: str) -> Place:
        return self.field_places.get(name, self.place)


@dataclass(frozen=True, slots=True)
class Output:
    """A value to show after an apply; secret ones are shown only when asked for by name."""

    name: str
    value: Any
    place: Place
    secret: bool = False


@dataclass(frozen=True, slots=True)
class GeneratedFile:
    """A file to write after an apply: `path` below the folder that is given for such files, its text, and its mode."""

    path: str
    content: Any
    mode: int
    place: Place
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A file that the stack was read from, and the SHA-256 of its bytes, so that a saved plan can be checked."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Stack:
    """A resolved stack: everything that is wanted, in address order.

    `secrets` are the texts that must never reach an output (values of secret variables and secret fields).
    `inputs` are the values of the variables that are not secret, by name.
    """

    name: str
    resources: tuple[Resource, ...]
    outputs: tuple[Output, ...] = ()
    sources: tuple[Source, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    secrets: frozenset[Secret] = frozenset()
    files: tuple[GeneratedFile, ...] = ()
    moved: Moves = field(default_factory=Moves)
    rails: Rails = field(default_factory=Rails)
    lifetime: Lifetime | None = None
    lifetimes: Mapping[Address, Lifetime] = field(default_factory=lambda: MappingProxyType({}))
    """How long each project that it makes is to stand, by address; `lifetime` is the stack's own word."""
    warnings: tuple[Diagnostic, ...] = ()
    """What is allowed and hardly meant, or not in the catalogue that it was read with."""
    foreign: tuple[Foreign, ...] = ()
    """The objects of other stacks that its expressions read."""

    def without_resources(self) -> Stack:
        """The stack emptied of what it manages: what `destroy` plans for. Existing objects stay as places to look."""
        kept = tuple(each for each in self.resources if not each.managed)
        return replace(self, resources=kept, outputs=(), files=(), warnings=(), foreign=())


def deferred(value: Any) -> bool:
    """Whether a value still has to be evaluated."""
    return hasattr(value, "evaluate")


__all__ = [
    "Deferred",
    "Evaluated",
    "Foreign",
    "GeneratedFile",
    "Lifecycle",
    "Output",
    "Resource",
    "Source",
    "Stack",
    "Timeouts",
    "Unknown",
    "World",
    "deferred",
]
