"""Hardware reservations: machines that a project has by contract.

The API lists, shows and moves them; it makes none. They come from the setting `hardware_reservations` with
each new project, or by `POST /_emulator/hardware-reservations`.

Fields: 2019 API reference and packngo (`provisionable`, `spare`, `switch_uuid`), `custom_rate` and
`need_of_service` from the later OpenAPI description, as are the list's filters. Life: while a device is on
one it is not provisionable, from the device's delete on `device` is null, and some time later it is
provisionable again (Terraform's providers: TF#124, terraform-provider-metal#208). Moving stays inside an
organization and wants an idle machine (unsure).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reconciler.emulator.access import Power, place_of, powers
from reconciler.emulator.call import Listed, Read, Reply, Shown, Write
from reconciler.emulator.catalogue import Catalogue, Facility, Plan
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.errors import NO_RESERVATION, NOT_PROVISIONABLE, invalid, not_found, not_yours
from reconciler.emulator.ids import derived_id
from reconciler.emulator.params import Params
from reconciler.emulator.records import Device, HardwareReservation, Project
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.tables import Tables

NEXT_AVAILABLE = "next-available"
_MOST_AT_ONCE = 1000
"""How many machines one control call, or one entry of the setting, makes at most."""


def show_hardware_reservation(reservation: HardwareReservation, scene: Scene) -> View:
    """A hardware reservation's JSON."""
    facility, plan = scene.catalogue.facility(reservation.facility), scene.catalogue.plan(reservation.plan)
    device = _in_use(scene.tables, reservation)
    return {
        "id": reservation.id,
        "short_id": reservation.id[:8],
        "provisionable": is_provisionable(scene.tables, reservation, scene.now),
        "spare": reservation.spare,
        "need_of_service": reservation.need_of_service,
        "switch_uuid": derived_id("switch", reservation.facility)[:8],
        "custom_rate": reservation.custom_rate,
        "created_at": rfc3339(reservation.created_at),
        "facility": Link(f"/facilities/{facility.id}", True, facility) if facility else None,
        "plan": Link(f"/plans/{plan.id}", True, plan) if plan else None,
        "project": Link(f"/projects/{reservation.project_id}"),
        "device": Link(f"/devices/{device.id}") if device else None,
        "href": f"/hardware-reservations/{reservation.id}",
    }


def is_provisionable(tables: Tables, reservation: HardwareReservation, now: float) -> bool:
    """Whether a device can be put on it. A spare has to be activated first, which is not for the API of 2019."""
    usable = not reservation.spare and not reservation.need_of_service
    return usable and now >= reservation.free_at and not _devices_on(tables, reservation)


def of_project(call: Read) -> Listed:
    """GET /projects/{id}/hardware-reservations; `query`, `state` and `provisionable=only` narrow it."""
    project = call.get(Project)
    found = call.tables.where(HardwareReservation, "project", project.id)
    part, state = call.params.text("query"), call.params.text("state")
    if part:
        found = [r for r in found if any(part in text for text in _searched(call.tables, project, r))]
    if state:
        found = [r for r in found if _state(r) == state]
    if call.params.text("provisionable") == "only":
        found = [r for r in found if is_provisionable(call.tables, r, call.now)]
    return Listed(found)


def one(call: Read) -> Reply:
    """GET /hardware-reservations/{id}; `next-available` is no id (terraform-provider-metal#199)."""
    return Shown(call.get(HardwareReservation))


def move(call: Write) -> Reply:
    """POST /hardware-reservations/{id}/move"""
    reservation = call.get(HardwareReservation)
    return _moved(call, reservation, call.params.required("project_id", "Project"), 201)


def move_by_path(call: Write) -> Reply:
    """POST /hardware-reservations/{id}/move/{project_id}: fog-packet's way, and the code that it expects."""
    return _moved(call, call.get(HardwareReservation), call.path["project_id"], 200)


def chosen_by_id(call: Write, project: Project, identifier: str) -> HardwareReservation:
    """The reservation that a device create names. One that is not the project's is not told from none."""
    found = call.tables.get(HardwareReservation, identifier)
    if found is None or found.project_id != project.id:
        raise invalid(NO_RESERVATION)
    if not is_provisionable(call.tables, found, call.now):
        raise invalid(NOT_PROVISIONABLE)
    return found


def next_available(call: Write, project: Project, plan: Plan, places: Iterable[Facility]) -> HardwareReservation:
    """The oldest free reservation of a plan in the first of these facilities that has one."""
    held = call.tables.where(HardwareReservation, "project", project.id)
    free = [r for r in held if r.plan == plan.slug and is_provisionable(call.tables, r, call.now)]
    for place in places:
        for reservation in free:
            if reservation.facility == place.code:
                return reservation
    raise invalid(NO_RESERVATION)


def give_to(call: Write, project: Project) -> None:
    """Put the machines of the setting `hardware_reservations` into a new project."""
    for key, count in call.settings.hardware_reservations.items():
        facility, _, plan = key.partition("/")
        place, kind = _offered(call.catalogue, facility, plan)
        if count > _MOST_AT_ONCE:
            raise invalid(f"the setting hardware_reservations gives at most {_MOST_AT_ONCE} of {key}")
        for _ in range(count):
            call.change.put(_new(call, project, place, kind, Params({})))


def put_into_the_world(call: Write) -> View:
    """POST /_emulator/hardware-reservations: `count` machines of a `plan` in a `facility` for a project.

    `project_id` may be left out where there is but one project; `spare`, `need_of_service` and `custom_rate`
    are what the reservations are to show.
    """
    params = call.params
    place, kind = _offered(call.catalogue, params.required("facility"), params.required("plan"))
    count = params.integer("count")
    count = 1 if count is None else count
    if not 1 <= count <= _MOST_AT_ONCE:
        raise invalid(f"count must be from 1 to {_MOST_AT_ONCE}")
    project = _project_for(call, params.text("project_id"))
    made = [_new(call, project, place, kind, params) for _ in range(count)]
    for reservation in made:
        call.change.put(reservation)
    return {"hardware_reservations": [_briefly(reservation) for reservation in made]}


def _new(call: Write, project: Project, facility: Facility, plan: Plan, params: Params) -> HardwareReservation:
    return HardwareReservation(
        id=call.change.new_id(),
        project_id=project.id,
        facility=facility.code,
        plan=plan.slug,
        hardware_id=call.change.new_id(),
        spare=params.flag("spare"),
        need_of_service=params.flag("need_of_service"),
        custom_rate=params.number("custom_rate"),
        created_at=call.now,
        free_at=call.now,
    )


def _briefly(reservation: HardwareReservation) -> View:
    return {
        "id": reservation.id,
        "project_id": reservation.project_id,
        "facility": reservation.facility,
        "plan": reservation.plan,
    }


def _offered(catalogue: Catalogue, facility: str, plan: str) -> tuple[Facility, Plan]:
    place, kind = catalogue.facility(facility), catalogue.plan(plan)
    if place is None:
        raise invalid(f"{facility} is not a valid facility")
    if kind is None:
        raise invalid(f"{plan} is not a valid plan")
    return place, kind


def _project_for(call: Write, identifier: str | None) -> Project:
    if identifier:
        project = call.tables.get(Project, identifier)
        if project is None:
            raise invalid(f"project_id {identifier} is no project's id")
        return project
    projects = call.tables.all(Project)
    if len(projects) != 1:
        raise invalid(f"project_id is needed: there are {len(projects)} projects")
    return projects[0]


def _moved(call: Write, reservation: HardwareReservation, project_id: str, status: int) -> Reply:
    here, there = call.tables.get(Project, reservation.project_id), call.tables.get(Project, project_id)
    if there is None:
        raise not_found()
    if Power.USE not in powers(call.tables, call.caller, place_of(call.tables, there)):
        raise not_yours("project")
    if here is None or here.organization_id != there.organization_id:
        raise invalid("Project must be in the same organization")  # text unsure
    if _devices_on(call.tables, reservation):
        raise invalid("Cannot move a hardware reservation while it is in use")  # text unsure
    moved = replace(reservation, project_id=there.id)
    call.change.put(moved)
    return Shown(moved, status)


def _devices_on(tables: Tables, reservation: HardwareReservation) -> list[Device]:
    """The devices that occupy the machine, one that is being deprovisioned included."""
    return tables.where(Device, "hardware_reservation", reservation.id)


def _in_use(tables: Tables, reservation: HardwareReservation) -> Device | None:
    """The device that the reservation shows: none from its delete on."""
    return next((device for device in _devices_on(tables, reservation) if device.deleted_at is None), None)


def _state(reservation: HardwareReservation) -> str:
    if reservation.need_of_service:
        return "need_of_service"
    return "spare" if reservation.spare else "active"


def _searched(tables: Tables, project: Project, reservation: HardwareReservation) -> list[str]:
    """The texts that `query` looks into: facility code, plan, project name, short id, hostname."""
    device = _in_use(tables, reservation)
    hostname = [device.hostname] if device else []
    return [reservation.facility, reservation.plan, project.name, reservation.id[:8], *hostname]
