"""Pages and their meta."""

from __future__ import annotations

import pytest

from tests.emulator.client import Client


@pytest.fixture
def names(api: Client) -> list[str]:
    """The names of 23 projects, in the order they were made."""
    made = [f"project {number:02d}" for number in range(23)]
    for name in made:
        api.make("/projects", {"name": name})
    return made


def test_a_page_has_ten_items_and_a_full_meta(api: Client, names: list[str]) -> None:
    page = api.get("/projects")
    assert [item["name"] for item in page["projects"]] == names[:10]
    assert page["meta"] == {
        "first": {"href": "/projects?page=1"},
        "previous": None,
        "self": {"href": "/projects?page=1"},
        "next": {"href": "/projects?page=2"},
        "last": {"href": "/projects?page=3"},
        "current_page": 1,
        "last_page": 3,
        "total": 23,
    }


def test_following_next_finds_everything_once(api: Client, names: list[str]) -> None:
    page = api.get("/projects")
    found = [item["name"] for item in page["projects"]]
    while page["meta"]["next"]:
        page = api.get(page["meta"]["next"]["href"])
        found += [item["name"] for item in page["projects"]]
    assert found == names


def test_page_links_carry_the_page_only(api: Client, names: list[str]) -> None:
    meta = api.get("/projects?page=2&per_page=5&include=organization")["meta"]
    assert meta["next"] == {"href": "/projects?page=3"}
    assert meta["previous"] == {"href": "/projects?page=1"}
    assert (meta["current_page"], meta["last_page"]) == (2, 5)


def test_the_last_page_is_short_and_one_beyond_it_is_empty(api: Client, names: list[str]) -> None:
    last = api.get("/projects?page=3")
    assert [item["name"] for item in last["projects"]] == names[20:]
    assert last["meta"]["next"] is None
    beyond = api.get("/projects?page=9")
    assert (beyond["projects"], beyond["meta"]["total"]) == ([], 23)


@pytest.mark.parametrize(
    ("query", "count"), [("per_page=1000", 23), ("per_page=5000", 23), ("per_page=0", 1), ("page=0", 10)]
)
def test_what_is_out_of_range_is_brought_into_it(api: Client, names: list[str], query: str, count: int) -> None:
    assert len(api.get(f"/projects?{query}")["projects"]) == count


def test_an_empty_list_is_one_empty_page(api: Client, project: str) -> None:
    page = api.get(f"/projects/{project}/devices")
    assert page["devices"] == []
    assert (page["meta"]["total"], page["meta"]["last_page"], page["meta"]["next"]) == (0, 1, None)


PAGED = [
    "/projects", "/organizations", "/organizations/{o}/projects", "/organizations/{o}/devices",
    "/organizations/{o}/events", "/events", "/projects/{p}/devices", "/projects/{p}/events", "/devices/{d}/events",
    "/projects/{p}/hardware-reservations", "/projects/{p}/bgp/sessions", "/devices/{d}/bgp/sessions",
]  # fmt: skip
UNPAGED = [
    "/facilities", "/plans", "/operating-systems", "/ssh-keys", "/users", "/projects/{p}/ssh-keys", "/projects/{p}/ips",
    "/projects/{p}/virtual-networks", "/projects/{p}/facilities", "/projects/{p}/plans", "/devices/{d}/ips",
    "/devices/{d}/ssh-keys", "/organizations/{o}/facilities",
]  # fmt: skip


@pytest.mark.parametrize("template", [*PAGED, *UNPAGED])
def test_only_some_lists_are_paged(api: Client, project: str, template: str) -> None:
    device = api.device(project)["id"]
    organization = api.get("/organizations")["organizations"][0]["id"]
    body = api.get(template.format(p=project, d=device, o=organization))
    (key,) = set(body) - {"meta"}
    assert isinstance(body[key], list)
    assert ("meta" in body) is (template in PAGED)


def test_devices_are_narrowed_by_hostname_tag_and_facility(api: Client, project: str) -> None:
    api.device(project, hostname="web-1", tags=["blue"])
    api.device(project, hostname="db-1", facility="ams1")
    for query, found in [
        ("hostname=web", "web-1"),
        ("search=db-1", "db-1"),
        ("tag=blue", "web-1"),
        ("facility=ams1", "db-1"),
    ]:
        devices = api.get(f"/projects/{project}/devices?{query}")
        assert [device["hostname"] for device in devices["devices"]] == [found]
        assert devices["meta"]["total"] == 1


@pytest.mark.parametrize(("query", "found"), [
    ("type=on_demand", ["plain", "ending"]), ("type=spot_market", ["spot"]), ("type=reserved", ["own"]),
    ("reserved=true", ["own"]), ("reserved=false", ["plain", "ending", "spot"]),
    ("has_termination_time=true", ["ending"]), ("has_termination_time=false", ["plain", "spot", "own"]),
    ("type=on_demand&has_termination_time=false", ["plain"]), ("type=lent", []),
])  # fmt: skip
def test_devices_are_narrowed_by_how_they_were_ordered(api: Client, project: str, query: str, found: list[str]) -> None:
    api.control(
        "hardware-reservations", {"project_id": project, "facility": "ewr1", "plan": "c2.medium.x86", "count": 1}
    )
    api.device(project, hostname="plain")
    api.device(project, hostname="ending", termination_time="2031-01-01T00:00:00Z")
    api.device(project, hostname="spot", spot_instance=True, spot_price_max=5)
    api.device(project, hostname="own", hardware_reservation_id="next-available")
    devices = api.get(f"/projects/{project}/devices?{query}")["devices"]
    assert [device["hostname"] for device in devices] == found
