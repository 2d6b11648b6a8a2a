"""Time as a dependency: the engine asks a clock, so that a whole apply can run in virtual time."""

from __future__ import annotations

import threading
import time
from datetime import UTC, date, datetime
from typing import Protocol


class Clock(Protocol):
    """`now` is monotonic seconds; `sleep` waits, or returns early where a run is to end; `wall` is seconds since the
    epoch, for people only.
    """

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...

    def wall(self) -> float: ...


class SystemClock:
    """The machine's clock."""

    def __init__(self) -> None:
        # A bare lock and not an Event, whose own lock the interrupted thread may hold when a signal handler needs it.
        self._asleep = threading.Lock()
        self._asleep.acquire()
        self._woken = False

    def now(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        if seconds > 0 and self._asleep.acquire(timeout=min(seconds, threading.TIMEOUT_MAX)):
            self._asleep.release()

    def wake(self) -> None:
        """End every sleep, also those to come: whoever sleeps in a loop has to ask why. For a signal handler."""
        if not self._woken:
            self._woken = True
            self._asleep.release()

    def wall(self) -> float:
        return time.time()


def today(clock: Clock) -> date:
    """The day by a clock, in UTC."""
    return day_of(instant(clock))


def instant(clock: Clock) -> datetime:
    """The moment by a clock, in UTC."""
    return datetime.fromtimestamp(clock.wall(), UTC)


def day_of(moment: datetime) -> date:
    """The day of a moment, in UTC."""
    return moment.astimezone(UTC).date()
