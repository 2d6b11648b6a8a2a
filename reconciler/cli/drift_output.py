"""What `drift` prints, in each of its forms, for one stack or for all of a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler import __version__

if TYPE_CHECKING:
    from reconciler.cli.session import Session
    from reconciler.report.events import EventLines
    from reconciler.review.news import Report

FORMS = ("text", "json", "junit", "prometheus")
READ_WHOLE = frozenset({"junit", "prometheus"})
"""Forms that a program reads anew each time: nothing would mean that nothing is known."""


def print_report(session: Session, report: Report, form: str, *, recursive: bool) -> None:
    """All that was looked at; without `recursive` it is one stack, and the form has no frame around it. Why a stack
    could not be looked at goes to stderr too, as do the warnings of its files.
    """
    if form == "text" and session.lines is None:
        _print_text(session, report, recursive=recursive)
        return
    print_form(session, report, form, recursive=recursive)
    for each in report.looks:
        session.sink.diagnostics(each.findings)


def print_form(session: Session, report: Report, form: str, *, recursive: bool) -> None:
    """What programs read: JSON lines where the command prints them, else the form."""
    if session.lines is not None:
        _print_lines(session, report, session.lines)
    elif form == "json":
        from reconciler.report.drift_json import drift_document, drift_documents

        document = (
            drift_documents(report, tool_version=__version__)
            if recursive
            else drift_document(report.looks[0], tool_version=__version__, news=report.news[0])
        )
        session.sink.json(document)
    elif form == "prometheus":
        from reconciler.report.metrics import render_metrics

        session.sink.composed(render_metrics(report.looks, session.sink.scrubber.text))
    elif form == "junit":
        from reconciler.report.junit import drift_suites, render_suites

        session.sink.composed(render_suites(drift_suites(report.looks), session.sink.scrubber.text))


def _print_text(session: Session, report: Report, *, recursive: bool) -> None:
    from reconciler.model.look import NotLooked
    from reconciler.report.drift import render_drift, render_total

    for number, (look, news) in enumerate(zip(report.looks, report.news, strict=True)):
        if recursive:
            session.sink.data("\n" if number else "")
            session.sink.line(f"# {look.title} (stack {look.stack})")
        session.sink.diagnostics(look.findings)
        if not isinstance(look, NotLooked):
            session.sink.data(render_drift(look, colour=session.sink.colour_out, news=news))
        elif recursive:
            session.sink.data("It could not be looked at.\n")
    if recursive:
        session.sink.data(f"\n{render_total(report)}")


def _print_lines(session: Session, report: Report, lines: EventLines) -> None:
    from reconciler.model.look import NotLooked

    for each in report.looks:
        told = map(lines.diagnostic, each.findings) if isinstance(each, NotLooked) else lines.drifted(each.plan)
        for line in (lines.version(__version__), *told):
            session.sink.json(line, line=True)
