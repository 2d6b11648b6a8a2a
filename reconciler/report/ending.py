"""How a run ended, for a file that outlives the job: one value that all forms of the report are written from.

A file is there from the moment that a run begins, and says that the run has not ended. Whatever ends it, a failure, an
interrupt or a rail, replaces the file; what kills it at once leaves a file that tells the truth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from reconciler.diagnostics import Diagnostic, Severity, error
from reconciler.model.event import Ended, Report, Result
from reconciler.model.plan import Step
from reconciler.report.events import outputs_json
from reconciler.report.money import left_json
from reconciler.report.plan_json import diagnostic_json
from reconciler.report.words import resources_summary


class State(StrEnum):
    """How far a run has come."""

    UNFINISHED = "unfinished"
    REFUSED = "refused"  # it did not begin
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Ending:
    """A run of `operation` (apply or destroy) on a stack, whose name is empty until it is known. `report` is there when
    it has run, `findings` are what it was refused for, or what failed after it. `steps` are the plan's, if any; `run`
    is what the journal and the audit log call it, once it has begun.
    """

    operation: str
    stack: str = ""
    report: Report | None = None
    findings: tuple[Diagnostic, ...] = ()
    steps: tuple[Step, ...] = ()
    run: str = ""

    @property
    def state(self) -> State:
        if self.report is None:
            return State.REFUSED if self.findings else State.UNFINISHED
        if self.report.complete and not self.findings:
            return State.COMPLETE
        return State.INTERRUPTED if self.report.interrupted else State.INCOMPLETE

    @property
    def headline(self) -> str:
        """The last line of the run, in Terraform's words."""
        operation = self.operation.capitalize()
        match self.state:
            case State.UNFINISHED:
                return f"{operation} has not ended: it is under way, or was killed."
            case State.REFUSED:
                return f"{operation} refused. Nothing was changed."
            case State.COMPLETE:
                return f"{operation} complete! {self.summary}"
            case state:
                return f"{operation} {state}. {self.summary}"

    @property
    def summary(self) -> str:
        return resources_summary(self.operation, self.report.counts) if self.report is not None else ""

    @property
    def told(self) -> tuple[Diagnostic, ...]:
        """All that is wrong, each once: what it was refused for, what steps failed with, what came out in the end."""
        found = list(self.findings)
        if self.report is not None:
            found += [failure(each) for each in self.report.ended if each.result is Result.FAILED]
            found += [each for each in self.report.diagnostics if each.severity is Severity.ERROR]
        if self.state is State.UNFINISHED:
            hint = "read the log of the job, and run the same command again: it picks up where this one stopped"
            found.append(error("unfinished", self.headline, hint=hint))
        return tuple(dict.fromkeys(found))

    def of(self, stack: str) -> Ending:
        return replace(self, stack=stack)


def failure(ended: Ended) -> Diagnostic:
    """What a step failed with."""
    return ended.diagnostic or error("api", ended.reason, address=ended.address)


def ending_document(ending: Ending, *, tool_version: str) -> dict[str, Any]:
    """The report as JSON. Secret outputs are null; times are in seconds."""
    report = ending.report
    counts = report.counts if report is not None else None
    return {
        "format_version": "1.0",
        "tool_version": tool_version,
        "operation": ending.operation,
        "stack": ending.stack,
        "run": ending.run or None,
        "state": str(ending.state),
        "message": ending.headline,
        "summary": {
            "add": counts.added if counts is not None else 0,
            "change": counts.changed if counts is not None else 0,
            "destroy": counts.destroyed if counts is not None else 0,
        },
        "steps": [_step(each) for each in report.ended] if report is not None else [],
        "remains": [
            {"address": each.address, "type": each.kind, "id": each.id, "reason": each.reason, **left_json(each)}
            for each in (report.remains if report is not None else ())
        ],
        "outputs": outputs_json(report.outputs, report.secret_outputs) if report is not None else {},
        "diagnostics": [diagnostic_json(each) for each in ending.told],
    }


def _step(ended: Ended) -> dict[str, Any]:
    step = {
        "address": ended.address,
        "type": ended.kind,
        "verb": str(ended.verb),
        "result": str(ended.result),
        "seconds": round(ended.elapsed, 3),
        "id": ended.id or None,
        "implied": ended.implied,
    }
    return {**step, "reason": ended.reason} if ended.reason else step
