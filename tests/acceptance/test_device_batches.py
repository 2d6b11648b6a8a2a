"""Batches of machines on the real command line: one call makes them, and they stand and fall together."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.acceptance.conftest import World, applied
from tests.acceptance.stacks import KEY

STACK = f"""\
stack: batches
projects:
  lab:
    name: Lab
    ssh_keys:
      ops: {{key: "{KEY}"}}
    device_batches:
      workers:
        quantity: 2
        hostname: worker-{{{{index}}}}
        facility: [ewr1, ams1]
        plan: c2.medium.x86
        operating_system: ubuntu_18_04
        tags: [worker]
outputs:
  workers: ${{{{ projects.lab.device_batches.workers.devices | map(attribute='public_ipv4') | list }}}}
"""
EMPTY = "stack: batches\nprojects: {lab: {name: Lab}}\n"
BATCH = "projects.lab.device_batches.workers"
ROUTE = "/projects/{id}/devices/batch"


def batches(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.call("GET", f"/projects/{world.project_id('Lab')}/batches")["batches"]
    return found


@pytest.fixture
def lab(world: World) -> World:
    world.call("POST", "/_emulator/settings", {"batch_seconds": 0.2})
    world.stack(STACK)
    return world


@pytest.fixture
def workers(lab: World) -> World:
    applied(lab)
    return lab


def test_one_call_makes_all_machines_and_a_run_waits_for_them(workers: World) -> None:
    assert len(workers.created(ROUTE)) == 1
    assert workers.created("/projects/{id}/devices") == []
    devices = workers.devices("Lab")
    assert sorted(each["hostname"] for each in devices) == ["worker-01", "worker-02"]
    assert {each["state"] for each in devices} == {"active"}
    assert len(json.loads(workers.run("output", "stack.yaml", "workers", "--json").out)) == 2


def test_its_machines_are_neither_strangers_nor_unwanted(workers: World) -> None:
    found = json.loads(workers.run("plan", "stack.yaml", "--format", "json").out)
    assert found["x_reconciler"]["strangers"] == []
    assert [each for each in found["resource_changes"] if each["type"] == "device"] == []


def test_what_can_be_changed_on_a_machine_is_changed_on_each(workers: World) -> None:
    before = {each["id"] for each in workers.devices("Lab")}
    first = min(before)
    workers.call("PUT", f"/devices/{first}", {"tags": [*_tags(workers, first), "by-hand"], "description": "mine"})
    assert workers.run("plan", "stack.yaml", "--detailed-exitcode").code == 0, "nobody declares that"
    workers.edit("stack.yaml", "tags: [worker]", "tags: [builder]\n        description: builds\n        locked: true")
    applied(workers)
    devices = workers.devices("Lab")
    assert {each["id"] for each in devices} == before
    assert all("builder" in each["tags"] and "worker" not in each["tags"] for each in devices)
    assert {(each["description"], each["locked"]) for each in devices} == {("builds", True)}
    assert "by-hand" in _tags(workers, first)


def _tags(world: World, device: str) -> list[str]:
    found: list[str] = world.call("GET", f"/devices/{device}")["tags"]
    return found


def test_a_machine_that_was_changed_by_hand_is_drift_and_only_it_is_changed_back(workers: World) -> None:
    (one, _) = workers.devices("Lab")
    kept = [each for each in one["tags"] if each != "worker"]
    workers.call("PUT", f"/devices/{one['id']}", {"tags": kept})
    assert workers.run("drift", "stack.yaml").code == 2
    begun = len(workers.ledger())
    applied(workers)
    assert [each["path"].rpartition("/devices/")[2] for each in workers.ledger()[begun:]] == [one["id"]]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("quantity: 2", "quantity: 3", "quantity"),
        ("worker-{{index}}", "builder-{{index}}", "hostname"),
        ("operating_system: ubuntu_18_04", "operating_system: debian_9", "operating_system"),
        ("facility: [ewr1, ams1]", "facility: ams1", "facility"),
    ],
)
def test_anything_else_replaces_the_batch(workers: World, old: str, new: str, field: str) -> None:
    before = {each["id"] for each in workers.devices("Lab")}
    workers.edit("stack.yaml", old, new)
    planned = workers.run("plan", "stack.yaml")
    assert f"because {field} cannot be changed in place" in planned.out
    assert "its 2 machines (worker-01, worker-02) go with it" in planned.out
    applied(workers)
    assert not before & {each["id"] for each in workers.devices("Lab")}
    assert len(batches(workers)) == 1


def test_more_places_to_choose_from_are_no_reason_to_replace_it(workers: World) -> None:
    workers.edit("stack.yaml", "facility: [ewr1, ams1]", "facility: [sjc1, ewr1, any]")
    assert workers.run("plan", "stack.yaml", "--detailed-exitcode").code == 0


def test_a_machine_that_went_away_is_shown(workers: World) -> None:
    workers.call("DELETE", f"/devices/{workers.devices('Lab')[0]['id']}")
    planned = workers.run("plan", "stack.yaml")
    assert f"{BATCH} must be replaced" in planned.out
    assert "quantity = 1 -> 2 # forces replacement" in planned.out
    workers.edit("stack.yaml", "tags: [worker]", "tags: [worker]\n        lifecycle: {ignore_changes: [quantity]}")
    assert workers.run("plan", "stack.yaml", "--detailed-exitcode").code == 0


def test_a_batch_that_fails_says_why_and_the_next_run_makes_another(lab: World) -> None:
    lab.call("POST", "/_emulator/settings", {"stock": {"ewr1/c2.medium.x86": 1, "ams1/c2.medium.x86": 0}})
    failed = lab.run("apply", "stack.yaml", "--yes", "--no-preflight")
    assert failed.code == 4
    assert "its state became failed: The facility ewr1 has no provisionable c2.medium.x86 servers" in failed.err
    lab.call("POST", "/_emulator/settings", {"stock": {}})
    applied(lab)
    assert len(lab.devices("Lab")) == 2


def test_a_machine_that_fails_to_provision_is_told(lab: World) -> None:
    lab.faults({"method": "POST", "route": ROUTE, "nth": 1, "kind": "fail_provisioning"})
    failed = lab.run("apply", "stack.yaml", "--yes")
    assert failed.code == 4, failed.out
    assert "none of its machines is there: they failed to provision, or were deleted" in failed.err
    applied(lab)
    assert {each["state"] for each in lab.devices("Lab")} == {"active"}


def test_a_batch_taken_out_goes_with_its_machines(workers: World) -> None:
    workers.stack(EMPTY)
    applied(workers)
    assert workers.devices("Lab") == []
    assert batches(workers) == []


def test_a_locked_machine_keeps_its_batch(workers: World) -> None:
    device = workers.devices("Lab")[0]
    workers.call("PUT", f"/devices/{device['id']}", {"locked": True})
    refused = workers.run("destroy", "stack.yaml", "--yes")
    assert refused.code == 3
    assert f"{BATCH} is locked" in refused.err


def test_a_destroy_leaves_nothing(workers: World) -> None:
    done = workers.run("destroy", "stack.yaml", "--yes")
    assert done.code == 0, done.out + done.err
    assert workers.call("GET", "/projects")["projects"] == []


def test_a_lost_answer_does_not_make_a_second_batch_though_the_first_shows_no_mark_for_a_while(lab: World) -> None:
    lab.call("POST", "/_emulator/settings", {"batch_seconds": 2.5})
    lab.faults({"method": "POST", "route": ROUTE, "nth": 1, "kind": "commit_then_drop"})
    applied(lab)
    assert len(lab.created(ROUTE)) == 1
    assert len(lab.devices("Lab")) == 2


def test_nothing_is_made_beside_a_batch_that_does_not_show_yet_whose_it_is(lab: World) -> None:
    lab.call("POST", "/_emulator/settings", {"batch_seconds": 30})
    lab.stack(EMPTY)
    applied(lab)
    wanted = {"plan": "c2.medium.x86", "operating_system": "ubuntu_18_04", "facility": "ewr1", "quantity": 1}
    lab.call("POST", f"/projects/{lab.project_id('Lab')}/devices/batch", {"batches": [wanted]})
    lab.stack(STACK)
    refused = lab.run("plan", "stack.yaml")
    assert refused.code == 1
    assert "is shown without `devices`, so nobody can tell whether it is ours" in refused.err
    assert "it is still being made: run this again when it is done" in refused.err
    lab.stack(EMPTY)
    assert lab.run("plan", "stack.yaml", "--detailed-exitcode").code == 0, "a stack without batches is not concerned"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("quantity: 2", "quantity: 0", "quantity:"),
        ("worker-{{index}}", "worker_{{index}}", "is not a hostname"),
        ("tags: [worker]", "hostnames: [a, b, c]", "there are 3 for 2 machines"),
        ("        facility: [ewr1, ams1]\n", "", "a batch needs a `facility`"),
        ("tags: [worker]", "spot_price_max: 1", "a bid needs `spot_instance: true`"),
    ],
)
def test_a_batch_that_cannot_be_is_refused_offline(world: World, old: str, new: str, message: str) -> None:
    world.stack(STACK)
    world.edit("stack.yaml", old, new)
    found = world.run("validate", "stack.yaml")
    assert found.code == 1
    assert message in found.err, found.err


def test_the_machines_of_a_batch_count_as_deletes(world: World) -> None:
    world.stack(STACK)
    applied(world)
    world.edit("stack.yaml", "quantity: 2", "quantity: 3")
    refused = world.run("apply", "stack.yaml", "--yes", "--allow-deletes", "2")
    assert refused.code == 3, refused.out + refused.err
    assert "the plan destroys 3 objects, and --allow-deletes allows 2" in refused.err
    assert f"{BATCH}: its machine worker-01" in refused.err
    assert world.run("apply", "stack.yaml", "--yes", "--allow-deletes", "3").code == 0
