"""What only one object can have goes from one to another in one run: an address, a public key."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import World, applied
from tests.acceptance.stacks import KEY

STACK = """\
stack: moves
projects:
  lab:
    name: Lab
    ssh_keys:
      KEYNAME: {key: "KEY"}
    ip_reservations:
      vip: {type: public_ipv4, quantity: 1, facility: ewr1}
    devices:
"""
DEVICE = """\
      {name}:
        hostname: {name}
        facility: ewr1
        plan: c1.small.x86
        operating_system: ubuntu_18_04
        ip_assignments: {assignments}
"""
VIP = '{vip: "${{ project.ip_reservations.vip }}"}'


def stack_of(holder: str, key: str = "ops") -> str:
    """Two devices of which one holds the address."""
    devices = [DEVICE.format(name=name, assignments=VIP if name == holder else "{}") for name in ("a", "b")]
    return STACK.replace("KEYNAME", key).replace("KEY", KEY) + "".join(devices)


def holders(world: World) -> list[str]:
    """The hostnames of the devices that have the elastic address."""
    shown = world.devices("Lab")
    return [each["hostname"] for each in shown if any(not a["management"] for a in each["ip_addresses"])]


@pytest.mark.parametrize("parallelism", ["1", "8"])
def test_an_address_moves_from_one_device_to_another_and_back(world: World, parallelism: str) -> None:
    applied(world, world.stack(stack_of("a")))
    for holder in ("b", "a"):
        applied(world, world.stack(stack_of(holder)), "--parallelism", parallelism)
        assert holders(world) == [holder]
    assert len(world.created("/projects/{id}/devices")) == 2


def test_a_plan_takes_an_address_off_before_it_puts_it_on(world: World) -> None:
    applied(world, world.stack(stack_of("b")))
    world.run("plan", world.stack(stack_of("a")), "-o", "move.plan")
    shown = world.run("graph", "move.plan").out
    off, on = (
        f"projects.lab.devices.{each}" for each in ("b.ip_assignments.vip:delete", "a.ip_assignments.vip:create")
    )
    assert f'"{on}" -> "{off}"' in shown, shown


def test_a_key_gets_another_name_in_the_stack(world: World) -> None:
    applied(world, world.stack(stack_of("a", key="ops")))
    applied(world, world.stack(stack_of("a", key="admin")))
    (key,) = world.call("GET", f"/projects/{world.project_id('Lab')}/ssh-keys")["ssh_keys"]
    assert key["label"].startswith("admin ")
    assert len(world.created("/projects/{id}/devices")) == 2
