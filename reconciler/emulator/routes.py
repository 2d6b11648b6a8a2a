"""Every endpoint, one line each: the shape of the API in one place.

Which lists are paged: 2019 API reference and packngo. Success codes are the handlers' own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.emulator.catalogue import Facility, OperatingSystem, Plan
from reconciler.emulator.records import (
    Assignment,
    BgpConfig,
    BgpSession,
    Device,
    Event,
    Organization,
    Port,
    Project,
    Record,
    Reservation,
    SshKey,
    User,
    Vlan,
)
from reconciler.emulator.rendering import Views
from reconciler.emulator.resources import (
    account,
    addresses,
    bgp,
    device_actions,
    device_create,
    devices,
    events,
    keys,
    offers,
    ports,
    projects,
    vlans,
)
from reconciler.emulator.routing import Route, check, delete, get, listing, post, put


def all_routes() -> Iterator[Route]:
    """The whole table."""
    yield from _account()
    yield from _projects()
    yield from _devices()
    yield from _network()
    yield from _offers()


def _account() -> Iterator[Route]:
    yield get("/user", account.me)
    yield from put("/user", account.update_me)
    yield listing("/users", "users", account.users)
    yield get("/users/{id}", account.user)
    yield get("/users/{id}/customdata", account.user_custom_data)
    yield listing("/organizations", "organizations", account.organizations, paged=True)
    yield post("/organizations", account.create_organization)
    yield get("/organizations/{id}", account.organization)
    yield from put("/organizations/{id}", account.update_organization)
    yield delete("/organizations/{id}", account.delete_organization)
    yield get("/organizations/{id}/customdata", account.organization_custom_data)
    yield listing("/organizations/{id}/devices", "devices", account.organization_devices, paged=True)
    yield listing("/organizations/{id}/events", "events", events.of_organization, paged=True)
    yield listing("/organizations/{id}/facilities", "facilities", offers.organization_facilities)
    yield listing("/organizations/{id}/projects", "projects", projects.of_organization, paged=True)
    yield post("/organizations/{id}/projects", projects.create_in_organization)
    yield listing("/events", "events", events.of_user, paged=True)
    yield get("/events/{id}", events.one)


def _projects() -> Iterator[Route]:
    yield listing("/projects", "projects", projects.all_projects, paged=True)
    yield post("/projects", projects.create)
    yield get("/projects/{id}", projects.one)
    yield from put("/projects/{id}", projects.update)
    yield delete("/projects/{id}", projects.delete)
    yield get("/projects/{id}/customdata", projects.custom_data)
    yield listing("/projects/{id}/events", "events", events.of_project, paged=True)
    yield listing("/projects/{id}/facilities", "facilities", offers.project_facilities)
    yield listing("/projects/{id}/plans", "plans", offers.project_plans)
    yield listing(
        "/projects/{id}/hardware-reservations",
        "hardware_reservations",
        devices.hardware_reservations,
        paged=True,
    )
    yield listing("/projects/{id}/ssh-keys", "ssh_keys", keys.of_project)
    yield post("/projects/{id}/ssh-keys", keys.create_for_project)
    yield listing("/ssh-keys", "ssh_keys", keys.of_user)
    yield post("/ssh-keys", keys.create_for_user)
    yield get("/ssh-keys/{id}", keys.one)
    yield from put("/ssh-keys/{id}", keys.update)
    yield delete("/ssh-keys/{id}", keys.delete)


def _devices() -> Iterator[Route]:
    yield listing("/projects/{id}/devices", "devices", devices.of_project, paged=True)
    yield post("/projects/{id}/devices", device_create.create)
    yield get("/devices/{id}", devices.one)
    yield from put("/devices/{id}", devices.update)
    yield delete("/devices/{id}", devices.delete)
    yield post("/devices/{id}/actions", device_actions.perform)
    yield listing("/devices/{id}/events", "events", events.of_device, paged=True)
    yield listing("/devices/{id}/ssh-keys", "ssh_keys", keys.of_device)
    yield get("/devices/{id}/customdata", devices.custom_data)
    yield get("/devices/{id}/bandwidth", devices.bandwidth)
    yield get("/devices/{id}/traffic", devices.traffic)
    yield get("/devices/{id}/usages", devices.usages)
    yield get("/ports/{id}", ports.one)


def _network() -> Iterator[Route]:
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


def _offers() -> Iterator[Route]:
    yield listing("/facilities", "facilities", offers.facilities)
    yield listing("/plans", "plans", offers.plans)
    yield listing("/operating-systems", "operating_systems", offers.operating_systems)
    yield get("/capacity", offers.capacity)
    yield check("/capacity", offers.check_capacity)
    yield get("/market/spot/prices", offers.spot_prices)
    yield get("/market/spot/prices/history", offers.spot_price_history)


LISTED: Mapping[str, tuple[type[Record], ...]] = {
    "organizations": (Organization,),
    "projects": (Project,),
    "devices": (Device,),
    "events": (Event,),
    "ssh_keys": (SshKey,),
    "ip_addresses": (Reservation, Assignment),
    "virtual_networks": (Vlan,),
    "bgp_sessions": (BgpSession,),
    "users": (User,),
}
"""What a list is made of, by its key; lists that are not here never change."""


def all_views() -> Views:
    """How each kind of object is shown."""
    return {
        User: account.show_user,
        Organization: account.show_organization,
        Project: projects.show_project,
        SshKey: keys.show_key,
        Device: devices.show_device,
        Port: ports.show_port,
        Assignment: addresses.show_assignment,
        Reservation: addresses.show_reservation,
        Vlan: vlans.show_vlan,
        BgpConfig: bgp.show_config,
        BgpSession: bgp.show_session,
        Event: events.show_event,
        Facility: offers.show_facility,
        Plan: offers.show_plan,
        OperatingSystem: offers.show_operating_system,
    }
