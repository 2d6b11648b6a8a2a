"""A change that is rolled over a group, by the command line: saved, stopped by the first failure, gone on with."""

from __future__ import annotations

from tests.acceptance.conftest import World, applied
from tests.acceptance.stacks import KEY

STACK = f"""\
stack: metal
projects:
  lab:
    name: Lab
    bgp_config: {{deployment_type: local, asn: 65000}}
    ssh_keys:
      ops: {{key: "{KEY}"}}
    devices:
      web:
        count: 2
        hostname: web-${{{{ index }}}}
        facility: ewr1
        plan: c2.medium.x86
        operating_system: ubuntu_18_04
        bgp_sessions: [ipv4]
        lifecycle: {{on_change: {{operating_system: reinstall}}}}
        rollout: {{health: {{bgp: ipv4, timeout: 2s}}}}
"""


def systems(world: World) -> list[str]:
    found = {each["hostname"]: each["operating_system"]["slug"] for each in world.devices("Lab")}
    return [found["web-0"], found["web-1"]]


def test_a_saved_plan_is_rolled_out_and_stopped_by_what_does_not_come_up(world: World) -> None:
    stack = world.stack(STACK)
    world.call("POST", "/_emulator/settings", {"bgp_session_seconds": 0, "bgp_session_status": "up"})
    assert world.run("apply", stack, "--yes").code == 0
    world.edit(stack, "ubuntu_18_04", "debian_9")
    assert world.run("plan", stack, "-o", "new.plan").code == 0
    shown = world.run("show", "new.plan").out
    assert "Rollout: projects.lab.devices.web, 2 of 2 machines, 1 at a time; the first failure stops it\n" in shown
    world.edit(stack, "{bgp: ipv4, timeout: 2s}", "state")
    assert world.run("apply", "new.plan", "--yes").code == 5, "what was approved proves more than what is there now"
    world.edit(stack, "health: state", "health: {bgp: ipv4, timeout: 2s}")
    world.call("POST", "/_emulator/bgp-sessions", {"status": "down"})
    stopped = world.run("apply", "new.plan", "--yes")
    assert stopped.code == 4, stopped.out + stopped.err
    why = "error[not-healthy]: projects.lab.devices.web[0]: it is not healthy: its BGP session over ipv4 is down"
    assert why in stopped.err
    held = "  projects.lab.devices.web[1] (because the rollout stopped: projects.lab.devices.web[0] is not healthy)\n"
    assert stopped.err.count(held) == 1
    assert "0 added, 1 changed, 0 destroyed. 1 failed, 1 skipped." in stopped.out
    assert systems(world) == ["debian_9", "ubuntu_18_04"]

    world.call("POST", "/_emulator/bgp-sessions", {"status": "up"})
    applied(world, stack)
    assert systems(world) == ["debian_9", "debian_9"]
