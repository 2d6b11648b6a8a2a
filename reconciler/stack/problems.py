"""Where the findings of a whole run come together: nothing stops at the first mistake.

A finding is kept once per code and spot, however many instances of a block run into it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from reconciler.diagnostics import Diagnostic, Place, Refused, Via, error, has_errors, warning
from reconciler.values import visible

MAX_FINDINGS: Final = 100
_LONGEST_SUMMARY = 1_000
_WIDEST_EXCERPT = 400
"""Characters of a source line to show; a longer one (a whole script in one line) is cut."""


class Texts:
    """The lines of every file that was read, for the excerpts in diagnostics."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._lines: dict[str, Sequence[str]] = {}

    def add(self, file: str, text: str) -> None:
        self._texts[file] = text

    def raw(self, file: str, start: int, end: int) -> str:
        """A part of a file as it is written, by character."""
        return self._texts.get(file, "")[start:end]

    def excerpt(self, place: Place | None) -> str:
        """The source line at a place, or the empty string."""
        if place is None or place.file not in self._texts:
            return ""
        if place.file not in self._lines:
            self._lines[place.file] = self._texts[place.file].split("\n")
        lines = self._lines[place.file]
        if not 0 < place.line <= len(lines):
            return ""
        return lines[place.line - 1][:_WIDEST_EXCERPT].rstrip()


class Problem(Exception):
    """A finding on its way to where it can be noted; carries exactly one diagnostic.

    `certain` says that no value could make it right (a misspelt attribute), so that it can be reported before any value
    is known.
    """

    def __init__(self, diagnostic: Diagnostic, *, certain: bool = False) -> None:
        self.diagnostic = diagnostic
        self.certain = certain
        super().__init__(diagnostic.summary)


class KeyClash(TypeError):
    """Two things of one key, said by a function of expressions: a wrong argument that has a code of its own."""


class Broken(Exception):
    """This cannot be evaluated because of a mistake that was reported elsewhere: say nothing more."""


class Problems:
    """All findings of a run."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts
        self._found: dict[tuple[object, ...], Diagnostic] = {}
        self._spots: set[Place] = set()
        self._via: tuple[Via, ...] = ()

    @contextmanager
    def inside(self, via: tuple[Via, ...]) -> Iterator[None]:
        """What is noted in here is said of a file that one gets to by `via` (a group's)."""
        before, self._via = self._via, via
        try:
            yield
        finally:
            self._via = before

    def __bool__(self) -> bool:
        """Whether there is an error; warnings do not stop a run."""
        return has_errors(self._found.values())

    def __len__(self) -> int:
        return len(self._found)

    def at(self, place: Place) -> bool:
        """Whether something was noted for this very spot."""
        return place in self._spots

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return tuple(self._found.values())

    def add(
        self,
        code: str,
        summary: str,
        place: Place | None = None,
        *,
        address: str = "",
        hint: str = "",
        shown: bool = True,
        warns: bool = False,
    ) -> None:
        """Note an error, or a warning. `shown` False keeps the source line out, for lines that hold a secret."""
        made = warning if warns else error
        self.note(made(code, summary, address=address, place=place, hint=hint), shown=shown)

    def make(self, code: str, summary: str, place: Place | None = None, hint: str = "") -> Diagnostic:
        """An error with its source line, not noted."""
        return error(code, summary, place=place, hint=hint, excerpt=self.texts.excerpt(place))

    def note(self, diagnostic: Diagnostic, *, address: str = "", shown: bool = True) -> None:
        """Keep a finding. Raises Refused when there are too many: each costs a search for what may have been meant."""
        if diagnostic.place is not None and not diagnostic.excerpt and shown:
            diagnostic = replace(diagnostic, excerpt=self.texts.excerpt(diagnostic.place))
        if not shown:
            diagnostic = replace(diagnostic, excerpt="", hidden=True)
        if address and not diagnostic.address:
            diagnostic = replace(diagnostic, address=address)
        if self._via and diagnostic.via[-len(self._via) :] != self._via:
            diagnostic = replace(diagnostic, via=(*diagnostic.via, *self._via))
        diagnostic = replace(diagnostic, summary=_one_line(diagnostic.summary), hint=_one_line(diagnostic.hint))
        place = diagnostic.place
        spot = (place.file, place.line, place.column) if place is not None else (diagnostic.address, diagnostic.summary)
        self._found.setdefault((diagnostic.code, *spot), diagnostic)
        if place is not None:
            self._spots.add(place)
        if len(self._found) >= MAX_FINDINGS:
            message = f"there are more than {MAX_FINDINGS} mistakes; the rest is not looked for"
            raise Refused(
                [*self._found.values(), error("too-many-mistakes", message, hint="mend these, and run again")]
            )


def _one_line(text: str) -> str:
    """Names from a stack may hold anything; a summary is one line of what can be seen."""
    if len(text) > _LONGEST_SUMMARY:
        half = _LONGEST_SUMMARY // 2
        text = f"{text[:half]} ... {text[-half:]}"
    return visible(text.replace("\n", "\\n").replace("\t", "\\t"))
