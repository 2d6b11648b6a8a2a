"""Which machine a device is to be: a plan in a facility, from the stock or one that the project has reserved.

Rules and texts: 2019 API reference (facility lists, "any", `features`), packngo#120 and #112 (what a list
without a usable facility is told), Lokomotive's documentation (nothing left), Terraform's providers and
cluster-api-provider-packet (reserved hardware). With a reservation's id, facility and plan may be left out
(2020 documentation, reserved hardware; unsure for the plan).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.emulator.call import Write
from reconciler.emulator.catalogue import Facility, Plan
from reconciler.emulator.errors import NO_RESERVATION, blank, invalid
from reconciler.emulator.records import HardwareReservation, Project
from reconciler.emulator.resources import hardware_reservations
from reconciler.emulator.resources.capacity import left

ANYWHERE = "any"
_WISHES = ("required", "preferred")


@dataclass(frozen=True, slots=True)
class Place:
    """A machine that is there for the taking."""

    plan: Plan
    facility: Facility
    reservation: HardwareReservation | None
    """None: out of the stock."""


def place_of(call: Write, project: Project) -> Place:
    """The machine that a create's plan, facility, features and hardware reservation come down to."""
    name = call.params.text("hardware_reservation_id")
    if name and name != hardware_reservations.NEXT_AVAILABLE:
        return _reserved(call, hardware_reservations.chosen_by_id(call, project, name))
    plan = plan_of(call)
    if name:
        found = hardware_reservations.next_available(call, project, plan, facilities_of(call, plan))
        return _reserved(call, found)
    return Place(plan, facility_of(call, plan), None)


def plan_of(call: Write) -> Plan:
    """The plan, by slug, old slug or id."""
    name = call.params.required("plan")
    plan = call.catalogue.plan(name)
    if plan is None:
        raise invalid(f"{name} is not a valid plan")
    return plan


def facility_of(call: Write, plan: Plan) -> Facility:
    """The first facility asked for that has such a machine left; a list without one is `blank` (packngo#121)."""
    places = facilities_of(call, plan)
    fitting = has_features(call, plan)
    free = next((place for place in places if fitting and left(call, place.code, plan)), None)
    if free is None and fitting and len(call.params.texts("facility")) > 1:
        raise blank("Facility")
    if free is None:
        raise invalid(f"The facility {places[0].code} has no provisionable {plan.slug} servers matching your criteria")
    return free


def facilities_of(call: Write, plan: Plan) -> list[Facility]:
    """The facilities asked for, best first; "any" stands for all that offer the plan.

    Nothing asked for, or a list without one valid code, is `Facility can't be blank`; a lone wrong code is
    told by name.
    """
    wanted = call.params.texts("facility")
    refuse_lone_unknown(call, wanted)
    places = list(dict.fromkeys(_places(call, wanted, plan)))
    if not places:
        raise blank("Facility")
    return places


def refuse_lone_unknown(call: Write, wanted: tuple[str, ...]) -> None:
    """Tell a wrong facility code by name, where it is the only one."""
    if len(wanted) == 1 and wanted[0] != ANYWHERE and call.catalogue.facility(wanted[0]) is None:
        raise invalid(f"{wanted[0]} is not a valid facility")


def has_features(call: Write, plan: Plan) -> bool:
    """Whether machines of a plan have all that `features` requires: a list, or a map to required or preferred.

    A machine has what its plan's specs name (raid, txt), and what the setting `machine_features` says of all.
    """
    wish = call.params.raw("features")
    if wish is None or isinstance(wish, str | list):
        required = [name for name in call.params.texts("features") if name]
    elif isinstance(wish, dict) and all(value in _WISHES for value in wish.values()):
        required = [name for name, value in wish.items() if value == "required"]
    else:
        raise invalid("Features is invalid")  # text unsure
    return set(required) <= {*plan.features, *call.settings.machine_features}


def _places(call: Write, wanted: tuple[str, ...], plan: Plan) -> Iterator[Facility]:
    for name in wanted:
        codes = plan.facilities if name == ANYWHERE else (name,)
        yield from (facility for facility in map(call.catalogue.facility, codes) if facility)


def _reserved(call: Write, reservation: HardwareReservation) -> Place:
    """A reserved machine, which has to be what else was asked for."""
    facility, plan = call.catalogue.facility(reservation.facility), call.catalogue.plan(reservation.plan)
    if facility is None or plan is None:
        raise invalid(NO_RESERVATION)
    if call.params.text("plan") and plan_of(call) != plan:
        raise invalid(NO_RESERVATION)
    if call.params.texts("facility") and facility not in facilities_of(call, plan):
        raise invalid(NO_RESERVATION)
    if not has_features(call, plan):
        raise invalid(NO_RESERVATION)
    return Place(plan, facility, reservation)
