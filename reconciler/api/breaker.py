"""An outage seen by all threads: while the API answers nothing, nothing new is made.

Reads go on, as each is a try whether the API is back. A create that is sent into an outage is a machine in doubt.
"""

from __future__ import annotations

import threading

from reconciler.clock import Clock

PROBE_SECONDS = 1.0
"""How soon those who wait ask again while one of them tries."""


class Breaker:
    """Opens after so many attempts in a row without a usable answer, for so many seconds, and then lets one through.
    What fails after that shows that the outage lasts: from then on nothing passes until something was answered.
    """

    def __init__(self, clock: Clock, failures: int, seconds: float) -> None:
        self._clock = clock
        self._failures = failures
        self._seconds = seconds
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._until: float | None = None
        self._trying = False
        self._lasts = False

    def answered(self) -> None:
        """An attempt brought an answer, whatever it says."""
        with self._lock:
            self._in_a_row, self._until, self._trying, self._lasts = 0, None, False, False

    def failed(self) -> None:
        """An attempt brought none that can be used."""
        with self._lock:
            self._in_a_row += 1
            if self._until is not None:
                if self._clock.now() >= self._until:
                    self._lasts = True
            elif self._in_a_row >= self._failures:
                self._until = self._clock.now() + self._seconds

    def pause(self) -> float | None:
        """Seconds until it is worth asking again, 0 when a create may go now, None when the outage lasts."""
        with self._lock:
            if self._until is None:
                return 0.0
            if self._lasts:
                return None
            left = self._until - self._clock.now()
            if left > 0:
                return left
            if self._trying:
                return PROBE_SECONDS
            self._trying = True
            return 0.0

    @property
    def told(self) -> str:
        return f"the API has given no usable answer {self._in_a_row} times in a row"
