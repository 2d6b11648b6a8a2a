"""Every way between network types, from wherever a machine's ports can be, on the real command line."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.acceptance.conftest import World, applied
from tests.acceptance.stacks import KEY

TYPES = ("layer3", "hybrid", "layer2-bonded", "layer2-individual")
CARRIERS = {"layer3": "", "hybrid": "eth1", "layer2-bonded": "bond0", "layer2-individual": "eth0"}
"""Which port is in a VLAN in each network type."""

STACK = f"""\
stack: wiring
projects:
  lab:
    name: Lab
    ssh_keys:
      ops: {{key: "{KEY}"}}
    vlans:
      a: {{facility: ewr1}}
      b: {{facility: ewr1}}
    devices:
"""
MACHINE = """\
      {name}:
        hostname: {name}
        facility: ewr1
        plan: {plan}
        operating_system: ubuntu_18_04
        {wiring}
"""


def stack_of(machines: dict[str, tuple[str, bool]], plan: str = "c2.medium.x86") -> str:
    """A stack of machines: by name the network type, and whether a port of each is in the VLANs."""
    return STACK + "".join(
        MACHINE.format(name=name, plan=plan, wiring=_wiring(wanted, in_vlans))
        for name, (wanted, in_vlans) in machines.items()
    )


def _wiring(wanted: str, in_vlans: bool) -> str:
    if not wanted:
        return ""
    carrier = CARRIERS[wanted] if in_vlans else ""
    ports = f"{{{carrier}: {{vlans: [a, b]}}}}" if carrier else "{}"
    return f"network_type: {wanted}\n        ports: {ports}" if in_vlans else f"network_type: {wanted}"


@dataclass(frozen=True)
class Wires:
    """What the API shows of a machine's ports."""

    layers: tuple[str, ...]
    bonded: tuple[bool, ...]
    vlans: tuple[int, ...]


def wires(device: dict[str, Any]) -> Wires:
    ports = sorted(device["network_ports"], key=lambda each: str(each["name"]))
    return Wires(
        tuple(each["network_type"] for each in ports if each["type"] == "NetworkBondPort"),
        tuple(each["data"]["bonded"] for each in ports),
        tuple(len(each["virtual_networks"]) for each in ports),
    )


ENDS = {
    "layer3": Wires(("layer3",), (True, True, True), (0, 0, 0)),
    "hybrid": Wires(("hybrid",), (True, True, False), (0, 0, 0)),
    "layer2-bonded": Wires(("layer2-bonded",), (True, True, True), (0, 0, 0)),
    "layer2-individual": Wires(("layer2-individual",), (False, False, False), (0, 0, 0)),
}


@pytest.mark.parametrize("in_vlans", [False, True])
def test_all_sixteen_ways_between_network_types(world: World, in_vlans: bool) -> None:
    ways = {f"from-{here}-to-{there}": (here, there) for here in TYPES for there in TYPES}
    stack = world.stack(stack_of({name: (here, in_vlans) for name, (here, _) in ways.items()}))
    applied(world, stack)
    world.stack(stack_of({name: (there, in_vlans) for name, (_, there) in ways.items()}))
    applied(world, stack)
    for device in world.devices("Lab"):
        there = ways[device["hostname"]][1]
        found = wires(device)
        assert (found.layers, found.bonded) == (ENDS[there].layers, ENDS[there].bonded), device["hostname"]
        assert sum(found.vlans) == (2 if in_vlans and there != "layer3" else 0), device["hostname"]
        assert bool(device["ip_addresses"]) is (there in ("layer3", "hybrid")), device["hostname"]


def test_one_machine_of_many_is_converted_by_its_address(world: World) -> None:
    stack = world.stack(stack_of(dict.fromkeys(("one", "two"), ("layer3", False))))
    applied(world, stack)
    world.stack(stack_of(dict.fromkeys(("one", "two"), ("hybrid", False))))
    done = world.run("apply", stack, "--yes", "--target", "projects.lab.devices.one.network_type")
    assert done.code == 0, done.out + done.err
    assert "Resources: 0 added, 1 changed, 0 destroyed." in done.out
    found = {each["hostname"]: wires(each).layers for each in world.devices("Lab")}
    assert found == {"one": ("hybrid",), "two": ("layer3",)}


ACTIONS = ("bond", "disbond", "convert/layer-2", "convert/layer-3")
Way = list[tuple[str, str]]
"""Calls on ports: (name, action), one after the other."""


def ways_of_two_ports(world: World) -> list[Way]:
    """A way to each state that single calls lead to, found by trying on one machine after the other."""
    project = world.call("POST", "/projects", {"name": "Scratch"})["id"]
    world.call("POST", f"/projects/{project}/ssh-keys", {"label": "k", "key": KEY})
    order = {"facility": "ewr1", "plan": "c2.medium.x86", "operating_system": "ubuntu_18_04"}
    found: dict[Wires, Way] = {}
    queue: list[Way] = [[]]
    while queue:
        way = queue.pop(0)
        device = world.call("POST", f"/projects/{project}/devices", order)["id"]
        world.call("POST", "/_emulator/clock", {"advance_seconds": 1})
        shown = walked(world, device, way)
        if shown not in found:
            found[shown] = way
            queue += [[*way, (name, action)] for name in ("bond0", "eth0", "eth1") for action in ACTIONS]
    return list(found.values())


def ways_of_four_ports() -> list[Way]:
    """Some walks of a machine with four ports; which states there are is the emulator's own test."""
    chance = random.Random(4)
    names = ("bond0", "bond1", "eth0", "eth1", "eth2", "eth3")
    return [[(chance.choice(names), chance.choice(ACTIONS)) for _ in range(length)] for length in (1, 2, 3, 4) * 6]


def walked(world: World, device: str, way: Way) -> Wires:
    """The device's ports after these calls; refused ones change nothing."""
    for name, action in way:
        ports = world.call("GET", f"/devices/{device}")["network_ports"]
        port = next(each["id"] for each in ports if each["name"] == name)
        requests.post(
            f"{world.emulator.url}/ports/{port}/{action}", headers={"X-Auth-Token": world.emulator.token}, timeout=10
        )
    return wires(world.call("GET", f"/devices/{device}"))


@pytest.mark.parametrize(("plan", "members"), [("c2.medium.x86", 2), ("n2.xlarge.x86", 4)])
def test_every_half_converted_machine_is_brought_to_every_type(world: World, plan: str, members: int) -> None:
    ways = ways_of_two_ports(world) if members == 2 else ways_of_four_ports()
    assert len(ways) > len(TYPES), "there are half-converted states among them"
    machines = {f"m{number}-{there}": (there, way) for number, way in enumerate(ways) for there in TYPES}
    stack = world.stack(stack_of(dict.fromkeys(machines, ("", False)), plan))
    applied(world, stack)
    for device in world.devices("Lab"):
        walked(world, device["id"], machines[device["hostname"]][1])
    world.stack(stack_of({name: (there, False) for name, (there, _) in machines.items()}, plan))
    applied(world, stack)
    ends: dict[str, set[Wires]] = {there: set() for there in TYPES}
    for device in world.devices("Lab"):
        there = machines[device["hostname"]][0]
        ends[there].add(wires(device))
        assert bool(device["ip_addresses"]) is (there in ("layer3", "hybrid")), device["hostname"]
    if members == 2:
        assert ends == {there: {end} for there, end in ENDS.items()}
    # with four, the second bond of a hybrid machine may be formed or not: its members are out all the same
    assert all(len({(each.layers, each.bonded[-members:]) for each in found}) == 1 for found in ends.values()), ends


def test_an_elastic_address_on_a_machine_in_layer_2_is_refused_before_anything_is_sent(world: World) -> None:
    assignment = "        ip_assignments: {vip: 198.18.0.9/32}\n"
    hybrid = world.run("validate", world.stack(stack_of({"gw": ("hybrid", True)}) + assignment))
    assert hybrid.code == 0, hybrid.err
    layer2 = world.run("validate", world.stack(stack_of({"gw": ("layer2-bonded", True)}) + assignment))
    assert layer2.code == 1
    assert "a device cannot have addresses in layer2-bonded" in layer2.err
