"""Batches of devices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reconciler.emulator.records.keys import Keys


@dataclass(frozen=True, slots=True)
class Batch:
    """A number of devices asked for at once, made some time later."""

    id: str
    project_id: str
    quantity: int
    wish: str
    """The entry as it was asked for; JSON text."""
    state: str
    """`queued`, `in_progress`, `completed` or `failed`."""
    next_at: float | None
    """When it leaves that state; None once it is over."""
    device_ids: tuple[str, ...]
    error_messages: tuple[str, ...]
    fate: Literal["active", "failed", "stuck"]
    """What a fault rule has in store for its devices: see `Device.fate`."""
    fate_seconds: float | None
    created_at: float
    updated_at: float

    def keys(self) -> Keys:
        return (("project", self.project_id),)
