"""`python -m tests.campaigns CAMPAIGN --only PATTERN`: what fits it, and what is told when nothing does."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.forks.client import ROOT


@pytest.mark.parametrize("pattern", ["*:redirect", "project/apply/journal/*:redirect", "project/*:redirect"])
def test_a_pattern_is_of_the_whole_schedule_however_many_of_its_parts_it_names(pattern: str) -> None:
    ended, table, _ = played(pattern)

    assert (ended, "| sweep | 2 | 0 |" in table) == (0, True), table


def test_a_pattern_that_nothing_fits_is_no_success() -> None:
    ended, table, told = played("project/apply/journal/*:redirekt")

    assert (ended, table) == (2, "")
    assert "no schedule fits 'project/apply/journal/*:redirekt'" in told


def played(pattern: str) -> tuple[int, str, str]:
    command = (sys.executable, "-m", "tests.campaigns", "sweep", "--count", "2", "--jobs", "1", "--only", pattern)
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    return done.returncode, done.stdout, done.stderr
