"""What a plan costs, as people and tools read it."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from reconciler.model.approval import approval
from reconciler.model.plan import Change, Plan, Stranger
from reconciler.model.price import Bill, Cost
from reconciler.report.events import EventLines
from reconciler.report.human import render_plan
from reconciler.report.money import bill_words, cost_words
from reconciler.report.plan_json import plan_document
from reconciler.report.plan_read import read_plan
from tests.report import samples

CONTRACT = "paid for by its contract"


def cost(before: str | None, after: str | None, *notes: str) -> Cost:
    was, will_be = (None if each is None else Decimal(each) for each in (before, after))
    return Cost(was, will_be, notes)


@pytest.mark.parametrize(
    ("what", "text"),
    [
        (cost("0", "0.40"), "+$0.40/h"),
        (cost("0.40", "0"), "-$0.40/h"),
        (cost("0.07", "0.40"), "+$0.33/h ($0.07/h -> $0.40/h)"),
        (cost("0.40", "0.07"), "-$0.33/h ($0.40/h -> $0.07/h)"),
        (cost("0.40", "0.4"), "no change, $0.40/h"),
        (cost("0.40", "0.4", "a bid"), "no change, $0.40/h (a bid)"),
        (cost("0.07", "0.40", "a bid"), "+$0.33/h ($0.07/h -> $0.40/h; a bid)"),
        (cost("0", "0", CONTRACT), f"$0.00/h ({CONTRACT})"),
        (cost("0", None, "no price"), "$0.00/h -> not known (no price)"),
        (cost(None, "0.07"), "not known -> $0.07/h"),
        (cost(None, None), "not known"),
    ],
)
def test_the_cost_of_a_change(what: Cost, text: str) -> None:
    assert cost_words(what) == text


def bill(before: str, after: str, **more: Any) -> Bill:
    return Bill(Decimal(before), Decimal(after), **more)


@pytest.mark.parametrize(
    ("what", "lines"),
    [
        (
            bill("2.4", "3.6"),
            ["Cost: +$1.20/h (+$876.00/month at list price), $3.60/h ($2,628.00/month) in all."],
        ),
        (bill("1", "0"), ["Cost: -$1.00/h (-$730.00/month at list price), $0.00/h ($0.00/month) in all."]),
        (bill("1", "1"), ["Cost: no change at list price, $1.00/h ($730.00/month) in all."]),
        (
            bill("0", "0.07", unpriced=("a", "b", "c", "d", "e"), strangers=Decimal("0.4")),
            [
                "Cost: +$0.07/h (+$51.10/month at list price), $0.07/h ($51.10/month) in all.",
                "Not in it, since no price is known: a, b, c and 2 more.",
                "Besides, strangers cost $0.40/h ($292.00/month).",
            ],
        ),
    ],
)
def test_the_cost_of_a_plan(what: Bill, lines: list[str]) -> None:
    assert list(bill_words(what)) == lines


def test_strangers_that_cost_something_are_counted() -> None:
    machine = Stranger("device", "s-1", "old", "projects.edge", hourly=Decimal("0.4"))
    vlan = Stranger("vlan", "v-1", "lan", "projects.edge")
    what = bill("0", "0", strangers=Decimal("0.4"))
    assert bill_words(what, (machine, vlan))[-1] == "Besides, a stranger costs $0.40/h ($292.00/month)."
    assert bill_words(what, (machine, machine, vlan))[-1] == "Besides, 2 strangers cost $0.40/h ($292.00/month)."


def priced() -> Plan:
    create = replace(samples.create(), cost=cost("0", "1"))
    other = replace(samples.replacement(), cost=cost("0.07", None, "the price list has no \x1b[2Jx9"))
    stranger = Stranger("device", "s-1", "old", "projects.edge", hourly=Decimal("0.4"))
    sums = bill("0.07", "1.0000", strangers=Decimal("0.4"), unpriced=(str(other.address),))
    return samples.plan(create, other, samples.delete(), strangers=(stranger,), bill=sums)


def test_the_text_has_it_at_each_change_and_below_the_summary() -> None:
    text = render_plan(priced(), colour=False)
    assert "  # projects.edge.devices.web[0] will be created\n  # Cost: +$1.00/h\n  + resource" in text
    assert "  # Cost: $0.07/h -> not known (the price list has no \\x1b[2Jx9)\n" in text
    assert "device old [id=s-1] in projects.edge, $0.40/h\n" in text
    assert text.endswith(
        """
Plan: 2 to add, 0 to change, 2 to destroy.
Cost: +$0.93/h (+$678.90/month at list price), $1.00/h ($730.00/month) in all.
Not in it, since no price is known: projects.edge.devices.db.
Besides, a stranger costs $0.40/h ($292.00/month).
"""
    )


@pytest.mark.parametrize(
    ("change", "shown"), [(samples.update(), False), (samples.replacement(), True), (samples.create(), True)]
)
def test_a_change_in_place_is_silent_about_a_cost_that_stays(change: Change, shown: bool) -> None:
    text = render_plan(samples.plan(replace(change, cost=cost("0.4", "0.4"))), colour=False)
    assert ("# Cost: no change, $0.40/h" in text) is shown


def test_the_document_has_it_as_numbers() -> None:
    document = plan_document(priced(), tool_version="1")
    by_address = {each["address"]: each["x_reconciler"].get("cost") for each in document["resource_changes"]}
    assert by_address["projects.edge.devices.web[0]"] == {
        "hourly_before": 0,
        "hourly_after": 1,
        "hourly_delta": 1,
        "monthly_delta": 730,
        "currency": "USD",
        "notes": [],
    }
    odd = by_address["projects.edge.devices.db"]
    assert (odd["hourly_before"], odd["hourly_after"], odd["hourly_delta"], odd["monthly_delta"]) == (
        0.07, None, None, None,
    )  # fmt: skip
    assert by_address["projects.edge.vlans.old"] is None
    assert document["x_reconciler"]["cost"] == {
        "hourly_before": 0.07,
        "hourly_after": 1,
        "hourly_delta": 0.93,
        "monthly_before": 51.1,
        "monthly_after": 730,
        "monthly_delta": 678.9,
        "currency": "USD",
        "list_price": True,
        "unpriced": ["projects.edge.devices.db"],
        "strangers": 0.4,
    }
    assert document["x_reconciler"]["strangers"][0]["hourly"] == 0.4


def test_a_plan_that_is_read_back_costs_the_same() -> None:
    plan = priced()
    read = read_plan(json.loads(json.dumps(plan_document(plan, tool_version="1"))))
    assert read.bill == plan.bill
    assert render_plan(read, colour=False) == render_plan(plan, colour=False)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), 1e300, True, "1", None, [], 10**4000])
def test_what_is_no_amount_is_no_plan(wrong: Any) -> None:
    document = plan_document(priced(), tool_version="1")
    document["x_reconciler"]["cost"]["hourly_after"] = wrong
    with pytest.raises((ValueError, TypeError)):
        read_plan(document)


def test_the_summary_of_a_run_has_it() -> None:
    *_, summary = EventLines(lambda: "now").planned(priced())
    assert summary["type"] == "change_summary"
    assert summary["x_reconciler"]["cost"]["hourly_after"] == 1


def test_an_approval_is_of_what_is_done_and_not_of_what_it_costs() -> None:
    plan = priced()
    dearer = tuple(replace(each, cost=cost("0", "9")) for each in plan.changes)
    assert approval(replace(plan, changes=dearer, bill=None, strangers=())) == approval(plan)
