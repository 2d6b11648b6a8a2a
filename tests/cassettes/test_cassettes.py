"""The cassettes replay without a server, say nothing secret, and are what a recording of today gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cassettes.recording import CASSETTES, NAMES, TOKEN, record, replay


@pytest.mark.parametrize("name", NAMES)
def test_a_cassette_replays_to_an_applied_and_destroyed_stack(name: str) -> None:
    applied, empty, destroyed = replay(name, CASSETTES / f"{name}.yaml")
    assert applied.complete
    assert applied.counts.added > 0
    assert empty
    assert destroyed.complete
    assert destroyed.counts.destroyed == applied.counts.added


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_of_today_is_the_cassette(name: str, tmp_path: Path) -> None:
    record(name, tmp_path / "again.yaml")
    again = (tmp_path / "again.yaml").read_text(encoding="utf-8")
    assert again == (CASSETTES / f"{name}.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_cassette_holds_no_secret(name: str) -> None:
    text = (CASSETTES / f"{name}.yaml").read_text(encoding="utf-8").lower()
    for word in (TOKEN, "x-auth-token", "root_password: ", "127.0.0.1"):
        assert word not in text
