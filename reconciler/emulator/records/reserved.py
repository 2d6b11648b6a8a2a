"""Machines that are reserved for a project."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.emulator.records.keys import Keys


@dataclass(frozen=True, slots=True)
class HardwareReservation:
    """One machine that a project has by contract, whether a device is on it or not."""

    id: str
    project_id: str
    facility: str
    """Code."""
    plan: str
    """Slug."""
    hardware_id: str
    """The machine: a device on it has this hardware, each time."""
    spare: bool
    need_of_service: bool
    custom_rate: float | None
    """Dollars for each billing cycle; None where the list price holds."""
    created_at: float
    free_at: float
    """From when on it can be provisioned again, provided that no device is on it."""

    def keys(self) -> Keys:
        return (("project", self.project_id),)
