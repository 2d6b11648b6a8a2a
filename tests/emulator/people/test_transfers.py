"""Giving a project to another organization."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.client import Client
from tests.emulator.people.conftest import home


@pytest.fixture
def target(ada: Client) -> Any:
    """An organization of somebody else's."""
    return ada.make("/organizations", {"name": "ada's"})


def ask(api: Client, project: str, target: Any) -> Any:
    return api.make(f"/projects/{project}/transfers", {"target_organization_id": target["id"]})


def test_a_request_is_seen_by_both_sides(api: Client, ada: Client, project: str, target: Any) -> None:
    made = ask(api, project, target)
    assert set(made) == {"id", "created_at", "updated_at", "target_organization", "project", "href"}
    assert made["target_organization"] == {"href": target["href"]}
    for somebody, path in ((api, home(api)), (ada, target["href"])):
        listed = somebody.get(f"{path}/transfers")
        assert (listed["transfers"], listed["meta"]["total"]) == ([made], 1)
        assert somebody.get(made["href"]) == made
    assert api.get(f"/projects/{project}")["transfers"] == [{"href": made["href"]}]
    assert ada.get(target["href"])["inbound_transfers"] == [{"href": made["href"]}]
    assert ada.get("/notifications")["notifications"][0]["context"] == made["href"]


def test_an_accepted_project_moves_with_all_that_is_in_it(api: Client, ada: Client, project: str, target: Any) -> None:
    device = api.active_device(project)
    vlan = api.make(f"/projects/{project}/virtual-networks", {"facility": "ewr1"})
    made = ask(api, project, target)
    answer = ada.call("PUT", made["href"])
    assert (answer.status, answer.body) == (204, b"")
    moved = ada.get(f"/projects/{project}")
    assert moved["organization"] == {"href": target["href"]}
    assert (moved["devices"], moved["transfers"]) == ([{"href": device["href"]}], [])
    assert ada.get(vlan["href"])["id"] == vlan["id"]
    assert ada.call("GET", made["href"]).status == 404
    for path in (f"/projects/{project}", device["href"]):
        assert api.call("GET", path).status == 403
    assert api.get("/projects")["projects"] == []


def test_a_declined_project_stays(api: Client, ada: Client, project: str, target: Any) -> None:
    for somebody in (ada, api):
        made = ask(api, project, target)
        somebody.delete(made["href"])
        assert api.get(f"/projects/{project}")["organization"] == {"href": home(api)}
        assert api.get(f"{home(api)}/transfers")["transfers"] == []


def test_the_giver_does_not_accept_for_the_taker(api: Client, project: str, target: Any) -> None:
    made = ask(api, project, target)
    assert api.call("PUT", made["href"]).status == 403
    assert api.get(f"/projects/{project}")["organization"] == {"href": home(api)}


def test_who_owns_both_organizations_does_both(api: Client, project: str) -> None:
    second = api.make("/organizations", {"name": "second"})
    assert api.call("PUT", ask(api, project, second)["href"]).status == 204
    assert api.get(f"/projects/{project}")["organization"] == {"href": second["href"]}


def test_only_owners_ask_and_answer(
    api: Client, ada: Client, member: Callable[..., Client], project: str, target: Any
) -> None:
    admin = member(home(api), "admin")
    body = {"target_organization_id": target["id"]}
    assert admin.call("POST", f"/projects/{project}/transfers", body).status == 403
    made = ask(api, project, target)
    for method in ("PUT", "DELETE"):
        assert admin.call(method, made["href"]).status == 403


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, ["Target organization can't be blank"]),
        ({"target_organization_id": "x"}, ["Target organization is invalid"]),
    ],
)
def test_there_must_be_a_target(api: Client, project: str, body: dict[str, str], errors: list[str]) -> None:
    assert api.refused("POST", f"/projects/{project}/transfers", body) == errors


def test_one_request_at_a_time_and_none_to_where_it_is(api: Client, project: str, target: Any) -> None:
    path, own = f"/projects/{project}/transfers", {"target_organization_id": home(api).rpartition("/")[2]}
    assert api.refused("POST", path, own) == ["Project already belongs to the target organization"]
    ask(api, project, target)
    body = {"target_organization_id": target["id"]}
    assert api.refused("POST", path, body) == ["Project already has a transfer request"]


def test_a_moved_project_leaves_its_payment_method_and_invitations_behind(
    api: Client, ada: Client, project: str, target: Any
) -> None:
    card = api.make(f"{home(api)}/payment-methods", {"name": "card", "nonce": "n"})
    api.call("PUT", f"/projects/{project}", {"payment_method_id": card["id"]})
    invitation = api.make(f"/projects/{project}/invitations", {"invitee": "bob@example.com"})
    ada.call("PUT", ask(api, project, target)["href"])
    assert ada.get(f"/projects/{project}")["payment_method"] is None
    assert api.call("GET", invitation["href"]).status == 404
    api.delete(card["href"])


def test_a_request_ends_with_its_project_or_its_target(api: Client, ada: Client, target: Any) -> None:
    first, second = api.project("a"), api.project("b", key=2)
    one, two = ask(api, first, target), ask(api, second, target)
    api.delete(f"/projects/{first}")
    assert ada.call("GET", one["href"]).status == 404
    spare = ada.make("/organizations", {"name": "spare"})
    assert ada.call("PUT", "/user", {"customdata": {}}).status == 200
    assert ada.refused("DELETE", target["href"]) == ["Cannot delete the default organization"]
    api.delete(two["href"])
    three = ask(api, second, spare)
    ada.delete(spare["href"])
    assert api.call("GET", three["href"]).status == 404
