"""What a plan costs, in words and as JSON. Amounts are exact until here, and rounded for show only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from reconciler.model.event import Remains
from reconciler.model.plan import Stranger
from reconciler.model.price import MONTH_HOURS, Bill, Cost, in_dollars
from reconciler.report.risk import some

CURRENCY: Final = "USD"
_CENT: Final = Decimal("0.01")


def an_hour(amount: Decimal) -> str:
    """`$0.40/h`."""
    return f"{in_dollars(amount)}/h"


def a_month(amount: Decimal) -> str:
    """An amount an hour, for a month: `$292.00/month`."""
    return f"{in_dollars(_monthly(amount))}/month"


def more(amount: Decimal) -> str:
    """A difference an hour, with its sign: `+$0.40/h`."""
    return f"{'+' if amount >= 0 else ''}{an_hour(amount)}"


def more_a_month(amount: Decimal) -> str:
    """A difference an hour, for a month and with its sign: `+$292.00/month`."""
    return f"{'+' if amount >= 0 else ''}{a_month(amount)}"


def cost_words(cost: Cost) -> str:
    """What one change costs: the difference, what it is between, and what is to be known of it."""
    about = list(cost.notes)
    if cost.delta is None:
        known = cost.before is not None or cost.after is not None
        text = f"{_or_unknown(cost.before)} -> {_or_unknown(cost.after)}" if known else "not known"
    elif cost.before and cost.after and not cost.delta:
        text = f"no change, {an_hour(cost.after)}"
    else:
        text = more(cost.delta) if cost.delta else an_hour(cost.delta)
        if cost.before and cost.after:
            about.insert(0, f"{an_hour(cost.before)} -> {an_hour(cost.after)}")
    return f"{text} ({'; '.join(about)})" if about else text


def _or_unknown(amount: Decimal | None) -> str:
    return "not known" if amount is None else an_hour(amount)


def bill_words(bill: Bill, strangers: Sequence[Stranger] = ()) -> tuple[str, ...]:
    """What all of it costs, what has no price, and what the strangers cost besides; a line each."""
    change = (
        f"{more(bill.delta)} ({more_a_month(bill.delta)} at list price)" if bill.delta else "no change at list price"
    )
    lines = [f"Cost: {change}, {an_hour(bill.after)} ({a_month(bill.after)}) in all."]
    if bill.unpriced:
        lines.append(f"Not in it, since no price is known: {some(bill.unpriced)}.")
    if bill.strangers:
        who = sum(1 for each in strangers if each.hourly)
        named = f"{who} strangers cost" if who > 1 else "a stranger costs" if who else "strangers cost"
        lines.append(f"Besides, {named} {an_hour(bill.strangers)} ({a_month(bill.strangers)}).")
    return tuple(lines)


def remains_words(remains: Sequence[Remains]) -> str:
    """What a destroy has left costs; empty where none of it is billed."""
    billed = [each for each in remains if each.billed]
    if not billed:
        return ""
    unknown = sum(each.hourly is None for each in billed)
    if unknown == len(billed):
        return "What is still there is billed; its price is not known."
    amount = total(billed)
    rest = f", and what has no known price: {unknown}" if unknown else ""
    return f"What is still there costs {an_hour(amount)} ({a_month(amount)} at list price){rest}."


def left_words(remains: Remains) -> str:
    """One thing that a destroy has left: which, what it costs, and why it is there."""
    price = an_hour(remains.hourly) if remains.hourly is not None else "price not known" if remains.billed else ""
    about = f"{remains.kind} {remains.id}{', ' if price else ''}{price}"
    return f"{remains.address} ({about}){f': {remains.reason}' if remains.reason else ''}"


def left_json(remains: Remains) -> dict[str, Any]:
    """What it costs an hour, for what is billed; null where no price is known."""
    return {"hourly": number(remains.hourly)} if remains.billed else {}


def cost_json(cost: Cost) -> dict[str, Any]:
    """Of one change; null where no price is known."""
    return {
        "hourly_before": number(cost.before),
        "hourly_after": number(cost.after),
        "hourly_delta": number(cost.delta),
        "monthly_delta": monthly(cost.delta),
        "currency": CURRENCY,
        "notes": list(cost.notes),
    }


def bill_json(bill: Bill) -> dict[str, Any]:
    """Of the whole plan."""
    return {
        "hourly_before": number(bill.before),
        "hourly_after": number(bill.after),
        "hourly_delta": number(bill.delta),
        "monthly_before": monthly(bill.before),
        "monthly_after": monthly(bill.after),
        "monthly_delta": monthly(bill.delta),
        "currency": CURRENCY,
        "list_price": True,
        "unpriced": list(bill.unpriced),
        "strangers": number(bill.strangers),
    }


def total(billed: Iterable[Stranger | Remains]) -> Decimal:
    """Dollars an hour for all of them, as far as prices are known."""
    return sum((each.hourly or Decimal(0) for each in billed), Decimal(0))


def number(amount: Decimal | None) -> float | None:
    """Dollars as a JSON number."""
    return None if amount is None else float(amount)


def monthly(amount: Decimal | None) -> float | None:
    """Dollars an hour as dollars a month, in whole cents."""
    return None if amount is None else float(_monthly(amount))


def _monthly(amount: Decimal) -> Decimal:
    return (amount * MONTH_HOURS).quantize(_CENT, ROUND_HALF_UP)
