"""People besides the one whose token the emulator was started with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.emulator.client import Client


def with_token(api: Client, token: str) -> Client:
    """The same world, seen with another token."""
    return replace(api, headers={**api.headers, "X-Auth-Token": token})


def home(api: Client) -> str:
    """The path of the caller's own organization."""
    return f"/organizations/{api.get('/user')['default_organization_id']}"


@pytest.fixture
def person(api: Client) -> Callable[[str], Client]:
    """Makes somebody with this e-mail address, who belongs to nothing, and gives their client."""
    return lambda address: with_token(api, api.control("users", {"email": address})["token"])


@pytest.fixture
def ada(person: Callable[[str], Client]) -> Client:
    """A stranger."""
    return person("ada@example.com")


@pytest.fixture
def member(api: Client, person: Callable[[str], Client]) -> Callable[..., Client]:
    """Makes somebody with roles in a place (`/projects/...` or `/organizations/...`), and gives their client."""

    def build(place: str, *roles: str, address: str = "member@example.com") -> Client:
        somebody = person(address)
        join(api, somebody, place, *roles)
        return somebody

    return build


def join(api: Client, somebody: Client, place: str, *roles: str) -> Any:
    """Invite somebody to a place and accept in their name; the membership."""
    address = somebody.get("/user")["email"]
    invitation = api.make(f"{place}/invitations", {"invitee": address, "roles": list(roles)})
    answer = somebody.call("PUT", invitation["href"])
    assert answer.status == 200, answer
    return answer.json
