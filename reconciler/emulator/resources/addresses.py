"""IP space: a project's blocks, and what of them is on which device. One path, /ips/{id}, serves both.

Fields follow recorded answers (libcloud reserve_ip, associate_ip, project_ips, ip_assignments; the 2020
documentation's sample), sizes and quotas the 2020 documentation ("IP allocation", "Anycast IPs"). Refusal
texts without a source are marked unsure.
"""

from __future__ import annotations

import ipaddress
import json
import socket
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from reconciler.emulator.addressbook import PUBLIC_IPV4, Block, bits_of
from reconciler.emulator.call import Empty, Listed, Plain, Read, Reply, Shown, Write
from reconciler.emulator.catalogue import Facility
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.errors import ApiError, blank, invalid, not_found
from reconciler.emulator.ids import derived_id
from reconciler.emulator.records import Assignment, Device, Project, Reservation
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.resources.events import note
from reconciler.emulator.resources.finding import find_device, find_facility, find_live_device
from reconciler.emulator.tables import Tables

_MOST_AVAILABLE = 4096
"""How many free blocks `available` lists at most; a /56 has more /64s and /127s than anybody reads."""

_FACILITY_BLANK_FOR_BAD_ADDRESS = "Facility can't be blank"
"""The API's own, misleading answer to an address it cannot read (terraform-provider-packet#33)."""


def show_reservation(block: Reservation, scene: Scene) -> View:
    """A reserved block's JSON. A block that waits for review, or failed it, has no addresses."""
    usable = has_addresses(block, scene.now)
    facility = scene.catalogue.facility(block.facility) if block.facility else None
    assignments = scene.tables.where(Assignment, "reservation", block.id)
    view: View = {
        "id": block.id,
        "address_family": block.family,
        **(_numbers(block) if usable else _NO_NUMBERS),
        "created_at": rfc3339(block.created_at),
        "details": block.details,
        "tags": list(block.tags),
        "public": block.public,
        "management": False,
        "manageable": True,
        "enabled": usable,
        "global_ip": block.global_ip,
        "customdata": json.loads(block.customdata),
        "addon": not block.automatic,
        "bill": not block.automatic,
        "project": Link(f"/projects/{block.project_id}"),
        "project_lite": Link(f"/projects/{block.project_id}"),
        "assignments": [Link(f"/ips/{a.id}") for a in assignments if a.created_at <= scene.now],
        "facility": Link(f"/facilities/{facility.id}", True, facility) if facility else None,
        "available": f"/ips/{block.id}/available",
        "href": f"/ips/{block.id}",
    }
    return {**view, "state": _state(block, scene.now)} if block.reviewed else view


def show_assignment(assignment: Assignment, scene: Scene) -> View:
    """The JSON of addresses on a device; `project` is an empty object there, as recorded."""
    facility = scene.catalogue.facility(assignment.facility)
    return {
        "id": assignment.id,
        "address_family": assignment.family,
        **_numbers(assignment),
        "created_at": rfc3339(assignment.created_at),
        "details": None,
        "tags": [],
        "public": assignment.public,
        "management": assignment.management,
        "manageable": assignment.manageable,
        "enabled": True,
        "global_ip": assignment.global_ip,
        "customdata": json.loads(assignment.customdata),
        "project": {},
        "project_lite": {},
        "facility": Link(f"/facilities/{facility.id}", True, facility) if facility else None,
        "assigned_to": Link(f"/devices/{assignment.device_id}"),
        "interface": Link(f"/ports/{assignment.port_id}"),
        "parent_block": _parent_block(assignment, scene),
        "href": f"/ips/{assignment.id}",
    }


def of_project(call: Read) -> Listed:
    """GET /projects/{id}/ips; `ipv4`, `ipv6`, `public` narrow it (2020 documentation), and `types` (later)."""
    blocks = call.tables.where(Reservation, "project", call.get(Project).id)
    for name, family in (("ipv4", 4), ("ipv6", 6)):
        if call.params.flag(name):
            blocks = [block for block in blocks if block.family == family]
    if "public" in call.params:
        blocks = [block for block in blocks if block.public is call.params.flag("public")]
    kinds = [kind for text in call.params.texts("types") for kind in text.split(",")]
    if kinds:
        blocks = [block for block in blocks if kind_of(block) in kinds]
    return Listed(blocks)


def of_device(call: Read) -> Listed:
    """GET /devices/{id}/ips"""
    return Listed(on_device(call.tables, find_device(call), call.now))


def on_device(tables: Tables, device: Device, now: float) -> list[Assignment]:
    """The addresses of a device that have appeared by now."""
    return [assignment for assignment in tables.where(Assignment, "device", device.id) if assignment.created_at <= now]


def one(call: Read) -> Reply:
    """GET /ips/{id}"""
    return Shown(_find(call))


def custom_data(call: Read) -> Reply:
    """GET /ips/{id}/customdata, and the same under a project or a device"""
    return Plain(json.loads(_find(call).customdata))


def available(call: Read) -> Reply:
    """GET /ips/{id}/available?cidr=N: every free aligned block of that size, as text."""
    block = call.get(Reservation)
    bits = bits_of(block.family)
    cidr = call.params.integer("cidr")
    cidr = bits if cidr is None else cidr
    if not block.cidr <= cidr <= bits:
        raise invalid("Cidr is invalid")
    if not has_addresses(block, call.now):
        return Plain({"available": []})
    networks = islice(call.addresses.available(block, cidr), _MOST_AVAILABLE)
    return Plain({"available": [f"{address_text(block.family, network)}/{cidr}" for network in networks]})


def update(call: Write) -> Reply:
    """PUT or PATCH /ips/{id}: tags, details, customdata."""
    old, params = _find(call), call.params
    custom = params.custom_data() if "customdata" in params else old.customdata
    updated: Reservation | Assignment
    if isinstance(old, Assignment):
        updated = replace(old, customdata=custom, manageable=params.flag("manageable", old.manageable))
    else:
        updated = replace(
            old,
            customdata=custom,
            tags=params.texts("tags") if "tags" in params else old.tags,
            details=params.text("details") if "details" in params else old.details,
        )
    call.change.put(updated)
    return Shown(updated)


def delete(call: Write) -> Reply:
    """DELETE /ips/{id}: takes an assignment off its device, or gives a block up for good."""
    found = _find(call)
    if isinstance(found, Assignment):
        if found.management:
            raise invalid("Cannot delete a management IP address")  # text unsure
        call.drop(found)
        return Empty()
    if found.automatic:
        raise invalid("Cannot delete an IP block that is managed by the project")  # text unsure
    if call.tables.count(Assignment, "reservation", found.id):
        raise invalid("Cannot delete an IP reservation while it has assignments")  # text unsure
    call.drop(found)
    return Empty()


def reserve(call: Write) -> Reply:
    """POST /projects/{id}/ips"""
    project, params = call.get(Project), call.params
    kind, quantity = params.required("type"), params.integer("quantity")
    if kind not in ("public_ipv4", "global_ipv4"):
        raise invalid(f"{kind} is not a valid type")  # text unsure
    if quantity is None:
        raise blank("Quantity")
    if quantity < 1 or quantity > call.settings.public_ipv4_largest or quantity & (quantity - 1):
        raise invalid("Quantity is invalid")  # text unsure
    facility = _facility_for(call, kind)
    if not _over_quota(call, project, kind, quantity):
        return _granted(call, project, facility, quantity, reviewed=False)
    if params.flag("fail_on_approval_required") or call.settings.over_quota == "deny":
        raise invalid("This request requires approval")  # text unsure
    if call.settings.over_quota == "pending":
        return _granted(call, project, facility, quantity, reviewed=True)
    reasons = [f"{quantity} addresses are more than can be given without review"]
    return Plain({"message": {"reasons": reasons, "address": call.user.email}}, 201)


def assign(call: Write) -> Reply:
    """POST /devices/{id}/ips"""
    device = find_live_device(call)
    if device.ports[0].layer2:
        raise invalid(f"{device.ports[0].name} is configured for Layer 2")  # text unsure
    block = _parsed(call.params.required("address"))
    reservation = _reserved(call, device, block)
    if reservation is None:
        raise invalid("Address is not reserved for the project", "Facility is required")
    if not call.addresses.is_free(reservation, device.facility, block):
        raise invalid("Address is already assigned")  # text unsure
    made = Assignment(
        id=call.change.new_id(),
        project_id=device.project_id,
        device_id=device.id,
        port_id=device.ports[0].id,
        facility=device.facility,
        reservation_id=reservation.id,
        family=block.family,
        network=block.network,
        cidr=block.cidr,
        public=reservation.public,
        global_ip=reservation.global_ip,
        management=False,
        manageable=call.params.flag("manageable", True),
        customdata=call.params.custom_data(),
        created_at=call.now,
    )
    call.add(made)
    return Shown(made, 201)


def has_addresses(block: Reservation, now: float) -> bool:
    """Whether a block is there to be used: nobody had to approve it, or somebody has."""
    return not block.reviewed or _state(block, now) == "created"


def kind_of(block: Reservation) -> str:
    """A block's type as requests and filters name it; answers of 2019 did not (Terraform's provider derives it too)."""
    if block.family == 6:
        return "public_ipv6"
    if block.global_ip:
        return "global_ipv4"
    return "public_ipv4" if block.public else "private_ipv4"


def address_text(family: int, address: int) -> str:
    """An address as text."""
    if family == 4:
        return socket.inet_ntop(socket.AF_INET, address.to_bytes(4, "big"))
    return socket.inet_ntop(socket.AF_INET6, address.to_bytes(16, "big"))


def first_address(block: Block | Reservation | Assignment) -> int:
    """The address of the machine in a block: the network itself in a /32, else after the gateway."""
    spare = bits_of(block.family) - block.cidr
    return block.network + min(spare, 2)


def gateway(block: Block | Reservation | Assignment) -> int:
    """A block's gateway: the network itself in a pair or a single address, else the address after it."""
    return block.network + (1 if bits_of(block.family) - block.cidr > 1 else 0)


_NO_NUMBERS: View = dict.fromkeys(("netmask", "cidr", "network", "address", "gateway"))


def _numbers(block: Reservation | Assignment) -> View:
    return {
        "netmask": _netmask(block.family, block.cidr),
        "cidr": block.cidr,
        "network": address_text(block.family, block.network),
        "address": address_text(block.family, first_address(block)),
        "gateway": address_text(block.family, gateway(block)),
    }


@lru_cache(maxsize=256)
def _netmask(family: int, cidr: int) -> str:
    """A netmask as text; IPv6 ones are written out in full (recorded project_ips)."""
    bits = bits_of(family)
    mask = (1 << bits) - (1 << (bits - cidr))
    return address_text(4, mask) if family == 4 else ipaddress.IPv6Address(mask).exploded


def _parent_block(assignment: Assignment, scene: Scene) -> View:
    """What an assignment was cut from. A public management block is its own parent, under an id that no list shows."""
    parent = scene.tables.get(Reservation, assignment.reservation_id) if assignment.reservation_id else None
    block = parent or assignment
    return {
        "network": address_text(block.family, block.network),
        "netmask": _netmask(block.family, block.cidr),
        "cidr": block.cidr,
        "href": f"/ips/{parent.id if parent else derived_id('parent block', assignment.id)}",
    }


def _state(block: Reservation, now: float) -> str:
    """How far the review of a block is."""
    if block.granted_at is None or block.granted_at > now:
        return "pending"
    return "denied" if block.denied else "created"


def _find(call: Read) -> Reservation | Assignment:
    """The block or assignment of the path's id. Under a project or device, it has to be theirs."""
    found = call.tables.find(call.path["id"])
    if not isinstance(found, Reservation | Assignment):
        raise not_found()
    if isinstance(found, Assignment) and found.created_at > call.now:
        raise not_found()
    owner = call.path.get("project_id", found.project_id)
    device = call.path.get("instance_id")
    if owner != found.project_id or (device and not (isinstance(found, Assignment) and found.device_id == device)):
        raise not_found()
    return found


def _facility_for(call: Write, kind: str) -> Facility | None:
    """A public block has a facility, a global one must not (Terraform's provider insists on both)."""
    if kind == "public_ipv4":
        return find_facility(call)
    if call.params.text("facility"):
        raise invalid("Facility must be blank")  # text unsure
    return None


def _over_quota(call: Write, project: Project, kind: str, quantity: int) -> bool:
    """Whether the request needs a human: a large public block, or more global addresses than a project may have."""
    if kind == "public_ipv4":
        return quantity > call.settings.public_ipv4_largest_without_review
    blocks = call.tables.where(Reservation, "project", project.id)
    held = sum(1 << (32 - block.cidr) for block in blocks if block.global_ip)
    return held + quantity > call.settings.global_ipv4_per_project


def _granted(call: Write, project: Project, facility: Facility | None, quantity: int, *, reviewed: bool) -> Reply:
    cidr = 33 - quantity.bit_length()
    block = call.addresses.in_pool(PUBLIC_IPV4, 4, cidr)
    if block is None:
        raise invalid("There is no public IPv4 space left")  # the emulator's own limit
    wait = call.settings.review_seconds
    made = Reservation(
        id=call.change.new_id(),
        project_id=project.id,
        facility=facility.code if facility else None,
        family=4,
        network=block.network,
        cidr=cidr,
        public=True,
        global_ip=facility is None,
        automatic=False,
        details=call.params.text("details"),
        tags=call.params.texts("tags"),
        customdata=call.params.custom_data(),
        created_at=call.now,
        reviewed=reviewed,
        granted_at=call.now + wait if reviewed and wait is not None else None,
        denied=reviewed and call.settings.review_outcome == "denied",
    )
    call.add(made)
    if not reviewed:
        where = f"in {facility.code}" if facility else "globally"
        text = f"{address_text(4, block.network)}/{cidr}"
        asked = f'{call.user.first_name} requested an IP range of /{cidr} be added to "%project%" {where}'
        body = f"{asked} and got assigned {text}."
        note(call, "ip_reservation.assigned", body, project, about=(made.id, *((facility.id,) if facility else ())))
    return Shown(made, 201)


def _parsed(text: str) -> Block:
    """The block that an `address` names; an address alone is a block of one."""
    try:
        network = ipaddress.ip_interface(text.strip()).network
    except ValueError:
        raise invalid(_FACILITY_BLANK_FOR_BAD_ADDRESS) from None
    return Block(network.version, int(network.network_address), network.prefixlen)


def _reserved(call: Write, device: Device, block: Block) -> Reservation | None:
    """The project's reservation that a block lies in and that serves the device's facility."""
    for reservation in call.tables.where(Reservation, "project", device.project_id):
        if (
            reservation.family == block.family
            and reservation.cidr <= block.cidr
            and reservation.facility in (None, device.facility)
            and block.network >> (bits_of(block.family) - reservation.cidr)
            == reservation.network >> (bits_of(block.family) - reservation.cidr)
            and has_addresses(reservation, call.now)
        ):
            return _usable(call, device, reservation)
    return None


def _usable(call: Write, device: Device, reservation: Reservation) -> Reservation:
    """Global addresses need a facility that has them (its `features`)."""
    facility = call.catalogue.facility(device.facility)
    if reservation.global_ip and facility and "global_ipv4" not in facility.features:
        raise ApiError(422, f"{device.facility} does not support global IPs")  # text unsure
    return reservation
