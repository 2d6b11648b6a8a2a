"""Volumes: create, life, update, delete."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.client import Client
from tests.emulator.storage.conftest import VOLUME, active_volume

RECORDED = {
    "id", "name", "description", "size", "locked", "billing_cycle", "state", "customdata", "access", "created_at",
    "updated_at", "project", "facility", "snapshot_policies", "attachments", "snapshots", "plan", "href",
}  # fmt: skip


def test_a_volume_has_the_recorded_shape(api: Client, project: str) -> None:
    made = api.make(f"/projects/{project}/storage", {**VOLUME, "description": "test volume"})
    assert set(made) == RECORDED
    assert (made["description"], made["size"], made["locked"], made["billing_cycle"]) == (
        "test volume", 20, False, "hourly",
    )  # fmt: skip
    assert made["name"] == f"volume-{made['id'][:8]}"
    assert (made["customdata"], made["snapshot_policies"], made["attachments"], made["snapshots"]) == ({}, [], [], [])
    assert made["project"] == {"href": f"/projects/{project}"}
    assert list(made["facility"]) == ["href"]
    plan = made["plan"]
    assert (plan["slug"], plan["name"], plan["line"], plan["legacy"]) == ("storage_1", "Standard", "storage", True)
    assert (plan["description"], plan["deployment_types"], plan["available_in"]) == ("TBD", [], [])


def test_it_is_queued_then_provisioning_then_active_and_has_access_only_then(api: Client, project: str) -> None:
    api.control("settings", {"volume_seconds": 10})
    made = api.make(f"/projects/{project}/storage", VOLUME)
    seen = [(made["state"], made["access"])]
    for _ in range(2):
        api.wait(5)
        volume = api.get(made["href"])
        seen.append((volume["state"], volume["access"]))
    assert seen[:2] == [("queued", {}), ("provisioning", {})]
    assert seen[2][0] == "active"
    assert volume["updated_at"] > volume["created_at"]
    assert sorted(volume["access"]) == ["ips", "iqn"]
    assert len(set(volume["access"]["ips"])) == 2
    assert volume["access"]["iqn"].startswith("iqn.2013-05.com.daterainc:tc:01:sn:")
    api.wait(100)
    assert api.get(made["href"]) == volume


def test_a_create_is_answered_as_queued_even_where_it_takes_no_time(api: Client, project: str) -> None:
    api.control("settings", {"volume_seconds": 0})
    made = api.make(f"/projects/{project}/storage", VOLUME)
    assert made["state"] == "queued"
    assert api.get(made["href"])["state"] == "active"


def test_the_list_is_paged_and_its_items_are_the_volumes(api: Client, project: str) -> None:
    made = [active_volume(api, project, description=str(number)) for number in range(3)]
    first = api.get(f"/projects/{project}/storage?per_page=2")
    assert first["volumes"] == made[:2]
    assert (first["meta"]["total"], first["meta"]["last_page"]) == (3, 2)
    assert api.get(f"{first['meta']['next']['href']}&per_page=2")["volumes"] == made[2:]
    assert api.get(f"/projects/{api.project('other', key=None)}/storage")["volumes"] == []


def test_parameters_may_come_in_the_query_and_by_id(api: Client, project: str) -> None:
    place = next(f for f in api.get("/facilities")["facilities"] if f["code"] == "ams1")
    plan = next(p for p in api.get("/plans")["plans"] if p["slug"] == "storage_2")
    query = f"plan_id={plan['id']}&facility_id={place['id']}&size=100&locked=true&billing_cycle=monthly"
    made = api.make(f"/projects/{project}/storage?{query}")
    assert (made["size"], made["locked"], made["billing_cycle"]) == (100, True, "monthly")
    assert made["facility"]["href"] == place["href"]
    assert made["plan"]["slug"] == "storage_2"


@pytest.mark.parametrize(("change", "text"), [
    ({"plan": None}, "Plan can't be blank"),
    ({"plan": "t1.small.x86"}, "t1.small.x86 is not a valid plan"),
    ({"facility": ""}, "Facility can't be blank"),
    ({"facility": "xyz9"}, "xyz9 is not a valid facility"),
    ({"facility": "dfw1"}, "dfw1 does not support block storage"),
    ({"size": None}, "Size can't be blank"),
    ({"size": 9}, "Size must be greater than or equal to 10"),
    ({"size": 10**30}, "Size must be less than or equal to 12000"),
    ({"size": "large"}, "Size is invalid"),
    ({"billing_cycle": "weekly"}, "weekly is not a valid billing cycle"),
    ({"snapshot_policies": [{"snapshot_frequency": "2days"}]}, "Snapshot frequency is not included in the list"),
])  # fmt: skip
def test_a_wrong_create_is_refused_and_makes_nothing(
    api: Client, project: str, change: dict[str, object], text: str
) -> None:
    assert api.refused("POST", f"/projects/{project}/storage", {**VOLUME, **change}) == [text]
    assert api.get(f"/projects/{project}/storage")["volumes"] == []


def test_a_volume_of_an_unknown_project_is_404(api: Client, volume: Any) -> None:
    assert api.call("POST", f"/projects/{volume['id']}/storage", VOLUME).status == 404


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_update_changes_what_it_names_and_nothing_else(api: Client, volume: Any, method: str) -> None:
    api.wait(5)
    answer = api.call(method, volume["href"], {"description": "logs", "plan": "storage_2"})
    assert answer.status == 200
    changed = answer.json
    assert (changed["description"], changed["plan"]["slug"]) == ("logs", "storage_2")
    assert changed["updated_at"] > volume["updated_at"]
    kept = RECORDED - {"description", "plan", "updated_at"}
    assert {name: changed[name] for name in kept} == {name: volume[name] for name in kept}
    assert api.get(volume["href"]) == changed
    assert api.call(method, volume["href"], {"customdata": '{"a": 1}'}).json["customdata"] == {"a": 1}


def test_a_volume_grows_and_never_shrinks(api: Client, volume: Any) -> None:
    assert api.call("PUT", volume["href"], {"size": 40}).json["size"] == 40
    assert api.refused("PUT", volume["href"], {"size": 39}) == ["Size cannot be decreased"]
    assert api.call("PUT", volume["href"], {"size": 40}).json["size"] == 40


def test_an_attached_volume_does_not_grow(api: Client, project: str, volume: Any) -> None:
    device = api.active_device(project)
    attachment = api.make(f"{volume['href']}/attachments", {"device_id": device["id"]})
    text = ["Size cannot be changed while the volume is attached"]
    assert api.refused("PUT", volume["href"], {"size": 40}) == text
    assert api.call("PUT", volume["href"], {"size": 20, "description": "same size"}).status == 200
    api.delete(attachment["href"])
    assert api.call("PUT", volume["href"], {"size": 40}).json["size"] == 40


def test_a_locked_volume_cannot_be_deleted_until_it_is_unlocked(api: Client, volume: Any) -> None:
    api.call("PATCH", volume["href"], {"locked": True})
    assert api.refused("DELETE", volume["href"]) == ["Cannot delete a locked item"]
    api.call("PATCH", volume["href"], {"locked": False})
    api.delete(volume["href"])
    assert api.call("GET", volume["href"]).status == 404


def test_a_volume_that_is_attached_cannot_be_deleted(api: Client, project: str, volume: Any) -> None:
    device = api.active_device(project)
    attachment = api.make(f"{volume['href']}/attachments", {"device_id": device["id"]})
    assert api.refused("DELETE", volume["href"]) == ["Cannot delete a volume while it is attached"]
    api.delete(attachment["href"])
    api.delete(volume["href"])


def test_what_a_volume_leads_to_opens_on_request_alone_and_in_a_list(api: Client, project: str, volume: Any) -> None:
    device = api.active_device(project)
    api.make(f"{volume['href']}/attachments", {"device_id": device["id"]})
    api.make(f"{volume['href']}/snapshot-policies?snapshot_frequency=1day&snapshot_count=3")
    api.call("POST", f"{volume['href']}/snapshots")
    wanted = "?include=attachments,attachments.device,facility,project,plan,snapshot_policies,snapshots"
    for opened in (
        api.get(volume["href"] + wanted),
        api.get(f"/projects/{project}/storage{wanted}")["volumes"][0],
    ):
        assert opened["attachments"][0]["device"]["hostname"] == "edge-01"
        assert opened["facility"]["code"] == "ewr1"
        assert opened["project"]["name"] == "edge"
        assert opened["snapshot_policies"][0]["snapshot_count"] == 3
        assert opened["snapshots"][0]["status"] == "pending"
    closed = api.get(volume["href"] + "?exclude=plan")
    assert list(closed["plan"]) == ["href"]
    assert list(closed["attachments"][0]) == list(closed["snapshot_policies"][0]) == ["href"]
    assert closed["snapshots"] == [{"href": f"#{opened['snapshots'][0]['id']}"}]


def test_its_project_shows_a_volume_and_is_not_deleted_before_it(api: Client, project: str, volume: Any) -> None:
    assert api.get(f"/projects/{project}")["volumes"] == [{"href": volume["href"]}]
    assert api.get(f"/projects/{project}?include=volumes")["volumes"] == [volume]
    assert api.refused("DELETE", f"/projects/{project}") == ["Cannot delete a project that has volumes"]
    api.delete(volume["href"])
    api.delete(f"/projects/{project}")


def test_what_happens_to_a_volume_are_events_of_it_and_of_its_project(api: Client, project: str, volume: Any) -> None:
    device = api.active_device(project)
    attachment = api.make(f"{volume['href']}/attachments", {"device_id": device["id"]})
    api.wait(1)
    api.delete(attachment["href"])
    events = api.get(f"/volumes/{volume['id']}/events?per_page=2")
    assert [event["type"] for event in events["events"]] == ["volume.detached", "volume.attached"]
    assert events["meta"]["total"] == 3
    assert events["events"][0]["interpolated"] == f"{volume['name']} was detached from edge-01"
    of_project = api.get(f"/projects/{project}/events?per_page=100")["events"]
    assert all(event in of_project for event in events["events"])
    assert api.get(events["events"][0]["href"]) == events["events"][0]
    assert api.call("GET", f"/volumes/{device['id']}/events").status == 404
