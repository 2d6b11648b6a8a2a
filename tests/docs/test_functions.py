"""The page of functions says what is so: each example comes to what it says."""

from __future__ import annotations

import pytest

from reconciler.stack.engine import Engine
from reconciler.stack.functions import FUNCTIONS
from reconciler.stack.functions.arguments import size_of
from reconciler.stack.views import plain
from reconciler.stack.vocabulary import PURE_FUNCTIONS
from tests.docs.function_pages import PAGE, examples, render

ENGINE = Engine(FUNCTIONS, plain, size_of)
EXAMPLES = [example for function in FUNCTIONS.values() for example in examples(function)]


def test_the_page_is_what_the_functions_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run `python -m tests.docs.function_pages`"


def test_every_function_is_a_word_of_expressions_and_has_an_example() -> None:
    assert set(FUNCTIONS) == PURE_FUNCTIONS
    assert [name for name, function in FUNCTIONS.items() if not list(examples(function))] == []


@pytest.mark.parametrize(("text", "value"), EXAMPLES)
def test_an_example_comes_to_what_it_says(text: str, value: str) -> None:
    assert plain(ENGINE.evaluate(text, {})) == plain(ENGINE.evaluate(value, {}))
