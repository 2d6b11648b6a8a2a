"""Volumes on devices: attaching, detaching, and what becomes of an attachment when its device goes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.client import Client
from tests.emulator.storage.conftest import VOLUME, active_volume


def test_attaching_shows_on_volume_and_device(api: Client, project: str, volume: Any) -> None:
    device = api.active_device(project)
    assert device["volumes"] == []
    made = api.make(f"{volume['href']}/attachments?device_id={device['id']}")
    assert made == {
        "id": made["id"],
        "created_at": made["created_at"],
        "volume": {"href": volume["href"]},
        "device": {"href": device["href"]},
        "href": f"/storage/attachments/{made['id']}",
    }
    assert api.get(made["href"]) == made
    assert api.get(f"{volume['href']}/attachments") == {"attachments": [made]}
    assert api.get(f"{made['href']}?include=volume,device")["volume"]["name"] == volume["name"]
    assert api.get(volume["href"])["attachments"] == [{"href": made["href"]}]
    assert api.get(device["href"])["volumes"] == [{"href": volume["href"]}]
    assert api.get(f"/projects/{project}/devices")["devices"][0]["volumes"] == [{"href": volume["href"]}]
    assert api.get(f"{device['href']}?include=volumes")["volumes"][0]["size"] == 20
    api.delete(made["href"])
    assert api.call("GET", made["href"]).status == 404
    assert api.get(device["href"])["volumes"] == []
    assert api.get(volume["href"])["attachments"] == []


def test_the_same_volume_on_the_same_device_twice_is_refused_on_another_it_is_not(
    api: Client, project: str, volume: Any
) -> None:
    one, two = api.active_device(project), api.active_device(project, hostname="edge-02")
    path = f"{volume['href']}/attachments"
    api.make(path, {"device_id": one["id"]})
    assert api.refused("POST", path, {"device_id": one["id"]}) == ["Instance is already attached to this volume"]
    api.make(path, {"device_id": two["id"]})
    assert len(api.get(volume["href"])["attachments"]) == 2


def test_a_volume_has_to_be_active_and_a_device_installed(api: Client, project: str) -> None:
    device, volume = api.device(project), api.make(f"/projects/{project}/storage", VOLUME)
    path, body = f"{volume['href']}/attachments", {"device_id": device["id"]}
    assert api.refused("POST", path, body) == ["Cannot attach a volume while the volume is queued"]
    api.wait(1)
    assert api.refused("POST", path, body) == ["Cannot attach a volume while the device is provisioning"]
    api.wait(1)
    api.make(path, body)


def test_a_machine_that_is_off_can_be_given_a_volume(api: Client, project: str, volume: Any) -> None:
    device = api.active_device(project)
    api.call("POST", f"{device['href']}/actions", {"type": "power_off"})
    api.wait(1)
    assert api.get(device["href"])["state"] == "inactive"
    api.make(f"{volume['href']}/attachments", {"device_id": device["id"]})


def test_volume_and_device_have_to_be_in_one_project_and_facility(api: Client, project: str, volume: Any) -> None:
    path = f"{volume['href']}/attachments"
    elsewhere = api.active_device(project, facility="ams1")
    others = api.active_device(api.project("other", key=2))
    text = "Device must be in the same {} as the volume"
    assert api.refused("POST", path, {"device_id": elsewhere["id"]}) == [text.format("facility")]
    assert api.refused("POST", path, {"device_id": others["id"]}) == [text.format("project")]


@pytest.mark.parametrize(("body", "status"), [({}, 422), ({"device_id": "x"}, 404), ({"device_id": [1]}, 422)])
def test_a_device_has_to_be_named_and_known(api: Client, volume: Any, body: dict[str, object], status: int) -> None:
    assert api.call("POST", f"{volume['href']}/attachments", body).status == status


def test_a_volume_that_is_in_use_is_not_detached_while_the_fault_says_so(
    api: Client, project: str, volume: Any
) -> None:
    device = api.active_device(project)
    attachment = api.make(f"{volume['href']}/attachments", {"device_id": device["id"]})
    api.control("faults", {"rules": [{"kind": "volume_in_use", "times": 2}]})
    text = ["Cannot detach since volume is actively being used on your server"]
    assert [api.refused("DELETE", attachment["href"]) for _ in range(2)] == [text, text]
    api.delete(attachment["href"])


def test_a_device_with_a_volume_is_not_deleted_unless_by_force(api: Client, project: str, volume: Any) -> None:
    device = api.active_device(project)
    path = f"{volume['href']}/attachments"
    text = ["Cannot delete a device while volumes are attached to it"]
    for force in ("?force_delete=true", None):
        attachment = api.make(path, {"device_id": device["id"]})
        assert api.refused("DELETE", device["href"]) == text
        assert api.refused("DELETE", device["href"], {"force_delete": False}) == text
        if force:
            api.delete(device["href"] + force)
        else:
            assert api.call("DELETE", device["href"], {"force_delete": True}).status == 204
        assert api.call("GET", attachment["href"]).status == 404
        entry = api.control("ledger")["ledger"][-1]
        assert entry["deleted"] == [device["id"], attachment["id"]]
        device = api.active_device(project)
    assert api.get(volume["href"])["attachments"] == []
    api.delete(volume["href"])


def test_attachments_go_with_a_device_that_the_platform_ends(api: Client, project: str) -> None:
    volume = active_volume(api, project)
    device = api.active_device(project, termination_time="2019-06-08T14:00:00Z")
    api.make(f"{volume['href']}/attachments", {"device_id": device["id"]})
    api.wait(86_400)
    assert api.call("GET", device["href"]).status == 403
    assert api.get(volume["href"])["attachments"] == []
    api.delete(volume["href"])
