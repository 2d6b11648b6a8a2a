"""Reserved machines, and batches of devices."""

from __future__ import annotations

from reconciler.emulator.openapi.groups.devices import DEVICE_FIELDS, HOSTNAME
from reconciler.emulator.openapi.operation import Group, delete, get, listing, post
from reconciler.emulator.openapi.schema import (
    COUNT,
    FLAG,
    NUMBER,
    SHORT_ID,
    SOME_ID,
    TEXT,
    TEXTS,
    TIME,
    UUID,
    YES_OR_NO,
    closed,
    link,
    links,
    listed,
    one_of,
    opened,
    or_null,
    ref,
    told,
    within,
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

BATCH = closed(
    {
        "id": UUID,
        "quantity": COUNT,
        "state": one_of("queued", "in_progress", "completed", "failed"),
        "error_messages": TEXTS,
        "created_at": TIME,
        "updated_at": TIME,
        "devices": links("Device"),
        "project": link("Project"),
        "href": TEXT,
    }
)
BATCH_FIELDS = {
    **DEVICE_FIELDS,
    "quantity?": told(within(1, 1000), "Default: as many as there are hostnames, else one."),
    "hostname?": told(TEXT, "`{{index}}` in it becomes 01, 02 and so on."),
    "hostnames?": listed(HOSTNAME),
    "facility_diversity_level?": told(within(1, 100), "The most facilities to be spread across."),
}
"""What each batch may ask for: what a device may be created with, and how many of them."""

GROUP = Group(
    "Reserved machines and batches",
    {"HardwareReservation": HARDWARE_RESERVATION, "Batch": BATCH},
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
        listing("/projects/{id}/batches", "Batches of a project", "Batch"),
        post(
            "/projects/{id}/devices/batch",
            "Create devices in batches",
            {"batches": listed(opened(BATCH_FIELDS))},
            closed({"batches": listed(ref("Batch"))}),
        ),
        get("/batches/{id}", "A batch", "Batch"),
        delete(
            "/batches/{id}",
            "Delete a batch",
            {"remove_associated_instances": told(YES_OR_NO, "Whether its devices are deleted too; default false.")},
        ),
    ),
    {"HardwareReservation": "/hardware-reservations/{id}", "Batch": "/batches/{id}"},
)
