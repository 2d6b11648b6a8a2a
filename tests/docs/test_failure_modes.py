"""The page of failure modes says what the tests are."""

from __future__ import annotations

import pytest

from reconciler.emulator.faults import KINDS
from tests.docs.failure_modes import MODES, PAGE, Named, named_tests, render


@pytest.fixture(scope="module")
def every() -> list[Named]:
    return named_tests()


def test_the_modes_are_f1_to_f26() -> None:
    assert list(MODES) == list(range(1, 27))


@pytest.mark.parametrize("number", MODES)
def test_every_mode_has_a_test_of_what_must_come_of_it(every: list[Named], number: int) -> None:
    assert [each.name for each in every if number in each.modes and not each.missing]


def test_no_test_names_a_mode_that_is_none(every: list[Named]) -> None:
    assert [each.name for each in every if not set(each.modes) <= set(MODES)] == []


def test_the_faults_that_the_page_names_exist() -> None:
    words = {word.strip("`") for mode in MODES.values() for word in mode.by.split() if word.startswith("`")}
    settings = {"times", "retry_after", "errors", "list_lag_seconds", "get_lag_seconds"}
    assert {word.rstrip(",`") for word in words} - settings <= set(KINDS)


def test_the_page_is_as_generated() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run: python -m tests.docs.failure_modes"
