"""Batches: several devices by one call, made some time later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.client import DEVICE, Client
from tests.emulator.metal.reserved import reserved

ENTRY = {**DEVICE, "hostname": "web-{{index}}", "quantity": 3}


def batch(api: Client, project: str, **fields: object) -> Any:
    """A new batch, as the create answered it."""
    (made,) = api.make(f"/projects/{project}/devices/batch", {"batches": [{**ENTRY, **fields}]})["batches"]
    return made


def done(api: Client, project: str, **fields: object) -> Any:
    """A new batch, once it is over."""
    made = batch(api, project, **fields)
    api.wait(api.emulator.settings.batch_seconds)
    return api.get(f"{made['href']}?include=devices")


def test_a_batch_goes_from_queued_to_completed(new_api: Callable[..., Client]) -> None:
    api = new_api(batch_seconds=10)
    project = api.project()
    made = batch(api, project)
    assert set(made) == {
        "id", "quantity", "state", "error_messages", "created_at", "updated_at", "devices", "project", "href",
    }  # fmt: skip
    assert (made["quantity"], made["devices"], made["error_messages"]) == (3, [], [])
    assert made["project"] == {"href": f"/projects/{project}"}
    states = [made["state"]]
    for seconds in (4, 1, 4, 1):
        api.wait(seconds)
        shown = api.get(made["href"])
        states.append(shown["state"])
        assert len(shown["devices"]) == len(api.get(f"/projects/{project}/devices")["devices"])
    assert states == ["queued", "queued", "in_progress", "in_progress", "completed"]
    assert len(shown["devices"]) == 3
    assert shown["created_at"] < shown["updated_at"]


def test_completed_says_that_the_devices_exist_not_that_they_are_active(api: Client, project: str) -> None:
    over = done(api, project, tags=["web"], userdata="#!/bin/sh\n", customdata={"a": 1}, description="d")
    assert over["state"] == "completed"
    for device in over["devices"]:
        assert (device["state"], device["tags"], device["userdata"]) == ("queued", ["web"], "#!/bin/sh\n")
        assert (device["customdata"], device["description"]) == ({"a": 1}, "d")
    api.wait(2)
    assert {d["state"] for d in api.get(f"{over['href']}?include=devices")["devices"]} == {"active"}
    assert all(set(device) == {"href"} for device in api.get(over["href"])["devices"])


def test_several_batches_are_asked_for_at_once_and_listed(api: Client, project: str) -> None:
    entries = [ENTRY, {**ENTRY, "hostname": "db", "plan": "t1.small.x86", "quantity": 1}]
    made = api.make(f"/projects/{project}/devices/batch", {"batches": entries})["batches"]
    listed = api.get(f"/projects/{project}/batches")
    assert [each["quantity"] for each in made] == [3, 1]
    assert listed == {"batches": made}
    api.wait(1)
    plans = sorted(device["plan"]["slug"] for device in api.get(f"/projects/{project}/devices")["devices"])
    assert plans == ["c2.medium.x86"] * 3 + ["t1.small.x86"]


@pytest.mark.parametrize(("fields", "hostnames"), [
    ({}, ["web-01", "web-02", "web-03"]),
    ({"hostname": "same"}, ["same", "same", "same"]),
    ({"hostnames": ["a", "b"], "quantity": None}, ["a", "b"]),
    ({"hostnames": ["a", "b", "c"], "quantity": 2}, ["a", "b"]),
    ({"quantity": None}, ["web-01"]),
])  # fmt: skip
def test_hostnames_are_a_series_or_a_list(
    api: Client, project: str, fields: dict[str, object], hostnames: list[str]
) -> None:
    assert [device["hostname"] for device in done(api, project, **fields)["devices"]] == hostnames


def test_without_a_hostname_each_device_has_its_own(api: Client, project: str) -> None:
    devices = done(api, project, hostname=None)["devices"]
    assert [device["hostname"] for device in devices] == [f"{d['short_id']}.packethost.net" for d in devices]


STOCK = {
    f"{code}/c2.medium.x86": {"sjc1": 7, "ewr1": 24, "dfw2": 50}.get(code, 0)
    for code in ("ams1", "ewr1", "sjc1", "dfw2", "nrt1", "iad2", "atl2", "lax2", "ord2", "sea2", "hkg1", "sin2", "syd2")
}


def facilities(api: Client, **fields: object) -> dict[str, int]:
    """How many devices of a batch each facility got."""
    over = done(api, api.project(), **fields)
    assert over["state"] == "completed", over
    codes = [device["facility"]["code"] for device in over["devices"]]
    return {code: codes.count(code) for code in codes}


@pytest.mark.parametrize(("fields", "spread"), [
    ({"quantity": 10, "facility_diversity_level": 1}, {"ewr1": 10}),
    ({"quantity": 25, "facility_diversity_level": 2}, {"sjc1": 7, "ewr1": 18}),
    ({"quantity": 10}, {"sjc1": 7, "ewr1": 3}),
    ({"quantity": 5, "facility_diversity_level": 2}, {"sjc1": 5}),
    ({"quantity": 32}, {"sjc1": 7, "ewr1": 24, "ams1": 1}),
    ({"quantity": 5, "facility": "any"}, {"ams1": 5}),
    ({"quantity": 5, "facility": None, "facilities": ["ewr1"]}, {"ewr1": 5}),
])  # fmt: skip
def test_facilities_are_chosen_as_documented(
    new_api: Callable[..., Client], fields: dict[str, object], spread: dict[str, int]
) -> None:
    api = new_api(stock={**STOCK, "ams1/c2.medium.x86": 50})
    assert facilities(api, **{"facility": ["sjc1", "ewr1", "any"], **fields}) == spread


@pytest.mark.parametrize("fields", [
    {"quantity": 25, "facility": "ewr1"},
    {"quantity": 25, "facility_diversity_level": 1, "facility": ["sjc1", "ewr1"]},
    {"quantity": 32, "facility": ["sjc1", "ewr1"]},
    {"quantity": 1, "facility": ["ewr1"], "features": ["tpm"]},
])  # fmt: skip
def test_too_few_machines_fail_the_batch_and_leave_no_device(
    new_api: Callable[..., Client], fields: dict[str, object]
) -> None:
    api = new_api(stock=STOCK)
    project = api.project()
    over = done(api, project, **fields)
    assert (over["state"], over["devices"]) == ("failed", [])
    (text,) = over["error_messages"]
    assert text.endswith("has no provisionable c2.medium.x86 servers matching your criteria")
    assert api.get(f"/projects/{project}/devices")["devices"] == []


@pytest.mark.parametrize(("fields", "error"), [
    ({"plan": "c9"}, "c9 is not a valid plan"),
    ({"plan": None}, "Plan can't be blank"),
    ({"operating_system": "beos"}, "beos is not a valid operating system"),
    ({"facility": None}, "Facility can't be blank"),
    ({"facility": "xxx1"}, "xxx1 is not a valid facility"),
    ({"facility": ["xxx1", "yyy1"]}, "Facility can't be blank"),
    ({"hostname": "a_b"}, "Hostname is invalid"),
    ({"hostnames": ["a"]}, "Hostnames are fewer than the quantity"),
    ({"facility_diversity_level": 0}, "Facility diversity level is invalid"),
    ({"tags": 5}, "Tags is invalid"),
])  # fmt: skip
def test_what_cannot_be_is_told_by_the_batch_and_not_by_its_create(
    new_api: Callable[..., Client], fields: dict[str, object], error: str
) -> None:
    api = new_api(batch_seconds=10)
    project = api.project()
    made = batch(api, project, **fields)
    assert made["state"] == "queued"
    api.wait(5)
    shown = api.get(made["href"])
    assert (shown["state"], shown["error_messages"]) == ("failed", [error])


def test_a_batch_fails_whole_when_one_of_its_devices_cannot_be_made(new_api: Callable[..., Client]) -> None:
    api = new_api(batch_seconds=10)
    project = api.project()
    reserved(api, project)
    reserved(api, project)
    made = batch(api, project, hardware_reservation_id="next-available")
    api.wait(5)
    assert api.get(made["href"])["state"] == "in_progress"
    api.wait(5)
    assert api.get(made["href"])["error_messages"] == [
        "There are no available hardware reservations for selected plan and facility"
    ]
    assert api.get(f"/projects/{project}/devices")["devices"] == []
    assert api.get(f"/projects/{project}/ips")["ip_addresses"] == []


def test_a_batch_can_take_reserved_machines(api: Client, project: str) -> None:
    paths = {reserved(api, project), reserved(api, project, facility="ams1")}
    over = done(api, project, quantity=2, hardware_reservation_id="next-available", facility=["ewr1", "any"])
    assert {device["hardware_reservation"]["href"] for device in over["devices"]} == paths


@pytest.mark.parametrize(("body", "error"), [
    (None, "Batches can't be blank"),
    ({"batches": []}, "Batches can't be blank"),
    ({"batches": {"quantity": 1}}, "Batches is invalid"),
    ({"batches": [ENTRY, {**ENTRY, "quantity": 0}]}, "Quantity is invalid"),
    ({"batches": [{**ENTRY, "quantity": "many"}]}, "Quantity is invalid"),
])  # fmt: skip
def test_what_is_no_batch_is_refused_and_nothing_is_made(api: Client, project: str, body: object, error: str) -> None:
    assert api.refused("POST", f"/projects/{project}/devices/batch", body) == [error]
    assert api.get(f"/projects/{project}/batches") == {"batches": []}


def test_deleting_a_batch_leaves_its_devices(api: Client, project: str) -> None:
    over = done(api, project)
    api.delete(over["href"])
    assert api.call("GET", over["href"]).status == 404
    assert len(api.get(f"/projects/{project}/devices")["devices"]) == 3


def test_its_devices_are_deleted_with_it_on_request_and_all_or_none(api: Client, project: str) -> None:
    over = done(api, project)
    path = f"{over['href']}?remove_associated_instances=true"
    assert api.refused("DELETE", path) == ["Cannot delete a device while it is provisioning"]
    api.wait(2)
    api.call("PUT", over["devices"][2]["href"], {"locked": True})
    assert api.refused("DELETE", path) == ["Cannot delete a locked item"]
    assert {d["state"] for d in api.get(f"/projects/{project}/devices")["devices"]} == {"active"}
    api.call("PUT", over["devices"][2]["href"], {"locked": False})
    api.delete(over["devices"][0]["href"])
    api.delete(path)
    assert {d["state"] for d in api.get(f"/projects/{project}/devices")["devices"]} == {"deprovisioning"}
    api.wait(1)
    assert api.get(f"/projects/{project}/devices")["devices"] == []


def test_a_device_that_is_gone_is_no_longer_listed(api: Client, project: str) -> None:
    over = done(api, project)
    api.wait(2)
    api.delete(over["devices"][0]["href"])
    api.wait(1)
    left = [device["href"] for device in api.get(over["href"])["devices"]]
    assert left == [device["href"] for device in over["devices"][1:]]


def test_a_batch_deleted_in_time_makes_no_device(api: Client, project: str) -> None:
    made = batch(api, project)
    api.delete(made["href"])
    api.wait(5)
    assert api.get(f"/projects/{project}/devices")["devices"] == []


def test_a_batch_goes_with_its_project(api: Client, project: str) -> None:
    made = batch(api, project)
    api.delete(f"/projects/{project}")
    api.wait(5)
    assert api.call("GET", made["href"]).status == 404


def test_a_batchs_devices_can_be_made_to_fail(api: Client, project: str) -> None:
    rule = {"kind": "fail_provisioning", "method": "POST", "route": "/projects/{id}/devices/batch"}
    api.control("faults", {"rules": [rule]})
    over = done(api, project)
    assert over["state"] == "completed"
    api.wait(2)
    assert {device["state"] for device in api.get(f"{over['href']}?include=devices")["devices"]} == {"failed"}


def test_a_batch_is_made_though_nobody_has_the_world_open(new_api: Callable[..., Client], tmp_path: object) -> None:
    file = f"{tmp_path}/world.db"
    api = new_api(db=file)
    project = api.project()
    path = batch(api, project)["href"]
    api.emulator.stop()
    again = new_api(db=file)
    again.wait(20)
    over = again.get(f"{path}?include=devices")
    assert over["state"] == "completed"
    assert {device["state"] for device in over["devices"]} == {"active"}


def test_in_no_time_a_batch_is_done_when_next_seen(new_api: Callable[..., Client]) -> None:
    api = new_api(batch_seconds=0)
    project = api.project()
    made = batch(api, project)
    assert made["state"] == "queued"
    assert api.get(made["href"])["state"] == "completed"
