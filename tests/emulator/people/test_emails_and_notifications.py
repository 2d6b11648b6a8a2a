"""A user's addresses, and what they are told."""

from __future__ import annotations

import time

import pytest

from tests.emulator.client import Client
from tests.emulator.people.conftest import join, with_token


def test_a_user_has_one_address_which_is_the_default(api: Client) -> None:
    (email,) = api.get("/user?include=emails")["emails"]
    assert set(email) == {"id", "address", "default", "verified", "href"}
    assert (email["address"], email["default"]) == (api.get("/user")["email"], True)
    assert api.get(email["href"]) == email


def test_another_address_can_become_the_default(api: Client) -> None:
    (first,) = api.get("/user")["emails"]
    made = api.make("/emails", {"address": "second@example.com"})
    assert (made["default"], made["verified"]) == (False, False)
    assert api.get("/user")["emails"] == [first, {"href": made["href"]}]
    assert api.call("PUT", made["href"], {"default": True}).json["default"] is True
    assert api.get("/user")["email"] == "second@example.com"
    assert api.get(first["href"])["default"] is False
    assert api.make("/emails", {"address": "third@example.com", "default": True})["default"] is True
    assert api.get("/user")["email"] == "third@example.com"


def test_a_changed_default_stays_the_default(api: Client) -> None:
    (first,) = api.get("/user")["emails"]
    changed = api.call("PATCH", first["href"], {"address": "new@example.com"}).json
    assert (changed["default"], changed["verified"]) == (True, False)
    assert api.get("/user")["email"] == "new@example.com"
    assert api.refused("PUT", first["href"], {"default": False})


def test_the_default_cannot_be_deleted_others_can(api: Client) -> None:
    (first,) = api.get("/user")["emails"]
    made = api.make("/emails", {"address": "second@example.com"})
    assert api.refused("DELETE", first["href"]) == ["Cannot delete the default email"]
    api.delete(made["href"])
    assert api.get("/user")["emails"] == [first]


@pytest.mark.parametrize(
    ("address", "errors"),
    [
        (None, ["Address can't be blank"]),
        ("nonsense", ["Address is invalid"]),
        ("a b@c.example", ["Address is invalid"]),
        ("EMULATOR@example.com", ["Address has already been taken"]),
    ],
)
def test_an_address_must_be_one_and_nobody_elses(api: Client, address: str | None, errors: list[str]) -> None:
    assert api.refused("POST", "/emails", {"address": address}) == errors


def test_an_address_is_verified_with_the_letters_token(api: Client) -> None:
    made = api.make("/emails", {"address": "second@example.com"})
    assert api.call("POST", "/verify-email?login=second@example.com").status == 201
    letter = api.control("letters")["letters"][-1]
    assert letter["to"] == "second@example.com"
    assert api.call("PUT", "/verify-email?user_token=wrong").status == 404
    verified = api.call("PUT", f"/verify-email?user_token={letter['secret']}")
    assert verified.status == 200
    assert api.get(made["href"])["verified"] is True
    assert with_token(api, verified.json["token"]).get("/user")["id"] == api.get("/user")["id"]
    assert (verified.json["read_only"], len(api.get("/sessions")["sessions"])) == (False, 1)
    assert api.call("PUT", f"/verify-email?user_token={letter['secret']}").status == 404


def test_notifications_are_paged_newest_first_and_can_be_marked_as_read(api: Client) -> None:
    home = api.get("/user")["default_organization_id"]
    for number in range(12):
        address = f"user{number}@example.com"
        made = api.make(f"/organizations/{home}/invitations", {"invitee": address})
        api.call("PUT", f"{made['href']}?nonce={made['nonce']}")
        api.wait(1)
    listed = api.get("/notifications")
    assert (len(listed["notifications"]), listed["meta"]["total"]) == (10, 12)
    first = listed["notifications"][0]
    assert set(first) == {
        "id", "type", "body", "severity", "read", "context", "created_at", "updated_at", "user", "href",
    }  # fmt: skip
    assert "user11@example.com" in first["body"]
    assert first["read"] is False
    answer = api.call("PUT", first["href"])
    assert (answer.status, answer.json["read"]) == (200, True)
    assert api.get(first["href"])["read"] is True


def test_a_member_hears_of_a_device_that_failed_or_was_taken_back(api: Client, ada: Client, project: str) -> None:
    join(api, ada, f"/projects/{project}", "collaborator")
    rule = {"kind": "fail_provisioning", "method": "POST", "route": "/projects/{id}/devices", "nth": 2}
    api.control("faults", {"rules": [rule]})
    api.device(project, hostname="fine")
    api.device(project, hostname="broken")
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(api.control("clock")["unix_seconds"] + 60))
    api.device(project, hostname="brief", termination_time=soon)
    api.wait(600)
    told = ada.get("/notifications")["notifications"][:-1]  # the first one told of the invitation
    assert [(each["type"], each["severity"], each["body"].split()[0]) for each in told] == [
        ("device.reclaimed", "warning", "brief"),
        ("device.failed", "error", "broken"),
    ]


def test_nobody_reads_anothers_mail(api: Client, ada: Client, project: str) -> None:
    api.make(f"/projects/{project}/invitations", {"invitee": "ada@example.com"})
    (theirs,) = ada.get("/notifications")["notifications"]
    assert api.get("/notifications")["notifications"] == []
    for method in ("GET", "PUT"):
        assert api.call(method, theirs["href"]).status == 403
    assert ada.call("DELETE", api.get("/user")["emails"][0]["href"]).status == 403
