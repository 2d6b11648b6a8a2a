"""packet-python 1.44.3, the service's own Python client: everything it can do here, as its readme does it."""

from __future__ import annotations

from typing import Any

import packet
import pytest

from reconciler.emulator import Emulator
from tests.clients.pointing import packet_manager
from tests.emulator.client import public_key

MACHINE = {"plan": "c2.medium.x86", "facility": "ewr1", "operating_system": "ubuntu_18_04"}


@pytest.fixture
def project(manager: packet.Manager) -> packet.Project:
    """A project with a key."""
    made = manager.create_project("clients")
    manager.create_project_ssh_key(made.id, "ops", public_key(1))
    return made


def device(manager: packet.Manager, project: packet.Project, hostname: str = "edge-01", **fields: Any) -> packet.Device:
    made = manager.create_device(project.id, hostname, **{**MACHINE, **fields})
    return manager.get_device(made.id)


def test_a_wrong_token_is_told_as_such(server: Emulator) -> None:
    with packet_manager(server.url, "wrong") as client, pytest.raises(packet.ResponseError) as refused:
        client.list_projects()
    assert str(refused.value) == "Error 401: Invalid authentication token"


def test_the_catalogue_is_read(manager: packet.Manager) -> None:
    assert "ewr1" in [each.code for each in manager.list_facilities()]
    assert "c2.medium.x86" in [each.slug for each in manager.list_plans()]
    assert "ubuntu_18_04" in [each.slug for each in manager.list_operating_systems()]
    assert manager.get_capacity()["ewr1"]["c2.medium.x86"]["level"] == "normal"
    assert manager.get_spot_market_prices()["ewr1"]["c2.medium.x86"]["price"] > 0
    assert manager.validate_capacity([("ewr1", "c2.medium.x86", 2)])
    assert not manager.validate_capacity([("ewr1", "c2.medium.x86", 10_001)])


def test_a_project_is_made_renamed_and_deleted(manager: packet.Manager) -> None:
    made = manager.create_project("before")
    made.name = "after"
    made.update()
    assert [each.name for each in manager.list_projects()] == ["after"]
    assert manager.get_project(made.id).name == "after"
    made.delete()
    assert manager.list_projects() == []


def test_a_project_is_made_in_an_organization(manager: packet.Manager) -> None:
    organization = manager.list_organizations()[0]
    made = manager.create_organization_project(organization.id, "inside", customdata={"a": 1})
    assert [each.id for each in manager.list_organization_projects(organization.id)] == [made.id]
    assert manager.get_organization(organization.id).name == organization.name


def test_a_key_is_made_changed_and_deleted(manager: packet.Manager) -> None:
    made = manager.create_ssh_key("laptop", public_key(2))
    made.label = "desk"
    made.update()
    assert [(each.label, each.key) for each in manager.list_ssh_keys()] == [("desk", public_key(2))]
    assert manager.get_ssh_key(made.id).label == "desk"
    made.delete()
    assert manager.list_ssh_keys() == []


def test_a_key_made_with_a_projects_own_token_is_found_although_the_answer_is_404(
    server: Emulator, manager: packet.Manager, project: packet.Project
) -> None:
    """packet-python sends it again, is told that it is there, and looks for it in the user's list."""
    token = manager.call_api(f"projects/{project.id}/api-keys", "POST", {"description": "robot"})["token"]
    with packet_manager(server.url, token) as robot:
        made = robot.create_project_ssh_key(project.id, "robot", public_key(3))
    assert (made.label, manager.get_ssh_key(made.id).key) == ("robot", public_key(3))


def test_a_device_is_made_changed_and_deleted(manager: packet.Manager, project: packet.Project) -> None:
    made = device(manager, project, tags=["edge"], customdata={"rack": 7})
    assert (made.state, made.hostname, made.tags, made.customdata) == ("active", "edge-01", ["edge"], {"rack": 7})
    made.hostname, made.tags, made.locked = "edge-02", ["edge", "blue"], True
    made.update()
    changed = manager.list_devices(project.id)[0]
    assert (changed.hostname, changed.tags, changed.locked) == ("edge-02", ["edge", "blue"], True)
    with pytest.raises(packet.ResponseError, match="Cannot delete a locked item"):
        changed.delete()
    changed.locked = False
    changed.update()
    changed.delete()
    assert manager.list_devices(project.id) == []


def test_a_device_that_asks_for_nothing_special_is_made(manager: packet.Manager, project: packet.Project) -> None:
    """packet-python then sends `tags: {}` and `features: {}`, an empty user data and no custom data."""
    made = device(manager, project)
    assert (made.tags, made.userdata, made.customdata) == ([], "", {})


def test_a_device_takes_actions(manager: packet.Manager, project: packet.Project) -> None:
    made = device(manager, project)
    made.power_off()
    assert manager.get_device(made.id).state in {"powering_off", "inactive"}


def test_a_custom_ipxe_device_is_made(manager: packet.Manager, project: packet.Project) -> None:
    made = device(manager, project, ipxe_script_url="https://boot.example.com/script", always_pxe=True)
    assert (made.operating_system.slug, made.always_pxe) == ("custom_ipxe", True)
    assert made.ipxe_script_url == "https://boot.example.com/script"


def test_all_pages_of_devices_are_found(manager: packet.Manager, project: packet.Project) -> None:
    for index in range(23):
        manager.create_device(project.id, f"n{index}", **MACHINE)
    assert {each.hostname for each in manager.list_all_devices(project.id)} == {f"n{index}" for index in range(23)}
    assert len(manager.list_devices(project.id, params={"per_page": 20, "page": 2})) == 3


def test_an_address_is_reserved_assigned_and_given_back(manager: packet.Manager, project: packet.Project) -> None:
    block = manager.reserve_ip_address(project.id, "public_ipv4", 4, "ewr1", details="balancers", tags=["lb"])
    assert (block.cidr, block.facility.code, block.tags) == (30, "ewr1", ["lb"])
    assert manager.call_api(f"ips/{block.id}/available", params={"cidr": 32})["available"][0] == f"{block.network}/32"
    assert block.id in [each.id for each in manager.list_project_ips(project.id)]
    machine = device(manager, project)
    address = manager.create_device_ip(machine.id, f"{block.network}/32", customdata={"for": "web"})
    assert address.id in [each.id for each in machine.ips()]
    assert manager.get_ip(address.id).assigned_to["href"] == f"/devices/{machine.id}"
    address.delete()
    assert address.id not in [each.id for each in manager.list_device_ips(machine.id)]
    manager.delete_ip(block.id)
    assert block.id not in [each.id for each in manager.list_project_ips(project.id)]


def test_a_vlan_is_made_and_deleted(manager: packet.Manager, project: packet.Project) -> None:
    made = manager.create_vlan(project.id, "ewr1", description="storage")
    assert [(each.id, each.vxlan, each.description) for each in manager.list_vlans(project.id)] == [
        (made.id, made.vxlan, "storage")
    ]
    made.delete()
    assert manager.list_vlans(project.id) == []


def test_bgp_is_enabled_and_a_session_made(manager: packet.Manager, project: packet.Project) -> None:
    assert manager.get_bgp_config(project.id).id is None
    manager.enable_project_bgp_config(project.id, 65000, "local", md5="C179c28c41a85b")
    config = manager.get_bgp_config(project.id)
    assert (config.asn, config.status, config.deployment_type) == (65000, "enabled", "local")
    machine = device(manager, project)
    made = manager.create_bgp_session(machine.id, "ipv4")
    assert [each.id for each in manager.get_bgp_sessions(machine.id)] == [made.id]


def test_events_are_read(manager: packet.Manager, project: packet.Project) -> None:
    machine = device(manager, project)
    found = manager.list_device_events(machine.id)
    assert "provisioning.110" in [each.type for each in found]
    assert manager.get_event(found[0].id).body == found[0].body
    manager.create_vlan(project.id, "ewr1")
    assert "virtual_network.assigned" in [each.type for each in manager.list_project_events(project.id)]
    assert "virtual_network.assigned" in [each.type for each in manager.list_events()]


# block storage


@pytest.fixture
def volume(manager: packet.Manager, project: packet.Project) -> packet.Volume:
    made = manager.create_volume(project.id, "data", "storage_1", 100, "ewr1", 7, "1day")
    return manager.get_volume(made.id)


def test_a_volume_is_made_changed_and_deleted(manager: packet.Manager, project: packet.Project) -> None:
    made = manager.create_volume(project.id, "data", "storage_1", 100, "ewr1", 7, "1day")
    assert (made.description, made.size, made.plan.slug, made.facility.code) == ("data", 100, "storage_1", "ewr1")
    assert made.name == f"volume-{made.id[:8]}"
    made.description, made.size = "more data", 200
    made.update()
    (listed,) = manager.list_volumes(project.id)
    assert (listed.id, listed.description, listed.size) == (made.id, "more data", 200)
    listed.delete()
    assert manager.list_volumes(project.id) == []


def test_a_volume_is_attached_and_detached(
    manager: packet.Manager, project: packet.Project, volume: packet.Volume
) -> None:
    machine = device(manager, project)
    volume.attach(machine.id)
    attached = manager.get_volume(volume.id)
    assert attached.attached_to == machine.id
    with pytest.raises(packet.ResponseError):
        attached.delete()
    attached.detach()
    assert manager.get_volume(volume.id).attached_to is None


def test_a_volume_has_snapshots_and_a_policy(manager: packet.Manager, volume: packet.Volume) -> None:
    volume.create_snapshot()
    (snapshot,) = manager.get_snapshots(volume.id)
    assert [each.id for each in volume.list_snapshots()] == [snapshot.id]
    volume.restore(snapshot.timestamp)
    policy = volume.create_snapshot_policy("1day", 3)
    assert (policy.frequency, policy.count) == ("1day", 3)
    changed = policy.update_snapshot_policy("1week", 2)
    assert (changed.id, changed.frequency, changed.count) == (policy.id, "1week", 2)
    policy.delete()
    volume.list_snapshots()[0].delete()
    assert manager.get_snapshots(volume.id) == []


def test_a_volume_is_cloned(manager: packet.Manager, project: packet.Project, volume: packet.Volume) -> None:
    clone = volume.clone()
    assert clone.id != volume.id
    assert {each.id for each in manager.list_volumes(project.id)} == {volume.id, clone.id}


def test_a_volumes_events_are_read(manager: packet.Manager, volume: packet.Volume) -> None:
    assert isinstance(manager.get_volume_events(volume.id), list)


# ports


def ports(made: packet.Device) -> dict[str, str]:
    return {each["name"]: each["id"] for each in made.network_ports}


def test_ports_are_bonded_converted_and_given_vlans(manager: packet.Manager, project: packet.Project) -> None:
    machine, vlan = device(manager, project), manager.create_vlan(project.id, "ewr1")
    other = manager.create_vlan(project.id, "ewr1")
    found = ports(machine)
    manager.disbond_ports(found["eth1"], False)
    manager.assign_port(found["eth1"], vlan.id)
    manager.assign_port(found["eth1"], other.id)
    manager.assign_native_vlan(found["eth1"], vlan.id)
    eth1 = manager.call_api(f"ports/{found['eth1']}")
    assert {each["href"] for each in eth1["virtual_networks"]} == {
        f"/virtual-networks/{vlan.id}",
        f"/virtual-networks/{other.id}",
    }
    manager.remove_native_vlan(found["eth1"])
    for each in (vlan, other):
        manager.remove_port(found["eth1"], each.id)
    manager.convert_layer_2(found["bond0"], None)
    manager.bond_ports(found["eth1"], False)
    assert manager.call_api(f"ports/{found['bond0']}")["network_type"] == "layer2-bonded"
    manager.convert_layer_3(found["bond0"], [{"address_family": 4, "public": False}])
    assert manager.call_api(f"ports/{found['bond0']}")["network_type"] == "layer3"
    assert [each.public for each in manager.list_device_ips(machine.id)] == [False]


# reserved machines


def test_a_reserved_machine_is_listed_and_used(manager: packet.Manager, project: packet.Project) -> None:
    body = {"project_id": project.id, "facility": "ewr1", "plan": "c2.medium.x86", "count": 1}
    manager.call_api("_emulator/hardware-reservations", "POST", body)
    (reserved,) = manager.list_hardware_reservations(project.id)
    assert manager.get_hardware_reservation(reserved.id).provisionable
    made = device(manager, project, hardware_reservation_id=reserved.id)
    assert made.state == "active"
    used = manager.get_hardware_reservation(reserved.id)
    assert (used.provisionable, used.device.id) == (False, made.id)


# batches


def test_a_batch_makes_devices(manager: packet.Manager, project: packet.Project) -> None:
    wanted = {"hostname": "node-{{index}}", "quantity": 2, **MACHINE, "facility": ["ewr1"]}
    (made,) = manager.create_batch(project.id, [wanted])
    assert made.id in [each.id for each in manager.list_batches(project.id)]
    hostnames = {each.hostname for each in manager.list_devices(project.id)}
    assert hostnames == {"node-01", "node-02"}


# the account


def test_the_user_gets_a_second_address(manager: packet.Manager) -> None:
    assert manager.get_user()["email"]
    made = manager.add_email("second@example.com")
    assert manager.get_email(made.id).address == "second@example.com"
    with pytest.raises(packet.ResponseError, match="Two factor authentication is not enabled"):
        manager.turn_on_vpn()


def test_devices_of_an_organization_are_listed(manager: packet.Manager, project: packet.Project) -> None:
    made = device(manager, project)
    organization = manager.list_organizations()[0]
    assert [each.id for each in manager.list_organization_devices(organization.id)] == [made.id]
