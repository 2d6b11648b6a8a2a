"""Spot market requests: what they are told, which devices they make and when, how they end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.emulator.client import Client

PLAN = "c2.medium.x86"
PRICE = {f"ewr1/{PLAN}": 0.2, f"sjc1/{PLAN}": 0.2}
PARAMETERS = {"plan": PLAN, "operating_system": "ubuntu_18_04", "hostname": "spot-{{index}}", "tags": ["a"]}
ASKED: dict[str, Any] = {
    "devices_min": 1,
    "devices_max": 3,
    "max_bid_price": 0.3,
    "facilities": ["ewr1"],
    "instance_parameters": PARAMETERS,
}


@pytest.fixture
def api(new_api: Callable[..., Client]) -> Client:
    """A client of a world whose prices stand still."""
    return new_api(spot_prices=PRICE)


def ask(api: Client, project: str, **fields: object) -> Any:
    return api.make(f"/projects/{project}/spot-market-requests", {**ASKED, **fields})


def devices(api: Client, request: Any) -> list[Any]:
    found: list[Any] = api.get(f"{request['href']}?include=devices")["devices"]
    return found


def set_price(api: Client, dollars: float) -> None:
    api.control("settings", {"spot_prices": {f"ewr1/{PLAN}": dollars, f"sjc1/{PLAN}": dollars}})


def test_a_request_comes_back_as_it_was_asked_with_links(api: Client, project: str) -> None:
    made = ask(api, project, end_at="2030-01-01T00:00:00Z")
    assert {name: made[name] for name in ASKED if name != "facilities"} == {
        name: value for name, value in ASKED.items() if name != "facilities"
    }
    assert made["end_at"] == "2030-01-01T00:00:00Z"
    assert [list(link) for link in (*made["facilities"], *made["devices"], made["project"], made["plan"])] == [
        ["href"]
    ] * 6
    assert made["plan"]["href"].startswith("#")
    assert made["project"]["href"] == f"/projects/{project}"
    assert api.get(made["href"]) == made
    for path in ("spot-market-requests", "spot-market-request"):
        assert api.get(f"/projects/{project}/{path}") == {"spot_market_requests": [made]}


def test_its_links_can_be_opened(api: Client, project: str) -> None:
    made = ask(api, project)
    opened = api.get(f"{made['href']}?include=devices,project,plan,facilities")
    assert [device["hostname"] for device in opened["devices"]] == ["spot-01", "spot-02", "spot-03"]
    assert opened["project"]["id"] == project
    assert opened["plan"]["slug"] == PLAN
    assert [facility["code"] for facility in opened["facilities"]] == ["ewr1"]


def test_its_devices_are_spot_instances_with_its_bid(api: Client, project: str) -> None:
    request = ask(api, project)
    api.wait(api.emulator.settings.provision_seconds)
    for device in devices(api, request):
        assert device["state"] == "active"
        assert (device["spot_instance"], device["spot_price_max"]) == (True, 0.3)
        assert (device["tags"], device["billing_cycle"]) == (["a"], "hourly")
    assert api.get(f"/projects/{project}/devices")["meta"]["total"] == 3


def test_a_bid_below_the_price_waits_until_the_price_comes_down(api: Client, project: str) -> None:
    request = ask(api, project, max_bid_price=0.1)
    api.wait(1000)
    assert devices(api, request) == []
    set_price(api, 0.1)
    api.wait(api.emulator.settings.spot_request_seconds)
    assert len(devices(api, request)) == 3


def test_a_moving_price_is_followed_hour_by_hour(new_api: Callable[..., Client]) -> None:
    api = new_api()
    project = api.project()
    request = ask(api, project, max_bid_price=0.22, devices_max=1)
    had: set[str] = set()
    for _ in range(300):
        price = api.get(f"/market/spot/prices?facility=ewr1&plan={PLAN}")["spot_market_prices"]["ewr1"][PLAN]["price"]
        api.wait(1800)
        running = [device for device in devices(api, request) if device["termination_time"] is None]
        assert len(running) == (1 if price <= 0.22 else 0)
        had.update(device["id"] for device in running)
        api.wait(1800)
    assert len(had) > 1


def test_facilities_are_filled_in_the_order_given_as_far_as_the_stock_goes(api: Client, project: str) -> None:
    api.control("settings", {"stock": {f"ewr1/{PLAN}": 2, f"sjc1/{PLAN}": 2}})
    sjc1 = next(place["id"] for place in api.get("/facilities")["facilities"] if place["code"] == "sjc1")
    request = ask(api, project, facilities=[sjc1, "ewr1"], devices_max=3)
    assert [device["facility"]["code"] for device in devices(api, request)] == ["sjc1", "sjc1", "ewr1"]


def test_nothing_is_made_while_the_least_number_cannot_be(api: Client, project: str) -> None:
    api.control("settings", {"stock": {f"ewr1/{PLAN}": 2}})
    request = ask(api, project, devices_min=3)
    assert devices(api, request) == []
    api.control("settings", {"stock": {f"ewr1/{PLAN}": 3}})
    api.wait(api.emulator.settings.spot_request_seconds)
    assert len(devices(api, request)) == 3


def test_a_machine_that_becomes_free_is_taken(api: Client, project: str) -> None:
    api.control("settings", {"stock": {f"ewr1/{PLAN}": 3}})
    other = api.active_device(project)
    request = ask(api, project)
    assert len(devices(api, request)) == 2
    api.delete(other["href"])
    api.wait(api.emulator.settings.deprovision_seconds + api.emulator.settings.spot_request_seconds)
    assert len(devices(api, request)) == 3


def test_a_device_that_its_owner_deletes_is_made_anew(api: Client, project: str) -> None:
    request = ask(api, project)
    api.wait(api.emulator.settings.provision_seconds)
    api.delete(devices(api, request)[1]["href"])
    api.wait(api.emulator.settings.deprovision_seconds + api.emulator.settings.spot_request_seconds)
    assert [device["hostname"] for device in devices(api, request)] == ["spot-01", "spot-03", "spot-02"]


def test_hostnames_are_used_one_by_one(api: Client, project: str) -> None:
    parameters = {**PARAMETERS, "hostname": "rest", "hostnames": ["red", "green"]}
    request = ask(api, project, instance_parameters=parameters)
    assert [device["hostname"] for device in devices(api, request)] == ["red", "green", "rest"]
    unnamed = ask(api, project, devices_max=1, instance_parameters={**PARAMETERS, "hostname": None})
    (device,) = devices(api, unnamed)
    assert device["hostname"] == f"{device['short_id']}.packethost.net"


def test_at_its_end_it_makes_no_more_and_its_devices_stay(api: Client, project: str) -> None:
    now = api.control("clock")["unix_seconds"]
    request = ask(api, project, end_at=_iso(now + 60))
    api.wait(61)
    api.delete(devices(api, request)[0]["href"])
    api.wait(600)
    assert [device["hostname"] for device in devices(api, request)] == ["spot-02", "spot-03"]


def test_deleting_it_leaves_its_devices(api: Client, project: str) -> None:
    request = ask(api, project)
    api.delete(request["href"])
    assert api.call("GET", request["href"]).status == 404
    api.wait(600)
    assert api.get(f"/projects/{project}/devices")["meta"]["total"] == 3


@pytest.mark.parametrize("where", ["query", "body"])
def test_deleting_it_by_force_ends_its_devices(api: Client, project: str, where: str) -> None:
    request = ask(api, project)
    query = "?force_termination=true" if where == "query" else ""
    body = None if where == "query" else {"force_termination": True}
    assert api.call("DELETE", request["href"] + query, body).status == 204
    assert {d["state"] for d in api.get(f"/projects/{project}/devices")["devices"]} == {"deprovisioning"}
    api.wait(600)
    assert api.get(f"/projects/{project}/devices")["devices"] == []


def test_a_locked_device_keeps_a_request_from_being_ended_by_force(api: Client, project: str) -> None:
    request = ask(api, project, instance_parameters={**PARAMETERS, "locked": True})
    assert api.refused("DELETE", f"{request['href']}?force_termination=true") == ["Cannot delete a locked item"]
    assert len(devices(api, request)) == 3


def test_the_ledger_names_the_request_and_its_devices(api: Client, project: str) -> None:
    request = ask(api, project)
    made = [device["id"] for device in devices(api, request)]
    row = api.control("ledger")["ledger"][-1]
    assert row["created"] == [request["id"], *made]
    api.call("DELETE", f"{request['href']}?force_termination=true")
    assert api.control("ledger")["ledger"][-1]["deleted"] == [request["id"], *made]


def test_it_goes_with_its_project(api: Client, project: str) -> None:
    request = ask(api, project, max_bid_price=0.1)
    api.delete(f"/projects/{project}")
    assert api.call("GET", request["href"]).status == 404
    set_price(api, 0.1)
    api.wait(100)
    assert api.get("/projects")["projects"] == []


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"devices_max": None}, "Devices max can't be blank"),
        ({"devices_min": None}, "Devices min can't be blank"),
        ({"devices_min": 4}, "Devices min must be less than or equal to devices max"),
        ({"devices_min": 0}, "Devices min is invalid"),
        ({"devices_max": 10**9}, "Devices max is invalid"),
        ({"max_bid_price": None}, "Max bid price can't be blank"),
        ({"max_bid_price": 0}, "Max bid price must be greater than 0"),
        ({"facilities": []}, "Facilities can't be blank"),
        ({"facilities": ["ewr1", "x"]}, "x is not a valid facility"),
        ({"end_at": "2001-01-01T00:00:00Z"}, "End at must be in the future"),
        ({"end_at": "soon"}, "End at is invalid"),
        ({"instance_parameters": None}, "Instance parameters can't be blank"),
        ({"instance_parameters": {"plan": PLAN}}, "Operating system can't be blank"),
        ({"instance_parameters": {"operating_system": "ubuntu_18_04"}}, "Plan can't be blank"),
        ({"instance_parameters": {**PARAMETERS, "hostname": "a_b"}}, "Hostname is invalid"),
        ({"instance_parameters": {**PARAMETERS, "billing_cycle": "daily"}}, "Spot instances can only be billed hourly"),
        ({"instance_parameters": {**PARAMETERS, "project_ssh_keys": ["x"]}}, "Project SSH keys are invalid"),
        ({"facilities": ["sin1"]}, f"No available servers with plan {PLAN} in facility sin1"),
    ],
)
def test_what_can_make_no_device_is_refused_and_changes_nothing(
    api: Client, project: str, fields: dict[str, object], text: str
) -> None:
    ledger = api.control("ledger")
    assert api.refused("POST", f"/projects/{project}/spot-market-requests", {**ASKED, **fields}) == [text]
    assert api.get(f"/projects/{project}/spot-market-requests") == {"spot_market_requests": []}
    assert api.get(f"/projects/{project}/devices")["devices"] == []
    assert api.control("ledger") == ledger


def test_a_plan_that_is_sold_out_is_refused(api: Client, project: str) -> None:
    api.control("settings", {"stock": {f"ewr1/{PLAN}": 0}})
    path = f"/projects/{project}/spot-market-requests"
    assert api.refused("POST", path, ASKED) == [f"No available servers with plan {PLAN} in facility ewr1"]


def test_an_unknown_request_or_project_is_404(api: Client) -> None:
    missing = "b1a6a5a4-0000-4000-8000-000000000000"
    assert api.call("GET", f"/spot-market-requests/{missing}").status == 404
    assert api.call("DELETE", f"/spot-market-requests/{missing}").status == 404
    assert api.call("POST", f"/projects/{missing}/spot-market-requests", ASKED).status == 404


def test_a_request_lives_on_in_the_worlds_file(new_api: Callable[..., Client], tmp_path: Any) -> None:
    file = str(tmp_path / "world.db")
    first = new_api(db=file, spot_prices=PRICE)
    request = ask(first, first.project(), max_bid_price=0.1)
    first.emulator.stop()
    later = new_api(db=file, spot_prices={f"ewr1/{PLAN}": 0.1})
    later.wait(later.emulator.settings.spot_request_seconds)
    assert len(devices(later, request)) == 3


def test_years_pass_quickly_for_a_request_that_cannot_be_served(api: Client, project: str) -> None:
    request = ask(api, project, max_bid_price=0.1)
    api.control("clock", {"advance_seconds": 9 * 365 * 86_400})
    assert devices(api, request) == []


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()
