"""How long a stack or a project is meant to stand: test environments that somebody has to remember cost money."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reconciler.diagnostics import Place

_SPAN = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")
LONGEST = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Until a moment (`expires`), or for a while from the birth of what it is said of (`ttl`): one of the two."""

    place: Place
    expires: datetime | None = None
    ttl: timedelta | None = None

    def ends(self, born: datetime | None) -> datetime | None:
        """When it is over; None while nobody knows when it began."""
        if self.expires is not None or self.ttl is None:
            return self.expires
        return born + self.ttl if born is not None else None


def span(value: object) -> timedelta | None:
    """A while such as `8h`, `2d12h`, `1w`; None for anything else, and for nothing or ten years."""
    match = _SPAN.fullmatch(value) if isinstance(value, str) and value else None
    if match is None:
        return None
    weeks, days, hours, minutes = (int(each or 0) for each in match.groups())
    if weeks > 520 or days > 3660 or hours > 87840 or minutes > 5270400:
        return None
    found = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
    return found if timedelta() < found <= LONGEST else None


def moment(value: object) -> datetime | None:
    """A moment with its zone, as RFC 3339 writes it, in UTC; None for anything else."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        return found.astimezone(UTC) if found is not None and found.tzinfo is not None else None
    except (ValueError, OverflowError):  # in UTC it may lie before the first year
        return None


def moment_text(value: datetime) -> str:
    """As the API writes it: `2019-12-31T23:59:59Z`."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
