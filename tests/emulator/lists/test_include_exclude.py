"""Which linked objects are shown in full."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.client import Client


def is_closed(value: Any) -> bool:
    """Whether it is a reference and nothing more."""
    items = value if isinstance(value, list) else [value]
    return bool(items) and all(set(item) == {"href"} for item in items)


@pytest.fixture
def device(api: Client, project: str) -> str:
    return str(api.active_device(project)["id"])


def test_a_device_shows_what_a_recorded_one_shows_unasked(api: Client, device: str) -> None:
    got = api.get(f"/devices/{device}")
    assert all(is_closed(got[name]) for name in ("project", "project_lite", "ssh_keys"))
    for name in ("operating_system", "facility", "plan"):
        assert {"id", "name"} <= set(got[name])
    assert all({"id", "facility"} <= set(address) for address in got["ip_addresses"])
    assert all(address["facility"]["code"] == "ewr1" for address in got["ip_addresses"])
    assert all({"id", "name", "data"} <= set(port) for port in got["network_ports"])
    assert is_closed(got["plan"]["available_in"])


def test_include_opens_a_link_and_keeps_its_href(api: Client, project: str, device: str) -> None:
    got = api.get(f"/devices/{device}?include=project,ssh_keys")
    assert got["project"]["name"] == "edge"
    assert got["project"]["href"] == f"/projects/{project}"
    assert got["ssh_keys"][0]["label"] == "ops"
    assert is_closed(got["project_lite"])


def test_include_goes_three_levels_deep_and_no_deeper(api: Client, device: str) -> None:
    got = api.get(f"/devices/{device}?include=project.organization.projects.organization")
    assert got["project"]["organization"]["projects"][0]["name"] == "edge"
    assert is_closed(got["project"]["organization"]["projects"][0]["organization"])
    assert is_closed(got["project"]["members"])


@pytest.mark.parametrize(
    "query", ["include=", "include=nonsense", "include=project,", "include=,nonsense.deep", "exclude=x"]
)
def test_what_is_unknown_or_empty_is_ignored(api: Client, device: str, query: str) -> None:
    assert api.get(f"/devices/{device}?{query}")["id"] == device


def test_exclude_closes_what_is_open_by_default(api: Client, device: str) -> None:
    got = api.get(f"/devices/{device}?exclude=plan,ip_addresses,network_ports.virtual_networks,ip_addresses.facility")
    assert is_closed(got["plan"])
    assert is_closed(got["ip_addresses"])
    assert not is_closed(got["facility"])


def test_exclude_reaches_into_open_objects(api: Client, device: str) -> None:
    got = api.get(f"/devices/{device}?exclude=ip_addresses.facility")
    assert is_closed(got["ip_addresses"][0]["facility"])
    assert not is_closed(got["facility"])


def test_lists_take_include_too(api: Client, project: str, device: str) -> None:
    devices = api.get(f"/projects/{project}/devices?include=project")["devices"]
    assert devices[0]["project"]["name"] == "edge"
    projects = api.get("/projects?include=members,organization")["projects"]
    assert projects[0]["members"][0]["full_name"] == "Emulator User"
    assert projects[0]["organization"]["name"] == "Emulator Organization"


def test_creates_and_updates_take_include_too(api: Client, project: str) -> None:
    made = api.make("/projects?include=organization", {"name": "b"})
    assert made["organization"]["name"] == "Emulator Organization"
    changed = api.call("PUT", f"/projects/{project}?include=members", {"name": "c"}).json
    assert changed["members"][0]["first_name"] == "Emulator"


def test_the_users_projects_open_as_the_reference_shows(api: Client, project: str) -> None:
    assert is_closed(api.get("/user")["projects"])
    assert api.get("/user?include=projects")["projects"][0]["name"] == "edge"
    assert is_closed(api.get("/user?include=projects.devices")["projects"][0]["organization"])


def test_an_opened_link_is_as_fresh_as_the_object_behind_it(api: Client, project: str, device: str) -> None:
    path = f"/projects/{project}/devices?include=project,ssh_keys"
    assert api.get(path)["devices"][0]["project"]["name"] == "edge"
    api.call("PUT", f"/projects/{project}", {"name": "renamed"})
    key = api.get(f"/projects/{project}/ssh-keys")["ssh_keys"][0]["id"]
    api.call("PUT", f"/ssh-keys/{key}", {"label": "new label"})
    again = api.get(path)["devices"][0]
    assert (again["project"]["name"], again["ssh_keys"][0]["label"]) == ("renamed", "new label")


def test_a_link_to_what_is_gone_stays_a_link(api: Client, project: str, device: str) -> None:
    key = api.get(f"/projects/{project}/ssh-keys")["ssh_keys"][0]["id"]
    api.delete(f"/ssh-keys/{key}")
    got = api.get(f"/devices/{device}?include=ssh_keys")
    assert got["ssh_keys"] == [{"href": f"/ssh-keys/{key}"}]
    assert api.get(f"/devices/{device}/ssh-keys") == {"ssh_keys": []}
