"""Source lines for findings that only know their place: the planner and the API find mistakes after loading."""

from __future__ import annotations

import linecache
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.diagnostics import Diagnostic

if TYPE_CHECKING:
    from reconciler.model.event import Report


def with_excerpt(found: Diagnostic) -> Diagnostic:
    """The same finding with the line of its place; as it is when the file cannot be read, or a secret stands there."""
    if found.place is None or found.excerpt or found.hidden:
        return found
    return replace(found, excerpt=linecache.getline(found.place.file, found.place.line).rstrip("\n"))


def with_excerpts(report: Report) -> Report:
    """The same report, with the lines in all its findings."""
    ended = tuple(
        each if each.diagnostic is None else replace(each, diagnostic=with_excerpt(each.diagnostic))
        for each in report.ended
    )
    return replace(report, ended=ended, diagnostics=tuple(map(with_excerpt, report.diagnostics)))
