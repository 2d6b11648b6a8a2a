"""Devices and their ports."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.emulator.records.keys import Keys


@dataclass(frozen=True, slots=True)
class Port:
    """A network port of a device: a bond (`bond_id` None) or one of its members."""

    id: str
    name: str
    bonded: bool
    bond_id: str | None
    layer2: bool
    """Bonds only: converted to layer 2. What the bond then is, `bonding.py` computes."""
    mac: str | None
    connected_port_id: str | None
    vlan_ids: tuple[str, ...]
    native_vlan_id: str | None
    left_networks: tuple[int, ...] = ()
    """Bonds only: the management networks lost at the last conversion to layer 2; the next ones are others."""
    past_type: str | None = None
    """Bonds only: the network type before the last change, still shown until `past_until`."""
    past_until: float = 0.0


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
    hardware_reservation_id: str | None
    storage: str
    """Custom partitioning and RAID as it was asked for; JSON text."""
    ports: tuple[Port, ...]
    created_at: float
    updated_at: float
    provision_seconds: float
    """From `created_at` until it is active; fixed at create, whatever the setting is later."""
    install_id: str
    """What the ids of its provisioning events lie beside: the device's own id, until it is reinstalled."""
    installed_from: float
    """When the installation began whose events it shows: the first one, or that of the last reinstall."""
    install_seconds: float
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
    outbid_at: float | None = None
    """When the spot market's price exceeds its bid; None for never, and for what is no spot instance."""
    reclaim_at: float | None = None
    """When the platform takes an outbid spot instance back; None until it is outbid."""
    network_text: str = ""
    """The addresses that its installation configures, as the event of that tells them; empty for none."""

    def keys(self) -> Keys:
        vlans = {vlan for port in self.ports for vlan in port.vlan_ids}
        reserved = self.hardware_reservation_id
        return (
            ("project", self.project_id),
            ("quota", f"{self.project_id}/{self.plan}"),
            ("hardware_reservation", reserved) if reserved else ("stock", f"{self.facility}/{self.plan}"),
            *((("spot", "yes"),) if self.spot_instance else ()),
            *((("install", self.install_id),) if self.install_id != self.id else ()),
            *(("port", port.id) for port in self.ports),
            *(("vlan", vlan) for vlan in sorted(vlans)),
        )


@dataclass(frozen=True, slots=True)
class Vanished:
    """The id of a device that the platform took away: 403 for ever, not 404."""

    id: str

    def keys(self) -> Keys:
        return ()
