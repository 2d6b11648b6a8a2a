"""Facilities, plans, operating systems, capacity."""

from __future__ import annotations

from collections.abc import Callable

from tests.emulator.client import Client


def test_facilities_have_the_recorded_fields(api: Client, project: str) -> None:
    facilities = api.get("/facilities")["facilities"]
    by_code = {facility["code"]: facility for facility in facilities}
    assert {"ewr1", "ams1", "sjc1", "nrt1"} <= set(by_code)
    assert set(by_code["ewr1"]) == {"id", "name", "code", "features", "address", "ip_ranges", "href"}
    assert by_code["ewr1"]["id"] == "e1e9c52e-a0bc-4117-b996-0fc94843ea09"
    assert api.get(f"/projects/{project}/facilities")["facilities"] == facilities
    assert api.call("GET", "/projects/x/facilities").status == 404


def test_plans_have_the_recorded_fields(api: Client, project: str) -> None:
    plans = api.get("/plans")["plans"]
    small = next(plan for plan in plans if plan["slug"] == "t1.small.x86")
    assert set(small) == {
        "id", "slug", "name", "description", "line", "specs", "legacy", "deployment_types", "available_in", "class",
        "pricing", "href",
    }  # fmt: skip
    assert small["pricing"] == {"hour": 0.07}
    assert all(set(link) == {"href"} for link in small["available_in"])
    assert api.get(f"/projects/{project}/plans")["plans"] == plans
    opened = next(p for p in api.get("/plans?include=available_in")["plans"] if p["slug"] == "t1.small.x86")
    assert [facility["code"] for facility in opened["available_in"]] == ["ams1", "ewr1", "nrt1", "sjc1"]
    assert {"baremetal", "storage", "network", "bandwidth"} <= {plan["line"] for plan in plans}


def test_operating_systems_say_where_they_run(api: Client) -> None:
    systems = {s["slug"]: s for s in api.get("/operating-systems")["operating_systems"]}
    assert {"ubuntu_18_04", "centos_7", "custom_ipxe", "windows_2012_rc2"} <= set(systems)
    assert {"c2.medium.x86", "baremetal_0"} <= set(systems["ubuntu_18_04"]["provisionable_on"])
    assert systems["windows_2012_rc2"]["licensed"] is True


def test_capacity_falls_as_machines_are_taken(new_api: Callable[..., Client]) -> None:
    api = new_api(stock={"ewr1/c2.medium.x86": 11})
    project = api.project()
    levels = []
    for _ in range(12):
        levels.append(api.get("/capacity")["capacity"]["ewr1"]["c2.medium.x86"]["level"])
        if len(levels) < 12:
            api.device(project)
    assert levels == ["normal"] * 2 + ["limited"] * 7 + ["critical"] * 2 + ["unavailable"]


def test_capacity_is_told_by_old_or_new_slugs(api: Client) -> None:
    def slugs(query: str) -> set[str]:
        return set(api.get(f"/capacity{query}")["capacity"]["ewr1"])

    assert "baremetal_0" in slugs("")
    assert "t1.small.x86" not in slugs("?legacy=only")
    assert "baremetal_0" not in slugs("?legacy=exclude")
    assert {"baremetal_0", "t1.small.x86"} <= slugs("?legacy=include")


def test_a_deploy_can_be_checked_without_changing_anything(new_api: Callable[..., Client]) -> None:
    api = new_api(stock={"ewr1/c2.medium.x86": 3})
    servers: list[dict[str, object]] = [
        {"facility": "ewr1", "plan": "c2.medium.x86", "quantity": 3},
        {"facility": "ewr1", "plan": "c2.medium.x86", "quantity": "4"},
        {"facility": "sin1", "plan": "c2.medium.x86", "quantity": 1},
    ]
    rows = api.control("ledger")
    answer = api.call("POST", "/capacity", {"servers": servers})
    assert answer.status == 200
    assert answer.json == {
        "servers": [{**s, "available": ok} for s, ok in zip(servers, (True, False, False), strict=True)]
    }
    assert api.control("ledger") == rows
    assert api.refused("POST", "/capacity", {"servers": [{"facility": "x", "plan": "y"}]}) == [
        "x is not a valid facility"
    ]
    unknown = {"servers": [{"facility": "ewr1", "plan": "y"}]}
    assert api.refused("POST", "/capacity", unknown) == ["y is not a valid plan"]
