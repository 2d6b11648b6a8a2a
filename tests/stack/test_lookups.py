"""Lookups in the language: when they are asked, with what, and what is said of a call that cannot be right."""

from __future__ import annotations

import json

import pytest

from reconciler.diagnostics import Refused
from reconciler.model.resource import deferred

from .conftest import FakeWorld, Read, by_address

STACK = """\
stack: s
variables:
  size: {{default: 8}}
locals:
  plan: ${{{{ cheapest_plan('ewr1', cores=var.size) }}}}
sites:
  a:
    boxes:
      b:
        {field}
"""


def test_a_lookup_is_asked_when_the_value_is_wanted_with_plain_arguments(read: Read) -> None:
    box = by_address(read(STACK.format(field="plan: ${{ local.plan }}")))["sites.a.boxes.b"]
    assert deferred(box.values["plan"])
    world = FakeWorld()
    assert box.values["plan"].evaluate(world).value == "plan"
    assert world.asked == [("cheapest_plan", json.dumps({"facility": "ewr1", "cores": 8}))]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("cheapest_plan(core=8)", "no `core`; did you mean `cores`"),
        ("cheapest_plan(cores='8')", "`cores` is a number, not text"),
        ("cheapest_plan(cores=true)", "`cores` is a number, not true or false"),
        ("cheapest_plan(architecture='mips')", "`architecture` is x86 or arm, not 'mips'"),
        ("cheapest_plan([1])", "`facility` is text or a list of texts"),
        ("cheapest_plan('ewr1', facility='ams1')", "is given `facility` twice"),
        ("spot_price('ewr1')", "wants a `plan`"),
        ("spot_price('ewr1', 'a', 'b')", "spot_price takes facility, plan"),
    ],
)
def test_a_call_that_cannot_be_right_is_told_without_asking(read: Read, call: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        read(STACK.format(field=f"plan: ${{{{ {call} }}}}"))
    (problem,) = refused.value.diagnostics
    assert said in problem.summary
    assert problem.place is not None
    assert problem.place.line == 10


@pytest.mark.parametrize("key", ["count", "for_each", "when"])
def test_a_lookup_is_known_too_late_for_what_decides_how_many_there_are(read: Read, key: str) -> None:
    with pytest.raises(Refused) as refused:
        read(STACK.format(field=f"{key}: ${{{{ reserved_hardware('p') | length }}}}"))
    assert [each.code for each in refused.value.diagnostics] == ["known-too-late"]
    assert "cannot ask the API" in refused.value.diagnostics[0].summary


def test_null_is_as_if_the_argument_were_not_given(read: Read) -> None:
    box = by_address(read(STACK.format(field="plan: ${{ cheapest_plan(none, cores=2) }}")))["sites.a.boxes.b"]
    world = FakeWorld()
    box.values["plan"].evaluate(world)
    assert world.asked == [("cheapest_plan", json.dumps({"cores": 2}))]
