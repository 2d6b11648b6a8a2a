"""IP addresses, VLANs and BGP. Sources: REF, recordings of libcloud and fog-packet, packngo."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from reconciler.api.models.base import Link, Many, Model, Resource, Words
from reconciler.api.models.catalogue import Facility


class ParentBlock(Resource):
    """The reservation that an assigned address was cut from."""

    network: str | None = None
    netmask: str | None = None
    cidr: int | None = None


class IpAddress(Resource):
    """What reservations and assignments have in common. `management` addresses come and go with their device."""

    address: str | None = None
    network: str | None = None
    gateway: str | None = None
    netmask: str | None = None
    cidr: int | None = None
    address_family: int | None = None
    public: bool | None = None
    enabled: bool | None = None
    management: bool | None = None
    manageable: bool | None = None
    global_ip: bool | None = None
    details: str | None = None
    customdata: Any = None
    tags: Many[str] = ()
    facility: Facility | None = None
    project: Link | None = None
    project_lite: Link | None = None
    created_at: str | None = None


class IpAssignment(IpAddress):
    """An address on a device."""

    assigned_to: Link | None = None
    interface: Link | None = None
    parent_block: ParentBlock | None = None


class IpReservation(IpAddress):
    """A block of a project. `message` alone is there when the request went to the support team first."""

    type: Annotated[str, Words(("public_ipv4", "global_ipv4", "private_ipv4", "public_ipv6"))] | None = None
    state: Annotated[str, Words(("pending", "created", "denied"))] | None = None
    addon: bool | None = None
    bill: bool | None = None
    assignments: Many[Link] = ()
    available: str | None = None
    message: Any = None


class AvailableBlocks(Model):
    """Free blocks of a reservation, as CIDR texts."""

    available: Many[str] = ()


class VirtualNetwork(Resource):
    """A VLAN; `vxlan` is its number."""

    vxlan: int | None = None
    description: str | None = None
    facility_code: str | None = None
    facility: Link | None = None
    internet_gateway: Any = None
    instances: Many[Link] = ()
    assigned_to: Link | None = None
    created_at: str | None = None


class BgpConfig(Resource):
    """A project's BGP; there is one at the most."""

    status: Annotated[str, Words(("requested", "enabled", "disabled"))] | None = None
    deployment_type: Annotated[str, Words(("local", "global"))] | None = None
    asn: int | None = None
    md5: str | None = Field(None, repr=False)
    route_object: str | None = None
    max_prefix: int | None = None
    project: Link | None = None
    sessions: Many[Link] = ()
    ranges: Many[Any] = ()
    created_at: str | None = None
    requested_at: str | None = None


class BgpSession(Resource):
    """A session of a device, `up` when its router answers."""

    status: Annotated[str, Words(("unknown", "up", "down"))] | None = None
    address_family: Annotated[str, Words(("ipv4", "ipv6"))] | None = None
    learned_routes: Many[str] = ()
    default_route: bool | None = None
    switch_name: str | None = None
    device: Link | None = None
    created_at: str | None = None
    updated_at: str | None = None


class BgpRoute(Model):
    route: str | None = None
    exact: bool | None = None


class BgpNeighbor(Model):
    """Whom a device's router talks to."""

    address_family: int | None = None
    customer_as: int | None = None
    customer_ip: str | None = None
    peer_as: int | None = None
    peer_ips: Many[str] = ()
    md5_enabled: bool | None = None
    md5_password: str | None = Field(None, repr=False)
    multihop: bool | None = None
    routes_in: Many[BgpRoute] = ()
    routes_out: Many[BgpRoute] = ()


class BgpNeighbors(Model):
    bgp_neighbors: Many[BgpNeighbor] = ()
