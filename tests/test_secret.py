"""A secret shows itself to nobody who does not ask for it by name."""

from __future__ import annotations

import copy
import json
import pickle
import traceback

import pytest

from reconciler.secret import Secret

TEXT = "correct-horse-battery"


@pytest.mark.parametrize("written", ["{}", "{!s}", "{!r}", "{!a}", "{:>40}", "{0:.9}"])
def test_however_it_is_formatted_it_does_not_show(written: str) -> None:
    shown = written.format(Secret(TEXT))
    assert "***" in shown
    assert "correct" not in shown


def test_it_does_not_show_in_what_holds_it() -> None:
    assert TEXT not in f"{[Secret(TEXT)]} { {'a': (Secret(TEXT),)} } {'%s %r' % (Secret(TEXT), Secret(TEXT))}"  # noqa: UP031


@pytest.mark.parametrize("leave", [json.dumps, pickle.dumps, copy.copy, copy.deepcopy])
def test_no_format_takes_it_out_of_the_process(leave: object) -> None:
    assert callable(leave)
    with pytest.raises(TypeError) as caught:
        leave(Secret(TEXT))
    assert TEXT not in "".join(traceback.format_exception(caught.value))


def test_who_asks_by_name_gets_it() -> None:
    assert Secret(TEXT).reveal() == TEXT


def test_one_text_is_one_secret_and_no_text_is_a_secret() -> None:
    assert {Secret(TEXT), Secret(TEXT)} == {Secret(TEXT)}
    assert Secret(TEXT) != Secret("another")
    assert Secret(TEXT) != TEXT
