"""Snapshots, snapshot policies, clone and restore."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest

from tests.emulator.client import Client
from tests.emulator.storage.conftest import VOLUME, active_volume

HOUR, DAY = 3600.0, 86_400.0


def snapshots(api: Client, volume: Any) -> Any:
    return api.get(f"{volume['href']}/snapshots")["snapshots"]


def take(api: Client, volume: Any) -> Any:
    """A snapshot that has become available."""
    answer = api.call("POST", f"{volume['href']}/snapshots")
    assert (answer.status, answer.body) == (202, b"")
    api.wait(1)
    return snapshots(api, volume)[-1]


def test_a_snapshot_is_pending_then_available_and_has_the_recorded_shape(api: Client, volume: Any) -> None:
    assert snapshots(api, volume) == []
    assert api.call("POST", f"{volume['href']}/snapshots").status == 202
    assert [s["status"] for s in snapshots(api, volume)] == ["pending"]
    api.wait(1)
    (found,) = snapshots(api, volume)
    assert set(found) == {"id", "status", "timestamp", "created_at", "volume"}
    assert found["status"] == "available"
    assert re.fullmatch(r"\d{10}\.\d{9}", found["timestamp"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found["created_at"])
    assert found["volume"] == {"href": volume["href"]}
    assert api.get(volume["href"])["snapshots"] == [{"href": f"#{found['id']}"}]


@pytest.mark.parametrize("fraction", [0.0, 0.0004, 0.0006, 0.4999, 0.9999])
def test_timestamp_and_created_at_are_the_same_moment(api: Client, volume: Any, fraction: float) -> None:
    api.wait(fraction)
    found = take(api, volume)
    seconds = datetime.fromisoformat(found["created_at"]).timestamp()
    assert 0 <= float(found["timestamp"]) - seconds < 0.001


def test_a_snapshot_wants_an_active_volume(api: Client, project: str) -> None:
    queued = api.make(f"/projects/{project}/storage", VOLUME)
    text = ["Cannot take a snapshot of a volume that is not active"]
    assert api.refused("POST", f"{queued['href']}/snapshots") == text


def test_a_snapshot_can_be_deleted_through_its_own_volume(api: Client, project: str, volume: Any) -> None:
    found, other = take(api, volume), active_volume(api, project)
    assert api.call("DELETE", f"{other['href']}/snapshots/{found['id']}").status == 404
    api.delete(f"{volume['href']}/snapshots/{found['id']}")
    assert snapshots(api, volume) == []
    assert api.call("DELETE", f"{volume['href']}/snapshots/{found['id']}").status == 404


def test_a_policy_takes_snapshots_as_time_passes_and_keeps_the_newest(api: Client, volume: Any) -> None:
    policy = api.make(f"{volume['href']}/snapshot-policies", {"snapshot_frequency": "1hour", "snapshot_count": 3})
    assert (policy["snapshot_frequency"], policy["snapshot_count"]) == ("1hour", 3)
    assert policy["href"] == f"/storage/snapshot-policies/{policy['id']}"
    assert api.get(volume["href"])["snapshot_policies"] == [{"href": policy["href"]}]
    api.wait(HOUR - 1)
    assert snapshots(api, volume) == []
    counts = []
    for _ in range(5):
        api.wait(HOUR)
        counts.append(len(snapshots(api, volume)))
    assert counts == [1, 2, 3, 3, 3]
    before = snapshots(api, volume)
    api.wait(HOUR)
    after = snapshots(api, volume)
    assert after[:2] == before[1:]
    assert float(after[2]["timestamp"]) - float(after[1]["timestamp"]) == pytest.approx(HOUR)
    api.wait(365 * DAY)
    assert len(snapshots(api, volume)) == 3
    assert not {s["id"] for s in snapshots(api, volume)} & {s["id"] for s in after}


def test_a_snapshot_of_a_policy_can_be_deleted_and_does_not_come_back(api: Client, volume: Any) -> None:
    api.make(f"{volume['href']}/snapshot-policies?snapshot_frequency=1day&snapshot_count=3")
    api.wait(3 * DAY)
    first, second, third = snapshots(api, volume)
    api.delete(f"{volume['href']}/snapshots/{second['id']}")
    assert snapshots(api, volume) == [first, third]
    api.wait(DAY)
    assert [s["id"] for s in snapshots(api, volume)][:2] == [first["id"], third["id"]]
    api.wait(DAY)
    assert snapshots(api, volume)[0]["id"] == third["id"]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_policy_that_keeps_fewer_lets_the_oldest_go_for_good(api: Client, volume: Any, method: str) -> None:
    policy = api.make(f"{volume['href']}/snapshot-policies?snapshot_frequency=1day&snapshot_count=3")
    api.wait(3 * DAY)
    before = snapshots(api, volume)
    changed = api.call(method, policy["href"], {"snapshot_count": 1})
    assert (changed.status, changed.json["snapshot_count"], changed.json["snapshot_frequency"]) == (200, 1, "1day")
    assert snapshots(api, volume) == before[2:]
    api.call(method, f"{policy['href']}?snapshot_count=3")
    assert snapshots(api, volume) == before[2:]
    api.wait(DAY)
    assert len(snapshots(api, volume)) == 2


def test_a_new_frequency_counts_from_the_change_and_old_snapshots_stay(api: Client, volume: Any) -> None:
    policy = api.make(f"{volume['href']}/snapshot-policies?snapshot_frequency=1day&snapshot_count=9")
    api.wait(2 * DAY + HOUR / 2)
    before = snapshots(api, volume)
    api.call("PATCH", policy["href"], {"snapshot_frequency": "1hour"})
    assert snapshots(api, volume) == before
    api.wait(HOUR - 1)
    assert snapshots(api, volume) == before
    api.wait(1)
    assert len(snapshots(api, volume)) == 3


def test_a_deleted_policy_takes_no_more_and_leaves_what_it_took(api: Client, volume: Any) -> None:
    policy = api.make(f"{volume['href']}/snapshot-policies?snapshot_frequency=1day&snapshot_count=2")
    api.wait(3 * DAY)
    before = snapshots(api, volume)
    api.delete(policy["href"])
    api.wait(3 * DAY)
    assert snapshots(api, volume) == before
    assert api.get(volume["href"])["snapshot_policies"] == []
    assert api.call("PATCH", policy["href"], {"snapshot_count": 1}).status == 404


def test_policies_come_with_a_create_as_a_list_or_alone(api: Client, project: str) -> None:
    one: dict[str, object] = {"snapshot_frequency": "1week", "snapshot_count": 7}
    for asked, expected in ([one, {"snapshot_frequency": "1day"}], [7, 1]), (one, [7]), ({}, []), ([], []):
        volume = active_volume(api, project, snapshot_policies=asked)
        opened = api.get(f"{volume['href']}?include=snapshot_policies")["snapshot_policies"]
        assert [policy["snapshot_count"] for policy in opened] == expected


@pytest.mark.parametrize(("body", "text"), [
    ({}, "Snapshot frequency can't be blank"),
    ({"snapshot_frequency": "1minute"}, "Snapshot frequency is not included in the list"),
    ({"snapshot_frequency": "1day", "snapshot_count": 0}, "Snapshot count is invalid"),
    ({"snapshot_frequency": "1day", "snapshot_count": 10**30}, "Snapshot count is invalid"),
])  # fmt: skip
def test_a_wrong_policy_is_refused(api: Client, volume: Any, body: dict[str, object], text: str) -> None:
    assert api.refused("POST", f"{volume['href']}/snapshot-policies", body) == [text]


def test_snapshots_and_policies_go_with_their_volume(api: Client, volume: Any) -> None:
    policy = api.make(f"{volume['href']}/snapshot-policies?snapshot_frequency=1day&snapshot_count=2")
    take(api, volume)
    api.delete(volume["href"])
    assert api.call("GET", f"{volume['href']}/snapshots").status == 404
    assert api.call("DELETE", policy["href"]).status == 404


def test_a_clone_is_a_volume_of_its_own_with_the_same_terms(api: Client, project: str) -> None:
    volume = active_volume(api, project, description="logs", locked=True, plan="storage_2")
    made = api.make(f"{volume['href']}/clone")
    assert made["id"] != volume["id"]
    assert (made["state"], made["description"], made["size"], made["locked"]) == ("queued", "logs", 20, False)
    assert made["plan"]["slug"] == "storage_2"
    assert api.get(f"/projects/{project}/storage")["meta"]["total"] == 2


def test_a_clone_of_a_snapshot_has_the_size_of_that_time(api: Client, volume: Any) -> None:
    api.make(f"{volume['href']}/snapshot-policies?snapshot_frequency=1day&snapshot_count=5")
    api.wait(DAY)
    point = snapshots(api, volume)[0]["timestamp"]
    api.call("PUT", volume["href"], {"size": 50})
    assert api.make(f"{volume['href']}/clone", {"snapshot_timestamp": point})["size"] == 20
    assert api.make(f"{volume['href']}/clone")["size"] == 50


def test_a_restore_wants_a_snapshot_of_the_volume_and_nobody_attached(api: Client, project: str, volume: Any) -> None:
    found, device = take(api, volume), api.active_device(project)
    path = f"{volume['href']}/restore"
    assert api.refused("POST", path) == ["Restore point can't be blank"]
    assert api.refused("POST", path, {"restore_point": "1520630798.001449414"}) == ["Snapshot is invalid"]
    attachment = api.make(f"{volume['href']}/attachments", {"device_id": device["id"]})
    body = {"restore_point": found["timestamp"]}
    assert api.refused("POST", path, body) == ["Cannot restore a volume while it is attached"]
    api.delete(attachment["href"])
    answer = api.call("POST", f"{path}?restore_point={found['timestamp']}")
    assert (answer.status, answer.body) == (204, b"")
    assert api.get(volume["href"])["updated_at"] > volume["updated_at"]


def test_a_world_with_storage_is_the_same_when_its_file_is_opened_again(new_api: Any, tmp_path: Any) -> None:
    first = new_api(db=str(tmp_path / "world.db"))
    project = first.project()
    volume = active_volume(first, project)
    device = first.active_device(project)
    first.make(f"{volume['href']}/attachments", {"device_id": device["id"]})
    first.make(f"{volume['href']}/snapshot-policies?snapshot_frequency=1hour&snapshot_count=2")
    take(first, volume)
    first.make(f"/projects/{project}/licenses", {"licensee_product_id": "p"})
    first.wait(3 * HOUR)
    paths = (
        f"/projects/{project}/storage?include=attachments,snapshots,snapshot_policies",
        f"/projects/{project}/licenses",
        f"/volumes/{volume['id']}/events",
    )
    seen = [first.get(path) for path in paths]
    first.emulator.stop()
    second = new_api(db=str(tmp_path / "world.db"))
    second.wait(first.clock.time() - second.clock.time())
    assert [second.get(path) for path in paths] == seen
