"""Which VLANs go on which ports, and the native one among them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.client import Client
from tests.emulator.ports.machine import Machine


@pytest.fixture
def machine(api: Client, project: str) -> Machine:
    """A hybrid one."""
    machine = Machine.of(api, project)
    machine.act("eth1", "disbond")
    return machine


def put(machine: Machine, port: str, *vlans: Any) -> None:
    for vlan in vlans:
        machine.act(port, "assign", {"vnid": vlan["id"]})


def test_a_vlan_is_assigned_and_its_instances_follow(machine: Machine) -> None:
    vlan = machine.vlan()
    port = machine.act("eth1", "assign", {"vnid": vlan["id"]})
    assert port["virtual_networks"] == [{"href": vlan["href"]}]
    assert port["native_virtual_network"] is None
    assert machine.api.get(vlan["href"])["instances"] == [{"href": machine.href}]
    assert machine.act("eth1", "unassign", {"vnid": vlan["id"]})["virtual_networks"] == []
    assert machine.api.get(vlan["href"])["instances"] == []


@pytest.mark.parametrize("as_text", [True, False])
def test_a_vlan_may_be_named_by_its_number(machine: Machine, as_text: bool) -> None:
    other = machine.api.project("other", key=2)
    machine.api.make(f"/projects/{other}/virtual-networks", {"facility": "ewr1"})
    machine.api.make(f"/projects/{machine.project}/virtual-networks", {"facility": "ams1"})
    vlan = machine.vlan()
    number = str(vlan["vxlan"]) if as_text else vlan["vxlan"]
    assert machine.act("eth1", "assign", {"vnid": number})["virtual_networks"] == [{"href": vlan["href"]}]
    assert machine.act("eth1", "unassign", {"vnid": number})["virtual_networks"] == []


def test_once_on_and_once_off(machine: Machine) -> None:
    vlan = machine.vlan()
    assert machine.refused("eth1", "unassign", {"vnid": vlan["id"]}) == "Virtual network 1000 not assigned"
    put(machine, "eth1", vlan)
    assert machine.refused("eth1", "assign", {"vnid": vlan["id"]}) == "Virtual network 1000 already assigned"


def test_twelve_vlans_fit_on_a_port_in_the_order_of_their_coming(machine: Machine) -> None:
    vlans = [machine.vlan() for _ in range(12)][::-1]
    put(machine, "eth1", *vlans)
    assert machine.ports()["eth1"]["virtual_networks"] == [{"href": vlan["href"]} for vlan in vlans]


@pytest.mark.parametrize("port", ["bond0", "eth0", "eth1"])
def test_layer_3_takes_no_vlan(api: Client, project: str, port: str) -> None:
    machine = Machine.of(api, project)
    text = machine.refused(port, "assign", {"vnid": machine.vlan()["id"]})
    assert text == "Can't assign vlan, the port is configured for Layer 3"


def test_in_hybrid_only_the_free_port_takes_one(machine: Machine) -> None:
    vlan = machine.vlan()
    assert machine.refused("bond0", "assign", {"vnid": vlan["id"]}).endswith("is configured for Layer 3")
    assert machine.refused("eth0", "assign", {"vnid": vlan["id"]}).endswith("cannot have one in hybrid mode")
    put(machine, "eth1", vlan)


def test_in_layer_2_the_bond_or_both_ports_take_them(machine: Machine) -> None:
    first, second = machine.vlan(), machine.vlan()
    machine.act("eth1", "bond")
    machine.act("bond0", "convert/layer-2")
    assert machine.refused("eth1", "assign", {"vnid": first["id"]}).endswith("in layer2-bonded mode")
    put(machine, "bond0", first)
    machine.act("bond0", "unassign", {"vnid": first["id"]})
    machine.act("bond0", "disbond", {"bulk_disable": True})
    assert machine.refused("bond0", "assign", {"vnid": first["id"]}).endswith("in layer2-individual mode")
    put(machine, "eth0", first)
    put(machine, "eth1", first, second)
    assert machine.api.get(first["href"])["instances"] == [{"href": machine.href}]


def test_the_free_ports_of_a_four_port_machine_are_eth1_and_eth3(api: Client, project: str) -> None:
    machine = Machine.of(api, project, plan="n2.xlarge.x86")
    vlan = machine.vlan()
    for name in ("eth1", "eth3"):
        machine.act(name, "disbond")
        put(machine, name, vlan)
    machine.act("eth2", "disbond")
    assert machine.refused("eth2", "assign", {"vnid": vlan["id"]}).endswith("in hybrid mode")


def test_a_conversion_can_bring_a_vlan_along(api: Client, project: str) -> None:
    machine = Machine.of(api, project)
    vlan = machine.vlan()
    port = machine.act("bond0", "convert/layer-2", {"vnid": vlan["id"]})
    assert (port["network_type"], port["virtual_networks"]) == ("layer2-bonded", [{"href": vlan["href"]}])


def test_but_not_onto_a_bond_with_a_member_out(machine: Machine) -> None:
    machine.refused("bond0", "convert/layer-2", {"vnid": machine.vlan()["id"]})
    assert len(machine.addresses()) == 3


def test_only_vlans_of_the_project_and_the_facility(machine: Machine) -> None:
    api = machine.api
    theirs = api.make(f"/projects/{api.project('other', key=2)}/virtual-networks", {"facility": "ewr1"})
    far = api.make(f"/projects/{machine.project}/virtual-networks", {"facility": "ams1"})
    assert machine.refused("eth1", "assign", {"vnid": theirs["id"]}) == f"Virtual network {theirs['id']} not found"
    assert machine.refused("eth1", "assign", {"vnid": far["id"]}) == "Virtual network 1000 is not in ewr1"
    assert machine.refused("eth1", "assign", {"vnid": 3999}) == "Virtual network 3999 not found"
    assert machine.refused("eth1", "assign", {}) == "Vnid can't be blank"


def test_vlans_hold_a_port_where_it_is(machine: Machine) -> None:
    vlan = machine.vlan()
    put(machine, "eth1", vlan)
    text = "Virtual networks must first be unassigned from eth1"
    assert machine.refused("eth1", "bond") == text
    assert machine.refused("bond0", "bond") == text
    machine.act("bond0", "convert/layer-2")  # the bond itself has none
    assert machine.refused("bond0", "convert/layer-3") == text
    machine.act("eth1", "unassign", {"vnid": vlan["id"]})
    machine.act("eth1", "bond")
    put(machine, "bond0", vlan)
    text = "Virtual networks must first be unassigned from bond0"
    assert machine.refused("bond0", "convert/layer-3") == text
    assert machine.refused("bond0", "disbond", {"bulk_disable": True}) == text
    assert machine.refused("eth1", "disbond") == text


def test_one_of_several_vlans_can_be_native(machine: Machine) -> None:
    first, second = machine.vlan(), machine.vlan()
    put(machine, "eth1", first)
    assert machine.refused("eth1", "native-vlan", {"vnid": second["id"]}) == "Virtual network 1001 not assigned"
    assert machine.refused("eth1", "native-vlan", {"vnid": first["id"]}).startswith("Native virtual network needs two")
    put(machine, "eth1", second)
    for vlan in (second, first):
        port = machine.act("eth1", "native-vlan", {"vnid": vlan["id"]})
        assert port["native_virtual_network"] == {"href": vlan["href"]}
    assert machine.refused("eth1", "native-vlan", {"vnid": first["id"]}) == "Virtual network 1000 already assigned"
    cleared = machine.api.call("DELETE", machine.path("eth1", "native-vlan"))
    assert (cleared.status, cleared.json["native_virtual_network"]) == (200, None)
    assert machine.refused("eth1", "native-vlan", method="DELETE") == "Native virtual network not assigned"


def test_a_native_vlan_stops_being_that_before_it_leaves(machine: Machine) -> None:
    first, second = machine.vlan(), machine.vlan()
    put(machine, "eth1", first, second)
    machine.act("eth1", "native-vlan", {"vnid": first["id"]})
    text = "Virtual network 1000 is the native virtual network"
    assert machine.refused("eth1", "unassign", {"vnid": first["id"]}) == text
    machine.act("eth1", "unassign", {"vnid": second["id"]})
    assert machine.api.call("DELETE", machine.path("eth1", "native-vlan")).status == 200
    machine.act("eth1", "unassign", {"vnid": first["id"]})


def test_a_bond_has_no_native_vlan(api: Client, project: str) -> None:
    machine = Machine.of(api, project)
    machine.act("bond0", "convert/layer-2")
    first, second = machine.vlan(), machine.vlan()
    put(machine, "bond0", first, second)
    text = machine.refused("bond0", "native-vlan", {"vnid": first["id"]})
    assert text == "Native virtual network is not supported on bond0"


def test_on_some_switches_the_first_vlan_is_native_at_once(new_api: Callable[..., Client]) -> None:
    api = new_api(first_vlan_becomes_native=True)
    machine = Machine.of(api, api.project())
    machine.act("eth1", "disbond")
    first, second = machine.vlan(), machine.vlan()
    put(machine, "eth1", first, second)
    assert machine.ports()["eth1"]["native_virtual_network"] == {"href": first["href"]}


def test_vlans_are_shown_whole_when_asked_for(machine: Machine) -> None:
    first, second = machine.vlan(), machine.vlan()
    put(machine, "eth1", first, second)
    machine.act("eth1", "native-vlan", {"vnid": second["id"]})
    include = "virtual_networks,native_virtual_network"
    alone = machine.api.get(f"{machine.ports()['eth1']['href']}?include={include}")
    inside = machine.ports(include)["eth1"]
    assert (
        alone == inside == machine.ports("network_ports.virtual_networks,network_ports.native_virtual_network")["eth1"]
    )
    assert [vlan["vxlan"] for vlan in inside["virtual_networks"]] == [1000, 1001]
    assert inside["native_virtual_network"]["vxlan"] == 1001
    answered = machine.api.call("DELETE", f"{machine.path('eth1', 'native-vlan')}?include=virtual_networks").json
    assert [vlan["vxlan"] for vlan in answered["virtual_networks"]] == [1000, 1001]


def test_a_deleted_device_keeps_its_vlans_until_it_is_gone(new_api: Callable[..., Client]) -> None:
    api = new_api(deprovision_seconds=10)
    machine = Machine.of(api, api.project())
    machine.act("eth1", "disbond")
    vlan = machine.vlan()
    put(machine, "eth1", vlan)
    api.delete(machine.href)
    assert api.get(vlan["href"])["instances"] == [{"href": machine.href}]
    assert api.refused("DELETE", vlan["href"]) == ["Cannot delete Virtual Network when port is assigned"]
    api.wait(10)
    assert api.get(vlan["href"])["instances"] == []
    api.delete(vlan["href"])
