"""`max_cost_per_hour`: what a stack may cost after an apply."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from reconciler.diagnostics import Diagnostic, Place, Refused
from reconciler.engine.rails import check_limits
from reconciler.model.price import Cost, Expense
from reconciler.model.rails import Rail, Rails, Toll, Waiver
from reconciler.values import parse_address

TODAY = date(2019, 6, 30)
OVER, UNKNOWN, EXPIRED = "too-costly", "cost-not-known", "waiver-expired"


def expense(name: str, before: str | None, after: str | None, *, pending: bool = True) -> Expense:
    was, will_be = (None if each is None else Decimal(each) for each in (before, after))
    return Expense(parse_address(f"projects.p.devices.{name}"), Cost(was, will_be), pending)


NEW, OLD = expense("new", "0", "2"), expense("old", "1", "1", pending=False)
GOES, GROWS = expense("goes", "4", "0"), expense("grows", "1", "3")
ODD_NEW, ODD_OLD = expense("odd", "0", None), expense("odd", None, None, pending=False)
ODD_GOES = expense("odd", None, "0")


def refused(limit: str, *expenses: Expense, waivers: tuple[Waiver, ...] = ()) -> tuple[Diagnostic, ...]:
    return told(Toll(expenses=expenses), limit, waivers)


def told(toll: Toll, limit: str, waivers: tuple[Waiver, ...] = ()) -> tuple[Diagnostic, ...]:
    found: tuple[Diagnostic, ...] = ()
    code = 3
    try:
        check_limits(Rails(max_cost_per_hour=Decimal(limit), waivers=waivers), toll, TODAY, None, destroy=False)
    except Refused as problem:
        found, code = problem.diagnostics, problem.exit_code
    assert code == 3
    assert all(each.hint for each in found)
    return found


def waiver(until: date, *names: str) -> Waiver:
    targets = tuple(parse_address(f"projects.p.devices.{each}") for each in names)
    return Waiver(Rail.MAX_COST_PER_HOUR, "the move", until, Place("stack.yaml", 4, 5), targets)


@pytest.mark.parametrize(
    ("limit", "expenses", "code"),
    [
        ("3", [NEW, OLD], ""),
        ("2.99", [NEW, OLD], OVER),
        ("0", [NEW], OVER),
        ("3.5", [GROWS, OLD], OVER),
        ("4", [GROWS, OLD], ""),
        ("0.4", [expense("small", "0", "0.5")], OVER),
        ("2", [NEW, expense("cheap", "0.1", "0")], ""),
        # nothing becomes dearer, so nothing is refused
        ("0", [], ""),
        ("0.5", [OLD], ""),
        ("0.5", [OLD, GOES], ""),
        ("0.5", [NEW, OLD, GOES], ""),
        ("0.5", [ODD_OLD, GOES], ""),
        ("0.5", [OLD, ODD_GOES], ""),
        # what has no price might cost anything
        ("9", [ODD_NEW], UNKNOWN),
        ("9", [NEW, ODD_OLD], UNKNOWN),
        ("9", [GOES, ODD_NEW], UNKNOWN),
        ("1", [NEW, ODD_NEW], OVER),
    ],
)
def test_a_plan_that_makes_it_dearer_has_to_keep_to_the_limit(limit: str, expenses: list[Expense], code: str) -> None:
    assert [each.code for each in refused(limit, *expenses)] == ([code] if code else [])


def test_without_a_limit_nothing_is_refused() -> None:
    assert check_limits(Rails(), Toll(expenses=(NEW, ODD_NEW)), TODAY, None, destroy=False) == ()
    assert check_limits(Rails(), Toll(expenses=None), TODAY, None, destroy=False) == ()


def test_a_refusal_names_the_figures_and_the_dearest_first() -> None:
    (found,) = refused("2.5", OLD, NEW, GROWS)
    assert found.summary == (
        "the stack would cost $6.00 an hour, and the rail `max_cost_per_hour` allows $2.50 an hour:\n"
        "projects.p.devices.grows: $3.00, $1.00 now\n"
        "projects.p.devices.new: $2.00\n"
        "projects.p.devices.old: $1.00"
    )


def test_prices_that_were_not_read_refuse() -> None:
    (found,) = told(Toll(expenses=None), "9")
    assert found.code == UNKNOWN
    assert "the price list could not be read" in found.summary
    assert found.hint == "use a token that may read GET /plans, or add a waiver under `rails` in the stack"


def test_what_has_no_price_is_named() -> None:
    (found,) = refused("9", ODD_NEW, NEW)
    assert found.summary.endswith("there is no price for:\nprojects.p.devices.odd")
    assert found.hint == "add a waiver with these `targets` under `rails` in the stack"


YESTERDAY = TODAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("waivers", "codes"),
    [
        ((waiver(TODAY),), []),
        ((waiver(TODAY, "new"),), []),
        ((waiver(TODAY, "old"),), [OVER]),
        ((waiver(YESTERDAY),), [OVER, EXPIRED]),
    ],
)
def test_a_waiver_lifts_it_for_a_time(waivers: tuple[Waiver, ...], codes: list[str]) -> None:
    assert sorted(each.code for each in refused("1.5", NEW, OLD, waivers=waivers)) == codes


def test_a_waiver_lifts_it_for_what_has_no_price() -> None:
    assert refused("9", ODD_NEW, NEW, waivers=(waiver(TODAY, "odd"),)) == ()
    assert told(Toll(expenses=None), "9", (waiver(TODAY),)) == ()
    assert [each.code for each in told(Toll(expenses=None), "9", (waiver(TODAY, "new"),))] == [UNKNOWN]
