"""Every call of the API reference has a client method, an emulator route, and a kind or a reason for none."""

from __future__ import annotations

import pytest

from reconciler.kinds import catalog
from tests.docs import coverage
from tests.docs.coverage import PAGE, Key, Reference

CALLS = coverage.reference_calls()

# Kinds that are being built, with the paths that are theirs: until a kind is in the catalog its calls may lack one.
TO_COME: dict[str, tuple[str, ...]] = {
    "api_key": ("/user/api-keys", "/projects/{}/api-keys", "/api-keys"),
    "hardware_reservation": ("/projects/{}/hardware-reservations", "/hardware-reservations"),
    "device_batch": ("/projects/{}/batches", "/projects/{}/devices/batch", "/batches"),
}
AWAITED = tuple(path for name in TO_COME.keys() - {kind.name for kind in catalog().kinds} for path in TO_COME[name])


@pytest.fixture(scope="module")
def methods() -> dict[Key, list[str]]:
    return coverage.client_methods()


@pytest.fixture(scope="module")
def answers() -> dict[Key, str]:
    return coverage.emulator_answers()


@pytest.fixture(scope="module")
def users() -> dict[Key, list[str]]:
    return coverage.kinds_by_call()


def told(call: Reference) -> str:
    return f"{call.verb} {call.path}"


def test_no_call_is_listed_twice() -> None:
    assert len({each.key for each in CALLS}) == len(CALLS) > 170


def test_every_call_has_a_client_method(methods: dict[Key, list[str]]) -> None:
    assert [told(each) for each in CALLS if each.key not in methods] == []


def test_every_client_method_sends_a_listed_call(methods: dict[Key, list[str]]) -> None:
    listed = {each.key for each in CALLS}
    assert {key: names for key, names in methods.items() if key not in listed} == {}


def test_every_builder_has_a_client_method(methods: dict[Key, list[str]]) -> None:
    assert {name: key for name, key in coverage.builder_routes().items() if key not in methods} == {}


def test_every_call_has_an_emulator_route(answers: dict[Key, str]) -> None:
    assert [told(each) for each in CALLS if each.key not in answers] == []


def test_every_call_is_used_by_a_kind_or_says_why_not(users: dict[Key, list[str]]) -> None:
    missing = [each for each in CALLS if each.key not in users and not each.instead]
    assert [told(each) for each in missing if not each.key[1].startswith(AWAITED)] == []


def test_no_call_that_a_kind_uses_says_why_not(users: dict[Key, list[str]]) -> None:
    assert [told(each) for each in CALLS if each.key in users and each.instead] == []


def test_the_page_is_what_the_code_says() -> None:
    columns = 3 if AWAITED else None
    page, now = (
        ["|".join(line.split("|")[:columns]) for line in text.splitlines()]
        for text in (PAGE.read_text(encoding="utf-8"), coverage.render())
    )
    assert page == now, "write it anew: python -m tests.docs.coverage"
