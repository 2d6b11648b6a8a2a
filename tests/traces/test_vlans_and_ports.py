"""VLANs and ports, as users met them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.client import Client
from tests.traces.answered import answered
from tests.traces.desk import KEYS, STACK, Desk


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


# what the reconciler makes of them

STACK_OF_TWO = f"""{STACK}{KEYS}
    vlans:
      storage: {{facility: ewr1, description: storage}}
      backup: {{facility: ewr1, description: backup}}
    devices:
      web:
        hostname: web
        facility: ewr1
        plan: c2.medium.x86
        operating_system: ubuntu_18_04
        network_type: hybrid
        ports:
          eth1: {{vlans: [storage, backup]}}
"""
BACKUP = "      backup: {facility: ewr1, description: backup}\n"


def the_ports(desk: Desk) -> dict[str, Any]:
    """The only machine's ports, by name."""
    (project,) = desk.api.get("/projects")["projects"]
    (device,) = desk.api.get(f"/projects/{project['id']}/devices")["devices"]
    return {each["name"]: each for each in device["network_ports"]}


def vlans(desk: Desk) -> dict[str, Any]:
    """The only project's VLANs, by the first word of their description."""
    (project,) = desk.api.get("/projects")["projects"]
    found = desk.api.get(f"/projects/{project['id']}/virtual-networks")["virtual_networks"]
    return {each["description"].split()[0]: each for each in found}


def test_the_reconciler_takes_a_vlan_off_its_port_before_it_deletes_it(desk: Desk) -> None:
    desk.apply(STACK_OF_TWO)
    desk.apply(STACK_OF_TWO.replace(", backup]", "]").replace(BACKUP, ""))
    assert set(vlans(desk)) == {"storage"}
    assert the_ports(desk)["eth1"]["virtual_networks"] == [{"href": vlans(desk)["storage"]["href"]}]


def test_the_reconciler_deletes_a_vlan_together_with_the_machine_that_was_in_it(desk: Desk) -> None:
    desk.apply(STACK_OF_TWO)
    desk.destroy(STACK_OF_TWO)
    assert desk.api.get("/projects")["projects"] == []


def test_the_reconciler_does_not_mind_when_somebody_else_has_put_the_vlan_on(desk: Desk) -> None:
    desk.apply(STACK_OF_TWO.replace(", backup]", "]"))
    planned = desk.plan(STACK_OF_TWO)
    act(desk.api, f"{the_ports(desk)['eth1']['href']}/assign", {"vnid": vlans(desk)["backup"]["id"]})
    assert desk.carry_out(planned).complete
    assert desk.plan(STACK_OF_TWO).plan.empty


def test_the_reconciler_does_not_mind_when_somebody_else_has_taken_the_vlan_off(desk: Desk) -> None:
    desk.apply(STACK_OF_TWO)
    fewer = STACK_OF_TWO.replace(", backup]", "]")
    planned = desk.plan(fewer)
    act(desk.api, f"{the_ports(desk)['eth1']['href']}/unassign", {"vnid": vlans(desk)["backup"]["id"]})
    assert desk.carry_out(planned).complete
    assert desk.plan(fewer).plan.empty


def test_the_reconciler_does_not_mind_when_somebody_else_has_converted_the_bond(desk: Desk) -> None:
    plain = STACK_OF_TWO.split("        network_type")[0]
    desk.apply(plain)
    planned = desk.plan(f"{plain}        network_type: layer2-bonded\n")
    act(desk.api, f"{the_ports(desk)['bond0']['href']}/convert/layer-2")
    assert desk.carry_out(planned).complete
    assert desk.plan(f"{plain}        network_type: layer2-bonded\n").plan.empty


def test_the_reconciler_clears_a_native_vlan_that_nobody_asked_for(desk: Desk) -> None:
    desk.api.control("settings", {"first_vlan_becomes_native": True})
    stack = STACK_OF_TWO.replace("vlans: [storage, backup]", "vlans: [storage], native_vlan: null")
    desk.apply(stack)
    port = the_ports(desk)["eth1"]
    assert (len(port["virtual_networks"]), port["native_virtual_network"]) == (1, None)


@pytest.mark.parametrize("kind", ["layer2-individual", "layer2-bonded", "hybrid"])
def test_the_reconciler_goes_by_the_network_type_that_the_bond_shows(desk: Desk, kind: str) -> None:
    plain = STACK_OF_TWO.split("        network_type")[0]
    desk.apply(f"{plain}        network_type: {kind}\n")
    assert the_ports(desk)["bond0"]["network_type"] == kind
    desk.apply(f"{plain}        network_type: layer3\n")
    bond = the_ports(desk)["bond0"]
    assert (bond["network_type"], bond["data"]["bonded"]) == ("layer3", True)
