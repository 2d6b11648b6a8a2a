"""Rules of a team over its plans: told in the plan, and kept by the apply."""

from __future__ import annotations

import json

from tests.acceptance.conftest import World, applied
from tests.acceptance.stacks import KEY

STACK = f"""\
stack: ruled
projects:
  lab:
    name: Lab
    ssh_keys:
      ops: {{key: "{KEY}"}}
    vlans:
      storage: {{facility: ewr1, description: storage}}
"""
RULES = """\
policies:
  no-vlan-is-lost:
    deny: ${{ change.kind == 'vlan' and change.deletes }}
    message: its ports lose their network; ask the network team
  new-places:
    warn: ${{ change.creates and change.facility not in [none, 'ewr1'] }}
    message: there is nobody there at night
"""


def test_a_plan_that_a_policy_is_against_is_shown_and_not_applied(world: World) -> None:
    world.stack(STACK)
    rules = world.stack(RULES, "rules.yaml")
    applied(world, "stack.yaml", "--policy", rules)
    world.edit("stack.yaml", "facility: ewr1", "facility: ams1")
    begun = len(world.ledger())
    planned = world.run("plan", "stack.yaml", "--policy", rules, "-o", "saved.plan")
    assert planned.code == 3
    assert "error[policy-denied]: projects.lab.vlans.storage: its ports lose their network" in planned.out
    assert "warning[policy-warned]: projects.lab.vlans.storage: there is nobody there at night" in planned.out
    assert "the policy `no-vlan-is-lost` is at rules.yaml:2:3" in planned.out
    for command in (["apply", "stack.yaml", "--yes"], ["apply", "saved.plan"], ["destroy", "stack.yaml", "--yes"]):
        refused = world.run(*command, "--policy", rules)
        assert refused.code == 3, refused.err
        assert "error[policy-denied]" in refused.err
    assert len(world.ledger()) == begun
    document = json.loads(world.run("plan", "stack.yaml", "--policy", rules, "--format", "json").out)
    assert [each["code"] for each in document["x_reconciler"]["diagnostics"]] == ["policy-denied", "policy-warned"]


def test_a_warning_stops_nothing(world: World) -> None:
    world.stack(STACK.replace("facility: ewr1", "facility: ams1"))
    rules = world.stack(RULES, "rules.yaml")
    done = world.run("apply", "stack.yaml", "--yes", "--policy", rules)
    assert done.code == 0, done.err
    assert "policy-warned" in done.out + done.err
