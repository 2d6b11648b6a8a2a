"""How the API is asked what it has left: capacity by facility and plan, and a project's reserved machines.

`POST /capacity` answers each server that it is asked for with `available`, beside what was asked (2019 reference;
quantity is a text there, and a number in packet-python). The service of 2018 had no body at all (fog-packet). What an
answer does not say plainly is not known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from reconciler.api import endpoints
from reconciler.kinds.common import facility_code, id_of, last_segment
from reconciler.kinds.machine import plan_names
from reconciler.model.stock import Desk, Levels, Order, Reservation
from reconciler.wire import Call, Listing, Repeat

_OPENED = ("plan", "facility")


def desk() -> Desk:
    return Desk(
        levels=endpoints.get_capacity("include"),
        read_levels=read_levels,
        check=check,
        read_check=read_check,
        reservations=_reservations,
        read_reservation=read_reservation,
    )


def check(orders: Sequence[Order]) -> Call:
    """Sent once: what a plan would like to know is not worth an outage's retries."""
    servers = [{"facility": each.facility, "plan": each.plan, "quantity": each.quantity} for each in orders]
    return replace(endpoints.check_capacity(servers), repeat=Repeat.NEVER)


def read_check(body: Any, orders: Sequence[Order]) -> Mapping[Order, bool]:
    """By position, where the answer has as many as were asked for and each says the facility that it is about."""
    servers = body.get("servers") if isinstance(body, Mapping) else None
    if not isinstance(servers, list) or len(servers) != len(orders):
        return {}
    return {
        order: each["available"]
        for order, each in zip(orders, servers, strict=True)
        if isinstance(each, Mapping)
        and isinstance(each.get("available"), bool)
        and each.get("facility", order.facility) == order.facility
    }


def read_levels(body: Any) -> Levels:
    places = body.get("capacity") if isinstance(body, Mapping) else None
    if not isinstance(places, Mapping):
        return {}
    return {
        str(code): {
            str(plan): each["level"]
            for plan, each in plans.items()
            if isinstance(each, Mapping) and isinstance(each.get("level"), str)
        }
        for code, plans in places.items()
        if isinstance(plans, Mapping)
    }


def read_reservation(body: Mapping[str, Any]) -> Reservation:
    """Raises what reading an answer raises that is none (KeyError, TypeError, ValueError)."""
    shown = body.get("plan")
    plan = shown.get("slug") if isinstance(shown, Mapping) else None
    provisionable = body.get("provisionable")
    return Reservation(
        id=id_of(body).lower(),
        plan=plan if isinstance(plan, str) else "",
        names=plan_names(plan) if isinstance(plan, str) else frozenset(),
        facility=facility_code(body),
        device=last_segment(body.get("device")),
        provisionable=provisionable if isinstance(provisionable, bool) else None,
    )


def _reservations(project_id: str) -> Listing:
    return endpoints.shaped(endpoints.list_hardware_reservations(project_id), include=_OPENED)
