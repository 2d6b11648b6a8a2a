"""`reconciler reap`: destroys what has stood for its time, in all stacks below a folder."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.auditing import Auditing, audit_folder, audit_options
from reconciler.cli.exits import Exit, worst
from reconciler.cli.failure import findings
from reconciler.cli.many import stacks_below
from reconciler.cli.options import (
    StackCommand,
    account_options,
    input_options,
    no_color_option,
    parallelism_option,
    run_options,
)
from reconciler.cli.running import Terms, carry_out
from reconciler.cli.session import Keeping, Session
from reconciler.clock import instant
from reconciler.diagnostics import Refused, error

if TYPE_CHECKING:
    from reconciler.api import Client
    from reconciler.app import Planned
    from reconciler.app.stacks import Found
    from reconciler.model.resource import Stack
    from reconciler.review.expiry import Over


@dataclass(frozen=True)
class _Due:
    """A stack of which something is over."""

    found: Found
    stack: Stack
    over: Over


@dataclass(frozen=True)
class _How:
    """What holds for all stacks: where values come from, the account, and how to carry a destroy out."""

    inputs: tuple[tuple[str, ...], tuple[Path, ...], tuple[Path, ...]]
    account: Client
    parallelism: int
    lock_timeout: float
    keeping: Keeping
    allow_deletes: int | None
    drain_seconds: float
    by: datetime
    audit: tuple[Path | None, bool]
    approved: str


class Moment(click.ParamType[datetime]):
    """A moment with its zone, as RFC 3339 writes it."""

    name = "moment"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        from reconciler.model.lifetime import moment

        found = moment(value)
        if found is None:
            self.fail(f"{value!r} is no moment with its zone, such as 2019-12-31T23:59:59Z", param, ctx)
        return found


@click.command("reap", cls=StackCommand)
@click.argument(
    "folders",
    metavar="FOLDER...",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    nargs=-1,
    required=True,
)
@click.option("--dry-run", is_flag=True, help="Only tell what is over.")
@click.option(
    "--by",
    type=Moment(),
    metavar="MOMENT",
    help="What is over by then, such as 2019-12-31T23:59:59Z. [default: now]",
)
@run_options
@audit_options
@input_options
@account_options
@parallelism_option
@no_color_option
def command(
    folders: tuple[Path, ...],
    dry_run: bool,
    by: datetime | None,
    yes: bool,
    allow_deletes: int | None,
    journal: Path | None,
    no_journal: bool,
    settle_seconds: float | None,
    lock_timeout: float,
    drain_seconds: float,
    as_json: bool,
    audit: Path | None,
    no_audit: bool,
    variables: tuple[str, ...],
    var_files: tuple[Path, ...],
    overlays: tuple[Path, ...],
    api_url: str | None,
    emulator: str | None,
    parallelism: int,
    no_color: bool,
) -> int:
    """Destroy what has expired: stacks and projects whose `expires` or `ttl` is over.

    Every stack below the folders is looked at. What has no end, or has not reached it, is left alone. A run that was
    cut off is simply run again.

    \b
      reconciler reap environments --dry-run
      reconciler reap environments --dry-run --by 2019-12-31T23:59:59Z
      reconciler reap environments --yes
    """
    with Session(no_color=no_color, as_json=as_json) as session:
        inputs = (variables, var_files, overlays)
        keeping = Keeping.said(journal, no_journal, settle_seconds)
        stacks = stacks_below(session, folders)
        account = session.connect(api_url, emulator, parallelism=parallelism, read_only=dry_run)
        how = _How(
            inputs,
            account,
            parallelism,
            lock_timeout,
            keeping,
            allow_deletes,
            drain_seconds,
            by=by or instant(session.clock),
            audit=audit_folder(audit, no_audit),
            approved="--yes" if yes else "question",
        )
        due, codes = _due(session, stacks, how)
        if not due or dry_run:
            if not due:
                session.sink.note("Nothing has expired.")
            return worst(codes)
        if not yes and not _approved(session, due):
            return Exit.ERROR
        for each in due:
            with session.trace.stack(each.found.title):
                codes.append(_reap(session, each, how))
            if codes[-1] in (Exit.INTERRUPTED, Exit.TERMINATED):
                return codes[-1]
        return worst(codes)


def _due(session: Session, stacks: Sequence[Found], how: _How) -> tuple[list[_Due], list[int]]:
    """What is over, told stack by stack, and the exit codes of those that could not be looked at."""
    due: list[_Due] = []
    codes: list[int] = []
    for each in stacks:
        try:
            with session.trace.stack(each.title):
                stack = session.read(each.paths, *how.inputs)
                found = _over(session, stack, how) if stack.lifetime or stack.lifetimes else None
        except Exception as problem:  # noqa: BLE001 - the others have their turn; a session would say the same of it
            told, code = findings(problem)
            session.sink.note(f"{each.title}: cannot be looked at")
            session.sink.diagnostics(told)
            codes.append(code)
            continue
        if session.lines is None:
            session.sink.line(f"{each.title}: {_words(found)}")
        if found is not None and found.any:
            due.append(_Due(each, stack, found))
    return due, codes


def _over(session: Session, stack: Stack, how: _How) -> Over:
    from reconciler.model.plan import Options
    from reconciler.review.expiry import over

    planned = session.plan(stack, how.account, Options(destroy=True), parallelism=how.parallelism, guarded=False)
    return over(stack, planned.plan.changes, how.by)


def _words(found: Over | None) -> str:
    from reconciler.model.lifetime import moment_text

    if found is None:
        return "has no end"
    if found.whole:
        return "has expired"
    if found.projects:
        return f"of it has expired: {', '.join(map(str, found.projects))}"
    return f"stands until {moment_text(found.ends)}" if found.ends is not None else "does not stand"


def _approved(session: Session, due: Sequence[_Due]) -> bool:
    if session.lines is not None or not sys.stdin.isatty():
        hint = "pass --yes, or only look with --dry-run"
        raise Refused([error("not-approved", "destroying has to be approved, and nobody can be asked", hint=hint)])
    session.sink.say(
        f"\nDo you really want to destroy what has expired of {len(due)} stacks, as shown above?\n"
        "  There is no undo. Only 'yes' will be accepted to confirm.\n\n  Enter a value: "
    )
    answer = sys.stdin.readline()
    session.sink.say("\n")
    if answer.strip() == "yes":
        return True
    session.sink.say("Reap cancelled.\n")
    return False


def _reap(session: Session, due: _Due, how: _How) -> int:
    """Destroy what is over of one stack; another one has its turn also where that fails."""
    if session.lines is None:
        session.sink.line(f"\n# {due.found.title} (stack {due.stack.name})".strip("\n"))
    try:
        session.lock(due.stack.name, "reap", how.lock_timeout)
        planned, kept = session.settled(lambda: _planned(session, due, how), how.keeping)
        auditing = Auditing(*how.audit, command="reap", paths=due.found.paths, approved=how.approved)
        terms = Terms(False, False, how.allow_deletes, how.parallelism, how.drain_seconds, kept, auditing)
        return carry_out(session, planned, how.account, terms)
    except Exception as problem:  # noqa: BLE001 - as above
        told, code = findings(problem)
        session.sink.diagnostics(told)
        return code


def _planned(session: Session, due: _Due, how: _How) -> Planned:
    from reconciler.model.plan import Options

    options = Options(True, tuple(map(str, due.over.projects)))
    return session.plan(due.stack, how.account, options, parallelism=how.parallelism)
