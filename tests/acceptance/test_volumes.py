"""Block storage on the real command line: volumes, what is attached to what, and which of the two goes first."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.acceptance.conftest import World, applied
from tests.acceptance.stacks import KEY

STACK = f"""\
stack: disks
projects:
  lab:
    name: Lab
    ssh_keys:
      ops: {{key: "{KEY}"}}
    volumes:
      data: {{plan: storage_1, size: 100, facility: ewr1, description: data}}
    devices:
      db:
        hostname: db
        facility: ewr1
        plan: c2.medium.x86
        operating_system: ubuntu_18_04
        volume_attachments: {{data: data}}
outputs:
  portals: ${{{{ projects.lab.volumes.data.ips }}}}
"""
ATTACHMENT = "projects.lab.devices.db.volume_attachments.data"
ATTACH, DETACH = ("POST", "/storage/{id}/attachments"), ("DELETE", "/storage/attachments/{id}")


def calls(world: World, since: int) -> list[tuple[str, str]]:
    return [(each["method"], each["route"]) for each in world.ledger()[since:]]


def volumes(world: World) -> list[dict[str, Any]]:
    path = f"/projects/{world.project_id('Lab')}/storage?include=attachments,snapshot_policies"
    found: list[dict[str, Any]] = world.call("GET", path)["volumes"]
    return found


@pytest.fixture
def disks(world: World) -> World:
    world.call("POST", "/_emulator/settings", {"volume_seconds": 0.2})
    world.stack(STACK)
    applied(world)
    return world


def test_a_plan_tells_the_calls_though_the_volume_is_not_there_yet(world: World) -> None:
    world.stack(STACK)
    planned = json.loads(world.run("plan", "stack.yaml", "--format", "json").out)
    calls = {each["address"]: each["call"] for each in planned["x_reconciler"]["steps"]}
    assert calls[ATTACHMENT] == "POST /storage/{volume}/attachments"


def test_a_volume_is_attached_when_it_and_its_device_are_ready(disks: World) -> None:
    (volume,) = volumes(disks)
    (device,) = disks.devices("Lab")
    assert [each["device"]["href"] for each in volume["attachments"]] == [f"/devices/{device['id']}"]
    assert disks.run("output", "stack.yaml").out.count("10.144.") == 2


def test_all_that_can_be_changed_is_changed_in_place(disks: World) -> None:
    (before,) = volumes(disks)
    more = "plan: storage_2, size: 100, facility: ewr1, description: archive, billing_cycle: daily"
    policies = "[{snapshot_frequency: 1day, snapshot_count: 7}, {snapshot_frequency: 1hour, snapshot_count: 2}]"
    disks.edit("stack.yaml", "plan: storage_1, size: 100, facility: ewr1, description: data", more)
    disks.edit("stack.yaml", "billing_cycle: daily", f"billing_cycle: daily, snapshot_policies: {policies}")
    applied(disks)
    (after,) = volumes(disks)
    assert after["id"] == before["id"]
    assert (after["plan"]["slug"], after["billing_cycle"]) == ("storage_2", "daily")
    assert after["description"].startswith("archive [reconciler:disks:")
    kept = {each["snapshot_frequency"]: each["snapshot_count"] for each in after["snapshot_policies"]}
    assert kept == {"1day": 7, "1hour": 2}
    begun = len(disks.ledger())
    disks.edit("stack.yaml", policies, "[{snapshot_frequency: 1day, snapshot_count: 3}]")
    applied(disks)
    assert calls(disks, begun) == [
        ("PATCH", "/storage/snapshot-policies/{id}"),
        ("DELETE", "/storage/snapshot-policies/{id}"),
    ]


def test_a_volume_that_grows_is_detached_for_it_and_attached_again(disks: World) -> None:
    begun = len(disks.ledger())
    disks.edit("stack.yaml", "size: 100", "size: 200")
    planned = disks.run("plan", "stack.yaml")
    assert f"{ATTACHMENT} must be replaced" in planned.out
    assert "because projects.lab.volumes.data can be changed only while nothing holds it" in planned.out
    applied(disks)
    assert calls(disks, begun) == [DETACH, ("PUT", "/storage/{id}"), ATTACH]


def test_a_volume_that_shrinks_is_replaced(disks: World) -> None:
    (before,) = volumes(disks)
    begun = len(disks.ledger())
    disks.edit("stack.yaml", "size: 100", "size: 50")
    planned = disks.run("plan", "stack.yaml")
    assert "size = 100 -> 50 # forces replacement" in planned.out
    assert "Impact: replace: the data on it are lost" in planned.out
    applied(disks)
    assert [each["id"] for each in volumes(disks)] != [before["id"]]
    assert calls(disks, begun) == [DETACH, ("DELETE", "/storage/{id}"), ("POST", "/projects/{id}/storage"), ATTACH]


def test_a_volume_in_use_is_waited_for(disks: World) -> None:
    rule = {"method": "DELETE", "route": "/storage/attachments/{id}", "nth": 1, "times": 2, "kind": "volume_in_use"}
    disks.faults(rule)
    disks.edit("stack.yaml", "volume_attachments: {data: data}", "volume_attachments: {}")
    applied(disks)
    assert volumes(disks)[0]["attachments"] == []


def test_a_volume_that_stays_in_use_is_told_with_the_way_out(disks: World) -> None:
    disks.faults({"method": "DELETE", "route": "/storage/attachments/{id}", "times": 999, "kind": "volume_in_use"})
    disks.edit("stack.yaml", "{data: data}", "{data: {volume: data, timeouts: {delete: 1}}}")
    disks.edit("stack.yaml", "size: 100", "size: 200")
    failed = disks.run("apply", "stack.yaml", "--yes")
    assert failed.code == 4
    assert "Cannot detach since volume is actively being used on your server" in failed.err
    assert "unmount its file systems and log out of it" in failed.err
    disks.faults()
    applied(disks)
    assert volumes(disks)[0]["size"] == 200


def test_an_undeclared_attachment_goes_when_the_section_is_there_and_stays_when_it_is_not(disks: World) -> None:
    disks.edit("stack.yaml", "        volume_attachments: {data: data}\n", "")
    assert disks.run("plan", "stack.yaml", "--detailed-exitcode").code == 0
    disks.edit("stack.yaml", "hostname: db\n", "hostname: db\n        volume_attachments: {}\n")
    applied(disks)
    assert volumes(disks)[0]["attachments"] == []


def test_a_volume_that_is_taken_out_is_detached_from_a_device_that_says_nothing_of_it(disks: World) -> None:
    begun = len(disks.ledger())
    text = STACK.replace("        volume_attachments: {data: data}\n", "")
    begin, end = text.index("    volumes:"), text.index("    devices:")
    disks.stack((text[:begin] + text[end:]).split("outputs:")[0])
    planned = disks.run("plan", "stack.yaml")
    assert "because projects.lab.volumes.data is destroyed" in planned.out
    applied(disks)
    assert calls(disks, begun) == [DETACH, ("DELETE", "/storage/{id}")]


def test_a_replaced_device_has_its_volume_taken_off_and_attached_again(disks: World) -> None:
    begun = len(disks.ledger())
    disks.edit("stack.yaml", "operating_system: ubuntu_18_04", "operating_system: debian_9")
    applied(disks)
    assert calls(disks, begun) == [DETACH, ("DELETE", "/devices/{id}"), ("POST", "/projects/{id}/devices"), ATTACH]


def test_a_device_is_replaced_though_somebody_attached_a_volume_by_hand(disks: World) -> None:
    begun = len(disks.ledger())
    wanted = {"plan": "storage_1", "size": 10, "facility": "ewr1"}
    by_hand = disks.call("POST", f"/projects/{disks.project_id('Lab')}/storage", wanted)
    disks.call("POST", "/_emulator/clock", {"advance_seconds": 1})
    (device,) = disks.devices("Lab")
    disks.call("POST", f"/storage/{by_hand['id']}/attachments", {"device_id": device["id"]})
    disks.stack(STACK.replace("        volume_attachments: {data: data}\n", "").replace("ubuntu_18_04", "debian_9"))
    applied(disks)
    assert calls(disks, begun).count(DETACH) == 2
    assert len(volumes(disks)) == 2, "a stranger's volume stays"


def test_what_is_detached_by_hand_is_drift_and_is_attached_again(disks: World) -> None:
    attachment = volumes(disks)[0]["attachments"][0]
    disks.call("DELETE", f"/storage/attachments/{attachment['id']}")
    drift = disks.run("drift", "stack.yaml")
    assert drift.code == 2
    assert ATTACHMENT in drift.out
    applied(disks)
    assert len(volumes(disks)[0]["attachments"]) == 1


def test_a_locked_volume_is_not_destroyed_and_the_lock_comes_off_in_place(disks: World) -> None:
    disks.edit("stack.yaml", "description: data", "description: data, locked: true")
    applied(disks)
    refused = disks.run("destroy", "stack.yaml", "--yes")
    assert refused.code == 3
    assert "projects.lab.volumes.data is locked" in refused.err
    disks.edit("stack.yaml", "locked: true", "locked: false")
    applied(disks)
    assert disks.run("destroy", "stack.yaml", "--yes").code == 0


def test_a_destroy_leaves_nothing(disks: World) -> None:
    begun = len(disks.ledger())
    done = disks.run("destroy", "stack.yaml", "--yes")
    assert done.code == 0, done.out + done.err
    deleted = calls(disks, begun)
    assert deleted.index(DETACH) < deleted.index(("DELETE", "/devices/{id}"))
    assert deleted.index(DETACH) < deleted.index(("DELETE", "/storage/{id}"))
    assert disks.call("GET", "/projects")["projects"] == []


@pytest.mark.parametrize("route", ["/projects/{id}/storage", "/storage/{id}/attachments"])
def test_a_lost_answer_does_not_make_a_second_one(world: World, route: str) -> None:
    world.call("POST", "/_emulator/settings", {"volume_seconds": 0.2})
    world.faults({"method": "POST", "route": route, "nth": 1, "kind": "commit_then_drop"})
    world.stack(STACK)
    applied(world)
    assert len(world.created(route)) == 1
    (volume,) = volumes(world)
    assert len(volume["attachments"]) == 1


def test_a_project_that_shows_no_volumes_costs_no_call_for_them(world: World) -> None:
    world.stack("stack: bare\nprojects: {lab: {name: Lab}}\n")
    applied(world)
    stats = world.call("GET", "/_emulator/stats")["requests"]["GET"]
    assert "/projects/{id}/storage" not in stats


def test_a_volume_that_is_no_longer_declared_is_found_though_no_volume_is_declared(disks: World) -> None:
    disks.stack("stack: disks\nprojects: {lab: {name: Lab}}\n")
    applied(disks)
    assert volumes(disks) == []
