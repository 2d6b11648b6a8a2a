"""Block storage and licences."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.emulator.records import License, Snapshot, SnapshotPolicy, Volume, VolumeAttachment
from reconciler.emulator.rendering import Views
from reconciler.emulator.resources import events, licenses, snapshots, volume_attachments, volumes
from reconciler.emulator.routing import Lists, Route, delete, get, listing, post, put

LISTED: Lists = {
    "volumes": (Volume, VolumeAttachment),
    "attachments": (VolumeAttachment,),
    "snapshots": (Snapshot, SnapshotPolicy),
    "licenses": (License,),
}

VIEWS: Views = {
    Volume: volumes.show_volume,
    VolumeAttachment: volume_attachments.show_attachment,
    Snapshot: snapshots.show_snapshot,
    SnapshotPolicy: snapshots.show_policy,
    License: licenses.show_license,
}


def routes() -> Iterator[Route]:
    yield listing("/projects/{id}/storage", "volumes", volumes.of_project, paged=True)
    yield post("/projects/{id}/storage", volumes.create)
    yield get("/storage/{id}", volumes.one)
    yield from put("/storage/{id}", volumes.update)
    yield delete("/storage/{id}", volumes.delete)
    yield post("/storage/{id}/clone", volumes.clone)
    yield post("/storage/{id}/restore", volumes.restore)
    yield listing("/storage/{id}/attachments", "attachments", volume_attachments.of_volume)
    yield post("/storage/{id}/attachments", volume_attachments.attach)
    yield get("/storage/attachments/{id}", volume_attachments.one)
    yield delete("/storage/attachments/{id}", volume_attachments.detach)
    yield listing("/storage/{id}/snapshots", "snapshots", snapshots.listed)
    yield post("/storage/{id}/snapshots", snapshots.create)
    yield delete("/storage/{id}/snapshots/{snapshot_id}", snapshots.delete)
    yield post("/storage/{id}/snapshot-policies", snapshots.create_policy)
    yield from put("/storage/snapshot-policies/{id}", snapshots.update_policy)
    yield delete("/storage/snapshot-policies/{id}", snapshots.delete_policy)
    yield listing("/volumes/{id}/events", "events", events.of_volume, paged=True)
    yield listing("/projects/{id}/licenses", "licenses", licenses.of_project)
    yield post("/projects/{id}/licenses", licenses.create)
    yield get("/licenses/{id}", licenses.one)
    yield from put("/licenses/{id}", licenses.update)
    yield delete("/licenses/{id}", licenses.delete)
