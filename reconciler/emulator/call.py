"""What a handler is given and what it gives back.

A handler is a plain function: `Read` to `Reply` for a call that looks, `Write` to `Reply` for one that
changes. It raises `ApiError` to refuse, and then nothing it did so far counts. How a reply becomes bytes is
not its concern.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from reconciler.emulator.access import Caller
from reconciler.emulator.addressbook import AddressBook
from reconciler.emulator.catalogue import Catalogue
from reconciler.emulator.errors import not_found
from reconciler.emulator.params import Params
from reconciler.emulator.records import Record, User
from reconciler.emulator.rendering import Viewable
from reconciler.emulator.settings import Settings
from reconciler.emulator.tables import Tables
from reconciler.emulator.world import Transaction

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Fate:
    """What lies ahead of a new device: how provisioning ends, and when, if not as the settings say."""

    end: Literal["active", "failed", "stuck"] = "active"
    provision_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """One object."""

    record: Viewable
    status: int = 200
    as_of: float | None = None
    """The moment to show it at, if not the call's: a new device is shown as it was before its first event."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of objects, in the order to show them."""

    records: Sequence[Viewable]


@dataclass(frozen=True, slots=True)
class Several:
    """The objects that a change has made, wrapped in `{key: [...]}`."""

    key: str
    records: Sequence[Viewable]
    status: int = 201


@dataclass(frozen=True, slots=True)
class Plain:
    """JSON as it stands."""

    body: object
    status: int = 200


@dataclass(frozen=True, slots=True)
class Empty:
    """No body."""

    status: int = 204


Reply = Shown | Several | Plain | Empty
"""What a call that is about one object gives back; a list call gives back `Listed`."""


@dataclass(frozen=True, slots=True)
class Read:
    """One accepted call: its arguments, and the world at `now`."""

    path: Mapping[str, str]
    params: Params
    tables: Tables
    addresses: AddressBook
    catalogue: Catalogue
    settings: Settings
    now: float
    caller: Caller

    def get(self, kind: type[R], argument: str = "id") -> R:
        """The object that a path argument names, or 404."""
        found = self.tables.get(kind, self.path[argument])
        if found is None:
            raise not_found()
        return found

    @property
    def user(self) -> User:
        """Whose token it is; of a project's key, who made it."""
        found = self.tables.get(User, self.caller.user_id)
        if found is None:  # only in the past that a lagging list shows
            raise not_found()
        return found


@dataclass(frozen=True, slots=True)
class Write(Read):
    """A call that changes the world: everything through `change`, ids for the ledger into `created` and `deleted`."""

    change: Transaction
    fate: Fate = Fate()
    """What a fault rule has in store for the device that this call creates."""
    created: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    """The object itself first, then what goes with it, be it only when deprovisioning ends."""

    def add(self, record: Record) -> None:
        """Put a new object that the call was made for."""
        self.change.put(record)
        self.created.append(record.id)

    def drop(self, record: Record) -> None:
        """Take an object out."""
        self.change.remove(record)
        self.deleted.append(record.id)
