"""What a user sees of each mistake: the whole output, with the place, the caret and the way out."""

from __future__ import annotations

import pytest

from tests.diagnostics.snapshots import BROKEN, NAMES, said


def test_there_are_enough_of_them() -> None:
    assert len(NAMES) >= 60


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_stack_is_told_as_it_was_reviewed(name: str) -> None:
    assert said(name) == (BROKEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_one_mistake_is_told_once(name: str) -> None:
    told = (BROKEN / f"{name}.txt").read_text(encoding="utf-8")
    assert told.count("error[") == 1
    assert told.endswith("exit 1\n")
    assert f"{name}.yaml:" in told


def test_a_mistake_in_a_group_shows_both_places() -> None:
    told = (BROKEN / "group-attribute.txt").read_text(encoding="utf-8")
    assert "--> groups/site.yaml:9:20" in told
    assert '--> group-attribute.yaml:9:7 (the call of projects.edge.groups.site["ewr1"])' in told


def test_the_line_of_a_secret_is_never_shown() -> None:
    told = (BROKEN / "secret-of-another-type.txt").read_text(encoding="utf-8")
    assert "secret-of-another-type.yaml:2:58" in told
    assert "hunter2222" not in told
