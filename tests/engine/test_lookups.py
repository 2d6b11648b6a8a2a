"""What lookups gave, beside objects that exist: what does as well stays, and a price of a moment is not followed."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.engine.world import Settled
from reconciler.model.live import LiveObject
from reconciler.model.resource import Evaluated

from .build import CATALOG

REQUEST = CATALOG["spot_market_request"]
EITHER = (("small", frozenset({"small", "large"})),)


def live(**values: Any) -> LiveObject:
    return LiveObject(kind=REQUEST.name, id="1", label="one", values=values, attributes=values)


@pytest.mark.parametrize(("there", "kept"), [("large", "large"), ("tiny", "small")])
def test_a_plan_inside_of_a_mapping_stays_when_it_does_as_well(there: str, kept: str) -> None:
    wanted = {"plan": "small", "hostname": "new"}
    settled = Settled(
        {"instance_parameters": wanted}, looked_up={"instance_parameters": Evaluated(wanted, False, EITHER)}
    )
    found = settled.beside(REQUEST, live(instance_parameters={"plan": there, "hostname": "old"}))
    assert found.values["instance_parameters"] == {"plan": kept, "hostname": "new"}


def test_a_price_stays_where_it_cannot_be_changed_and_is_followed_where_it_can() -> None:
    now = Evaluated(0.5, momentary=True)
    bid = Settled({"max_bid_price": 0.5}, looked_up={"max_bid_price": now})
    assert bid.beside(REQUEST, live(max_bid_price=0.2)).values["max_bid_price"] == 0.2
    device = CATALOG["device"]
    told = Settled({"description": "0.5"}, looked_up={"description": Evaluated("0.5", momentary=True)})
    assert told.beside(device, live(description="0.2")).values["description"] == "0.5"


def test_what_the_object_does_not_show_is_as_wanted() -> None:
    bid = Settled({"max_bid_price": 0.5}, looked_up={"max_bid_price": Evaluated(0.5, momentary=True)})
    assert bid.beside(REQUEST, live()).values["max_bid_price"] == 0.5
