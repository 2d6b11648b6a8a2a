"""All endpoints, a module for each module of `routes/` (two for `people`)."""

from __future__ import annotations

from reconciler.emulator.openapi.groups import (
    account,
    devices,
    market,
    metal,
    network,
    offers,
    people,
    projects,
    security,
    storage,
)
from reconciler.emulator.openapi.operation import Group

GROUPS: tuple[Group, ...] = (
    account.GROUP,
    people.GROUP,
    security.GROUP,
    projects.GROUP,
    devices.GROUP,
    metal.GROUP,
    network.GROUP,
    storage.GROUP,
    offers.GROUP,
    market.GROUP,
)
