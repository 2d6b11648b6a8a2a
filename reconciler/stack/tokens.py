"""Expressions inside text, and what they refer to: found by reading tokens, without running anything.

`split` cuts a scalar into text and `${{ expressions }}`. `tokenize` reads an expression's tokens, `paths` the dotted
paths in it (`projects.edge.devices.web[0].public_ipv4`) with their constant indices, which the engine's own analysis
leaves out. Only the shape is read here; whether it is a valid expression is for the engine to say.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Final

OPEN: Final = "${{"
MAX_TOKENS: Final = 500
"""Well below what overruns the native stack of a thread with 512 KiB (1,000 operators are safe there)."""
MAX_LENGTH: Final = 8192
MAX_EXPRESSIONS: Final = 1_000
"""In one text."""

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |(?P<number>\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<operator>\*\*|//|==|!=|<=|>=|.)""",
    re.VERBOSE | re.DOTALL,
)
_STOP = re.compile(r"""['"()\[\]{}%-]""")
_KEYWORDS = frozenset({"and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None"})
_CLOSERS = {"(": ")", "[": "]", "{": "}"}
_KEEPS_ITEMS = frozenset({"list", "sort", "reverse", "selectattr", "rejectattr", "select", "reject", "unique"})
_TAKES_ATTRIBUTE = frozenset({"map", "sort", "unique", "groupby", "sum", "min", "max"})
_TAKES_ATTRIBUTE_FIRST = frozenset({"selectattr", "rejectattr", "groupby"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a scalar: literal text, or the inside of an expression that starts at `start` in the scalar."""

    text: str
    expression: bool
    start: int


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Dynamic:
    """An index that has to be computed; `tokens` are its own."""

    text: str
    tokens: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """`[1:]`: some of the items."""


Segment = str | int | Dynamic | Slice


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: what is looked up, where in the expression it stands, whether it was written `.name`."""

    segment: Segment
    start: int
    dotted: bool = True


@dataclass(frozen=True, slots=True)
class Path:
    """A name and the steps from it. `attributes` are names that filters right behind it look up in every item
    (`| map(attribute='x')`); `whole` says that the expression is nothing but this path.
    """

    root: str
    start: int
    steps: tuple[Step, ...]
    attributes: tuple[Step, ...] = ()
    called: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A filter, test or function that is used."""

    kind: str
    name: str
    start: int


class Unclosed(Exception):
    """`${{` without its `}}`; `start` is where it begins."""

    def __init__(self, start: int) -> None:
        self.start = start
        super().__init__("`${{` is not closed by `}}`")


def split(text: str) -> list[Piece]:
    """Literal text and expressions in turn. `$${{` stands for a literal `${{`. Raises Unclosed."""
    pieces: list[Piece] = []
    literal: list[str] = []
    position = 0
    while (found := text.find(OPEN, position)) >= 0:
        if found and text[found - 1] == "$" and found > position:
            literal.append(text[position : found - 1] + OPEN)
            position = found + len(OPEN)
            continue
        literal.append(text[position:found])
        end = closing(text, found + len(OPEN), "}}")
        if end is None:
            raise Unclosed(found)
        if before := "".join(literal):
            pieces.append(Piece(before, False, found))
        literal = []
        pieces.append(Piece(text[found + len(OPEN) : end], True, found + len(OPEN)))
        position = end + 2
    literal.append(text[position:])
    if rest := "".join(literal):
        pieces.append(Piece(rest, False, position))
    return pieces


def closing(text: str, position: int, end: str) -> int | None:
    """Where `end` stands at or after `position`, outside of strings and brackets; None when nowhere. An expression over
    the limit ends right behind it.
    """
    depth = 0
    limit = position + MAX_LENGTH + 1
    while (found := _STOP.search(text, position, limit)) is not None:
        position = found.start()
        char = text[position]
        if char in "'\"":
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup != "string":
                return None
            position = match.end()
            continue
        if depth == 0 and text.startswith(end, position):
            return position
        if char in "([{":
            depth += 1
        elif char in ")]}" and depth:
            depth -= 1
        position += 1
    return limit if limit < len(text) and position <= limit else None


def tokenize(text: str) -> tuple[Token, ...]:
    """The tokens of an expression, blanks left out."""
    return tuple(
        Token(str(match.lastgroup), match[0], match.start())
        for match in _TOKEN.finditer(text)
        if match.lastgroup != "space"
    )


def words(tokens: Sequence[Token]) -> Iterator[Word]:
    """Every filter, test and function in an expression."""
    for at, token in enumerate(tokens):
        if token.kind != "name" or token.text in _KEYWORDS:
            continue
        before = tokens[at - 1].text if at else ""
        if before == "|":
            yield Word("filter", token.text, token.start)
        elif before == "is" or (before == "not" and at > 1 and tokens[at - 2].text == "is"):
            yield Word("test", token.text, token.start)
        elif before != "." and _text(tokens, at + 1) == "(":
            yield Word("function", token.text, token.start)


def paths(tokens: Sequence[Token]) -> Iterator[Path]:
    """Every path in an expression, those inside of indices and calls too."""
    for at, token in enumerate(tokens):
        if not _starts_path(tokens, at):
            continue
        steps, end, called = _steps(tokens, at + 1)
        yield Path(
            token.text,
            token.start,
            tuple(steps),
            tuple(_attributes(tokens, end)),
            called,
            at == 0 and end == len(tokens),
        )


def _starts_path(tokens: Sequence[Token], at: int) -> bool:
    token = tokens[at]
    if token.kind != "name" or token.text in _KEYWORDS:
        return False
    before = tokens[at - 1].text if at else ""
    if before in (".", "|", "is") or (before == "not" and at > 1 and tokens[at - 2].text == "is"):
        return False
    return _text(tokens, at + 1) not in ("(", "=")


def _steps(tokens: Sequence[Token], at: int) -> tuple[list[Step], int, bool]:
    steps: list[Step] = []
    while at < len(tokens):
        if tokens[at].text == "." and at + 1 < len(tokens) and tokens[at + 1].kind in ("name", "number"):
            name = tokens[at + 1]
            if _text(tokens, at + 2) == "(":
                return steps, at, True
            steps.append(Step(name.text if name.kind == "name" else int(float(name.text)), name.start))
            at += 2
        elif tokens[at].text == "[" and (end := _matching(tokens, at)) is not None:
            steps.append(Step(_segment(tokens[at + 1 : end]), tokens[at].start, dotted=False))
            at = end + 1
        else:
            return steps, at, tokens[at].text == "("
    return steps, at, False


def _segment(tokens: Sequence[Token]) -> Segment:
    if len(tokens) == 1 and tokens[0].kind == "string":
        return string_value(tokens[0].text)
    if len(tokens) == 1 and tokens[0].text.isdigit():
        return int(tokens[0].text)
    depth = 0
    for token in tokens:
        depth += (token.text in "([{") - (token.text in ")]}") if token.kind == "operator" else 0
        if token.text == ":" and depth == 0:
            return Slice()
    text = "".join(
        (" " * (token.start - before.start - len(before.text)) if before else "") + token.text
        for before, token in zip((None, *tokens[:-1]), tokens, strict=True)
    )
    return Dynamic(text, tuple(tokens))


def string_value(text: str) -> str:
    """The content of a string token."""
    try:
        return str(ast.literal_eval(text))
    except (ValueError, SyntaxError):
        return text[1:-1]


def _matching(tokens: Sequence[Token], at: int) -> int | None:
    depth = 0
    for position in range(at, len(tokens)):
        if tokens[position].kind != "operator":
            continue
        if tokens[position].text in _CLOSERS:
            depth += 1
        elif tokens[position].text in _CLOSERS.values():
            depth -= 1
            if depth == 0:
                return position
    return None


def _attributes(tokens: Sequence[Token], at: int) -> Iterator[Step]:
    """The attributes that the filters behind a pool look up, as long as each still hands on the pool's items."""
    while _text(tokens, at) == "|" and at + 1 < len(tokens):
        name = tokens[at + 1].text
        start, end = at + 2, at + 2
        if _text(tokens, start) == "(" and (closed := _matching(tokens, start)) is not None:
            end = closed + 1
        arguments = tokens[start:end]
        for position, token in enumerate(arguments):
            if token.kind != "string":
                continue
            named = (
                position >= 2 and arguments[position - 1].text == "=" and arguments[position - 2].text == "attribute"
            )
            first = position == 1 and name in _TAKES_ATTRIBUTE_FIRST
            if first or (named and name in _TAKES_ATTRIBUTE):
                yield Step(string_value(token.text).split(".")[0], token.start)
        if name not in _KEEPS_ITEMS:
            return
        at = end


def _text(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if at < len(tokens) else ""


def nests(tokens: Sequence[Token]) -> bool:
    """Whether lists are repeated inside of lists (`[[1] * 9999] * 9999`), which no fuel is counted for."""
    times = sum(token.kind == "operator" and token.text == "*" for token in tokens)
    return times > 1 and any(True for _ in literals(tokens))


def literals(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The insides of all list, tuple and mapping literals."""
    for at, token in enumerate(tokens):
        if token.kind != "operator" or token.text not in _CLOSERS:
            continue
        before = tokens[at - 1] if at else None
        behind_value = before is not None and (
            (before.kind == "name" and before.text not in _KEYWORDS) or before.kind == "string" or before.text in ")]"
        )
        end = _matching(tokens, at)
        if behind_value or end is None:
            continue
        inside = tokens[at + 1 : end]
        if token.text != "(" or _has_comma(inside):
            yield inside


def _has_comma(tokens: Sequence[Token]) -> bool:
    depth = 0
    for token in tokens:
        if token.kind != "operator":
            continue
        depth += (token.text in _CLOSERS) - (token.text in _CLOSERS.values())
        if token.text == "," and depth == 0:
            return True
    return False


def file_arguments(tokens: Sequence[Token], functions: Set[str]) -> Iterator[tuple[str, str, int]]:
    """Calls with a constant first argument: the function, the argument, where it stands."""
    for at, token in enumerate(tokens):
        if token.text in functions and _text(tokens, at + 1) == "(" and at + 2 < len(tokens):
            argument = tokens[at + 2]
            if argument.kind == "string" and _text(tokens, at + 3) in (",", ")"):
                yield token.text, string_value(argument.text), argument.start
