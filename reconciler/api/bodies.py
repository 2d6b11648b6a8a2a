"""Bodies of creates and updates as frozen objects, for calls with more than a few parameters.

Only what was given is sent, so an update changes nothing else, and an explicit None is sent as null. A mistyped name is
refused. Where a field is missing here, every method takes a plain mapping as well. Sources: REF, packngo and
packet-python; fields that REF lacks are marked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from reconciler.api.models.base import Number


class Request(BaseModel):
    """A request body."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    def as_body(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_unset=True)


Body = Request | Mapping[str, Any]


def body_of(request: Body) -> dict[str, Any]:
    return request.as_body() if isinstance(request, Request) else dict(request)


class ProjectCreate(Request):
    name: str
    organization_id: str | None = None  # not in REF
    payment_method_id: str | None = None
    customdata: Any = None


class ProjectUpdate(Request):
    name: str | None = None
    payment_method_id: str | None = None
    backend_transfer_enabled: bool | None = None
    customdata: Any = None


class PostalAddress(Request):
    address: str | None = None
    address2: str | None = None
    city: str | None = None
    state: str | None = None
    zip_code: str | None = None
    country: str | None = None


class OrganizationUpdate(Request):
    name: str | None = None
    description: str | None = None
    website: str | None = None
    twitter: str | None = None
    logo: str | None = None
    address: PostalAddress | None = None
    billing_address: PostalAddress | None = None
    customdata: Any = None
    enforce_2fa_at: str | None = None


class OrganizationCreate(OrganizationUpdate):
    name: str


class UserUpdate(Request):
    """Not in REF: fog-packet, OpenAPI document of metal-python."""

    first_name: str | None = None
    last_name: str | None = None
    phone_number: str | None = None
    timezone: str | None = None
    customdata: Any = None


class DeviceAddress(Request):
    """An address that a new device shall have, cut from `ip_reservations` where given. Not in REF."""

    address_family: int
    public: bool
    cidr: int | None = None
    ip_reservations: list[str] | None = None


class Instance(Request):
    """What a machine shall be like: for one device, a batch or a spot market request."""

    plan: str | None = None
    operating_system: str | None = None
    hostname: str | None = None
    description: str | None = None
    billing_cycle: str | None = None
    always_pxe: bool | None = None
    ipxe_script_url: str | None = None
    userdata: str | None = Field(None, repr=False)
    locked: bool | None = None
    customdata: Any = None
    termination_time: str | None = None
    tags: list[str] | None = None
    project_ssh_keys: list[str] | None = None
    user_ssh_keys: list[str] | None = None
    no_ssh_keys: bool | None = None  # not in REF
    features: list[str] | dict[str, str] | None = None
    public_ipv4_subnet_size: int | None = None


class DeviceCreate(Instance):
    """`facility` is a code, a list in order of preference, or `any`; it may be left out with a hardware reservation."""

    plan: str
    operating_system: str
    facility: str | list[str] | None = None
    hardware_reservation_id: str | None = None
    spot_instance: bool | None = None
    spot_price_max: Number | None = None
    ip_addresses: list[DeviceAddress] | None = None
    storage: dict[str, Any] | None = None  # not in REF: disks of a reserved machine


class DeviceUpdate(Request):
    hostname: str | None = None
    description: str | None = None
    billing_cycle: str | None = None
    userdata: str | None = Field(None, repr=False)
    locked: bool | None = None
    tags: list[str] | None = None
    always_pxe: bool | None = None
    ipxe_script_url: str | None = None
    spot_instance: bool | None = None
    customdata: Any = None


class Reinstall(Request):
    """Options of a reinstallation, later than REF (packngo)."""

    operating_system: str | None = None
    preserve_data: bool | None = None
    deprovision_fast: bool | None = None
    ipxe_script_url: str | None = None


class BatchEntry(DeviceCreate):
    """`hostname` with `{{index}}`, or `hostnames`; `facility_diversity_level` facilities may be mixed."""

    quantity: int
    hostnames: list[str] | None = None
    facility_diversity_level: int | None = None


class InstanceParameters(Instance):
    hostnames: list[str] | None = None


class SpotMarketRequestCreate(Request):
    """`max_bid_price` is in US dollars an hour. REF calls the parameters `instance_attributes`, wrongly."""

    instance_parameters: InstanceParameters
    devices_min: int
    devices_max: int
    max_bid_price: Number
    facilities: list[str]
    end_at: str | None = None


class IpReservationRequest(Request):
    """`quantity` addresses, a power of two. `facility` is left out for global addresses."""

    type: str
    quantity: int
    facility: str | None = None
    comments: str | None = None
    details: str | None = None  # not in REF
    tags: list[str] | None = None  # not in REF
    customdata: Any = None
    fail_on_approval_required: bool | None = None  # not in REF


class IpReservationUpdate(Request):
    details: str | None = None
    tags: list[str] | None = None
    customdata: Any = None


class VolumeUpdate(Request):
    """`size` in GB can only grow."""

    description: str | None = None
    size: int | None = None
    plan: str | None = None
    billing_cycle: str | None = None
    locked: bool | None = None
    customdata: Any = None


class SnapshotPolicyWish(Request):
    snapshot_frequency: str
    snapshot_count: int


class VolumeCreate(VolumeUpdate):
    plan: str
    size: int
    facility: str
    snapshot_policies: list[SnapshotPolicyWish] | None = None


class InvitationCreate(Request):
    """`projects_ids` is for invitations to an organization."""

    invitee: str
    roles: list[str] | None = None
    message: str | None = None
    projects_ids: list[str] | None = None


class PaymentMethodUpdate(Request):
    name: str | None = None
    default: bool | None = None
    cardholder_name: str | None = None
    expiration_month: str | None = None
    expiration_year: int | None = None
    billing_address: dict[str, Any] | None = None


class SupportRequest(Request):
    """Not in REF: OpenAPI document of metal-python."""

    subject: str
    message: str
    device_id: str | None = None
    project_id: str | None = None
    priority: str | None = None
