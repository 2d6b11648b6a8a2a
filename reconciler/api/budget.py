"""How many retries a run has in all: many calls that each retry a little are a storm upon a server that is down."""

from __future__ import annotations

import threading

RETRY_COST = 5
SLOW_COST = 10
"""What a retry takes, and one after a timeout or a 429, which cost the server or us more."""


class RetryBudget:
    """A bucket that retries take from. A call that is answered puts back what its retries took, and a call that needed
    none one more: where retries help they are free, where they do not they end.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._left = size
        self._lock = threading.Lock()

    def take(self, cost: int) -> bool:
        """Whether there is enough left, which then is taken."""
        with self._lock:
            if self._left < cost:
                return False
            self._left -= cost
            return True

    def put_back(self, taken: int) -> None:
        with self._lock:
            self._left = min(self._size, self._left + max(1, taken))
