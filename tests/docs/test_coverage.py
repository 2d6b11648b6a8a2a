"""Every call of the API reference has a client method, an emulator route, and a kind or a reason for none."""

from __future__ import annotations

import pytest

from tests.docs import coverage
from tests.docs.coverage import PAGE, Key, Reference

CALLS = coverage.reference_calls()


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
    assert [told(each) for each in CALLS if each.key not in users and not each.instead] == []


def test_no_call_that_a_kind_uses_says_why_not(users: dict[Key, list[str]]) -> None:
    assert [told(each) for each in CALLS if each.key in users and each.instead] == []


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == coverage.render(), "write it anew: python -m tests.docs.coverage"


def test_no_cell_of_the_page_is_empty() -> None:
    rows = [line.strip("|").split(" | ") for line in coverage.render().splitlines() if line.startswith("| ")]
    assert len(rows) > len(CALLS)
    assert [row for row in rows if len(row) != 4 or not all(cell.strip() for cell in row)] == []
