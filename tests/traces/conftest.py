"""A desk: an emulator in virtual time, a plain client of it, and the reconciler."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.emulator import Settings
from tests.traces.desk import Desk, a_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with a_desk(tmp_path, Settings(provision_seconds=300.0, deprovision_seconds=60.0)) as made:
        yield made
