"""What things cost, for people: by the month, in dollars of the price list."""

from __future__ import annotations

from decimal import Decimal

from reconciler.model.price import MONTH_HOURS, Bill, Cost


def monthly(hourly: Decimal, *, signed: bool = False) -> str:
    """`$1,022.00`; with its sign, `+$1,022.00`."""
    amount = round(hourly * MONTH_HOURS, 2)
    sign = "-" if amount < 0 else "+" if signed else ""
    return f"{sign}${abs(amount):,.2f}"


def bill_words(bill: Bill) -> str:
    """What the whole stack costs, before and after."""
    if bill.before == bill.after:
        return f"{monthly(bill.after)} a month"
    return f"{monthly(bill.before)} → {monthly(bill.after)} a month ({monthly(bill.delta, signed=True)})"


def cost_words(cost: Cost) -> str:
    """What one object costs, before and after; empty where nothing is known."""
    if cost.before is None and cost.after is None:
        return ""
    before, after = ("unknown" if each is None else monthly(each) for each in (cost.before, cost.after))
    told = after if before == after else f"{before} → {after}"
    return f"{told} a month" + "".join(f", {each}" for each in cost.notes)
