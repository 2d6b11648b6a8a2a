"""What becomes of looks at stacks: compared with the last report, printed and sent unless they say the same, and
remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.drift_output import READ_WHOLE, print_form, print_report
from reconciler.cli.exits import Exit
from reconciler.cli.looks import exit_code
from reconciler.clock import instant

if TYPE_CHECKING:
    from reconciler.app.notify import Services
    from reconciler.app.stacks import Found
    from reconciler.cli.session import Session
    from reconciler.diagnostics import Diagnostic
    from reconciler.model.look import Look
    from reconciler.review.news import Record, Report


@dataclass(frozen=True)
class Reporter:
    """Reports what was looked at. `since` is the file that remembers the last report, if one does; `recursive` says
    that it is about all stacks of a repository. `stacks` are those that are going to be looked at; `services` get a
    message, if there are some.
    """

    session: Session
    form: str
    stacks: Sequence[Found]
    recursive: bool
    since: Path | None = None
    services: Services | None = None

    def report(self, looks: Sequence[Look]) -> int:
        """Print what is to be printed, send it, and remember it. What a command should end with: what the looks found,
        and an error where they found nothing, yet the report could not be sent or kept.
        """
        kept = self._told(looks, printed=False)
        return exit_code(looks) or (Exit.DONE if kept else Exit.ERROR)

    def refused(self, found: Sequence[Diagnostic]) -> None:
        """The same where a command ends for `found`, which is on stderr already, before anything was looked at."""
        from reconciler.model.look import NotLooked

        self._told([NotLooked(each.name, each.title, tuple(found), Exit.ERROR) for each in self.stacks], printed=True)

    def _told(self, looks: Sequence[Look], *, printed: bool) -> bool:
        from reconciler.review.news import report_of

        before = self._last_report()
        report = report_of(looks, before, whole=self.recursive)
        repeats = self.since is not None and report.repeats
        if not repeats or self.form in READ_WHOLE:
            self._print(report, printed=printed or repeats)
        return repeats or (self._sent(report) and self._remembered(report, before))

    def _sent(self, report: Report) -> bool:
        """What was not delivered is not remembered either, so that the next run sends it again."""
        if self.services is None:
            return True
        from reconciler.cli.notifying import send
        from reconciler.report.drift_chat import drift_message, worth_telling

        if not worth_telling(report):
            return True
        return send(self.session, self.services, drift_message(report, self.session.sink.scrubber.text))

    def _print(self, report: Report, *, printed: bool) -> None:
        """What people read is left out where it was `printed` before."""
        if not printed:
            print_report(self.session, report, self.form, recursive=self.recursive)
        elif self.form != "text" and self.session.lines is None:
            print_form(self.session, report, self.form, recursive=self.recursive)

    def _last_report(self) -> Record | None:
        from reconciler.app.last_report import read_record

        if self.since is None:
            return None
        try:
            return read_record(self.since)
        except (OSError, ValueError) as problem:
            why = problem.strerror if isinstance(problem, OSError) else "it is no record of a report"
            self.session.sink.note(f"{self.since} could not be read ({why}), so everything is reported.")
            return None

    def _remembered(self, report: Report, before: Record | None) -> bool:
        from reconciler.app.last_report import write_record
        from reconciler.diagnostics import error
        from reconciler.review.news import record_of

        if self.since is None:
            return True
        record = record_of(report.looks, instant(self.session.clock), before)
        try:
            write_record(self.since, record if self.recursive else {**(before or {}), **record})
        except OSError as problem:
            summary = f"what was reported cannot be remembered in {self.since}: {problem.strerror or problem}"
            hint = "free the place or choose another one with `--since FILE`; until then everything is reported"
            self.session.sink.diagnostics([error("report-not-kept", summary, hint=hint)])
            return False
        return True
