"""Bandwidth, traffic and usages of a device: recorded shapes, the same numbers for the same question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.emulator.client import Client


@pytest.fixture
def device(api: Client, project: str) -> Any:
    return api.active_device(project)


def points(api: Client, device: Any, start: float, until: float) -> list[list[Any]]:
    query = urlencode({"from": int(start), "until": int(until)})
    found: list[list[Any]] = api.get(f"{device['href']}/bandwidth?{query}")["bandwidth"][0]["datapoints"]
    return found


def test_bandwidth_has_the_recorded_shape(api: Client, device: Any) -> None:
    api.wait(7200)
    now = int(api.clock.time())
    inbound, outbound = api.get(f"{device['href']}/bandwidth?from={now - 3600}&until={now}")["bandwidth"]
    assert (inbound["target"], outbound["target"]) == ("inbound", "outbound")
    for series, end in ((inbound, ".*.tx)"), (outbound, ".*.rx)")):
        assert set(series) == {"target", "tags", "datapoints"}
        assert series["tags"]["aggregatedBy"] == "sum"
        assert series["tags"]["name"].startswith("sumSeries(port_graphs.ewr1.")
        assert series["tags"]["name"].endswith(end)
        assert 60 <= len(series["datapoints"]) <= 61
        assert {at % 60 for _, at in series["datapoints"]} == {0}
        assert len({rate for rate, _ in series["datapoints"]}) > 50
    assert max(rate for rate, _ in inbound["datapoints"]) < min(rate for rate, _ in outbound["datapoints"])


def test_the_same_question_has_the_same_answer(new_api: Callable[..., Client]) -> None:
    answers = []
    for _ in range(2):
        api = new_api(seed=5)
        device = api.active_device(api.project())
        api.wait(600)
        answers.append(points(api, device, api.clock.time() - 300, api.clock.time()))
    assert answers[0] == answers[1]


def test_two_devices_differ(api: Client, project: str) -> None:
    one, other = api.active_device(project), api.active_device(project)
    api.wait(600)
    now = api.clock.time()
    assert points(api, one, now - 300, now) != points(api, other, now - 300, now)


def test_there_is_nothing_before_a_device_runs_nor_after_now(api: Client, project: str) -> None:
    api.wait(60 - api.clock.time() % 60)
    born = api.clock.time()
    device = api.active_device(project)
    api.wait(300)
    rates = [rate for rate, _ in points(api, device, born - 120, born + 600)]
    assert rates[:3] == [None] * 3
    assert None not in rates[3:8]
    assert rates[8:] == [None] * 5


def test_nothing_flows_while_it_is_off(api: Client, device: Any) -> None:
    api.wait(300)
    api.call("POST", f"{device['href']}/actions", {"type": "power_off"})
    off = api.clock.time() + api.emulator.settings.action_seconds
    api.wait(300)
    assert {rate is None for rate, at in points(api, device, off, off + 200)} == {True}
    assert {rate is None for rate, at in points(api, device, off - 200, off - 60)} == {False}


def test_a_long_time_has_longer_steps(api: Client, device: Any) -> None:
    api.wait(10 * 86_400)
    now = api.clock.time()
    found = points(api, device, now - 10 * 86_400, now)
    assert 1400 < len(found) <= 1441
    assert found[1][1] - found[0][1] == 600
    assert points(api, device, now, now - 60) == []
    assert len(points(api, device, 0, 1e11)) <= 1441


def test_without_times_it_is_the_last_hour(api: Client, device: Any) -> None:
    api.wait(7200)
    now = api.clock.time()
    (inbound, _) = api.get(f"{device['href']}/bandwidth")["bandwidth"]
    assert inbound["datapoints"] == points(api, device, now - 3600, now)


def test_traffic_is_bytes_by_interval(api: Client, device: Any) -> None:
    api.wait(3 * 86_400)
    both = api.get(f"{device['href']}/traffic")["traffic"]
    assert [series["target"] for series in both] == ["inbound", "outbound"]
    (hours,) = api.get(f"{device['href']}/traffic?direction=inbound")["traffic"]
    assert hours == both[0]
    assert len(hours["datapoints"]) in (23, 24)
    assert all(isinstance(count, int) and count > 1e6 for count, _ in hours["datapoints"])
    (outside,) = api.get(f"{device['href']}/traffic?direction=inbound&bucket=external")["traffic"]
    assert 0 < outside["datapoints"][0][0] < hours["datapoints"][0][0]
    (days,) = api.get(
        f"{device['href']}/traffic?direction=outbound&interval=days&timeframe[started_at]=2000-01-01T00:00:00Z"
    )["traffic"]
    assert days["datapoints"][-1][0] > 10 * hours["datapoints"][-1][0]


@pytest.mark.parametrize("query", ["direction=up", "interval=eons", "bucket=x", "timeframe[ended_at]=soon"])
def test_traffic_of_an_unknown_sort_is_refused(api: Client, device: Any, query: str) -> None:
    assert api.refused("GET", f"{device['href']}/traffic?{query}")[0].endswith("is invalid")


def test_usages_are_the_hours_begun_at_the_list_price(api: Client, device: Any) -> None:
    api.wait(2.5 * 3600)
    assert api.get(f"{device['href']}/usages")["usages"] == [
        {"quantity": "3.0", "total": "3.00", "unit": "hour", "unit_price": "1.0000"}
    ]
    assert api.get(f"{device['href']}/usages?created[before]=2000-01-01T00:00:00Z")["usages"] == []


def test_a_spot_instance_costs_what_the_market_asked(new_api: Callable[..., Client]) -> None:
    api = new_api(spot_prices={"ewr1/c2.medium.x86": 0.25})
    device = api.active_device(api.project(), spot_instance=True, spot_price_max=0.4)
    (used,) = api.get(f"{device['href']}/usages")["usages"]
    assert (used["unit_price"], used["total"]) == ("0.2500", "0.25")
