"""Lists that show the past, as the real service's sometimes did."""

from __future__ import annotations

from collections.abc import Callable

from tests.emulator.client import Client


def hostnames(api: Client, project: str) -> list[str]:
    return [device["hostname"] for device in api.get(f"/projects/{project}/devices")["devices"]]


def test_a_lagging_list_shows_new_objects_late_and_deleted_ones_longer(new_api: Callable[..., Client]) -> None:
    api = new_api(list_lag_seconds=10, provision_seconds=1, deprovision_seconds=0)
    project = api.project()
    api.wait(60)
    device = api.device(project)
    assert hostnames(api, project) == []
    assert api.get(f"/devices/{device['id']}")["hostname"] == "edge-01"
    api.wait(10.5)
    assert hostnames(api, project) == ["edge-01"]
    api.delete(f"/devices/{device['id']}")
    api.wait(0.1)
    assert api.call("GET", f"/devices/{device['id']}").status == 404
    assert hostnames(api, project) == ["edge-01"]
    api.wait(10.5)
    assert hostnames(api, project) == []


def test_a_lagging_list_shows_old_values_and_old_states(new_api: Callable[..., Client]) -> None:
    api = new_api(list_lag_seconds=10, provision_seconds=8)
    project = api.project()
    device = api.device(project)
    api.wait(11)
    listed = api.get(f"/projects/{project}/devices")["devices"][0]
    assert (listed["state"], api.get(f"/devices/{device['id']}")["state"]) == ("provisioning", "active")
    api.call("PUT", f"/devices/{device['id']}", {"hostname": "renamed"})
    assert hostnames(api, project) == ["edge-01"]
    api.wait(11)
    assert hostnames(api, project) == ["renamed"]


def test_a_list_whose_parent_is_too_new_is_empty_and_not_404(new_api: Callable[..., Client]) -> None:
    api = new_api(list_lag_seconds=10)
    project = api.project()
    assert hostnames(api, project) == []
    assert api.get(f"/projects/{project}/ssh-keys") == {"ssh_keys": []}


def test_lists_that_never_change_do_not_lag(new_api: Callable[..., Client]) -> None:
    api = new_api(list_lag_seconds=10)
    assert api.get("/facilities")["facilities"]
