"""Who reads what we print: a runner's log, a terminal, parsers of JSON, Markdown and HTML. Each says what is wrong."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import html5lib
import pyte
from markdown_it import MarkdownIt

from tests.campaigns.campaign import Violation
from tests.campaigns.commands import Ran

ACTS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
"""What does something to a terminal or to a reader's eye, and is no character that one sees."""
_SGR = re.compile(r"\x1b\[[0-9;]*m")
_RUNNER = (
    re.compile(r"^\s*::\s*[a-z-]", re.IGNORECASE),  # GitHub, at the start of a line
    re.compile(r"##\[", re.IGNORECASE),  # GitHub's old form, anywhere in a line
    re.compile(r"##vso\[", re.IGNORECASE),  # Azure
    re.compile(r"##teamcity\[", re.IGNORECASE),
)
MARKDOWN_TAGS = {"DOCUMENT_FRAGMENT", "h3", "p", "strong", "code", "pre", "ul", "li", "br", "details", "summary"}

_ELEMENTS = frozenset(
    (
        *("html", "head", "meta", "title", "link", "style", "script", "body", "header", "main", "nav", "section"),
        *("h1", "h2", "h3", "p", "div", "span", "b", "em", "code", "pre", "kbd", "a", "ul", "ol", "li", "dl", "dt"),
        *("dd", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "form", "input", "select"),
        *("option", "button", "output", "dialog", "ins", "del"),
        *("svg", "defs", "marker", "path", "rect", "circle", "text", "g"),
    )
)
_ATTRIBUTES = frozenset(
    (
        *("lang", "charset", "http-equiv", "content", "name", "rel", "href", "class", "id", "type", "title", "hidden"),
        *("open", "for", "role", "scope", "value", "placeholder", "autocomplete", "spellcheck"),
        *("aria-label", "aria-labelledby", "aria-pressed", "tabindex"),
        *("viewBox", "width", "height", "refX", "refY", "orient", "markerWidth", "markerHeight", "marker-end"),
        *("d", "x", "y", "rx", "cx", "cy", "r"),
    )
)


def logged(ran: Ran, text: str) -> Iterator[Violation]:
    """What a runner's log and its reader get."""
    found = ACTS.search(text)
    if found is not None:
        yield Violation("nothing that acts is printed", f"{ran.command}: {text[max(0, found.start() - 60) :][:160]!r}")
    for line in text.split("\n"):
        for pattern in _RUNNER:
            if pattern.search(line):
                yield Violation("no line is a runner's command", f"{ran.command}: {line[:200]!r}")


class _Terminal(pyte.Screen):
    """A terminal that remembers whether it was made to answer."""

    answered = ""

    def write_process_input(self, data: str) -> None:
        self.answered += data


def shown(ran: Ran, text: str) -> Iterator[Violation]:
    """What a terminal shows is the text without its colours, line by line, and nothing else has happened to it."""
    plain = _SGR.sub("", text)
    found = ACTS.search(plain)
    if found is not None:
        yield Violation("nothing that acts is printed", f"{ran.command}: {plain[max(0, found.start() - 60) :][:160]!r}")
        return
    lines = plain.split("\n")
    screen = _Terminal(2 * max(map(len, lines)) + 2, len(lines) + 1)
    modes = set(screen.mode)
    pyte.Stream(screen).feed(text.replace("\n", "\r\n"))
    if (screen.title, screen.icon_name, screen.answered, set(screen.mode)) != ("", "", "", modes):
        yield Violation("the terminal is as before", f"{ran.command}: {screen.title!r} {screen.answered!r}")
    if (screen.cursor.x, screen.cursor.y) != (_width(lines[-1]), len(lines) - 1):
        yield Violation("the cursor is where the text ends", f"{ran.command}: {screen.cursor.x}, {screen.cursor.y}")
    for number, (line, row) in enumerate(zip(lines, screen.display, strict=False)):
        if row.rstrip() != unicodedata.normalize("NFC", line).expandtabs(8).rstrip():
            yield Violation(
                "each line is shown", f"{ran.command}, line {number}: {line[:120]!r} as {row.rstrip()[:120]!r}"
            )
            return


def _width(line: str) -> int:
    return sum(2 if pyte.screens.wcwidth(each) == 2 else max(0, pyte.screens.wcwidth(each)) for each in line)


def texts_of(ran: Ran) -> list[str] | None:
    """Every text in a JSON document, None when it is none."""
    try:
        document = json.loads(ran.out)
    except ValueError:
        return None
    return list(_in(document))


def _in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _in(each)


def rendered(text: str) -> tuple[set[str], str]:
    """The elements that a code host makes of Markdown, and the text that stands outside code."""
    page = html5lib.parseFragment(MarkdownIt("commonmark").enable("table").render(text), namespaceHTMLElements=False)
    tags = {each.tag for each in page.iter() if isinstance(each.tag, str)}
    for parent in list(page.iter()):
        for child in list(parent):
            if child.tag in ("code", "pre"):
                child.text, child[:] = "", []
    return tags, "".join(page.itertext())


def foreign(page: str) -> Iterator[str]:
    """What is in a page and not of the kind that we put there."""
    try:
        tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    except html5lib.html5parser.ParseError as problem:
        yield f"it is not well formed: {problem}"
        return
    for each in tree.iter():
        name = str(each.tag).rpartition("}")[2]
        if name not in _ELEMENTS:
            yield f"<{name}>"
        for attribute, value in each.attrib.items():
            if str(attribute) not in _ATTRIBUTES and not str(attribute).startswith("data-"):
                yield f"<{name} {attribute}={value[:100]!r}>"
            if attribute == "href" and not value.startswith(("#", "data:image/svg+xml,")):
                yield f"a way to {value[:100]!r}"
    for name in ("script", "style"):
        if len(tree.findall(f".//{name}")) != 1:
            yield f"not one <{name}>"
