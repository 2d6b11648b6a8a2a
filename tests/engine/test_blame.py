"""The field that a refusal is about, by the sentences of the API."""

from __future__ import annotations

import pytest

from reconciler.diagnostics import Place
from reconciler.engine.blame import blamed_field
from reconciler.model.resource import Resource
from reconciler.values import parse_address

VALUES = {
    "hostname": "web-0.example.com",
    "plan": "c1.small.x86",
    "facility": "ewr1",
    "operating_system": "ubuntu_18_04",
    "billing_cycle": "hourly",
    "spot_price_max": 0.2,
    "tags": ["a"],
    "locked": True,
}
DEVICE = Resource(
    address=parse_address("projects.edge.devices.web"),
    kind="device",
    values=VALUES,
    place=Place("stack.yaml", 1),
    field_places={name: Place("stack.yaml", line) for line, name in enumerate(VALUES, start=2)},
)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Hostname is invalid (HTTP 422)", "hostname"),
        ("Operating system ubuntu_18_04 is not provisionable on c1.small.x86 (HTTP 422)", "operating_system"),
        ("No available servers with plan c1.small.x86 in facility ewr1 (HTTP 422)", "plan"),
        ("Facility must be blank; Plan is not included in the list (HTTP 422)", "facility"),
        ("Spot price max can't be blank (HTTP 422)", "spot_price_max"),
        ("billing_cycle is invalid (HTTP 422)", "billing_cycle"),
        ("ewr1 does not support global IPs (HTTP 422)", "facility"),
        ("There is no ubuntu_18_04. (HTTP 422)", "operating_system"),
        ("Oh snap, something went wrong! (HTTP 500)", None),
        ("Cannot use ewr10 or xc1.small.x86 (HTTP 422)", None),
        ("the explanation is hourly (HTTP 422)", None),
    ],
)
def test_a_refusal_is_about_the_field_that_it_names_first_or_whose_value_it_quotes(text: str, field: str) -> None:
    assert blamed_field(DEVICE, text) == field
