"""Whether the process that wrote a line is still there, or another one that was given its number."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reconciler.app.processes import was_there

OURS = os.getpid()


def a_system(folder: Path, state: str, ticks: int) -> Path:
    """The system's facts of this process, with a name that is made to mislead."""
    (folder / str(OURS)).mkdir()
    facts = " ".join((state, *map(str, range(4, 22)), str(ticks), "0"))
    (folder / str(OURS) / "stat").write_text(f"{OURS} (a) Z 1 ) {facts}\n", encoding="utf-8")
    (folder / "stat").write_text("cpu 1 2\nbtime 1000\nprocesses 9\n", encoding="utf-8")
    return folder


def test_a_process_that_is_there_was_there_since_it_began() -> None:
    assert was_there(OURS, time.time())
    if Path("/proc/stat").exists():
        assert not was_there(OURS, time.time() - 86_400 * 365)


@pytest.mark.parametrize("pid", [0, -1, 1 << 70])
def test_what_is_no_number_of_a_process_is_not_there(pid: int) -> None:
    assert not was_there(pid, time.time())


def test_one_that_has_ended_is_not_there() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        if Path("/proc/stat").exists():
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            assert not was_there(process.pid, time.time()), "nobody has asked yet how it ended"
    assert not was_there(process.pid, time.time())


@pytest.mark.parametrize(
    ("state", "seconds", "at", "there"),
    [
        ("R", 50, 1050.0, True),
        ("S", 50, 990.0, True),  # the clock was set
        ("S", 50, 989.0, False),  # given again
        ("Z", 50, 1050.0, False),
        ("X", 50, 1050.0, False),
    ],
)
def test_a_number_that_was_given_again_is_another_process(
    tmp_path: Path, state: str, seconds: int, at: float, there: bool
) -> None:
    system = a_system(tmp_path, state, seconds * os.sysconf("SC_CLK_TCK"))
    assert was_there(OURS, at, system) is there


def test_where_the_system_does_not_say_since_when_any_process_counts(tmp_path: Path) -> None:
    assert was_there(OURS, 0.0, tmp_path)
    (a_system(tmp_path, "R", 5) / "stat").write_text("cpu 1 2\n", encoding="utf-8")
    assert was_there(OURS, 0.0, tmp_path)
    (tmp_path / str(OURS) / "stat").write_text("what", encoding="utf-8")
    assert was_there(OURS, 0.0, tmp_path)
