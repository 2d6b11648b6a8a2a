"""Block storage and licences."""

from __future__ import annotations

from reconciler.emulator.openapi.groups.account import CUSTOM_DATA
from reconciler.emulator.openapi.groups.devices import BILLING_CYCLE
from reconciler.emulator.openapi.operation import Group, Operation, act, delete, get, listing, post, put
from reconciler.emulator.openapi.schema import (
    AMOUNT,
    ANY,
    EMPTY,
    FLAG,
    IPV4,
    SOME_ID,
    TEXT,
    TIME,
    UUID,
    Schema,
    closed,
    either,
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

VOLUME = closed(
    {
        "id": UUID,
        "name": {"type": "string", "pattern": "^volume-[0-9a-f]{8}$"},
        "description": or_null(TEXT),
        "size": told(within(10, 12_000), "In GB."),
        "locked": FLAG,
        "billing_cycle": BILLING_CYCLE,
        "state": one_of("queued", "provisioning", "active"),
        "customdata": ANY,
        "access": told(
            either(EMPTY, closed({"ips": {"type": "array", "items": IPV4, "minItems": 2}, "iqn": TEXT})),
            "Where to find it by iSCSI, once it is active.",
        ),
        "created_at": TIME,
        "updated_at": TIME,
        "project": link("Project"),
        "facility": link("Facility"),
        "snapshot_policies": links("SnapshotPolicy"),
        "attachments": links("VolumeAttachment"),
        "snapshots": links("Snapshot"),
        "plan": link("Plan"),
        "href": TEXT,
    }
)
VOLUME_ATTACHMENT = closed(
    {"id": UUID, "created_at": TIME, "volume": link("Volume"), "device": link("Device"), "href": TEXT}
)
_FREQUENCY = one_of("1hour", "1day", "1week", "1month", "1year")
SNAPSHOT = closed(
    {
        "id": UUID,
        "status": one_of("pending", "available"),
        "timestamp": told({"type": "string", "pattern": r"^\d+\.\d{9}$"}, "What names it to `restore` and `clone`."),
        "created_at": TIME,
        "volume": link("Volume"),
    }
)
SNAPSHOT_POLICY = closed(
    {
        "id": UUID,
        "snapshot_frequency": _FREQUENCY,
        "snapshot_count": within(1, 1000),
        "created_at": TIME,
        "updated_at": TIME,
        "volume": link("Volume"),
        "href": TEXT,
    }
)
LICENSE = closed(
    {
        "id": UUID,
        "description": or_null(TEXT),
        "license_key": {"type": "string", "pattern": "^[A-Z2-7]{5}(-[A-Z2-7]{5}){4}$"},
        "licensee_product": ref("Link"),
        "size": or_null(AMOUNT),
        "project": link("Project"),
        "href": TEXT,
    }
)
_PLAN = {
    "plan?": told(ref("StoragePlanName"), "How fast it is to be."),
    "plan_id?": told(ref("StoragePlanName"), "The same as `plan`."),
}
_VOLUME_FIELDS = {
    "description?": or_null(TEXT),
    "billing_cycle?": BILLING_CYCLE,
    "locked?": FLAG,
    "customdata?": CUSTOM_DATA,
}
_POLICY_FIELDS = {"snapshot_frequency": _FREQUENCY, "snapshot_count?": within(1, 1000)}


def _one_needed(*names: str) -> Schema:
    """At least one of these fields."""
    return either(*({"required": [name]} for name in names))


GROUP = Group(
    "Storage",
    {
        "Volume": VOLUME,
        "VolumeAttachment": VOLUME_ATTACHMENT,
        "Snapshot": SNAPSHOT,
        "SnapshotPolicy": SNAPSHOT_POLICY,
        "License": LICENSE,
    },
    (
        listing("/projects/{id}/storage", "Volumes of a project", "Volume"),
        Operation(
            ("POST",),
            "/projects/{id}/storage",
            "Create a volume",
            {201: ref("Volume")},
            body={
                **opened(
                    {
                        "size": told(within(10, 12_000), "In GB."),
                        **_PLAN,
                        "facility?": ref("FacilityName"),
                        "facility_id?": told(ref("FacilityName"), "The same as `facility`."),
                        **_VOLUME_FIELDS,
                        "snapshot_policies?": listed(opened(_POLICY_FIELDS)),
                    }
                ),
                "allOf": [_one_needed("plan", "plan_id"), _one_needed("facility", "facility_id")],
            },
        ),
        get("/storage/{id}", "A volume", "Volume"),
        put(
            "/storage/{id}",
            "Change a volume; a detached one can grow",
            {"size?": within(10, 12_000), **_PLAN, **_VOLUME_FIELDS},
            "Volume",
        ),
        delete("/storage/{id}", "Delete a volume that is neither attached nor locked"),
        post(
            "/storage/{id}/clone",
            "Make a volume out of another, or out of a snapshot of it",
            {"snapshot_timestamp?": or_null(TEXT)},
            "Volume",
        ),
        act("/storage/{id}/restore", "Bring a volume back to a snapshot", {"restore_point": TEXT}),
        listing("/storage/{id}/attachments", "Attachments of a volume", "VolumeAttachment"),
        post("/storage/{id}/attachments", "Attach a volume to a device", {"device_id": SOME_ID}, "VolumeAttachment"),
        get("/storage/attachments/{id}", "An attachment", "VolumeAttachment"),
        delete("/storage/attachments/{id}", "Detach a volume"),
        listing("/storage/{id}/snapshots", "Snapshots of a volume, oldest first", "Snapshot"),
        act("/storage/{id}/snapshots", "Take a snapshot of a volume", {}, 202),
        delete("/storage/{id}/snapshots/{snapshot_id}", "Delete a snapshot"),
        post(
            "/storage/{id}/snapshot-policies",
            "Have snapshots taken from time to time",
            _POLICY_FIELDS,
            "SnapshotPolicy",
        ),
        put(
            "/storage/snapshot-policies/{id}",
            "Change how often snapshots are taken",
            {"snapshot_frequency?": _FREQUENCY, "snapshot_count?": within(1, 1000)},
            "SnapshotPolicy",
        ),
        delete("/storage/snapshot-policies/{id}", "Have no more snapshots taken"),
        listing("/volumes/{id}/events", "Events of a volume, newest first", "Event"),
        listing("/projects/{id}/licenses", "Licences of a project", "License"),
        post(
            "/projects/{id}/licenses",
            "Create a licence",
            {
                "licensee_product_id": {"type": "string", "pattern": "^[A-Za-z0-9_.-]{1,64}$"},
                "description?": or_null(TEXT),
                "size?": or_null(AMOUNT),
            },
            "License",
        ),
        get("/licenses/{id}", "A licence", "License"),
        put("/licenses/{id}", "Change a licence", {"description?": or_null(TEXT), "size?": or_null(AMOUNT)}, "License"),
        delete("/licenses/{id}", "Delete a licence"),
    ),
    {
        "Volume": "/storage/{id}",
        "VolumeAttachment": "/storage/attachments/{id}",
        "SnapshotPolicy": "/storage/snapshot-policies/{id}",
        "License": "/licenses/{id}",
    },
)
