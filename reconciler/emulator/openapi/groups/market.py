"""The spot market: its prices, and requests on it."""

from __future__ import annotations

from reconciler.emulator.openapi.groups.devices import DEVICE_FIELDS, HOSTNAME
from reconciler.emulator.openapi.operation import Group, Operation, delete, get, listing, post
from reconciler.emulator.openapi.schema import (
    AMOUNT,
    INTEGER,
    MOMENT,
    TEXT,
    TIME,
    UUID,
    YES_OR_NO,
    Fields,
    closed,
    link,
    links,
    listed,
    mapped,
    opened,
    or_null,
    ref,
    told,
    within,
)

_COUNT = within(1, 1000)
SPOT_MARKET_REQUEST = closed(
    {
        "id": UUID,
        "devices_min": _COUNT,
        "devices_max": _COUNT,
        "max_bid_price": AMOUNT,
        "instance_parameters": told({"type": "object"}, "As they were given."),
        "created_at": TIME,
        "end_at": or_null(TIME),
        "facilities": links("Facility"),
        "plan": link("Plan"),
        "project": link("Project"),
        "devices": links("Device"),
        "href": TEXT,
    }
)
_INSTANCE: Fields = {
    **{name: field for name, field in DEVICE_FIELDS.items() if name not in ("facility", "hardware_reservation_id?")},
    "hostname?": told(TEXT, "`{{index}}` in it becomes 01, 02 and so on."),
    "hostnames?": listed(HOSTNAME),
}
_REQUEST = {
    "devices_min": _COUNT,
    "devices_max": _COUNT,
    "max_bid_price": told({"type": "number", "exclusiveMinimum": 0}, "In dollars an hour."),
    "facilities": {**listed(ref("FacilityName")), "minItems": 1},
    "instance_parameters": opened(_INSTANCE),
    "end_at?": or_null(MOMENT),
}
_PLACE = {"facility": ref("FacilityName"), "plan": ref("PlanName")}
_POINT = {"type": "array", "prefixItems": [AMOUNT, INTEGER], "items": False, "minItems": 2}
_HISTORY = closed({"target": TEXT, "datapoints": listed(_POINT), "tags": closed({"name": TEXT})})


def _requests(template: str) -> tuple[Operation, Operation]:
    """The requests of a project; they have two paths."""
    return (
        listing(template, "Spot market requests of a project", "SpotMarketRequest"),
        post(template, "Bid for machines on the spot market", _REQUEST, "SpotMarketRequest"),
    )


GROUP = Group(
    "Spot market",
    {"SpotMarketRequest": SPOT_MARKET_REQUEST, "PriceHistory": _HISTORY},
    (
        get(
            "/market/spot/prices",
            "Spot prices of the moment, by facility and plan",
            closed({"spot_market_prices": mapped(mapped(closed({"price": AMOUNT})))}),
            _PLACE,
        ),
        get(
            "/market/spot/prices/history",
            "Spot prices of the past",
            closed({"prices_history": listed(ref("PriceHistory"))}),
            {**_PLACE, "from": told(INTEGER, "Unix seconds."), "until": told(INTEGER, "Unix seconds.")},
        ),
        *_requests("/projects/{id}/spot-market-requests"),
        *_requests("/projects/{id}/spot-market-request"),
        get("/spot-market-requests/{id}", "A spot market request", "SpotMarketRequest"),
        delete(
            "/spot-market-requests/{id}",
            "End a spot market request",
            {"force_termination": told(YES_OR_NO, "And its devices with it.")},
        ),
    ),
    {"SpotMarketRequest": "/spot-market-requests/{id}"},
)
