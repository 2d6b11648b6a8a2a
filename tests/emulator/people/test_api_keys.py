"""API keys: what they are, and what each reaches."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.client import DEVICE, Client, public_key
from tests.emulator.people.conftest import home, with_token

NOT_FOUND = {"errors": ["Not found"]}
UNKNOWN = {"error": "Invalid authentication token"}


def project_key(api: Client, project: str, **fields: object) -> tuple[Any, Client]:
    """A project's key, and a client that uses it."""
    made = api.make(f"/projects/{project}/api-keys", fields)
    return made, with_token(api, made["token"])


def test_a_users_key_acts_as_the_user(api: Client, project: str) -> None:
    made = api.make("/user/api-keys", {"description": "laptop"})
    assert set(made) == {"id", "token", "description", "read_only", "created_at", "updated_at", "user"}
    assert (made["description"], made["read_only"]) == ("laptop", False)
    assert made["user"] == {"href": api.get("/user")["href"]}
    assert re.fullmatch(r"[A-Za-z0-9]{32}", made["token"])
    assert api.get("/user/api-keys")["api_keys"] == [made]
    with_key = with_token(api, made["token"])
    assert with_key.get("/user") == api.get("/user")
    assert with_key.make("/projects", {"name": "p"})["members"] == [made["user"]]


def test_a_deleted_key_is_no_token_any_more(api: Client, project: str) -> None:
    of_user = api.make("/user/api-keys")
    of_project = api.make(f"/projects/{project}/api-keys")
    for path, key in (("/user/api-keys", of_user), ("/api-keys", of_project)):
        somebody = with_token(api, key["token"])
        assert somebody.call("GET", f"/projects/{project}").status == 200
        api.delete(f"{path}/{key['id']}")
        answer = somebody.call("GET", f"/projects/{project}")
        assert (answer.status, answer.json) == (401, UNKNOWN)
    assert api.get(f"/projects/{project}/api-keys")["api_keys"] == []


def test_a_projects_key_is_not_deleted_as_a_users(api: Client, project: str) -> None:
    key, _ = project_key(api, project)
    assert api.call("DELETE", f"/user/api-keys/{key['id']}").status == 404
    api.delete(f"/projects/{project}")
    assert api.call("DELETE", f"/api-keys/{key['id']}").status == 404


def test_a_projects_key_works_inside_its_project(api: Client, project: str) -> None:
    key, mine = project_key(api, project, description="ci")
    assert key["project"] == {"href": f"/projects/{project}"}
    assert "user" not in key
    assert api.get(f"/projects/{project}/api-keys?include=project")["api_keys"][0]["project"]["id"] == project
    device = mine.make(f"/projects/{project}/devices", DEVICE)
    api.wait(2)
    assert mine.get(device["href"])["state"] == "active"
    assert mine.get(f"/projects/{project}/plans")["plans"] == api.get("/plans")["plans"]
    assert [p["id"] for p in mine.get("/projects")["projects"]] == [project]
    assert mine.call("PUT", f"/projects/{project}", {"name": "renamed"}).json["name"] == "renamed"
    mine.delete(device["href"])
    assert {event["modified_by"]["id"] for event in mine.get("/events")["events"] if event["modified_by"]} <= {
        api.get("/user")["id"]
    }


def test_what_belongs_to_users_is_404_to_a_projects_key(api: Client, project: str) -> None:
    _, mine = project_key(api, project)
    for method, path in (
        ("POST", "/projects"),
        ("GET", "/user"),
        ("GET", "/users"),
        ("GET", "/plans"),
        ("POST", "/ssh-keys"),
        ("GET", "/organizations"),
        ("GET", "/notifications"),
        ("GET", "/user/api-keys"),
        ("GET", f"/projects/{project}/api-keys"),
        ("POST", f"/projects/{project}/api-keys"),
    ):
        answer = mine.call(method, path, {"name": "p"})
        assert (answer.status, answer.json) == (404, NOT_FOUND), path
    assert len(api.get("/projects")["projects"]) == 1


def test_another_projects_things_are_403_to_a_projects_key(api: Client, project: str) -> None:
    _, mine = project_key(api, project)
    other = api.project("other", key=2)
    device = api.active_device(other)
    for path, word in (
        (f"/projects/{other}", "project"),
        (device["href"], "device"),
        (home(api), "organization"),
        (api.get("/user")["href"], "user"),
    ):
        answer = mine.call("GET", path)
        assert (answer.status, answer.errors) == (403, [f"You are not authorized to view this {word}"])
    assert mine.call("POST", f"/projects/{other}/devices", DEVICE).status == 403
    assert mine.call("DELETE", f"/projects/{project}").status == 403


def test_an_ssh_key_that_a_projects_key_makes_is_made_and_answered_with_404(
    new_api: Callable[..., Client], api: Client, project: str
) -> None:
    _, mine = project_key(api, project)
    body = {"label": "ci", "key": public_key(9)}
    answer = mine.call("POST", f"/projects/{project}/ssh-keys", body)
    assert (answer.status, answer.json) == (404, NOT_FOUND)
    assert [key["label"] for key in mine.get(f"/projects/{project}/ssh-keys")["ssh_keys"]] == ["ops", "ci"]
    mended = new_api(project_key_ssh_key_404=False)
    theirs = mended.project()
    assert project_key(mended, theirs)[1].make(f"/projects/{theirs}/ssh-keys", body)["label"] == "ci"


def test_ports_can_be_closed_to_projects_keys_as_in_early_2019(new_api: Callable[..., Client]) -> None:
    for allowed, status in ((True, 200), (False, 403)):
        api = new_api(project_key_changes_ports=allowed)
        project = api.project()
        ports = api.active_device(project)["network_ports"]
        eth1 = next(port["id"] for port in ports if port["name"] == "eth1")
        _, mine = project_key(api, project)
        assert mine.call("POST", f"/ports/{eth1}/disbond").status == status
        assert mine.get(f"/ports/{eth1}")["data"]["bonded"] is not allowed


@pytest.mark.parametrize("of", ["user", "project"])
def test_a_read_only_key_looks_and_changes_nothing(api: Client, project: str, of: str) -> None:
    path = "/user/api-keys" if of == "user" else f"/projects/{project}/api-keys"
    key = api.make(path, {"read_only": True})
    assert key["read_only"] is True
    mine = with_token(api, key["token"])
    assert mine.get(f"/projects/{project}")["id"] == project
    servers = {"servers": [{"facility": "ewr1", "plan": "t1.small.x86", "quantity": 1}]}
    assert mine.call("POST", "/capacity", servers).status == 200
    for method, below, body in (
        ("POST", "/devices", DEVICE),
        ("PUT", "", {"name": "n"}),
        ("PATCH", "", {"name": "n"}),
        ("DELETE", "", None),
    ):
        answer = mine.call(method, f"/projects/{project}{below}", body)
        assert answer.status == 403
        assert answer.errors
    assert api.get(f"/projects/{project}")["name"] == "edge"


def test_keys_open_nothing_of_the_emulators_own(api: Client) -> None:
    somebody = with_token(api, api.make("/user/api-keys")["token"])
    answer = somebody.call("GET", "/_emulator/ledger")
    assert (answer.status, answer.json) == (401, UNKNOWN)


def test_tokens_are_in_no_ledger(api: Client, project: str) -> None:
    tokens = [api.make(f"/user/api-keys?description={n}")["token"] for n in "ab"]
    tokens.append(project_key(api, project)[0]["token"])
    invitation = api.make(f"/projects/{project}/invitations", {"invitee": "a@b.example"})
    api.call("PUT", f"{invitation['href']}?nonce={invitation['nonce']}")
    told = json.dumps(api.control("ledger"))
    assert len(set(tokens)) == 3
    assert not any(secret in told for secret in (*tokens, invitation["nonce"]))


def test_a_key_outlives_the_process(new_api: Callable[..., Client], tmp_path: Any) -> None:
    db = str(tmp_path / "world.db")
    first = new_api(db=db)
    token = first.make("/user/api-keys")["token"]
    first.emulator.stop()
    assert with_token(new_api(db=db), token).get("/user")["email"] == "emulator@example.com"


def test_under_a_seed_tokens_are_the_same_again(new_api: Callable[..., Client]) -> None:
    one, two = (new_api(seed=7).make("/user/api-keys")["token"] for _ in range(2))
    assert one == two


def test_a_consumer_token_changes_nothing(api: Client) -> None:
    assert api.call("GET", "/projects", X_Consumer_Token="packngo lib").status == 200
    assert api.call("GET", "/projects", X_Consumer_Token="packngo lib", X_Auth_Token="wrong").status == 401


def test_a_late_request_is_done_with_the_rights_of_who_asked(api: Client, project: str) -> None:
    other = api.project("other", key=2)
    _, mine = project_key(api, project)
    rule = {"kind": "late_commit", "method": "PUT", "route": "/projects/{id}", "times": 2, "seconds": 5}
    api.control("faults", {"rules": [rule]})
    for identifier in (project, other):
        assert mine.call("PUT", f"/projects/{identifier}", {"name": "late"}).dropped
    api.wait(5)
    assert api.get(f"/projects/{project}")["name"] == "late"
    assert api.get(f"/projects/{other}")["name"] == "other"
