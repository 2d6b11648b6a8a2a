"""Where the emulator takes its time from.

The world's time is `clock.time()` plus an offset that `POST /_emulator/clock` adds to and that the world's
file keeps (see `world.py`), so any of these clocks can be advanced. Times are seconds since 1970-01-01 UTC.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """A source of time, and of waiting."""

    def time(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class RealClock:
    """The machine's own clock."""

    def time(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class ScaledClock:
    """A clock that starts now and runs `scale` times as fast as the machine's: 60 makes a minute of a second."""

    def __init__(self, scale: float) -> None:
        if scale <= 0:
            raise ValueError(f"a clock's scale must be above 0, not {scale}")
        self._scale = scale
        self._start = time.time()
        self._mark = time.monotonic()

    def time(self) -> float:
        return self._start + (time.monotonic() - self._mark) * self._scale

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self._scale)


class VirtualClock:
    """A clock that stands still until it is told otherwise; waiting on it is over at once and moves it on."""

    def __init__(self, start: float = 1_560_000_000.0) -> None:
        self._now = start
        self._lock = threading.Lock()

    def time(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`, which must not be negative."""
        if seconds < 0:
            raise ValueError(f"time goes forward only, not by {seconds} seconds")
        with self._lock:
            self._now += seconds


def rfc3339(moment: float) -> str:
    """A time as the API writes it: whole seconds, UTC, with a Z (facts seen in libcloud's recorded answers)."""
    return datetime.fromtimestamp(int(moment), UTC).isoformat()[:19] + "Z"


def rfc3339_milliseconds(moment: float) -> str:
    """The finer form that a create answer's `updated_at` may have (libcloud device_create, fog-packet)."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(moment * 1000) % 1000:03d}Z"
