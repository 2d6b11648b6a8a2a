"""Devices on reserved machines: which one they get, what they keep of it, and when it is free again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.emulator.client import DEVICE, Client
from tests.emulator.metal.reserved import device_on, reserved

NONE_LEFT = ["There are no available hardware reservations for selected plan and facility"]
NOT_PROVISIONABLE = ["Server is not provisionable"]


def test_a_device_on_one_shows_it_and_is_shown_by_it(api: Client, project: str) -> None:
    path = reserved(api, project)
    device = device_on(api, project, path)
    assert device["hardware_reservation"] == {"href": path}
    shown = api.get(path)
    assert (shown["device"], shown["provisionable"]) == ({"href": device["href"]}, False)
    assert api.get(f"{device['href']}?include=hardware_reservation")["hardware_reservation"]["id"] == shown["id"]


def test_a_device_from_the_stock_shows_none(api: Client, project: str) -> None:
    reserved(api, project)
    assert "hardware_reservation" not in api.device(project)


def test_with_its_id_facility_and_plan_may_be_left_out(api: Client, project: str) -> None:
    device = device_on(api, project, reserved(api, project, facility="ams1"), facility=None, plan=None)
    assert (device["facility"]["code"], device["plan"]["slug"]) == ("ams1", "c2.medium.x86")


@pytest.mark.parametrize("wish", [
    {"plan": "t1.small.x86"}, {"facility": "sjc1"}, {"facility": ["sjc1", "nrt1"]}, {"features": ["tpm"]},
])  # fmt: skip
def test_what_contradicts_the_reservation_is_refused(api: Client, project: str, wish: dict[str, object]) -> None:
    path = reserved(api, project)
    body = {**DEVICE, "hardware_reservation_id": path.rpartition("/")[2], **wish}
    assert api.refused("POST", f"/projects/{project}/devices", body) == NONE_LEFT
    device_on(api, project, path, facility=["sjc1", "any"])


def test_next_available_takes_the_first_of_the_plan_in_the_wished_facilities(api: Client, project: str) -> None:
    here, there = reserved(api, project), reserved(api, project, facility="ams1")
    reserved(api, project, plan="t1.small.x86")
    wish = {"hardware_reservation_id": "next-available", "facility": ["nrt1", "ams1", "any"]}
    taken = [api.device(project, **wish)["hardware_reservation"]["href"] for _ in range(2)]
    assert taken == [there, here]
    assert api.refused("POST", f"/projects/{project}/devices", {**DEVICE, **wish}) == NONE_LEFT


def test_next_available_needs_plan_and_facility(api: Client, project: str) -> None:
    reserved(api, project)
    path = f"/projects/{project}/devices"
    for name, error in (("plan", "Plan can't be blank"), ("facility", "Facility can't be blank")):
        assert api.refused("POST", path, {**DEVICE, "hardware_reservation_id": "next-available", name: None}) == [error]


def test_another_projects_reservation_cannot_be_used(api: Client, project: str) -> None:
    identifier = reserved(api, project).rpartition("/")[2]
    other = api.project("other", key=2)
    for wish in (identifier, "next-available"):
        body = {**DEVICE, "hardware_reservation_id": wish}
        assert api.refused("POST", f"/projects/{other}/devices", body) == NONE_LEFT


@pytest.mark.parametrize("kind", ["spare", "need_of_service"])
def test_a_machine_that_is_no_active_one_cannot_be_provisioned(api: Client, project: str, kind: str) -> None:
    path = reserved(api, project, **{kind: True})
    body = {**DEVICE, "hardware_reservation_id": path.rpartition("/")[2]}
    assert api.refused("POST", f"/projects/{project}/devices", body) == NOT_PROVISIONABLE
    body["hardware_reservation_id"] = "next-available"
    assert api.refused("POST", f"/projects/{project}/devices", body) == NONE_LEFT


def test_it_is_provisionable_again_some_time_after_the_delete(new_api: Callable[..., Client]) -> None:
    api = new_api(deprovision_seconds=10, reservation_seconds=240)
    project = api.project()
    path = reserved(api, project)
    body = {**DEVICE, "hardware_reservation_id": path.rpartition("/")[2]}
    device = api.active_device(project, **body)
    assert api.refused("POST", f"/projects/{project}/devices", body) == NOT_PROVISIONABLE
    api.delete(device["href"])
    seen = []
    for seconds in (0, 10, 229, 1):
        api.wait(seconds)
        shown = api.get(path)
        seen.append((api.call("GET", device["href"]).status, shown["device"], shown["provisionable"]))
        if not shown["provisionable"]:
            assert api.refused("POST", f"/projects/{project}/devices", body) == NOT_PROVISIONABLE
    assert seen == [(200, None, False), (404, None, False), (404, None, False), (404, None, True)]
    assert api.device(project, **body)["state"] == "queued"


def test_the_machine_is_the_same_one_each_time(new_api: Callable[..., Client]) -> None:
    api = new_api(reservation_seconds=0)
    project = api.project()
    path = reserved(api, project)
    body = {**DEVICE, "hardware_reservation_id": path.rpartition("/")[2]}
    machines = []
    for _ in range(2):
        device = api.active_device(project, **body)
        machines.append([(port["hardware"], port["data"]) for port in device["network_ports"]])
        api.delete(device["href"])
        api.wait(1)
    assert machines[0] == machines[1]


def test_a_reserved_machine_costs_no_stock(new_api: Callable[..., Client]) -> None:
    api = new_api(stock={"ewr1/c2.medium.x86": 1})
    project = api.project()
    device_on(api, project, reserved(api, project))
    api.device(project)
    path = f"/projects/{project}/devices"
    assert api.call("POST", path, DEVICE).status == 422
    device_on(api, project, reserved(api, project))


def test_a_failed_device_stays_until_it_is_deleted(api: Client, project: str) -> None:
    path = reserved(api, project)
    api.control("faults", {"rules": [{"kind": "fail_provisioning", "method": "POST", "route": "*"}]})
    device = device_on(api, project, path)
    api.wait(3600)
    assert api.get(device["href"])["state"] == "failed"
    assert api.get(path)["device"] == {"href": device["href"]}
    api.delete(device["href"])
    api.wait(3)
    assert api.call("GET", device["href"]).status == 404
    assert api.get(path)["provisionable"] is True


def test_a_termination_time_frees_the_machine_and_keeps_the_reservation(api: Client, project: str) -> None:
    path = reserved(api, project)
    end = datetime.fromtimestamp(api.control("clock")["unix_seconds"] + 5, UTC)
    device = device_on(api, project, path, termination_time=end.isoformat())
    api.wait(5)
    assert api.get(device["href"])["state"] == "deprovisioning"
    api.wait(10)
    shown = api.get(path)
    assert (shown["device"], shown["provisionable"]) == (None, True)


LAYOUT = {
    "disks": [{"device": "/dev/sda", "wipeTable": True, "partitions": [{"label": "ROOT", "number": 1, "size": 0}]}],
    "filesystems": [{"mount": {"device": "/dev/sda1", "format": "ext4", "point": "/"}}],
}


def test_storage_can_be_laid_out_on_reserved_machines_only(api: Client, project: str) -> None:
    assert device_on(api, project, reserved(api, project), storage=LAYOUT)["storage"] == LAYOUT
    assert device_on(api, project, reserved(api, project))["storage"] == {}
    path = f"/projects/{project}/devices"
    errors = api.refused("POST", path, {**DEVICE, "storage": LAYOUT})
    assert errors == ["Storage can only be customized on reserved hardware"]
    identifier = reserved(api, project).rpartition("/")[2]
    senseless: list[object] = [{"tapes": []}, {"disks": {}}, {"disks": ["a"]}, ["disks"], "{"]
    for layout in senseless:
        body = {**DEVICE, "hardware_reservation_id": identifier, "storage": layout}
        assert api.refused("POST", path, body) == ["Storage is invalid"]


def test_a_spot_instance_takes_no_reserved_machine(api: Client, project: str) -> None:
    identifier = reserved(api, project).rpartition("/")[2]
    body = {**DEVICE, "hardware_reservation_id": identifier, "spot_instance": True, "spot_price_max": 9}
    errors = api.refused("POST", f"/projects/{project}/devices", body)
    assert errors == ["Spot instance cannot be on reserved hardware"]
