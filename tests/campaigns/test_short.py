"""The short version of each campaign, the same schedules each time."""

from __future__ import annotations

import pytest

from tests.campaigns.__main__ import campaigns, played


@pytest.mark.parametrize("name", list(campaigns()))
def test_no_schedule_breaks_a_law(name: str) -> None:
    campaign = campaigns()[name]
    schedules = list(campaign.schedules(campaign.short, 1))

    assert schedules
    for schedule in schedules:
        _, violations = played(name, schedule)
        assert not violations, f"python -m tests.campaigns {name} --replay {schedule!r}"
