"""YAML text to a tree of nodes that know where they stand.

The parser is libyaml's (through PyYAML's C extension; PyYAML's own parser where the extension is missing). Everything
above the event stream is ours, because PyYAML's loaders keep the last of two equal keys, take `no` for False, follow
merge keys at exponential cost and have no limit of any kind. Every limit here is checked while events come in, so that
a hostile file is refused before it costs anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from reconciler.diagnostics import Place, error
from reconciler.stack.problems import Problem
from reconciler.stack.yaml_scalars import Plain, ambiguous, resolve

try:
    from yaml._yaml import CParser as _NativeParser
except ImportError:  # pragma: no cover - depends on how PyYAML was built
    _NativeParser = None  # type: ignore[assignment,misc,unused-ignore]

MAX_BYTES: Final = 8 << 20
"""10,000 devices written out, each with its userdata, are 6 MB."""
MAX_DEPTH: Final = 64
MAX_ALIASES: Final = 100
MAX_ALIASED_NODES: Final = 50_000
MAX_NODES: Final = 500_000
FREE_NODES: Final = 10_000
DENSEST: Final = 8
"""Characters for each value and key, on the average from the beginning of the file, beyond the first `FREE_NODES`.
Files that people write have 15 to 20; one of nothing but `1,1,1` is refused before it costs what a large stack does.
"""
MAX_LINES: Final = 400_000
"""Comments and empty lines are no values, and the lines of a file are kept for messages."""
MAX_LINE: Final = 1 << 20
LONGEST_ANCHOR: Final = 200
MAX_DIRECTIVES: Final = 10
"""libyaml compares each `%TAG` with all before it."""

_BAD_CHARACTER = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)
_PLAIN_KEY = re.compile(r"(?!(?:true|false|null)$)[a-z][a-z0-9_-]*")
_place = Place._make
_TAG = "tag:yaml.org,2002:"
_Event = Any
"""A parser event. Its marks are never None here, which the stubs cannot know."""


# Nodes never change, and are not frozen: a stack may have a third of a million of them, and to make a frozen one takes
# five times as long. `plain` is set where the parser saw that nothing in a node has a second meaning: no expression,
# and no bare text that other YAML readers take for something else. Most of a large stack needs no second look.


@dataclass(slots=True, eq=False)
class Scalar:
    """`text` is the content, `value` what it means, `bare` whether it stood without quotes. `span` is where the raw
    text begins and ends in the file, in characters.
    """

    place: Place
    value: Plain
    text: str
    bare: bool
    span: tuple[int, int]
    size: int = 1
    height: int = 1
    plain: bool = False


@dataclass(slots=True, eq=False)
class Items:
    """A list."""

    place: Place
    items: tuple[Node, ...]
    size: int
    height: int
    plain: bool = False


@dataclass(slots=True)
class Entry:
    """A key's place and its value."""

    place: Place
    value: Node


@dataclass(slots=True, eq=False)
class Table:
    """A mapping, in the order of the file."""

    place: Place
    entries: dict[str, Entry]
    size: int
    height: int
    plain: bool = False


Node = Scalar | Items | Table


def type_word(node: Node) -> str:
    """What a node is, in a person's words."""
    if isinstance(node, Items):
        return "a list"
    if isinstance(node, Table):
        return "a mapping"
    words = {bool: "a boolean", int: "an integer", float: "a number", str: "text"}
    return words.get(type(node.value), "nothing")


def plain_value(node: Node) -> Any:
    """The node as plain data, expressions left as the text that they are."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Items):
        return [plain_value(each) for each in node.items]
    return {key: plain_value(entry.value) for key, entry in node.entries.items()}


def decode(data: bytes, file: str) -> str:
    """The text of a file, with line ends made one character. Raises Problem when it is too large or not clean UTF-8."""
    if len(data) > MAX_BYTES:
        raise Problem(
            error(
                "too-large",
                f"the file has {len(data):,} bytes; {MAX_BYTES:,} are allowed",
                place=Place(file),
                hint="use count or for_each for many alike resources, or split the stack into several files",
            )
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        before = data[: problem.start].decode("utf-8")
        raise Problem(
            error("bad-encoding", "the file is not UTF-8 text", place=_place_of_index(file, before, len(before)))
        ) from None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > MAX_LINES:
        message = f"the file has more than {MAX_LINES:,} lines"
        raise Problem(error("too-large", message, place=Place(file), hint="split it into several files"))
    line = _long_line(text)
    if line:
        message = f"a line has more than {MAX_LINE:,} characters"
        raise Problem(error("too-large", message, place=Place(file, line), hint="hand long texts in by file()"))
    found = _BAD_CHARACTER.search(text)
    if found is not None:
        place = _place_of_index(file, text, found.start())
        raise Problem(
            error(
                "bad-character",
                f"the character U+{ord(found[0]):04X} is not allowed in a stack file",
                place=place,
                hint="it is invisible or changes how the line is shown; delete it, or write it as an escape in quotes",
                excerpt=_BAD_CHARACTER.sub("\ufffd", text.split("\n")[place.line - 1]),
            )
        )
    return text


def _long_line(text: str) -> int:
    """The number of a line that is too long, 0 when there is none: looks back from as far as a line may reach."""
    start = 0
    while len(text) - start > MAX_LINE:
        end = text.rfind("\n", start, start + MAX_LINE + 1)
        if end < 0:
            return text.count("\n", 0, start) + 1
        start = end + 1
    return 0


def parse(text: str, file: str) -> Node | None:
    """The tree of a text, or None when it holds nothing but comments. Raises Problem for everything that is wrong."""
    end = text.find("\n---")
    directives = islice(_DIRECTIVE.finditer(text, 0, end if end >= 0 else len(text)), MAX_DIRECTIVES + 1)
    if "%" in text and sum(1 for _ in directives) > MAX_DIRECTIVES:
        raise Problem(error("yaml-syntax", f"the file has more than {MAX_DIRECTIVES} directives", place=Place(file)))
    try:
        return _Builder(text, file).build()
    except yaml.MarkedYAMLError as problem:
        raise Problem(_explain(problem, text, file)) from None
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        raise Problem(error("yaml-syntax", f"the file is not YAML: {problem}", place=Place(file))) from None


def _place_of_index(file: str, text: str, index: int) -> Place:
    line = text.count("\n", 0, index)
    return Place(file, line + 1, index - (text.rfind("\n", 0, index) + 1) + 1)


class _Builder:
    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self._text = text
        self._anchors: dict[str, Node | None] = {}
        self._aliases = 0
        self._aliased_nodes = 0
        self._nodes = 0
        self._next: Callable[[], _Event] = _parser(text).get_event

    def build(self) -> Node | None:
        root: Node | None = None
        documents = 0
        while (event := self._next()) is not None:
            if event.__class__ is DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self._refuse("yaml-documents", "one document per file", event, "put the second one in its own file")
                root = self._node(self._next(), 1)
        return root

    def _node(self, event: _Event, depth: int) -> Node:
        kind = event.__class__
        if kind is AliasEvent:
            return self._alias(event, depth)
        self._count(event)
        if depth > MAX_DEPTH:
            self._refuse("too-deep", f"nested deeper than {MAX_DEPTH} levels", event)
        anchor = event.anchor
        if anchor is not None:
            if len(anchor) > LONGEST_ANCHOR:
                self._refuse("yaml-syntax", f"an anchor has at most {LONGEST_ANCHOR} characters", event)
            self._anchors[anchor] = None  # known, not finished: an alias to it from inside would have no end
        node: Node
        if kind is ScalarEvent:
            node = self._scalar(event)
        elif kind is SequenceStartEvent:
            node = self._items(event, depth)
        else:
            node = self._table(event, depth)
        if anchor is not None:
            self._anchors[anchor] = node
        return node

    def _count(self, event: _Event) -> None:
        self._nodes += 1
        if self._nodes <= FREE_NODES:
            return
        if self._nodes > MAX_NODES:
            self._refuse(
                "too-large", f"the document has more than {MAX_NODES:,} values", event, "use count or for_each"
            )
        if (self._nodes - FREE_NODES) * DENSEST > event.start_mark.index:
            self._refuse("too-large", "the document has too many tiny values", event, "use range(), or text to split")

    def _alias(self, event: _Event, depth: int) -> Node:
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            self._refuse("alias-limit", f"more than {MAX_ALIASES} aliases", event, "use locals for what is repeated")
        node = self._anchors.get(event.anchor)
        if node is None:
            inside = event.anchor in self._anchors
            self._refuse("yaml-syntax", f"`*{event.anchor}` {'contains itself' if inside else 'has no anchor'}", event)
        self._aliased_nodes += node.size
        if self._aliased_nodes > MAX_ALIASED_NODES:
            self._refuse("alias-limit", f"aliases expand to more than {MAX_ALIASED_NODES:,} values", event)
        if depth + node.height - 1 > MAX_DEPTH:
            self._refuse("too-deep", f"nested deeper than {MAX_DEPTH} levels", event)
        return node

    def _scalar(self, event: _Event) -> Scalar:
        text = event.value
        if "\0" in text:
            self._refuse("bad-character", "the character U+0000 is not allowed, escaped or not", event)
        value: Plain = text
        bare = not event.style
        if event.tag is not None and event.tag != "!":
            value = self._tagged(event)
        elif bare and event.tag is None:
            try:
                value = resolve(text)
            except ValueError as problem:
                self._refuse("yaml-number", f"{problem}: {text[:40]}", event, "put it in quotes if it is text")
        start, end = event.start_mark, event.end_mark
        line = start.line
        width = end.column - start.column if end.line == line else 1
        place = _place((self._file, line + 1, start.column + 1, width or 1))
        plain = value.__class__ is not str or not ("${{" in text or (bare and ambiguous(text)))
        return Scalar(place, value, text, bare, (start.index, end.index), plain=plain)

    def _tagged(self, event: _Event) -> Plain:
        """`!!str 22` and the like: allowed when it says what the text can be."""
        wanted = {"str": str, "int": int, "float": float, "bool": bool, "null": type(None)}
        name = event.tag.removeprefix(_TAG)
        if not event.tag.startswith(_TAG) or name not in wanted:
            self._refuse_tag(event)
        if name == "str":
            return str(event.value)
        try:
            value = resolve(event.value)
        except ValueError:
            value = event.value
        if name == "float" and type(value) is int:
            return float(value)
        if type(value) is not wanted[name]:
            self._refuse("bad-tag", f"`{event.value[:40]}` is no {name}", event)
        return value

    def _items(self, event: _Event, depth: int) -> Items:
        self._allow_tag(event, "seq")
        place = self._place(event)
        items: list[Node] = []
        size, height, plain = 1, 0, True
        while (item := self._next()).__class__ is not SequenceEndEvent:
            node = self._node(item, depth + 1)
            items.append(node)
            size += node.size
            if node.height > height:
                height = node.height
            if not node.plain:
                plain = False
        return Items(place, tuple(items), size, height + 1, plain)

    def _table(self, event: _Event, depth: int) -> Table:
        self._allow_tag(event, "map")
        place = self._place(event)
        entries: dict[str, Entry] = {}
        size, height, plain = 1, 0, True
        file, following = self._file, self._next
        while (item := following()).__class__ is not MappingEndEvent:
            key = self._key(item)
            if key in entries:
                before = entries[key].place
                self._refuse("duplicate-key", f"`{key[:60]}` is here twice; the first is on line {before.line}", item)
            node = self._node(following(), depth + 1)
            start, end = item.start_mark, item.end_mark
            width = end.column - start.column if end.line == start.line else 1
            entries[key] = Entry(_place((file, start.line + 1, start.column + 1, width or 1)), node)
            size += node.size + 1
            if node.height > height:
                height = node.height
            if not node.plain:
                plain = False
        return Table(place, entries, size, height + 1, plain)

    def _key(self, event: _Event) -> str:
        self._count(event)
        if event.__class__ is not ScalarEvent:
            braces = self._text.startswith("{{", max(event.start_mark.index - 1, 0))
            hint = "an expression is written ${{ ... }}" if braces else "a list, mapping or alias cannot be a key"
            self._refuse("bad-key", "a key has to be text", event, hint)
        text: str = event.value
        if event.anchor is None and event.tag is None and not event.style and _PLAIN_KEY.fullmatch(text):
            return text  # as nearly all of them are
        node = self._scalar(event)
        if not isinstance(node.value, str):
            shown = node.text[:60]
            self._refuse("bad-key", f"the key `{shown}` is no text", event, f'put it in quotes: "{shown}"')
        if node.value == "<<" and node.bare:
            self._refuse(
                "merge-key", "merge keys (`<<`) are not part of the stack language", event, "use locals instead"
            )
        if "${{" in node.value:
            self._refuse(
                "bad-key", "a key cannot hold an expression", event, "use for_each for names that are computed"
            )
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node.value

    def _allow_tag(self, event: _Event, name: str) -> None:
        if event.tag is not None and event.tag not in ("!", _TAG + name):
            self._refuse_tag(event)

    def _refuse_tag(self, event: _Event) -> NoReturn:
        tag = event.tag.replace(_TAG, "!!")
        self._refuse("bad-tag", f"the tag `{tag[:60]}` is not part of the stack language", event, "take the tag away")

    def _place(self, event: _Event) -> Place:
        start, end = event.start_mark, event.end_mark
        width = end.column - start.column if end.line == start.line else 1
        return Place(self._file, start.line + 1, start.column + 1, max(width, 1))

    def _refuse(self, code: str, summary: str, event: _Event, hint: str = "") -> NoReturn:
        raise Problem(error(code, summary, place=self._place(event), hint=hint))


def _parser(text: str) -> Any:
    return _NativeParser(text) if _NativeParser is not None else _PythonParser(text)


class _PythonParser(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):
    """PyYAML's parser without its loaders."""

    def __init__(self, text: str) -> None:
        yaml.reader.Reader.__init__(self, text)
        yaml.scanner.Scanner.__init__(self)
        yaml.parser.Parser.__init__(self)


def _explain(problem: yaml.MarkedYAMLError, text: str, file: str) -> Any:
    mark = problem.problem_mark or problem.context_mark
    if problem.context_mark is not None and "end of stream" in (problem.problem or ""):
        mark = problem.context_mark  # what was opened there is never closed
    place = Place(file, mark.line + 1, mark.column + 1) if mark is not None else Place(file)
    if "maximum nesting depth" in (problem.problem or ""):  # libyaml 0.2.6 scans ahead of our own count
        return error("too-deep", f"nested deeper than {MAX_DEPTH} levels", place=place)
    summary = ", ".join(part for part in (problem.context, problem.problem) if part) or "the file is not YAML"
    lines = text.split("\n")
    near = lines[place.line - 1] if place.line <= len(lines) else ""
    hint = ""
    opened = problem.context_mark.line if problem.context_mark is not None else place.line - 1
    around = lines[min(opened, place.line - 1) : place.line]
    guilty = next(
        ((number, line) for number, line in enumerate(around, 1 + min(opened, place.line - 1)) if "${{" in line), None
    )
    if guilty is not None:
        number, line = guilty
        place = Place(file, number, line.index("${{") + 1, 3)
        summary = f"an expression has to stand in quotes here ({problem.problem})"
        hint = 'inside {} and [], or with ": " or " #" in it, write the expression in quotes: "${{ ... }}"'
    elif "\t" in near[: place.column]:
        hint = "YAML wants spaces, not tabs, at the start of a line"
    elif "mapping values are not allowed" in summary:
        hint = "put text that has `: ` in it in quotes, and look at how far the line is indented"
    return error("yaml-syntax", summary, place=place, hint=hint)
