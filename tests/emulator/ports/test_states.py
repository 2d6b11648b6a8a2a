"""All states that single calls can bring a bond to, and how each is shown."""

from __future__ import annotations

import pytest

from tests.emulator.client import Client
from tests.emulator.ports.machine import Machine

State = tuple[str, tuple[str, ...], bool, tuple[str, ...]]
"""Network type, ports that are bonded, whether there are addresses, ports that take a VLAN."""


def state_of(machine: Machine, bond: str, members: tuple[str, str]) -> State:
    names = (bond, *members)
    ports = machine.ports()
    bonded = tuple(name for name in names if ports[name]["data"]["bonded"])
    has = any(a["interface"]["href"] == ports[bond]["href"] for a in machine.get()["ip_addresses"])
    return ports[bond]["network_type"], bonded, has, tuple(name for name in names if takes_a_vlan(machine, name))


def takes_a_vlan(machine: Machine, name: str) -> bool:
    """Whether an assign is accepted; it is taken back then."""
    vlan = machine.vlan()
    answer = machine.api.call("POST", machine.path(name, "assign"), {"vnid": vlan["id"]})
    assert answer.status in (200, 422)
    if answer.status == 200:
        machine.act(name, "unassign", {"vnid": vlan["id"]})
    machine.api.delete(vlan["href"])
    return answer.status == 200


def all_reached(machine: Machine, bond: str, members: tuple[str, str]) -> set[State]:
    """Every state there is, by trying each call in each of them; `machine` is only asked for its project and plan."""
    names = (bond, *members)
    calls = [(bond, "convert/layer-2"), (bond, "convert/layer-3")]
    calls += [(name, f"{call}?bulk_{able}={bulk}") for name in names for bulk in ("true", "false")
              for call, able in (("bond", "enable"), ("disbond", "disable"))]  # fmt: skip
    plan = machine.get()["plan"]["slug"]
    paths: list[list[tuple[str, str]]] = [[]]
    seen: set[tuple[State, bool]] = set()
    while paths:
        path = paths.pop(0)
        new = Machine.of(machine.api, machine.project, plan=plan)
        for name, call in path:
            new.act(name, call)
        bond_path = new.path(bond, "convert/layer-2")
        found = state_of(new, bond, members)
        converted = new.api.call("POST", bond_path).status == 422  # the last thing done to this device
        if (found, converted) not in seen:
            seen.add((found, converted))
            paths += [[*path, step] for step in calls if accepted(machine, plan, path, step)]
    return {found for found, _ in seen}


def accepted(machine: Machine, plan: str, path: list[tuple[str, str]], step: tuple[str, str]) -> bool:
    new = Machine.of(machine.api, machine.project, plan=plan)
    for name, call in path:
        new.act(name, call)
    answer = new.api.call("POST", new.path(*step))
    assert answer.status in (200, 422)
    return answer.status == 200


def test_the_first_bond_has_these_states(api: Client, project: str) -> None:
    machine = Machine.of(api, project, plan="m1.xlarge.x86")
    assert all_reached(machine, "bond0", ("eth0", "eth1")) == {
        ("layer3", ("bond0", "eth0", "eth1"), True, ()),
        ("hybrid", ("bond0", "eth0"), True, ("eth1",)),
        ("hybrid", ("bond0", "eth1"), True, ()),
        ("layer2-bonded", ("bond0", "eth0", "eth1"), False, ("bond0",)),
        ("hybrid", ("bond0", "eth0"), False, ("eth1",)),
        ("hybrid", ("bond0", "eth1"), False, ()),
        ("layer2-individual", ("bond0",), False, ("eth0", "eth1")),
        ("layer2-individual", (), False, ("eth0", "eth1")),
        ("layer2-individual", ("eth0",), False, ("eth1",)),
        ("layer2-individual", ("eth1",), False, ("eth0",)),
    }


def test_the_second_bond_has_these_states(api: Client, project: str) -> None:
    machine = Machine.of(api, project, plan="n2.xlarge.x86")
    assert all_reached(machine, "bond1", ("eth1", "eth3")) == {
        ("layer3", ("bond1", "eth1", "eth3"), False, ()),
        ("hybrid", ("bond1", "eth1"), False, ("eth3",)),
        ("hybrid", ("bond1", "eth3"), False, ("eth1",)),
        ("layer2-bonded", ("bond1", "eth1", "eth3"), False, ("bond1",)),
        ("layer2-individual", ("bond1",), False, ("eth1", "eth3")),
        ("layer2-individual", (), False, ("eth1", "eth3")),
        ("layer2-individual", ("eth1",), False, ("eth3",)),
        ("layer2-individual", ("eth3",), False, ("eth1",)),
    }


@pytest.mark.parametrize(("calls", "kind", "converted"), [
    ([], "hybrid", False),
    ([("bond0", "convert/layer-2")], "hybrid", True),
    ([("bond0", "convert/layer-2"), ("bond0", "convert/layer-3")], "hybrid", False),
    ([("bond0", "convert/layer-2"), ("eth1", "bond")], "layer2-bonded", True),
], ids=str)  # fmt: skip
def test_a_converted_hybrid_bond_is_still_called_hybrid_and_only_its_addresses_tell(
    api: Client, project: str, calls: list[tuple[str, str]], kind: str, converted: bool
) -> None:
    machine = Machine.of(api, project)
    machine.act("eth1", "disbond")
    for port, call in calls:
        machine.act(port, call)
    assert (machine.state()[0], machine.addresses() == []) == ([kind], converted)


def test_one_bond_of_a_four_port_machine_changes_without_the_other(api: Client, project: str) -> None:
    machine = Machine.of(api, project, plan="n2.xlarge.x86")
    machine.act("bond1", "convert/layer-2")
    assert machine.state()[0] == ["layer3", "layer2-bonded"]
    assert len(machine.addresses()) == 3
    machine.act("eth0", "disbond")
    machine.act("eth3", "disbond")
    assert machine.state() == (["hybrid", "hybrid"], ["bond0", "bond1", "eth1", "eth2"])
    machine.act("bond0", "bond")
    machine.act("bond0", "convert/layer-2")
    machine.act("bond0", "disbond", {"bulk_disable": True})
    assert machine.state() == (["layer2-individual", "hybrid"], ["bond1", "eth1"])
