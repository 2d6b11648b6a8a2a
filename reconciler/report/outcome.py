"""How an apply or destroy ended, for people: the summary line, the outputs, and what is left to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.model.event import Ended, Remains, Report, Result
from reconciler.model.kind import Verb
from reconciler.report import words
from reconciler.report.diagnostics_text import diagnostics_page
from reconciler.report.fields import Slot, write_sensitive, write_whole
from reconciler.report.money import left_words, remains_words
from reconciler.report.page import Page, Style

LISTED = 20
"""More skipped or interrupted resources than this are only counted."""


def render_outcome(report: Report, *, colour: bool) -> str:
    """The summary and the outputs: what goes to stdout."""
    page = Page()
    operation = report.operation.capitalize()
    resources = words.resources_summary(report.operation, report.counts)
    if report.complete:
        page.line((f"{operation} complete! {resources}", Style.BOLD_GREEN))
        if report.operation == "destroy" and report.ended:
            page.line("Everything was listed again afterwards: nothing of it is left.")
    else:
        word = "interrupted" if report.interrupted else "incomplete"
        rest = _not_done(report)
        page.line((f"{operation} {word}.", Style.BOLD_RED), (f" {resources}{rest}", Style.BOLD))
    if report.outputs:
        page.blank()
        page.extend(outputs_page(report.outputs, report.secret_outputs))
    return page.text(colour=colour)


def render_trouble(report: Report, *, colour: bool) -> str:
    """What failed, what was skipped, what remains and how to go on; empty when all went well."""
    page = Page()
    for each in report.ended:
        if each.result is Result.FAILED:
            _failure(page, each)
    told = {each.diagnostic for each in report.ended}
    page.extend(diagnostics_page(each for each in report.diagnostics if each not in told and _stops(each)))
    page.blank()
    _list(page, "Skipped, because something they need failed", report, Result.SKIPPED)
    _list(page, "Interrupted; the next run finds out how they ended", report, Result.ABANDONED)
    _remains(page, report.remains)
    if not report.complete:
        page.blank()
        page.line("What is done stays done. ", way_on(report))
    return page.text(colour=colour)


def render_outputs(values: Mapping[str, Any], secrets: frozenset[str], *, colour: bool) -> str:
    page = Page()
    _values(page, values, secrets)
    return page.text(colour=colour)


def outputs_page(values: Mapping[str, Any], secrets: frozenset[str]) -> Page:
    page = Page()
    page.line(("Outputs:", Style.BOLD_GREEN))
    page.blank()
    _values(page, values, secrets)
    return page


def _values(page: Page, values: Mapping[str, Any], secrets: frozenset[str]) -> None:
    inner = Page()
    for name in sorted(values):
        slot = Slot(-1, f"{name} = ")
        if name in secrets:
            write_sensitive(inner, slot, "")
        else:
            write_whole(inner, slot, "", values[name])
    page.extend(inner)


def _not_done(report: Report) -> str:
    counts = {
        "failed": sum(1 for each in report.ended if each.result is Result.FAILED),
        "skipped": len(those(report, Result.SKIPPED)),
        "interrupted": sum(1 for each in report.ended if each.result is Result.ABANDONED),
        "still there": len(report.remains),
    }
    parts = [f"{count} {word}" for word, count in counts.items() if count]
    return f" {', '.join(parts)}.".capitalize() if parts else ""


def _stops(found: Diagnostic) -> bool:
    """Warnings were told with the plan."""
    return found.severity is Severity.ERROR


def _failure(page: Page, ended: Ended) -> None:
    if ended.diagnostic is not None:
        page.extend(diagnostics_page([ended.diagnostic]))
        return
    page.line(("error", Style.BOLD_RED), (f": {words.ended(ended)}: {ended.reason}", Style.BOLD))
    page.blank()


def _list(page: Page, title: str, report: Report, result: Result) -> None:
    found = those(report, result)
    if not found:
        return
    page.line((f"{title}:", Style.YELLOW))
    for each in found[:LISTED]:
        page.line(f"  {each.address}", (f" ({each.reason})" if each.reason else "", Style.DIM))
    if len(found) > LISTED:
        page.line(f"  ... and {len(found) - LISTED} more")
    page.blank()


def those(report: Report, result: Result) -> list[Ended]:
    """The steps that ended so; that nothing was there to be checked tells nobody anything."""
    idle = result is Result.SKIPPED
    return [each for each in report.ended if each.result is result and not (idle and each.verb is Verb.CHECK)]


def _remains(page: Page, remains: tuple[Remains, ...]) -> None:
    if not remains:
        return
    page.line(("Still there after the destroy:", Style.BOLD_RED))
    for each in remains:
        page.line(f"  {left_words(each)}")
    if cost := remains_words(remains):
        page.line((cost, Style.BOLD))
    page.blank()


def way_on(report: Report) -> str:
    """What to do after a run that is not complete."""
    if report.interrupted:
        return "To go on, run the same command again: it picks up where this one stopped."
    return "To go on, remove the cause and run the same command again."
