"""A device's states over time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.emulator.client import Client


@pytest.fixture
def api(new_api: Callable[..., Client]) -> Client:
    """Provisioning takes 100 seconds here, so that a second is a percent."""
    return new_api(provision_seconds=100, deprovision_seconds=30, action_seconds=10)


@pytest.fixture
def project(api: Client) -> str:
    return api.project()


def test_it_is_queued_then_provisioning_then_active(api: Client, project: str) -> None:
    path = f"/devices/{api.device(project)['id']}"
    states = []
    for seconds in (5, 6, 40, 48, 2):
        api.wait(seconds)
        states.append(api.get(path)["state"])
    assert states == ["queued", "provisioning", "provisioning", "provisioning", "active"]


def test_events_happen_one_by_one_and_the_percentage_follows(api: Client, project: str) -> None:
    path = f"/devices/{api.device(project)['id']}"
    seen = []
    for _ in range(9):
        api.wait(10.001)
        device = api.get(path)
        done = [event for event in device["provisioning_events"] if event["id"]]
        assert all(event["created_at"] and event["href"] == f"/events/{event['id']}" for event in done)
        seen.append((len(done), device["provisioning_percentage"]))
    assert seen == [(n, n * 10.0) for n in range(1, 10)]
    api.wait(10)
    device = api.get(path)
    assert "provisioning_percentage" not in device
    assert "provisioning_events" not in device


def test_addresses_appear_before_the_network_event_which_names_them(api: Client, project: str) -> None:
    path = f"/devices/{api.device(project)['id']}"
    api.wait(14)
    assert (api.get(path)["ip_addresses"], api.get(f"{path}/ips")) == ([], {"ip_addresses": []})
    api.wait(2)
    assert len(api.get(path)["ip_addresses"]) == len(api.get(f"{path}/ips")["ip_addresses"]) == 3
    api.wait(5)
    device = api.get(path)
    network = device["provisioning_events"][1]
    a, b, c = (address["address"] for address in device["ip_addresses"])
    assert network["interpolated"] == f"Network configured with addresses {a}, {b}, and {c}"
    assert all(address["created_at"] < network["created_at"] for address in device["ip_addresses"])


def test_the_list_and_the_object_agree_at_every_moment(api: Client, project: str) -> None:
    device = api.device(project)["id"]
    for _ in range(40):
        api.wait(2.7)
        assert api.get(f"/projects/{project}/devices")["devices"] == [api.get(f"/devices/{device}")]


def test_the_root_password_is_shown_for_a_day(api: Client, project: str) -> None:
    path = f"/devices/{api.active_device(project)['id']}"
    assert api.get(path)["root_password"]
    api.wait(23.9 * 3600)
    assert api.get(path)["root_password"]
    api.wait(0.2 * 3600)
    assert "root_password" not in api.get(path)


def test_a_deleted_device_is_deprovisioning_for_a_while_and_then_404(api: Client, project: str) -> None:
    device = api.active_device(project)["id"]
    api.delete(f"/devices/{device}")
    assert api.get(f"/devices/{device}")["state"] == "deprovisioning"
    api.wait(29)
    assert [d["state"] for d in api.get(f"/projects/{project}/devices")["devices"]] == ["deprovisioning"]
    api.wait(2)
    answer = api.call("GET", f"/devices/{device}")
    assert (answer.status, answer.errors) == (404, ["Not found"])
    assert api.get(f"/projects/{project}/devices")["devices"] == []
    for path in (f"/devices/{device}/events", f"/devices/{device}/ips", f"/devices/{device}/ssh-keys"):
        assert api.call("GET", path).status == 404


def test_it_cannot_be_deleted_before_it_is_ready(api: Client, project: str) -> None:
    path = f"/devices/{api.device(project)['id']}"
    for seconds in (0, 50):
        api.wait(seconds)
        assert api.refused("DELETE", path) == ["Cannot delete a device while it is provisioning"]
        assert api.refused("DELETE", path, {"force_delete": True}) == [
            "Cannot delete a device while it is provisioning"
        ]


def test_it_cannot_be_deleted_twice_or_while_locked(api: Client, project: str) -> None:
    path = f"/devices/{api.active_device(project, locked=True)['id']}"
    assert api.refused("DELETE", path) == ["Cannot delete a locked item"]
    api.call("PATCH", path, {"locked": False})
    answer = api.call("DELETE", path, {"force_delete": False})
    assert answer.status == 204
    assert api.refused("DELETE", path) == ["Cannot delete a device while it is deprovisioning"]


def test_a_termination_time_ends_it_and_leaves_403(api: Client, project: str) -> None:
    at = api.clock.time() + 150
    text = datetime.fromtimestamp(at, UTC).isoformat()
    device = api.active_device(project, termination_time=text)
    assert device["termination_time"] == text[:19] + "Z"
    path = f"/devices/{device['id']}"
    api.wait(51)
    assert api.get(path)["state"] == "deprovisioning"
    api.wait(30)
    answer = api.call("GET", path)
    assert (answer.status, answer.errors) == (403, ["You are not authorized to view this device"])
    assert api.get(f"/projects/{project}/devices")["devices"] == []


def test_a_lock_holds_a_termination_off(api: Client, project: str) -> None:
    text = datetime.fromtimestamp(api.clock.time() + 150, UTC).isoformat()
    path = f"/devices/{api.active_device(project, termination_time=text, locked=True)['id']}"
    api.wait(1000)
    assert api.get(path)["state"] == "active"
    api.call("PATCH", path, {"locked": False})
    assert api.get(path)["state"] == "deprovisioning"


def test_settings_change_the_life_of_new_devices_only(api: Client, project: str) -> None:
    old = api.device(project)["id"]
    api.control("settings", {"provision_seconds": 1})
    new = api.device(project)["id"]
    api.wait(2)
    assert api.get(f"/devices/{old}")["state"] == "queued"
    assert api.get(f"/devices/{new}")["state"] == "active"


def test_with_no_provisioning_time_it_is_active_at_the_next_look(new_api: Callable[..., Client]) -> None:
    api = new_api(provision_seconds=0, deprovision_seconds=0)
    project = api.project()
    device = api.device(project)
    assert (device["state"], device["ip_addresses"]) == ("queued", [])
    assert len(api.get(f"/devices/{device['id']}")["ip_addresses"]) == 3
    assert api.get(f"/devices/{device['id']}")["state"] == "active"
    api.delete(f"/devices/{device['id']}")
    assert api.call("GET", f"/devices/{device['id']}").status == 404
