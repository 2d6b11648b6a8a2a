"""VLANs, address blocks, addresses on devices, BGP."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.emulator.records.keys import Keys


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
    """Whether it needed a human's approval."""
    granted_at: float | None
    """When the review ends; None is never."""
    denied: bool = False
    """How it ends."""

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
