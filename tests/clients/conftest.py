"""An emulator behind a real socket, and two clients of it that nobody here wrote."""

from __future__ import annotations

from collections.abc import Iterator

import packet
import pytest
from libcloud.compute.drivers.equinixmetal import EquinixMetalNodeDriver

from reconciler.emulator import Emulator, Settings
from tests.clients.pointing import libcloud_driver, packet_manager

TOKEN = "a-token-for-clients"


@pytest.fixture
def server() -> Iterator[Emulator]:
    """Listens, in real time, with everything ready in no time."""
    settings = Settings(
        provision_seconds=0.0, deprovision_seconds=0.0, volume_seconds=0.0, snapshot_seconds=0.0, batch_seconds=0.0
    )
    with Emulator(token=TOKEN, settings=settings) as emulator:
        yield emulator


@pytest.fixture
def manager(server: Emulator) -> Iterator[packet.Manager]:
    """packet-python."""
    with packet_manager(server.url, TOKEN) as client:
        yield client


@pytest.fixture
def driver(server: Emulator) -> Iterator[EquinixMetalNodeDriver]:
    """apache-libcloud's driver."""
    with libcloud_driver(server.url, TOKEN) as client:
        yield client
