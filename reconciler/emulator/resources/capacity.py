"""How much is left of each plan in each facility: capacity, and the check whether a deploy can be fulfilled.

Levels are normal, limited, critical and unavailable (packngo; a recorded answer of 2018 in fog-packet); the thresholds
are the emulator's. What is left is the stock of the settings less the devices that there are. The shape of the check's
answer is that of the 2019 API reference; in 2018 it had been 204 or 503 (fog-packet).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from reconciler.emulator.call import Plain, Read, Reply
from reconciler.emulator.catalogue import Plan
from reconciler.emulator.errors import invalid
from reconciler.emulator.params import Params
from reconciler.emulator.records import Device, Organization

_LEVELS = ((0, "unavailable"), (2, "critical"), (9, "limited"))


def left(call: Read, facility: str, plan: Plan) -> int:
    """How many machines of a plan a facility can still give."""
    if facility not in plan.facilities:
        return 0
    used = call.tables.count(Device, "stock", f"{facility}/{plan.slug}")
    return max(0, call.settings.stock_of(facility, plan.slug) - used)


def capacity(call: Read) -> Reply:
    """GET /capacity; `legacy=only/include/exclude` chooses the slugs (packet-python), `only` the old ones unasked."""
    slugs = {
        "exclude": lambda plan: [plan.slug],
        "include": lambda plan: [plan.slug, *([plan.legacy_slug] if plan.legacy_slug else [])],
    }.get(call.params.text("legacy") or "only", old_slug)
    return Plain({"capacity": by_place(call, slugs, lambda code, plan: {"level": _level(left(call, code, plan))})})


def organization_capacity(call: Read) -> Reply:
    """GET /organizations/{id}/capacity (later OpenAPI document): the same for everybody here."""
    call.get(Organization)
    return capacity(call)


def check_capacity(call: Read) -> Reply:
    """POST /capacity: each asked-for server with `available`."""
    return Plain({"servers": [_checked(call, server) for server in call.params.objects("servers")]})


def old_slug(plan: Plan) -> list[str]:
    """The one slug that lists by plan had in mid-2019: the old one where there was one."""
    return [plan.legacy_slug or plan.slug]


def by_place(
    call: Read,
    slugs: Callable[[Plan], Iterable[str]],
    value: Callable[[str, Plan], object],
    only: Callable[[Plan], bool] = lambda plan: plan.line == "baremetal",
) -> dict[str, dict[str, object]]:
    """A value for each plan's slugs in each facility that offers it."""
    places: dict[str, dict[str, object]] = {}
    for plan in filter(only, call.catalogue.plans):
        for code in plan.facilities:
            places.setdefault(code, {}).update({slug: value(code, plan) for slug in slugs(plan)})
    return dict(sorted(places.items()))


def _level(count: int) -> str:
    return next((level for most, level in _LEVELS if count <= most), "normal")


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
