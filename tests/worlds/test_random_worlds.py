"""A few random scenarios, the same each time. `tests.worlds.campaign` plays others for as long as one likes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.laws import Broken
from tests.worlds.reduce import reduced
from tests.worlds.running import Unfit
from tests.worlds.scenario import play, scenario

SEEDS = 24
GROUPS = 4


@pytest.mark.parametrize("group", range(GROUPS))
def test_whatever_the_stack_and_whatever_goes_wrong_the_laws_hold(tmp_path: Path, group: int) -> None:
    unfit = 0
    mutations = 0
    for seed in range(group, SEEDS, GROUPS):
        try:
            mutations += play(scenario(seed), tmp_path).mutations
        except Unfit:
            unfit += 1
        except Broken as broken:
            pytest.fail(f"seed {seed}: {broken}")
    assert unfit <= 1, "stacks that the reader refuses test nothing"
    assert mutations > 50


def test_a_seed_makes_the_same_scenario_each_time() -> None:
    assert scenario(7) == scenario(7)
    assert scenario(7) != scenario(8)


def test_what_fails_is_reduced_to_what_makes_it_fail() -> None:
    """A made-up law: no stack may have a volume beside a device that is in layer 2."""

    def fails(made: dict[str, object]) -> bool:
        text = str(made)
        return "'volumes'" in text and "layer2-bonded" in text

    found = next(made for made in map(scenario, range(100)) if fails(made))
    small = reduced(found, fails)
    assert fails(small)
    assert len(str(small)) < len(str(found)) / 4
