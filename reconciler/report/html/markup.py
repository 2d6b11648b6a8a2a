"""Markup, and the one place where foreign text becomes part of it.

Whatever is not `Markup` already is text, and is escaped: its secrets are hidden, what acts or cannot be seen is made
visible, and what means something in HTML becomes an entity. The result is ASCII, so that no reader can take it for
another encoding, and holds no line end, so that no line of a page begins with what somebody else wrote.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping

from reconciler.report.page import safe

Attributes = Mapping[str, str | int | bool | None]
"""By name; True is an attribute without a value, False and None are left out."""

NO_ATTRIBUTES: Attributes = {}
_EMPTY_ELEMENTS = frozenset({"input", "link", "meta", "wbr"})
_NEVER_CHARACTERS = re.compile(
    "[\ufdd0-\ufdef" + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)) + "]"
)
"""Code points that Unicode keeps free for ever, and that HTML does not allow."""


class Markup(str):
    """Finished markup: put into a page as it is."""

    __slots__ = ()


class Html:
    """Makes the elements of one page. `hide` takes secrets out of a text."""

    def __init__(self, hide: Callable[[str], str]) -> None:
        self._hide = hide
        self._seen: dict[str, Markup] = {}

    def hidden(self, text: str) -> str:
        """A text without the secrets in it; for one that is cut into pieces, in which they would not be found."""
        return self._hide(text)

    def text(self, text: str) -> Markup:
        """Text, for between tags and for values of attributes."""
        seen = self._seen.get(text)
        if seen is None:
            seen = self._seen[text] = self._escaped(text)
        return seen

    def _escaped(self, text: str) -> Markup:
        shown = html.escape(safe(self._hide(text)))
        if shown.isascii():
            return Markup(shown)
        shown = _NEVER_CHARACTERS.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), shown)
        return Markup(shown.encode("ascii", "xmlcharrefreplace").decode("ascii"))

    def tag(self, name: str, attributes: Attributes = NO_ATTRIBUTES, *children: str | None) -> Markup:
        """An element. None among the children is nothing."""
        opening = "".join(
            [
                f" {key}" if value is True else f' {key}="{self._inner(str(value))}"'
                for key, value in attributes.items()
                if value is not None and value is not False
            ]
        )
        if name in _EMPTY_ELEMENTS:
            return Markup(f"<{name}{opening}>")
        return Markup(f"<{name}{opening}>{self.join(children)}</{name}>")

    def join(self, children: Iterable[str | None], between: str = "") -> Markup:
        """Several pieces, text or markup, one behind the other; `between` is text too."""
        return Markup(self._inner(between).join([self._inner(each) for each in children if each is not None]))

    def _inner(self, piece: str) -> str:
        return piece if isinstance(piece, Markup) else self.text(piece)


def lines(pieces: Iterable[Markup]) -> Markup:
    """Elements, each on a line of its own, for those who read a page's source."""
    return Markup("\n".join(pieces))
