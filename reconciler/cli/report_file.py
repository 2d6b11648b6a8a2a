"""`--report FILE` of apply and destroy: how a run ended, in a file that outlives the job."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.excerpts import with_excerpt
from reconciler.diagnostics import Diagnostic, Refused, error

if TYPE_CHECKING:
    from reconciler.cli.options import Function
    from reconciler.cli.session import Session
    from reconciler.model.event import Report
    from reconciler.model.plan import Step
    from reconciler.report.ending import Ending

REPORTS = {".md": "Markdown", ".html": "a page", ".xml": "JUnit", ".sarif": "SARIF", ".json": "JSON"}
"""The forms of a report by the suffix of its file."""


def report_option(function: Function) -> Function:
    return click.option(
        "--report",
        "report",
        type=click.Path(dir_okay=False, path_type=Path),
        callback=_report_path,
        metavar="FILE",
        help="Write how it ended to FILE; its suffix says the form: .md, .html, .xml (JUnit), .sarif or .json.",
    )(function)


def _report_path(_context: click.Context, _parameter: click.Parameter, value: Path | None) -> Path | None:
    if value is not None and value.suffix not in REPORTS:
        known = ", ".join(f"{suffix} ({form})" for suffix, form in REPORTS.items())
        raise click.BadParameter(f"the suffix of '{value}' says no form; there are {known}.")
    return value


class ReportFile:
    """The file of `--report`. It is written when the run begins, so that it tells the truth whatever kills the run,
    and anew when the run ends.
    """

    def __init__(self, session: Session, path: Path, operation: str) -> None:
        from reconciler.report.ending import Ending

        self._session = session
        self._path = path
        self._ending = Ending(operation)
        self._write()

    def of(self, stack: str) -> None:
        """The name of the stack is known."""
        self._ending = self._ending.of(stack)

    def begins(self, steps: Sequence[Step], run: str) -> None:
        """These are the steps that it is about to do, and this is what it is called in what is written down of it."""
        self._ending = replace(self._ending, steps=tuple(steps), run=run)

    def refused(self, found: Sequence[Diagnostic]) -> None:
        """It does not begin, or broke off with a mistake of ours."""
        self._end(replace(self._ending, findings=tuple(with_excerpt(each) for each in found)))

    def ended(self, report: Report) -> None:
        self._end(replace(self._ending, report=report))

    def _end(self, ending: Ending) -> None:
        """The run has ended as it has: a full disk does not change that, and is only told."""
        self._ending = ending
        try:
            self._write()
        except Refused as problem:
            self._session.sink.diagnostics(problem.diagnostics)

    def _write(self) -> None:
        from reconciler.app.text_files import replace_text

        try:
            replace_text(self._path, self._text(), 0o644)
        except OSError as problem:
            summary = f"the report cannot be written to {self._path}: {problem.strerror or problem}"
            hint = "give --report a file in a folder that exists and may be written to"
            raise Refused([error("unwritable-report", summary, hint=hint)]) from None

    def _text(self) -> str:
        from reconciler import __version__
        from reconciler.cli.formats import sarif_of
        from reconciler.report.ending import State, ending_document
        from reconciler.report.junit import ending_suite, render_junit
        from reconciler.report.markdown.run import render_ending

        scrubber, ending = self._session.sink.scrubber, self._ending
        match self._path.suffix:
            case ".md":
                return render_ending(ending, scrubber.text)
            case ".html":
                from reconciler.report.html.run import render_run

                return render_run(ending, scrubber.text)
            case ".xml":
                return render_junit(ending_suite(ending), scrubber.text)
            case ".sarif":
                document = sarif_of(ending.told, successful=ending.state is State.COMPLETE)
            case _:
                document = ending_document(ending, tool_version=__version__)
        return json.dumps(scrubber.value(document), indent=2) + "\n"
