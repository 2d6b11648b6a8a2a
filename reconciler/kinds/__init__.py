"""The catalog of kinds: one file each, none of which imports another."""

from __future__ import annotations

from reconciler.kinds.bgp_config import BgpConfig
from reconciler.kinds.bgp_session import BgpSession
from reconciler.kinds.device import Device
from reconciler.kinds.ip_assignment import IpAssignment
from reconciler.kinds.ip_reservation import IpReservation
from reconciler.kinds.project import Project
from reconciler.kinds.ssh_key import SshKey
from reconciler.kinds.vlan import Vlan
from reconciler.model.kind import Catalog


def catalog() -> Catalog:
    """Every kind, each after its parents and after the kinds that it uses."""
    return Catalog((Project(), SshKey(), Vlan(), IpReservation(), BgpConfig(), Device(), IpAssignment(), BgpSession()))
