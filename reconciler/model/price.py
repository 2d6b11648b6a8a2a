"""What things cost by the hour, in US dollars of the price list."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

MONTH_HOURS: Final = 730
"""Hours in a month, as price lists of clouds reckon (365 days of 24 hours, by twelve)."""


@dataclass(frozen=True, slots=True)
class Charge:
    """One thing that is billed by the hour. `slug` names it in the API's price list (`GET /plans`), `units` is how many
    of it (machines, gigabytes, addresses). `hourly` is the price of one where the list does not say it: a bid, or
    nothing for a machine whose contract pays for it. `note` says so, for a person.
    """

    slug: str
    units: int | float = 1
    hourly: Decimal | None = None
    note: str = ""


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


@dataclass(frozen=True, slots=True)
class Bill:
    """What all that the stack owns costs an hour, before a plan and after it, as far as prices are known: `unpriced`
    are the addresses of what is billed and has no known price. `strangers` is what stands in the stack's projects and
    is not its own.
    """

    before: Decimal
    after: Decimal
    strangers: Decimal = Decimal(0)
    unpriced: tuple[str, ...] = ()

    @property
    def delta(self) -> Decimal:
        return self.after - self.before
