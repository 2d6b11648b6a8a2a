"""Reserved machines."""

from __future__ import annotations

from reconciler.emulator.openapi.operation import Group, get, listing, post
from reconciler.emulator.openapi.schema import (
    FLAG,
    NUMBER,
    SHORT_ID,
    SOME_ID,
    TEXT,
    TIME,
    UUID,
    closed,
    link,
    one_of,
    or_null,
)

HARDWARE_RESERVATION = closed(
    {
        "id": UUID,
        "short_id": SHORT_ID,
        "provisionable": FLAG,
        "spare": FLAG,
        "need_of_service": FLAG,
        "switch_uuid": SHORT_ID,
        "custom_rate": or_null(NUMBER),
        "created_at": TIME,
        "facility": link("Facility"),
        "plan": link("Plan"),
        "project": link("Project"),
        "device": or_null(link("Device")),
        "href": TEXT,
    }
)

GROUP = Group(
    "Reserved machines",
    {"HardwareReservation": HARDWARE_RESERVATION},
    (
        listing(
            "/projects/{id}/hardware-reservations",
            "Reserved machines of a project",
            "HardwareReservation",
            {"query": TEXT, "state": one_of("active", "spare", "need_of_service"), "provisionable": one_of("only")},
        ),
        get("/hardware-reservations/{id}", "A reserved machine", "HardwareReservation"),
        post(
            "/hardware-reservations/{id}/move",
            "Move an idle machine to another project of the organization",
            {"project_id": SOME_ID},
            "HardwareReservation",
        ),
        post(
            "/hardware-reservations/{id}/move/{project_id}",
            "The same, with the project in the path",
            {},
            "HardwareReservation",
            200,
        ),
    ),
    {"HardwareReservation": "/hardware-reservations/{id}"},
)
