"""Devices, their ports and events, batches and hardware reservations. Sources: REF, recordings of libcloud, jclouds and
fog-packet, packngo.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from reconciler.api.models.base import Link, Many, Model, Number, Resource, Words
from reconciler.api.models.catalogue import Facility, OperatingSystem, Plan
from reconciler.api.models.network import IpAssignment

DeviceState = Annotated[
    str,
    Words(
        (
            "queued",
            "provisioning",
            "active",
            "failed",
            "powering_off",
            "inactive",
            "powering_on",
            "rebooting",
            "reinstalling",
            "deprovisioning",
        )
    ),
]
BillingCycle = Annotated[str, Words(("hourly", "daily", "monthly", "yearly"))]


class Event(Model):
    """Something that happened. `body` has `%placeholders%`, `interpolated` the names in their places.

    Among a device's `provisioning_events`, those still to come have neither id nor time.
    """

    id: str | None = None
    href: str = ""
    type: str | None = None
    state: str | None = None
    body: str | None = None
    interpolated: str | None = None
    ip: str | None = None
    modified_by: dict[str, Any] | None = None
    relationships: Many[Link] = ()
    created_at: str | None = None


class PortData(Model):
    mac: str | None = None
    bonded: bool | None = None


class BondName(Model):
    id: str | None = None
    name: str | None = None


class Port(Resource):
    """A network port, or the bond of several. Only bonds tell a `network_type`."""

    name: str | None = None
    type: Annotated[str, Words(("NetworkPort", "NetworkBondPort"))] | None = None
    network_type: Annotated[str, Words(("layer3", "hybrid", "layer2-bonded", "layer2-individual"))] | None = None
    data: PortData | None = None
    bond: BondName | None = None
    hardware: Link | None = None
    connected_port: Link | None = None
    virtual_networks: Many[Link] = ()
    native_virtual_network: Link | None = None


class Location(Model):
    facility: str | None = None
    cage: str | None = None
    row: str | None = None
    rack: str | None = None
    switch: str | None = None


class Device(Resource):
    """A machine. `root_password` is there for 24 hours, `provisioning_percentage` and `_events` while it comes up."""

    short_id: str | None = None
    hostname: str | None = None
    description: str | None = None
    state: DeviceState | None = None
    tags: Many[str] = ()
    billing_cycle: BillingCycle | None = None
    user: str | None = None
    root_password: str | None = Field(None, repr=False)
    userdata: str | None = Field(None, repr=False)
    customdata: Any = None
    iqn: str | None = None
    locked: bool | None = None
    bonding_mode: int | None = None
    image_url: str | None = None
    always_pxe: bool | None = None
    ipxe_script_url: str | None = None
    storage: dict[str, Any] | None = None
    spot_instance: bool | None = None
    spot_price_max: Number | str | None = None
    termination_time: str | None = None
    switch_uuid: str | None = None
    location: Location | None = None
    operating_system: OperatingSystem | None = None
    facility: Facility | None = None
    plan: Plan | None = None
    project: Link | None = None
    project_lite: Link | None = None
    hardware_reservation: Link | None = None
    ssh_keys: Many[Link] = ()
    volumes: Many[Link] = ()
    ip_addresses: Many[IpAssignment] = ()
    network_ports: Many[Port] = ()
    provisioning_percentage: Number | None = None
    provisioning_events: Many[Event] = ()
    created_at: str | None = None
    updated_at: str | None = None


class Series(Model):
    """Measurements: each point is a value (None where nothing was measured) and its Unix seconds."""

    target: str | None = None
    tags: dict[str, Any] | None = None
    datapoints: Many[Many[Number | None]] = ()


class Bandwidth(Model):
    """Bytes a second: one series inbound, one outbound."""

    bandwidth: Many[Series] = ()


class Usage(Model):
    """What one thing cost so far; the figures are text (OpenAPI document of metal-python)."""

    name: str | None = None
    facility: str | None = None
    plan: str | None = None
    plan_version: str | None = None
    type: str | None = None
    quantity: str | Number | None = None
    unit: str | None = None
    price: str | Number | None = None
    total: str | Number | None = None


class Usages(Model):
    usages: Many[Usage] = ()


class Batch(Resource):
    """Many devices made in one call; `completed` means that they exist, not that they are active."""

    state: Annotated[str, Words(("queued", "in_progress", "completed", "failed"))] | None = None
    quantity: int | None = None
    error_messages: Many[str] = ()
    devices: Many[Link] = ()
    project: Link | None = None
    created_at: str | None = None
    updated_at: str | None = None


class CreatedBatches(Model):
    batches: Many[Batch] = ()


class HardwareReservation(Resource):
    """A rented machine. `provisionable` stays false for minutes after its device was deleted."""

    short_id: str | None = None
    facility: Facility | None = None
    plan: Plan | None = None
    project: Link | None = None
    device: Link | None = None
    provisionable: bool | None = None
    spare: bool | None = None
    need_of_service: bool | None = None
    switch_uuid: str | None = None
    custom_rate: Number | None = None
    created_at: str | None = None
