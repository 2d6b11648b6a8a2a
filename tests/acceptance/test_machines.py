"""What can be done to a machine besides replacing it: power, reinstalls, reserved hardware."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.conftest import World, applied
from tests.acceptance.stacks import KEY, WEB

STACK = f"""\
stack: metal
projects:
  lab:
    name: Lab
    ssh_keys:
      ops: {{key: "{KEY}"}}
    devices:
      db:
        hostname: db
        facility: ewr1
        plan: c2.medium.x86
        operating_system: ubuntu_18_04
        userdata: "#!/bin/sh\\necho one\\n"
        lifecycle: {{}}
"""
REINSTALLED = STACK.replace(
    "lifecycle: {}", "lifecycle: {on_change: {operating_system: reinstall, userdata: reinstall}}"
)


def actions(world: World) -> list[str]:
    return [each["path"].rsplit("/", 1)[-1] for each in world.ledger() if each["route"] == "/devices/{id}/actions"]


def events(world: World) -> list[str]:
    (device,) = world.devices("Lab")
    return [each["type"] for each in world.call("GET", f"/devices/{device['id']}/events?per_page=100")["events"]]


def device(world: World) -> dict[str, Any]:
    (found,) = world.devices("Lab")
    return dict(found)


def test_a_machine_is_born_off_and_turned_on_by_a_change(world: World) -> None:
    stack = world.stack(STACK.replace("lifecycle: {}", "power_state: inactive"))
    applied(world, stack)
    assert device(world)["state"] == "inactive"
    world.stack(STACK.replace("lifecycle: {}", "power_state: active"))
    planned = world.run("plan", stack)
    assert '~ power_state = "inactive" -> "active"' in planned.out, planned.out
    applied(world, stack)
    assert device(world)["state"] == "active"
    assert len(actions(world)) == 2


def test_a_machine_that_somebody_turned_off_is_drift_only_where_the_stack_says_so(world: World) -> None:
    stack = world.stack(STACK)
    applied(world, stack)
    world.call("POST", f"/devices/{device(world)['id']}/actions", {"type": "power_off"})
    assert world.run("plan", stack, "--detailed-exitcode").code == 0
    world.call("POST", "/_emulator/clock", {"advance_seconds": 5})
    assert world.run("plan", stack, "--detailed-exitcode").code == 0
    world.stack(STACK.replace("lifecycle: {}", "power_state: active"))
    assert world.run("drift", stack).code == 2


def test_another_operating_system_is_installed_on_the_same_machine(world: World) -> None:
    stack = world.stack(REINSTALLED)
    applied(world, stack)
    before = device(world)
    world.edit(stack, "ubuntu_18_04", "debian_9")
    planned = world.run("plan", stack)
    assert "will be updated in-place" in planned.out
    assert "its disks are wiped" in planned.out
    applied(world, stack)
    after = device(world)
    assert (after["id"], after["operating_system"]["slug"]) == (before["id"], "debian_9")
    assert [each["address"] for each in after["ip_addresses"]] == [each["address"] for each in before["ip_addresses"]]
    assert len(actions(world)) == 1


def test_changed_userdata_is_stored_and_then_run_by_one_reinstall(world: World) -> None:
    stack = world.stack(REINSTALLED)
    applied(world, stack)
    world.edit(stack, "echo one", "echo two")
    applied(world, stack)
    assert "echo two" in device(world)["userdata"]
    assert len(actions(world)) == 1


def test_a_machine_that_is_off_is_off_again_after_a_reinstall(world: World) -> None:
    stack = world.stack(REINSTALLED.replace("hostname: db", "hostname: db\n        power_state: inactive"))
    applied(world, stack)
    world.edit(stack, "ubuntu_18_04", "debian_9")
    applied(world, stack)
    assert (device(world)["state"], device(world)["operating_system"]["slug"]) == ("inactive", "debian_9")
    assert len(actions(world)) == 3


def test_a_reinstall_that_was_cut_off_is_still_due(world: World) -> None:
    stack = world.stack(REINSTALLED)
    applied(world, stack)
    world.edit(stack, "echo one", "echo two")
    world.faults({"method": "POST", "route": "/devices/{id}/actions", "nth": 1, "kind": "status", "status": 422})
    assert world.run("apply", stack, "--yes").code == 4
    assert "echo two" in device(world)["userdata"], "the machine was installed with another, though"
    world.faults()
    assert world.run("plan", stack, "--detailed-exitcode").code == 2
    applied(world, stack)
    assert len(actions(world)) == 1


@pytest.mark.parametrize(
    ("choice", "old", "new", "code", "shown"),
    [
        ("{userdata: update}", "echo one", "echo two", 2, "will be updated in-place"),
        ("{userdata: ignore}", "echo one", "echo two", 0, "No changes."),
        ("{userdata: replace}", "echo one", "echo two", 2, "must be replaced"),
        ("{operating_system: ignore}", "ubuntu_18_04", "debian_9", 0, "No changes."),
        ("{hostname: replace}", "hostname: db", "hostname: db2", 2, "must be replaced"),
    ],
)
def test_a_change_does_what_the_stack_chose(
    world: World, choice: str, old: str, new: str, code: int, shown: str
) -> None:
    stack = world.stack(STACK.replace("lifecycle: {}", f"lifecycle: {{on_change: {choice}}}"))
    applied(world, stack)
    world.edit(stack, old, new)
    planned = world.run("plan", stack, "--detailed-exitcode")
    assert planned.code == code, planned.out + planned.err
    assert shown in planned.out


@pytest.mark.parametrize("rail", ["protect: true, on_change", "on_change"])
def test_a_machine_that_is_protected_or_locked_is_not_wiped(world: World, rail: str) -> None:
    text = REINSTALLED.replace("on_change", rail)
    stack = world.stack(text if "protect" in rail else text + "        locked: true\n")
    applied(world, stack)
    world.edit(stack, "ubuntu_18_04", "debian_9")
    refused = world.run("apply", stack, "--yes")
    assert refused.code == 3, refused.out + refused.err
    assert "would be wiped" in refused.err
    assert actions(world) == []


def test_an_operating_system_that_nobody_knows_is_refused_before_a_reinstall(world: World) -> None:
    stack = world.stack(REINSTALLED)
    applied(world, stack)
    world.edit(stack, "ubuntu_18_04", "debian_99")
    refused = world.run("plan", stack)
    assert refused.code == 1
    assert "the API knows no operating system 'debian_99'" in refused.err


def reserved(world: World, count: int) -> list[str]:
    """An own project for the lab with so many reserved machines in it; their ids."""
    project = world.call("POST", "/projects", {"name": "Lab"})["id"]
    body = {"project_id": project, "facility": "ewr1", "plan": "c2.medium.x86", "count": count}
    world.call("POST", "/_emulator/hardware-reservations", body)
    found = world.call("GET", f"/projects/{project}/hardware-reservations")["hardware_reservations"]
    return [each["id"] for each in found]


IN_PROJECT = STACK.replace("    name: Lab\n", "    existing: Lab\n")


@pytest.mark.parametrize("way", ["uuid", "list", "next-available"])
def test_machines_are_taken_from_reserved_hardware(world: World, way: str) -> None:
    ids = reserved(world, 3)
    wanted = {"uuid": f"{ids[0]}", "list": f"[{', '.join(ids)}]", "next-available": "next-available"}[way]
    text = IN_PROJECT.replace("lifecycle: {}", f"hardware_reservation_id: {wanted}")
    if way != "uuid":
        text = text.replace("      db:\n", "      db:\n        count: 3\n")
    stack = world.stack(text)
    applied(world, stack)
    taken = {each["hardware_reservation"]["href"].rsplit("/", 1)[-1] for each in world.devices("Lab")}
    assert taken == ({ids[0]} if way == "uuid" else set(ids))


def test_a_reserved_machine_is_waited_for_after_its_last_device(world: World) -> None:
    world.call("POST", "/_emulator/settings", {"reservation_seconds": 1.5})
    (only,) = reserved(world, 1)
    stack = world.stack(IN_PROJECT.replace("lifecycle: {}", f"hardware_reservation_id: {only}"))
    applied(world, stack)
    first = device(world)["id"]
    world.edit(stack, "operating_system: ubuntu_18_04", "operating_system: debian_9")
    applied(world, stack)
    assert device(world)["id"] != first
    assert device(world)["hardware_reservation"]["href"].endswith(only)


def test_a_reinstall_counts_as_a_delete_since_it_wipes_disks(world: World) -> None:
    stack = world.stack(REINSTALLED)
    applied(world, stack)
    world.edit(stack, "ubuntu_18_04", "debian_9")
    refused = world.run("apply", stack, "--yes", "--allow-deletes", "0")
    assert refused.code == 3, refused.out + refused.err
    assert "projects.lab.devices.db: its disks are wiped" in refused.err
    assert "reinstall" not in actions(world)
    assert world.run("apply", stack, "--yes", "--allow-deletes", "1").code == 0


def test_a_changed_userdata_shows_its_lines_and_no_empty_one_at_the_end(world: World) -> None:
    stack = world.stack(STACK)
    applied(world, stack)
    world.edit(stack, "echo one", "echo two")
    planned = world.run("plan", stack)
    assert "- echo one\n          + echo two\n        EOT" in planned.out, planned.out


def test_a_system_that_does_not_run_on_the_plan_is_refused_before_anything_is_made(world: World) -> None:
    stack = world.stack(WEB.replace("c1.small.x86", "n2.xlarge.x86").replace("ubuntu_18_04", "vmware_esxi_6"))
    done = world.run("apply", stack, "--yes")
    assert done.code == 1, done.out + done.err
    assert "vmware_esxi_6 does not run on n2.xlarge.x86" in done.err
    assert world.ledger() == []
