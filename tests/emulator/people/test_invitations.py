"""Asking somebody to become a member."""

from __future__ import annotations

import re

import pytest

from tests.emulator.client import Client
from tests.emulator.people.conftest import home

RECORDED = {"id", "roles", "invitee", "nonce", "created_at", "updated_at", "invited_by", "invitable", "href"}
IN_THE_REFERENCE = {"organization", "projects_ids", "invitation"}


def test_an_invitation_has_the_recorded_fields(api: Client, project: str) -> None:
    made = api.make(f"/projects/{project}/invitations", {"invitee": "ada@example.com", "roles": ["admin"]})
    assert set(made) >= RECORDED | IN_THE_REFERENCE
    assert (made["invitee"], made["roles"], made["projects_ids"]) == ("ada@example.com", ["admin"], [project])
    assert made["invitable"] == {"href": f"/projects/{project}"}
    assert made["invited_by"] == {"href": api.get("/user")["href"]}
    assert re.fullmatch(r"[A-Za-z0-9]{32}", made["nonce"])
    assert api.get(made["href"]) == made


def test_it_is_listed_where_it_was_made_and_above(api: Client, project: str) -> None:
    made = api.make(f"/projects/{project}/invitations", {"invitee": "ada@example.com"})
    for path in (f"/projects/{project}/invitations", f"{home(api)}/invitations"):
        listed = api.get(path)
        assert (listed["invitations"], listed["meta"]["total"]) == ([made], 1)
    assert api.get(f"/projects/{project}")["invitations"] == [{"href": made["href"]}]
    assert api.get(f"/projects/{project}?include=invitations")["invitations"] == [made]


def test_without_roles_somebody_is_asked_to_collaborate(api: Client, project: str) -> None:
    made = api.make(f"/projects/{project}/invitations", {"invitee": "ada@example.com"})
    assert made["roles"] == ["collaborator"]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, ["Invitee can't be blank"]),
        ({"invitee": "nobody"}, ["Invitee is invalid"]),
        ({"invitee": "a@b.example", "roles": ["king"]}, ["Roles is invalid"]),
        ({"invitee": "a@b.example", "projects_ids": ["elsewhere"]}, ["Projects ids is invalid"]),
    ],
)
def test_what_cannot_be_understood_is_refused(
    api: Client, project: str, body: dict[str, object], errors: list[str]
) -> None:
    assert api.refused("POST", f"/projects/{project}/invitations", body) == errors
    assert api.get(f"/projects/{project}/invitations")["invitations"] == []


def test_an_address_is_invited_to_a_place_once(api: Client, project: str) -> None:
    api.make(f"/projects/{project}/invitations", {"invitee": "ada@example.com"})
    again = {"invitee": "Ada@Example.com"}
    assert api.refused("POST", f"/projects/{project}/invitations", again) == ["Invitee has already been invited"]
    api.make(f"{home(api)}/invitations", again)


def test_a_member_is_not_invited_again(api: Client) -> None:
    mine = {"invitee": api.get("/user")["email"]}
    assert api.refused("POST", f"{home(api)}/invitations", mine) == ["Invitee is already a member"]


def test_the_invitee_finds_it_and_accepting_makes_them_a_member(api: Client, ada: Client, project: str) -> None:
    made = api.make(f"/projects/{project}/invitations", {"invitee": "ADA@example.com", "roles": ["collaborator"]})
    assert ada.get("/invitations")["invitations"] == [made]
    assert ada.call("GET", f"/projects/{project}").status == 403
    membership = ada.call("PUT", made["href"]).json
    assert membership["roles"] == ["collaborator"]
    assert membership["project"] == {"href": f"/projects/{project}"}
    assert membership["user"] == {"href": ada.get("/user")["href"]}
    assert ada.get(f"/projects/{project}")["id"] == project
    assert api.get(f"/projects/{project}/memberships")["memberships"] == [membership]
    assert {"href": ada.get("/user")["href"]} in api.get(f"/projects/{project}")["members"]
    assert api.call("GET", made["href"]).status == 404


def test_the_nonce_accepts_for_somebody_who_is_no_user_yet(api: Client, project: str) -> None:
    made = api.make(f"/projects/{project}/invitations", {"invitee": "new@example.com"})
    membership = api.call("PUT", f"{made['href']}?nonce={made['nonce']}").json
    user = api.get(membership["user"]["href"])
    assert user["email"] == "new@example.com"
    assert [u["email"] for u in api.get("/users")["users"]] == ["emulator@example.com", "new@example.com"]


@pytest.mark.parametrize("nonce", ["", "wrong"])
def test_nobody_else_accepts_or_sees_it(api: Client, ada: Client, project: str, nonce: str) -> None:
    made = api.make(f"/projects/{project}/invitations", {"invitee": "new@example.com"})
    for method in ("GET", "PUT", "DELETE"):
        answer = ada.call(method, f"{made['href']}?nonce={nonce}")
        assert (answer.status, answer.errors) == (403, ["You are not authorized to view this invitation"])
    assert api.call("PUT", made["href"]).status == 403


def test_it_can_be_declined_and_taken_back(api: Client, ada: Client, project: str) -> None:
    for somebody in (ada, api):
        made = api.make(f"/projects/{project}/invitations", {"invitee": "ada@example.com"})
        somebody.delete(made["href"])
        assert api.get(f"/projects/{project}/invitations")["invitations"] == []
        assert ada.call("PUT", made["href"]).status == 404


def test_an_organization_can_invite_to_some_of_its_projects(api: Client, ada: Client) -> None:
    first, second, third = (api.make("/projects", {"name": name})["id"] for name in "abc")
    body = {"invitee": "ada@example.com", "roles": ["admin"], "projects_ids": [first, third]}
    made = api.make(f"{home(api)}/invitations", body)
    assert made["projects_ids"] == [first, third]
    ada.call("PUT", made["href"])
    assert [p["id"] for p in ada.get("/projects")["projects"]] == [first, third]
    assert ada.call("GET", f"/projects/{second}").status == 403


def test_a_member_of_an_organization_sees_all_its_projects(api: Client, ada: Client, project: str) -> None:
    made = api.make(f"{home(api)}/invitations", {"invitee": "ada@example.com", "roles": ["admin"]})
    assert made["invitable"] == {"href": home(api)}
    membership = ada.call("PUT", made["href"]).json
    assert (membership["project"], membership["organization"]) == (None, {"href": home(api)})
    assert [p["id"] for p in ada.get("/projects")["projects"]] == [project]
    assert {"href": membership["href"]} in api.get(home(api))["memberships"]


def test_a_second_invitation_adds_roles(api: Client, ada: Client, project: str) -> None:
    first, second = (api.make("/projects", {"name": name})["id"] for name in "ab")
    one = api.make(f"/projects/{first}/invitations", {"invitee": "ada@example.com", "roles": ["billing"]})
    both = {"invitee": "ada@example.com", "roles": ["admin"], "projects_ids": [first, second]}
    two = api.make(f"{home(api)}/invitations", both)
    member = ada.call("PUT", one["href"]).json
    assert ada.call("PUT", two["href"]).json["id"] == member["id"]
    assert ada.get(member["href"])["roles"] == ["billing", "admin"]


def test_what_an_invitation_is_for_may_end_before_it_is_accepted(api: Client, ada: Client) -> None:
    first, second = (api.make("/projects", {"name": name})["id"] for name in "ab")
    both = {"invitee": "ada@example.com", "projects_ids": [first, second]}
    made = api.make(f"{home(api)}/invitations", both)
    api.delete(f"/projects/{first}")
    assert api.get(made["href"])["projects_ids"] == [second]
    api.delete(f"/projects/{second}")
    assert api.call("GET", made["href"]).status == 404


def test_inviter_and_invitee_hear_of_it(api: Client, ada: Client, project: str) -> None:
    made = api.make(f"/projects/{project}/invitations", {"invitee": "ada@example.com"})
    (told,) = ada.get("/notifications")["notifications"]
    assert (told["context"], told["read"]) == (made["href"], False)
    letter = api.control("letters")["letters"][-1]
    assert (letter["to"], letter["secret"]) == ("ada@example.com", made["nonce"])
    membership = ada.call("PUT", made["href"]).json
    assert api.get("/notifications")["notifications"][0]["context"] == membership["href"]
