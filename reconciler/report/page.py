"""Lines of styled text, and the one place where foreign text is made safe to show.

Every renderer writes spans into a `Page`. Whatever an API or a YAML file said is escaped here and nowhere else:
control, bidi and invisible characters become visible escapes, and no line can be taken for a command by a CI runner.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from reconciler.values import visible


class Style(StrEnum):
    """The values are SGR parameters, empty for none."""

    PLAIN = ""
    BOLD = "1"
    DIM = "90"
    RED = "31"
    GREEN = "32"
    YELLOW = "33"
    CYAN = "36"
    BOLD_RED = "1;31"
    BOLD_GREEN = "1;32"
    BOLD_YELLOW = "1;33"


Span = str | tuple[str, Style]

# GitHub's runner obeys `::command::` at the start of a line (after blanks) and `##[command]` anywhere in one; Azure's
# agent obeys `##vso[command]` anywhere, TeamCity `##teamcity[message]`.
_RUNNER_COMMAND = re.compile(r"##(?=(?:vso|teamcity)?\[)", re.IGNORECASE)


_COLOURS = re.compile("\x1b\\[(?:0|" + "|".join(each for each in Style if each) + ")m")
"""What a `Page` writes between the texts of a line."""

_SYMBOLS = MappingProxyType({"+": "+", "-": "-", "~": "!"})
"""The symbols of changes as a `diff` block has them."""

_LONE_UUID = re.compile(
    r'[ +~-]*(?!id\b)(?:\w+ *= )?"(?P<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",?(?: -> null)?'
)


def safe(text: str) -> str:
    """Foreign text fit for the inside of one line."""
    if text.isascii() and text.isprintable() and "##" not in text:
        return text
    return _RUNNER_COMMAND.sub("# #", visible(text).replace("\n", "\\n"))


def safe_json(text: str) -> str:
    """JSON text that no terminal or CI runner acts upon; the value stays the same."""
    return _RUNNER_COMMAND.sub(r"#\\u0023", text).replace("\x7f", "\\u007f")


def harmless(text: str, *, colour: bool) -> str:
    """Finished lines with whatever in them acts made visible. What a `Page` has made stays as it is; with `colour`, the
    colours of one are let through.
    """
    if text.isascii() and "##" not in text and "::" not in text and text.replace("\n", "").isprintable():
        return text
    return "\n".join([_harmless_line(each, colour=colour) for each in text.split("\n")])


def _harmless_line(line: str, *, colour: bool) -> str:
    plain = _COLOURS.sub("", line) if colour else line
    shown = line_text((plain,), colour=False)
    return line if shown == plain else shown


def line_text(spans: Iterable[Span], *, colour: bool) -> str:
    """One finished line, without its newline."""
    spans = tuple(spans)
    raw = "".join([each if isinstance(each, str) else each[0] for each in spans])
    plain = safe(raw)
    if plain.lstrip().startswith("::"):
        return "\\" + plain.lstrip()
    if not colour or ("##" in raw and _RUNNER_COMMAND.search(raw)):
        return plain
    return "".join([safe(each) if isinstance(each, str) else _styled(*each) for each in spans])


def _symbol_first(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """The line with its symbol moved to the front; where a symbol stands, no foreign text has a colour."""
    for number, each in enumerate(spans):
        if isinstance(each, tuple) and each[0] in _SYMBOLS:
            indent = "".join(before for before in spans[:number] if isinstance(before, str))
            return (_SYMBOLS[each[0]], indent, *spans[number + 1 :])
        if isinstance(each, tuple) or each.strip(" "):
            break
    return spans


def _styled(text: str, style: Style) -> str:
    return f"\x1b[{style}m{safe(text)}\x1b[0m" if style and text else safe(text)


class Page:
    """Lines being written; on a `whole` one what stays as it is has its lines too."""

    def __init__(self, *, whole: bool = False) -> None:
        self.whole = whole
        self._lines: list[tuple[Span, ...]] = []

    def line(self, *spans: Span) -> None:
        self._lines.append(spans)

    def blank(self) -> None:
        """An empty line, unless the page is empty or ends with one."""
        if self._lines and self._lines[-1]:
            self._lines.append(())

    def extend(self, other: Page) -> None:
        self._lines.extend(other._lines)

    def explain(self, names: Mapping[str, str]) -> None:
        """Write behind a uuid that stands alone on its line, as a value, what it names; an `id` needs no such word."""
        for number, spans in enumerate(self._lines):
            text = "".join(each if isinstance(each, str) else each[0] for each in spans)
            found = _LONE_UUID.fullmatch(text)
            if found is not None and found["uuid"] in names:
                self._lines[number] = (*spans, (f"  # {names[found['uuid']]}", Style.DIM))

    def text(self, *, colour: bool) -> str:
        """The whole page, each line ended by a newline."""
        return "".join(f"{line_text(each, colour=colour)}\n" for each in self._lines)

    def diff(self) -> str:
        """The whole page for a reader that colours lines by their first character: there the symbol of a change stands,
        which is else behind the indent (`!` for `~`).
        """
        return "".join(f"{line_text(_symbol_first(each), colour=False)}\n" for each in self._lines)

    def __bool__(self) -> bool:
        return bool(self._lines)
