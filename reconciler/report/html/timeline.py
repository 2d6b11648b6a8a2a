"""When each step of a run began and ended, as an SVG drawing: a line for each step, time from left to right.

The chain that the end of the run waited for is emphasised: from the step that ended last back through whatever ended
last among what each step requires. What is on it is what a faster run would have to do faster.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.model.event import Ended, Result
from reconciler.model.kind import Verb
from reconciler.model.plan import Step
from reconciler.report.html.markup import Attributes, Html, Markup, lines
from reconciler.report.layout import shortened
from reconciler.report.words import duration, plural

DRAWN: Final = 400
"""Of more steps than this the shortest are left out."""
_ROW: Final = 20
_TOP: Final = 24
_NAMES: Final = 350
_BARS: Final = 690
_TIMES: Final = 110
_MARGIN: Final = 12
_TICKS: Final = 8
_ROUND: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)
"""Seconds between two marks of the scale: what people count in."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The drawing, and what to say of it. `chain` is how long the run waited for what, one step after the other."""

    svg: Markup
    note: str
    chain: tuple[Ended, ...]


def timeline(html: Html, ended: Sequence[Ended], steps: Sequence[Step]) -> Timeline | None:
    """The steps that ran; nothing when none did. `steps` are the plan's, for what each one required."""
    ran = sorted((each for each in ended if each.result is not Result.SKIPPED), key=_began)
    if not ran:
        return None
    chain = waited_for(ran, steps)
    kept = set(sorted(range(len(ran)), key=lambda each: (-ran[each].elapsed, each))[:DRAWN])
    drawn = [each for number, each in enumerate(ran) if number in kept or each in chain]
    note = f"{plural(len(ran), 'step')} in {duration(_end(ran))}; the end waited for those in bold ({len(chain)})."
    if len(drawn) < len(ran):
        note += f" The {len(ran) - len(drawn)} shortest are not drawn; the list has them."
    return Timeline(_svg(html, drawn, frozenset(map(_key, chain))), note, chain)


def waited_for(ran: Sequence[Ended], steps: Sequence[Step]) -> tuple[Ended, ...]:
    """The chain of steps that the end of a run waited for, in the order of time. Joins are passed through."""
    required = {each.id: each.requires for each in steps}
    joins = {each.id for each in steps if each.verb is Verb.JOIN}
    ids = {(str(each.address), each.verb): each.id for each in steps}
    by_id = {ids[_key(each)]: each for each in ran if _key(each) in ids}
    chain: list[Ended] = []
    here: Ended | None = max(ran, key=lambda each: each.at, default=None)
    while here is not None:
        chain.append(here)
        before = _before(required.get(ids.get(_key(here), ""), ()), required, joins)
        earlier = [by_id[each] for each in before if each in by_id]
        here = max(earlier, key=lambda each: each.at, default=None)
    return tuple(reversed(chain))


def _before(requires: Iterable[str], required: Mapping[str, Sequence[str]], joins: set[str]) -> list[str]:
    """The steps that are required, those behind joins for the joins."""
    found: dict[str, None] = {}
    waiting = list(requires)
    seen: set[str] = set()
    while waiting:
        here = waiting.pop(0)
        if here in joins and here not in seen:
            waiting += required.get(here, ())
        elif here not in joins:
            found[here] = None
        seen.add(here)
    return list(found)


def _key(ended: Ended) -> tuple[str, Verb]:
    return ended.address, ended.verb


def _began(ended: Ended) -> float:
    return max(0.0, ended.at - ended.elapsed)


def _end(ran: Sequence[Ended]) -> float:
    return max(each.at for each in ran)


def _svg(html: Html, drawn: Sequence[Ended], chain: frozenset[tuple[str, Verb]]) -> Markup:
    total = max(_end(drawn), 0.001)
    width, height = _NAMES + _BARS + _TIMES + 2 * _MARGIN, _TOP + _ROW * len(drawn) + _MARGIN
    attributes: Attributes = {
        "class": "timeline",
        "viewBox": f"{-_MARGIN} 0 {width} {height}",
        "width": width,
        "height": height,
        "role": "group",
        "aria-label": "Steps by the time at which they began, from top to bottom",
    }
    marks = [_mark(html, each, total, height) for each in _scale(total)]
    rows = [_row(html, number, each, total, critical=_key(each) in chain) for number, each in enumerate(drawn)]
    return html.tag("svg", attributes, lines([Markup(""), *marks, *rows]))


def _scale(total: float) -> list[int]:
    """Round times from 0 on, at most `_TICKS` of them."""
    fits = (each for each in _ROUND if total / each < _TICKS)
    between = next(fits, None) or (int(total / _TICKS / _ROUND[-1]) + 1) * _ROUND[-1]
    return list(range(0, int(total) + 1, between))


def _x(seconds: float, total: float) -> int:
    return _NAMES + round(_BARS * min(1.0, seconds / total))


def _mark(html: Html, seconds: int, total: float, height: int) -> Markup:
    x = _x(seconds, total)
    line = html.tag("path", {"class": "mark", "d": f"M{x} {_TOP - 4}V{height - _MARGIN}"})
    return html.join([line, html.tag("text", {"class": "mark", "x": x, "y": _TOP - 9}, duration(seconds))])


def _row(html: Html, number: int, ended: Ended, total: float, *, critical: bool) -> Markup:
    y = _TOP + _ROW * number
    left, right = _x(_began(ended), total), _x(ended.at, total)
    name = shortened(html.hidden(f"{ended.address}"), str(ended.verb))
    told = _told(ended)
    classes = f"{ended.verb} {ended.result}{' critical' if critical else ''}{' implied' if ended.implied else ''}"
    bar: Attributes = {"x": left, "y": y + 4, "width": max(2, right - left), "height": _ROW - 8, "rx": 2}
    return html.tag(
        "g",
        {"class": classes},
        html.tag("title", {}, f"{ended.verb} {ended.address}: {told}, from {duration(_began(ended))} on"),
        html.tag("text", {"x": 0, "y": y + 14}, name),
        html.tag("rect", bar),
        html.tag("text", {"class": "took", "x": _NAMES + _BARS + _TIMES, "y": y + 14}, told),
    )


def _told(ended: Ended) -> str:
    took = duration(ended.elapsed)
    match ended.result:
        case Result.FAILED:
            return f"failed, {took}"
        case Result.ABANDONED:
            return f"interrupted, {took}"
    return "with its parent" if ended.implied else took
