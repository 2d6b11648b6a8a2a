"""Prices on the spot market, now and in the past.

Shapes are those of fog-packet's recordings (2018). A history has one series for the facility and plan asked for, named
as the recorded one, with a point for each hour between `from` and `until` (unix seconds) of the last ninety days (2020
documentation). The 2019 reference calls these two required, but fog-packet asks without them: then it is all ninety
days. What was sold out when is no part of it.
"""

from __future__ import annotations

import math

from reconciler.emulator import market
from reconciler.emulator.call import Plain, Read, Reply
from reconciler.emulator.catalogue import Plan
from reconciler.emulator.errors import invalid
from reconciler.emulator.resources.capacity import by_place, left, old_slug
from reconciler.emulator.resources.finding import find_facility, unix_seconds

_REMEMBERED_SECONDS = 90 * 86_400


def spot_price(call: Read, facility: str, plan: Plan) -> float:
    """What a new spot instance has to bid at least, in dollars an hour."""
    if left(call, facility, plan):
        return market.price(call.settings, facility, plan, call.now)
    return round(plan.hourly * market.SOLD_OUT_TIMES, 4)


def current(call: Read) -> Reply:
    """GET /market/spot/prices; `facility` and `plan` narrow it."""
    facility, name = call.params.text("facility"), call.params.text("plan")
    wanted = call.catalogue.plan(name) if name else None
    prices = by_place(
        call,
        old_slug,
        lambda code, plan: {"price": spot_price(call, code, plan)},
        lambda plan: market.is_traded(plan) and (not name or plan == wanted),
    )
    return Plain(
        {"spot_market_prices": {code: found for code, found in prices.items() if not facility or code == facility}}
    )


def history(call: Read) -> Reply:
    """GET /market/spot/prices/history"""
    facility = find_facility(call)
    name = call.params.required("plan")
    plan = call.catalogue.plan(name)
    if plan is None:
        raise invalid(f"{name} is not a valid plan")
    oldest, start, end = call.now - _REMEMBERED_SECONDS, unix_seconds(call, "from"), unix_seconds(call, "until")
    first = math.ceil((oldest if start is None else max(start, oldest)) / market.HOUR)
    last = math.floor((call.now if end is None else min(end, call.now)) / market.HOUR)
    traded = facility.code in plan.facilities and market.is_traded(plan)
    target = f"api_metrics.spot_market_price.{facility.code}.{old_slug(plan)[0]}"
    points = [
        [market.price(call.settings, facility.code, plan, hour * market.HOUR), hour * market.HOUR]
        for hour in range(first, last + 1)
        if traded
    ]
    return Plain({"prices_history": [{"target": target, "datapoints": points, "tags": {"name": target}}]})
