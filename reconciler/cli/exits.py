"""What the process ends with. Scripts rely on these."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    DONE = 0
    ERROR = 1
    CHANGES = 2  # `plan --detailed-exitcode`: there are changes; `drift`: there is drift
    RAIL = 3
    PARTLY = 4
    STALE = 5
    INTERRUPTED = 130
    TERMINATED = 143
