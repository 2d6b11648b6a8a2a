"""How patient and how strict the client is: plain figures, in one place."""

from __future__ import annotations

from dataclasses import dataclass

BODY_LIMIT = 64 * 1024 * 1024
"""The longest answer that is read, in bytes after decompression: ten times a page of 1,000 devices."""

DEPTH_LIMIT = 64
"""How deep the JSON of an answer may nest; the API's own answers stay under 10."""

PER_PAGE = 1000
"""The largest page that the API gives (its default is 10)."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long; all times are seconds.

    `attempts` are for failures, `throttled_attempts` for 429 answers, each with the first one counted. The pause before
    attempt n+1 is drawn between 0 and `base * 2**(n-1)`, at most `cap` (full jitter). A server's Retry-After is obeyed
    up to `longest_wait`. `relistings` is how often a collection that contradicts itself is read again. `budget` is what
    all retries of a client may take together, 5 each, or 10 after a timeout or a 429 (`budget`). After
    `outage_failures` attempts in a row without a usable answer, creates are held back for `outage_seconds` (`breaker`).
    """

    attempts: int = 3
    throttled_attempts: int = 8
    base: float = 1.0
    cap: float = 30.0
    longest_wait: float = 300.0
    relistings: int = 3
    budget: int = 500
    outage_failures: int = 5
    outage_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect; between two bytes of an answer; for one attempt as a whole, however it trickles."""

    connect: float = 5.0
    read: float = 30.0
    total: float = 60.0


DEFAULT_RETRIES = RetryPolicy()
DEFAULT_TIMEOUTS = Timeouts()
