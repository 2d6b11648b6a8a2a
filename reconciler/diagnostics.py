"""Problems as values: what is wrong, where, and the way out.

Every room reports through `Diagnostic`; none prints. A room that cannot go on raises `Refused` with *all* the
diagnostics it could find, so that a user sees every mistake in one run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Place(NamedTuple):
    """A spot in a source file. `line` and `column` count from 1; `width` is how many characters to underline.

    A tuple, since every value of a stack has one and they are the quickest to make.
    """

    file: str
    line: int = 1
    column: int = 1
    width: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Via:
    """A step of the way to a place: where what stands there was called from, with the source line."""

    label: str
    place: Place
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    `code` is stable and kebab-case (`unknown-key`); `summary` is one line; `address` is the resource it concerns;
    `excerpt` is the source line at `place`; `hint` says what to do next; `via` is how one gets to `place` (the call of
    a group, the expression that reads a template), the nearest first. `hidden` says that the source line holds what
    must not be shown, so that nobody adds it later.
    """

    severity: Severity
    code: str
    summary: str
    address: str = ""
    place: Place | None = None
    hint: str = ""
    excerpt: str = ""
    via: tuple[Via, ...] = ()
    hidden: bool = False

    def at(self, place: Place | None, excerpt: str = "") -> Diagnostic:
        """The same finding, with a place if it has none yet."""
        if self.place is not None or place is None:
            return self
        return replace(self, place=place, excerpt=excerpt)

    @property
    def sort_key(self) -> tuple[object, ...]:
        place = self.place or Place("~", 0, 0, 0)
        return (place.file, place.line, place.column, self.code, self.address, self.summary)


def error(
    code: str, summary: str, *, address: str = "", place: Place | None = None, hint: str = "", excerpt: str = ""
) -> Diagnostic:
    """A finding that stops the run."""
    return Diagnostic(Severity.ERROR, code, summary, address, place, hint, excerpt)


def warning(
    code: str, summary: str, *, address: str = "", place: Place | None = None, hint: str = "", excerpt: str = ""
) -> Diagnostic:
    """A finding that the user should know of; the run goes on."""
    return Diagnostic(Severity.WARNING, code, summary, address, place, hint, excerpt)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    return any(each.severity is Severity.ERROR for each in diagnostics)


def one(noun: str) -> str:
    """A word with its article: `a device`, `an api_key`, `an ssh_key` (one spells it out)."""
    return f"an {noun}" if noun[:1] in "aeiou" or noun.startswith("ssh") else f"a {noun}"


_LONGEST_GUESSED = 100
"""Characters: names are shorter, and the search takes longer than the square of it."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint with the nearest known word, or the empty string when none is near."""
    if len(word) > _LONGEST_GUESSED:
        return ""
    near = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else ""


class Refused(Exception):
    """The run cannot go on, for the reasons in `diagnostics`; `exit_code` is what the process should end with."""

    def __init__(self, diagnostics: Iterable[Diagnostic], *, exit_code: int = 1) -> None:
        self.diagnostics = tuple(sorted(set(diagnostics), key=lambda each: each.sort_key))
        self.exit_code = exit_code
        super().__init__("; ".join(each.summary for each in self.diagnostics))
