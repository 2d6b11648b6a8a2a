"""Markdown being written, and the one place where foreign text becomes part of it.

Whatever an API, a YAML file or a command line said stands in a code span or in a fenced block and nowhere else: code
hosts neither mention nobody nor link anything in there, and backslashes or entities would not stop them outside. How
long the backticks around it are depends on what is inside, so that it cannot end the code. What would be a comment in
the source is broken up, since programs look there for the marker that tells one comment from another.

Secrets are taken out here too, before the markup goes around a text: to do so afterwards could break the markup, and an
attacker may choose what is secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.report.page import Page, safe
from reconciler.values import STACK_NAME, digest

LIMIT: Final = 65_536
"""Characters that a comment may have at the code host with the lowest limit that is common. Bytes are kept below it
too, and each newline counts twice, as a web form sends it.
"""
LONGEST: Final = 200
"""Longer code spans lose their middle, in characters."""
LONGEST_LINE: Final = 500
"""Longer lines of a block lose their end, in characters."""
_TICKS: Final = re.compile("`+")
_COMMENT: Final = re.compile("<(?=!)|(?<=--)>")


@dataclass(frozen=True, slots=True)
class Md:
    """Finished Markdown. Made of our own words (`own`) and of foreign text that `Writer` has wrapped."""

    text: str

    def __add__(self, other: Md) -> Md:
        return Md(self.text + other.text)

    @property
    def size(self) -> int:
        return len(self.text.encode("utf-8", "replace")) + self.text.count("\n")


def own(text: str) -> Md:
    """Words that stand in this program, with numbers at most."""
    return Md(text)


def joined(parts: Iterable[Md], between: str = "") -> Md:
    return Md(between.join(each.text for each in parts))


def marker(kind: str, stack: str) -> Md:
    """The invisible line on top by which a comment is found again and replaced."""
    return Md(f"<!-- reconciler:{kind}:{stack if STACK_NAME.fullmatch(stack) else digest(stack, 12)} -->\n")


@dataclass(frozen=True, slots=True)
class Writer:
    """Wraps foreign text. `clean` takes the secrets out of one."""

    clean: Callable[[str], str]

    def code(self, text: str) -> Md:
        """A code span on one line."""
        shown = _uncommented(safe(self.clean(text)))
        if len(shown) > LONGEST:
            shown = f"{shown[: LONGEST // 2]}…{shown[1 - LONGEST // 2 :]}"
        ticks = _ticks(shown, 1)
        padded = not shown.strip(" ") or shown[0] in "` " or shown[-1] in "` "
        return Md(f"{ticks} {shown} {ticks}" if padded else f"{ticks}{shown}{ticks}")

    def fence(self, page: Page, language: str = "", *, most: int = LIMIT) -> Md:
        """A block of code with the lines of a page, those that go beyond `most` bytes left out and counted. In the
        language `diff` the symbol of a line comes first, where it has a colour.
        """
        text = page.diff() if language == "diff" else page.text(colour=False)
        lines = _uncommented(self.clean(text)).rstrip("\n").split("\n")
        kept, left_out = _fitting([_cut(each) for each in lines], most)
        if left_out:
            kept.append(f"  … and {left_out} more lines")
        body = "\n".join(kept)
        ticks = _ticks(body, 3)
        return Md(f"{ticks}{language}\n{body}\n{ticks}\n")


def fold(title: str, body: Md) -> Md:
    """What is shown on a click. The title is our own words."""
    return Md(f"<details><summary>{title}</summary>\n\n{body.text}\n</details>\n")


def _ticks(text: str, least: int) -> str:
    """Backticks that the text cannot end: more than it has in a row."""
    longest = max((len(each) for each in _TICKS.findall(text)), default=0)
    return "`" * max(least, longest + 1)


def _uncommented(text: str) -> str:
    """Without comments as HTML has them, which would hold true in the source even where a reader sees code."""
    return _COMMENT.sub(lambda found: f"{found[0]} " if found[0] == "<" else f" {found[0]}", text)


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"


def _fitting(lines: Sequence[str], most: int) -> tuple[list[str], int]:
    """The first lines, as many as fit, and how many are left out."""
    used = 0
    for number, line in enumerate(lines):
        used += len(line.encode("utf-8", "replace")) + 2
        if used > most:
            return list(lines[:number]), len(lines) - number
    return list(lines), 0
