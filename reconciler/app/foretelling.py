"""What an apply of a plan will be refused for: who approves a plan has to know, while the file can still be changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from reconciler.app.run import Planned
from reconciler.diagnostics import Diagnostic, Refused, Severity
from reconciler.engine.rails import check_limits


def foretold(planned: Planned, today: date) -> Planned:
    """The plan with what its stack's limits say against it by `today` (UTC), as warnings: the run that carries it out
    may be told otherwise (`--allow-deletes`).
    """
    plan = planned.plan
    destroy = plan.options.destroy
    try:
        told = check_limits(planned.stack.rails, planned.toll(), today, None, destroy=destroy)
    except Refused as refused:
        told = tuple(_warned(each, "destroy" if destroy else "apply") for each in refused.diagnostics)
    return replace(planned, plan=replace(plan, diagnostics=(*plan.diagnostics, *told))) if told else planned


def _warned(found: Diagnostic, command: str) -> Diagnostic:
    if found.severity is not Severity.ERROR:
        return found
    return replace(found, severity=Severity.WARNING, summary=f"`{command}` refuses this as it is: {found.summary}")
