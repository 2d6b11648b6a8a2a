"""The event of the configured network says the same wherever it is read, and goes on saying it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.client import Client

NETWORK = "provisioning.102"


@pytest.fixture
def api(new_api: Callable[..., Client]) -> Client:
    return new_api(provision_seconds=100, action_seconds=10)


def of_network(events: list[Any]) -> Any:
    (found,) = [event for event in events if event["type"] == NETWORK]
    return found


def addresses_of(device: Any) -> str:
    a, b, c = (address["address"] for address in device["ip_addresses"])
    return f"Network configured with addresses {a}, {b}, and {c}"


def test_device_and_events_tell_it_alike(api: Client, project: str) -> None:
    path = f"/devices/{api.device(project)['id']}"
    api.wait(30)
    inside = of_network(api.get(path)["provisioning_events"])
    listed = of_network(api.get(f"{path}/events")["events"])
    assert inside["body"] == inside["interpolated"] == addresses_of(api.get(path))
    for seen in (listed, api.get(inside["href"]), of_network(api.get(f"/projects/{project}/events")["events"])):
        assert {name: seen[name] for name in inside} == inside


def test_it_tells_no_addresses_before_it_happened(api: Client, project: str) -> None:
    path = f"/devices/{api.device(project)['id']}"
    api.wait(18)
    assert len(api.get(path)["ip_addresses"]) == 3
    planned = of_network(api.get(path)["provisioning_events"])
    assert (planned["id"], planned["interpolated"]) == (None, "Network configured")


def test_it_is_history_that_a_lost_address_does_not_change(api: Client, project: str) -> None:
    device = api.active_device(project)
    then = of_network(api.get(f"{device['href']}/events")["events"])["interpolated"]
    assert api.call("POST", f"{device['network_ports'][0]['href']}/convert/layer-2").status == 200
    assert api.get(device["href"])["ip_addresses"] == []
    assert of_network(api.get(f"{device['href']}/events")["events"])["interpolated"] == then == addresses_of(device)


def test_a_reinstall_tells_the_addresses_of_its_own_time(api: Client, project: str) -> None:
    device = api.active_device(project)
    bond = device["network_ports"][0]["href"]
    for way in ("2", "3"):
        assert api.call("POST", f"{bond}/convert/layer-{way}").status == 200
    assert api.call("POST", f"{device['href']}/actions", {"type": "reinstall"}).status == 202
    api.wait(1000)
    told = [event for event in api.get(f"{device['href']}/events?per_page=100")["events"] if event["type"] == NETWORK]
    now = api.get(device["href"])
    assert [event["interpolated"] for event in told] == [addresses_of(now), addresses_of(device)]
    assert addresses_of(now) != addresses_of(device)


def test_one_address_is_told_as_one(api: Client, project: str) -> None:
    private = [{"address_family": 4, "public": False}]
    device = api.active_device(project, operating_system="ubuntu_18_04", ip_addresses=private)
    (only,) = device["ip_addresses"]
    event = of_network(api.get(f"{device['href']}/events")["events"])
    assert event["interpolated"] == f"Network configured with address {only['address']}"
