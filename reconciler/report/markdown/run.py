"""How a run ended, as one comment: what failed and what is left to do before any fold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from reconciler.diagnostics import Diagnostic
from reconciler.model.event import Ended, Report, Result
from reconciler.report import words
from reconciler.report.diagnostics_text import diagnostics_page
from reconciler.report.ending import Ending
from reconciler.report.markdown.text import LIMIT, Md, Writer, fold, joined, marker, own
from reconciler.report.money import left_words, remains_words
from reconciler.report.outcome import outputs_page, those, way_on
from reconciler.report.page import Page


@dataclass(frozen=True, slots=True)
class _Most:
    """How much is shown: findings, names in a list, bytes of a block."""

    findings: int
    names: int
    block: int


_SIZES: Final = (_Most(20, 100, 10_000), _Most(10, 20, 3_000), _Most(3, 5, 1_000))
"""The last one fits, whatever is in the report."""


def render_ending(ending: Ending, clean: Callable[[str], str]) -> str:
    """The comment, below the limit of `markdown.text`. `clean` takes secrets out of a text."""
    write = Writer(clean)
    forms = (_comment(write, ending, most) for most in _SIZES)
    return next(each for each in forms if each.size < LIMIT).text


def _comment(write: Writer, ending: Ending, most: _Most) -> Md:
    parts = [_head(write, ending), _findings(write, ending.told, most)]
    if ending.report is not None:
        parts += _body(write, ending.report, most)
    if ending.run:
        parts.append(own("\nRun ") + write.code(ending.run) + own(" in `reconciler history`.\n"))
    return joined(parts)


def _head(write: Writer, ending: Ending) -> Md:
    title = own(f"### {ending.operation.capitalize()} of stack ") + write.code(ending.stack or "(not known)")
    return marker(ending.operation, ending.stack) + title + own(f"\n\n**{ending.headline}**\n\n")


def _findings(write: Writer, found: Sequence[Diagnostic], most: _Most) -> Md:
    shown = joined(write.fence(diagnostics_page([each]), most=most.block) for each in found[: most.findings])
    rest = len(found) - most.findings
    return shown + own(f"\n... and {rest} more, which the log of the job has.\n\n" if rest > 0 else "\n")


def _body(write: Writer, report: Report, most: _Most) -> list[Md]:
    steps, outputs = Page(), Page()
    for each in report.ended:
        steps.line(words.ended(each))
    if report.outputs:
        outputs.extend(outputs_page(report.outputs, report.secret_outputs))
    remains = [left_words(replace(each, reason="")) for each in report.remains]
    parts = [
        _list(write, "Skipped, because something they need failed", _of(report, Result.SKIPPED), most),
        _list(write, "Interrupted; the next run finds out how they ended", _of(report, Result.ABANDONED), most),
        _list(write, "Still there after the destroy", remains, most),
    ]
    if cost := remains_words(report.remains):
        parts.append(own(f"**{cost}**\n\n"))
    if not report.complete:
        parts.append(own(f"What is done stays done. {way_on(report)}\n\n"))
    if outputs:
        parts.append(fold("Outputs", write.fence(outputs, most=most.block)))
    if steps:
        parts.append(fold(words.plural(len(report.ended), "step"), write.fence(steps, most=most.block)))
    return parts


def _of(report: Report, result: Result) -> list[str]:
    return [_named(each) for each in those(report, result)]


def _named(ended: Ended) -> str:
    return f"{ended.verb} {ended.address}"


def _list(write: Writer, title: str, names: Sequence[str], most: _Most) -> Md:
    if not names:
        return own("")
    lines = joined(own("- ") + write.code(each) + own("\n") for each in names[: most.names])
    rest = f"- and {len(names) - most.names} more\n" if len(names) > most.names else ""
    return own(f"**{title}: {len(names)}**\n\n") + lines + own(f"{rest}\n")
