"""VLANs on ports, on the real command line: what lets go of what, and in which order."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.acceptance.conftest import World, applied
from tests.acceptance.test_network_types import stack_of

HYBRID = stack_of({"gw": ("hybrid", True)})
VLANS = "      a: {facility: ewr1}\n      b: {facility: ewr1}\n"


def routes(world: World, since: int) -> list[tuple[str, str]]:
    """The mutations since a number of the ledger, in order."""
    return [(each["method"], each["route"]) for each in world.ledger()[since:]]


def vlans_of(world: World, port: str = "eth1") -> int:
    (device,) = world.devices("Lab")
    return len(next(each for each in device["network_ports"] if each["name"] == port)["virtual_networks"])


@pytest.fixture
def hybrid(world: World) -> World:
    applied(world, world.stack(HYBRID))
    return world


def test_a_plan_tells_what_a_uuid_stands_for(hybrid: World) -> None:
    hybrid.edit("stack.yaml", "vlans: [a, b]", "vlans: [a]")
    planned = hybrid.run("plan", "stack.yaml")
    (line,) = [each for each in planned.out.splitlines() if "projects.lab.vlans.b" in each]
    assert re.fullmatch(r' +- "[0-9a-f-]{36}",  # projects\.lab\.vlans\.b \(1\d{3}\)', line), line
    assert not [each for each in planned.out.splitlines() if " id " in each and "#" in each], "an id says what it is"


def test_a_vlan_is_deleted_in_the_run_that_takes_it_off_its_port(hybrid: World) -> None:
    begun = len(hybrid.ledger())
    hybrid.edit("stack.yaml", "      b: {facility: ewr1}\n", "")
    hybrid.edit("stack.yaml", "vlans: [a, b]", "vlans: [a]")
    applied(hybrid, "stack.yaml")
    assert routes(hybrid, begun) == [("POST", "/ports/{id}/unassign"), ("DELETE", "/virtual-networks/{id}")]


def test_a_port_that_nobody_declares_any_more_lets_go_of_a_vlan_that_is_deleted(hybrid: World) -> None:
    begun = len(hybrid.ledger())
    text = HYBRID.replace(VLANS, "      a: {facility: ewr1}\n")
    hybrid.stack(text.replace("        ports: {eth1: {vlans: [a, b]}}\n", ""))
    planned = hybrid.run("plan", "stack.yaml")
    assert "projects.lab.devices.gw.ports.eth1 will be updated in-place" in planned.out
    assert "because projects.lab.vlans.b is destroyed" in planned.out
    applied(hybrid, "stack.yaml")
    assert routes(hybrid, begun) == [("POST", "/ports/{id}/unassign"), ("DELETE", "/virtual-networks/{id}")]
    assert vlans_of(hybrid) == 1, "the other VLAN is nobody's business"


def test_a_port_left_out_of_a_section_that_is_there_goes_back_to_no_vlans(hybrid: World) -> None:
    hybrid.edit("stack.yaml", "ports: {eth1: {vlans: [a, b]}}", "ports: {}")
    applied(hybrid, "stack.yaml")
    assert vlans_of(hybrid) == 0


def test_a_replaced_vlan_is_let_go_of_before_and_taken_up_after(hybrid: World) -> None:
    begun = len(hybrid.ledger())
    hybrid.edit("stack.yaml", "b: {facility: ewr1}", "b: {facility: ewr1, description: storage}")
    applied(hybrid, "stack.yaml")
    assert routes(hybrid, begun) == [
        ("POST", "/ports/{id}/unassign"),
        ("DELETE", "/virtual-networks/{id}"),
        ("POST", "/projects/{id}/virtual-networks"),
        ("POST", "/ports/{id}/assign"),
    ]


def test_the_native_vlan_is_set_last_and_cleared_first(hybrid: World) -> None:
    begun = len(hybrid.ledger())
    hybrid.edit("stack.yaml", "{vlans: [a, b]}", "{vlans: [a, b], native_vlan: b}")
    applied(hybrid, "stack.yaml")
    hybrid.edit("stack.yaml", "{vlans: [a, b], native_vlan: b}", "{vlans: [a], native_vlan: null}")
    applied(hybrid, "stack.yaml")
    assert routes(hybrid, begun) == [
        ("POST", "/ports/{id}/native-vlan"),
        ("DELETE", "/ports/{id}/native-vlan"),
        ("POST", "/ports/{id}/unassign"),
    ]


def test_a_native_vlan_that_the_switch_chose_is_cleared_where_none_is_wanted(world: World) -> None:
    world.call("POST", "/_emulator/settings", {"first_vlan_becomes_native": True})
    world.stack(HYBRID.replace("{vlans: [a, b]}", "{vlans: [a, b], native_vlan: null}"))
    applied(world, "stack.yaml")
    (device,) = world.devices("Lab")
    assert all(each["native_virtual_network"] is None for each in device["network_ports"])


def test_a_plan_says_which_addresses_a_conversion_drops(hybrid: World) -> None:
    (device,) = hybrid.devices("Lab")
    hybrid.stack(stack_of({"gw": ("layer2-bonded", True)}))
    planned = hybrid.run("plan", "stack.yaml")
    assert "the device loses all its addresses" in planned.out
    for each in device["ip_addresses"]:
        assert each["address"] in planned.out


def test_outputs_show_the_addresses_that_a_conversion_left(world: World) -> None:
    outputs = "outputs:\n  address: ${{ projects.lab.devices.gw.public_ipv4 | default('none', true) }}\n"
    world.stack(stack_of({"gw": ("layer2-bonded", False)}) + outputs)
    assert 'address = "none"' in world.run("apply", "stack.yaml", "--yes").out
    world.stack(stack_of({"gw": ("layer3", False)}) + outputs)
    back = world.run("apply", "stack.yaml", "--yes")
    (device,) = world.devices("Lab")
    assert f'address = "{device["ip_addresses"][0]["address"]}"' in back.out


def test_a_port_that_is_moved_by_hand_is_drift_and_is_moved_back(hybrid: World) -> None:
    (device,) = hybrid.devices("Lab")
    port = next(each for each in device["network_ports"] if each["name"] == "eth1")
    hybrid.call("POST", f"/ports/{port['id']}/unassign", {"vnid": port["virtual_networks"][0]["href"][-36:]})
    drift = hybrid.run("drift", "stack.yaml")
    assert drift.code == 2
    assert "projects.lab.devices.gw.ports.eth1" in drift.out
    applied(hybrid, "stack.yaml")
    assert vlans_of(hybrid) == 2


def test_a_port_that_a_conversion_will_touch_has_not_drifted_itself(hybrid: World) -> None:
    hybrid.stack(
        stack_of({"gw": ("layer2-individual", False)}).replace(
            "layer2-individual", "layer2-individual\n        ports: {eth1: {vlans: [a, b]}}"
        )
    )
    applied(hybrid, "stack.yaml")
    hybrid.stack(HYBRID)
    drift = hybrid.run("drift", "stack.yaml")
    assert "Drift: 1 changed, 0 missing, 0 unexpected." in drift.out
    planned = hybrid.run("plan", "stack.yaml")
    assert "because the change of projects.lab.devices.gw.network_type may undo it" in planned.out
    applied(hybrid, "stack.yaml")
    assert vlans_of(hybrid) == 2


def test_a_destroy_takes_ports_along_with_their_machine(hybrid: World) -> None:
    begun = len(hybrid.ledger())
    done = hybrid.run("destroy", "stack.yaml", "--yes")
    assert done.code == 0, done.out + done.err
    assert not [each for each in routes(hybrid, begun) if "/ports/" in each[1]]


def test_answers_that_lag_behind_a_conversion_do_not_make_it_twice(world: World) -> None:
    world.call("POST", "/_emulator/settings", {"port_action_seconds": 1.5})
    applied(world, world.stack(stack_of({"gw": ("layer2-individual", True)})), "--settle", "3")
    actions = [each["route"] for each in world.ledger() if each["route"].startswith("/ports/")]
    assert actions.count("/ports/{id}/convert/layer-2") == 1
    assert actions.count("/ports/{id}/disbond") == 1


def test_a_lost_answer_to_a_port_action_is_looked_up(world: World) -> None:
    rules: list[dict[str, Any]] = [
        {"method": "POST", "route": f"/ports/{{id}}/{action}", "nth": 1, "kind": "commit_then_drop"}
        for action in ("disbond", "assign")
    ]
    world.faults(*rules)
    applied(world, world.stack(HYBRID))
    assert vlans_of(world) == 2


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("network_type: hybrid", "network_type: layer3", "eth1 cannot be in VLANs in layer3"),
        ("network_type: hybrid", "network_type: layer2-bonded", "eth1 cannot be in VLANs in layer2-bonded"),
        ("{eth1: {", "{eth0: {", "eth0 cannot be in VLANs in hybrid"),
        ("plan: c2.medium.x86", "plan: t1.small.x86", "t1.small.x86 knows layer3 only, not hybrid"),
        ("vlans: [a, b]", "vlans: [a, c]", "there is no `c` in `projects.lab.vlans`"),
        ("{vlans: [a, b]}", "{vlans: [a, b], layer2: true}", "only a bond has a layer"),
        ("{eth1: {", "{wan0: {", "name:"),
    ],
)
def test_wiring_that_cannot_be_is_refused_offline(world: World, old: str, new: str, message: str) -> None:
    world.stack(HYBRID)
    world.edit("stack.yaml", old, new)
    found = world.run("validate", "stack.yaml")
    assert found.code == 1
    assert message in found.err, found.err
    assert "stack.yaml:" in found.err


def test_vlans_may_be_named_by_a_variable(world: World) -> None:
    text = HYBRID.replace("vlans: [a, b]", 'vlans: "${{ var.carried }}"')
    world.stack(f"variables: {{carried: {{type: list, default: [a, b]}}}}\n{text}")
    applied(world, "stack.yaml")
    assert vlans_of(world) == 2
    misspelt = world.run("validate", "stack.yaml", "--var", "carried=[a, c]")
    assert misspelt.code == 1
    assert "there is no `c` in `projects.lab.vlans`" in misspelt.err
