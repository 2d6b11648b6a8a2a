"""Organizations and users beyond what projects need of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.client import Client, public_key
from tests.emulator.people.conftest import home, join

ADDRESS = {"address": "Am Sandtorkai 1", "city": "Hamburg", "zip_code": "20457", "country": "DE"}


def test_an_organization_keeps_what_it_is_given(api: Client) -> None:
    given: dict[str, Any] = {
        "name": "o", "description": "d", "website": "https://o.example", "twitter": "o", "address": ADDRESS,
        "billing_address": {**ADDRESS, "city": "Bremen"}, "customdata": {"a": 1},
        "enforce_2fa_at": "2030-01-01T00:00:00Z",
    }  # fmt: skip
    made = api.make("/organizations", given)
    assert {name: made[name] for name in given} == given
    assert (made["personal"], made["logo"]) == (False, None)
    assert set(made["entitlement"]) >= {"id", "slug", "name", "project_quota", "href"}
    for name, value in given.items():
        changed: object = None if value == given["enforce_2fa_at"] else ("p" if isinstance(value, str) else {})
        assert api.call("PUT", made["href"], {name: changed}).json[name] == changed


def test_a_logo_has_two_sizes_and_a_time(api: Client) -> None:
    made = api.make("/organizations", {"name": "o", "logo": "data:image/png;base64,AA=="})
    assert made["logo"].startswith(f"{made['href']}/logos/original?")
    assert made["logo_thumb"].startswith(f"{made['href']}/logos/thumb?")
    assert api.call("PUT", made["href"], {"logo": None}).json["logo"] is None


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Emulator Organization", "empty", "full"]),
        ("?personal=include", ["Emulator Organization", "empty", "full"]),
        ("?personal=exclude", ["empty", "full"]),
        ("?personal=only", ["Emulator Organization"]),
        ("?without_projects=only&personal=exclude", ["empty"]),
        ("?without_projects=exclude", ["full"]),
    ],
)
def test_a_list_includes_excludes_or_shows_only_personal_and_empty_ones(
    api: Client, query: str, names: list[str]
) -> None:
    api.make("/organizations", {"name": "empty"})
    full = api.make("/organizations", {"name": "full"})
    api.make(f"{full['href']}/projects", {"name": "p"})
    assert [o["name"] for o in api.get(f"/organizations{query}")["organizations"]] == names


def test_all_that_an_organization_has_goes_with_it(api: Client) -> None:
    made = api.make("/organizations", {"name": "o"})
    card = api.make(f"{made['href']}/payment-methods", {"name": "c", "nonce": "n"})
    invitation = api.make(f"{made['href']}/invitations", {"invitee": "a@b.example"})
    membership = api.get(made["href"])["memberships"][0]
    api.delete(made["href"])
    for gone in (made, card, invitation, membership):
        assert api.call("GET", gone["href"]).status == 404


def test_users_who_share_a_place_see_each_other(api: Client, ada: Client, project: str) -> None:
    me, her = api.get("/user"), ada.get("/user")
    assert api.call("GET", her["href"]).status == 403
    join(api, ada, f"/projects/{project}", "collaborator")
    assert api.get(her["href"])["email"] == "ada@example.com"
    assert [user["id"] for user in ada.get("/users")["users"]] == [me["id"], her["id"]]
    assert ada.get("/user?include=projects")["projects"][0]["id"] == project


def test_a_device_gets_the_keys_of_all_members(api: Client, ada: Client, project: str) -> None:
    join(api, ada, f"/projects/{project}", "collaborator")
    mine = api.make("/ssh-keys", {"label": "mine", "key": public_key(11)})
    hers = ada.make("/ssh-keys", {"label": "hers", "key": public_key(12)})
    (of_project,) = api.get(f"/projects/{project}/ssh-keys")["ssh_keys"]
    everybody = api.device(project)
    assert everybody["ssh_keys"] == [{"href": key["href"]} for key in (of_project, mine, hers)]
    only = api.device(project, user_ssh_keys=[ada.get("/user")["id"]])
    assert only["ssh_keys"] == [{"href": hers["href"]}]


def test_a_stranger_has_no_part_in_a_device(api: Client, ada: Client, project: str) -> None:
    body = {"facility": "ewr1", "plan": "t1.small.x86", "operating_system": "ubuntu_16_04"}
    stranger = {**body, "user_ssh_keys": [ada.get("/user")["id"]]}
    assert api.refused("POST", f"/projects/{project}/devices", stranger) == ["User SSH keys are invalid"]


def test_a_user_changes_what_is_theirs(api: Client) -> None:
    given = {"last_name": "L", "timezone": "Europe/Berlin", "phone_number": "1", "social_accounts": {"linkedin": "x"}}
    changed = api.call("PATCH", "/user", given).json
    assert {name: changed[name] for name in given} == given
    assert api.get("/user") == changed
    assert api.refused("PUT", "/user", {"social_accounts": "x"}) == ["Social accounts is invalid"]


def test_the_operator_makes_people_and_keys_for_them(api: Client) -> None:
    first = api.control("users", {"email": "ada@example.com", "first_name": "Ada", "last_name": "Example"})
    again = api.control("users", {"email": "ADA@example.com"})
    assert (first["id"], first["token"] == again["token"]) == (again["id"], False)
    answer = api.call("POST", "/_emulator/users", {"email": "nonsense"})
    assert (answer.status, answer.errors) == (422, ["Email is invalid"])


def test_an_organizations_customdata_can_be_read_alone(api: Client) -> None:
    api.call("PUT", home(api), {"customdata": '{"a": [1]}'})
    assert api.get(f"{home(api)}/customdata") == {"a": [1]}
