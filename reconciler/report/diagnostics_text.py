"""Diagnostics the way a good compiler shows them: what, where, the line with a caret under it, and the way out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from reconciler.diagnostics import Diagnostic, Place, Severity
from reconciler.report.page import Page, Style, safe
from reconciler.report.words import plural

_STYLE: Mapping[Severity, Style] = MappingProxyType(
    {Severity.ERROR: Style.BOLD_RED, Severity.WARNING: Style.BOLD_YELLOW, Severity.NOTE: Style.CYAN}
)
_WIDEST = 160
"""Longer source lines are cut to a window around the column."""


def render_diagnostics(diagnostics: Iterable[Diagnostic], *, colour: bool, total: bool = True) -> str:
    """All of them in the order given, with a closing count when there is more than one and `total` is wanted."""
    found = list(diagnostics)
    page = diagnostics_page(found)
    if total and len(found) > 1:
        counts = [(sum(1 for each in found if each.severity is severity), severity) for severity in Severity]
        page.line(", ".join(plural(count, severity.value) for count, severity in counts if count))
    return page.text(colour=colour)


def diagnostics_page(diagnostics: Iterable[Diagnostic]) -> Page:
    page = Page()
    for each in diagnostics:
        _write(page, each)
        page.blank()
    return page


def _write(page: Page, found: Diagnostic) -> None:
    style = _STYLE[found.severity]
    code = f"[{found.code}]" if found.code else ""
    first, *more = found.summary.split("\n")
    page.line((f"{found.severity}{code}", style), (f": {first}", Style.BOLD))
    margin = " " * len(str(found.place.line if found.place else ""))
    for each in more:
        page.line(f"{margin}   {each}")
    if found.place is not None:
        page.line((f"{margin}--> ", Style.CYAN), str(found.place))
        if found.excerpt:
            _excerpt(page, found.excerpt, found.place, style)
    for via in found.via:
        page.line((f"{margin}--> ", Style.CYAN), f"{via.place} ({via.label})")
        if via.excerpt:
            _excerpt(page, via.excerpt, via.place, Style.CYAN)
    if found.address and found.address not in found.summary:
        page.line((f"{margin} = ", Style.CYAN), f"resource: {found.address}")
    if found.hint:
        first, *more = found.hint.split("\n")
        page.line((f"{margin} = ", Style.CYAN), f"help: {first}")
        for each in more:
            page.line(f"{margin}         {each}")


def _excerpt(page: Page, excerpt: str, place: Place, style: Style) -> None:
    number = str(place.line)
    margin = " " * len(number)
    source = excerpt.rstrip("\r\n").expandtabs(1)
    column, width = max(place.column - 1, 0), max(place.width, 1)
    if len(source) > _WIDEST:
        start = max(0, column - _WIDEST // 2)
        source, column = source[start : start + _WIDEST], column - start
    before, marked = safe(source[:column]), safe(source[column : column + width])
    carets = "^" * max(1, _cells(marked))
    page.line((f"{margin} |", Style.CYAN))
    page.line((f"{number} | ", Style.CYAN), source)
    page.line((f"{margin} | ", Style.CYAN), " " * _cells(before), (carets, style))


def _cells(text: str) -> int:
    """How many columns a terminal gives to it."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )
