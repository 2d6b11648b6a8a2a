"""YAML values with expressions in them, made ready to be evaluated many times.

A shape mirrors a node: constants, text with expressions in it, whole expressions that keep their type, lists and
mappings. Compiling finds what can be found without a value: bad syntax, unknown filters, functions and names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Hashable, Iterator, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from reconciler.diagnostics import Place, did_you_mean
from reconciler.stack.engine import Engine, Failure
from reconciler.stack.problems import Problems
from reconciler.stack.templates import handles_missing
from reconciler.stack.tokens import (
    MAX_EXPRESSIONS,
    MAX_LENGTH,
    MAX_TOKENS,
    OPEN,
    Path,
    Step,
    Unclosed,
    file_arguments,
    nests,
    paths,
    split,
    tokenize,
    words,
)
from reconciler.stack.vocabulary import BOUND_FUNCTIONS, FILE_FUNCTIONS, FILTERS, FUNCTIONS, LOOKUP_FUNCTIONS, TESTS
from reconciler.stack.yaml_tree import Items, Node, Scalar, plain_value

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_BRANCHES: Final = frozenset(
    {"if", "and", "or", "default", "d", "is", "select", "selectattr", "reject", "rejectattr", "first_of"}
)
INSTANCE_NAMES: Final = ("index", "key", "value")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What is known of an expression from its text alone. `bound` says that it calls functions that depend on who
    calls, `looks_up` that it asks the API, `gaps` that it asks for the first thing that is there. `name` is set when it
    is nothing but `index`, `key`, `value` or `var.NAME`, `local.NAME`. `faults` are code, message, offset, width and
    hint.
    """

    paths: tuple[Path, ...]
    lenient: bool
    conditional: bool
    files: tuple[tuple[str, str, int], ...]
    calls_files: bool
    bound: bool
    looks_up: bool
    gaps: bool
    name: Path | None = None
    faults: tuple[tuple[str, str, int, int, str], ...] = ()


@dataclass(frozen=True, eq=False)
class Expression:
    """The inside of one `${{ }}`. `ordinal` counts the expressions of its scalar from 0."""

    text: str
    node: Scalar
    ordinal: int
    parsed: Parsed
    problems: Problems
    compiler: Compiler

    @property
    def paths(self) -> tuple[Path, ...]:
        return self.parsed.paths

    @cached_property
    def roots(self) -> frozenset[str]:
        return frozenset(path.root for path in self.parsed.paths)

    @property
    def place(self) -> Place:
        return locate(self.problems, self)

    def place_at(self, offset: int, width: int = 1) -> Place:
        """The place of a part of the expression, as near as the way it is written allows."""
        return locate(self.problems, self, offset, width)


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    node: Node
    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """A scalar that is one expression: its value keeps its type."""

    node: Scalar
    expression: Expression


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """Text with expressions in it."""

    node: Scalar
    parts: tuple[str | Expression, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ListShape:
    node: Node
    items: tuple[Shape, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MapShape:
    node: Node
    entries: dict[str, Shape]


Shape = Constant | Whole | Text | ListShape | MapShape


def expressions(shape: Shape) -> Iterator[Expression]:
    """Every expression in a shape."""
    if isinstance(shape, Whole):
        yield shape.expression
    elif isinstance(shape, Text):
        yield from (part for part in shape.parts if isinstance(part, Expression))
    elif isinstance(shape, ListShape):
        for item in shape.items:
            yield from expressions(item)
    elif isinstance(shape, MapShape):
        for item in shape.entries.values():
            yield from expressions(item)


def wording(shape: Shape) -> Hashable:
    """What a shape says, wherever it stands: two that say the same come to the same in one place."""
    if isinstance(shape, Whole):
        return shape.expression.text
    if isinstance(shape, Text):
        return "text", tuple(part if isinstance(part, str) else (part.text,) for part in shape.parts)
    if isinstance(shape, ListShape):
        return "list", tuple(map(wording, shape.items))
    if isinstance(shape, MapShape):
        return "map", tuple((key, wording(each)) for key, each in shape.entries.items())
    return None


def shape_place(shape: Shape) -> Place:
    """Where a deferred value stands: its first expression."""
    first = next(expressions(shape), None)
    return first.place if first is not None else shape.node.place


def keyed(shape: Whole | Text, value: Any, section: str) -> Shape:
    """What an expression came to, in a field that refers by key: its texts are keys of a section, but for uuids."""
    if isinstance(value, list):
        return ListShape(shape.node, tuple(keyed(shape, each, section) for each in value))
    if isinstance(value, str) and not _UUID.fullmatch(value):
        return next(expressions(shape)).compiler.reference(shape.node, value, section)
    return Constant(shape.node, value)


class Compiler:
    """Makes shapes of one file's nodes. One expression text is analysed once, however often it is written: `parsed` is
    what is known from others.
    """

    def __init__(self, engine: Engine, problems: Problems, parsed: dict[str, Parsed]) -> None:
        self._engine = engine
        self._problems = problems
        self._parsed = parsed
        self._declared: dict[str, tuple[Collection[str], bool]] = {}

    def declare(self, root: str, names: Collection[str], *, complete: bool) -> None:
        """The names that may stand behind `var` or `local`; not `complete` when some could not be read."""
        self._declared[root] = (names, complete)

    def shape(self, node: Node, visible: Set[str], keyed_by: str = "") -> Shape | None:
        """The shape of a node in which expressions see the `visible` names; None when a mistake was noted.

        In a field that refers by key, `keyed_by` is the section (`project.vlans`) that plain texts are keys of.
        """
        if node.plain and not keyed_by:
            return Constant(node, plain_value(node))
        if isinstance(node, Scalar):
            if not isinstance(node.value, str) or OPEN not in node.value:
                if keyed_by and isinstance(node.value, str) and not _UUID.fullmatch(node.value):
                    return self.reference(node, node.value, keyed_by)
                return Constant(node, node.value)
            return self._scalar(node, visible)
        if isinstance(node, Items):
            items = [self.shape(each, visible, keyed_by) for each in node.items]
            if any(each is None for each in items):
                return None
            kept = tuple(each for each in items if each is not None)
            return Constant(node, plain_value(node)) if _all_constant(kept) else ListShape(node, kept)
        entries = {key: self.shape(entry.value, visible) for key, entry in node.entries.items()}
        if any(each is None for each in entries.values()):
            return None
        there = {key: each for key, each in entries.items() if each is not None}
        constant = _all_constant(tuple(there.values()))
        return Constant(node, plain_value(node)) if constant else MapShape(node, there)

    def reference(self, node: Scalar, key: str, section: str) -> Whole:
        """A key in a section, as the expression that it stands for."""
        text = f"{section}[{json.dumps(key)}]"
        return Whole(node, Expression(text, node, 0, self.parse(text), self._problems, self))

    def parse(self, text: str) -> Parsed:
        """What is known of an expression's text."""
        if text not in self._parsed:
            self._parsed[text] = self._analyse(text)
        return self._parsed[text]

    def _scalar(self, node: Scalar, visible: Set[str]) -> Shape | None:
        if str(node.value).count(OPEN) > MAX_EXPRESSIONS:
            message = f"a text has at most {MAX_EXPRESSIONS:,} expressions"
            self._problems.add("expression-limit", message, node.place, hint="use a template")
            return None
        try:
            pieces = split(str(node.value))
        except Unclosed as problem:
            self._problems.add(
                "broken-expression",
                str(problem),
                node.place,
                hint='" #" begins a comment in YAML: put the whole value in quotes, and count the brackets in it',
            )
            return None
        parts: list[str | Expression] = []
        sound = True
        for piece in pieces:
            if not piece.expression:
                parts.append(piece.text)
                continue
            ordinal = sum(isinstance(each, Expression) for each in parts)
            expression = Expression(piece.text, node, ordinal, self.parse(piece.text), self._problems, self)
            sound &= self._allowed(expression, visible)
            parts.append(expression)
        if not sound:
            return None
        if len(parts) == 1 and isinstance(parts[0], Expression):
            return Whole(node, parts[0])
        if all(isinstance(part, str) for part in parts):
            return Constant(node, "".join(str(part) for part in parts))
        return Text(node, tuple(parts))

    def _allowed(self, expression: Expression, visible: Set[str]) -> bool:
        faults = expression.parsed.faults
        for code, message, offset, width, hint in faults:
            self._problems.add(code, message, expression.place_at(offset, width), hint=hint)
        if faults:
            return False
        strange = [path for path in expression.paths if path.root not in visible]
        for path in strange:
            self._problems.add(
                "unknown-name",
                f"`{path.root}` is not known here",
                expression.place_at(path.start, len(path.root)),
                hint=_name_hint(path, expression.text, visible),
            )
        return self._declarations(expression) and not strange

    def _declarations(self, expression: Expression) -> bool:
        """Whether all variables and locals in it are declared."""
        sound = True
        for path in expression.paths:
            names, complete = self._declared.get(path.root, ((), True))
            if path.root not in self._declared or path.steps[0].segment in names:
                continue
            sound = False
            step = path.steps[0]
            if complete:
                word = "variables" if path.root == "var" else "locals"
                declared = f"declared: {', '.join(sorted(names))}" if names else f"no {word} are declared"
                self._problems.add(
                    "unknown-name",
                    f"`{path.root}.{step.segment}` is not declared",
                    expression.place_at(step.start, len(str(step.segment))),
                    hint=did_you_mean(str(step.segment), names) or declared,
                )
        return sound

    def _analyse(self, text: str) -> Parsed:
        tokens = tokenize(text) if len(text) <= MAX_LENGTH else ()
        faults: list[tuple[str, str, int, int, str]] = []
        if len(text) > MAX_LENGTH or len(tokens) > MAX_TOKENS:
            hint = "split it into several locals"
            faults.append(("expression-limit", f"an expression has at most {MAX_TOKENS} words and signs", 0, 1, hint))
        elif nests(tokens):
            faults.append(
                ("expression-limit", "lists are repeated inside of lists", 0, 1, "hand such data in by a file")
            )
        elif not tokens:
            faults.append(("broken-expression", "the expression is empty", 0, 1, "write a name: ${{ var.name }}"))
        else:
            faults += self._syntax(text) or _strange_words(text)
        called = {word.name for word in words(tokens) if word.kind == "function"}
        # a path is read from tokens on the understanding that the brackets match
        found = () if faults else tuple(paths(tokens))
        return Parsed(
            paths=found,
            lenient=handles_missing(text),
            conditional=any(token.kind == "name" and token.text in _BRANCHES for token in tokens),
            files=tuple(file_arguments(tokens, FILE_FUNCTIONS)),
            calls_files=bool(called & FILE_FUNCTIONS),
            bound=bool(called & BOUND_FUNCTIONS),
            looks_up=bool(called & LOOKUP_FUNCTIONS),
            gaps="first_of" in called,
            name=next((path for path in found[:1] if _is_name(path)), None),
            faults=tuple(faults) or tuple(_bare_names(found)),
        )

    def _syntax(self, text: str) -> list[tuple[str, str, int, int, str]]:
        try:
            self._engine.check(text)
        except Failure as problem:
            lines = text.split("\n")
            offset = sum(len(line) + 1 for line in lines[: max(problem.line, 1) - 1]) + max(problem.column, 1) - 1
            hint = "an expression is one value; there are no statements in it" if "%" in text and "{%" in text else ""
            return [("broken-expression", problem.message, min(offset, len(text)), 1, hint)]
        return []


def _is_name(path: Path) -> bool:
    if not path.whole or path.called:
        return False
    if path.root in INSTANCE_NAMES:
        return not path.steps
    return path.root in ("var", "local") and len(path.steps) == 1 and isinstance(path.steps[0].segment, str)


def _all_constant(shapes: tuple[Shape, ...]) -> bool:
    return all(isinstance(each, Constant) and not _escaped(each) for each in shapes)


def _escaped(shape: Constant) -> bool:
    """A constant whose value is not what the node says, for `$${{` stands for `${{`."""
    return isinstance(shape.node, Scalar) and shape.value != shape.node.value


def _strange_words(text: str) -> list[tuple[str, str, int, int, str]]:
    known = {"filter": FILTERS, "test": TESTS, "function": FUNCTIONS}
    return [
        (
            "unknown-filter",
            f"there is no {word.kind} `{word.name}`",
            word.start,
            len(word.name),
            did_you_mean(word.name, known[word.kind]),
        )
        for word in words(tokenize(text))
        if word.name not in known[word.kind]
    ]


def _bare_names(found: tuple[Path, ...]) -> Iterator[tuple[str, str, int, int, str]]:
    """`var` and `local` are read by a name that can be seen, so that what is secret and what waits is known."""
    for path in found:
        first: Step | None = path.steps[0] if path.steps else None
        if path.root in ("var", "local") and (first is None or not isinstance(first.segment, str)):
            message = f"`{path.root}` is read by a plain name"
            yield "broken-expression", message, path.start, len(path.root), f"write `{path.root}.NAME`"


def _name_hint(path: Path, text: str, visible: Set[str]) -> str:
    if path.start and text[path.start - 1] == "-" and text[: path.start - 1].rstrip() == text[: path.start - 1] != "":
        return "a name with a dash is written in brackets: devices['my-name']"
    if path.root in INSTANCE_NAMES:
        which = "count" if path.root == "index" else "for_each"
        return f"`{path.root}` is there inside a block with {which}"
    return did_you_mean(path.root, visible) or f"known here: {', '.join(sorted(visible))}"


def locate(problems: Problems, expression: Expression, offset: int = -1, width: int = 1) -> Place:
    """Where an expression (offset -1), or a part of it, stands in the file."""
    node = expression.node
    raw = problems.texts.raw(node.place.file, *node.span)
    start = -1
    position = 0
    ordinal = -1
    while ordinal < expression.ordinal and (found := raw.find(OPEN, position)) >= 0:
        position = found + len(OPEN)
        if found and raw[found - 1] == "$":
            continue
        ordinal += 1
        start = found
    if start < 0:
        return node.place
    inside = start + len(OPEN)
    exact = raw.startswith(expression.text, inside)
    if offset >= 0 and exact:
        at = inside + offset
    else:
        at, width = start, len(expression.text) + 5 if exact and "\n" not in expression.text else len(OPEN)
    before = raw[:at]
    line = node.place.line + before.count("\n")
    column = at - (before.rfind("\n") + 1) + 1 if "\n" in before else node.place.column + at
    return Place(node.place.file, line, column, max(width, 1))
