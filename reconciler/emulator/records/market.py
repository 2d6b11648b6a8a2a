"""Requests on the spot market."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.emulator.records.keys import Keys


@dataclass(frozen=True, slots=True)
class SpotMarketRequest:
    """A standing bid: it makes spot instances, and makes them anew, as long as price and stock allow it."""

    id: str
    project_id: str
    devices_min: int
    devices_max: int
    max_bid_price: float
    """Dollars an hour for each device."""
    plan: str
    facilities: tuple[str, ...]
    """Codes, in the order asked for."""
    instance_parameters: str
    """JSON text, as it was given."""
    end_at: float | None
    created_at: float
    next_at: float | None
    """When it tries next; None while nothing but an event (a machine is freed, a setting changed) can help it."""
    device_ids: tuple[str, ...]

    def keys(self) -> Keys:
        return (
            ("project", self.project_id),
            *(("market", f"{facility}/{self.plan}") for facility in self.facilities),
            *(("device", identifier) for identifier in self.device_ids),
        )
