"""Block storage: volumes, their attachments, snapshots and snapshot policies.

REF lost the chapter; packngo, packet-python and fog-packet show the calls. Volumes live under `/storage`, their events
under `/volumes`. Snapshot policies take their values as query parameters (packet-python).
"""

from __future__ import annotations

from reconciler.api.endpoints.build import Body, collection, create, delete, given, read, update
from reconciler.wire import Call, Listing


def list_volumes(project_id: str) -> Listing:
    return collection("/projects/{id}/storage", project_id, key="volumes", paged=True)


def get_volume(volume_id: str) -> Call:
    return read("/storage/{id}", volume_id)


def create_volume(project_id: str, body: Body) -> Call:
    return create("/projects/{id}/storage", project_id, body=body)


def update_volume(volume_id: str, body: Body) -> Call:
    return update("/storage/{id}", volume_id, body=body)


def delete_volume(volume_id: str) -> Call:
    return delete("/storage/{id}", volume_id)


def list_volume_attachments(volume_id: str) -> Listing:
    """Later than packngo's calls (OpenAPI document); `include=attachments` on volumes shows the same."""
    return collection("/storage/{id}/attachments", volume_id, key="attachments")


def get_volume_attachment(attachment_id: str) -> Call:
    return read("/storage/attachments/{id}", attachment_id)


def attach_volume(volume_id: str, device_id: str) -> Call:
    return create("/storage/{id}/attachments", volume_id, body={"device_id": device_id})


def detach_volume(attachment_id: str) -> Call:
    return delete("/storage/attachments/{id}", attachment_id)


def list_volume_snapshots(volume_id: str) -> Listing:
    return collection("/storage/{id}/snapshots", volume_id, key="snapshots")


def create_volume_snapshot(volume_id: str) -> Call:
    return create("/storage/{id}/snapshots", volume_id)


def delete_volume_snapshot(volume_id: str, snapshot_id: str) -> Call:
    return delete("/storage/{id}/snapshots/{snapshot_id}", volume_id, snapshot_id)


def create_snapshot_policy(volume_id: str, frequency: str, count: int) -> Call:
    """Keep `count` snapshots, one each 1hour, 1day, 1week, 1month or 1year."""
    query = given({"snapshot_frequency": frequency, "snapshot_count": count})
    return create("/storage/{id}/snapshot-policies", volume_id, query=query)


def update_snapshot_policy(policy_id: str, frequency: str | None = None, count: int | None = None) -> Call:
    query = given({"snapshot_frequency": frequency, "snapshot_count": count})
    return update("/storage/snapshot-policies/{id}", policy_id, method="PATCH", query=query)


def delete_snapshot_policy(policy_id: str) -> Call:
    return delete("/storage/snapshot-policies/{id}", policy_id)


def clone_volume(volume_id: str, snapshot_timestamp: str | None = None) -> Call:
    """As it is now, or as it was at a snapshot."""
    body = None if snapshot_timestamp is None else {"snapshot_timestamp": snapshot_timestamp}
    return create("/storage/{id}/clone", volume_id, body=body)


def restore_volume(volume_id: str, restore_point: str) -> Call:
    """Back to a snapshot, named by its timestamp. Never sent again: what was written since would be lost."""
    return create("/storage/{id}/restore", volume_id, body={"restore_point": restore_point})
