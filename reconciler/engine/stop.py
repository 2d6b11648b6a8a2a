"""Asking a run to end early, from a signal handler or another thread.

A sleep of the run's clock may end early then (`SystemClock.wake`), so whoever sleeps in a loop asks `Stop` afterwards.
"""

from __future__ import annotations

import threading


class Stop:
    """The first request drains: nothing new is started, and what is under way ends within seconds."""

    def __init__(self) -> None:
        self._requested = threading.Event()

    def request(self) -> None:
        self._requested.set()

    @property
    def requested(self) -> bool:
        return self._requested.is_set()
