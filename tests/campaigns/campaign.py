"""What a campaign is: schedules, each played by itself from its text, and the laws that one of them broke."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Violation:
    """A law that did not hold; `detail` is for a person."""

    law: str
    detail: str


class NotInPeace(Exception):
    """A stack cannot even be applied undisturbed, so no schedule of it says anything."""


@dataclass(frozen=True)
class Campaign:
    """`schedules(count, seed)` gives the texts of so many schedules, fewer where there are no more; `play` plays one in
    a process of its own and says what it broke. `full` is the count of a release, `short` that of the suite. `jobs` is
    the most that may run beside each other, None for any number.
    """

    name: str
    what: str
    full: int
    short: int
    schedules: Callable[[int, int], Iterable[str]]
    play: Callable[[str], list[Violation]]
    jobs: int | None = None
