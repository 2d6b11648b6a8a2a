"""Source lines for findings that only know their place: the planner and the API find mistakes after loading."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.diagnostics import Diagnostic

if TYPE_CHECKING:
    from reconciler.model.event import Ended, Report


_WIDEST = 400
_MOST = 8 << 20
"""Characters."""


def with_excerpt(found: Diagnostic) -> Diagnostic:
    """The same finding with the line of its place; as it is when the file cannot be read, or a secret stands there."""
    if found.place is None or found.excerpt or found.hidden:
        return found
    return replace(found, excerpt=_line(found.place.file, found.place.line))


def _line(file: str, number: int) -> str:
    """A line of a regular file, "" when there is none: to open what else a path may lead to could wait for ever."""
    try:
        if not Path(file).is_file():
            return ""
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        with os.fdopen(handle, encoding="utf-8", errors="replace") as lines:
            found = lines.read(_MOST).split("\n", number)
            return found[number - 1][:_WIDEST].rstrip() if 0 < number <= len(found) else ""
    except (OSError, ValueError):
        return ""


def with_excerpts(report: Report) -> Report:
    """The same report, with the lines in all its findings."""
    ended = tuple(map(ended_with_excerpt, report.ended))
    return replace(report, ended=ended, diagnostics=tuple(map(with_excerpt, report.diagnostics)))


def ended_with_excerpt(ended: Ended) -> Ended:
    """The same event, with the line in its finding when it has one."""
    return ended if ended.diagnostic is None else replace(ended, diagnostic=with_excerpt(ended.diagnostic))
