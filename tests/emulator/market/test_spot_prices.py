"""What the spot market asks: by facility and plan, moving by the hour, and what it asked before."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from tests.emulator.client import Client

HOUR = 3600
HISTORY = "/market/spot/prices/history"


def price(api: Client, facility: str = "ewr1", plan: str = "c2.medium.x86") -> float:
    found = api.get(f"/market/spot/prices?facility={facility}&plan={plan}")["spot_market_prices"]
    return float(found[facility][plan]["price"])


def history(api: Client, start: float, until: float, plan: str = "c2.medium.x86") -> list[list[float]]:
    query = urlencode({"facility": "ewr1", "plan": plan, "from": int(start), "until": int(until)})
    (series,) = api.get(f"{HISTORY}?{query}")["prices_history"]
    points: list[list[float]] = series["datapoints"]
    return points


def test_prices_are_told_for_each_facility_and_plan_by_its_old_slug(api: Client) -> None:
    prices = api.get("/market/spot/prices")["spot_market_prices"]
    assert {"baremetal_0", "baremetal_2a2", "c2.medium.x86"} <= set(prices["ewr1"])
    assert set(prices["sin1"]) == {"baremetal_1e"}
    assert set(prices["ewr1"]["baremetal_0"]) == {"price"}
    narrowed = api.get("/market/spot/prices?facility=ewr1&plan=t1.small.x86")["spot_market_prices"]
    assert narrowed == {"ewr1": {"baremetal_0": prices["ewr1"]["baremetal_0"]}}
    assert api.get("/market/spot/prices?plan=nope") == {"spot_market_prices": {}}


def test_a_price_moves_by_the_hour_between_a_fifth_and_a_half_of_the_list_price(api: Client) -> None:
    seen = []
    for _ in range(60):
        seen.append(price(api))
        api.wait(HOUR)
    assert len(set(seen)) > 10
    assert 0.2 <= min(seen) < max(seen) <= 0.5


def test_the_same_seed_gives_the_same_prices_and_another_gives_others(new_api: Callable[..., Client]) -> None:
    one, same, other = new_api(), new_api(), new_api(spot_seed=7)
    assert one.get("/market/spot/prices") == same.get("/market/spot/prices")
    assert one.get("/market/spot/prices") != other.get("/market/spot/prices")


def test_what_is_sold_out_costs_ten_times_the_list_price(new_api: Callable[..., Client]) -> None:
    api = new_api(stock={"ewr1/c2.medium.x86": 1})
    assert price(api) <= 0.5
    api.device(api.project())
    assert price(api) == 10.0


def test_a_price_can_be_set(api: Client) -> None:
    api.control("settings", {"spot_prices": {"ewr1/c2.medium.x86": 0.42, "ewr1/baremetal_0": 0.01}})
    assert price(api) == 0.42
    assert price(api, plan="baremetal_0") == 0.01
    api.wait(50 * HOUR)
    assert price(api) == 0.42


@pytest.mark.parametrize("value", [{"ewr1": 1}, {"ewr1/x": -1}, {"ewr1/x": "1"}, {"ewr1/x": True}, [], None])
def test_a_price_that_is_none_cannot_be_set(api: Client, value: object) -> None:
    assert api.call("POST", "/_emulator/settings", {"spot_prices": value}).status == 422


def test_the_history_has_the_price_of_each_hour(api: Client) -> None:
    api.wait(HOUR - api.clock.time() % HOUR)
    start, asked = api.clock.time(), []
    for _ in range(5):
        asked.append([price(api), api.clock.time()])
        api.wait(HOUR)
    assert history(api, start, start + 4 * HOUR) == asked
    assert history(api, start + 1, start + 2 * HOUR) == asked[1:3]


def test_the_history_is_named_as_the_recorded_one(api: Client) -> None:
    query = urlencode({"facility": "ewr1", "plan": "t1.small.x86", "from": 0, "until": 1})
    (series,) = api.get(f"{HISTORY}?{query}")["prices_history"]
    name = "api_metrics.spot_market_price.ewr1.baremetal_0"
    assert series == {"target": name, "tags": {"name": name}, "datapoints": []}


def test_the_history_ends_now_and_goes_back_ninety_days(api: Client) -> None:
    now = api.clock.time()
    points = history(api, 0, now + 1e9)
    assert now - HOUR < points[-1][1] <= now
    assert len(points) in (90 * 24, 90 * 24 + 1)
    assert history(api, now, now - 3 * HOUR) == []


def test_without_times_the_history_is_all_of_it(api: Client) -> None:
    (series,) = api.get(f"{HISTORY}?facility=ewr1&plan=c2.medium.x86")["prices_history"]
    assert series["datapoints"] == history(api, 0, api.clock.time())


def test_a_history_needs_facility_and_plan(api: Client) -> None:
    assert api.refused("GET", f"{HISTORY}?plan=baremetal_0") == ["Facility can't be blank"]
    assert api.refused("GET", f"{HISTORY}?facility=ewr1") == ["Plan can't be blank"]
    assert api.refused("GET", f"{HISTORY}?facility=x&plan=baremetal_0") == ["x is not a valid facility"]
    assert api.refused("GET", f"{HISTORY}?facility=ewr1&plan=huge") == ["huge is not a valid plan"]
    assert api.refused("GET", f"{HISTORY}?facility=ewr1&plan=baremetal_0&from=then") == ["From is invalid"]
