"""What of each kind is billed, by the values of an object."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from reconciler.kinds import catalog
from reconciler.kinds.device_batch import DIFFERS
from reconciler.model.live import LiveObject
from reconciler.values import Unknown

KINDS = catalog()
PRICES = {
    "t1.small.x86": Decimal("0.07"),
    "c1.small.x86": Decimal("0.40"),
    "storage_1": Decimal("0.000104"),
    "public_ipv4": Decimal("0.005"),
    "global_ipv4": Decimal("0.15"),
}
SMALL: Mapping[str, Any] = {"plan": "t1.small.x86", "facility": "ewr1"}
BID: Mapping[str, Any] = {**SMALL, "spot_instance": True, "spot_price_max": 0.03}
ALSO = {"hardware_reservation_id": None, "spot_instance": False, "spot_price_max": None}


def cost(kind: str, values: Mapping[str, Any]) -> Decimal | None:
    (charge,) = KINDS[kind].charges(values)
    return charge.amount(PRICES)


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("device", SMALL, "0.07"),
        ("device", {**SMALL, **ALSO}, "0.07"),
        ("device", {**SMALL, "plan": "baremetal_0"}, "0.07"),
        ("device", {**SMALL, "plan": "x9.huge"}, None),
        ("device", {**SMALL, "plan": Unknown()}, None),
        ("device", {}, None),
        ("device", BID, "0.03"),
        ("device", {**BID, "spot_price_max": "0.03"}, "0.03"),
        ("device", {**BID, "spot_price_max": "much"}, None),
        ("device", {**BID, "spot_price_max": None}, None),
        ("device", {**BID, "plan": "x9.huge"}, "0.03"),
        ("device", {**SMALL, "hardware_reservation_id": "next-available"}, "0"),
        ("device", {**SMALL, "hardware_reservation_id": ["a", "b"]}, "0"),
        ("device", {**SMALL, "hardware_reservation_id": Unknown()}, None),
        ("device", {**SMALL, "spot_instance": Unknown()}, None),
        ("device_batch", {**SMALL, "quantity": 3}, "0.21"),
        ("device_batch", {**BID, "quantity": 3}, "0.09"),
        ("device_batch", {**SMALL, "quantity": 3, "hardware_reservation_id": "next-available"}, "0"),
        ("device_batch", {**SMALL, "quantity": Unknown()}, None),
        ("device_batch", SMALL, None),
        ("device_batch", {"plan": DIFFERS, "quantity": 2}, None),
        ("spot_market_request", {"devices_max": 5, "max_bid_price": 0.2}, "1"),
        ("spot_market_request", {"devices_max": 5, "max_bid_price": "0.2", "instance_parameters": SMALL}, "1"),
        ("spot_market_request", {"devices_max": 5, "instance_parameters": SMALL}, None),
        ("spot_market_request", {"max_bid_price": 0.2, "instance_parameters": Unknown()}, None),
        ("volume", {"plan": "storage_1", "size": 100}, "0.0104"),
        ("volume", {"plan": "storage_2", "size": 100}, None),
        ("volume", {"plan": "storage_1"}, None),
        ("ip_reservation", {"type": "public_ipv4", "quantity": 4}, "0.02"),
        ("ip_reservation", {"type": "global_ipv4", "quantity": 1}, "0.15"),
        ("ip_reservation", {"type": "public_ipv4", "quantity": Unknown()}, None),
        ("ip_reservation", {}, None),
    ],
)
def test_what_an_object_costs_an_hour(kind: str, values: Mapping[str, Any], expected: str | None) -> None:
    assert cost(kind, values) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("kind", "values", "note"),
    [
        ("device", SMALL, ""),
        ("device", BID, "on the spot market: its bid, so at most"),
        ("device", {**BID, "hardware_reservation_id": "next-available"}, "paid for by its contract"),
        ("device", {**SMALL, "spot_price_max": Unknown()}, "how it is paid for is not known yet"),
        ("device_batch", {"quantity": 2, **SMALL, "spot_price_max": DIFFERS}, "its machines are not all alike"),
        ("spot_market_request", {"devices_max": 5, "max_bid_price": 1}, "on the spot market: its bid, so at most"),
    ],
)
def test_what_is_to_be_known_of_a_cost(kind: str, values: Mapping[str, Any], note: str) -> None:
    (charge,) = KINDS[kind].charges(values)
    assert charge.note == note


BILLED = {"device", "device_batch", "spot_market_request", "volume", "ip_reservation"}


@pytest.mark.parametrize("kind", [each.name for each in KINDS.kinds if each.name not in BILLED])
def test_other_kinds_cost_nothing(kind: str) -> None:
    assert KINDS[kind].charges({}) == ()


def batch(*reservations: str | None) -> LiveObject:
    """A batch as it is live: a machine on each of these reservations, or on demand."""
    machines = [
        {
            "id": f"d-{number}",
            "state": "active",
            "tags": ["reconciler:shop:projects.p.device_batches.b"],
            "plan": {"slug": "t1.small.x86"},
            "hardware_reservation": {"href": f"/hardware-reservations/{each}"} if each else None,
        }
        for number, each in enumerate(reservations)
    ]
    (live,) = KINDS["device_batch"].read({"id": "b-1", "state": "completed", "devices": machines}, "p-1")
    return live


@pytest.mark.parametrize(
    ("reservations", "expected"), [(("r-1", "r-2"), "0"), ((None, None), "0.14"), (("r-1", None), "0.14")]
)
def test_a_batch_that_is_there_tells_whether_its_machines_are_reserved(
    reservations: tuple[str | None, ...], expected: str
) -> None:
    assert cost("device_batch", batch(*reservations).values) == Decimal(expected)
