"""The catalog of kinds: one file each, none of which imports another."""

from __future__ import annotations

from reconciler.api import endpoints
from reconciler.kinds.api_key import ApiKey
from reconciler.kinds.bgp_config import BgpConfig
from reconciler.kinds.bgp_session import BgpSession
from reconciler.kinds.desk import desk
from reconciler.kinds.device import Device
from reconciler.kinds.device_batch import DeviceBatch
from reconciler.kinds.hardware_reservation import HardwareReservation
from reconciler.kinds.ip_assignment import IpAssignment
from reconciler.kinds.ip_reservation import IpReservation
from reconciler.kinds.license import License
from reconciler.kinds.lookups import lookups
from reconciler.kinds.member import Member
from reconciler.kinds.network_type import NetworkType
from reconciler.kinds.organization import Organization
from reconciler.kinds.organization_member import OrganizationMember
from reconciler.kinds.port import DevicePort
from reconciler.kinds.project import Project
from reconciler.kinds.spot_market_request import SpotMarketRequest
from reconciler.kinds.ssh_key import SshKey
from reconciler.kinds.vlan import Vlan
from reconciler.kinds.volume import Volume
from reconciler.kinds.volume_attachment import VolumeAttachment
from reconciler.model.catalog import Catalog, NameList


def catalog() -> Catalog:
    """Every kind, each after its parents and after the kinds that it uses, and the API's own catalogues."""
    kinds = (
        Organization(),
        OrganizationMember(),
        Project(),
        Member(),
        SshKey(),
        ApiKey(),
        Vlan(),
        IpReservation(),
        BgpConfig(),
        Volume(),
        License(),
        HardwareReservation(),
        Device(),
        SpotMarketRequest(),
        DeviceBatch(),
        NetworkType(),
        DevicePort(),
        IpAssignment(),
        BgpSession(),
        VolumeAttachment(),
    )
    names = {
        "plan": NameList(endpoints.list_plans(), ("slug", "class", "id")),
        "facility": NameList(endpoints.list_facilities(), ("code", "id")),
        "operating system": NameList(endpoints.list_operating_systems(), ("slug", "id")),
    }
    return Catalog(kinds, names, lookups(), desk())
