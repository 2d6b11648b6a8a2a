"""VLANs and ports, as users met them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.client import Client
from tests.traces.answered import answered
from tests.traces.desk import Desk


def vlan(api: Client, project: str) -> Any:
    return api.make(f"/projects/{project}/virtual-networks", {"facility": "ewr1"})


def ports(device: Any) -> dict[str, str]:
    """The paths of a machine's ports, by name."""
    return {each["name"]: each["href"] for each in device["network_ports"]}


def act(api: Client, path: str, body: object = None) -> Any:
    answer = api.call("POST", path, body)
    assert answer.status == 200, answer
    return answer.json


@pytest.fixture
def project(desk: Desk) -> str:
    return desk.api.project()


@pytest.fixture
def hybrid(desk: Desk, project: str) -> dict[str, str]:
    """The ports of a machine whose eth1 has left the bond."""
    found = ports(desk.api.active_device(project, plan="c2.medium.x86"))
    act(desk.api, f"{found['eth1']}/disbond")
    return found


# vlan-delete-assigned


def test_a_vlan_on_a_port_cannot_be_deleted(desk: Desk, project: str, hybrid: dict[str, str]) -> None:
    made = vlan(desk.api, project)
    act(desk.api, f"{hybrid['eth1']}/assign", {"vnid": made["id"]})
    answered(desk.api.call("DELETE", made["href"]), "vlan-delete-assigned")
    act(desk.api, f"{hybrid['eth1']}/unassign", {"vnid": made["id"]})
    desk.api.delete(made["href"])


def test_a_vlan_cannot_be_deleted_until_the_machine_that_had_it_is_gone(desk: Desk, project: str) -> None:
    device = desk.api.active_device(project, plan="c2.medium.x86")
    found, made = ports(device), vlan(desk.api, project)
    act(desk.api, f"{found['eth1']}/disbond")
    act(desk.api, f"{found['eth1']}/assign", {"vnid": made["id"]})
    desk.api.delete(device["href"])
    answered(desk.api.call("DELETE", made["href"]), "vlan-delete-assigned")
    desk.api.wait(60)
    desk.api.delete(made["href"])


# vlan-unassign-twice, vlan-assign-twice


def test_a_vlan_cannot_be_taken_off_a_port_twice(desk: Desk, project: str, hybrid: dict[str, str]) -> None:
    made = vlan(desk.api, project)
    act(desk.api, f"{hybrid['eth1']}/assign", {"vnid": made["id"]})
    for _ in range(2):
        answer = desk.api.call("POST", f"{hybrid['eth1']}/unassign", {"vnid": str(made["vxlan"])})
    answered(answer, "vlan-unassign-twice", vxlan=made["vxlan"])


def test_a_vlan_cannot_be_put_on_a_port_twice(desk: Desk, project: str, hybrid: dict[str, str]) -> None:
    made = vlan(desk.api, project)
    for _ in range(2):
        answer = desk.api.call("POST", f"{hybrid['eth1']}/assign", {"vnid": made["id"]})
    answered(answer, "vlan-assign-twice", vxlan=made["vxlan"])


# port-already-layer2


def test_a_bond_cannot_be_converted_to_layer_2_twice(desk: Desk, project: str) -> None:
    bond = ports(desk.api.active_device(project, plan="c2.medium.x86"))["bond0"]
    act(desk.api, f"{bond}/convert/layer-2")
    answered(desk.api.call("POST", f"{bond}/convert/layer-2"), "port-already-layer2")


# vlan-native-first


def test_on_some_switches_the_first_vlan_becomes_native(desk: Desk, project: str, hybrid: dict[str, str]) -> None:
    desk.api.control("settings", {"first_vlan_becomes_native": True})
    made = vlan(desk.api, project)
    port = act(desk.api, f"{hybrid['eth1']}/assign", {"vnid": made["id"]})
    assert port["native_virtual_network"] == {"href": made["href"]}
    assert desk.api.call("DELETE", f"{hybrid['eth1']}/native-vlan").json["native_virtual_network"] is None


# port-convert-network-type


def test_a_bond_says_which_network_type_it_has(desk: Desk, project: str) -> None:
    bond = ports(desk.api.active_device(project, plan="c2.medium.x86"))["bond0"]
    act(desk.api, f"{bond}/convert/layer-2")
    act(desk.api, f"{bond}/disbond", {"bulk_disable": True})
    port = desk.api.get(bond)
    assert (port["network_type"], port["data"]["bonded"]) == ("layer2-individual", False)
    act(desk.api, f"{bond}/bond", {"bulk_enable": True})
    asked = [{"address_family": 4, "public": True}, {"address_family": 4, "public": False},
             {"address_family": 6, "public": True}]  # fmt: skip
    act(desk.api, f"{bond}/convert/layer-3", {"request_ips": asked})
    port = desk.api.get(bond)
    assert (port["network_type"], port["data"]["bonded"]) == ("layer3", True)
