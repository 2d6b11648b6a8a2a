"""The canonical layout: only gaps between tokens change, never what the file means."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.stack.layout import formatted
from reconciler.stack.problems import Problem
from reconciler.stack.yaml_tree import parse, plain_value

ROOT = Path(__file__).parents[2]


def laid_out(text: str) -> str:
    return formatted(text.encode(), "x.yaml")


CASES = {
    "four spaces become two": ("a:\n    b:\n        c: 1\n", "a:\n  b:\n    c: 1\n"),
    "dashes stand below their key": ("a:\n- 1\n- b: 2\n  c: 3\nd: 4\n", "a:\n  - 1\n  - b: 2\n    c: 3\nd: 4\n"),
    "one space behind signs": ("a:   1\nb :  2\nc:\n  -   3\n", "a: 1\nb: 2\nc:\n  - 3\n"),
    "none inside of brackets": ("a: { b: [ 1,2 ,3 ], c:   d }\n", "a: {b: [1, 2, 3], c: d}\n"),
    "an empty value keeps its space": ("a: {b: , c: }\n", "a: {b: , c: }\n"),
    "spaces at line ends go": ("a: 1   \n# note  \nb: 2\t\n", "a: 1\n# note\nb: 2\n"),
    "one blank line of several": ("\n\na: 1\n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n"),
    "a missing line end is added": ("a: 1", "a: 1\n"),
    "line ends of Windows": ("a: 1\r\nb: 2\r\n", "a: 1\nb: 2\n"),
    "quotes stay": ("a:  \"x\"\nb: 'y'\n", "a: \"x\"\nb: 'y'\n"),
    "a comment goes with the line that follows": ("a:\n    # of b\n    b: 1\n", "a:\n  # of b\n  b: 1\n"),
    "a comment at the end of a level stays in it": (
        "a:\n    b: 1\n    # end\nc: 2\n# last\n",
        "a:\n  b: 1\n  # end\nc: 2\n# last\n",
    ),
    "comments behind values keep their distance": ("a:  1    # x\nb: 2 # y\n", "a: 1    # x\nb: 2 # y\n"),
    "a block scalar moves as a whole": (
        "a:\n    b: |\n        x\n          y\n\n        z\n    c: 1\n",
        "a:\n  b: |\n    x\n      y\n\n    z\n  c: 1\n",
    ),
    "a block scalar that says its indentation": (
        "a:\n    b: |2\n        x\n      y\n",
        "a:\n  b: |2\n      x\n    y\n",
    ),
    "the blank lines of a kept block scalar stay": (
        "a:\n   b: |+\n      x\n\n\nc: 1\n",
        "a:\n  b: |+\n    x\n\n\nc: 1\n",
    ),
    "a block scalar without a line end gets none": ("a: |\n   x", "a: |\n  x"),
    "block scalars in lists below their key": (
        "a:\n- |\n  x\n- b: >-\n    y\n",
        "a:\n  - |\n    x\n  - b: >-\n      y\n",
    ),
    "text in quotes over several lines": ('a:\n    b: "x\n      y"\n', 'a:\n  b: "x\n    y"\n'),
    "brackets over several lines": (
        "a:\n    b: [\n        1,\n        2,\n    ]\n",
        "a:\n  b: [\n      1,\n      2,\n  ]\n",
    ),
    "anchors and aliases": ("a:  &x\n    b: 1\nc:  *x\n", "a: &x\n  b: 1\nc: *x\n"),
    "lists in lists": ("-   - 1\n    -   2\n-\n    - 3\n", "- - 1\n  - 2\n-\n  - 3\n"),
    "a document mark": ("---\na:  1\n", "---\na: 1\n"),
    "comments only": ("# a\n\n\n# b   \n", "# a\n\n# b\n"),
    "expressions stay": (
        "a:   ${{ x  |  y }}\nb: {c: \"${{  {'a':1}  }}\"}\n",
        "a: ${{ x  |  y }}\nb: {c: \"${{  {'a':1}  }}\"}\n",
    ),
    "nothing": ("", ""),
}


@pytest.mark.parametrize("name", CASES)
def test_layout(name: str) -> None:
    before, after = CASES[name]
    assert laid_out(before) == after


@pytest.mark.parametrize("name", CASES)
def test_a_file_that_is_laid_out_stays_as_it_is(name: str) -> None:
    assert laid_out(CASES[name][1]) == CASES[name][1]


@pytest.mark.parametrize("path", sorted((ROOT / "examples").rglob("*.yaml")), ids=lambda each: each.name)
def test_the_examples_are_laid_out(path: Path) -> None:
    assert formatted(path.read_bytes(), str(path)) == path.read_text(encoding="utf-8")


def test_what_is_no_yaml_is_refused() -> None:
    with pytest.raises(Problem) as caught:
        laid_out("a: [1\n")
    assert caught.value.diagnostic.code == "yaml-syntax"


_TEXTS = st.text(st.characters(codec="ascii", exclude_categories=["Cc"], include_characters="\n"), max_size=30)
_KEYS = st.text("abcdef", min_size=1, max_size=4)
_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-99, 99), _TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_KEYS, inner, max_size=4)),
    max_leaves=16,
)


@settings(max_examples=300, deadline=None)
@given(
    value=st.dictionaries(_KEYS, _VALUES, max_size=4),
    indent=st.integers(2, 9),
    flow=st.sampled_from([None, True, False]),
    style=st.sampled_from([None, '"', "'", "|", ">"]),
    width=st.sampled_from([20, 60, 10_000]),
)
def test_any_file_that_a_yaml_writer_makes_keeps_its_meaning(
    value: dict[str, object], indent: int, flow: bool | None, style: str | None, width: int
) -> None:
    text = yaml.safe_dump(value, indent=indent, default_flow_style=flow, default_style=style, width=width)
    try:
        node = parse(text, "x.yaml")
    except Problem:
        return  # tags that a writer needs for a number in quotes, and the like
    done = laid_out(text)
    again = parse(done, "x.yaml")
    assert node is not None
    assert again is not None
    assert plain_value(again) == plain_value(node)
    assert laid_out(done) == done


def test_a_layout_that_is_not_proved_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.stack.layout.STEP", 0)  # children at the column of their key: another meaning
    with pytest.raises(Problem) as caught:
        laid_out("a:\n  b: 1\n")
    assert caught.value.diagnostic.code == "layout"
