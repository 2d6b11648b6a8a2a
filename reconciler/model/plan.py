"""What is to be done: changes (what a person reads) and steps (what the executor runs), one list for both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from reconciler.diagnostics import Diagnostic, Place
from reconciler.model.effect import Effect
from reconciler.model.gravity import Gravity
from reconciler.model.kind import Verb
from reconciler.model.live import LiveObject
from reconciler.model.price import Bill, Cost
from reconciler.model.rails import Pacing, Waiver
from reconciler.model.resource import Resource
from reconciler.model.rollout import Waves
from reconciler.values import Address

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Action(StrEnum):
    """The closed set of what can happen to a resource; the values are what policies grep for."""

    NOOP = "no-op"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    DELETE_CREATE = "delete-create"
    CREATE_DELETE = "create-delete"

    @property
    def words(self) -> tuple[str, ...]:
        """The action in the words of a Terraform plan: one or two of no-op, create, update, delete."""
        return {
            Action.DELETE_CREATE: ("delete", "create"),
            Action.CREATE_DELETE: ("create", "delete"),
        }.get(self, (self.value,))

    @property
    def replaces(self) -> bool:
        return self in (Action.DELETE_CREATE, Action.CREATE_DELETE)

    @property
    def creates(self) -> bool:
        return self is Action.CREATE or self.replaces

    @property
    def deletes(self) -> bool:
        return self is Action.DELETE or self.replaces


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs. `path` leads to the differing part (`("customdata", "rack")`); `before` and `after` are
    its values, `after` is `Unknown` when only an apply can tell. `note` says what the change does; `wipes` whether it
    destroys what is on the object, though the object stays.
    """

    path: tuple[str | int, ...]
    before: Any
    after: Any
    forces_replacement: bool = False
    secret: bool = False
    note: str = ""
    wipes: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one object, and why.

    `reason` is a code (`not_declared`, `cannot_update`, `parent_replaced`, `requested`, `duplicate`, ...), `because`
    the same for a person. `before` and `after` are the declared fields (live and wanted); `unknown` names the fields of
    `after` that only an apply can tell; `secrets` the fields not to be shown.
    """

    address: Address
    kind: str
    action: Action
    resource: Resource | None = None
    live: LiveObject | None = None
    parent_id: str | None = None
    reason: str = ""
    because: str = ""
    fields: tuple[FieldChange, ...] = ()
    before: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    after: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    unknown: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()
    impact: tuple[str, ...] = ()
    unasked: tuple[FieldChange, ...] = ()
    """What the object has that the stack does not ask for, in fields where that matters: told, and left as it is."""
    ignored: tuple[FieldChange, ...] = ()
    """What differs in fields that the stack ignores: accepted, told as that, and left as it is."""
    moved_from: str = ""
    """The address that its mark still says, when the stack has moved it and the mark is to be rewritten."""
    effect: Effect = Effect.NONE
    """What it does to what runs (`review.effects`)."""
    dependants: tuple[Address, ...] = ()
    """Of a change that disrupts: what rests on the object and stays."""
    gravity: Gravity | None = None
    """How grave it is that the account differs so (`review.gravity`); None where nothing differs."""
    cost: Cost | None = None
    """What the object costs, before and after; None for what is not billed (`review.bill`)."""

    @property
    def place(self) -> Place | None:
        return self.resource.place if self.resource is not None else None

    @property
    def pending(self) -> bool:
        """Whether an apply has anything to do about it; a mark to rewrite is no change of the object."""
        return self.action is not Action.NOOP or bool(self.moved_from)

    @property
    def changed(self) -> frozenset[str]:
        """The names of the top-level fields that differ."""
        return frozenset(str(each.path[0]) for each in self.fields)


@dataclass(frozen=True, slots=True)
class Step:
    """One API action. `id` is unique in a plan, and `ADDRESS:verb` unless it is a join, or the look at a group before a
    wave of its rollout. `requires` are the ids of the steps that come first.

    `call` is the request for people and for the plan file, as far as it is known (`POST /projects/{id}/devices`).
    `implied` means that the API does it with the parent's step, so no call is sent.
    """

    id: str
    address: Address
    verb: Verb
    kind: str
    call: str
    requires: tuple[str, ...] = ()
    implied: bool = False


def step_id(address: Address, verb: Verb) -> str:
    """The id of a resource's step."""
    return f"{address}:{verb}"


@dataclass(frozen=True, slots=True)
class Stranger:
    """An object in one of our projects that carries no mark of this stack; listed, never touched."""

    kind: str
    id: str
    label: str
    inside: str = ""
    owner: str = ""
    """`another stack's name`, or empty."""
    created_at: str = ""
    left_by: str = ""
    """The address of what made it, which is gone and was to leave it here; or empty."""
    hourly: Decimal | None = None
    """What it costs an hour; None for what is not billed, or has no known price."""
    billed: bool = False
    """Whether it is billed by the hour, as far as that was looked into."""
    made_by: str = ""
    """Who made it, by the API's events; empty where they do not tell, or were not asked."""


@dataclass(frozen=True, slots=True)
class Expiry:
    """Until when a project is to stand: `ends`, or (while it is not made yet) for `ttl` from its birth."""

    address: Address
    ends: datetime | None
    ttl: timedelta | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """What the plan was asked for; part of a saved plan, so that it can be checked again."""

    destroy: bool = False
    targets: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The whole answer of the planner. `changes` are in address order and include the unchanged; `steps` are in an
    order in which each comes after what it requires.
    """

    stack: str
    changes: tuple[Change, ...]
    steps: tuple[Step, ...]
    strangers: tuple[Stranger, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    outputs: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    secret_outputs: frozenset[str] = frozenset()
    options: Options = Options()
    longest_path: int = 0
    files: tuple[tuple[str, int], ...] = ()
    """What is written after the apply: paths below the folder of generated files, with modes."""
    bill: Bill | None = None
    """What the stack costs; None where no prices were read."""
    expiries: tuple[Expiry, ...] = ()
    """The projects that are not to stand for ever."""
    waivers: tuple[Waiver, ...] = ()
    """The waivers of the stack's rails, expired ones too."""
    pacing: Pacing | None = None
    """How deletes of what costs money or holds data are paced; None where they are few."""
    rollouts: tuple[Waves, ...] = ()
    """The groups whose machines are changed some at a time."""

    def count(self) -> Counts:
        adds = sum(1 for each in self.changes if each.action.creates)
        changes = sum(1 for each in self.changes if each.action is Action.UPDATE)
        deletes = sum(1 for each in self.changes if each.action.deletes)
        return Counts(adds, changes, deletes)

    @property
    def creates(self) -> bool:
        """Whether it makes new objects, so that what an earlier run has under way matters."""
        return any(each.verb is Verb.CREATE and not each.implied for each in self.steps)

    @property
    def empty(self) -> bool:
        return not any(each.pending for each in self.changes)

    @property
    def actions(self) -> int:
        """How many steps a person would count."""
        return sum(1 for each in self.steps if each.verb is not Verb.JOIN)

    @property
    def pending(self) -> tuple[Change, ...]:
        return tuple(each for each in self.changes if each.pending)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many objects a plan or an apply adds, changes and destroys; a replacement counts in add and destroy."""

    added: int = 0
    changed: int = 0
    destroyed: int = 0
