"""The course of the spot market's prices: what a machine of a plan costs in a facility in each hour.

A price is a part of the plan's list price. It lies between a fifth (four fifths off was the most that was advertised in
2018, and what most prices of fog-packet's recording are) and a half, goes from one level to another in six hours, and
changes when an hour does. The levels are the emulator's own: they follow from the setting `spot_seed`, the facility,
the plan and the hour, so that each price, past or to come, can be computed. The setting `spot_prices` fixes a price
for good.

Where nothing is left the price is ten times the list price (2020 documentation; recordings of 2018 in fog-packet and
PacNet::RAPI have it a cent above that). It is what is asked of newcomers and throws nobody out, so it is no part of
the course.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable

from reconciler.emulator.catalogue import Plan
from reconciler.emulator.settings import Settings

HOUR = 3600
SOLD_OUT_TIMES = 10

_LEAST, _STEP, _LEVELS = 0.2, 0.02, 16
_HOURS_A_LEVEL = 6
_FURTHEST_HOURS = 2 * 8784
"""How far the market looks ahead: two years. A price that is ever reached comes many times in that time."""


def is_traded(plan: Plan) -> bool:
    """Whether the plan is on the spot market at all; one whose list price nobody knows is not."""
    return plan.line == "baremetal" and "spot_market" in plan.deployment_types and plan.hourly > 0


def price(settings: Settings, facility: str, plan: Plan, at: float) -> float:
    """Dollars an hour at a moment, while there is something left."""
    fixed = _fixed(settings, facility, plan)
    return _of_hour(settings.spot_seed, facility, plan, math.floor(at / HOUR)) if fixed is None else fixed


def next_above(settings: Settings, facility: str, plan: Plan, at: float, bid: float) -> float | None:
    """When the price first exceeds a bid, from `at` on; None for never."""
    return _next(settings, facility, plan, at, lambda found: found > bid)


def next_within(settings: Settings, facility: str, plan: Plan, at: float, bid: float) -> float | None:
    """When the price is first no more than a bid, from `at` on; None for never."""
    return _next(settings, facility, plan, at, lambda found: found <= bid)


def _next(settings: Settings, facility: str, plan: Plan, at: float, fits: Callable[[float], bool]) -> float | None:
    if fits(price(settings, facility, plan, at)):
        return at
    least, most = _rounded(plan.hourly * _part(0)), _rounded(plan.hourly * _part(_LEVELS - 1))
    if _fixed(settings, facility, plan) is not None or not (fits(least) or fits(most)):
        return None
    hour = math.floor(at / HOUR)
    for later in range(hour + 1, hour + _FURTHEST_HOURS):
        if fits(price(settings, facility, plan, later * HOUR)):
            return float(later * HOUR)
    return None


def _fixed(settings: Settings, facility: str, plan: Plan) -> float | None:
    """The price that the settings say, under the plan's new slug or its old one."""
    found = settings.spot_price_of(facility, plan.slug)
    return settings.spot_price_of(facility, plan.legacy_slug) if found is None and plan.legacy_slug else found


def _of_hour(seed: int, facility: str, plan: Plan, hour: int) -> float:
    """The price of an hour: on the straight line between two levels."""
    place, hours = divmod(hour, _HOURS_A_LEVEL)
    before = _level(seed, facility, plan.slug, place)
    after = _level(seed, facility, plan.slug, place + 1)
    level = before + (after - before) * hours / _HOURS_A_LEVEL
    return _rounded(plan.hourly * _part(level))


def _level(seed: int, facility: str, plan: str, place: int) -> int:
    digest = hashlib.sha256(f"{seed}/{facility}/{plan}/{place}".encode()).digest()
    return digest[0] % _LEVELS


def _part(level: float) -> float:
    """How much of the list price a level is."""
    return _LEAST + _STEP * level


def _rounded(dollars: float) -> float:
    return round(dollars, 4)
