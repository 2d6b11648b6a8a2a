"""Carrying out a plan: the rail, the question, the progress, and how it ended. Shared by apply and destroy."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler import __version__
from reconciler.cli.auditing import Audited, Auditing, audited
from reconciler.cli.exits import Exit
from reconciler.cli.interrupts import Interrupts, say_at_once
from reconciler.cli.session import Kept, Session
from reconciler.diagnostics import Refused, error
from reconciler.secret import Secret

if TYPE_CHECKING:
    from reconciler.api import Client
    from reconciler.app import Planned
    from reconciler.model.event import Event, Report
    from reconciler.model.plan import Plan
    from reconciler.model.rails import Toll

Listener = Callable[["Event"], None]


@dataclass(frozen=True, slots=True)
class Terms:
    """How to carry a plan out: `ask` first, `show` the plan or only its summary, destroy at most `allow_deletes`
    objects, have `parallelism` calls under way at once, give those `drain_seconds` after an interrupt, keep the
    journal, write down who did it, write generated files below `files`, and `accept_vanished` objects as gone for good.
    """

    ask: bool
    show: bool
    allow_deletes: int | None
    parallelism: int
    drain_seconds: float
    kept: Kept
    auditing: Auditing
    files: Path | None = None
    accept_vanished: bool = False


def carry_out(session: Session, planned: Planned, account: Client, terms: Terms) -> int:
    """Show the plan, check the rail, ask, do it, and tell how it ended. Raises `Refused`."""
    from reconciler import app

    plan = planned.plan
    _show(session, plan, whole=terms.show)
    toll = planned.toll()
    _check_limits(session, planned, toll, terms)
    if not plan.steps:
        ended = _finish(session, app.nothing_done(planned, terms.kept.journal))
    elif terms.ask and not plan.empty and not _approved(session, plan, toll):
        return Exit.ERROR
    else:
        session.trace.carries_out(terms.kept.run)
        with audited(session, planned, terms, toll) as audit:
            audit.code = _run(session, planned, account, terms, audit)
        ended = audit.code
    if ended == Exit.DONE and plan.files:
        session.write_files(planned, terms.files)
    elif plan.files:
        session.sink.note("The stack's files were not written, since not all is as it should be.")
    return ended


def _show(session: Session, plan: Plan, *, whole: bool) -> None:
    if session.lines is not None:
        for line in (session.lines.version(__version__), *session.lines.planned(plan)):
            session.sink.json(line, line=True)
        return
    from reconciler.report.human import render_plan
    from reconciler.report.words import plan_summary

    if whole or plan.empty:
        session.sink.data(render_plan(plan, colour=session.sink.colour_out))
    else:
        session.sink.data(f"{plan_summary(plan.count())}\n")


def _check_limits(session: Session, planned: Planned, toll: Toll, terms: Terms) -> None:
    from reconciler.app.belongings import check_belongings
    from reconciler.clock import instant, today
    from reconciler.engine.rails import REFUSED_BY_RAIL, check_limits
    from reconciler.model.policy import denied
    from reconciler.review import expiry

    if against := denied(planned.plan.diagnostics):
        raise Refused(against, exit_code=REFUSED_BY_RAIL)
    if over := expiry.refused(planned.plan, instant(session.clock)):
        raise Refused(over, exit_code=REFUSED_BY_RAIL)
    destroy = planned.plan.options.destroy
    check_belongings(planned, terms.kept.journal, session.clock, accepted=terms.accept_vanished)
    expired = check_limits(planned.stack.rails, toll, today(session.clock), terms.allow_deletes, destroy=destroy)
    if expired:
        session.sink.diagnostics(expired)


def _approved(session: Session, plan: Plan, toll: Toll) -> bool:
    """Terraform's question: only `yes` will do, and only the stack's name where a project or a large part of the stack
    would go. Raises `Refused` when there is nobody to ask.
    """
    if session.lines is not None or not sys.stdin.isatty():
        nobody = "--json" if session.lines is not None else "stdin is not a terminal"
        hint = "pass --yes, or save the plan with `reconciler plan -o FILE` and apply the file"
        summary = f"this plan has to be approved, and nobody can be asked: {nobody}"
        raise Refused([error("not-approved", summary, hint=hint)])
    from reconciler.engine.rails import is_large

    say = session.sink.say
    word, words = "yes", "'yes'"
    if is_large(toll):
        word, words = plan.stack, f"the name of the stack, '{plan.stack}',"
    if plan.options.destroy:
        say(
            f"\nDo you really want to destroy all resources?\n"
            f"  reconciler will destroy what the stack `{plan.stack}` owns, as shown above.\n"
            f"  There is no undo. Only {words} will be accepted to confirm.\n\n"
        )
    else:
        say(
            "\nDo you want to perform these actions?\n"
            f"  reconciler will perform the actions described above.{_worst(plan)}\n"
            f"  Only {words} will be accepted to approve.\n\n"
        )
    say("  Enter a value: ")
    with session.trace.phase("question"):
        answer = sys.stdin.readline()
    say("\n")
    if answer.strip() == word:
        return True
    say(f"{'Destroy' if plan.options.destroy else 'Apply'} cancelled.\n")
    session.on_refusal([error("not-approved", "the plan was shown, and not approved")])
    return False


def _worst(plan: Plan) -> str:
    from reconciler.report.money import bill_words
    from reconciler.report.risk import risk_words

    words = [*risk_words(plan.changes)[-1:], *(bill_words(plan.bill)[:2] if plan.bill is not None else ())]
    return "".join(f"\n  {each}" for each in words)


def _run(session: Session, planned: Planned, account: Client, terms: Terms, audit: Audited) -> int:
    from reconciler import app
    from reconciler.app.dialer import SocketDialer
    from reconciler.model.rollout import TakenAsOpen

    if session.report_file is not None:
        session.report_file.begins(planned.plan.steps, terms.kept.run)
    stop = app.Stop()
    dialer = SocketDialer()
    if session.emulated and any(each.rollout.dials for each in planned.plan.rollouts):
        session.sink.note("The emulator's machines do not exist, so their TCP ports are taken to be open.")

    def request() -> None:
        stop.request()
        account.leave(terms.drain_seconds)
        dialer.leave()
        session.clock.wake()

    with (
        _progress(session, planned.plan.actions) as (listen, say, leave),
        Interrupts(request, say, leave) as interrupts,
        session.trace.phase("destroy" if planned.plan.options.destroy else "apply"),
    ):
        report = app.apply_plan(
            planned,
            account,
            parallelism=terms.parallelism,
            listen=session.trace.beside(audit.beside(listen)),
            stop=stop,
            clock=session.clock,
            settle_seconds=terms.kept.settle_seconds,
            journal=terms.kept.journal,
            quiet_seconds=terms.kept.quiet_seconds,
            accept_vanished=terms.accept_vanished,
            dialer=TakenAsOpen() if session.emulated else dialer,
        )
    session.sink.hide(planned.secrets())
    return _finish(session, report, interrupts.exit_code)


def _finish(session: Session, report: Report, signalled: int = 0) -> int:
    from reconciler.cli.excerpts import with_excerpts

    session.trace.reported(report)
    session.sink.hide(Secret(str(report.outputs[name])) for name in report.secret_outputs if name in report.outputs)
    report = with_excerpts(report)
    if session.report_file is not None:
        session.report_file.ended(report)
    if session.lines is not None:
        for line in session.lines.report(report):
            session.sink.json(line, line=True)
    else:
        from reconciler.report.outcome import render_outcome, render_trouble

        session.sink.say(render_trouble(report, colour=session.sink.colour_err))
        session.sink.data("\n" + render_outcome(report, colour=session.sink.colour_out))
    if report.complete:
        return Exit.DONE
    if report.interrupted:
        return signalled or Exit.INTERRUPTED
    return Exit.PARTLY


@contextmanager
def _progress(session: Session, total: int) -> Iterator[tuple[Listener, Callable[[str], None], Callable[[], None]]]:
    """Who listens to the events, who shows an interrupt, and what to undo before a hard exit."""
    before = session.on_note
    try:
        if session.lines is None and session.sink.err_is_terminal:
            with _live(session, total) as parts:
                yield parts
        else:
            yield _plain(session), say_at_once, _nothing
    finally:
        session.on_note = before


@contextmanager
def _live(session: Session, total: int) -> Iterator[tuple[Listener, Callable[[str], None], Callable[[], None]]]:
    from rich.console import Console

    from reconciler.model.event import Noted
    from reconciler.report.live import SHOW_CURSOR, LiveProgress

    sink = session.sink
    console = Console(file=sink.err, no_color=not sink.colour_err, highlight=False, markup=False, emoji=False)
    with LiveProgress(console, total, time.monotonic, sink.scrubber.text) as display:
        session.on_note = lambda text: display(Noted(text, 0.0))
        yield display, display.say, lambda: say_at_once(SHOW_CURSOR)


def _plain(session: Session) -> Listener:
    """Plain lines or JSON lines; a full disk under the log must not stop a run half-way."""
    from reconciler.cli.excerpts import ended_with_excerpt
    from reconciler.model.event import Ended
    from reconciler.report.progress import PlainProgress

    lines, sink = session.lines, session.sink
    progress = PlainProgress(sink.say, colour=sink.colour_err)

    def listen(event: Event) -> None:
        try:
            if lines is not None:
                shown = ended_with_excerpt(event) if isinstance(event, Ended) else event
                sink.json(lines.event(shown), line=True)
            else:
                progress(event)
        except OSError:
            return

    return listen


def _nothing() -> None:
    """There is nothing to undo."""
