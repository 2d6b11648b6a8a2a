"""The short version of each campaign, the same schedules each time."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase

import pytest

from tests.campaigns.__main__ import campaigns, played
from tests.campaigns.simulation import scenario


@pytest.mark.parametrize("name", list(campaigns()))
def test_no_schedule_breaks_a_law(name: str) -> None:
    campaign = campaigns()[name]
    schedules = list(campaign.schedules(campaign.short, 1))

    assert schedules
    for schedule in schedules:
        _, violations = played(name, schedule)
        assert not violations, f"python -m tests.campaigns {name} --replay {schedule!r}"


@pytest.mark.parametrize(
    ("name", "pattern"), [("sweep", "device/apply/journal/*:crash-after"), ("simulation", "*unmark*")]
)
def test_only_schedules_that_fit_a_pattern_are_played(name: str, pattern: str) -> None:
    campaign = campaigns()[name]

    chosen = list(campaign.chosen(4, 7, pattern))

    assert len(set(chosen)) == 4
    texts = chosen if name == "sweep" else [json.dumps(scenario(int(each))) for each in chosen]
    assert [each for each in texts if not fnmatchcase(each, pattern)] == []
