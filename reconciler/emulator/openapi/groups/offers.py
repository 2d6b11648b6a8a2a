"""What can be ordered, and how much of it is left."""

from __future__ import annotations

from reconciler.emulator.openapi.operation import Group, get, listing, post
from reconciler.emulator.openapi.schema import (
    AMOUNT,
    ANY,
    CATALOGUE_ID,
    COUNT,
    FLAG,
    NULL,
    TEXT,
    TEXTS,
    closed,
    link,
    links,
    listed,
    mapped,
    one_of,
    opened,
    ref,
    told,
)

FACILITY = closed(
    {
        "id": CATALOGUE_ID,
        "name": TEXT,
        "code": TEXT,
        "features": listed(one_of("baremetal", "storage", "layer_2", "backend_transfer", "global_ipv4")),
        "address": link("FacilityAddress"),
        "ip_ranges": TEXTS,
        "href": TEXT,
    }
)
FACILITY_ADDRESS = closed(
    {
        **dict.fromkeys(("address", "address2", "state", "zip_code", "country", "coordinates"), NULL),
        "city": TEXT,
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
_CAPACITY = closed({"capacity": mapped(mapped(closed({"level": _LEVEL})))})
_LEGACY = {"legacy": told(one_of("only", "include", "exclude"), "Which slugs: of before 2018, both, or the new ones.")}
_SERVER = {"facility": TEXT, "plan": TEXT}

GROUP = Group(
    "Offers",
    {
        "Facility": FACILITY,
        "FacilityAddress": FACILITY_ADDRESS,
        "Plan": PLAN,
        "Specs": SPECS,
        "OperatingSystem": OPERATING_SYSTEM,
    },
    (
        listing("/facilities", "All facilities", "Facility"),
        listing("/plans", "All plans", "Plan"),
        listing("/operating-systems", "All operating systems", "OperatingSystem"),
        get(
            "/capacity",
            "How much is left, by facility and plan",
            _CAPACITY,
            _LEGACY,
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
        listing("/organizations/{id}/plans", "Plans for an organization", "Plan"),
        listing("/organizations/{id}/operating-systems", "Operating systems for an organization", "OperatingSystem"),
        get("/organizations/{id}/capacity", "How much is left for an organization", _CAPACITY, _LEGACY),
    ),
)
