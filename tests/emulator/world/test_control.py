"""The emulator's own calls: ledger, stats, settings, clock, reset."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.emulator.client import DEVICE, Client


def test_the_ledger_tells_every_accepted_mutation_in_order(api: Client) -> None:
    project = api.make("/projects", {"name": "a"})["id"]
    api.refused("POST", f"/projects/{project}/devices", DEVICE)
    api.get("/projects")
    api.call("PUT", f"/projects/{project}", {"name": "b"})
    api.delete(f"/projects/{project}")
    api.call("DELETE", f"/projects/{project}")
    rows = api.control("ledger")["ledger"]
    assert [(r["number"], r["method"], r["path"], r["route"], r["status"]) for r in rows] == [
        (1, "POST", "/projects", "/projects", 201),
        (2, "PUT", f"/projects/{project}", "/projects/{id}", 200),
        (3, "DELETE", f"/projects/{project}", "/projects/{id}", 204),
    ]
    assert [(r["created"], r["deleted"]) for r in rows] == [([project], []), ([], []), ([], [project])]
    assert all(set(row) >= {"request_id", "time"} for row in rows)


def test_a_ledger_row_has_the_request_id_of_its_answer(api: Client) -> None:
    answer = api.call("POST", "/projects", {"name": "a"})
    (row,) = api.control("ledger")["ledger"]
    assert row["request_id"] == answer.headers["X-Request-Id"]


def test_a_device_is_told_alone_at_its_birth_and_with_what_goes_along_at_its_end(api: Client, project: str) -> None:
    device = api.active_device(project)
    block = api.make(f"/projects/{project}/ips", {"type": "public_ipv4", "quantity": 1, "facility": "ewr1"})
    elastic = api.make(f"{device['href']}/ips", {"address": block["address"]})
    api.call("POST", f"/projects/{project}/bgp-configs", {"deployment_type": "local"})
    session = api.make(f"{device['href']}/bgp/sessions", {"address_family": "ipv4"})
    api.delete(device["href"])
    rows = api.control("ledger")["ledger"]
    assert [row["created"] for row in rows if row["route"] == "/projects/{id}/devices"] == [[device["id"]]]
    assert rows[-1]["deleted"] == [device["id"], elastic["id"], session["id"]]


def test_created_minus_deleted_is_what_is_left(api: Client, project: str) -> None:
    device = api.active_device(project)
    api.make(f"/projects/{project}/virtual-networks", {"facility": "ewr1"})
    api.call("POST", f"/projects/{project}/bgp-configs", {"deployment_type": "local"})
    api.make(f"{device['href']}/bgp/sessions", {"address_family": "ipv4"})
    api.delete(device["href"])
    api.delete(f"/projects/{project}")
    rows = api.control("ledger")["ledger"]
    created = [identifier for row in rows for identifier in row["created"]]
    deleted = {identifier for row in rows for identifier in row["deleted"]}
    assert set(created) <= deleted


def test_stats_count_requests_by_method_and_template_failed_ones_too(api: Client, project: str) -> None:
    api.control("reset", {})
    api.get("/projects")
    api.call("GET", "/projects/x/devices")
    api.call("GET", "/projects/y/devices?page=2")
    api.call("POST", "/projects", {})
    api.call("GET", "/nowhere")
    api.call("GET", "/projects", X_Auth_Token="wrong")
    api.control("settings")
    assert api.control("stats") == {
        "requests": {"GET": {"(no route)": 1, "/projects": 2, "/projects/{id}/devices": 2}, "POST": {"/projects": 1}},
        "totals": {"GET": 5, "POST": 1},
        "total": 6,
    }


def test_settings_can_be_read_and_changed_in_part(api: Client) -> None:
    before = api.control("settings")["settings"]
    assert before["provision_seconds"] == 2.0
    changed = api.control("settings", {"latency_seconds": 0.5, "stock": {"ewr1/t1.small.x86": 1}})["settings"]
    assert (
        changed
        == {**before, "latency_seconds": 0.5, "stock": {"ewr1/t1.small.x86": 1}}
        == api.control("settings")["settings"]
    )


@pytest.mark.parametrize(("body", "text"), [
    ({"speed": 1}, "speed is not a setting"),
    ({"latency_seconds": -1}, "latency_seconds must be a number of seconds"),
    ({"latency_seconds": "1"}, "latency_seconds must be a number of seconds"),
    ({"provision_seconds": None}, "provision_seconds must be a number of seconds"),
    ({"rate_limit_per_minute": 0}, "rate_limit_per_minute must be a whole number, 1 or more"),
    ({"vlans_per_project": 1.5}, "vlans_per_project must be a whole number"),
    ({"over_quota": "maybe"}, "over_quota must be one of: message, pending, deny"),
    ({"bgp_session_status": "sideways"}, "bgp_session_status must be one of: up, down"),
    ({"require_ssh_key": "yes"}, "require_ssh_key must be true or false"),
    ({"stock": 5}, "stock must be an object"),
    ({"stock": {"ewr1": 5}}, "is not of the form"),
])  # fmt: skip
def test_a_wrong_setting_is_422_and_changes_nothing(api: Client, body: dict[str, object], text: str) -> None:
    before = api.control("settings")
    answer = api.call("POST", "/_emulator/settings", {"action_seconds": 9, **body})
    assert answer.status == 422
    assert text in answer.errors[0]
    assert api.control("settings") == before


def test_the_rate_limit_is_by_the_minute_of_the_worlds_time(new_api: Callable[..., Client]) -> None:
    api = new_api(rate_limit_per_minute=3)
    api.wait(60 - api.clock.time() % 60)
    answers = [api.call("GET", "/projects") for _ in range(5)]
    assert [a.status for a in answers] == [200, 200, 200, 429, 429]
    assert [a.headers["X-RateLimit-Remaining"] for a in answers] == ["2", "1", "0", "0", "0"]
    assert answers[-1].errors == ["Rate limit exceeded"]
    assert int(answers[-1].headers["X-RateLimit-Reset"]) - api.clock.time() <= 60
    assert api.control("settings")
    api.wait(60)
    assert api.call("GET", "/projects").status == 200


def test_the_clock_can_be_advanced(api: Client, project: str) -> None:
    device = api.device(project)
    before = api.control("clock")["unix_seconds"]
    after = api.control("clock", {"advance_seconds": 3600})["unix_seconds"]
    assert after - before == 3600
    assert api.get(device["href"])["state"] == "active"
    for wrong in ({}, {"advance_seconds": -1}, {"advance_seconds": "1"}, {"advance_seconds": 1e300}):
        assert api.call("POST", "/_emulator/clock", wrong).status == 422


def test_reset_is_as_it_was_started(new_api: Callable[..., Client]) -> None:
    api = new_api(provision_seconds=7)
    api.project()
    api.control("settings", {"provision_seconds": 9})
    api.control("faults", {"rules": [{"kind": "delay", "route": "*"}]})
    start = api.control("clock")["unix_seconds"]
    api.control("clock", {"advance_seconds": 100})
    assert api.control("reset", {}) == {}
    assert api.control("settings")["settings"]["provision_seconds"] == 7
    assert api.control("faults") == {"rules": []}
    assert api.control("ledger") == {"ledger": []}
    assert api.control("stats")["total"] == 0
    assert api.control("clock")["unix_seconds"] == start
    assert api.get("/projects")["projects"] == []


def test_an_unknown_call_is_404(api: Client) -> None:
    for method, path in [
        ("GET", "/_emulator"),
        ("GET", "/_emulator/x"),
        ("DELETE", "/_emulator/ledger"),
        ("GET", "/_emulator/reset"),
    ]:
        assert api.call(method, path).status == 404
