"""Spot instances while they run: outbid, given notice, taken back, or kept as on-demand devices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.emulator.client import DEVICE, Client

KEY = "ewr1/c2.medium.x86"


@pytest.fixture
def api(new_api: Callable[..., Client]) -> Client:
    """A client of a world where the price is set."""
    return new_api(spot_prices={KEY: 0.2})


@pytest.fixture
def spot(api: Client, project: str) -> Any:
    """An active spot instance that bids 0.3."""
    return api.active_device(project, spot_instance=True, spot_price_max=0.3)


def outbid(api: Client) -> None:
    api.control("settings", {"spot_prices": {KEY: 0.31}})


def seconds_left(api: Client, device: Any) -> float:
    at = datetime.fromisoformat(api.get(device["href"])["termination_time"]).timestamp()
    return at - float(api.control("clock")["unix_seconds"])


def test_a_bid_at_the_price_is_enough_and_keeps_the_device(api: Client, project: str) -> None:
    device = api.active_device(project, spot_instance=True, spot_price_max=0.2)
    api.wait(1e6)
    shown = api.get(device["href"])
    assert (shown["state"], shown["termination_time"]) == ("active", None)


def test_an_outbid_device_has_two_minutes_left_and_is_403_afterwards(api: Client, spot: Any) -> None:
    outbid(api)
    assert 119 <= seconds_left(api, spot) <= 120
    api.wait(119)
    assert api.get(spot["href"])["state"] == "active"
    api.wait(1.5)
    assert api.get(spot["href"])["state"] == "deprovisioning"
    api.wait(10)
    answer = api.call("GET", spot["href"])
    assert (answer.status, answer.errors) == (403, ["You are not authorized to view this device"])


def test_devices_that_have_been_given_notice_can_be_listed(api: Client, project: str, spot: Any) -> None:
    path = f"/projects/{project}/devices?has_termination_time="
    assert (len(api.get(path + "true")["devices"]), len(api.get(path + "false")["devices"])) == (0, 1)
    outbid(api)
    assert (len(api.get(path + "true")["devices"]), len(api.get(path + "false")["devices"])) == (1, 0)


def test_a_lower_price_does_not_take_the_notice_back(api: Client, spot: Any) -> None:
    outbid(api)
    assert seconds_left(api, spot) <= 120
    api.control("settings", {"spot_prices": {KEY: 0.1}})
    api.wait(200)
    assert api.call("GET", spot["href"]).status == 403


def test_a_lock_does_not_keep_an_outbid_device(api: Client, spot: Any) -> None:
    api.call("PUT", spot["href"], {"locked": True})
    outbid(api)
    api.get(spot["href"])
    api.wait(200)
    assert api.call("GET", spot["href"]).status == 403


def test_turned_on_demand_in_time_an_outbid_device_stays(api: Client, spot: Any) -> None:
    outbid(api)
    api.wait(60)
    assert seconds_left(api, spot) > 0
    kept = api.call("PUT", spot["href"], {"spot_instance": False}).json
    assert (kept["spot_instance"], kept["spot_price_max"], kept["termination_time"]) == (False, None, None)
    api.wait(1e6)
    assert api.get(spot["href"])["state"] == "active"


def test_its_owners_termination_time_counts_where_it_is_sooner(api: Client, project: str) -> None:
    now = api.control("clock")["unix_seconds"]
    end = datetime.fromtimestamp(now + 60).astimezone().isoformat()
    device = api.active_device(project, spot_instance=True, spot_price_max=0.3, termination_time=end)
    assert 56 < seconds_left(api, device) < 59
    outbid(api)
    assert 56 < seconds_left(api, device) < 59
    kept = api.call("PATCH", device["href"], {"spot_instance": False}).json
    assert kept["termination_time"] is not None
    api.wait(70)
    assert api.call("GET", device["href"]).status == 403


def test_a_device_is_outbid_in_the_hour_in_which_the_price_passes_its_bid(new_api: Callable[..., Client]) -> None:
    api = new_api()
    device = api.device(api.project(), spot_instance=True, spot_price_max=0.45)
    while True:
        price = api.get("/market/spot/prices?facility=ewr1")["spot_market_prices"]["ewr1"]["c2.medium.x86"]["price"]
        shown = api.get(device["href"])
        assert (shown["termination_time"] is None) == (price <= 0.45)
        if price > 0.45:
            break
        api.wait(3600 - api.control("clock")["unix_seconds"] % 3600)
    assert 118 <= seconds_left(api, device) <= 120


def test_all_of_time_can_pass_at_once(new_api: Callable[..., Client]) -> None:
    api = new_api()
    device = api.device(api.project(), spot_instance=True, spot_price_max=0.45)
    api.wait(365 * 86_400)
    assert api.call("GET", device["href"]).status == 403


def test_the_rest_of_a_request_goes_too_when_fewer_than_its_least_number_remain(api: Client, project: str) -> None:
    other = "sjc1/c2.medium.x86"
    api.control("settings", {"spot_prices": {KEY: 0.2, other: 0.2}, "stock": {KEY: 1, other: 2}})
    asked = {
        "devices_min": 3, "devices_max": 3, "max_bid_price": 0.3, "facilities": ["ewr1", "sjc1"],
        "instance_parameters": {"plan": DEVICE["plan"], "operating_system": "ubuntu_18_04"},
    }  # fmt: skip
    request = api.make(f"/projects/{project}/spot-market-requests?include=devices", asked)
    assert [device["facility"]["code"] for device in request["devices"]] == ["ewr1", "sjc1", "sjc1"]
    api.control("settings", {"spot_prices": {KEY: 0.31, other: 0.2}})
    times = {api.get(device["href"])["termination_time"] for device in request["devices"]}
    assert len(times) == 1
    assert None not in times


def test_a_spot_instance_can_only_be_billed_hourly(api: Client, project: str) -> None:
    body = {**DEVICE, "spot_instance": True, "spot_price_max": 1, "billing_cycle": "monthly"}
    assert api.refused("POST", f"/projects/{project}/devices", body) == ["Spot instances can only be billed hourly"]


def test_a_plan_without_a_known_price_is_not_on_the_market(api: Client, project: str) -> None:
    assert "x2.xlarge.x86" not in api.get("/market/spot/prices")["spot_market_prices"]["ewr1"]
    body = {**DEVICE, "plan": "x2.xlarge.x86", "spot_instance": True, "spot_price_max": 9}
    text = "x2.xlarge.x86 is not available on the spot market"
    assert api.refused("POST", f"/projects/{project}/devices", body) == [text]
