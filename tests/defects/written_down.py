"""Defects in what is written down of a run, and in what is told of it afterwards."""

from __future__ import annotations

from tests.defects.defect import Defect, suite

_HISTORY = "reconciler/app/history.py"
_TRACING = "reconciler/app/tracing.py"
_LOG = suite("audit/test_log.py")
_REAL = suite("cli/test_history.py")

WRITTEN_DOWN = (
    Defect(
        "a run goes on without the log that was asked for",
        "reconciler/cli/auditing.py",
        "        if auditing.asked:\n",
        "        if not auditing.asked:\n",
        _REAL,
    ),
    Defect(
        "calls that failed are not written down",
        "reconciler/api/delivery.py",
        "        if self._heard is not None:",
        "        if self._heard is not None and outcome.ending is Ending.DONE:",
        _REAL,
    ),
    Defect(
        "updates go to the API without a name of their step",
        "reconciler/engine/perform.py",
        "self._sender.once(task, task.kind.update(task.wish, task.live, task.changed))",
        "self._sender.account.send(task.kind.update(task.wish, task.live, task.changed))",
        _REAL,
    ),
    Defect(
        "secrets stay in what others wrote",
        "reconciler/app/audit.py",
        "self._hide(head_entry(head))",
        "head_entry(head)",
        _LOG,
    ),
    Defect(
        "a log that cannot be begun is no hindrance",
        "reconciler/app/audit.py",
        "            raise AuditFailed(self.problem)\n",
        "            ...\n",
        _LOG,
    ),
    Defect(
        "a run that was killed counts as under way",
        _HISTORY,
        "State.UNDER_WAY if machine.alive(run.head.pid, run.begun) else State.CUT_OFF",
        "State.UNDER_WAY",
        _LOG,
    ),
    Defect(
        "a line of somebody takes the place of a run",
        _HISTORY,
        "(entry is Entry.BEGIN and (run in self._runs or run in self._passed))",
        "(entry is Entry.BEGIN and run in self._passed)",
        _LOG,
    ),
    Defect(
        "the commit that the CI names counts before the one that is checked out",
        "reconciler/app/origin.py",
        "commit=checked_out or named,",
        "commit=named or checked_out,",
        suite("audit/test_origin.py"),
    ),
    Defect(
        "a span tells a secret",
        _TRACING,
        "return visible(self._hide(value))[:_LONGEST]",
        "return visible(value)[:_LONGEST]",
        suite("tracing/test_trace.py"),
    ),
    Defect(
        "a call of a step stands below its phase",
        _TRACING,
        "within = self._steps.get(call.step) or self._now_in",
        "within = self._now_in",
        suite("tracing/test_trace.py"),
    ),
    Defect(
        "a collector that is down delays the end of a run",
        "reconciler/app/otel.py",
        "sending.join(seconds)",
        "sending.join()",
        suite("tracing/test_sending.py::test_who_never_answers_is_not_waited_for"),
    ),
)
