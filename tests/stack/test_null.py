"""Null: as if it were not written, and other than an empty text."""

from __future__ import annotations

import pytest

from reconciler.diagnostics import Refused
from tests.stack.conftest import Read, by_address

BOX = "stack: s\nvariables: {nothing: {default: null}}\nsites: {one: {boxes: {b: {%s}}}}\n"


@pytest.mark.parametrize(
    "null", ["null", "~", "'${{ none }}'", "'${{ var.nothing }}'", "\"${{ 'x' if false else none }}\""]
)
def test_null_leaves_a_field_to_its_default_and_a_name_to_its_key(read: Read, null: str) -> None:
    box = by_address(read(BOX % f"plan: {null}, where: {null}, host: {null}"))["sites.one.boxes.b"]
    assert dict(box.values) == {"host": "b"}


def test_null_empties_what_can_be_empty_and_an_empty_text_is_a_value(read: Read) -> None:
    box = by_address(read(BOX % "script: null, where: ''"))["sites.one.boxes.b"]
    assert dict(box.values) == {"host": "b", "script": None, "where": ""}


def test_null_for_what_is_required_is_a_required_field_that_is_not_there(read: Read) -> None:
    with pytest.raises(Refused) as raised:
        read("stack: s\nsites: {one: {boxes: {b: {links: {l: {to: null}}}}}}\n")
    assert [(each.code, str(each.place)) for each in raised.value.diagnostics] == [("missing-field", "stack.yaml:2:43")]


def test_null_unsets_what_every_resource_may_have(read: Read) -> None:
    meta = "count: null, for_each: null, when: null, after: null, lifecycle: null, timeouts: null"
    assert list(by_address(read(BOX % meta))) == ["sites.one", "sites.one.boxes.b"]
    assert list(by_address(read(BOX % "count: 1, for_each: null"))) == ["sites.one", "sites.one.boxes.b[0]"]


@pytest.mark.parametrize("key", ["count", "for_each", "when"])
def test_how_many_there_are_does_not_hang_on_a_value_that_may_be_null(read: Read, key: str) -> None:
    with pytest.raises(Refused) as raised:
        read(BOX % f"{key}: '${{{{ var.nothing }}}}'")
    assert [each.code for each in raised.value.diagnostics] == ["wrong-type"]


@pytest.mark.parametrize(
    ("items", "hint"),
    [
        ("[{id: 1, name: a}]", "keyed('name')"),
        ("[[a, b]]", "keyed('a', 'b')"),
        ("[1, 2]", "map('string')"),
    ],
)
def test_for_each_over_what_has_no_names_says_how_to_give_them(read: Read, items: str, hint: str) -> None:
    with pytest.raises(Refused) as raised:
        read(f"stack: s\nlocals: {{m: {items}}}\nnets: {{a: {{for_each: '${{{{ local.m }}}}'}}}}\n")
    (found,) = raised.value.diagnostics
    assert found.code == "wrong-type"
    assert hint in found.hint
