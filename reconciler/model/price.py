"""What things cost by the hour, in US dollars of the price list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, Final

from reconciler.values import Address

MONTH_HOURS: Final = 730
"""Hours in a month, as price lists of clouds reckon (365 days of 24 hours, by twelve)."""
_MOST: Final = Decimal(10) ** 9
"""Dollars an hour. What is more is no price, whoever says so."""
_FINEST: Final = Decimal("0.000001")
_NAMES: Final = ("slug", "class", "legacy_slug", "id")


@dataclass(frozen=True, slots=True)
class Charge:
    """One thing that is billed by the hour. `slug` names it in the API's price list (`GET /plans`), empty where it is
    not known what is billed. `units` is how many of it (machines, gigabytes, addresses), None where that is not known.
    `hourly` is the price of one where the list does not say it: a bid, or nothing for a machine whose contract pays for
    it. `note` says so, for a person.
    """

    slug: str
    units: int | None = 1
    hourly: Decimal | None = None
    note: str = ""

    def amount(self, prices: Mapping[str, Decimal]) -> Decimal | None:
        """Dollars an hour for all of it; None where no price is known."""
        each = self.hourly if self.hourly is not None else prices.get(self.slug)
        units = dollars(self.units)
        return dollars(each * units) if each is not None and units is not None else None


@dataclass(frozen=True, slots=True)
class Cost:
    """What one object costs an hour, before a change and after it; None where no price is known, 0 where there is
    nothing to pay.
    """

    before: Decimal | None
    after: Decimal | None
    notes: tuple[str, ...] = ()

    @property
    def delta(self) -> Decimal | None:
        """How much more an hour; None where either side is not known."""
        return self.after - self.before if self.before is not None and self.after is not None else None

    @property
    def moves(self) -> bool:
        """Whether it is another one after the change, as far as is known."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Expense:
    """What one object costs. `pending`: the plan does something about it."""

    address: Address
    cost: Cost
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Bill:
    """What all that the stack owns costs an hour, before a plan and after it, as far as prices are known: `unpriced`
    are the addresses of what is billed and has no known price. `strangers` is what stands in the stack's projects and
    is not its own. `besides` is what the stack owns and the plan's targets leave out; the sums have it in them.
    """

    before: Decimal
    after: Decimal
    strangers: Decimal = Decimal(0)
    unpriced: tuple[str, ...] = ()
    besides: tuple[Expense, ...] = ()

    @property
    def delta(self) -> Decimal:
        return self.after - self.before


def dollars(value: Any) -> Decimal | None:
    """A number or a text as dollars; None for what is no amount: negative, endless, beyond all reason, or no number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        found = value if isinstance(value, Decimal) else Decimal(str(value))
    except (InvalidOperation, ValueError):
        return None
    return found if found.is_finite() and 0 <= found <= _MOST else None


def price_list(plans: Iterable[Mapping[str, Any]]) -> Mapping[str, Decimal]:
    """Dollars an hour, by each of the names of what is offered, from the items of `GET /plans` (`pricing.hour`)."""
    found: dict[str, Decimal] = {}
    for item in plans:
        pricing = item.get("pricing")
        price = dollars(pricing.get("hour")) if isinstance(pricing, Mapping) else None
        for key in _NAMES:
            if price is not None and isinstance(item.get(key), str) and item[key]:
                found.setdefault(item[key], price)
    return MappingProxyType(found)


def in_dollars(amount: Decimal) -> str:
    """For a person, in cents, and finer where they do not tell all: `$1.20`, `$0.0104`, `-$0.40`."""
    whole, _, rest = f"{abs(amount).quantize(_FINEST, ROUND_HALF_UP):,f}".partition(".")
    return f"{'-' if amount < 0 else ''}${whole}.{rest.rstrip('0'):0<2}"
