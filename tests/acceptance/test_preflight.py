"""What a plan asks before anything is built, on the real command line: is there enough of what it creates?"""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import World, applied

STACK = """\
stack: fleet
projects:
  lab:
    name: Lab
    ssh_keys: {ops: {key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFjY2VwdGFuY2VhY2NlcHRhbmNlYWNjZXB0YW5jZWFj ops}}
    devices:
      web:
        count: 3
        facility: ewr1
        plan: c2.medium.x86
        operating_system: ubuntu_18_04
"""
SHORT = {"stock": {"ewr1/c2.medium.x86": 2, "ams1/c2.medium.x86": 2, "ewr1/s1.large.x86": 0}}
SAID = """\
error[no-capacity]: this plan creates 3 c2.medium.x86 in ewr1, and fewer are left
 --> stack.yaml:9:19
  |
9 |         facility: ewr1
  |                   ^^^^
  = resource: projects.lab.devices.web[0]
"""


def set_up(world: World, **settings: object) -> None:
    world.call("POST", "/_emulator/settings", settings)


def asked(world: World) -> int:
    """How often the stock was asked."""
    number: int = world.call("GET", "/_emulator/stats")["requests"].get("POST", {}).get("/capacity", 0)
    return number


@pytest.mark.parametrize("command", [["plan", "stack.yaml"], ["apply", "stack.yaml", "--yes"]], ids=["plan", "apply"])
def test_without_stock_nothing_is_built_and_it_is_said_where_there_is(world: World, command: list[str]) -> None:
    set_up(world, **SHORT)
    world.stack(STACK)
    ran = world.run(*command)
    assert (ran.code, ran.out) == (1, ""), ran.out
    assert SAID in ran.err
    (said,) = [each for each in ran.err.splitlines() if "= help:" in each]
    assert said.startswith("  = help: nrt1 and sjc1 have 3 now; ewr1 has m1.xlarge.x86 ($1.70 an hour), c1.xlarge.x86")
    assert world.ledger() == []


def test_a_saved_plan_is_asked_for_again_when_it_is_applied(world: World) -> None:
    world.stack(STACK)
    assert world.run("plan", "stack.yaml", "-o", "plan.json").code == 0
    set_up(world, **SHORT)
    refused = world.run("apply", "plan.json")
    assert (refused.code, "error[no-capacity]" in refused.err, world.ledger()) == (1, True, [])
    forced = world.run("apply", "plan.json", "--no-preflight")
    assert (forced.code, len(world.devices("Lab"))) == (4, 2), forced.err


def test_only_what_is_to_be_created_is_asked_for(world: World) -> None:
    """Not what is built, nor by what creates nothing: drift, an empty plan, a destroy."""
    applied(world, world.stack(STACK), "--no-preflight")
    assert asked(world) == 0
    set_up(world, stock={"ewr1/c2.medium.x86": 0})
    world.edit("stack.yaml", "operating_system: ubuntu_18_04", "operating_system: debian_9")
    assert world.run("drift", "stack.yaml").code == 2
    assert world.run("plan", "stack.yaml", "--destroy").code == 0
    replaced = world.run("plan", "stack.yaml")
    assert (replaced.code, "3 to add" in replaced.out, asked(world)) == (0, True, 0), replaced.err
    world.edit("stack.yaml", "count: 3", "count: 4")
    assert (world.run("plan", "stack.yaml").code, asked(world) > 0) == (1, True)


def test_more_machines_than_the_project_may_have_are_refused_before_any_is_built(world: World) -> None:
    set_up(world, devices_per_project_and_plan=2)
    applied(world, world.stack(STACK.replace("count: 3", "count: 1")))
    before = world.ledger()
    world.edit("stack.yaml", "count: 1", "count: 3")
    ran = world.run("plan", "stack.yaml")
    assert ran.code == 1
    assert (
        "error[over-quota]: projects.lab may have 2 c2.medium.x86, by its `max_devices`, and this plan comes to 3, "
        "1 of them there already"
    ) in ran.err
    assert world.ledger() == before


def test_a_service_that_does_not_answer_is_no_reason_to_refuse(world: World) -> None:
    """The 503 of 2018, sent once."""
    rule = {"method": "POST", "route": "/capacity", "kind": "status", "status": 503, "probability": 1, "seed": 1}
    world.faults({**rule, "times": 9})
    ran = world.run("plan", world.stack(STACK))
    assert (ran.code, asked(world)) == (0, 1), ran.err
    assert "note[stock-not-known]" in ran.out
    assert "4 to add" in ran.out or "5 to add" in ran.out
