"""What can be ordered, and at which price."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.emulator.catalogue import Facility, OperatingSystem, Plan
from reconciler.emulator.rendering import Views
from reconciler.emulator.resources import offers
from reconciler.emulator.routing import Lists, Route, check, get, listing

LISTED: Lists = {}

VIEWS: Views = {
    Facility: offers.show_facility,
    Plan: offers.show_plan,
    OperatingSystem: offers.show_operating_system,
}


def routes() -> Iterator[Route]:
    yield listing("/facilities", "facilities", offers.facilities)
    yield listing("/plans", "plans", offers.plans)
    yield listing("/operating-systems", "operating_systems", offers.operating_systems)
    yield get("/capacity", offers.capacity)
    yield check("/capacity", offers.check_capacity)
    yield get("/market/spot/prices", offers.spot_prices)
    yield get("/market/spot/prices/history", offers.spot_price_history)
