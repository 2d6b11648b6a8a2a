"""Prices as the API lists them, and amounts for people."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from reconciler.model.price import Charge, dollars, in_dollars, price_list


def test_a_price_is_found_by_each_name_of_what_is_offered() -> None:
    offered = {"id": "u-1", "slug": "baremetal_0", "class": "t1.small.x86", "legacy_slug": "type_0"}
    prices = price_list([{**offered, "pricing": {"hour": 0.07}}])
    assert prices == dict.fromkeys(("u-1", "baremetal_0", "t1.small.x86", "type_0"), Decimal("0.07"))


def test_the_first_of_two_with_one_name_counts() -> None:
    prices = price_list([{"slug": "a", "pricing": {"hour": 1}}, {"slug": "a", "pricing": {"hour": 2}}])
    assert prices == {"a": Decimal(1)}


@pytest.mark.parametrize("price", [None, True, -1, "x", "NaN", "Infinity", 1e12, "1e999999", {}, 10**4000])
def test_what_is_no_price_is_left_out(price: Any) -> None:
    assert price_list([{"slug": "a", "pricing": {"hour": price}}]) == {}


@pytest.mark.parametrize("pricing", [{}, None, [], "0.07", {"GB": 0.05}])
def test_what_has_none_by_the_hour_is_left_out(pricing: Any) -> None:
    assert price_list([{"slug": "a", "pricing": pricing}, {"slug": "b"}]) == {}


@pytest.mark.parametrize("name", ["", None, 7, []])
def test_what_has_no_name_is_left_out(name: Any) -> None:
    assert price_list([{"slug": name, "pricing": {"hour": 1}}]) == {}


def test_prices_are_exact() -> None:
    prices = price_list([{"slug": "a", "pricing": {"hour": 0.1}}])
    assert Charge("a", 3).amount(prices) == Decimal("0.3")


def test_a_price_of_its_own_comes_before_the_list_s() -> None:
    prices = {"a": Decimal(5)}
    assert Charge("a", 2, Decimal(0)).amount(prices) == 0
    assert Charge("a", 2).amount(prices) == 10


@pytest.mark.parametrize("units", [None, -1, 10**12])
def test_a_number_of_things_that_cannot_be_has_no_cost(units: int | None) -> None:
    assert Charge("a", units).amount({"a": Decimal(1)}) is None


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "$0.00"),
        ("0.4", "$0.40"),
        ("1.20", "$1.20"),
        ("0.005", "$0.005"),
        ("0.000104", "$0.000104"),
        ("0.00000049", "$0.00"),
        ("10", "$10.00"),
        ("1234567.5", "$1,234,567.50"),
        ("-0.4", "-$0.40"),
    ],
)
def test_an_amount_for_people(amount: str, text: str) -> None:
    assert in_dollars(Decimal(amount)) == text


@pytest.mark.parametrize(("value", "expected"), [(3, "3"), (0.1, "0.1"), ("0.60", "0.60"), (Decimal("1.5"), "1.5")])
def test_numbers_and_texts_are_amounts(value: Any, expected: str) -> None:
    assert dollars(value) == Decimal(expected)
