"""Facilities, plans, operating systems."""

from __future__ import annotations

from tests.emulator.client import Client

OLD_SLUGS = {
    "baremetal_0": "t1.small.x86", "baremetal_1": "c1.small.x86", "baremetal_1e": "x1.small.x86",
    "baremetal_2": "m1.xlarge.x86", "baremetal_2a": "c1.large.arm", "baremetal_2a2": "c1.large.arm.xda",
    "baremetal_3": "c1.xlarge.x86", "baremetal_s": "s1.large.x86",
}  # fmt: skip


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


def test_a_plan_is_found_by_its_old_and_its_new_slug(api: Client, project: str) -> None:
    plans = {plan["slug"]: plan for plan in api.get("/plans")["plans"]}
    for old, new in OLD_SLUGS.items():
        assert new in plans
        place = next(
            facility["code"]
            for facility in api.get("/facilities")["facilities"]
            if {"href": facility["href"]} in plans[new]["available_in"]
        )
        checked = {"servers": [{"facility": place, "plan": old, "quantity": 1}]}
        assert api.call("POST", "/capacity", checked).json["servers"][0]["available"] is True


def test_each_recorded_id_is_kept(api: Client) -> None:
    ids = {plan["slug"]: plan["id"] for plan in api.get("/plans")["plans"]}
    assert ids["t1.small.x86"] == "e69c0169-4726-46ea-98f1-939c9e8a3607"
    assert ids["c1.xlarge.x86"] == "741f3afb-bb2f-4694-93a0-fcbad7cd5e78"
    assert ids["storage_1"] == "87728148-3155-4992-a730-8d1e6aca8a32"
    assert len(set(ids.values())) == len(ids)


def test_an_organization_sees_what_there_is(api: Client) -> None:
    organization = api.get("/user")["default_organization_id"]
    for what in ("facilities", "plans", "operating-systems", "capacity"):
        assert api.get(f"/organizations/{organization}/{what}") == api.get(f"/{what}")
        assert api.call("GET", f"/organizations/x/{what}").status == 404


def test_a_facilitys_address_opens_to_the_fields_of_the_reference(api: Client, project: str) -> None:
    closed = {place["code"]: place["address"] for place in api.get("/facilities")["facilities"]}
    opened = {place["code"]: place["address"] for place in api.get("/facilities?include=address")["facilities"]}
    assert all(set(address) == {"href"} for address in closed.values())
    assert {code: address["href"] for code, address in opened.items()} == {c: a["href"] for c, a in closed.items()}
    assert all(
        set(address)
        == {"address", "address2", "city", "state", "zip_code", "country", "coordinates", "href"}
        for address in opened.values()
    )  # fmt: skip
    assert (opened["ewr1"]["city"], opened["sin1"]["city"]) == ("Parsippany", "Singapore")
    device = api.device(project)
    assert api.get(f"{device['href']}?include=facility.address")["facility"]["address"] == opened["ewr1"]
