"""`python -m tests.campaigns --results FILE`: a release that takes hours goes on where it was cut short."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.campaigns.__main__ import code
from tests.forks.client import ROOT

COUNT = 8
KEPT: dict[str, Any] = {"name": "answers", "count": COUNT, "seed": 1, "code": code()}


def test_schedules_that_the_file_holds_are_not_played_again(tmp_path: Path) -> None:
    file = kept_in(tmp_path, {**KEPT, "schedules": 6, "violations": 0, "seconds": 1000.0})

    ended, table = played(file)

    assert ended == 0
    last = held(file)[-1]
    assert (len(held(file)), last["schedules"], last["violations"]) == (2, COUNT, 0)
    assert 1000 <= last["seconds"] < 2000
    assert f"| answers | {COUNT} | 0 | {last['seconds']:.0f} |" in table


def test_a_campaign_that_is_complete_is_only_shown(tmp_path: Path) -> None:
    file = kept_in(tmp_path, {**KEPT, "schedules": COUNT, "violations": 0, "seconds": 1000.0})

    ended, table = played(file)

    assert (ended, len(held(file))) == (0, 1)
    assert f"| answers | {COUNT} | 0 | 1000 |" in table


def test_after_a_violation_the_campaign_begins_anew(tmp_path: Path) -> None:
    file = kept_in(tmp_path, {**KEPT, "schedules": 6, "violations": 1, "seconds": 1000.0})

    ended, _ = played(file)

    assert ended == 0
    assert held(file)[-1]["schedules"] == COUNT
    assert held(file)[-1]["seconds"] < 1000


def test_what_was_kept_of_other_schedules_says_nothing_about_these(tmp_path: Path) -> None:
    file = kept_in(tmp_path, {**KEPT, "seed": 2, "schedules": COUNT, "violations": 0, "seconds": 1000.0})

    played(file)

    assert [(each["seed"], each["schedules"]) for each in held(file)] == [(2, COUNT), (1, COUNT)]


def test_what_another_code_was_played_against_is_played_again(tmp_path: Path) -> None:
    other = {"code": "0123456789abcdef", "schedules": COUNT, "violations": 0, "seconds": 1000.0}
    file = kept_in(tmp_path, {**KEPT, **other})

    ended, _ = played(file)

    assert (ended, len(held(file))) == (0, 2)
    assert held(file)[-1]["seconds"] < 1000


def kept_in(folder: Path, line: dict[str, Any]) -> Path:
    file = folder / "results.jsonl"
    file.write_text(f"{json.dumps(line)}\n", encoding="utf-8")
    return file


def played(file: Path) -> tuple[int, str]:
    """How the command ends, and what it prints."""
    command = (sys.executable, "-m", "tests.campaigns", "answers", "--count", str(COUNT), "--jobs", "1")
    done = subprocess.run([*command, "--results", str(file)], capture_output=True, text=True, check=False, cwd=ROOT)
    return done.returncode, done.stdout


def held(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
