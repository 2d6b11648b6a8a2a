"""Secrets that are derived reach the machines and nothing else: no stream, no plan file, no file that a run leaves."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import DERIVE_KEY, World

STACK = """\
stack: joined
locals:
  token: ${{ derive('join-token', 32) }}
  key: ${{ derive_ssh_key('nodes') }}
projects:
  lab:
    name: Lab
    ssh_keys: {nodes: {key: "${{ derive_ssh_key('nodes').public }}"}}
    devices:
      node:
        plan: t1.small.x86
        operating_system: ubuntu_18_04
        facility: ewr1
        userdata: |
          #!/bin/sh
          join ${{ local.token }} ${{ local.token | b64encode }}
          cat > /root/.ssh/id_ed25519 <<END
          ${{ derive_ssh_key('nodes').private | indent(0) }}
          END
outputs:
  token: {value: "${{ local.token }}", secret: true}
"""
SOUND = STACK.replace("  key: ${{ derive_ssh_key('nodes') }}\n", "")


def left_behind(world: World) -> str:
    return "".join(each.read_text(errors="replace") for each in world.folder.rglob("*") if each.is_file())


def test_a_derived_secret_is_on_the_machine_and_nowhere_else(world: World) -> None:
    world.stack(SOUND)
    runs = [
        world.run("validate", "stack.yaml"),
        world.run("plan", "stack.yaml", "-o", "plan.json"),
        world.run("plan", "stack.yaml", "--format", "json"),
        world.run("apply", "plan.json", "--yes", "--json"),
        world.run("plan", "stack.yaml", "--detailed-exitcode"),
        world.run("output", "stack.yaml"),
    ]
    assert [each.code for each in runs] == [0] * len(runs), [each.err for each in runs]
    token = world.run("output", "stack.yaml", "token", "--raw").out.strip()
    assert len(token) == 32
    (node,) = world.devices("Lab")
    userdata = str(world.call("GET", f"/devices/{node['id']}")["userdata"])
    assert token in userdata
    private = [line for line in userdata.split("\n") if len(line) == 70]
    assert private
    told = left_behind(world) + "".join(each.out + each.err for each in runs)
    for secret in (token, DERIVE_KEY, *private):
        assert secret not in told


def test_another_key_is_another_secret_which_the_plan_tells_without_showing_it(world: World) -> None:
    world.stack(SOUND)
    assert world.run("apply", "stack.yaml", "--yes").code == 0
    before = world.run("output", "stack.yaml", "token", "--raw").out
    other = {"RECONCILER_DERIVE_KEY": "another key of enough characters"}
    planned = world.run("plan", "stack.yaml", "--detailed-exitcode", environment=other)
    assert planned.code == 2
    assert "userdata" in planned.out
    after = world.run("output", "stack.yaml", "token", "--raw", environment=other).out
    assert after != before
    assert before.strip() not in planned.out
    assert after.strip() not in planned.out


@pytest.mark.parametrize("key", ["", "too short"])
def test_without_a_key_nothing_is_sent_and_the_way_out_is_told(world: World, key: str) -> None:
    world.stack(SOUND)
    done = world.run("apply", "stack.yaml", "--yes", environment={"RECONCILER_DERIVE_KEY": key})
    assert done.code == 1
    assert "derive-key-missing" in done.err
    assert "openssl rand -hex 32" in done.err
    assert world.ledger() == []


def test_a_whole_key_pair_is_no_value(world: World) -> None:
    world.stack(STACK)
    done = world.run("validate", "stack.yaml")
    assert done.code == 1
    assert "say which part of the SSH key" in done.err + done.out
