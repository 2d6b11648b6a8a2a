"""Who is let in, asked of every endpoint there is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.emulator.routes import all_routes
from tests.emulator.client import DEVICE, Client
from tests.emulator.furnished import Furnished, furnish
from tests.emulator.people.conftest import with_token

ROUTES = sorted({(route.method, route.template, route.write is not None) for route in all_routes()})
ABOUT_SOMETHING = [(method, template) for method, template, _ in ROUTES if "{" in template and "{otp}" not in template]
WRITES = [(method, template) for method, template, writes in ROUTES if writes]
BODY = {**DEVICE, "name": "n", "role": ["admin"], "invitee": "x@example.com", "nonce": "n"}


@pytest.fixture
def world(api: Client) -> Furnished:
    """Something of each kind."""
    return furnish(api)


def changes(api: Client) -> int:
    return len(api.control("ledger")["ledger"])


def test_without_a_token_nothing_is_answered(api: Client, world: Furnished) -> None:
    nobody = with_token(api, "")
    for method, template, _ in ROUTES:
        answer = nobody.call(method, world.path(template), BODY)
        assert (answer.status, answer.json) == (401, {"error": "Invalid authentication token"}), template


def test_a_stranger_gets_403_for_all_that_is_somebodys(api: Client, world: Furnished, ada: Client) -> None:
    before = changes(api)
    for method, template in ABOUT_SOMETHING:
        answer = ada.call(method, world.path(template), BODY)
        assert answer.status == 403, (method, template, answer)
        assert answer.errors[0].startswith("You are not authorized to "), template
    assert changes(api) == before


def test_another_projects_key_gets_403_or_404_for_it(api: Client, world: Furnished) -> None:
    key = api.make(f"/projects/{api.project('other', key=2)}/api-keys")
    before = changes(api)
    for method, template in ABOUT_SOMETHING:
        answer = with_token(api, key["token"]).call(method, world.path(template), BODY)
        assert answer.status in (403, 404), (method, template, answer)
    assert changes(api) == before


@pytest.mark.parametrize("of", ["user", "project"])
def test_a_read_only_key_makes_no_change_anywhere(api: Client, world: Furnished, of: str) -> None:
    path = "/user/api-keys" if of == "user" else f"/projects/{world.project}/api-keys"
    reader = with_token(api, api.make(path, {"read_only": True})["token"])
    before = changes(api)
    for method, template in WRITES:
        answer = reader.call(method, world.path(template), BODY)
        assert answer.status in ((403,) if of == "user" else (403, 404)), (method, template, answer)
    assert changes(api) == before


def test_a_looking_member_makes_no_change_to_a_project(
    api: Client, world: Furnished, member: Callable[..., Client]
) -> None:
    looker = member(f"/projects/{world.project}", "billing")
    before = changes(api)
    for method, template in WRITES:
        if template.startswith(("/projects/", "/devices/", "/ports/", "/ips/", "/storage/", "/batches/", "/bgp/")):
            answer = looker.call(method, world.path(template), BODY)
            assert answer.status == 403, (method, template, answer)
    assert changes(api) == before
    assert looker.get(f"/projects/{world.project}")["id"] == world.project


def test_what_is_not_there_is_404_to_everybody(api: Client, ada: Client) -> None:
    for method, template in ABOUT_SOMETHING:
        parts = ["nothing" if part.startswith("{") else part for part in template.split("/")]
        for somebody in (api, ada):
            answer = somebody.call(method, "/".join(parts), BODY)
            assert (answer.status, answer.json) == (404, {"errors": ["Not found"]}), (method, template)
