"""What most tests of block storage begin with: a volume that has become active."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.client import Client

VOLUME = {"plan": "storage_1", "size": 20, "facility": "ewr1"}


def active_volume(api: Client, project: str, **fields: object) -> Any:
    """A new volume that has become active."""
    made = api.make(f"/projects/{project}/storage", {**VOLUME, **fields})
    api.wait(api.emulator.settings.volume_seconds)
    volume = api.get(made["href"])
    assert volume["state"] == "active"
    return volume


@pytest.fixture
def volume(api: Client, project: str) -> Any:
    """An active volume in ewr1, as a GET shows it."""
    return active_volume(api, project)
