"""Variables with types down to the fields of objects, and rules in the user's own words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.diagnostics import Refused
from tests.stack.conftest import Read

HEAD = """\
stack: s
variables:
  pools:
    type: map
    items:
      type: object
      fields:
        size: {type: integer, default: 2, minimum: 0}
        plan: {type: string, default: small}
        note: {type: string, optional: true}
    default: {a: {}}
outputs: {pools: "${{ var.pools }}"}
"""


def pools(read: Read, values: str = "") -> Any:
    other = {"values.yaml": values} if values else {}
    return read(HEAD, other=other, files=["values.yaml"] if values else []).outputs[0].value


def refused(read: Read, values: str) -> list[tuple[str, str, str, str]]:
    with pytest.raises(Refused) as raised:
        pools(read, values)
    return [(each.code, str(each.place), each.summary, each.hint) for each in raised.value.diagnostics]


def test_the_defaults_of_an_objects_fields_are_filled_in_and_optional_ones_are_null(read: Read) -> None:
    assert pools(read) == {"a": {"size": 2, "plan": "small", "note": None}}
    assert pools(read, "pools: {b: {size: 0, note: x}, c: {plan: null}}") == {
        "b": {"size": 0, "plan": "small", "note": "x"},
        "c": {"size": 2, "plan": "small", "note": None},
    }


def test_what_does_not_fit_is_told_all_at_once_where_it_stands(read: Read) -> None:
    found = refused(read, "pools:\n  b:\n    size: -1\n    plna: big\n  c: {size: many}\n  d: 3\n")
    assert found == [
        ("invalid-value", "values.yaml:3:11", "the variable `pools.b.size` is at least 0", ""),
        (
            "unknown-key",
            "values.yaml:4:5",
            "the variable `pools.b.plna` is no field of this object",
            "did you mean `plan`?",
        ),
        ("wrong-type", "values.yaml:5:13", "the variable `pools.c.size` wants an integer, not text", ""),
        ("wrong-type", "values.yaml:6:6", "the variable `pools.d` wants an object, not an integer", ""),
    ]


def test_a_bare_word_that_older_yaml_reads_otherwise_is_no_text(read: Read) -> None:
    assert [(code, place) for code, place, _, _ in refused(read, "pools: {b: {plan: no}}")] == [
        ("ambiguous-scalar", "values.yaml:1:19")
    ]


def test_a_rule_tells_in_the_users_words_what_a_value_has_to_be(read: Read) -> None:
    text = (
        "stack: s\nvariables:\n  least: {default: 3}\n  size:\n    type: integer\n    default: 2\n    validation:\n"
        "      - {condition: '${{ value >= var.least }}', message: fewer machines than the quorum}\n"
    )
    assert read(text, flags=["size=3"])
    with pytest.raises(Refused) as raised:
        read(text)
    assert [(each.code, each.summary, str(each.place)) for each in raised.value.diagnostics] == [
        ("rule-broken", "`size`: fewer machines than the quorum", "stack.yaml:6:14")
    ]


def test_a_rule_that_comes_to_no_answer_is_a_mistake(read: Read) -> None:
    text = "stack: s\nvariables:\n  size:\n    default: 2\n    validation: [{condition: '${{ value }}', message: no}]\n"
    with pytest.raises(Refused) as raised:
        read(text)
    assert [each.code for each in raised.value.diagnostics] == ["wrong-type"]


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ("{type: string, items: {type: string}}", "conflicting-keys"),
        ("{type: list, fields: {a: {}}}", "conflicting-keys"),
        ("{type: list, items: [string]}", "wrong-type"),
        ("{type: object, fields: [a]}", "wrong-type"),
        ("{type: object, fields: {a: {typ: string}}}", "unknown-key"),
        ("{type: list, items: string}", "wrong-type"),
        ("{validation: [{when: x, message: y}]}", "unknown-key"),
        ("{validation: [{message: y}]}", "missing-field"),
        ("{validation: always}", "wrong-type"),
        ("{type: list, items: {optional: maybe}}", "wrong-type"),
    ],
)
def test_declarations_that_mean_nothing_are_refused(read: Read, declared: str, code: str) -> None:
    with pytest.raises(Refused) as raised:
        read(f"stack: s\nvariables: {{a: {declared}}}\n", flags=["a=1"])
    assert raised.value.diagnostics[0].code == code


@pytest.mark.parametrize(
    ("declared", "hint"),
    [
        ("{type: list(string)}", "write `type: list`, and beside it `items: {type: ...}`"),
        ("{type: dict}", "write `map`, or `object` where the fields are named"),
        ("{type: strin}", "did you mean `string`?"),
        ("{type: object, fields: {x: {secret: true}}}", "a variable is secret as a whole"),
        ("{type: object, fields: {x: {validation: []}}}", "rules stand at the variable"),
        ("{optional: true}", "`default: null` lets it be left out"),
        ("{type: list, minimum: 1}", "of other values say it as a rule"),
    ],
)
def test_the_words_of_other_tools_get_a_hint(read: Read, declared: str, hint: str) -> None:
    with pytest.raises(Refused) as raised:
        read(f"stack: s\nvariables: {{a: {declared}}}\n", flags=["a=1"])
    assert raised.value.diagnostics[0].hint.startswith(hint)


def test_the_message_of_a_rule_holds_no_expression(read: Read) -> None:
    rule = "[{condition: '${{ value > 1 }}', message: 'more than ${{ value }}'}]"
    with pytest.raises(Refused) as raised:
        read(f"stack: s\nvariables: {{a: {{default: 1, validation: {rule}}}}}\n")
    assert [each.code for each in raised.value.diagnostics] == ["known-too-late"]


@pytest.mark.parametrize(("kind", "default"), [("integer", 4), ("boolean", True), ("list", ["a"]), ("map", {"a": "b"})])
def test_null_on_the_command_line_is_null_but_for_text(read: Read, kind: str, default: Any) -> None:
    declared = f"{{type: {kind}, default: {json.dumps(default)}}}"
    text = f"stack: s\nvariables: {{a: {declared}}}\noutputs: {{a: {{value: '${{{{ var.a }}}}'}}}}\n"
    assert read(text, flags=["a=null"]).outputs[0].value == default
    text = "stack: s\nvariables: {a: {type: string, default: b}}\noutputs: {a: '${{ var.a }}'}\n"
    assert read(text, flags=["a=null"]).outputs[0].value == "null"


@pytest.mark.parametrize("kind", ["integer", "list", "map", "boolean"])
def test_an_empty_text_is_no_value_of_another_type(read: Read, kind: str) -> None:
    with pytest.raises(Refused) as raised:
        read(f"stack: s\nvariables: {{a: {{type: {kind}, default: null}}}}\n", flags=["a="])
    assert [each.code for each in raised.value.diagnostics] == ["wrong-type"]


def test_null_sets_a_variable_to_its_default(read: Read) -> None:
    text = "stack: s\nvariables: {a: {type: integer, default: 4}}\noutputs: {a: '${{ var.a }}'}\n"
    assert read(text, other={"v.yaml": "a: null\n"}, files=["v.yaml"]).outputs[0].value == 4
