"""What can be ordered, and how much of it is left."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.emulator.catalogue import Address, Facility, OperatingSystem, Plan
from reconciler.emulator.rendering import Views
from reconciler.emulator.resources import capacity, offers
from reconciler.emulator.routing import Lists, Route, check, get, listing

LISTED: Lists = {}

VIEWS: Views = {
    Facility: offers.show_facility,
    Address: offers.show_address,
    Plan: offers.show_plan,
    OperatingSystem: offers.show_operating_system,
}


def routes() -> Iterator[Route]:
    yield listing("/facilities", "facilities", offers.facilities)
    yield listing("/plans", "plans", offers.plans)
    yield listing("/operating-systems", "operating_systems", offers.operating_systems)
    yield get("/capacity", capacity.capacity)
    yield check("/capacity", capacity.check_capacity)
    yield listing("/organizations/{id}/plans", "plans", offers.organization_plans)
    yield listing("/organizations/{id}/operating-systems", "operating_systems", offers.organization_operating_systems)
    yield get("/organizations/{id}/capacity", capacity.organization_capacity)
