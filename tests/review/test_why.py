"""Why a plan does what it does: each reason with the line that says it, down to the first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.plan import FieldChange, Plan
from reconciler.model.resource import Lifecycle
from reconciler.report.why import render_why
from reconciler.review.why import Reason, why
from reconciler.values import Unknown, parse_address
from tests.engine.bench import Bench, Planned
from tests.engine.build import ref, resource, stack

EDGE = resource("projects.edge")
WEB = "projects.edge.devices.web"
VIP = "projects.edge.ip_reservations.vip"


def told(planned: Planned, address: str) -> list[str]:
    """The chain, indented, each with its line."""

    def lines(reason: Reason, depth: int) -> list[str]:
        where = f" @{reason.place.line}" if reason.place is not None else ""
        below = [line for each in reason.because for line in lines(each, depth + 1)]
        return [f"{'  ' * depth}{reason.says}{where}", *below]

    return lines(why(planned.plan, parse_address(address)), 0)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_what_is_made_was_not_there(bench: Bench) -> None:
    assert told(bench.plan(stack(EDGE, resource(WEB, line=9))), WEB) == [
        f"{WEB} is created @9",
        "  the account has no object that is this one",
        "  projects.edge is created @1",
        "    the account has no object that is this one",
    ]


def test_what_stays_is_as_the_stack_says(bench: Bench) -> None:
    bench.settled(stack(EDGE))
    assert told(bench.plan(stack(EDGE)), "projects.edge") == [
        "projects.edge stays as it is @1",
        "  the account has it as the stack says",
    ]


def test_a_change_leads_to_the_line_of_each_field(bench: Bench) -> None:
    bench.settled(stack(EDGE, resource(WEB, plan="t1.small.x86", description="a", secrets=("description",))))
    wanted = resource(WEB, line=9, plan="c1.small.x86", description="b", secrets=("description",))
    lines = {name: place.line for name, place in wanted.field_places.items()}
    assert told(bench.plan(stack(EDGE, wanted)), WEB) == [
        f"{WEB} is destroyed, and then made anew @9",
        "  plan cannot be changed in place",
        f"  plan: 't1.small.x86' -> 'c1.small.x86', which cannot be changed in place @{lines['plan']}",
        f"  description: (sensitive value) -> (sensitive value) @{lines['description']}",
    ]


def test_a_value_that_is_not_known_yet_leads_to_where_it_comes_from(bench: Bench) -> None:
    def wanted(quantity: int) -> Planned:
        block = resource(VIP, line=20, quantity=quantity)
        kept = Lifecycle(on_change={"userdata": "replace"})
        web = resource(WEB, line=9, userdata=ref(VIP, "address"), lifecycle=kept)
        return bench.plan(stack(EDGE, block, web))

    bench.execute(wanted(1))
    first, _, field, *below = told(wanted(2), WEB)
    assert first == f"{WEB} is destroyed, and then made anew @9"
    assert field.startswith("  userdata: '147.75.0.0' -> (known after apply), which cannot be changed in place")
    assert below[0] == f"    {VIP} is destroyed, and then made anew @20"
    assert below[2].startswith("      quantity: 1 -> 2, which cannot be changed in place")


def test_what_stands_in_something_that_is_replaced_leads_to_that(bench: Bench) -> None:
    wanted = stack(EDGE, resource("projects.edge.bgp_config"), resource(WEB), resource(f"{WEB}.bgp_sessions.ipv4"))
    bench.settled(wanted)
    assert told(bench.plan(wanted, replace=(WEB,)), f"{WEB}.bgp_sessions.ipv4") == [
        f"{WEB}.bgp_sessions.ipv4 is destroyed, and then made anew @1",
        f"  {WEB} is destroyed, and then made anew @1",
        "    of --replace",
    ]


def test_what_goes_has_no_line(bench: Bench) -> None:
    bench.settled(stack(EDGE, resource(WEB)))
    assert told(bench.plan(stack(EDGE)), WEB) == [
        f"{WEB} is destroyed",
        f"  {WEB} is not in configuration",
    ]


def test_a_circle_of_reasons_is_told_once(bench: Bench) -> None:
    other = "projects.edge.devices.lb"
    plan = bench.plan(stack(EDGE, resource(WEB), resource(other))).plan

    def waits(address: str) -> tuple[FieldChange, ...]:
        return (FieldChange(("userdata",), "a", Unknown(frozenset({parse_address(address)}))),)

    changes = {WEB: waits(other), other: waits(WEB)}
    made = tuple(replace(each, fields=changes.get(str(each.address), ())) for each in plan.changes)
    found = told(Planned(replace(plan, changes=made), bench.plan(stack(EDGE)).world), WEB)
    assert found[-1].strip() == f"{WEB} is created, as said above @1"


def test_nothing_is_known_of_another_address(bench: Bench) -> None:
    with pytest.raises(KeyError):
        why(Plan("shop", (), ()), parse_address(WEB))


def test_people_read_it_with_what_it_does_and_what_is_sent(bench: Bench) -> None:
    wanted = stack(
        EDGE, resource(WEB, line=9, description="a"), resource(f"{WEB}.ip_assignments.a", address="1.2.3.4/32")
    )
    planned = bench.plan(wanted)
    change = next(each for each in planned.plan.changes if str(each.address) == WEB)
    steps = [each for each in planned.plan.steps if each.address == change.address]
    shown = render_why(why(planned.plan, change.address), change, steps, colour=False)
    assert shown == (
        f"{WEB} is created  (stack.yaml:9:1)\n"
        "-> the account has no object that is this one\n"
        "-> projects.edge is created  (stack.yaml:1:1)\n"
        "   -> the account has no object that is this one\n"
        "\n"
        "Call: POST /projects/{projects.edge}/devices, after projects.edge:create\n"
    )
