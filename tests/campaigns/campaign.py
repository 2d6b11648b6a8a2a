"""What a campaign is: schedules, each played by itself from its text, and the laws that one of them broke."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice


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
    the most that may run beside each other, None for any number. `every(pattern, seed)` gives all whose text fits a
    pattern of the shell, in an order that the seed says; without it the first `full` are looked through.
    """

    name: str
    what: str
    full: int
    short: int
    schedules: Callable[[int, int], Iterable[str]]
    play: Callable[[str], list[Violation]]
    jobs: int | None = None
    every: Callable[[str, int], Iterable[str]] | None = None

    def chosen(self, count: int, seed: int, only: str = "") -> Iterable[str]:
        """So many schedules of a seed; with `only` of those that fit this pattern."""
        if not only:
            return self.schedules(count, seed)
        if self.every is not None:
            return islice(self.every(only, seed), count)
        return islice((each for each in self.schedules(self.full, seed) if fnmatchcase(each, only)), count)
