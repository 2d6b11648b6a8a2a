"""Lists that do not add up, and objects and lists as they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.client import Client


def fault(api: Client, kind: str, route: str, **fields: object) -> None:
    api.control("faults", {"rules": [{"method": "GET", "route": route, "kind": kind, **fields}]})


@pytest.fixture
def five(new_api: Callable[..., Client]) -> Client:
    """A world of five projects, p0 to p4, which are listed two at a time."""
    api = new_api(per_page_most=2)
    for number in range(5):
        api.make("/projects", {"name": f"p{number}"})
    return api


def names(page: dict[str, Any]) -> list[str]:
    return [project["name"] for project in page["projects"]]


def pages(api: Client, count: int = 3) -> list[dict[str, Any]]:
    return [api.get(f"/projects?per_page=1000&page={number}") for number in range(1, count + 1)]


def test_a_list_gives_no_larger_pages_than_the_setting_says(five: Client) -> None:
    assert [names(page) for page in pages(five)] == [["p0", "p1"], ["p2", "p3"], ["p4"]]
    assert [page["meta"]["last_page"] for page in pages(five)] == [3, 3, 3]


def test_no_next_ends_a_list_early(five: Client) -> None:
    fault(five, "no_next", "/projects", nth=2)
    second = pages(five)[1]["meta"]
    assert (second["next"], second["last_page"], second["total"]) == (None, 2, 5)


def test_endless_next_always_has_one_page_more(five: Client) -> None:
    fault(five, "endless_next", "/projects", times=None)
    found = pages(five, 9)
    assert all(page["meta"]["next"] for page in found)
    assert names(found[-1]) == ["p3", "p4"]


def test_a_repeated_page_is_the_one_before_under_its_own_number(five: Client) -> None:
    fault(five, "repeated_page", "/projects", nth=2)
    second = pages(five)[1]
    assert (names(second), second["meta"]["current_page"]) == (["p0", "p1"], 2)


def test_a_shrinking_list_loses_one_between_two_pages(five: Client) -> None:
    fault(five, "shrinking_page", "/projects", times=None)
    found = pages(five)
    assert [names(page) for page in found] == [["p0", "p1"], ["p3", "p4"], []]
    assert [page["meta"]["total"] for page in found] == [5, 4, 4]


def test_a_growing_list_shows_one_twice(five: Client) -> None:
    fault(five, "growing_page", "/projects", times=None)
    found = pages(five)
    assert [names(page) for page in found] == [["p0", "p1"], ["p1", "p2"], ["p3", "p4"]]
    assert [page["meta"]["total"] for page in found] == [5, 6, 6]


def test_a_list_may_come_without_meta(five: Client) -> None:
    fault(five, "without_meta", "/projects")
    assert "meta" not in pages(five)[0]


def test_an_empty_list_is_whole_in_its_own_words(five: Client) -> None:
    fault(five, "empty_list", "/projects")
    page = pages(five)[0]
    assert (page["projects"], page["meta"]["total"], page["meta"]["next"]) == ([], 0, None)


def test_an_object_lags_behind_its_creation_and_its_deletion(new_api: Callable[..., Client]) -> None:
    api = new_api(get_lag_seconds=5)
    project = api.make("/projects", {"name": "a"})
    path = f"/projects/{project['id']}"
    assert api.call("GET", path).status == 404
    assert names(api.get("/projects")) == ["a"]
    api.wait(5)
    assert api.call("PUT", path, {"name": "b"}).json["name"] == "b"
    assert api.get(path)["name"] == "a"
    api.wait(5)
    assert api.get(path)["name"] == "b"
    api.delete(path)
    assert api.get(path)["name"] == "b"
    api.wait(5)
    assert api.call("GET", path).status == 404


def test_a_stale_get_is_as_before_the_objects_last_change(api: Client, project: str) -> None:
    device = api.active_device(project, hostname="old")
    api.call("PUT", device["href"], {"hostname": "new"})
    api.make("/projects", {"name": "unrelated"})
    fault(api, "stale_get", "/devices/{id}", times=2)
    assert api.get(device["href"])["hostname"] == "old"
    api.delete(device["href"])
    api.wait(2)
    assert api.get(device["href"])["state"] == "deprovisioning"
    assert api.call("GET", device["href"]).status == 404


def test_a_stale_get_may_be_some_seconds_old(api: Client, project: str) -> None:
    fault(api, "stale_get", "/devices/{id}", seconds=3)
    device = api.device(project)
    api.wait(2)
    assert api.call("GET", device["href"]).status == 404
    assert api.call("GET", device["href"]).status == 200
