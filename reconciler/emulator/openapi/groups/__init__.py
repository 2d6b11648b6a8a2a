"""All endpoints, a module for each module of `routes/`."""

from __future__ import annotations

from reconciler.emulator.openapi.groups import account, devices, market, metal, network, offers, projects, storage
from reconciler.emulator.openapi.operation import Group

GROUPS: tuple[Group, ...] = (
    account.GROUP,
    projects.GROUP,
    devices.GROUP,
    metal.GROUP,
    network.GROUP,
    storage.GROUP,
    offers.GROUP,
    market.GROUP,
)
