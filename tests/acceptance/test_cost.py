"""What the plans of examples cost, worked out by hand from the prices that the API lists."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tests.acceptance.conftest import World


def prices(world: World) -> dict[str, Decimal]:
    listed = world.call("GET", "/plans")["plans"]
    return {each["slug"]: Decimal(str(each["pricing"].get("hour", 0))) for each in listed}


EXAMPLES = {
    "quickstart": {"c1.small.x86": 2, "t1.small.x86": 1, "public_ipv4": 1},
    "anycast-four-sites": {"t1.small.x86": 4 * 2, "global_ipv4": 1},
    "multiarch-k8s": {"c1.small.x86": 1 + 3, "c1.large.arm": 3, "public_ipv4": 4},
}
"""What is in the stack, counted by a person who reads it."""


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_costs_what_is_in_it(world: World, name: str) -> None:
    price = prices(world)
    by_hand = sum(price[slug] * number for slug, number in EXAMPLES[name].items())
    planned = world.run("plan", world.example(name), "--format", "json")
    assert planned.code == 0, planned.err
    cost = json.loads(planned.out)["x_reconciler"]["cost"]
    assert by_hand > Decimal("0.5")
    assert Decimal(str(cost["hourly_after"])) == by_hand
    assert (cost["hourly_before"], cost["unpriced"], cost["list_price"]) == (0, [], True)
    assert Decimal(str(cost["monthly_delta"])) == round(by_hand * 730, 2)
