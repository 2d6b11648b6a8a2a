"""Asking a run to end early, from a signal handler or another thread."""

from __future__ import annotations

import threading


class Stop:
    """The first request drains: nothing new is started, calls that are out are waited for."""

    def __init__(self) -> None:
        self._requested = threading.Event()

    def request(self) -> None:
        self._requested.set()

    @property
    def requested(self) -> bool:
        return self._requested.is_set()
