"""The fields of a change side by side: what each was, what it becomes, and which lines of a long text differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from reconciler.model.plan import Action, Change, FieldChange
from reconciler.report.fields import CONTEXT, key_text, scalar, secret_fields
from reconciler.report.html.markup import Html, Markup
from reconciler.report.scrub import SENSITIVE
from reconciler.report.words import plural
from reconciler.values import Unknown

_EMPTY: tuple[Any, ...] = (None, "", [], {}, ())
_WIDE = 72
"""A list or mapping that fits into so many characters stays on one line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One field. `before` and `after` are the lines of its values, None where there is none."""

    name: str
    before: tuple[str, ...] | None
    after: tuple[str, ...] | None
    remark: str = ""
    forces: bool = False


def changed_rows(html: Html, change: Change) -> list[Row]:
    """What comes, goes or differs."""
    secrets = secret_fields(change)
    match change.action:
        case Action.CREATE:
            wanted = {name: value for name, value in change.after.items() if value is not None or name in secrets}
            wanted |= {name: Unknown() for name in change.unknown if wanted.get(name) is None}
            return [Row(name, None, _side(html, wanted[name], name in secrets)) for name in sorted(wanted)]
        case Action.DELETE:
            lost = {name: value for name, value in change.before.items() if value not in _EMPTY}
            return [Row(name, _side(html, lost[name], name in secrets), None) for name in sorted(lost)]
        case _:
            forcing_first = sorted(change.fields, key=lambda each: not each.forces_replacement)
            return [_row(html, each, change.secrets) for each in forcing_first]


def unchanged_rows(html: Html, change: Change) -> list[Row]:
    """What an update or a replacement leaves as it is."""
    if change.action in (Action.CREATE, Action.DELETE):
        return []
    secrets = secret_fields(change)
    values = {**change.before, **change.after}
    same = sorted(name for name in values if name not in change.changed and values[name] not in _EMPTY)
    return [Row(name, side := _side(html, values[name], name in secrets), side) for name in same]


def _row(html: Html, field: FieldChange, secrets: frozenset[str]) -> Row:
    secret = field.secret or str(field.path[0]) in secrets
    before = None if field.before is None else _side(html, field.before, secret)
    after = None if field.after is None else _side(html, field.after, secret)
    return Row(_path(field.path), before, after, field.note, field.forces_replacement)


def _path(path: Sequence[str | int]) -> str:
    first, *rest = path
    return str(first) + "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in rest)


def _side(html: Html, value: Any, secret: bool) -> tuple[str, ...]:
    return (SENSITIVE,) if secret else tuple(_lines(html, value))


def _lines(html: Html, value: Any) -> list[str]:
    """A value as a person would write it down. Secrets are taken out before a text is cut into lines."""
    if isinstance(value, str) and "\n" in value.rstrip("\n"):
        return html.hidden(value).rstrip("\n").split("\n")
    if not isinstance(value, Mapping | list | tuple) or not value:
        return [scalar(value)]
    if len(flat := _flat(value)) <= _WIDE:
        return [flat]
    if isinstance(value, Mapping):
        parts = [(f"{key_text(name)}: ", value[name]) for name in sorted(value, key=str)]
        return ["{", *_indented(html, parts), "}"]
    return ["[", *_indented(html, [("", each) for each in value]), "]"]


def _indented(html: Html, parts: Sequence[tuple[str, Any]]) -> Iterator[str]:
    for label, value in parts:
        first, *rest = _lines(html, value) if not isinstance(value, str) else [scalar(value)]
        yield f"  {label}{first}"
        yield from (f"  {each}" for each in rest)


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key_text(name)}: {_flat(value[name])}" for name in sorted(value, key=str)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flat, value)) + "]"
    return scalar(value)


def cells(html: Html, row: Row) -> tuple[Markup, Markup]:
    """The two values; of long ones what differs, line beside line."""
    before, after = row.before or (), row.after or ()
    if len(before) <= 1 and len(after) <= 1:
        return _short(html, row.before, "del"), _short(html, row.after, "ins")
    if row.before is None or row.after is None or row.before == row.after:
        return _long(html, row.before), _long(html, row.after)
    pairs = list(_side_by_side(before, after))
    left = [_mark(html, text, differs, "del") for text, _, differs in pairs]
    right = [_mark(html, text, differs, "ins") for _, text, differs in pairs]
    return html.tag("pre", {}, *left), html.tag("pre", {}, *right)


def _short(html: Html, side: Sequence[str] | None, mark: str) -> Markup:
    if side is None:
        return html.tag("span", {"class": "none", "aria-label": "none"}, "–")
    (text,) = side
    return html.tag(mark, {"class": "told"} if text in (SENSITIVE, str(Unknown())) else {}, text)


def _long(html: Html, side: Sequence[str] | None) -> Markup:
    if side is None:
        return _short(html, None, "")
    return html.tag("pre", {}, *(html.tag("span", {}, each) for each in side))


def _mark(html: Html, text: str | None, differs: bool, mark: str) -> Markup:
    if text is None:
        return html.tag("span", {"class": "filler"})
    return html.tag(mark if differs else "span", {"class": "told"} if text.startswith("… ") else {}, text)


Pair = tuple[str | None, str | None, bool]


def _side_by_side(before: Sequence[str], after: Sequence[str]) -> Iterator[Pair]:
    """Lines that belong together, with whether they differ; long runs of the same are cut to what stands around."""
    shown_until = 0
    for group in SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(CONTEXT):
        yield from _left_out(group[0][1] - shown_until)
        for tag, i1, i2, j1, j2 in group:
            for number in range(max(i2 - i1, j2 - j1)):
                left = before[i1 + number] if i1 + number < i2 else None
                right = after[j1 + number] if j1 + number < j2 else None
                yield left, right, tag != "equal"
        shown_until = group[-1][2]
    yield from _left_out(len(before) - shown_until)


def _left_out(count: int) -> Iterator[Pair]:
    if count:
        told = f"… {plural(count, 'unchanged line')}"
        yield told, told, False
