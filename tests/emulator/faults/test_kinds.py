"""What each kind of fault does to the world and to the answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from reconciler.emulator.faults import KINDS
from tests.emulator.client import DEVICE, Client


def fault(api: Client, kind: str, route: str, method: str = "*", **fields: object) -> None:
    api.control("faults", {"rules": [{"method": method, "route": route, "kind": kind, **fields}]})


def project_names(api: Client) -> list[str]:
    return [project["name"] for project in api.get("/projects")["projects"]]


def ledger_paths(api: Client) -> list[tuple[str, str]]:
    return [(row["method"], row["path"]) for row in api.control("ledger")["ledger"]]


def test_drop_before_does_nothing(api: Client) -> None:
    fault(api, "drop_before", "/projects", "POST")
    assert api.call("POST", "/projects", {"name": "a"}).dropped
    assert project_names(api) == []
    assert ledger_paths(api) == []
    api.make("/projects", {"name": "b"})


def test_commit_then_drop_does_it_and_says_nothing(api: Client) -> None:
    fault(api, "commit_then_drop", "/projects", "POST")
    assert api.call("POST", "/projects", {"name": "a"}).dropped
    assert project_names(api) == ["a"]
    assert ledger_paths(api) == [("POST", "/projects")]


def test_commit_then_status_does_it_and_says_it_failed(api: Client) -> None:
    fault(api, "commit_then_status", "/projects", "POST", status=500)
    answer = api.call("POST", "/projects", {"name": "a"})
    assert answer.status == 500
    assert answer.errors[0].startswith("Oh snap")
    assert project_names(api) == ["a"]
    assert ledger_paths(api) == [("POST", "/projects")]


def test_late_commit_drops_now_and_does_it_later(api: Client) -> None:
    fault(api, "late_commit", "/projects", "POST", seconds=30)
    assert api.call("POST", "/projects", {"name": "late"}).dropped
    assert (project_names(api), ledger_paths(api)) == ([], [])
    start = api.clock.time()
    api.wait(100)
    (row,) = api.control("ledger")["ledger"]
    assert (row["method"], row["path"], row["status"]) == ("POST", "/projects", 201)
    (project,) = api.get("/projects")["projects"]
    assert row["created"] == [project["id"]]
    assert project["created_at"] == row["time"][:19] + "Z"
    assert 29 <= datetime.fromisoformat(row["time"]).timestamp() - start <= 31


def test_a_late_commit_that_is_refused_when_its_time_comes_changes_nothing(api: Client, project: str) -> None:
    fault(api, "late_commit", "/projects/{id}/virtual-networks", "POST", seconds=30)
    assert api.call("POST", f"/projects/{project}/virtual-networks?facility=ewr1").dropped
    api.delete(f"/projects/{project}")
    api.wait(31)
    assert [path for _, path in ledger_paths(api)] == [
        "/projects",
        f"/projects/{project}/ssh-keys",
        f"/projects/{project}",
    ]


def test_late_commits_keep_their_order_and_query(api: Client, project: str) -> None:
    fault(api, "late_commit", "/projects/{id}/virtual-networks", "POST", seconds=30, times=2)
    for name in ("first", "second"):
        assert api.call("POST", f"/projects/{project}/virtual-networks?facility=ewr1&description={name}").dropped
        api.wait(1)
    api.wait(60)
    vlans = api.get(f"/projects/{project}/virtual-networks")["virtual_networks"]
    assert [(vlan["vxlan"], vlan["description"]) for vlan in vlans] == [(1000, "first"), (1001, "second")]


def test_a_late_commit_of_a_get_is_just_a_drop(api: Client) -> None:
    fault(api, "late_commit", "/projects", "GET")
    assert api.call("GET", "/projects").dropped
    api.wait(10)
    assert project_names(api) == []


@pytest.mark.parametrize("status", [401, 403, 404, 422, 429, 500, 503])
def test_status_answers_without_doing(api: Client, status: int) -> None:
    fault(api, "status", "/projects", "POST", status=status)
    answer = api.call("POST", "/projects", {"name": "a"})
    assert answer.status == status
    assert ("error" if status == 401 else "errors") in answer.json
    assert answer.headers["X-Request-Id"]
    assert "Retry-After" not in answer.headers
    assert project_names(api) == []


@pytest.mark.parametrize("status", [502, 504])
def test_the_balancers_errors_are_pages_without_the_apis_headers(api: Client, status: int) -> None:
    fault(api, "status", "/projects", status=status)
    answer = api.call("GET", "/projects")
    assert (answer.status, answer.headers["Content-Type"]) == (status, "text/html")
    assert "X-Request-Id" not in answer.headers


def test_status_may_say_when_to_come_back(api: Client) -> None:
    fault(api, "status", "*", status=429, retry_after=7)
    answer = api.call("GET", "/projects")
    assert (answer.status, answer.headers["Retry-After"]) == (429, "7")


def test_delay_waits_and_then_goes_on_as_usual(api: Client) -> None:
    fault(api, "delay", "/projects", "POST", seconds=5)
    start = api.clock.time()
    api.make("/projects", {"name": "a"})
    assert api.clock.time() - start == 5


def test_garbage_is_200_but_no_json_and_the_work_is_done(api: Client) -> None:
    fault(api, "garbage", "/projects", "POST")
    answer = api.call("POST", "/projects", {"name": "a"})
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    with pytest.raises(ValueError, match="Expecting value"):
        _ = answer.json
    assert project_names(api) == ["a"]


def test_truncate_page_loses_items_and_keeps_meta(api: Client) -> None:
    for number in range(7):
        api.make("/projects", {"name": f"p{number}"})
    fault(api, "truncate_page", "/projects")
    page = api.get("/projects")
    assert [p["name"] for p in page["projects"]] == ["p0", "p1", "p2"]
    assert page["meta"]["total"] == 7
    assert len(api.get("/projects")["projects"]) == 7


def test_truncate_page_works_on_unpaged_lists_and_single_items(api: Client, project: str) -> None:
    fault(api, "truncate_page", "/projects/{id}/ssh-keys")
    assert api.get(f"/projects/{project}/ssh-keys") == {"ssh_keys": []}


def test_wrong_total_miscounts(api: Client, project: str) -> None:
    fault(api, "wrong_total", "*")
    assert api.get(f"/projects/{project}/ssh-keys")["ssh_keys"]
    page = api.get("/projects")
    assert (len(page["projects"]), page["meta"]["total"]) == (1, 2)


def test_a_stale_list_is_as_before_the_last_change(api: Client, project: str) -> None:
    api.device(project, hostname="old")
    api.wait(1)
    device = api.device(project, hostname="new")
    api.make("/projects", {"name": "unrelated"})
    fault(api, "stale_list", "/projects/{id}/devices", "GET", times=2)
    path = f"/projects/{project}/devices"
    assert [d["hostname"] for d in api.get(path)["devices"]] == ["old"]
    api.call("PUT", device["href"], {"hostname": "renamed"})
    assert [d["hostname"] for d in api.get(path)["devices"]] == ["old", "new"]
    assert [d["hostname"] for d in api.get(path)["devices"]] == ["old", "renamed"]


def test_a_stale_list_may_be_some_seconds_old(api: Client, project: str) -> None:
    path = f"/projects/{project}/virtual-networks"
    for _ in range(3):
        api.make(path, {"facility": "ewr1"})
        api.wait(10)
    fault(api, "stale_list", "/projects/{id}/virtual-networks", "GET", seconds=15)
    assert len(api.get(path)["virtual_networks"]) == 2
    assert len(api.get(path)["virtual_networks"]) == 3


def test_redirect_leads_to_another_host_and_does_nothing(api: Client) -> None:
    fault(api, "redirect", "/projects", "POST")
    answer = api.call("POST", "/projects?name=a")
    assert answer.status == 302
    assert answer.headers["Location"] == "https://elsewhere.invalid/projects?name=a"
    assert project_names(api) == []


def test_fail_provisioning_ends_in_403(api: Client, project: str) -> None:
    fault(api, "fail_provisioning", "/projects/{id}/devices", "POST")
    device = api.device(project)
    api.wait(2.1)
    failed = api.get(device["href"])
    assert failed["state"] == "failed"
    assert api.get(f"{device['href']}/events")["events"][0]["type"] == "provisioning.109"
    api.wait(1)
    answer = api.call("GET", device["href"])
    assert (answer.status, answer.errors) == (403, ["You are not authorized to view this device"])
    assert api.call("DELETE", device["href"]).status == 403
    assert api.get(f"/projects/{project}/devices")["devices"] == []
    api.active_device(project)
    api.wait(3)


def test_a_failed_device_may_be_deleted_before_it_is_taken(api: Client, project: str) -> None:
    fault(api, "fail_provisioning", "/projects/{id}/devices", "POST")
    device = api.device(project)
    api.wait(2.1)
    api.delete(device["href"])
    api.wait(5)
    assert api.call("GET", device["href"]).status == 404


def test_a_stuck_device_never_gets_there(api: Client, project: str) -> None:
    fault(api, "stuck", "/projects/{id}/devices", "POST")
    device = api.device(project)
    api.wait(1_000_000)
    got = api.get(device["href"])
    assert (got["state"], got["provisioning_percentage"]) == ("provisioning", 40.0)
    assert api.refused("DELETE", device["href"]) == ["Cannot delete a device while it is provisioning"]


def test_a_stuck_device_with_seconds_gets_there_in_the_end(api: Client, project: str) -> None:
    fault(api, "stuck", "/projects/{id}/devices", "POST", seconds=600)
    device = api.device(project)
    api.wait(599)
    assert api.get(device["href"])["state"] == "provisioning"
    api.wait(2)
    assert api.get(device["href"])["state"] == "active"


def test_a_refused_request_stays_refused_under_a_fault(api: Client) -> None:
    fault(api, "commit_then_drop", "/projects", "POST")
    assert api.call("POST", "/projects", {}).dropped
    assert (project_names(api), ledger_paths(api)) == ([], [])


def test_faults_never_touch_the_emulators_own_calls(api: Client) -> None:
    fault(api, "drop_before", "*", times=None)
    assert api.call("GET", "/projects").dropped
    assert api.control("stats")["total"] == 1
    api.control("faults", {"rules": []})
    assert api.get("/projects")["projects"] == []


_NEEDS: dict[str, dict[str, object]] = {
    "set_field": {"field": "id", "value": 1},
    "drop_field": {"field": "id"},
    "alter_request": {"field": "hostname", "value": "other"},
    "meanwhile": {"do": {"method": "POST", "path": "/projects", "body": {"name": "theirs"}}},
    "bad_body": {"size": 100},
}


def test_every_kind_is_told_of_and_can_be_posted(new_api: Callable[..., Client]) -> None:
    text = (Path(__file__).parents[3] / "docs" / "emulator.md").read_text(encoding="utf-8")
    for kind in KINDS:
        assert f"\n| `{kind}` | " in text, kind
    api = new_api()
    project = api.project()
    for kind in KINDS:
        rule = {"kind": kind, "route": "/projects/{id}/devices", "seconds": 0, **_NEEDS.get(kind, {})}
        api.control("faults", {"rules": [rule]})
        for _ in range(2):
            api.emulator.handle("POST", f"/projects/{project}/devices", api.headers, json.dumps(DEVICE).encode())
            api.emulator.handle("GET", f"/projects/{project}/devices", api.headers)
