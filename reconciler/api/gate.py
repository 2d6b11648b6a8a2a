"""One thread's 429 is everybody's: a gate that all calls pass and that stays shut while the API asks for patience."""

from __future__ import annotations

import random
import threading

from reconciler.clock import Clock


class RateGate:
    """Shared by all threads of one client."""

    def __init__(self, clock: Clock, rng: random.Random, spread: float) -> None:
        self._clock = clock
        self._rng = rng
        self._spread = spread
        self._lock = threading.Lock()
        self._opens_at = float("-inf")
        self._left = False

    def shut(self, seconds: float) -> None:
        """Keep every call back for so long, or longer if it is shut for longer already."""
        with self._lock:
            self._opens_at = max(self._opens_at, self._clock.now() + seconds)

    def leave(self) -> None:
        """Nobody waits any more. May be called by a signal handler."""
        self._left = True

    def wait(self) -> bool:
        """Return once the gate is open, with False when it was left before. Those who waited start up to `spread`
        seconds apart, not all at once.
        """
        while (left := self._opens_at - self._clock.now()) > 0:
            if self._left:
                return False
            self._clock.sleep(left + self._rng.uniform(0, self._spread))
        return True
