"""What a call on a port asks for first."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.emulator.client import Client
from tests.emulator.ports.machine import Machine

CALLS = ("assign", "unassign", "native-vlan", "bond", "disbond", "convert/layer-2", "convert/layer-3")
NOT_ENABLED = "This device is not enabled for Layer 2. Please contact support for more details."


@pytest.fixture
def machine(api: Client, project: str) -> Machine:
    return Machine.of(api, project)


def test_converting_twice_is_refused(machine: Machine) -> None:
    assert machine.refused("bond0", "convert/layer-3") == "bond0 is already layer3"
    machine.act("bond0", "convert/layer-2")
    assert machine.refused("bond0", "convert/layer-2") == "bond0 is already configured for Layer 2"


@pytest.mark.parametrize("call", ["convert/layer-2", "convert/layer-3"])
def test_only_a_bond_is_converted(machine: Machine, call: str) -> None:
    assert machine.refused("eth0", call) == "eth0 is not a bond port"


def test_a_broken_bond_has_to_be_bonded_before_it_comes_back_to_layer_3(machine: Machine) -> None:
    machine.act("bond0", "convert/layer-2")
    machine.act("bond0", "disbond")
    assert machine.refused("bond0", "convert/layer-3") == "bond0 has to be bonded before it is converted to Layer 3"


@pytest.mark.parametrize(("port", "body"), [
    ("bond0", {}), ("bond0", {"bulk_disable": True}), ("eth1", {"bulk_disable": True}),
])  # fmt: skip
def test_a_bond_in_layer_3_is_not_broken(machine: Machine, port: str, body: object) -> None:
    assert machine.refused(port, "disbond", body) == "bond0 is configured for Layer 3"


def test_nor_does_the_last_member_leave_it(machine: Machine) -> None:
    machine.act("eth1", "disbond")
    assert machine.refused("eth0", "disbond") == "bond0 is configured for Layer 3"


@pytest.mark.parametrize("plan", ["t1.small.x86", "c1.small.x86"])
@pytest.mark.parametrize("call", ["convert/layer-2", "disbond"])
def test_small_plans_know_layer_3_only(api: Client, project: str, plan: str, call: str) -> None:
    machine = Machine.of(api, project, plan=plan)
    assert machine.refused("bond0", call) == NOT_ENABLED
    assert machine.refused("bond0", "assign", {"vnid": machine.vlan()["id"]}).endswith("is configured for Layer 3")


@pytest.mark.parametrize(("port", "call"), [("eth1", "bond"), ("bond0", "convert/layer-2"), ("eth0", "disbond")])
def test_x1_small_is_hybrid_and_stays_so(api: Client, project: str, port: str, call: str) -> None:
    machine = Machine.of(api, project, plan="x1.small.x86", facility="atl1")
    assert machine.state() == (["hybrid"], ["bond0", "eth0"])
    assert machine.refused(port, call) == "Hardware invalid server type"
    vlan = machine.vlan("atl1")
    machine.act("eth1", "assign", {"vnid": vlan["id"]})
    machine.act("eth1", "unassign", {"vnid": vlan["id"]})


@pytest.mark.parametrize("call", CALLS)
def test_a_device_has_to_be_ready(new_api: Callable[..., Client], call: str) -> None:
    api = new_api(deprovision_seconds=60)
    machine = Machine(api, project := api.project(), api.device(project)["href"])
    body = {"vnid": machine.vlan()["id"]}
    assert machine.refused("bond0", call, body) == "Cannot change the ports of a device while it is queued"
    api.wait(1)
    assert machine.refused("bond0", call, body) == "Cannot change the ports of a device while it is provisioning"
    api.wait(60)
    api.delete(machine.href)
    assert machine.refused("bond0", call, body) == "Cannot change the ports of a device while it is deprovisioning"


def test_a_device_may_be_off(machine: Machine) -> None:
    assert machine.api.call("POST", f"{machine.href}/actions", {"type": "power_off"}).status == 202
    machine.api.wait(60)
    machine.act("eth1", "disbond")


@pytest.mark.parametrize("call", CALLS)
def test_an_unknown_port_is_not_found(api: Client, call: str) -> None:
    answer = api.call("POST", f"/ports/0a1b2c3d-0000-4000-8000-000000000000/{call}", {"vnid": "1000"})
    assert (answer.status, answer.errors) == (404, ["Not found"])


@pytest.mark.parametrize(("call", "body"), [
    ("bond", {"bulk_enable": "perhaps"}),
    ("disbond", {"bulk_disable": [1]}),
    ("convert/layer-2", {"vnid": {}}),
    ("assign", {"vnid": True}),
    ("assign", {"vnid": None}),
    ("assign", {}),
    ("assign", {"vnid": "1" * 400}),
    ("assign", {"vnid": -3}),
    ("unassign", {"vnid": 2.5}),
    ("native-vlan", {"vnid": ["1000"]}),
])  # fmt: skip
def test_nonsense_is_refused(machine: Machine, call: str, body: object) -> None:
    machine.refused("bond0", call, body)
