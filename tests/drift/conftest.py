from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.worlds.account import Account


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    """An empty account, in virtual time."""
    found = Account.found(tmp_path, {}, seed=1)
    yield found
    found.emulator.stop()
