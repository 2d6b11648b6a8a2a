"""Whether a process of this machine is still the one that it was: numbers of processes are given again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_SLACK: Final = 60.0
"""Seconds by which a machine's clock may have been set since; a number is hardly given again so soon."""
_GONE: Final = ("Z", "X")  # ended, and nobody has asked how


def was_there(pid: int, at: float, system: Path = Path("/proc")) -> bool:
    """Whether a process is there now and was at a moment (seconds since the epoch). Where the system does not say since
    when it runs (`system` is Linux's folder of such facts), any process of that number counts.
    """
    if pid <= 0 or not _is_there(pid):
        return False
    try:
        state, *facts = (system / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        booted = next(line for line in (system / "stat").read_text("utf-8").splitlines() if line.startswith("btime "))
        begun = float(booted.split()[1]) + int(facts[18]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, LookupError, StopIteration):
        return True
    return state not in _GONE and begun <= at + _SLACK


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True
