"""One stack for two environments, on the command line."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import World

STACK = """\
stack: shop-test
projects:
  shop:
    name: Shop test
    ssh_keys: {ops: {key: "${{ derive_ssh_key('ops').public }}"}}
    devices:
      web: {hostname: web, plan: t1.small.x86, operating_system: ubuntu_18_04, facility: ewr1, tags: [web]}
      debug: {hostname: debug, plan: t1.small.x86, operating_system: ubuntu_18_04, facility: ewr1}
outputs: {host: "${{ projects.shop.devices.web.hostname }}"}
"""
LAYER = """\
stack: shop
projects: {shop: {name: Shop, devices: {web: {tags: [web, live]}, debug: null}}}
"""


def test_an_overlay_makes_a_world_of_its_own_beside_the_other(world: World) -> None:
    world.stack(STACK)
    world.stack(LAYER, "live.yaml")
    for arguments in (("stack.yaml",), ("stack.yaml", "--overlay", "live.yaml")):
        done = world.run("apply", *arguments, "--yes")
        assert done.code == 0, done.out + done.err
        assert world.run("plan", *arguments, "--detailed-exitcode").code == 0
    assert sorted(each["hostname"] for each in world.devices("Shop test")) == ["debug", "web"]
    (web,) = world.devices("Shop")
    assert {"web", "live"} <= set(web["tags"])
    assert world.run("destroy", "stack.yaml", "--overlay", "live.yaml", "--yes").code == 0
    assert len(world.devices("Shop test")) == 2


@pytest.mark.parametrize("command", ["validate", "graph", "output", "drift"])
def test_every_command_that_reads_a_stack_takes_overlays(world: World, command: str) -> None:
    world.stack(STACK)
    world.stack("projects: {shop: {devices: {web: {paln: x}}}}\n", "wrong.yaml")
    done = world.run(command, "stack.yaml", "--overlay", "wrong.yaml")
    assert done.code == 1
    assert "wrong.yaml:1:35" in done.err + done.out


def test_a_saved_plan_remembers_its_overlays(world: World) -> None:
    world.stack(STACK)
    world.stack(LAYER, "live.yaml")
    for name in ("one.json", "two.json"):
        assert world.run("plan", "stack.yaml", "--overlay", "live.yaml", "-o", name).code == 0
    done = world.run("apply", "one.json", "--yes")
    assert done.code == 0, done.out + done.err
    assert [each["hostname"] for each in world.devices("Shop")] == ["web"]
    world.edit("live.yaml", "[web, live]", "[web, live, more]")
    stale = world.run("apply", "two.json", "--yes")
    assert stale.code == 5
    assert "live.yaml" in stale.err
