"""What the campaign of hostile answers found, reduced: a value of a type that it cannot have was taken for a
difference, and what cannot be changed was to be deleted and made again, or the plan ended with a traceback. It is an
answer that is not understood. Each was played again by the command beside it before it was put right.
"""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.kinds import catalog
from reconciler.model.offers import read_offers
from tests.kinds import field_cases

_PARAMETERS = {"plan": "baremetal_0", "operating_system": "centos_7"}
ODD: tuple[tuple[str, str, Any, str], ...] = (
    ("bgp_session", "address_family", None, "plan/bgp/keep/130696898"),
    ("bgp_session", "address_family", ["ipv4"], "plan/bgp/keep/130696898"),
    ("spot_market_request", "devices_min", None, "plan/spot/keep/421142873"),
    ("spot_market_request", "devices_max", ["x"], "plan/spot/keep/61367317"),
    ("spot_market_request", "max_bid_price", None, "plan/spot/keep/167653674"),
    ("spot_market_request", "facilities", [{"code": None}], "plan/spot/keep/620442682"),
    ("spot_market_request", "instance_parameters", None, "plan/spot/destroy/218981288"),
    ("spot_market_request", "instance_parameters", {"plan": "baremetal_0"}, "plan/spot/keep/288740511"),
    ("spot_market_request", "instance_parameters", {**_PARAMETERS, "hostname": ["x"]}, "plan/spot/keep/72684445"),
    ("api_key", "read_only", "x", "plan/keys/change/264401624"),
    ("ip_reservation", "cidr", True, "plan/network/change/541534878"),
    ("ip_reservation", "cidr", -(10**6), "plan/network/change/541534878"),
    ("volume", "size", None, "plan/storage/keep/809909457"),
    ("member", "roles", 1, "plan/people/change/9467749"),
    ("organization_member", "roles", None, "plan/people/keep/10931653"),
    ("organization_member", "invitee", 7, "plan/people/keep/627417299"),
)


@pytest.mark.parametrize(("kind", "field", "shown", "replay"), ODD)
def test_a_value_of_another_type_is_no_difference(kind: str, field: str, shown: Any, replay: str) -> None:
    """python -m tests.campaigns answers --replay REPLAY"""
    body = {**field_cases.BASES[kind], field: shown}

    with pytest.raises((TypeError, ValueError)):
        list(catalog()[kind].read(body, "p"))


def test_a_plan_that_says_nonsense_of_where_it_is_to_be_had_says_nothing() -> None:
    """python -m tests.campaigns answers --replay plan/spot/change/282410258"""
    offers = read_offers([], [{"slug": "c9.odd", "available_in": 7}], [])

    assert offers.plans["c9.odd"].facilities is None
