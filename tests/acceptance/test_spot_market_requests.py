"""Requests on the spot market on the real command line, and the machines that they make."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.acceptance.conftest import World, applied
from tests.acceptance.stacks import KEY

STACK = f"""\
stack: spots
projects:
  lab:
    name: Lab
    ssh_keys:
      ops: {{key: "{KEY}"}}
    spot_market_requests:
      workers:
        devices_min: 1
        devices_max: 2
        max_bid_price: 5
        facilities: [ewr1, ams1]
        wait_for_devices: true
        instance_parameters:
          hostname: worker-{{{{index}}}}
          plan: c2.medium.x86
          operating_system: ubuntu_18_04
          tags: [worker]
outputs:
  workers: ${{{{ projects.lab.spot_market_requests.workers.devices | map(attribute='public_ipv4') | list }}}}
"""
EMPTY = "stack: spots\nprojects: {lab: {name: Lab}}\n"
REQUEST = "projects.lab.spot_market_requests.workers"
ROUTE = "/projects/{id}/spot-market-requests"


def requests(world: World) -> list[dict[str, Any]]:
    path = f"/projects/{world.project_id('Lab')}/spot-market-requests"
    found: list[dict[str, Any]] = world.call("GET", path)["spot_market_requests"]
    return found


@pytest.fixture
def spots(world: World) -> World:
    world.call("POST", "/_emulator/settings", {"spot_prices": {"ewr1/c2.medium.x86": 1, "ams1/c2.medium.x86": 1}})
    world.stack(STACK)
    applied(world)
    return world


def test_a_run_waits_for_the_machines_and_tells_their_addresses(spots: World) -> None:
    devices = spots.devices("Lab")
    assert [each["state"] for each in devices] == ["active", "active"]
    shown = json.loads(spots.run("output", "stack.yaml", "workers", "--json").out)
    addresses = [each["address"] for device in devices for each in device["ip_addresses"]]
    assert len(shown) == 2
    assert set(shown) <= set(addresses)


def test_its_machines_are_neither_strangers_nor_unwanted(spots: World) -> None:
    planned = spots.run("plan", "stack.yaml", "--format", "json")
    found = json.loads(planned.out)
    assert found["x_reconciler"]["strangers"] == []
    assert [each["change"]["actions"] for each in found["resource_changes"] if each["type"] == "device"] == []


def test_a_bid_under_the_price_makes_nothing_and_is_no_error_unless_it_is_waited_for(world: World) -> None:
    world.call("POST", "/_emulator/settings", {"spot_prices": {"ewr1/c2.medium.x86": 9, "ams1/c2.medium.x86": 9}})
    world.stack(STACK.replace("        wait_for_devices: true\n", ""))
    applied(world)
    assert world.devices("Lab") == []
    world.stack(STACK.replace("wait_for_devices: true", "wait_for_devices: true\n        timeouts: {create: 2}"))
    failed = world.run("apply", "stack.yaml", "--yes")
    assert failed.code == 4
    assert f"{REQUEST}: not ready after 2 s" in failed.err
    world.call("POST", "/_emulator/settings", {"spot_prices": {"ewr1/c2.medium.x86": 1}, "spot_request_seconds": 0.2})
    applied(world)
    assert len(world.devices("Lab")) == 2


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("max_bid_price: 5", "max_bid_price: 6", "max_bid_price"),
        ("devices_max: 2", "devices_max: 3", "devices_max"),
        ("facilities: [ewr1, ams1]", "facilities: [ewr1]", "facilities"),
        ("tags: [worker]", "tags: [builder]", "instance_parameters"),
    ],
)
def test_any_change_replaces_the_request_and_its_machines(spots: World, old: str, new: str, field: str) -> None:
    before = {each["id"] for each in spots.devices("Lab")}
    spots.edit("stack.yaml", old, new)
    planned = spots.run("plan", "stack.yaml")
    assert f"{REQUEST} must be replaced" in planned.out
    assert f"because {field} cannot be changed in place" in planned.out
    assert "its 2 machines (worker-01, worker-02) end with it" in planned.out
    applied(spots)
    assert len(requests(spots)) == 1
    assert not before & {each["id"] for each in spots.devices("Lab")}


def test_a_request_taken_out_ends_with_its_machines(spots: World) -> None:
    spots.stack(EMPTY)
    applied(spots)
    assert requests(spots) == []
    assert spots.devices("Lab") == []


def test_machines_that_are_to_stay_are_left_and_told(world: World) -> None:
    world.stack(STACK.replace("wait_for_devices: true", "wait_for_devices: true\n        force_termination: false"))
    applied(world)
    world.stack(EMPTY)
    planned = world.run("plan", "stack.yaml")
    assert "its 2 machines (worker-01, worker-02) stay, and are nobody's then" in planned.out
    applied(world)
    assert len(world.devices("Lab")) == 2
    told = world.run("plan", "stack.yaml").out
    assert f"left by {REQUEST}" in told


def test_a_project_stays_while_machines_are_to_outlive_their_request(world: World) -> None:
    world.stack(STACK.replace("wait_for_devices: true", "wait_for_devices: true\n        force_termination: false"))
    applied(world)
    done = world.run("destroy", "stack.yaml", "--yes")
    assert "projects.lab is kept: it holds 2 of others' objects" in done.out + done.err
    assert requests(world) == []
    assert len(world.devices("Lab")) == 2


def test_whether_machines_stay_cannot_be_changed_afterwards(spots: World) -> None:
    spots.edit("stack.yaml", "wait_for_devices: true", "wait_for_devices: true\n        force_termination: false")
    refused = spots.run("plan", "stack.yaml")
    assert refused.code == 1
    assert "force_termination cannot be changed" in refused.err


def test_machines_of_a_request_that_somebody_deleted_are_not_bought_a_second_time(spots: World) -> None:
    (request,) = requests(spots)
    spots.call("DELETE", f"/spot-market-requests/{request['id']}")
    planned = spots.run("plan", "stack.yaml")
    assert f"warning[left-behind]: {REQUEST} is gone, and 2 that it made are still there" in planned.out
    refused = spots.run("apply", "stack.yaml", "--yes")
    assert refused.code == 3
    assert len(spots.created(ROUTE)) == 1
    spots.stack(EMPTY)
    planned = spots.run("plan", "stack.yaml")
    assert f"because {REQUEST}, which made it, is gone" in planned.out
    applied(spots)
    assert spots.devices("Lab") == []


def test_a_request_is_found_by_its_machines_when_the_project_does_not_remember_it(spots: World) -> None:
    project = spots.call("GET", f"/projects/{spots.project_id('Lab')}")
    mark = {name: project["customdata"]["reconciler"][name] for name in ("stack", "address")}
    spots.call("PUT", f"/projects/{project['id']}", {"customdata": {"reconciler": mark}})
    spots.stack(EMPTY)
    assert f"{REQUEST} will be destroyed" in spots.run("plan", "stack.yaml").out
    applied(spots)
    assert (requests(spots), spots.devices("Lab")) == ([], [])


def test_a_destroy_leaves_nothing(spots: World) -> None:
    done = spots.run("destroy", "stack.yaml", "--yes")
    assert done.code == 0, done.out + done.err
    assert spots.call("GET", "/projects")["projects"] == []


def test_a_lost_answer_does_not_make_a_second_request(world: World) -> None:
    world.faults({"method": "POST", "route": ROUTE, "nth": 1, "kind": "commit_then_drop"})
    world.stack(STACK)
    applied(world)
    assert len(world.created(ROUTE)) == 1


def test_a_locked_machine_keeps_its_request(spots: World) -> None:
    device = spots.devices("Lab")[0]
    spots.call("PUT", f"/devices/{device['id']}", {"locked": True})
    refused = spots.run("destroy", "stack.yaml", "--yes")
    assert refused.code == 3
    assert f"{REQUEST} is locked" in refused.err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("devices_min: 1", "devices_min: 3", "3 are more than `devices_max`, 2"),
        ("worker-{{index}}", "worker_{{index}}", "is not a hostname"),
        ("tags: [worker]", 'tags: ["reconciler:x:y"]', "is how an ownership mark looks"),
        ("tags: [worker]", "colour: red", "no such field"),
        ("max_bid_price: 5", "max_bid_price: 5\n        end_at: tomorrow", "is not a moment with its zone"),
        ("plan: c2.medium.x86", "ipxe_script_url: https://x\n          plan: c2.medium.x86", "only `operating_system"),
    ],
)
def test_a_request_that_cannot_be_is_refused_offline(world: World, old: str, new: str, message: str) -> None:
    world.stack(STACK)
    world.edit("stack.yaml", old, new)
    found = world.run("validate", "stack.yaml")
    assert found.code == 1
    assert message in found.err, found.err


def test_a_plan_that_does_not_exist_is_told_before_anything_is_made(world: World) -> None:
    world.stack(STACK.replace("c2.medium.x86", "c2.medium.x68"))
    found = world.run("plan", "stack.yaml")
    assert found.code == 1
    assert "instance_parameters.plan: the API knows no plan 'c2.medium.x68'" in found.err
    assert "did you mean `c2.medium.x86`?" in found.err


def test_its_machines_may_be_described_by_what_the_same_run_creates(world: World) -> None:
    world.call("POST", "/_emulator/settings", {"spot_prices": {"ewr1/c2.medium.x86": 1}})
    keys = '          project_ssh_keys: ["${{ project.ssh_keys.ops }}"]\n          tags: [worker]\n'
    world.stack(STACK.replace("          tags: [worker]\n", keys))
    planned = world.run("plan", "stack.yaml")
    assert planned.code == 0, planned.err
    applied(world)
    (request,) = requests(world)
    key = world.call("GET", f"/projects/{world.project_id('Lab')}/ssh-keys")["ssh_keys"][0]["id"]
    assert request["instance_parameters"]["project_ssh_keys"] == [key]
