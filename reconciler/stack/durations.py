"""Lengths of time as a stack writes them."""

from __future__ import annotations

import re
from typing import Any, Final

_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?")
LONGEST: Final = 7 * 24 * 3600.0
"""Seconds. Nothing that the API does takes a week."""
AS_WRITTEN: Final = "a time of at most a week, such as 30m, 1h30m or a number of seconds"


def seconds(value: Any) -> float | None:
    """A duration such as `30m`, `1h30m`, `90s` or a number of seconds; None when it is none."""
    if isinstance(value, str):
        match = _DURATION.fullmatch(value)
        if match is None or not value:
            return None
        hours, minutes, rest = (float(part or 0) for part in match.groups())
        value = hours * 3600 + minutes * 60 + rest
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST:
        return None
    return float(value)
