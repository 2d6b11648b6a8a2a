"""All endpoints, a module for each module of `routes/`."""

from __future__ import annotations

from reconciler.emulator.openapi.groups import account, devices, network, offers, projects
from reconciler.emulator.openapi.operation import Group

GROUPS: tuple[Group, ...] = (
    account.GROUP,
    projects.GROUP,
    devices.GROUP,
    network.GROUP,
    offers.GROUP,
)
