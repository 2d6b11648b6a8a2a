"""Requests on the spot market: standing bids that make spot instances when price and stock allow it.

Paths, fields and the parameters inside `instance_parameters` are those of packngo, packet-python and Terraform's
provider; the reference of 2019 breaks off here and says `instance_attributes`. The first try is made at once, the next
ones at regular distances (five minutes in the service: changelog of April 2018) and only where time can have changed
something: when the price comes down to the bid, when a machine becomes free, when a setting is changed. Facilities are
filled in the order given, and nothing is made while `devices_min` cannot be reached (same changelog). A bid under the
price is no error (packngo's tests); a plan that none of the facilities has left is (rancherlabs/terraform-harvester-
equinix#54, for the text). What is ended by `end_at` only tries no more: its devices stay, and it can be read (unsure).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace

from reconciler.emulator import market
from reconciler.emulator.call import Empty, Listed, Read, Reply, Shown, Write
from reconciler.emulator.catalogue import Facility, Plan
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.errors import DELETE_LOCKED, ApiError, blank, invalid
from reconciler.emulator.params import Params
from reconciler.emulator.records import Device, Project, SpotMarketRequest
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.resources import device_create
from reconciler.emulator.resources.capacity import left
from reconciler.emulator.resources.device_end import end
from reconciler.emulator.resources.device_place import plan_of
from reconciler.emulator.resources.finding import future_moment
from reconciler.emulator.resources.series import INDEX, numbered
from reconciler.emulator.resources.spot_devices import devices_of, next_try

_MOST_DEVICES = 1000
"""The largest `devices_max`; the service's own limit is unknown."""
_ANY_PRICE = 1e9
_NOT_PASSED_ON = ("hostname", "hostnames", "facility", "hardware_reservation_id")


def show_request(request: SpotMarketRequest, scene: Scene) -> View:
    """A request's JSON. The plan has no path of its own there (packet-python cuts a `#` off it)."""
    plan = scene.catalogue.plan(request.plan)
    places = [scene.catalogue.facility(code) for code in request.facilities]
    there = [identifier for identifier in request.device_ids if scene.tables.get(Device, identifier)]
    return {
        "id": request.id,
        "devices_min": request.devices_min,
        "devices_max": request.devices_max,
        "max_bid_price": request.max_bid_price,
        "instance_parameters": json.loads(request.instance_parameters),
        "created_at": rfc3339(request.created_at),
        "end_at": None if request.end_at is None else rfc3339(request.end_at),
        "facilities": [Link(f"/facilities/{place.id}") for place in places if place],
        "plan": Link(f"#{plan.id}", target=plan) if plan else None,
        "project": Link(f"/projects/{request.project_id}"),
        "devices": [Link(f"/devices/{identifier}") for identifier in there],
        "href": f"/spot-market-requests/{request.id}",
    }


def of_project(call: Read) -> Listed:
    """GET /projects/{id}/spot-market-requests"""
    return Listed(call.tables.where(SpotMarketRequest, "project", call.get(Project).id))


def one(call: Read) -> Reply:
    """GET /spot-market-requests/{id}"""
    return Shown(call.get(SpotMarketRequest))


def create(call: Write) -> Reply:
    """POST /projects/{id}/spot-market-requests"""
    project, params = call.get(Project), call.params
    most, least = _count(params, "devices_max"), _count(params, "devices_min")
    if least > most:
        raise invalid("Devices min must be less than or equal to devices max")  # text unsure
    bid = params.number("max_bid_price")
    if bid is None:
        raise blank("Max bid price")
    if bid <= 0:
        raise invalid("Max bid price must be greater than 0")  # text unsure
    places = list(_facilities(call))
    given = params.raw("instance_parameters")
    if not isinstance(given, dict) or not given:
        raise blank("Instance parameters") if not given else invalid("Instance parameters is invalid")  # texts unsure
    plan = plan_of(replace(call, params=Params(given)))
    made = SpotMarketRequest(
        id=call.change.new_id(),
        project_id=project.id,
        devices_min=least,
        devices_max=most,
        max_bid_price=bid,
        plan=plan.slug,
        facilities=tuple(place.code for place in places),
        instance_parameters=json.dumps(given),
        end_at=future_moment(call, "end_at"),
        created_at=call.now,
        next_at=None,
        device_ids=(),
    )
    _check(call, made, plan, project)
    call.add(made)
    return Shown(_fill(call, made), 201)


def delete(call: Write) -> Reply:
    """DELETE /spot-market-requests/{id}; its devices end with it only by `force_termination`, in the query or a body.

    Devices that are still being provisioned end too. What a locked one does is unsure: here it refuses the whole.
    """
    request = call.get(SpotMarketRequest)
    ending = [device for device in devices_of(call, request) if device.deleted_at is None]
    if not call.params.flag("force_termination"):
        ending = []
    if any(device.locked for device in ending):
        raise invalid(DELETE_LOCKED)
    call.drop(request)
    for device in ending:
        end(call.change, device, call.now, call.settings.deprovision_seconds)
        call.deleted.append(device.id)
    return Empty()


def due(request: SpotMarketRequest) -> float | None:
    """When it tries next."""
    return request.next_at


def try_again(call: Write, request: SpotMarketRequest) -> None:
    """What time does to a request."""
    _fill(call, request)


def _count(params: Params, name: str) -> int:
    title = name.replace("_", " ").capitalize()
    count = params.integer(name)
    if count is None:
        raise blank(title)
    if not 1 <= count <= _MOST_DEVICES:
        raise invalid(f"{title} is invalid")  # text unsure
    return count


def _facilities(call: Write) -> Iterator[Facility]:
    names = dict.fromkeys(call.params.texts("facilities"))
    if not names:
        raise blank("Facilities")  # text unsure
    for name in names:
        facility = call.catalogue.facility(name)
        if facility is None:
            raise invalid(f"{name} is not a valid facility")
        yield facility


def _check(call: Write, request: SpotMarketRequest, plan: Plan, project: Project) -> None:
    """Refuse what can never make a device: by making one at any price, and taking it back."""
    place = next((code for code in request.facilities if left(call, code, plan)), None)
    if place is None or not market.is_traded(plan):
        raise invalid(f"No available servers with plan {plan.slug} in facility {request.facilities[0]}")
    kept = len(call.change.changes)
    name = next(_hostnames(request, set()))
    _make(call, replace(request, max_bid_price=_ANY_PRICE), project, place, name)
    call.change.undo(keep=kept)
    call.created.clear()


def _fill(call: Write, request: SpotMarketRequest) -> SpotMarketRequest:
    """Make the devices that are missing as far as possible, and say when to try again."""
    plan, project = call.catalogue.plan(request.plan), call.tables.get(Project, request.project_id)
    there = devices_of(call, request)
    live = [device for device in there if device.deleted_at is None]
    made: list[Device] = []
    again = None
    if plan is not None and project is not None and (request.end_at is None or call.now < request.end_at):
        missing = request.devices_max - len(live)
        dear = [
            code
            for code in request.facilities
            if market.price(call.settings, code, plan, call.now) > request.max_bid_price
        ]
        free = {code: left(call, code, plan) for code in request.facilities if code not in dear}
        if len(live) + min(missing, sum(free.values())) >= request.devices_min:
            made = _make_several(call, request, project, free, live, missing)
        if len(made) < missing:
            again = _affordable_at(call, request, plan, dear)
    ids = tuple(device.id for device in (*there, *made))
    filled = replace(request, device_ids=ids, next_at=again)
    call.change.put(filled)
    return filled


def _make_several(
    call: Write, request: SpotMarketRequest, project: Project, free: dict[str, int], live: list[Device], missing: int
) -> list[Device]:
    """So many devices, or what the machines allow; none where one is refused and `devices_min` is not reached."""
    places = [code for code, count in free.items() for _ in range(min(count, missing))][:missing]
    names = _hostnames(request, {device.hostname for device in live})
    made: list[Device] = []
    start, listed = len(call.change.changes), len(call.created)
    for place in places:
        before = len(call.change.changes)
        try:
            made.append(_make(call, request, project, place, next(names)))
        except ApiError:  # say, no address is left: nobody to tell it to, and the next machine that is freed may help
            call.change.undo(keep=before)
            break
    if len(live) + len(made) < request.devices_min:
        call.change.undo(keep=start)
        del call.created[listed:]
        return []
    return made


def _make(call: Write, request: SpotMarketRequest, project: Project, place: str, hostname: str | None) -> Device:
    given = {
        name: value for name, value in json.loads(request.instance_parameters).items() if name not in _NOT_PASSED_ON
    }
    terms = {
        "facility": place,
        "hostname": hostname,
        "spot_instance": True,
        "spot_price_max": request.max_bid_price,
    }
    return device_create.make(replace(call, params=Params({**given, **terms})), project)


def _hostnames(request: SpotMarketRequest, taken: set[str]) -> Iterator[str | None]:
    """Names for new devices: those of `hostnames`, then `hostname` with each free number from 1, or as it is."""
    given = Params(json.loads(request.instance_parameters))
    yield from (name for name in given.texts("hostnames") if name not in taken)
    pattern = given.text("hostname")
    if pattern is None or INDEX not in pattern:
        yield from itertools.repeat(pattern)
    else:
        names = (numbered(pattern, number) for number in itertools.count(1))
        yield from (name for name in names if name not in taken)


def _affordable_at(call: Write, request: SpotMarketRequest, plan: Plan, dear: list[str]) -> float | None:
    """The first try after the price has come down to the bid in one of these facilities."""
    moments = (market.next_within(call.settings, code, plan, call.now, request.max_bid_price) for code in dear)
    first = min((moment for moment in moments if moment is not None), default=None)
    return None if first is None else next_try(call, request, first)
