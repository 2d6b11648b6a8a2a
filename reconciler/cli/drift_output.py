"""What `drift` prints, in each of its forms, for one stack or for all of a repository."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler import __version__

if TYPE_CHECKING:
    from reconciler.cli.session import Session
    from reconciler.diagnostics import Diagnostic
    from reconciler.model.look import Look

FORMS = ("text", "json", "junit", "prometheus")


def print_looks(session: Session, looks: Sequence[Look], form: str, *, recursive: bool) -> None:
    """All that was looked at; without `recursive` it is one stack, and the form has no frame around it."""
    if form == "json":
        from reconciler.report.drift_json import drift_document, drift_documents

        document = (
            drift_documents(looks, tool_version=__version__)
            if recursive
            else drift_document(looks[0], tool_version=__version__)
        )
        session.sink.json(document)
    elif form == "prometheus":
        from reconciler.report.metrics import render_metrics

        session.sink.composed(render_metrics(looks, session.sink.scrubber.text))
    elif form == "junit":
        from reconciler.report.junit import drift_suites, render_suites

        session.sink.composed(render_suites(drift_suites(looks), session.sink.scrubber.text))
    else:
        _print_text(session, looks, recursive=recursive)
    if form != "text":
        _print_refusals(session, looks)


def on_refusal(session: Session, form: str, paths: Sequence[Path]) -> Callable[[Sequence[Diagnostic]], None]:
    """What prints the form of a stack that could not be looked at, where the command ends for that."""

    def refused(found: Sequence[Diagnostic]) -> None:
        from reconciler.app.stacks import stack_names
        from reconciler.cli.exits import Exit
        from reconciler.model.look import NotLooked
        from reconciler.report.metrics import render_metrics

        title = " ".join(map(str, paths))
        look = NotLooked(min(stack_names(paths), default=title), title, tuple(found), Exit.ERROR)
        session.sink.composed(render_metrics([look], session.sink.scrubber.text))

    return refused if form == "prometheus" else session.on_refusal


def _print_text(session: Session, looks: Sequence[Look], *, recursive: bool) -> None:
    from reconciler.model.look import NotLooked
    from reconciler.report.drift import render_drift, render_total

    for number, each in enumerate(looks):
        if recursive:
            session.sink.data("\n" if number else "")
            session.sink.line(f"# {each.title} (stack {each.stack})")
        if isinstance(each, NotLooked):
            session.sink.data("It could not be looked at.\n")
            session.sink.diagnostics(each.findings)
        else:
            session.sink.data(render_drift(each, colour=session.sink.colour_out))
    if recursive:
        session.sink.data(f"\n{render_total(looks)}\n")


def _print_refusals(session: Session, looks: Sequence[Look]) -> None:
    """To stderr, whatever the form on stdout has of them."""
    from reconciler.model.look import NotLooked

    for each in looks:
        if isinstance(each, NotLooked):
            session.sink.note(f"{each.title}: it could not be looked at")
            session.sink.diagnostics(each.findings)
