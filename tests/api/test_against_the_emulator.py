"""The typed client over a real socket against the emulator: every answer fits its model, field by field."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, TypeVar

import pytest

from reconciler.api import Client, Packet, models
from reconciler.api.bodies import (
    BatchEntry,
    DeviceCreate,
    DeviceUpdate,
    InstanceParameters,
    InvitationCreate,
    IpReservationRequest,
    ProjectUpdate,
    SpotMarketRequestCreate,
    VolumeCreate,
    VolumeUpdate,
)
from reconciler.api.models.base import Model
from reconciler.clock import SystemClock
from reconciler.emulator import Emulator, Settings
from reconciler.wire import Gone, Rejected

TOKEN = "a-token-for-the-typed-client"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJu7 laptop"
MACHINE = DeviceCreate(plan="c2.medium.x86", operating_system="ubuntu_18_04", facility="ewr1", hostname="web-1")

Known = TypeVar("Known", bound=Model)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    at_once = dict.fromkeys(("provision_seconds", "deprovision_seconds", "volume_seconds", "batch_seconds"), 0.0)
    with Emulator(token=TOKEN, settings=Settings().changed(at_once)) as running:
        yield running


@pytest.fixture
def packet(emulator: Emulator) -> Iterator[Packet]:
    with Client(emulator.url, TOKEN, clock=SystemClock(), rng=random.Random(1)) as client:
        yield Packet(client, page_size=2)


@pytest.fixture
def project(packet: Packet) -> str:
    made = fits(packet.projects.create({"name": "edge"}))
    fits(packet.ssh_keys.create_in_project(made.id, "laptop", KEY))
    return made.id


def fits(answer: Known) -> Known:
    """The answer, after it was found to hold no field that its model lacks, and no value of another type."""
    assert answer.model_dump(mode="json", exclude_unset=True, by_alias=True, warnings="error") == answer.as_answer()
    assert not unknown(answer)
    return answer


def unknown(value: Any) -> list[str]:
    """Paths of fields without a place in the models; what a link holds when it was opened is for its own model."""
    if isinstance(value, tuple):
        return [name for each in value for name in unknown(each)]
    if not isinstance(value, Model):
        return []
    own = (
        [] if isinstance(value, models.Link) else [f"{type(value).__name__}.{name}" for name in value.model_extra or ()]
    )
    return own + [name for field in value.model_fields_set for name in unknown(getattr(value, field))]


def test_projects_and_organizations(packet: Packet, project: str) -> None:
    renamed = fits(packet.projects.update(project, ProjectUpdate(name="core", customdata={"a": 1})))
    assert (renamed.name, packet.projects.customdata(project)) == ("core", {"a": 1})
    (organization,) = (fits(each) for each in packet.organizations.list())
    assert project in [fits(each).id for each in packet.projects.list_in_organization(organization.id)]
    opened = packet.projects.get(project, include="organization").organization
    assert opened is not None
    assert fits(opened.read_as(models.Organization) or models.Organization()).name == organization.name
    assert fits(packet.users.me()).id in [fits(each).id for each in packet.users.list()]
    packet.projects.delete(project)
    with pytest.raises(Gone):
        packet.projects.get(project)


def test_devices(packet: Packet, project: str) -> None:
    made = [fits(packet.devices.create(project, MACHINE)) for _ in range(3)]
    assert [each.state for each in made] == ["queued"] * 3
    listed = [fits(each) for each in packet.devices.list(project)]
    assert {each.id for each in listed} == {each.id for each in made}
    assert {each.state for each in packet.devices.list(project).whole()} == {"active"}
    device = made[0].id
    assert fits(packet.devices.update(device, DeviceUpdate(tags=["a"], customdata={"b": 2}))).tags == ("a",)
    assert packet.devices.customdata(device) == {"b": 2}
    packet.devices.act(device, "power_off")
    assert fits(packet.devices.get(device)).state in ("powering_off", "inactive")
    assert [fits(each).label for each in packet.ssh_keys.list_on_device(device)] == ["laptop"]
    events = [fits(each) for each in packet.events.list_of_device(device)]
    assert "power.200" in {each.type for each in events}
    assert fits(packet.events.get(events[0].id or "")).id == events[0].id
    assert len(fits(packet.devices.bandwidth(device, since=0, until=3600)).bandwidth) == 2
    packet.devices.delete(made[1].id, force=True)
    with pytest.raises(Gone):
        packet.devices.get(made[1].id)


def test_addresses_vlans_and_ports(packet: Packet, project: str) -> None:
    device = packet.devices.create(project, MACHINE).id
    block = fits(packet.ips.reserve(project, IpReservationRequest(type="public_ipv4", quantity=4, facility="ewr1")))
    free = fits(packet.ips.available(block.id, 32)).available
    address = fits(packet.ips.assign(device, free[0], customdata={"c": 3}))
    assert address.assigned_to is not None
    assert address.assigned_to.identifier == device
    assert packet.ips.customdata_on_device(device, address.id) == {"c": 3}
    assert isinstance(fits(packet.ips.get(address.id)), models.IpAssignment)
    assert isinstance(fits(packet.ips.get(block.id)), models.IpReservation)
    assert address.id in [fits(each).id for each in packet.ips.list_on_device(device)]
    packet.ips.unassign(address.id)
    packet.ips.release(block.id)
    assert block.id not in [fits(each).id for each in packet.ips.list(project)]

    vlan = fits(packet.virtual_networks.create(project, "ewr1", description="inner"))
    ports = {each.name: each for each in packet.devices.get(device).network_ports}
    bond = fits(packet.ports.convert_to_layer_2(ports["bond0"].id))
    assert bond.network_type == "layer2-bonded"
    assigned = fits(packet.ports.assign(bond.id, vlan.id, include="virtual_networks"))
    opened = [each.read_as(models.VirtualNetwork) for each in assigned.virtual_networks]
    assert [each.vxlan for each in opened if each] == [vlan.vxlan]
    with pytest.raises(Rejected, match=r"Virtual network \d+ already assigned"):
        packet.ports.assign(bond.id, vlan.id)
    fits(packet.ports.unassign(bond.id, vlan.id))
    wanted = [{"address_family": 4, "public": False}]
    assert fits(packet.ports.convert_to_layer_3(bond.id, request_ips=wanted)).network_type == "layer3"
    packet.virtual_networks.delete(vlan.id)
    assert list(packet.virtual_networks.list(project)) == []


def test_bgp(packet: Packet, project: str) -> None:
    assert packet.bgp.config(project) is None
    packet.bgp.request_config(project, deployment_type="local", asn=65000)
    config = packet.bgp.config(project)
    assert config is not None
    assert fits(config).status == "enabled"
    device = packet.devices.create(project, MACHINE).id
    session = fits(packet.bgp.create_session(device, "ipv4"))
    assert fits(packet.bgp.update_session(session.id, default_route=True)).default_route is True
    assert [fits(each).id for each in packet.bgp.list_sessions(project)] == [session.id]
    assert [each.customer_as for each in fits(packet.bgp.neighbors(device)).bgp_neighbors] == [65000]
    packet.bgp.delete_session(session.id)


def test_volumes(packet: Packet, project: str) -> None:
    device = packet.devices.create(project, MACHINE).id
    volume = fits(packet.volumes.create(project, VolumeCreate(plan="storage_1", size=20, facility="ewr1")))
    assert [fits(each).state for each in packet.volumes.list(project)] == ["active"]
    attachment = fits(packet.volumes.attach(volume.id, device))
    assert fits(packet.volumes.get_attachment(attachment.id)).volume is not None
    assert [fits(each).id for each in packet.volumes.list_attachments(volume.id)] == [attachment.id]
    with pytest.raises(Rejected, match="already attached"):
        packet.volumes.attach(volume.id, device)
    packet.volumes.detach(attachment.id)
    assert fits(packet.volumes.update(volume.id, VolumeUpdate(size=30))).size == 30
    packet.volumes.create_snapshot(volume.id)
    snapshots = [fits(each) for each in packet.volumes.list_snapshots(volume.id)]
    assert len(snapshots) == 1
    policy = packet.volumes.create_snapshot_policy(volume.id, frequency="1day", count=3)
    assert policy is not None
    assert fits(policy).snapshot_count == 3
    assert list(packet.events.list_of_volume(volume.id)) is not None
    packet.volumes.delete_snapshot(volume.id, snapshots[0].id)
    packet.volumes.delete_snapshot_policy(policy.id)
    packet.volumes.delete(volume.id)
    assert list(packet.volumes.list(project)) == []


def test_batches_and_the_spot_market(packet: Packet, project: str) -> None:
    entry = BatchEntry(**MACHINE.as_body() | {"hostname": "n{{index}}"}, quantity=2)
    (batch,) = packet.batches.create(project, [entry])
    assert fits(packet.batches.get(batch.id)).quantity == 2
    assert [fits(each).id for each in packet.batches.list(project)] == [batch.id]
    assert len(list(packet.devices.list(project))) == 2
    packet.batches.delete(batch.id, remove_associated_instances=True)
    price = fits(packet.spot_market.prices(facility="ewr1")).spot_market_prices["ewr1"]["c2.medium.x86"].price
    assert price is not None
    parameters = InstanceParameters(plan="c2.medium.x86", operating_system="ubuntu_18_04", hostname="s{{index}}")
    wish = SpotMarketRequestCreate(
        instance_parameters=parameters, devices_min=1, devices_max=1, max_bid_price=price * 20, facilities=["ewr1"]
    )
    request = fits(packet.spot_market.create_request(project, wish, include=["devices", "plan"]))
    assert [fits(each).id for each in packet.spot_market.list_requests(project)] == [request.id]
    packet.spot_market.delete_request(request.id, force_termination=True)


def test_the_catalogue(packet: Packet, project: str) -> None:
    assert "ewr1" in {fits(each).code for each in packet.facilities.list()}
    assert "c2.medium.x86" in {fits(each).class_ for each in packet.plans.list_for_project(project)}
    assert "ubuntu_18_04" in {fits(each).slug for each in packet.operating_systems.list()}
    assert fits(packet.capacity.get()).capacity["ewr1"]
    wanted = {"facility": "ewr1", "plan": "c2.medium.x86", "quantity": 1}
    assert [each.available for each in fits(packet.capacity.check([wanted])).servers] == [True]


def test_licenses(packet: Packet, project: str) -> None:
    made = fits(packet.licenses.create(project, "08397bb9-7a5d-4f8e-8a0b-0e2f4f1e6a11", size=1, description="d"))
    assert fits(packet.licenses.update(made.id, description="e")).description == "e"
    assert [fits(each).id for each in packet.licenses.list(project)] == [made.id]
    packet.licenses.delete(made.id)


def test_members_and_invitations(packet: Packet, project: str) -> None:
    wish = InvitationCreate(invitee="ann@example.com", roles=["collaborator"])
    invitation = fits(packet.invitations.invite_to_project(project, wish))
    assert [fits(each).id for each in packet.invitations.list_of_project(project)] == [invitation.id]
    assert fits(packet.invitations.get(invitation.id)).invitee == "ann@example.com"
    organization = next(packet.organizations.list()).id
    second = fits(packet.invitations.invite_to_organization(organization, {"invitee": "bo@example.com"}))
    assert second.id in [fits(each).id for each in packet.invitations.list_of_organization(organization)]
    packet.invitations.decline(second.id)
    joined = fits(packet.invitations.accept(invitation.id, nonce=invitation.nonce))
    assert joined.id in [fits(each).id for each in packet.memberships.list(project, include="user")]
    assert fits(packet.memberships.update(joined.id, ["admin", "billing"])).roles == ("admin", "billing")
    assert fits(packet.memberships.get(joined.id)).roles == ("admin", "billing")
    packet.memberships.delete(joined.id)
    with pytest.raises(Gone):
        packet.memberships.get(joined.id)


def test_transfers(packet: Packet, project: str) -> None:
    target = fits(packet.organizations.create({"name": "Elsewhere"})).id
    transfer = fits(packet.transfers.request(project, target))
    assert [fits(each).id for each in packet.transfers.list(target)] == [transfer.id]
    packet.transfers.accept(transfer.id)
    organization = packet.projects.get(project).organization
    assert organization is not None
    assert organization.identifier == target


def test_api_keys(packet: Packet, project: str, emulator: Emulator) -> None:
    key = fits(packet.api_keys.create_in_project(project, "ci", read_only=True))
    assert [fits(each).id for each in packet.api_keys.list_in_project(project)] == [key.id]
    with Client(emulator.url, key.token or "", clock=SystemClock(), rng=random.Random(1)) as limited:
        assert fits(Packet(limited).projects.get(project)).id == project
        with pytest.raises(Rejected):
            Packet(limited).projects.update(project, {"name": "no"})
    packet.api_keys.delete_in_project(key.id)
    own = fits(packet.api_keys.create("laptop"))
    assert own.id in [fits(each).id for each in packet.api_keys.list()]
    packet.api_keys.delete(own.id)


def test_the_account(packet: Packet, project: str) -> None:
    organization = next(packet.organizations.list()).id
    card = fits(packet.payment_methods.create(organization, "Card", "fake-valid-nonce"))
    assert fits(packet.payment_methods.update(card.id, {"name": "Main card"})).name == "Main card"
    assert card.id in [fits(each).id for each in packet.payment_methods.list(organization)]
    email = fits(packet.emails.create("second@example.com"))
    assert fits(packet.emails.get(email.id)).address == "second@example.com"
    packet.emails.delete(email.id)
    for notice in packet.notifications.list():
        assert fits(packet.notifications.mark_read(notice.id)).read is True
    app = packet.access.enable_otp_app()
    assert app is not None
    assert len(fits(app).recovery_codes) == len(fits(packet.access.recovery_codes()).recovery_codes) > 0
    session = packet.access.verify_otp(app.recovery_codes[0])
    assert session is not None
    assert session.token is not None
    assert fits(session).id in [fits(each).id for each in packet.access.list_sessions()]
    packet.access.enable_vpn()
    assert fits(packet.access.vpn_config("ewr1")).config
    packet.access.disable_otp_app()
    packet.access.validate_userdata("#!/bin/sh\necho hello")
    packet.access.request_support({"subject": "s", "message": "m"})
