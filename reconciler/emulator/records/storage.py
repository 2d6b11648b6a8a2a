"""Block storage and licences."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.emulator.records.keys import Keys


@dataclass(frozen=True, slots=True)
class Volume:
    id: str
    project_id: str
    facility: str
    """Code."""
    plan: str
    """Slug."""
    size: int
    """In GB."""
    description: str | None
    billing_cycle: str
    locked: bool
    customdata: str
    created_at: float
    updated_at: float
    provision_seconds: float
    """From `created_at` until it is active; fixed at create, whatever the setting is later."""

    def keys(self) -> Keys:
        return (("project", self.project_id),)


@dataclass(frozen=True, slots=True)
class VolumeAttachment:
    """That a device may log in to a volume."""

    id: str
    volume_id: str
    device_id: str
    created_at: float

    def keys(self) -> Keys:
        return (("volume", self.volume_id), ("device", self.device_id))


@dataclass(frozen=True, slots=True)
class Snapshot:
    id: str
    volume_id: str
    policy_id: str | None
    """The policy that had it taken, which may be gone; None when somebody asked for it."""
    size: int
    """Of the volume at that time, in GB."""
    created_at: float
    available_at: float

    def keys(self) -> Keys:
        return (("volume", self.volume_id),)


@dataclass(frozen=True, slots=True)
class SnapshotPolicy:
    """That a snapshot be taken at even distances, of which the newest `count` are kept.

    Those of the first `taken` turns are records; the later ones are computed on reading, see `resources/snapshots.py`.
    """

    id: str
    volume_id: str
    frequency: str
    count: int
    created_at: float
    updated_at: float
    taken: int
    counted_from: float
    """The time of turn `taken`: turn `taken + 1` comes one period later."""

    def keys(self) -> Keys:
        return (("volume", self.volume_id),)


@dataclass(frozen=True, slots=True)
class License:
    id: str
    project_id: str
    product_id: str
    description: str | None
    size: float | None
    license_key: str

    def keys(self) -> Keys:
        return (("project", self.project_id),)
