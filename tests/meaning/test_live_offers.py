"""What can be ordered according to an API, here the embedded emulator: for plans, and for `validate --live`."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.catalogue import shipped_offers
from reconciler.cli.main import run
from reconciler.emulator.catalogue import Catalogue
from tests.meaning.test_meaning import DEVICE, write

WORLD = "--emulator=world.db"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_plan_refuses_what_the_api_does_not_have_together(capsys: pytest.CaptureFixture[str]) -> None:
    path = write({"name": "p", "devices": {"web": {**DEVICE, "facility": "atl1"}}})

    assert run(["plan", str(path), WORLD]) == 1
    assert "error[not-offered]: facility: c2.medium.x86 is not in atl1" in capsys.readouterr().err


def test_a_plan_refuses_a_volume_where_there_is_no_storage(capsys: pytest.CaptureFixture[str]) -> None:
    path = write({"name": "p", "volumes": {"data": {"plan": "storage_1", "size": 100, "facility": "dfw1"}}})

    assert run(["validate", str(path)]) == 0
    assert run(["plan", str(path), WORLD]) == 1
    assert "dfw1 has no block storage" in capsys.readouterr().err


def test_a_plan_shows_warnings_and_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    path = write({"name": "p", "bgp_config": {"deployment_type": "local", "asn": 3356}})

    assert run(["plan", str(path), WORLD]) == 0
    printed = capsys.readouterr()
    assert "warning[doubtful-asn]" in printed.err
    assert "Plan: 2 to add" in printed.out


def test_validate_live_asks_the_api(capsys: pytest.CaptureFixture[str]) -> None:
    path = write({"name": "p", "volumes": {"data": {"plan": "storage_1", "size": 100, "facility": "dfw1"}}})

    assert run(["validate", str(path), "--live", WORLD]) == 1
    assert "error[not-offered]: facility: dfw1 has no block storage" in capsys.readouterr().err


def test_the_shipped_catalogue_says_nothing_that_the_emulators_own_contradicts() -> None:
    shipped, theirs = shipped_offers(), Catalogue()
    for place in theirs.facilities:
        mine = shipped.facilities[place.code]
        assert mine.features in (None, frozenset(place.features))
    for plan in theirs.plans:
        known = shipped.plans.get(plan.slug)
        assert known is not None or plan.line not in ("baremetal", "storage")
        assert known is None or known.facilities in (None, frozenset(plan.facilities))
    assert {each.slug for each in theirs.operating_systems} == set(shipped.systems)
