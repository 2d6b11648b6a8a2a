"""BGP: one config for a project, for good; one session for a device and address family.

Fields follow libcloud's recordings of March 2019 (bgp_config_project, bgp_session_create and _get); md5
rules are OAS's. A config can neither be changed nor deleted (packngo, terraform-provider-metal#210); a
second request is refused, its text unsure.
"""

from __future__ import annotations

import re
from dataclasses import replace

from reconciler.emulator.call import Empty, Listed, Plain, Read, Reply, Shown, Write
from reconciler.emulator.clock import rfc3339
from reconciler.emulator.errors import blank, invalid
from reconciler.emulator.lifecycle import state
from reconciler.emulator.records import Assignment, BgpConfig, BgpSession, Device, Project, Reservation
from reconciler.emulator.rendering import Link, Scene, View
from reconciler.emulator.resources.addresses import address_text, first_address, gateway, has_addresses, on_device
from reconciler.emulator.resources.events import note
from reconciler.emulator.resources.finding import find_device, find_live_device

PACKET_ASN = 65530
"""The other side of every session (2020 documentation, BGP)."""
_LOCAL_ASN = 65000
_LARGEST_ASN = 4_294_967_295
_MD5 = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9]{10,20}")
_FAMILIES = ("ipv4", "ipv6")


def show_config(config: BgpConfig, scene: Scene) -> View:
    """A config's JSON; its sessions show only when they are asked for with `include` (packngo#123)."""
    sessions = scene.tables.where(BgpSession, "project", config.project_id)
    return {
        "id": config.id,
        "status": "enabled" if _enabled(config, scene.now) else "requested",
        "deployment_type": config.deployment_type,
        "asn": config.asn,
        "md5": config.md5,
        "route_object": None,
        "max_prefix": 10,
        "created_at": rfc3339(config.created_at),
        "requested_at": rfc3339(config.created_at),
        "project": Link(f"/projects/{config.project_id}"),
        "sessions": [Link(f"/bgp/sessions/{session.id}", unlisted=True) for session in sessions],
        "ranges": [],
        "href": f"/bgp-configs/{config.id}",
    }


def show_session(session: BgpSession, scene: Scene) -> View:
    """A session's JSON; `status` is unknown at first, then up or down."""
    settled = scene.now >= session.settled_at
    device = scene.tables.get(Device, session.device_id)
    up = session.settled_status != "up" or (device is not None and _speaks(session, device, scene.now))
    return {
        "id": session.id,
        "status": (session.settled_status if up else "down") if settled else "unknown",
        "learned_routes": [],
        "switch_name": f"esr1.r04b01.{device.facility if device else ''}.packet.net",
        "default_route": session.default_route,
        "created_at": rfc3339(session.created_at),
        "updated_at": rfc3339(max(session.updated_at, session.settled_at) if settled else session.updated_at),
        "device": Link(f"/devices/{session.device_id}"),
        "address_family": session.address_family,
        "href": f"/bgp/sessions/{session.id}",
    }


def _speaks(session: BgpSession, device: Device, now: float) -> bool:
    """Whether the machine's BGP daemon is there: after a reboot or a reinstall it takes as long as at first."""
    runs_since = device.operation_at + device.operation_seconds if device.operation is not None else 0.0
    return state(device, now) == "active" and now >= runs_since + (session.settled_at - session.created_at)


def request_config(call: Write) -> Reply:
    """POST /projects/{id}/bgp-configs"""
    project, params = call.get(Project), call.params
    kind = params.required("deployment_type")
    if kind not in ("local", "global"):
        raise invalid("Deployment type is not included in the list")  # text unsure
    if call.tables.count(BgpConfig, "project", project.id):
        raise invalid("BGP is already enabled for this project")  # text unsure
    made = BgpConfig(
        id=call.change.new_id(),
        project_id=project.id,
        deployment_type=kind,
        asn=_asn(call, kind),
        md5=_md5(call),
        use_case=params.text("use_case"),
        created_at=call.now,
        enabled_at=_enabled_at(call, kind),
    )
    call.add(made)
    note(
        call,
        "bgp_config.requested",
        f'{kind.capitalize()} BGP was requested to be enabled on project "%project%"',
        project,
        about=(made.id,),
    )
    return Empty()


def config(call: Read) -> Reply:
    """GET /projects/{id}/bgp-config: an empty object when BGP was never asked for."""
    found = config_of(call, call.get(Project).id)
    return Shown(found) if found else Plain({})


def config_of(call: Read, project_id: str) -> BgpConfig | None:
    """A project's config."""
    return next(iter(call.tables.where(BgpConfig, "project", project_id)), None)


def of_project(call: Read) -> Listed:
    """GET /projects/{id}/bgp/sessions"""
    return Listed(call.tables.where(BgpSession, "project", call.get(Project).id))


def of_device(call: Read) -> Listed:
    """GET /devices/{id}/bgp/sessions"""
    return Listed(call.tables.where(BgpSession, "device", find_device(call).id))


def one(call: Read) -> Reply:
    """GET /bgp/sessions/{id}"""
    return Shown(call.get(BgpSession))


def create(call: Write) -> Reply:
    """POST /devices/{id}/bgp/sessions"""
    device = find_live_device(call)
    family = call.params.text("address_family")
    if not family:
        raise blank("Address family")
    if family not in _FAMILIES:
        raise invalid("Address family is not included in the list")  # text unsure
    config = config_of(call, device.project_id)
    if config is None or not _enabled(config, call.now):
        raise invalid("BGP is not enabled")
    if any(session.address_family == family for session in call.tables.where(BgpSession, "device", device.id)):
        raise invalid(f"Address family already has session with {family}")
    made = BgpSession(
        id=call.change.new_id(),
        project_id=device.project_id,
        device_id=device.id,
        address_family=family,
        default_route=_default_route(call, None),
        created_at=call.now,
        updated_at=call.now,
        settled_at=call.now + call.settings.bgp_session_seconds,
        settled_status=call.settings.bgp_session_status,
    )
    call.add(made)
    return Shown(made, 201)


def update(call: Write) -> Reply:
    """PUT or PATCH /bgp/sessions/{id}: default_route alone."""
    old = call.get(BgpSession)
    updated = replace(old, default_route=_default_route(call, old.default_route), updated_at=call.now)
    call.change.put(updated)
    return Shown(updated)


def delete(call: Write) -> Reply:
    """DELETE /bgp/sessions/{id}"""
    call.drop(call.get(BgpSession))
    return Empty()


def turn(call: Write) -> View:
    """POST /_emulator/bgp-sessions: what sessions turn to at once, those of the machine `device_id` or all of them."""
    status, device_id = call.params.required("status"), call.params.text("device_id")
    if status not in ("up", "down"):
        raise invalid("status must be up or down")
    chosen = call.tables.where(BgpSession, "device", device_id) if device_id else call.tables.all(BgpSession)
    turned = [replace(each, settled_status=status, updated_at=call.now) for each in chosen]
    for each in turned:
        call.change.put(each)
    return {"bgp_sessions": [{"id": each.id, "status": status} for each in turned]}


def neighbors(call: Read) -> Reply:
    """GET /devices/{id}/bgp/neighbors: what to put into the machine's BGP daemon (2020)."""
    device = find_device(call)
    config = config_of(call, device.project_id)
    sessions = call.tables.where(BgpSession, "device", device.id)
    return Plain({"bgp_neighbors": [_neighbor(call, device, session, config) for session in sessions if config]})


def _neighbor(call: Read, device: Device, session: BgpSession, config: BgpConfig) -> View:
    family = 4 if session.address_family == "ipv4" else 6
    private = [a for a in on_device(call.tables, device, call.now) if a.family == family and a.public is (family == 6)]
    own = private[0] if private else None
    everywhere = {"route": "0.0.0.0/0" if family == 4 else "::/0", "exact": True}
    return {
        "address_family": family,
        "customer_as": config.asn,
        "customer_ip": address_text(family, first_address(own)) if own else None,
        "md5_enabled": config.md5 is not None,
        "md5_password": config.md5 or "",
        "multihop": False,
        "peer_as": PACKET_ASN,
        "peer_ips": [address_text(family, gateway(own))] if own else [],
        "routes_in": _routes(call, own),
        "routes_out": [everywhere] if session.default_route else [],
    }


def _routes(call: Read, own: Assignment | None) -> list[View]:
    """What the switch takes from the machine: the project's blocks of that family there, and its global ones."""
    if own is None:
        return []
    blocks = call.tables.where(Reservation, "project", own.project_id)
    fitting = [
        b
        for b in blocks
        if b.family == own.family and b.facility in (None, own.facility) and has_addresses(b, call.now)
    ]
    return [{"route": f"{address_text(b.family, b.network)}/{b.cidr}", "exact": False} for b in fitting]


def _enabled(config: BgpConfig, now: float) -> bool:
    return config.enabled_at is not None and config.enabled_at <= now


def _enabled_at(call: Write, kind: str) -> float | None:
    """Local BGP is there at once; global BGP waits for a person."""
    if kind == "local":
        return call.now
    wait = call.settings.bgp_global_review_seconds
    return None if wait is None else call.now + wait


def _asn(call: Write, kind: str) -> int:
    asn = call.params.integer("asn")
    if asn is None and kind == "global":
        raise blank("Asn")
    if asn is not None and not 1 <= asn <= _LARGEST_ASN:
        raise invalid("Asn is invalid")  # text unsure
    return _LOCAL_ASN if asn is None else asn


def _md5(call: Write) -> str | None:
    md5 = call.params.text("md5")
    if md5 and not _MD5.fullmatch(md5):
        raise invalid("Md5 is invalid")  # text unsure
    return md5 or None


def _default_route(call: Write, default: bool | None) -> bool | None:
    return call.params.flag("default_route") if call.params.raw("default_route") is not None else default
