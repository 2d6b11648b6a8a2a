"""The rate limit: calls in the current minute of the world's time, and the headers that tell of it.

The headers' names are known (packngo rate.go), the service's figures are not; without a limit a large
nominal one is shown.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass

_WINDOW = 60.0
_NOMINAL = 100_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """Where a caller stands after a call."""

    limit: int
    remaining: int
    reset: int
    """Unix seconds at which the count begins anew."""
    exceeded: bool

    def headers(self) -> dict[str, str]:
        """As the API sends them."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }


class RateLimit:
    """Counts calls by the minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._window = -1
        self._calls = 0

    def count(self, now: float, per_minute: int | None) -> Allowance:
        """Count one call."""
        limit = _NOMINAL if per_minute is None else per_minute
        window = math.floor(now / _WINDOW)
        with self._lock:
            if window != self._window:
                self._window, self._calls = window, 0
            self._calls += 1
            calls = self._calls
        exceeded = per_minute is not None and calls > limit
        return Allowance(limit, max(0, limit - calls), int((window + 1) * _WINDOW), exceeded)

    def reset(self) -> None:
        """Forget the calls so far."""
        with self._lock:
            self._window = -1
