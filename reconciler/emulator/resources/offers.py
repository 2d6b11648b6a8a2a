"""What can be ordered and what it costs: facilities, plans, operating systems, capacity, spot prices.

Not paged (2019 API reference). Capacity levels are normal, limited, critical and unavailable (packngo); the
thresholds are the emulator's. Spot prices are three tenths of the list price, and ten times it where
nothing is left (2020 documentation).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from reconciler.emulator.call import Listed, Plain, Read, Reply
from reconciler.emulator.catalogue import Facility, OperatingSystem, Plan
from reconciler.emulator.errors import invalid
from reconciler.emulator.ids import derived_id
from reconciler.emulator.params import Params
from reconciler.emulator.records import Device, Organization, Project
from reconciler.emulator.rendering import Link, Scene, View

_LEVELS = ((0, "unavailable"), (2, "critical"), (9, "limited"))
_SPOT_PART, _SOLD_OUT_TIMES = 0.3, 10


def show_facility(facility: Facility, _scene: Scene) -> View:
    """A facility's JSON."""
    return {
        "id": facility.id,
        "name": facility.name,
        "code": facility.code,
        "features": list(facility.features),
        "address": Link(f"#{derived_id('facility address', facility.code)}"),
        "ip_ranges": list(facility.ip_ranges),
        "href": f"/facilities/{facility.id}",
    }


def show_plan(plan: Plan, scene: Scene) -> View:
    """A plan's JSON. Its slug is the class, as devices of mid-2019 show even where the old slug was asked for."""
    places = [scene.catalogue.facility(code) for code in plan.facilities]
    return {
        "id": plan.id,
        "slug": plan.slug,
        "name": plan.name,
        "description": plan.description,
        "line": plan.line,
        "specs": json.loads(plan.specs),
        "legacy": plan.line == "storage",  # recorded: true for storage_1, false for the others
        "deployment_types": list(plan.deployment_types),
        "available_in": [Link(f"/facilities/{place.id}") for place in places if place],
        "class": plan.slug,
        "pricing": json.loads(plan.pricing),
        "href": f"/plans/{plan.id}",
    }


def show_operating_system(system: OperatingSystem, _scene: Scene) -> View:
    """An operating system's JSON."""
    return {
        "id": system.id,
        "slug": system.slug,
        "name": system.name,
        "distro": system.distro,
        "version": system.version,
        "provisionable_on": list(system.provisionable_on),
        "preinstallable": system.preinstallable,
        "pricing": json.loads(system.pricing),
        "licensed": system.licensed,
        "href": f"/operating-systems/{system.id}",
    }


def facilities(call: Read) -> Listed:
    """GET /facilities"""
    return Listed(call.catalogue.facilities)


def plans(call: Read) -> Listed:
    """GET /plans"""
    return Listed(call.catalogue.plans)


def operating_systems(call: Read) -> Listed:
    """GET /operating-systems"""
    return Listed(call.catalogue.operating_systems)


def project_facilities(call: Read) -> Listed:
    """GET /projects/{id}/facilities"""
    call.get(Project)
    return facilities(call)


def project_plans(call: Read) -> Listed:
    """GET /projects/{id}/plans"""
    call.get(Project)
    return plans(call)


def organization_facilities(call: Read) -> Listed:
    """GET /organizations/{id}/facilities"""
    call.get(Organization)
    return facilities(call)


def left(call: Read, facility: str, plan: Plan) -> int:
    """How many machines of a plan a facility can still give."""
    if facility not in plan.facilities:
        return 0
    used = call.tables.count(Device, "stock", f"{facility}/{plan.slug}")
    return max(0, call.settings.stock_of(facility, plan.slug) - used)


def spot_price(call: Read, facility: str, plan: Plan) -> float:
    """Dollars an hour on the spot market."""
    return round(plan.hourly * (_SPOT_PART if left(call, facility, plan) else _SOLD_OUT_TIMES), 4)


def capacity(call: Read) -> Reply:
    """GET /capacity; `legacy=only/include/exclude` chooses the slugs (packet-python), `only` the old ones unasked."""
    slugs = {
        "exclude": lambda plan: [plan.slug],
        "include": lambda plan: [plan.slug, *([plan.legacy_slug] if plan.legacy_slug else [])],
    }.get(call.params.text("legacy") or "only", _old_slug)
    return Plain({"capacity": _by_place(call, slugs, lambda code, plan: {"level": _level(left(call, code, plan))})})


def spot_prices(call: Read) -> Reply:
    """GET /market/spot/prices; `facility` and `plan` narrow it."""
    facility, plan = call.params.text("facility"), call.params.text("plan")
    wanted = call.catalogue.plan(plan) if plan else None
    prices = _by_place(call, _old_slug, lambda code, p: {"price": spot_price(call, code, p)}, wanted)
    return Plain(
        {"spot_market_prices": {code: found for code, found in prices.items() if facility in (None, "", code)}}
    )


def spot_price_history(_call: Read) -> Reply:
    """GET /market/spot/prices/history: prices never moved here."""
    return Plain({"prices_history": []})


def check_capacity(call: Read) -> Reply:
    """POST /capacity: each asked-for server with `available`."""
    return Plain({"servers": [_checked(call, server) for server in call.params.objects("servers")]})


def _old_slug(plan: Plan) -> list[str]:
    return [plan.legacy_slug or plan.slug]


def _level(count: int) -> str:
    return next((level for most, level in _LEVELS if count <= most), "normal")


def _by_place(
    call: Read,
    slugs: Callable[[Plan], Iterable[str]],
    value: Callable[[str, Plan], object],
    only: Plan | None = None,
) -> dict[str, dict[str, object]]:
    """A value for each plan's slugs in each facility that offers it."""
    places: dict[str, dict[str, object]] = {}
    for plan in call.catalogue.plans:
        if plan.line == "baremetal" and only in (None, plan):
            for code in plan.facilities:
                places.setdefault(code, {}).update({slug: value(code, plan) for slug in slugs(plan)})
    return dict(sorted(places.items()))


def _checked(call: Read, server: Params) -> dict[str, object]:
    facility = call.catalogue.facility(server.required("facility"))
    plan_name = server.required("plan")
    plan = call.catalogue.plan(plan_name)
    if facility is None:
        raise invalid(f"{server.text('facility')} is not a valid facility")
    if plan is None:
        raise invalid(f"{plan_name} is not a valid plan")
    quantity = server.integer("quantity")
    enough = left(call, facility.code, plan) >= (1 if quantity is None else quantity)
    return {
        "facility": facility.code,
        "plan": plan_name,
        "quantity": server.raw("quantity"),
        "available": enough,
    }
