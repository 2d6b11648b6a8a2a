"""From each network type to each, by the calls that packngo makes (for four ports: terraform-provider-packet#224)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.emulator.client import Client
from tests.emulator.ports.machine import USUAL_ADDRESSES, Machine

TYPES = ("layer3", "hybrid", "layer2-bonded", "layer2-individual")

TWO_PORTS = {
    "layer3": (["layer3"], ["bond0", "eth0", "eth1"]),
    "hybrid": (["hybrid"], ["bond0", "eth0"]),
    "layer2-bonded": (["layer2-bonded"], ["bond0", "eth0", "eth1"]),
    "layer2-individual": (["layer2-individual"], []),
}
ALL_SIX = ["bond0", "bond1", "eth0", "eth1", "eth2", "eth3"]
FOUR_PORTS: dict[str, tuple[list[str], list[str]]] = {
    "layer3": (["layer3", "layer3"], ALL_SIX),
    "hybrid": (["layer3", "layer2-individual"], ["bond0", "bond1", "eth0", "eth2"]),
    "layer2-bonded": (["layer2-bonded", "layer2-bonded"], ALL_SIX),
    "layer2-individual": (["layer2-individual", "layer2-individual"], []),
}


def bonds(machine: Machine) -> list[str]:
    return [name for name in machine.ports() if name.startswith("bond")]


def unbonded(machine: Machine, start: str) -> list[str]:
    return [n for n, port in machine.ports().items() if n.startswith(start) and not port["data"]["bonded"]]


def to_layer_3(machine: Machine) -> None:
    """All bonds; a second bond that only has both its members out is in layer 3 already, whatever it says."""
    for name in unbonded(machine, "bond"):
        machine.act(name, "bond")
    for name in bonds(machine):
        if machine.ports()[name]["network_type"] == "layer2-bonded":
            machine.act(name, "convert/layer-3")


def to_layer_2(machine: Machine) -> None:
    for name in bonds(machine):
        if not machine.ports()[name]["network_type"].startswith("layer2"):
            machine.act(name, "convert/layer-2")


def convert(machine: Machine, target: str) -> None:
    """As packngo's ConvertDevice: read, call, read again."""
    if target in ("layer3", "hybrid"):
        to_layer_3(machine)
    else:
        to_layer_2(machine)
    if target in ("layer3", "layer2-bonded"):
        for name in unbonded(machine, "eth"):
            machine.act(name, "bond")
        if target == "layer2-bonded":  # now a second bond says whether it was converted
            to_layer_2(machine)
    elif target == "hybrid":
        for name in ("eth1", "eth3"):
            if machine.ports().get(name, {"data": {"bonded": False}})["data"]["bonded"]:
                machine.act(name, "disbond")
    else:
        for name in bonds(machine):
            machine.act(name, "disbond", {"bulk_disable": True})


@pytest.mark.parametrize(("plan", "expected"), [
    ("m1.xlarge.x86", TWO_PORTS), ("n2.xlarge.x86", FOUR_PORTS),
], ids=["two ports", "four ports"])  # fmt: skip
@pytest.mark.parametrize("target", TYPES)
@pytest.mark.parametrize("start", TYPES)
def test_each_type_can_become_each(
    api: Client, project: str, plan: str, expected: dict[str, tuple[list[str], list[str]]], start: str, target: str
) -> None:
    machine = Machine.of(api, project, plan=plan)
    assert machine.state() == expected["layer3"]
    for kind in (start, target):
        if machine.state() != expected[kind]:
            convert(machine, kind)
        assert machine.state() == expected[kind]
        assert machine.addresses() == ([] if kind.startswith("layer2") else USUAL_ADDRESSES)


def test_parameters_may_stand_in_the_query(api: Client, project: str) -> None:
    machine = Machine.of(api, project)
    machine.act("bond0", "convert/layer-2")
    machine.act("eth0", "disbond?bulk_disable=true")
    assert machine.state() == TWO_PORTS["layer2-individual"]
    machine.act("eth0", "bond?bulk_enable=true")
    assert machine.state() == TWO_PORTS["layer2-bonded"]
    vlan = machine.vlan()
    assert machine.act("bond0", f"assign?vnid={vlan['id']}")["virtual_networks"] == [{"href": vlan["href"]}]


def test_what_is_so_already_changes_nothing_and_is_no_error(api: Client, project: str) -> None:
    machine = Machine.of(api, project)
    for port, call in (("bond0", "bond"), ("eth1", "bond"), ("eth1", "disbond"), ("eth1", "disbond")):
        machine.act(port, call)
    assert machine.state() == TWO_PORTS["hybrid"]


def test_the_old_type_goes_on_showing_for_a_while_if_so_set(new_api: Callable[..., Client]) -> None:
    api = new_api(port_action_seconds=15)
    machine = Machine.of(api, api.project())
    assert machine.act("bond0", "convert/layer-2")["network_type"] == "layer3"
    assert (machine.state()[0], machine.addresses()) == (["layer3"], [])
    assert machine.refused("bond0", "convert/layer-2") == "bond0 is already configured for Layer 2"
    api.wait(14)
    assert machine.state()[0] == ["layer3"]
    api.wait(1)
    assert machine.state()[0] == ["layer2-bonded"]
    assert api.get(machine.ports()["bond0"]["href"])["network_type"] == "layer2-bonded"
    assert machine.act("bond0", "disbond")["network_type"] == "layer2-bonded"
    assert machine.act("eth0", "bond")["data"]["bonded"] is True
    api.wait(15)
    assert machine.state() == (["layer2-individual"], ["eth0"])
