"""The canonical layout of a YAML file: what `reconciler fmt` writes.

Only the gaps between tokens change: two spaces of indentation for each level, list items too; one space after `:`, `-`
and `,` and none inside of `{}` and `[]`; no space at the end of a line; one blank line where there were more. Tokens
stay as they are written, so quotes, expressions, anchors, comments and the lines of block scalars survive.

The result is proved before it is handed out: it has to parse to the same tree, to hold the same comments, and to come
out unchanged when it is laid out again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml
from yaml.tokens import (
    AliasToken,
    AnchorToken,
    BlockEndToken,
    BlockEntryToken,
    BlockMappingStartToken,
    BlockSequenceStartToken,
    FlowEntryToken,
    FlowMappingEndToken,
    FlowMappingStartToken,
    FlowSequenceEndToken,
    FlowSequenceStartToken,
    KeyToken,
    ScalarToken,
    StreamEndToken,
    TagToken,
    ValueToken,
)

from reconciler.diagnostics import Place, error
from reconciler.stack.problems import Problem
from reconciler.stack.yaml_tree import Items, Node, Scalar, Table, decode, parse

try:
    from yaml._yaml import CParser as _NativeScanner
except ImportError:  # pragma: no cover - depends on how PyYAML was built
    _NativeScanner = None  # type: ignore[assignment,misc,unused-ignore]

STEP: Final = 2
"""Spaces for each level."""
_OPENING = (FlowMappingStartToken, FlowSequenceStartToken)
_CLOSING = (FlowMappingEndToken, FlowSequenceEndToken)
_PROPERTY = (AliasToken, AnchorToken, TagToken)
_HEADER = re.compile(r"[|>](?P<keep>\+)?-?(?P<indent>[1-9])?(?P<late>\+)?")
_Token = Any
"""A token of PyYAML. Its marks are never None here, which the stubs cannot know."""


def formatted(data: bytes, file: str) -> str:
    """The text of a YAML file in its canonical layout. Raises Problem for what is no YAML that a stack may hold, and
    for a file whose meaning the layout would change, which is a mistake of this module.
    """
    text = decode(data, file)
    before = parse(text, file)
    first = _Layout(text)
    done = first.text()
    try:
        second = _Layout(done)
        proved = _same(before, parse(done, file)) and second.text() == done and first.comments == second.comments
    except (Problem, yaml.YAMLError):
        proved = False
    if not proved:
        message = "this file cannot be laid out without a change of its meaning"
        raise Problem(error("layout", message, place=Place(file), hint="it is left as it is; please report it"))
    return done


@dataclass(slots=True)
class _Level:
    """An open collection: the column at which its children stood, and the one at which they stand now. `dashes_below`
    is a list whose dashes stood right below the key that it belongs to, for which YAML opens no level.
    """

    old: int
    new: int
    mapping: bool = False
    dashes_below: bool = False


class _Layout:
    """One pass over the tokens of a text. `comments` are those that it has met."""

    def __init__(self, text: str) -> None:
        self.comments: list[str] = []
        self._source = text
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._out: list[str] = []
        self._column = 0
        self._shift = 0  # how far the line in hand has moved
        self._end = 0  # of the source that is written
        self._last: _Token = None
        self._levels: list[_Level] = []
        self._before: tuple[_Level, ...] = ()  # the levels that were open at the last token
        self._depth = 0  # of {} and []
        self._depth_shift = 0  # how far the line of the outermost bracket has moved

    def text(self) -> str:
        for token in _tokens(self._source):
            self._take(token)
        tail = self._source[self._end :]
        if self._out and "\n" not in tail:
            # a line end behind a block scalar that has none would become a part of it
            return "".join(self._out) + (tail.rstrip() if _is_block(self._last) else f"{self._rest(tail)}\n")
        self._lines(tail, None)
        return "".join(self._out)

    def _take(self, token: _Token) -> None:
        if isinstance(token, BlockEndToken):
            if self._levels.pop().dashes_below:
                self._levels.pop()
            return
        start = token.start_mark
        first = self._source[self._starts[start.line] : start.index].strip(" ") == ""
        if isinstance(token, BlockMappingStartToken | BlockSequenceStartToken):
            gap = self._source[self._end : start.index]
            new = self._inner() if first else self._column + len(self._between(gap, token))
            self._levels.append(_Level(start.column, new, isinstance(token, BlockMappingStartToken)))
        else:
            if not self._depth:
                self._around_dashes(token)
            if token.end_mark.index > start.index:
                self._emit(token, first)

    def _around_dashes(self, token: _Token) -> None:
        top = self._levels[-1] if self._levels else None
        if top is not None and isinstance(token, BlockEntryToken) and top.mapping:
            self._levels.append(_Level(top.old, top.new + STEP, dashes_below=True))
        elif top is not None and isinstance(token, KeyToken | ValueToken) and top.dashes_below:
            self._levels.pop()

    def _inner(self) -> int:
        """The column of what stands on a line of its own inside of the innermost level."""
        return self._levels[-1].new + STEP if self._levels else 0

    def _emit(self, token: _Token, first: bool) -> None:
        start, end = token.start_mark, token.end_mark.index
        gap = self._source[self._end : start.index]
        if first:
            at = self._line_column(token)
            self._lines(gap, _Level(start.column, at))
            self._write(" " * at)
            self._shift = at - start.column
        else:
            self._write(self._between(gap, token))
        raw = self._source[start.index : end]
        if isinstance(token, _OPENING):
            self._depth_shift = self._depth_shift if self._depth else self._shift
            self._depth += 1
        elif isinstance(token, _CLOSING):
            self._depth -= 1
        if _is_block(token):
            raw, end = self._block_scalar(raw, start.index)
        elif "\n" in raw:
            raw = self._continued(raw)
        self._write(raw)
        self._end, self._last, self._before = end, token, tuple(self._levels)

    def _line_column(self, token: _Token) -> int:
        """The new column of the first token of a line."""
        column: int = token.start_mark.column
        if self._depth:
            moved = max(column + self._depth_shift, 0)
            return moved if isinstance(token, _CLOSING) else max(moved, self._inner())
        if not self._levels:
            return 0
        level = self._levels[-1]
        return level.new if column == level.old or isinstance(token, BlockEntryToken) else level.new + STEP

    def _between(self, gap: str, token: _Token) -> str:
        """What stands between the last token and this one of the same line."""
        last = self._last
        if last is None or isinstance(last, ValueToken | BlockEntryToken | KeyToken | FlowEntryToken):
            return " " if last is not None else ""
        if isinstance(last, _PROPERTY):
            return " " if gap else ""
        if isinstance(token, ValueToken) or isinstance(last, _OPENING):
            return ""
        if self._depth and isinstance(token, (*_CLOSING, FlowEntryToken)):
            return ""
        return " " if gap else ""

    def _lines(self, gap: str, following: _Level | None) -> None:
        """The rest of a line, and the comments and blank lines up to the token that follows on a line of its own."""
        parts = gap.split("\n")[:-1] if following is not None or gap.endswith("\n") else gap.split("\n")
        if self._out and parts:
            self._write(f"{self._rest(parts.pop(0))}\n")
        blank = False
        for part in parts:
            comment = part.strip()
            if not comment:
                blank = bool(self._out)
                continue
            at = self._comment_column(len(part) - len(part.lstrip()), following)
            self.comments.append(comment)
            self._write("\n" * blank + f"{' ' * at}{comment}\n")
            blank = False
        self._write("\n" * (blank and following is not None))

    def _rest(self, part: str) -> str:
        """What is left of a line: a comment, at the distance that it has, or nothing."""
        if part.strip():
            self.comments.append(part.strip())
        return part.rstrip()

    def _comment_column(self, column: int, following: _Level | None) -> int:
        """A comment goes with the line that follows; one that stands further in, with the level that it stands in."""
        if self._depth:
            return max(column + self._depth_shift, self._inner())
        below = following.new if following is not None else 0
        if following is not None and column <= following.old:
            return below
        inside = [each.new for each in self._before if each.old <= column]
        return max(below, inside[-1]) if inside else below

    def _block_scalar(self, raw: str, start: int) -> tuple[str, int]:
        """The lines of a block scalar in their new place, and where it ends in the source: before the line end."""
        header, *lines = raw.split("\n")
        found = _HEADER.match(header)
        assert found is not None
        level = self._levels[-1] if self._levels else _Level(0, 0)
        depths = [len(each) - len(each.lstrip(" ")) for each in lines if each.strip(" ")]
        if found["indent"]:
            old = (level.old if self._levels else 0) + int(found["indent"])
            new = old + level.new - level.old
        else:
            old = depths[0] if depths else 0
            new = level.new + STEP if depths and self._levels else old
        keep = bool(found["keep"] or found["late"])
        length = len(raw)
        if lines and not lines[-1].strip(" "):
            length -= len(lines.pop()) + 1
        while lines and not keep and len(lines[-1]) <= old and not lines[-1].strip(" "):
            length -= len(lines.pop()) + 1
        moved = [_moved(each, old, new) for each in lines]
        comment = header[found.end() :].strip()
        if comment:
            self.comments.append(comment)
        return "\n".join([header.rstrip(), *moved]), start + length

    def _continued(self, raw: str) -> str:
        """A scalar of several lines that is no block: how far its other lines are indented means nothing."""
        head, *lines = raw.split("\n")
        moved = []
        for line in lines:
            text = line.lstrip(" ")
            at = max(len(line) - len(text) + self._shift, self._inner())
            moved.append(f"{' ' * at}{text}" if text else "")
        return "\n".join([head, *moved])

    def _write(self, text: str) -> None:
        if text:
            self._out.append(text)
            at = text.rfind("\n")
            self._column = len(text) - at - 1 if at >= 0 else self._column + len(text)


def _moved(line: str, old: int, new: int) -> str:
    """A line of a block scalar whose content begins at column `old`."""
    if len(line) <= old and not line.strip(" "):
        return ""
    return " " * new + line[old:]


def _is_block(token: _Token) -> bool:
    return isinstance(token, ScalarToken) and token.style in ("|", ">")


def _tokens(text: str) -> Iterator[_Token]:
    scanner: Any = _NativeScanner(text) if _NativeScanner is not None else yaml.Loader(text)
    while not isinstance(token := scanner.get_token(), StreamEndToken):
        yield token


def _same(one: Node | None, other: Node | None) -> bool:
    """Whether two trees mean the same and are written with the same words and quotes."""
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        # a number is compared with its type: 1, 1.0 and true are equal to Python
        return (type(one.value), one.value, one.text, one.bare) == (
            type(other.value),
            other.value,
            other.text,
            other.bare,
        )
    if isinstance(one, Items) and isinstance(other, Items):
        return _all_same(one.items, other.items)
    if isinstance(one, Table) and isinstance(other, Table):
        return list(one.entries) == list(other.entries) and _all_same(
            [each.value for each in one.entries.values()], [each.value for each in other.entries.values()]
        )
    return one is None and other is None


def _all_same(ones: Sequence[Node], others: Sequence[Node]) -> bool:
    return len(ones) == len(others) and all(map(_same, ones, others))
