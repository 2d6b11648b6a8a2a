"""Addresses, VLANs and BGP."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.emulator.records import Assignment, BgpConfig, BgpSession, Device, Reservation, Vlan
from reconciler.emulator.rendering import Views
from reconciler.emulator.resources import addresses, bgp, vlans
from reconciler.emulator.routing import Lists, Route, delete, get, listing, post, put

LISTED: Lists = {
    "ip_addresses": (Reservation, Assignment),
    "virtual_networks": (Vlan, Device),
    "bgp_sessions": (BgpSession,),
}

VIEWS: Views = {
    Assignment: addresses.show_assignment,
    Reservation: addresses.show_reservation,
    Vlan: vlans.show_vlan,
    BgpConfig: bgp.show_config,
    BgpSession: bgp.show_session,
}


def routes() -> Iterator[Route]:
    yield listing("/projects/{id}/ips", "ip_addresses", addresses.of_project)
    yield post("/projects/{id}/ips", addresses.reserve)
    yield get("/projects/{project_id}/ips/{id}/customdata", addresses.custom_data)
    yield listing("/devices/{id}/ips", "ip_addresses", addresses.of_device)
    yield post("/devices/{id}/ips", addresses.assign)
    yield get("/devices/{instance_id}/ips/{id}/customdata", addresses.custom_data)
    yield get("/ips/{id}", addresses.one)
    yield from put("/ips/{id}", addresses.update)
    yield delete("/ips/{id}", addresses.delete)
    yield get("/ips/{id}/available", addresses.available)
    yield get("/ips/{id}/customdata", addresses.custom_data)
    yield listing("/projects/{id}/virtual-networks", "virtual_networks", vlans.of_project)
    yield post("/projects/{id}/virtual-networks", vlans.create)
    yield get("/virtual-networks/{id}", vlans.one)
    yield delete("/virtual-networks/{id}", vlans.delete)
    yield post("/projects/{id}/bgp-configs", bgp.request_config)
    yield get("/projects/{id}/bgp-config", bgp.config)
    yield listing("/projects/{id}/bgp/sessions", "bgp_sessions", bgp.of_project, paged=True)
    yield listing("/devices/{id}/bgp/sessions", "bgp_sessions", bgp.of_device, paged=True)
    yield post("/devices/{id}/bgp/sessions", bgp.create)
    yield get("/devices/{id}/bgp/neighbors", bgp.neighbors)
    yield get("/bgp/sessions/{id}", bgp.one)
    yield from put("/bgp/sessions/{id}", bgp.update)
    yield delete("/bgp/sessions/{id}", bgp.delete)
