"""Foreign text fit for XML: an XML writer escapes its markup, but some characters may not stand in XML at all."""

from __future__ import annotations

import re

from reconciler.report.page import Page, safe

_NEVER = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
"""What is left of these once a text is safe to show: U+FFFE and U+FFFF, which are no characters."""


def xml_text(text: str) -> str:
    """One line."""
    return _allowed(safe(text))


def xml_lines(page: Page) -> str:
    """The lines of a page."""
    return _allowed(page.text(colour=False))


def _allowed(text: str) -> str:
    return _NEVER.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
