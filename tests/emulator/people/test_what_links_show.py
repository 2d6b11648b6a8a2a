"""Opening links shows nobody what they may not see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.client import Client
from tests.emulator.people.conftest import home, with_token


@pytest.fixture
def furnished(api: Client, project: str) -> str:
    """A project beside another one, in an organization with a card and an invitation of its own."""
    api.project("secret", key=2)
    api.make(f"{home(api)}/payment-methods", {"name": "card", "nonce": "n"})
    api.make(f"{home(api)}/invitations", {"invitee": "boss@example.com", "roles": ["admin"]})
    return project


def names(shown: list[dict[str, Any]]) -> list[str]:
    """The names of those that are shown in full."""
    return [each["name"] for each in shown if set(each) > {"href"}]


def test_a_colleagues_other_projects_and_addresses_stay_theirs(
    api: Client, member: Callable[..., Client], furnished: str
) -> None:
    colleague = member(f"/projects/{furnished}", "collaborator")
    path = f"{api.get('/user')['href']}?include=projects,emails,memberships"
    assert names(api.get(path)["projects"]) == ["edge", "secret"]
    seen = colleague.get(path)
    assert names(seen["projects"]) == ["edge"]
    assert set(seen["emails"][0]) == {"href"}
    assert len(colleague.get("/user?include=emails")["emails"]) == 1


def test_who_has_one_project_sees_of_its_organization_what_concerns_it(
    api: Client, member: Callable[..., Client], furnished: str
) -> None:
    colleague = member(f"/projects/{furnished}", "admin")
    path = f"{home(api)}?include=projects,payment_methods,invitations,memberships,inbound_transfers"
    seen = colleague.get(path)
    assert names(seen["projects"]) == ["edge"]
    mine = api.get(path)
    for name in ("payment_methods", "invitations", "memberships"):
        assert [set(each) for each in seen[name]] == [{"href"}]
        assert [set(each) > {"href"} for each in mine[name]] == [True]
    for below in ("invitations", "transfers", "payment-methods"):
        assert colleague.call("GET", f"{home(api)}/{below}").status == 403
        assert api.call("GET", f"{home(api)}/{below}").status == 200


def test_a_collaborator_reads_no_invitations_nonce(api: Client, member: Callable[..., Client], furnished: str) -> None:
    colleague = member(home(api), "collaborator")
    invitation = api.make(f"/projects/{furnished}/invitations", {"invitee": "boss@example.com"})
    assert colleague.call("GET", f"/projects/{furnished}/invitations").status == 403
    assert colleague.call("GET", invitation["href"]).status == 403
    assert invitation["nonce"] not in colleague.call("GET", f"/projects/{furnished}?include=invitations").body.decode()


def test_a_projects_key_opens_no_links_to_people_or_organization(api: Client, furnished: str) -> None:
    key = with_token(api, api.make(f"/projects/{furnished}/api-keys")["token"])
    path = f"/projects/{furnished}?include=organization,members,members.emails,members.projects,payment_method"
    seen = key.get(path)
    assert seen["organization"] == {"href": home(api)}
    assert seen["members"] == [{"href": api.get("/user")["href"]}]
    assert set(api.get(path)["organization"]) > {"name"}


def test_a_taker_sees_no_more_than_the_path_of_a_project_before_they_accept(
    api: Client, ada: Client, furnished: str
) -> None:
    target = ada.make("/organizations", {"name": "ada's"})
    made = api.make(f"/projects/{furnished}/transfers", {"target_organization_id": target["id"]})
    assert ada.get(made["href"])["project"] == {"href": f"/projects/{furnished}"}
    assert ada.get(f"{made['href']}?include=project")["project"] == {"href": f"/projects/{furnished}"}
    assert api.get(f"{made['href']}?include=project")["project"]["name"] == "edge"
