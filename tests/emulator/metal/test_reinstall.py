"""The action reinstall: the same machine, provisioned once more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.client import Client

CODES = [f"provisioning.{code}" for code in range(101, 111)]


@pytest.fixture
def api(new_api: Callable[..., Client]) -> Client:
    return new_api(provision_seconds=100, deprovision_seconds=20, action_seconds=10)


@pytest.fixture
def device(api: Client) -> Any:
    return api.active_device(api.project(), userdata="#!/bin/sh\n")


def reinstall(api: Client, device: Any, **fields: object) -> None:
    answer = api.call("POST", f"{device['href']}/actions", {"type": "reinstall", **fields})
    assert (answer.status, answer.body) == (202, b""), answer


def seconds_until_active(api: Client, device: Any) -> int:
    """How long it takes, to the tenth second."""
    for passed in range(0, 1000, 10):
        if api.get(device["href"])["state"] == "active":
            return passed
        api.wait(10)
    raise AssertionError(api.get(device["href"]))


@pytest.mark.parametrize(("fields", "seconds"), [
    ({}, 120), ({"deprovision_fast": True}, 100), ({"preserve_data": "true"}, 100), ({"deprovision_fast": False}, 120),
])  # fmt: skip
def test_it_takes_longer_than_the_first_time_unless_disks_are_spared(
    api: Client, device: Any, fields: dict[str, object], seconds: int
) -> None:
    reinstall(api, device, **fields)
    assert seconds_until_active(api, device) == seconds


def test_its_length_can_be_set(api: Client, device: Any) -> None:
    api.control("settings", {"reinstall_seconds": 40})
    reinstall(api, device)
    assert seconds_until_active(api, device) == 40


def test_it_goes_through_the_provisioning_events_again(api: Client, device: Any) -> None:
    first = api.get(f"{device['href']}/events?per_page=99")["events"]
    assert "provisioning_events" not in device
    reinstall(api, device)
    shown = api.get(device["href"])
    assert (shown["state"], shown["provisioning_percentage"]) == ("reinstalling", 0.0)
    assert [event["type"] for event in shown["provisioning_events"]] == CODES
    assert all(event["id"] is None for event in shown["provisioning_events"])
    api.wait(70)
    halfway = api.get(device["href"])["provisioning_events"]
    assert [event["id"] is not None for event in halfway] == [True] * 5 + [False] * 5
    assert [api.get(f"/events/{event['id']}")["type"] for event in halfway[:5]] == CODES[:5]
    api.wait(50)
    over = api.get(device["href"])
    assert "provisioning_events" not in over
    assert "provisioning_percentage" not in over
    events = api.get(f"{device['href']}/events?per_page=99")["events"]
    assert [event["type"] for event in events if event["type"] in CODES] == CODES[::-1] * 2
    assert events[-len(first) :] == first
    assert len({event["id"] for event in events}) == len(events)
    assert all(api.get(event["href"]) == event for event in events)


def test_later_actions_leave_its_events_alone(api: Client, device: Any) -> None:
    for _ in range(2):
        reinstall(api, device)
        api.wait(120)
    api.call("POST", f"{device['href']}/actions", {"type": "reboot"})
    api.wait(10)
    events = api.get(f"{device['href']}/events?per_page=99")["events"]
    assert [event["type"] for event in events if event["type"] in CODES] == CODES[::-1] * 3


def test_it_has_a_new_root_password_for_another_day(api: Client, device: Any) -> None:
    api.wait(24 * 3600)
    assert "root_password" not in api.get(device["href"])
    reinstall(api, device)
    api.wait(120)
    assert api.get(device["href"])["root_password"] != device["root_password"]
    api.wait(24 * 3600)
    assert "root_password" not in api.get(device["href"])


def test_userdata_changed_in_the_meantime_is_kept(api: Client, device: Any) -> None:
    api.call("PUT", device["href"], {"userdata": "#!/bin/sh\necho 2\n"})
    reinstall(api, device)
    api.wait(120)
    assert api.get(device["href"])["userdata"] == "#!/bin/sh\necho 2\n"


def test_a_machine_that_is_off_comes_back_on(api: Client, device: Any) -> None:
    api.call("POST", f"{device['href']}/actions", {"type": "power_off"})
    api.wait(10)
    reinstall(api, device)
    assert seconds_until_active(api, device) == 120


def test_custom_ipxe_boots_what_is_named_or_was_named_before(api: Client, device: Any) -> None:
    reinstall(api, device, operating_system="custom_ipxe", ipxe_script_url="https://boot.example/a")
    shown = api.get(device["href"])
    assert (shown["operating_system"]["slug"], shown["ipxe_script_url"]) == ("custom_ipxe", "https://boot.example/a")
    assert [event["type"][-3:] for event in shown["provisioning_events"]] == ["101", "102", "103", "110"]
    api.wait(120)
    reinstall(api, device)
    assert api.get(device["href"])["ipxe_script_url"] == "https://boot.example/a"


@pytest.mark.parametrize(("fields", "error"), [
    ({"operating_system": "beos"}, "beos is not a valid operating system"),
    ({"operating_system": "custom_ipxe"}, "Ipxe script url can't be blank"),
    ({"ipxe_script_url": "https://boot.example/a"}, "Ipxe script url can only be used with custom_ipxe"),
    ({"preserve_data": "maybe"}, "Preserve data is invalid"),
])  # fmt: skip
def test_what_cannot_be_installed_is_refused_and_nothing_begins(
    api: Client, device: Any, fields: dict[str, object], error: str
) -> None:
    assert api.refused("POST", f"{device['href']}/actions", {"type": "reinstall", **fields}) == [error]
    assert api.get(device["href"]) == device


def test_a_system_that_needs_a_public_address_is_refused_where_there_is_none(api: Client) -> None:
    device = api.active_device(api.project("private"), ip_addresses=[{"address_family": 4, "public": False}])
    body = {"type": "reinstall", "operating_system": "windows_2012_rc2"}
    assert api.refused("POST", f"{device['href']}/actions", body) == ["Public IPv4 is required"]
