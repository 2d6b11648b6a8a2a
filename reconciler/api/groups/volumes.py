"""Volumes, their attachments, snapshots and snapshot policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.api import endpoints
from reconciler.api.bodies import VolumeCreate, VolumeUpdate, body_of
from reconciler.api.groups.core import Group, Items, Names
from reconciler.api.models import Snapshot, SnapshotPolicy, Volume, VolumeAttachment


class Volumes(Group):
    def list(self, project_id: str, *, include: Names = (), exclude: Names = ()) -> Items[Volume]:
        return self._items(Volume, endpoints.list_volumes(project_id), include, exclude)

    def get(self, volume_id: str, *, include: Names = (), exclude: Names = ()) -> Volume:
        return self._one(Volume, endpoints.get_volume(volume_id), include, exclude)

    def create(self, project_id: str, volume: VolumeCreate | Mapping[str, Any]) -> Volume:
        return self._one(Volume, endpoints.create_volume(project_id, body_of(volume)))

    def update(self, volume_id: str, changes: VolumeUpdate | Mapping[str, Any]) -> Volume:
        return self._one(Volume, endpoints.update_volume(volume_id, body_of(changes)))

    def delete(self, volume_id: str) -> None:
        self._done(endpoints.delete_volume(volume_id))

    def list_attachments(self, volume_id: str, *, include: Names = ()) -> Items[VolumeAttachment]:
        return self._items(VolumeAttachment, endpoints.list_volume_attachments(volume_id), include)

    def get_attachment(self, attachment_id: str, *, include: Names = ()) -> VolumeAttachment:
        return self._one(VolumeAttachment, endpoints.get_volume_attachment(attachment_id), include)

    def attach(self, volume_id: str, device_id: str) -> VolumeAttachment:
        return self._one(VolumeAttachment, endpoints.attach_volume(volume_id, device_id))

    def detach(self, attachment_id: str) -> None:
        self._done(endpoints.detach_volume(attachment_id))

    def list_snapshots(self, volume_id: str, *, include: Names = ()) -> Items[Snapshot]:
        return self._items(Snapshot, endpoints.list_volume_snapshots(volume_id), include)

    def create_snapshot(self, volume_id: str) -> None:
        """The answer has no body; the snapshot appears in the list."""
        self._done(endpoints.create_volume_snapshot(volume_id))

    def delete_snapshot(self, volume_id: str, snapshot_id: str) -> None:
        self._done(endpoints.delete_volume_snapshot(volume_id, snapshot_id))

    def create_snapshot_policy(self, volume_id: str, *, frequency: str, count: int) -> SnapshotPolicy | None:
        """Keep `count` snapshots, one each 1hour, 1day, 1week, 1month or 1year."""
        return self._maybe(SnapshotPolicy, endpoints.create_snapshot_policy(volume_id, frequency, count))

    def update_snapshot_policy(
        self, policy_id: str, *, frequency: str | None = None, count: int | None = None
    ) -> SnapshotPolicy | None:
        return self._maybe(SnapshotPolicy, endpoints.update_snapshot_policy(policy_id, frequency, count))

    def delete_snapshot_policy(self, policy_id: str) -> None:
        self._done(endpoints.delete_snapshot_policy(policy_id))

    def clone(self, volume_id: str, *, snapshot_timestamp: str | None = None) -> Volume | None:
        """The new volume, where the answer holds it: sources disagree."""
        return self._maybe(Volume, endpoints.clone_volume(volume_id, snapshot_timestamp))

    def restore(self, volume_id: str, restore_point: str) -> None:
        """Back to a snapshot, named by its timestamp; what was written since is lost."""
        self._done(endpoints.restore_volume(volume_id, restore_point))
