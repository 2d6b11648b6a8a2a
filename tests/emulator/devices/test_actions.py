"""POST /devices/{id}/actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.client import Client


@pytest.fixture
def api(new_api: Callable[..., Client]) -> Client:
    return new_api(provision_seconds=100, action_seconds=10)


@pytest.fixture
def device(api: Client) -> str:
    """The path of an active device."""
    return str(api.active_device(api.project())["href"])


def act(api: Client, device: str, action: str) -> None:
    answer = api.call("POST", f"{device}/actions", {"type": action})
    assert (answer.status, answer.body) == (202, b"")


def told_since(api: Client, device: str, before: list[Any]) -> list[Any]:
    """The events that were not there before, newest first."""
    events: list[Any] = api.get(f"{device}/events?per_page=99")["events"]
    return events[: -len(before)]


def test_power_goes_off_and_on_in_its_own_time(api: Client, device: str) -> None:
    states = []
    for action in ("power_off", "power_on"):
        act(api, device, action)
        states.append(api.get(device)["state"])
        api.wait(10)
        states.append(api.get(device)["state"])
    assert states == ["powering_off", "inactive", "powering_on", "active"]


@pytest.mark.parametrize(("action", "meanwhile", "seconds"), [
    ("reboot", "rebooting", 10), ("rescue", "rebooting", 10), ("reinstall", "reinstalling", 101),
])  # fmt: skip
def test_it_is_active_again_after(api: Client, device: str, action: str, meanwhile: str, seconds: float) -> None:
    act(api, device, action)
    assert api.get(device)["state"] == meanwhile
    api.wait(seconds - 1)
    assert api.get(device)["state"] == meanwhile
    api.wait(1)
    assert api.get(device)["state"] == "active"


def test_the_type_may_stand_in_the_query(api: Client, device: str) -> None:
    assert api.call("POST", f"{device}/actions?type=reboot").status == 202


def test_reinstall_keeps_everything_but_the_named_system(api: Client, device: str) -> None:
    before = api.get(device)
    assert api.call("POST", f"{device}/actions", {"type": "reinstall", "operating_system": "centos_7"}).status == 202
    api.wait(101)
    after = api.get(device)
    assert after["operating_system"]["slug"] == "centos_7"
    for name in ("id", "hostname", "ip_addresses", "network_ports", "userdata", "plan"):
        assert after[name] == before[name]


def test_power_events_are_the_recorded_ones(api: Client, device: str) -> None:
    before = api.get(f"{device}/events?per_page=99")["events"]
    act(api, device, "power_off")
    begun = told_since(api, device, before)
    assert [(e["type"], e["body"]) for e in begun] == [
        ("power.201", "Power operation started"),
        ("power.200", "Power off operation queued"),
    ]
    assert begun[1]["modified_by"]["full_name"] == "Emulator User"
    assert begun[0]["modified_by"] is None
    api.wait(10)
    assert [e["body"] for e in told_since(api, device, before)[:-2]] == ["Device powered off"]


def test_a_reboot_is_told_at_once_and_without_a_beginning(api: Client, device: str) -> None:
    before = api.get(f"{device}/events?per_page=99")["events"]
    act(api, device, "reboot")
    assert [(e["type"], e["body"]) for e in told_since(api, device, before)] == [
        ("power.203", "Device rebooted"),
        ("power.200", "Reboot operation queued"),
    ]
    api.wait(100)
    assert len(told_since(api, device, before)) == 2


def test_what_does_not_fit_the_state_is_refused(api: Client, device: str) -> None:
    path = f"{device}/actions"
    assert api.refused("POST", path, {"type": "power_on"}) == ["Cannot power on a device while it is active"]
    assert api.refused("POST", path, {"type": "explode"}) == ["explode is not a valid action"]
    assert api.refused("POST", path, {}) == ["Type can't be blank"]
    act(api, device, "reboot")
    assert api.refused("POST", path, {"type": "power_off"}) == ["Cannot power off a device while it is rebooting"]


def test_a_lock_blocks_reinstall_and_nothing_else(api: Client, device: str) -> None:
    api.call("PUT", device, {"locked": True})
    assert api.refused("POST", f"{device}/actions", {"type": "reinstall"}) == ["Cannot reinstall a locked item"]
    act(api, device, "reboot")


def test_a_device_that_is_not_ready_takes_no_action(api: Client) -> None:
    device = api.device(api.project("other"))
    text = "Cannot reboot a device while it is queued"
    assert api.refused("POST", f"{device['href']}/actions", {"type": "reboot"}) == [text]
