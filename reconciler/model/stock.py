"""What a create takes out of what the platform has, and what the platform says that it has left.

Kinds say what they take (`Kind.takes`), the catalog how it is asked for (`Desk`), and `engine.stock` puts the two
together before a plan is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.wire import Call, Listing

Levels = Mapping[str, Mapping[str, str]]
"""By facility and plan, as `GET /capacity` says it: normal, limited, critical, unavailable."""
NONE_LEFT = "unavailable"


@dataclass(frozen=True, slots=True)
class Machines:
    """Machines that one create takes: `quantity` of a plan, each in any of `places` (facility codes; empty: anywhere),
    in at most `spread` of these altogether (None: in any number).

    `names` are all that the plan goes by (empty: any plan will do). `reserved` ones come from the project's hardware
    reservations: from those with the uuids in `reservations`, from whichever is free with `next_available`, or either.
    """

    plan: str
    names: frozenset[str]
    places: tuple[str, ...]
    quantity: int = 1
    spread: int | None = None
    reserved: bool = False
    reservations: frozenset[str] = frozenset()
    next_available: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Order:
    """So many machines of a plan in one facility."""

    facility: str
    plan: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Reservation:
    """A reserved machine. `device` is the uuid of what is on it; `provisionable` whether the API would put something
    there now. None is not known, but for `device`, where it is nothing.
    """

    id: str
    plan: str
    names: frozenset[str]
    facility: str | None
    device: str | None
    provisionable: bool | None


@dataclass(frozen=True, slots=True)
class Desk:
    """How the API is asked what it has left, and how its answers are read. Nothing of it changes anything: `check` is
    the one POST that a plan may send.
    """

    levels: Call
    read_levels: Callable[[Any], Levels]
    check: Callable[[Sequence[Order]], Call]
    read_check: Callable[[Any, Sequence[Order]], Mapping[Order, bool]]
    """What it does not say of an order is left out."""
    reservations: Callable[[str], Listing]
    """Those of a project."""
    read_reservation: Callable[[Mapping[str, Any]], Reservation]
