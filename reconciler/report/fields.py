"""Field values in Terraform's layout: whole values that come or go, and the difference between two.

A line is indent, symbol, label, value, tail; each level of nesting is four columns deeper. The label is the text before
the value: `plan     = `, `"rack" = `, or nothing for a list element.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from reconciler.model.plan import Change
from reconciler.report.page import Page, Span, Style
from reconciler.report.scrub import SENSITIVE
from reconciler.report.words import plural
from reconciler.values import Unknown, canonical_json

CONTEXT = 3
"""Unchanged lines shown around a change in a multi-line text."""

_SYMBOLS: Mapping[str, tuple[Span, ...]] = {
    "+": ("  ", ("+", Style.GREEN), " "),
    "-": ("  ", ("-", Style.RED), " "),
    "~": ("  ", ("~", Style.YELLOW), " "),
    "-/+": (("-", Style.RED), "/", ("+", Style.GREEN), " "),
    "+/-": (("+", Style.GREEN), "/", ("-", Style.RED), " "),
    "": ("    ",),
}
_TO_NULL: Span = (" -> null", Style.DIM)
_ARROW: Span = (" -> ", Style.YELLOW)


def symbol_spans(symbol: str) -> tuple[Span, ...]:
    return _SYMBOLS[symbol]


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a value goes: how deep, after which label, and what follows it on the line."""

    depth: int
    label: str = ""
    tail: tuple[Span, ...] = ()
    element: bool = False

    def head(self, symbol: str) -> tuple[Span, ...]:
        if self.depth < 0:  # outside any block: an output
            return (self.label,)
        return (" " * (4 * self.depth), *symbol_spans(symbol), self.label)

    def closing(self, bracket: str) -> tuple[Span, ...]:
        return (" " * (4 * self.depth + 4), bracket)

    def with_tail(self, *spans: Span) -> Slot:
        return replace(self, tail=(*spans, *self.tail))

    @property
    def comma(self) -> tuple[Span, ...]:
        return (",",) if self.element else ()


def secret_fields(change: Change) -> frozenset[str]:
    """The fields of a change that must not be shown as a whole, because they are secret or hold something secret."""
    return change.secrets | {str(each.path[0]) for each in change.fields if each.secret}


def is_unknown(value: Any) -> bool:
    """Whether a value is unknown, or holds something unknown."""
    if isinstance(value, Unknown):
        return True
    if isinstance(value, Mapping):
        return any(map(is_unknown, value.values()))
    return isinstance(value, list | tuple) and any(map(is_unknown, value))


def scalar(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Unknown):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(_plain(value), ensure_ascii=False)
    return json.dumps(value) if value is None or isinstance(value, bool | int | float) else str(value)


def write_whole(page: Page, slot: Slot, symbol: str, value: Any) -> None:
    """A value that comes (`+`), goes (`-`) or stays (no symbol) as a whole."""
    null = (_TO_NULL,) if symbol == "-" and not slot.element else ()
    after = (*slot.comma, *null, *slot.tail)
    if isinstance(value, Mapping) and value:
        page.line(*slot.head(symbol), "{")
        width = max(len(_key(each)) for each in value)
        for name in sorted(value, key=str):
            write_whole(page, Slot(slot.depth + 1, f"{_key(name):<{width}} = "), symbol, value[name])
        page.line(*slot.closing("}"), *after)
    elif isinstance(value, list | tuple) and value:
        page.line(*slot.head(symbol), "[")
        for each in value:
            write_whole(page, Slot(slot.depth + 1, element=True), symbol, each)
        page.line(*slot.closing("]"), *after)
    elif isinstance(value, str) and "\n" in value.rstrip("\n"):
        page.line(*slot.head(symbol), "<<-EOT")
        for each in value.rstrip("\n").split("\n"):
            page.line(" " * (4 * slot.depth + 8), each)
        page.line(*slot.closing("EOT"), *after)
    else:
        page.line(*slot.head(symbol), _scalar_span(value), *after)


def write_difference(page: Page, slot: Slot, before: Any, after: Any) -> None:
    """What changes between two values; None stands for a value that is not there."""
    if before is None:
        write_whole(page, slot, "+", after)
    elif after is None:
        write_whole(page, slot, "-", before)
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        _mapping(page, slot, before, after)
    elif isinstance(before, list | tuple) and isinstance(after, list | tuple):
        _sequence(page, slot, before, after)
    elif isinstance(before, str) and isinstance(after, str) and ("\n" in before or "\n" in after):
        _text(page, slot, before, after)
    elif _long(before) and isinstance(after, Unknown):
        _until_known(page, slot, before, after)
    elif _long(before) or _long(after):
        write_whole(page, slot, "-", before)
        write_whole(page, slot, "+", after)
    else:
        page.line(*slot.head("~"), _scalar_span(before), _ARROW, _scalar_span(after), *slot.comma, *slot.tail)


def write_sensitive(page: Page, slot: Slot, symbol: str) -> None:
    null = (_TO_NULL,) if symbol == "-" and not slot.element else ()
    page.line(*slot.head(symbol), SENSITIVE, *slot.comma, *null, *slot.tail)


def write_hidden(page: Page, depth: int, count: int, what: str) -> None:
    """`# (3 unchanged attributes hidden)`, or nothing; on a whole page they are not."""
    if count and not page.whole:
        page.line(" " * (4 * depth + 4), (f"# ({plural(count, f'unchanged {what}')} hidden)", Style.DIM))


def key_text(name: str | int) -> str:
    return _key(name)


def _key(name: Any) -> str:
    return json.dumps(str(name), ensure_ascii=False)


def _scalar_span(value: Any) -> Span:
    return (scalar(value), Style.DIM) if isinstance(value, Unknown) else scalar(value)


def _long(value: Any) -> bool:
    return (isinstance(value, Mapping | list | tuple) and bool(value)) or (isinstance(value, str) and "\n" in value)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Unknown) else value


def _same(before: Any, after: Any) -> bool:
    return not is_unknown(after) and canonical_json(_plain(before)) == canonical_json(_plain(after))


def _mapping(page: Page, slot: Slot, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    names = sorted({*before, *after}, key=str)
    changed = [each for each in names if not _same(before.get(each), after.get(each))]
    width = max((len(_key(each)) for each in (names if page.whole else changed)), default=0)
    page.line(*slot.head("~"), "{")
    for name in names if page.whole else changed:
        inner = Slot(slot.depth + 1, f"{_key(name):<{width}} = ")
        if name in changed:
            write_difference(page, inner, before.get(name), after.get(name))
        else:
            write_whole(page, inner, "", before.get(name))
    write_hidden(page, slot.depth + 1, len(names) - len(changed), "element")
    page.line(*slot.closing("}"), *slot.comma, *slot.tail)


def _sequence(page: Page, slot: Slot, before: Sequence[Any], after: Sequence[Any]) -> None:
    page.line(*slot.head("~"), "[")
    inner = Slot(slot.depth + 1, element=True)
    hidden = 0
    old, new = ([canonical_json(_plain(each)) for each in side] for side in (before, after))
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            hidden += i2 - i1
            for each in before[i1:i2] if page.whole else ():
                write_whole(page, inner, "", each)
            continue
        paired = min(i2 - i1, j2 - j1)
        for was, becomes in zip(before[i1 : i1 + paired], after[j1 : j1 + paired], strict=True):
            if isinstance(was, Mapping) and isinstance(becomes, Mapping):
                write_difference(page, inner, was, becomes)
            else:
                write_whole(page, inner, "-", was)
                write_whole(page, inner, "+", becomes)
        for each in before[i1 + paired : i2]:
            write_whole(page, inner, "-", each)
        for each in after[j1 + paired : j2]:
            write_whole(page, inner, "+", each)
    write_hidden(page, slot.depth + 1, hidden, "element")
    page.line(*slot.closing("]"), *slot.comma, *slot.tail)


def _until_known(page: Page, slot: Slot, before: Any, after: Unknown) -> None:
    """A long value that goes for one that only an apply can tell."""
    opening, closing = ("{", "}") if isinstance(before, Mapping) else ("<<-EOT", "EOT")
    if isinstance(before, list | tuple):
        opening, closing = "[", "]"
    page.line(*slot.head("~"), opening)
    if isinstance(before, Mapping):
        width = max(len(_key(each)) for each in before)
        for name in sorted(before, key=str):
            write_whole(page, Slot(slot.depth + 1, f"{_key(name):<{width}} = "), "-", before[name])
    elif isinstance(before, str):
        for each in before.rstrip("\n").split("\n"):
            page.line(" " * (4 * slot.depth + 4), *symbol_spans("-"), (each, Style.RED))
    else:
        for each in before:
            write_whole(page, Slot(slot.depth + 1, element=True), "-", each)
    page.line(*slot.closing(closing), _ARROW, _scalar_span(after), *slot.comma, *slot.tail)


def _text(page: Page, slot: Slot, before: str, after: str) -> None:
    """A unified diff of a multi-line text, inside a heredoc."""
    indent = " " * (4 * slot.depth + 4)
    page.line(*slot.head("~"), "<<-EOT")
    if before.endswith("\n") and after.endswith("\n"):  # else the ends of the texts differ, and that is shown
        before, after = before[:-1], after[:-1]
    old, new = before.split("\n"), after.split("\n")
    shown_until = 0
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(
        len(old) if page.whole else CONTEXT
    ):
        write_hidden(page, slot.depth + 1, group[0][1] - shown_until, "line")
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                for each in old[i1:i2]:
                    page.line(indent, "    ", each)
                continue
            for each in old[i1:i2]:
                page.line(indent, *symbol_spans("-"), (each, Style.RED))
            for each in new[j1:j2]:
                page.line(indent, *symbol_spans("+"), (each, Style.GREEN))
        shown_until = group[-1][2]
    write_hidden(page, slot.depth + 1, len(old) - shown_until, "line")
    page.line(*slot.closing("EOT"), *slot.comma, *slot.tail)
