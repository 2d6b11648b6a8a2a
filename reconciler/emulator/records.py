"""What the world consists of: one frozen record per stored object, nothing computed.

A record holds what was decided when a request was accepted. All that depends on the time of day (a device's
state, a session's status, an event's being there yet) is computed from it on reading; see `lifecycle.py`.
Free JSON (`customdata`, an address) is kept as JSON text, so that a record is a true value. Times are
seconds since 1970 UTC; networks are integers.

`keys()` names the questions that are asked of a kind ("the devices of project P"): `tables.py` keeps an
index for each.
"""

from __future__ import annotations

from dataclasses import dataclass

Keys = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class User:
    """The one person behind the token."""

    id: str
    first_name: str
    last_name: str
    email: str
    default_organization_id: str
    timezone: str
    phone_number: str
    customdata: str
    created_at: float
    updated_at: float

    def keys(self) -> Keys:
        return ()


@dataclass(frozen=True, slots=True)
class Organization:
    id: str
    name: str
    description: str | None
    website: str | None
    twitter: str | None
    address: str
    customdata: str
    personal: bool
    created_at: float
    updated_at: float

    def keys(self) -> Keys:
        return ()


@dataclass(frozen=True, slots=True)
class Project:
    id: str
    organization_id: str
    name: str
    customdata: str
    payment_method_id: str | None
    backend_transfer_enabled: bool
    created_at: float
    updated_at: float

    def keys(self) -> Keys:
        return (("organization", self.organization_id),)


@dataclass(frozen=True, slots=True)
class SshKey:
    id: str
    owner_href: str
    """`/projects/<id>` or `/users/<id>`."""
    label: str
    key: str
    fingerprint: str
    created_at: float
    updated_at: float

    def keys(self) -> Keys:
        return (("owner", self.owner_href), ("material", f"{self.owner_href} {self.fingerprint}"))


@dataclass(frozen=True, slots=True)
class Vlan:
    id: str
    project_id: str
    facility: str
    vxlan: int
    description: str | None
    created_at: float

    def keys(self) -> Keys:
        return (("project", self.project_id), ("number", f"{self.facility}/{self.vxlan}"))


@dataclass(frozen=True, slots=True)
class Reservation:
    """A block of addresses: asked for (elastic), or made with the first device in a facility (automatic)."""

    id: str
    project_id: str
    facility: str | None
    """Code; None for a global block."""
    family: int
    network: int
    cidr: int
    public: bool
    global_ip: bool | None
    automatic: bool
    details: str | None
    tags: tuple[str, ...]
    customdata: str
    created_at: float
    reviewed: bool
    """Whether it needed a human's approval, which it has from `granted_at` on."""
    granted_at: float | None

    def keys(self) -> Keys:
        keys: Keys = (("project", self.project_id),)
        if self.automatic:
            keys += (("automatic", f"{self.project_id}/{self.facility}/{self.family}"),)
        return keys


@dataclass(frozen=True, slots=True)
class Assignment:
    """Addresses on a device's port: management ones from its birth, or elastic ones put there later."""

    id: str
    project_id: str
    device_id: str
    port_id: str
    facility: str
    reservation_id: str | None
    """The block they are cut from; None for the public management block, which no list shows."""
    family: int
    network: int
    cidr: int
    public: bool
    global_ip: bool | None
    management: bool
    manageable: bool
    customdata: str
    created_at: float
    """Also the time from which it is seen: a new device has its addresses a moment after the answer."""

    def keys(self) -> Keys:
        keys: Keys = (("device", self.device_id),)
        return (*keys, ("reservation", self.reservation_id)) if self.reservation_id else keys


@dataclass(frozen=True, slots=True)
class Port:
    """A network port of a device: a bond (`bond_id` None) or one of its members."""

    id: str
    name: str
    bonded: bool
    bond_id: str | None
    network_type: str | None
    """`layer3`, `hybrid`, `layer2-bonded` or `layer2-individual`; bonds only."""
    mac: str | None
    connected_port_id: str | None
    vlan_ids: tuple[str, ...]
    native_vlan_id: str | None


@dataclass(frozen=True, slots=True)
class Device:
    id: str
    project_id: str
    hostname: str
    description: str | None
    plan: str
    facility: str
    operating_system: str
    billing_cycle: str
    tags: tuple[str, ...]
    userdata: str
    customdata: str
    locked: bool
    always_pxe: bool
    ipxe_script_url: str | None
    spot_instance: bool
    spot_price_max: float | None
    termination_time: float | None
    ssh_key_ids: tuple[str, ...]
    root_password: str
    hardware_id: str
    ports: tuple[Port, ...]
    created_at: float
    updated_at: float
    provision_seconds: float
    """From `created_at` until it is active; fixed at create, whatever the setting is later."""
    short_install: bool
    """Custom iPXE: four provisioning events instead of ten."""
    fate: str
    """`active`, `failed` (it will fail where it should have become active) or `stuck` (it never gets there)."""
    fades_at: float | None
    """When a failed device is taken away."""
    operation: str | None
    """The last accepted action."""
    operation_at: float
    operation_seconds: float
    deleted_at: float | None
    gone_at: float | None
    reclaimed: bool
    """Ended by the platform and not by its owner: 403 afterwards, not 404."""

    def keys(self) -> Keys:
        vlans = {vlan for port in self.ports for vlan in port.vlan_ids}
        return (
            ("project", self.project_id),
            ("stock", f"{self.facility}/{self.plan}"),
            *(("port", port.id) for port in self.ports),
            *(("vlan", vlan) for vlan in sorted(vlans)),
        )


@dataclass(frozen=True, slots=True)
class Vanished:
    """The id of a device that the platform took away: 403 for ever, not 404."""

    id: str

    def keys(self) -> Keys:
        return ()


@dataclass(frozen=True, slots=True)
class BgpConfig:
    id: str
    project_id: str
    deployment_type: str
    asn: int
    md5: str | None
    use_case: str | None
    created_at: float
    enabled_at: float | None
    """When it is (or was) enabled; None while nobody has said so."""

    def keys(self) -> Keys:
        return (("project", self.project_id),)


@dataclass(frozen=True, slots=True)
class BgpSession:
    id: str
    project_id: str
    device_id: str
    address_family: str
    default_route: bool | None
    created_at: float
    updated_at: float
    settled_at: float
    """When `status` turns from `unknown` to `settled_status`."""
    settled_status: str

    def keys(self) -> Keys:
        return (("project", self.project_id), ("device", self.device_id))


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, or will: an event is seen from `created_at` on."""

    id: str
    type: str
    body: str
    interpolated: str
    project_id: str
    device_id: str | None
    by_user: bool
    created_at: float

    def keys(self) -> Keys:
        keys: Keys = (("project", self.project_id),)
        return (*keys, ("device", self.device_id)) if self.device_id else keys


@dataclass(frozen=True, slots=True)
class LateRequest:
    """A request whose caller was cut off and that is carried out at `due` all the same (fault `late_commit`)."""

    id: str
    """The request's id, as the ledger will show it."""
    due: float
    method: str
    target: str
    content_type: str
    body: str
    """Byte for byte as Latin-1."""

    def keys(self) -> Keys:
        return ()


Record = (
    User
    | Organization
    | Project
    | SshKey
    | Vlan
    | Reservation
    | Assignment
    | Device
    | Vanished
    | BgpConfig
    | BgpSession
    | Event
    | LateRequest
)

KINDS: tuple[type[Record], ...] = (
    User, Organization, Project, SshKey, Vlan, Reservation, Assignment, Device, Vanished, BgpConfig,
    BgpSession, Event, LateRequest,
)  # fmt: skip
