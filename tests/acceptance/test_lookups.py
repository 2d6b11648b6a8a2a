"""Lookups on the real command line: what is asked, what comes of it, and that an answer of today replaces nothing."""

from __future__ import annotations

import re

from tests.acceptance.conftest import World, applied
from tests.acceptance.stacks import KEY
from tests.acceptance.test_hardware_reservations import reserved

MACHINES = f"""\
stack: look
variables:
  cores: {{default: 8}}
locals:
  size: ${{{{ cheapest_plan('ewr1', cores=var.cores, architecture='x86') }}}}
projects:
  edge:
    name: Edge
    ssh_keys: {{ops: {{key: {KEY}}}}}
    devices:
      web:
        count: 2
        facility: ewr1
        plan: ${{{{ local.size }}}}
        operating_system: ubuntu_18_04
outputs:
  size: ${{{{ local.size }}}}
"""

BID = f"""\
stack: bid
projects:
  edge:
    name: Edge
    ssh_keys: {{ops: {{key: {KEY}}}}}
    devices:
      spot:
        facility: ewr1
        plan: t1.small.x86
        operating_system: ubuntu_18_04
        spot_instance: true
        spot_price_max: ${{{{ spot_price('ewr1', 't1.small.x86') * FACTOR }}}}
"""

RESERVED = f"""\
stack: metal
projects:
  pool:
    existing: Pool
    ssh_keys: {{ops: {{key: {KEY}}}}}
    devices:
      web:
        facility: ewr1
        plan: t1.small.x86
        operating_system: ubuntu_18_04
        hardware_reservation_id: ${{{{ reserved_hardware(project, plan='t1.small.x86') }}}}
"""


def test_a_plan_is_chosen_and_a_cheaper_one_later_replaces_no_machine(world: World) -> None:
    applied(world, world.stack(MACHINES))
    assert {each["plan"]["slug"] for each in world.devices("Edge")} == {"c2.medium.x86"}
    planned = world.run("plan", "stack.yaml", "--var", "cores=4", "--detailed-exitcode")
    assert planned.code == 0, planned.out + planned.err
    assert world.run("apply", "stack.yaml", "--yes", "--var", "cores=4").code == 0
    assert {each["plan"]["slug"] for each in world.devices("Edge")} == {"c2.medium.x86"}


def test_a_machine_that_does_no_longer_is_replaced(world: World) -> None:
    assert world.run("apply", world.stack(MACHINES), "--yes", "--var", "cores=4").code == 0
    planned = world.run("plan", "stack.yaml")
    assert planned.out.count("forces replacement") == 2


def test_each_thing_is_asked_once_with_get_for_the_whole_pool(world: World) -> None:
    world.stack(MACHINES.replace("count: 2", "count: 40"))
    planned = world.run("plan", "stack.yaml")
    assert planned.code == 0, planned.err
    stats = world.call("GET", "/_emulator/stats")["requests"]
    assert stats["GET"]["/facilities"] <= 2  # the lookup, and the check of names
    assert stats.pop("POST") == {"/capacity": 1}  # whether there are as many, once for all of them
    assert set(stats) == {"GET"}


def test_a_bid_follows_the_price_of_its_day_and_stays_when_that_moves(world: World) -> None:
    applied(world, world.stack(BID.replace("FACTOR", "2")))
    (machine,) = world.devices("Edge")
    price = world.call("GET", "/market/spot/prices")["spot_market_prices"]["ewr1"]["baremetal_0"]["price"]
    assert abs(float(machine["spot_price_max"]) - 2 * price) < 1e-6
    world.stack(BID.replace("FACTOR", "3"))
    assert "No changes" in world.run("plan", "stack.yaml").out
    applied(world, "stack.yaml")
    assert world.devices("Edge")[0]["id"] == machine["id"]


def test_a_device_takes_a_reserved_machine_that_is_free_and_stays_on_it(world: World) -> None:
    identifier = reserved(world)
    applied(world, world.stack(RESERVED))
    (machine,) = world.devices("Pool")
    assert machine["hardware_reservation"]["href"].endswith(identifier)
    assert "No changes" in world.run("plan", "stack.yaml").out


def test_an_answer_that_is_missing_is_told_at_its_line_once_for_all_machines(world: World) -> None:
    world.stack(MACHINES)
    failed = world.run("plan", "stack.yaml", "--var", "cores=500")
    assert failed.code == 1
    assert failed.err.count("error[lookup-failed]") == 1
    assert re.search(r"stack\.yaml:5:\d+", failed.err)
    assert "nearest: " in failed.err


def test_validate_asks_nobody(world: World) -> None:
    world.stack(MACHINES)
    assert world.run("validate", "stack.yaml").code == 0
    assert world.call("GET", "/_emulator/stats")["requests"].get("GET", {}).get("/plans", 0) == 0
