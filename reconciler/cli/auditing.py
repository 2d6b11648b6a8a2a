"""The audit log of apply, destroy and reap: begun before anything is sent, and ended with the exit code."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler import __version__
from reconciler.cli.exits import Exit
from reconciler.cli.failure import findings
from reconciler.diagnostics import Refused, error

if TYPE_CHECKING:
    from reconciler.app import Planned
    from reconciler.app.audit import Audit
    from reconciler.cli.options import Function
    from reconciler.cli.running import Terms
    from reconciler.cli.session import Session
    from reconciler.model.audit import Head
    from reconciler.model.event import Event
    from reconciler.model.rails import Toll, Waiver

AUDITS = Path(".reconciler/audit")
"""The folder of the logs unless --audit says another one."""
_HINT = "free the place, choose another one with --audit DIR, or do without one: --no-audit"


@dataclass(frozen=True, slots=True)
class Auditing:
    """Where a run is written down (None: nowhere), whether somebody asked for it, and what is known of the run before
    there is a plan: its `command`, the `paths` of the stack, by what it was `approved`, and whether it is `bound` to
    the digest of a plan.
    """

    folder: Path | None
    asked: bool
    command: str
    paths: tuple[Path, ...]
    approved: str
    bound: bool = False


def audit_options(function: Function) -> Function:
    """Where what was done is written down."""
    function = click.option("--no-audit", is_flag=True, help="Do not write down who did what.")(function)
    return click.option(
        "--audit",
        "audit",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="RECONCILER_AUDIT",
        show_envvar=True,
        metavar="DIR",
        help="Where to write down who did what, for `history`. The run is refused when that cannot be done. "
        f"[default: {AUDITS}, where it is only told]",
    )(function)


def audit_folder(audit: Path | None, no_audit: bool) -> tuple[Path | None, bool]:
    """What --audit and --no-audit say: the folder, and whether it was asked for."""
    return (None, False) if no_audit else (audit or AUDITS, audit is not None)


class Audited:
    """A run that is written down, or is not: then `audit` is None."""

    def __init__(self, audit: Audit | None) -> None:
        self._audit = audit
        self.code = int(Exit.ERROR)

    def beside(self, listen: Callable[[Event], None]) -> Callable[[Event], None]:
        """A listener that writes the events down too."""
        audit = self._audit
        if audit is None:
            return listen

        def both(event: Event) -> None:
            audit.heard(event)
            listen(event)

        return both


@contextmanager
def audited(session: Session, planned: Planned, terms: Terms, toll: Toll) -> Iterator[Audited]:
    """Write a run down. Whoever carries it out sets `code` to what it ended with. Raises `Refused` when a log that
    somebody asked for cannot be begun; then nothing was sent.
    """
    audit = _begun(session, planned, terms, toll)
    run = Audited(audit)
    if audit is None:
        yield run
        return
    session.on_attempt = audit.sent
    try:
        yield run
    except Exception as problem:
        run.code = findings(problem)[1]
        raise
    except BaseException as problem:
        run.code = problem.code if isinstance(problem, SystemExit) and isinstance(problem.code, int) else 130
        raise
    finally:
        session.on_attempt = _nothing
        audit.end(run.code)
        if audit.problem:
            run.code = _incomplete(session, audit.problem, run.code, asked=terms.auditing.asked)


def _begun(session: Session, planned: Planned, terms: Terms, toll: Toll) -> Audit | None:
    from reconciler.app.audit import Audit, AuditFailed, audit_path
    from reconciler.app.journal import Log

    auditing = terms.auditing
    if auditing.folder is None:
        return None
    log = Log(audit_path(auditing.folder, planned.stack.name, session.api))
    audit = Audit(log, terms.kept.run, session.clock.wall, session.sink.scrubber.value)
    try:
        audit.begin(_head(session, planned, terms, toll))
    except AuditFailed as failed:
        if auditing.asked:
            summary = f"the audit log cannot be written: {failed}"
            raise Refused([error("no-audit", summary, hint=_HINT)]) from None
        session.sink.note(f"Who did this is not written down, since it cannot be: {failed}")
        return None
    return audit


def _head(session: Session, planned: Planned, terms: Terms, toll: Toll) -> Head:
    from reconciler.app.origin import find_origin
    from reconciler.model.approval import approval
    from reconciler.model.audit import Head, Lifted

    plan, auditing = planned.plan, terms.auditing
    used = _used_waivers(session, planned, terms, toll)
    return Head(
        run=terms.kept.run,
        command=auditing.command,
        stack=plan.stack,
        api=session.api,
        emulated=session.emulated,
        tool=__version__,
        pid=os.getpid(),
        origin=find_origin(os.environ, auditing.paths[0]),
        digest=approval(plan),
        planned=plan.count(),
        approved=auditing.approved,
        bound=auditing.bound,
        targets=plan.options.targets,
        replace=plan.options.replace,
        allow_deletes=terms.allow_deletes,
        accept_vanished=terms.accept_vanished,
        waivers=tuple(
            Lifted(each.rail.value, each.reason, each.until.isoformat(), tuple(map(str, each.targets))) for each in used
        ),
    )


def _used_waivers(session: Session, planned: Planned, terms: Terms, toll: Toll) -> tuple[Waiver, ...]:
    from reconciler.app.belongings import check_belongings
    from reconciler.clock import today
    from reconciler.engine.rails import check_limits, needed_waivers
    from reconciler.model.rails import Rails

    day, destroy = today(session.clock), planned.plan.options.destroy

    def check(rails: Rails) -> None:
        check_limits(rails, toll, day, terms.allow_deletes, destroy=destroy)
        fewer = replace(planned, stack=replace(planned.stack, rails=rails))
        check_belongings(fewer, terms.kept.journal, session.clock, accepted=terms.accept_vanished)

    return needed_waivers(planned.stack.rails, day, check)


def _incomplete(session: Session, problem: str, code: int, *, asked: bool) -> int:
    """What is not written down any more does not change what was done; who asked for the log has to know."""
    summary = f"the audit log of this run is not complete: {problem}"
    if not asked:
        session.sink.note(f"{summary[0].upper()}{summary[1:]}")
        return code
    found = error("audit-incomplete", summary, hint="what the run did is in its own report; keep that")
    session.sink.diagnostics([found])
    if session.lines is not None:
        session.sink.json(session.lines.diagnostic(found), line=True)
    return code or Exit.ERROR


def _nothing(_attempt: object) -> None:
    """Nobody listens."""
