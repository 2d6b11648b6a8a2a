"""Limits on what one run may do, as a stack sets them, and the waivers that lift one for a time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from reconciler.diagnostics import Place
from reconciler.model.price import Expense
from reconciler.values import Address

FREE_DELETES: Final = 5
"""A share says nothing of a few objects: up to so many may go whatever part of the stack they are."""
DELETES_PER_MINUTE: Final = 60
"""How many deletes of what costs money or holds data are sent within a minute, unless the stack says otherwise."""
DELETE_SHARE: Final = 0.3
"""The part of what a stack owns that may go in one apply, unless the stack says otherwise."""
FREE_LOSSES: Final = 2
"""Up to so many objects may have vanished since the last run whatever part of the stack they are."""
VANISHED_SHARE: Final = 0.5
"""The part of what a stack owned that may have vanished since the last run, unless the stack says otherwise."""


class Rail(StrEnum):
    """The limits that a waiver can lift, by their keys under `rails`."""

    MAX_DELETES = "max_deletes"
    MAX_DELETE_SHARE = "max_delete_share"
    MAX_CREATES = "max_creates"
    MAX_VANISHED_SHARE = "max_vanished_share"
    MAX_COST_PER_HOUR = "max_cost_per_hour"
    DELETE_PROJECTS = "delete_projects"


@dataclass(frozen=True, slots=True)
class Waiver:
    """One rail does not count until the end of a day (UTC), for these addresses and what is in them, or for all."""

    rail: Rail
    reason: str
    until: date
    place: Place
    targets: tuple[Address, ...] = ()

    def covers(self, address: Address) -> bool:
        return not self.targets or any(address.within(each) for each in self.targets)


@dataclass(frozen=True, slots=True)
class Rails:
    """A stack's limits. None: not set, so that only what holds for all stacks does.

    `max_delete_share` is a part of what the stack owns (0.3 = 30 %), and says nothing of up to `FREE_DELETES` objects.
    `max_vanished_share` is a part of what it owned when the last run ended, and says nothing of up to `FREE_LOSSES`.
    `max_cost_per_hour` is in dollars, of all that the stack owns after the apply, at list price.
    `canary` and `deletes_per_minute` are of deletes of what costs money or holds data; no canary is needed for up to
    `FREE_DELETES` of them, unless it is set.
    """

    max_deletes: int | None = None
    max_delete_share: float | None = None
    max_creates: int | None = None
    max_vanished_share: float | None = None
    max_cost_per_hour: Decimal | None = None
    delete_projects: bool = True
    canary: bool | None = None
    deletes_per_minute: int | None = None
    waivers: tuple[Waiver, ...] = ()

    def valid_waivers(self, today: date) -> tuple[Waiver, ...]:
        """Those that have not expired by a day (UTC)."""
        return tuple(each for each in self.waivers if today <= each.until)


@dataclass(frozen=True, slots=True)
class Pacing:
    """How a plan's `deletes` of what costs money or holds data go: the first one alone if there is a `canary`, and so
    many within a minute.
    """

    deletes: int
    canary: bool
    per_minute: int


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a plan takes away: an object, a machine that goes with it, the data on one that is wiped."""

    address: Address
    what: str = ""

    def __str__(self) -> str:
        return f"{self.address}: {self.what}" if self.what else str(self.address)


@dataclass(frozen=True, slots=True)
class Toll:
    """What a plan would do, as far as limits count it. `owned` is how many objects the stack has now, the machines
    that would go along with one included; `holders` are those that go of what holds others' objects (projects).
    `expenses` are what all that is billed costs; None where the plan does something about that and no prices were read.
    """

    losses: tuple[Loss, ...] = ()
    creates: tuple[Address, ...] = ()
    holders: tuple[Address, ...] = ()
    owned: int = 0
    expenses: tuple[Expense, ...] | None = ()


def waived(address: Address, rail: Rail, waivers: Collection[Waiver]) -> bool:
    """Whether one of these waivers, which are not expired, lifts a rail for an address."""
    return any(each.rail is rail and each.covers(address) for each in waivers)
