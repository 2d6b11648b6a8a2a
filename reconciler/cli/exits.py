"""What the process ends with. Scripts rely on these."""

from __future__ import annotations

from collections.abc import Iterable
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


_WORST_FIRST = (Exit.PARTLY, Exit.ERROR, Exit.RAIL, Exit.CHANGES)


def worst(codes: Iterable[int]) -> int:
    """What a command ends with that did the same for several stacks: what failed comes before what was only found."""
    found = set(codes)
    return next((each for each in _WORST_FIRST if each in found), max(found, default=Exit.DONE))
