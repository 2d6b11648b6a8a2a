"""Turns an exception into findings and an exit code."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.cli.exits import Exit
from reconciler.diagnostics import Diagnostic, Refused, error
from reconciler.wire import InDoubt, WireError

_REPORT_IT = """\
please report it with the command line and this message; RECONCILER_DEBUG=1 adds the traceback
running the same command again is safe"""


def findings(problem: Exception) -> tuple[Sequence[Diagnostic], int]:
    """What to show for an exception, and what the process should end with."""
    match problem:
        case Refused():
            return problem.diagnostics, problem.exit_code
        case InDoubt():
            hint = "the call may have been carried out; look before you send it again"
            return [error("in-doubt", str(problem), hint=hint)], Exit.ERROR
        case WireError():
            return [error("api", str(problem))], Exit.ERROR
        case OSError():
            where = f"{problem.filename}: " if problem.filename else ""
            return [error("system", f"{where}{problem.strerror or problem}")], Exit.ERROR
        case _:
            summary = f"this is a bug in reconciler: {type(problem).__name__}: {problem}"
            return [error("internal", summary, hint=_REPORT_IT)], Exit.ERROR
