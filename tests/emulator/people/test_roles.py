"""What each role lets somebody do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.emulator.client import DEVICE, Client
from tests.emulator.people.conftest import home

ABILITIES = {
    "owner": {"admin": True, "billing": True, "collaborator": True, "owner": True},
    "admin": {"admin": True, "billing": True, "collaborator": True, "owner": False},
    "billing": {"admin": False, "billing": True, "collaborator": False, "owner": False},
    "collaborator": {"admin": False, "billing": False, "collaborator": True, "owner": False},
    "limited_collaborator": {"admin": False, "billing": False, "collaborator": False, "owner": False},
}


@pytest.mark.parametrize("role", ABILITIES)
def test_a_member_of_an_organization_does_what_their_role_allows(
    api: Client, member: Callable[..., Client], project: str, role: str
) -> None:
    place, able = home(api), ABILITIES[role]
    device = api.active_device(project)["href"]
    somebody = member(place, role)
    assert somebody.get(place)["current_user_abilities"] == able
    assert somebody.get(f"/projects/{project}")["id"] == project
    calls = [
        ("collaborator", "POST", f"/projects/{project}/devices", {**DEVICE, "hostname": "b"}, 201),
        ("collaborator", "PUT", device, {"description": "d"}, 200),
        ("collaborator", "PUT", f"/projects/{project}", {"name": "n"}, 200),
        ("billing", "GET", f"{place}/payment-methods", None, 200),
        ("billing", "POST", f"{place}/payment-methods", {"name": "card", "nonce": "n"}, 201),
        ("admin", "POST", f"{place}/projects", {"name": "p"}, 201),
        ("admin", "POST", f"/projects/{project}/invitations", {"invitee": "x@example.com"}, 201),
        ("admin", "PUT", place, {"website": "https://o.example"}, 200),
    ]
    for need, method, path, body, code in calls:
        assert somebody.call(method, path, body).status == (code if able[need] else 403), path
    reboot = somebody.call("POST", f"{device}/actions", {"type": "reboot"})
    assert reboot.status == (403 if role == "billing" else 202)


def test_a_refusal_says_what_it_refuses(api: Client, member: Callable[..., Client], project: str) -> None:
    somebody = member(f"/projects/{project}", "billing")
    for method, path, body, text in (
        ("POST", f"/projects/{project}/devices", DEVICE, "You are not authorized to change this project"),
        ("PUT", f"/projects/{project}", {"name": "n"}, "You are not authorized to update this project"),
        ("DELETE", f"/projects/{project}", None, "You are not authorized to delete this project"),
    ):
        answer = somebody.call(method, path, body)
        assert (answer.status, answer.json) == (403, {"errors": [text]})
    assert api.get(f"/projects/{project}/devices")["devices"] == []


def test_a_stranger_may_not_even_look(api: Client, ada: Client, project: str) -> None:
    device = api.active_device(project)
    vlan = api.make(f"/projects/{project}/virtual-networks", {"facility": "ewr1"})
    volume = api.make(f"/projects/{project}/storage", {"plan": "storage_1", "size": 10, "facility": "ewr1"})
    key = api.get(f"/projects/{project}/ssh-keys")["ssh_keys"][0]
    api.call("POST", f"/projects/{project}/bgp-configs", {"deployment_type": "local"})
    session = api.make(f"{device['href']}/bgp/sessions", {"address_family": "ipv4"})
    event = api.get(f"{device['href']}/events")["events"][0]
    for path, word in (
        (f"/projects/{project}", "project"),
        (f"/projects/{project}/devices", "project"),
        (device["href"], "device"),
        (f"{device['href']}/events", "device"),
        (f"/ports/{device['network_ports'][0]['id']}", "device"),
        (event["href"], "event"),
        (vlan["href"], "virtual network"),
        (volume["href"], "volume"),
        (session["href"], "BGP session"),
        (key["href"], "SSH key"),
        (f"/ips/{device['ip_addresses'][0]['id']}", "IP address"),
        (home(api), "organization"),
        (api.get("/user")["href"], "user"),
        (api.get("/user")["emails"][0]["href"], "email"),
    ):
        answer = ada.call("GET", path)
        assert answer.status == 403, path
        assert answer.errors == [f"You are not authorized to view this {word}"]
    for path, key_ in (("/projects", "projects"), ("/organizations", "organizations"), ("/events", "events")):
        assert ada.get(path)[key_] == []
    assert [user["email"] for user in ada.get("/users")["users"]] == ["ada@example.com"]


def test_a_stranger_changes_nothing(api: Client, ada: Client, project: str) -> None:
    before = api.get(f"/projects/{project}")
    assert ada.call("PUT", f"/projects/{project}", {"name": "mine"}).status == 403
    assert ada.call("DELETE", f"/projects/{project}").status == 403
    assert ada.call("POST", "/projects", {"name": "p", "organization_id": home(api).rpartition("/")[2]}).status == 404
    assert api.get(f"/projects/{project}") == before


def test_who_has_no_organization_gets_one_with_their_first_project(ada: Client) -> None:
    assert ada.get("/user")["default_organization_id"] is None
    made = ada.make("/projects", {"name": "first"})
    assert made["organization"] == {"href": home(ada)}
    assert ada.get(home(ada))["personal"] is True
    assert ada.make("/projects", {"name": "second"})["organization"] == made["organization"]


def test_a_member_of_one_project_sees_the_organization_but_not_its_other_projects(
    api: Client, member: Callable[..., Client], project: str
) -> None:
    api.project("other", key=2)
    somebody = member(f"/projects/{project}", "collaborator")
    assert [o["href"] for o in somebody.get("/organizations")["organizations"]] == [home(api)]
    assert [p["id"] for p in somebody.get(f"{home(api)}/projects")["projects"]] == [project]
    assert len(api.get(f"{home(api)}/projects")["projects"]) == 2
