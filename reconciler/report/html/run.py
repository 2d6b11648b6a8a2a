"""How a run ended as one HTML page: what failed and what is left to do first, then where the time went."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from reconciler.model.event import Ended, Report, Result
from reconciler.report.ending import Ending, State
from reconciler.report.fields import scalar
from reconciler.report.html.changes import facts
from reconciler.report.html.markup import Html, Markup, lines
from reconciler.report.html.shell import diagnostics_section, document, section, section_title, top
from reconciler.report.html.timeline import Timeline, timeline
from reconciler.report.money import left_words, remains_words
from reconciler.report.outcome import those, way_on
from reconciler.report.scrub import SENSITIVE
from reconciler.report.words import duration

_KEYS: Final = (("t", "light, dark"), ("?", "these keys"))
_NAMED: Final = 200
"""Of more that is skipped or left over than this, the rest is counted; the list of all steps has it."""


def render_run(ending: Ending, hide: Callable[[str], str]) -> str:
    """The whole page, in ASCII. `hide` takes secrets out of a text."""
    html = Html(hide)
    stack = ending.stack or "(not known)"
    report = ending.report
    drawn = timeline(html, report.ended, ending.steps) if report is not None else None
    parts = [diagnostics_section(html, "What is wrong", ending.told)]
    if report is not None:
        parts += [*_left(html, report), _times(html, drawn), _outputs(html, report), _steps(html, report)]
    return document(html, f"{stack}: {ending.headline}", _header(html, ending, stack, drawn), parts, _KEYS)


def _header(html: Html, ending: Ending, stack: str, drawn: Timeline | None) -> Markup:
    ended = ending.report.ended if ending.report is not None else ()
    mood = "good" if ending.state is State.COMPLETE else "bad"
    way = way_on(ending.report) if ending.report is not None and ending.state is not State.COMPLETE else None
    told = [
        ("Took", duration(max(each.at for each in ended)) if ended else None),
        ("Steps", _counted(ended) if ended else None),
        ("Left", remains_words(ending.report.remains) if ending.report is not None else None),
        ("Waited for", _waited_for(html, drawn) if drawn is not None else None),
    ]
    return html.tag(
        "header",
        {},
        top(html, ending.operation, stack),
        html.tag("p", {"class": f"counts {mood}"}, ending.headline),
        html.tag("p", {"class": "risk"}, f"What is done stays done. {way}") if way is not None else None,
        facts(html, told),
    )


def _counted(ended: Sequence[Ended]) -> str:
    words = {Result.DONE: "done", Result.FAILED: "failed", Result.SKIPPED: "skipped", Result.ABANDONED: "interrupted"}
    counts = [(sum(1 for each in ended if each.result is result), word) for result, word in words.items()]
    return ", ".join(f"{count} {word}" for count, word in counts if count)


def _waited_for(html: Html, drawn: Timeline) -> Markup:
    """The longest of the steps that the end waited for."""
    longest = max(drawn.chain, key=lambda each: each.elapsed)
    return html.join(
        [f"{duration(longest.elapsed)} of it for {longest.verb} ", html.tag("code", {}, longest.address)],
    )


def _left(html: Html, report: Report) -> list[Markup | None]:
    skipped = [_named(each) for each in those(report, Result.SKIPPED)]
    interrupted = [_named(each) for each in those(report, Result.ABANDONED)]
    remains = [left_words(each) for each in report.remains]
    return [
        _list(html, "remains", "Still there after the destroy", remains),
        _list(html, "skipped", "Skipped, because something they need failed", skipped),
        _list(html, "interrupted", "Interrupted; the next run finds out how they ended", interrupted),
    ]


def _named(ended: Ended) -> str:
    return f"{ended.verb} {ended.address}"


def _list(html: Html, name: str, title: str, names: Sequence[str]) -> Markup | None:
    if not names:
        return None
    items = [html.tag("li", {}, html.tag("code", {}, each)) for each in names[:_NAMED]]
    rest = [html.tag("li", {}, f"and {len(names) - _NAMED} more")] if len(names) > _NAMED else []
    return section(html, name, f"{title} ({len(names)})", html.tag("ul", {"class": "plain"}, *items, *rest))


def _times(html: Html, drawn: Timeline | None) -> Markup | None:
    if drawn is None:
        return None
    note = html.tag("p", {"class": "dim"}, drawn.note)
    return section(html, "times", "Where the time went", note, html.tag("div", {"class": "view all"}, drawn.svg))


def _outputs(html: Html, report: Report) -> Markup | None:
    if not report.outputs:
        return None
    hidden = report.secret_outputs
    told = [(each, SENSITIVE if each in hidden else scalar(report.outputs[each])) for each in sorted(report.outputs)]
    return section(html, "outputs", "Outputs", facts(html, told))


def _steps(html: Html, report: Report) -> Markup | None:
    """Every step, for a search and for whoever cannot see the drawing."""
    if not report.ended:
        return None
    names = ("Step", "Address", "Result", "Took", "Ended at", "Id")
    head = html.tag("tr", {}, *(html.tag("th", {"scope": "col"}, each) for each in names))
    rows = [
        html.tag("tr", {"class": str(each.result)}, *(html.tag("td", {}, cell) for cell in _cells(each)))
        for each in report.ended
    ]
    table = html.tag("table", {}, html.tag("thead", {}, head), html.tag("tbody", {}, lines(rows)))
    title = section_title(html, "steps", f"All steps ({len(rows)})")
    inside = html.tag("details", {"class": "graph"}, html.tag("summary", {}, title), table)
    return html.tag("section", {"id": "steps", "aria-labelledby": "steps-title"}, inside)


def _cells(ended: Ended) -> tuple[str, ...]:
    result = f"{ended.result}: {ended.reason}" if ended.reason else str(ended.result)
    skipped = ended.result is Result.SKIPPED
    took = "" if skipped else duration(ended.elapsed)
    return str(ended.verb), ended.address, result, took, "" if skipped else duration(ended.at), ended.id
