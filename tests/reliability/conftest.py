from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.rollouts import Group, Made, group
from tests.worlds.account import Account


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    """An empty account, in virtual time."""
    found = Account.found(tmp_path, {}, seed=1)
    yield found
    found.emulator.stop()


@pytest.fixture
def made(account: Account, monkeypatch: pytest.MonkeyPatch) -> Made:
    """A group that stands: so many machines with a rollout."""
    return lambda count, rollout, **device: Group.of(account, monkeypatch, group(count, rollout, **device))
