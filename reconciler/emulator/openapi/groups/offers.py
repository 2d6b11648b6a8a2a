"""What can be ordered, and at which price."""

from __future__ import annotations

from reconciler.emulator.openapi.operation import Group, get, listing, post
from reconciler.emulator.openapi.schema import (
    AMOUNT,
    ANY,
    CATALOGUE_ID,
    COUNT,
    FLAG,
    NUMBER,
    TEXT,
    TEXTS,
    closed,
    links,
    listed,
    mapped,
    one_of,
    opened,
    or_null,
    ref,
)

FACILITY = closed(
    {
        "id": CATALOGUE_ID,
        "name": TEXT,
        "code": TEXT,
        "features": listed(one_of("baremetal", "storage", "layer_2", "backend_transfer", "global_ipv4")),
        "address": or_null(ref("Link")),
        "ip_ranges": TEXTS,
        "href": TEXT,
    }
)
_PARTS = {"count": COUNT, "type": TEXT}
SPECS = closed(
    {
        "cpus?": listed(closed(_PARTS)),
        "memory?": closed({"total": TEXT}),
        "drives?": listed(closed({**_PARTS, "size": TEXT})),
        "nics?": listed(closed(_PARTS)),
        "features?": closed({"raid?": FLAG, "txt?": FLAG}),
    }
)
PLAN = closed(
    {
        "id": CATALOGUE_ID,
        "slug": TEXT,
        "name": TEXT,
        "description": TEXT,
        "line": one_of("baremetal", "storage", "network", "bandwidth", "storage_snapshot"),
        "specs": ref("Specs"),
        "legacy": FLAG,
        "deployment_types": listed(one_of("on_demand", "spot_market")),
        "available_in": links("Facility"),
        "class": TEXT,
        "pricing": closed({"hour?": AMOUNT, "GB?": AMOUNT}),
        "href": TEXT,
    }
)
OPERATING_SYSTEM = closed(
    {
        "id": CATALOGUE_ID,
        "slug": TEXT,
        "name": TEXT,
        "distro": TEXT,
        "version": TEXT,
        "provisionable_on": TEXTS,
        "preinstallable": FLAG,
        "pricing": closed({"hour?": closed({"price": AMOUNT, "multiplier": TEXT})}),
        "licensed": FLAG,
        "href": TEXT,
    }
)
_LEVEL = one_of("normal", "limited", "critical", "unavailable")
_SERVER = {"facility": TEXT, "plan": TEXT}

GROUP = Group(
    "Offers",
    {"Facility": FACILITY, "Plan": PLAN, "Specs": SPECS, "OperatingSystem": OPERATING_SYSTEM},
    (
        listing("/facilities", "All facilities", "Facility"),
        listing("/plans", "All plans", "Plan"),
        listing("/operating-systems", "All operating systems", "OperatingSystem"),
        get(
            "/capacity",
            "How much is left, by facility and plan",
            closed({"capacity": mapped(mapped(closed({"level": _LEVEL})))}),
            {"legacy": one_of("only", "include", "exclude")},
        ),
        post(
            "/capacity",
            "Whether so many machines could be had",
            {
                "servers?": listed(
                    opened({"facility": ref("FacilityName"), "plan": ref("PlanName"), "quantity?": COUNT})
                )
            },
            closed({"servers": listed(closed({**_SERVER, "quantity": ANY, "available": FLAG}))}),
            200,
        ),
        get(
            "/market/spot/prices",
            "Spot prices of the moment, by facility and plan",
            closed({"spot_market_prices": mapped(mapped(closed({"price": AMOUNT})))}),
            {"facility": ref("FacilityName"), "plan": ref("PlanName")},
        ),
        get(
            "/market/spot/prices/history",
            "Spot prices of the past",
            closed({"prices_history": listed(ANY)}),
            {"facility": ref("FacilityName"), "plan": ref("PlanName"), "from": NUMBER, "until": NUMBER},
        ),
    ),
)
