"""One round of `watch`: look at the stacks, report what is new, and set right what is safe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.auditing import Auditing
from reconciler.cli.drift_report import Reporter
from reconciler.cli.exits import Exit, worst
from reconciler.cli.looks import How, look_at_each
from reconciler.cli.many import stacks_below
from reconciler.cli.notifying import open_notifier
from reconciler.cli.running import Terms, carry_out
from reconciler.cli.session import Keeping, Session
from reconciler.cli.tracing import round_ended
from reconciler.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from reconciler.api import Client
    from reconciler.app import Planned
    from reconciler.app.stacks import Found
    from reconciler.model.gravity import Gravity
    from reconciler.model.look import Look, Looked
    from reconciler.model.plan import Plan
    from reconciler.model.policy import Policy
    from reconciler.values import Address

RECORDS = Path(".reconciler/watch")
"""The folder of what was reported last, unless it was said where."""
MOST_TRIES = 3
"""What has been set right so often in as many rounds and is another thing again has somebody else who wants it so."""


@dataclass
class Round:
    """What holds for all rounds, and how often each address was set right in the rounds right before."""

    paths: tuple[Path, ...]
    recursive: bool
    classes: frozenset[Gravity]
    since: Path | None
    metrics: Path | None
    notify: tuple[bool, Path | None]
    policies: tuple[Path, ...]
    keeping: Keeping
    lock_timeout: float
    drain_seconds: float
    as_json: bool
    audit: tuple[Path | None, bool]
    inputs: tuple[tuple[str, ...], tuple[Path, ...], tuple[Path, ...]]
    account: tuple[str | None, str | None]
    parallelism: int
    no_color: bool
    _tries: dict[tuple[str, Address], int] = field(default_factory=dict)

    def look(self) -> int:
        """One round; how it ended. What went wrong is told, and is no reason not to look again."""
        try:
            with Session(no_color=self.no_color, as_json=self.as_json) as session:
                code = self._look(session)
        except click.exceptions.Exit as ended:
            code = ended.exit_code
        round_ended(code)
        return code

    def _look(self, session: Session) -> int:
        from reconciler.app.stacks import said_stack

        services = open_notifier(session, *self.notify)
        stacks = stacks_below(session, self.paths) if self.recursive else [said_stack(self.paths)]
        reporter = Reporter(
            session, "text", stacks, recursive=self.recursive, since=self._record(session), services=services
        )
        session.on_refusal = reporter.refused
        account = session.connect(*self.account, parallelism=self.parallelism, read_only=not self.classes)
        looks = look_at_each(session, stacks, How(*self.inputs, (), account, self.parallelism))
        code = reporter.report(looks)
        if self.metrics is not None:
            _write_metrics(session, looks, self.metrics)
        if not self.classes:
            return code
        rules = session.policies(self.policies)
        return worst([self._repaired(session, *each, account, rules) for each in zip(stacks, looks, strict=True)])

    def _record(self, session: Session) -> Path:
        """What was reported last is another thing for each choice of stacks."""
        from reconciler.app.private_files import make_private_folder
        from reconciler.values import digest

        if self.since is not None:
            return self.since
        try:
            make_private_folder(RECORDS)
        except OSError as problem:  # whoever writes the file says that it cannot be, and here stands why
            session.sink.note(f"{RECORDS} cannot be made: {problem.strerror}")
        return RECORDS / f"{digest([self.recursive, *(str(each.absolute()) for each in self.paths)], 16)}.json"

    def _repaired(self, session: Session, found: Found, look: Look, account: Client, rules: Sequence[Policy]) -> int:
        """Set right what is safe of one stack; how that ended, or how the look did where there is nothing."""
        from reconciler.cli.looks import exit_code
        from reconciler.model.look import NotLooked
        from reconciler.review.repair import repair_of

        if isinstance(look, NotLooked):
            return look.code
        repair = repair_of(look.plan, self.classes, self._held(session, look))
        if not repair.targets:
            return exit_code([look])
        try:
            with session.trace.stack(found.title):
                ended = self._carried_out(session, found, look, account, rules, repair.targets)
        except Exception as problem:  # noqa: BLE001 - the other stacks have their turn, and so has the next round
            told, ended = session.explained(problem)
            session.sink.diagnostics(told)
        return ended or (Exit.CHANGES if repair.left else Exit.DONE)

    def _held(self, session: Session, look: Looked) -> frozenset[Address]:
        """What was set right in each of the last rounds. What is as declared now starts anew."""
        from reconciler.review.drift import drifting

        differing = {each.address for each in drifting(look.plan)}
        for stack, address in list(self._tries):
            if stack == look.stack and address not in differing:
                del self._tries[stack, address]
        held = frozenset(each for each in differing if self._tries.get((look.stack, each), 0) >= MOST_TRIES)
        for each in sorted(held, key=lambda each: each.sort_key):
            if self._tries[look.stack, each] == MOST_TRIES:  # it is told once
                session.sink.diagnostics([_fought_over(each)])
                self._tries[look.stack, each] += 1
        return held

    def _carried_out(
        self,
        session: Session,
        found: Found,
        look: Looked,
        account: Client,
        rules: Sequence[Policy],
        targets: Sequence[Address],
    ) -> int:
        from reconciler.review.repair import only_safe

        session.lock(look.stack, "watch", self.lock_timeout)
        planned, kept = session.settled(
            lambda: session.judged(self._planned(session, found, account, targets), rules), self.keeping
        )
        if not only_safe(planned.plan, self.classes):
            session.sink.diagnostics([_not_alone(planned.plan, self.classes)])
            return Exit.CHANGES
        for each in planned.plan.pending:
            key = (look.stack, each.address)
            self._tries[key] = self._tries.get(key, 0) + 1
        if session.lines is None and not planned.plan.empty:
            session.sink.data("\n")
            session.sink.line(f"Setting right what is {_either(self.classes)} in stack {look.stack}:")
        auditing = Auditing(*self.audit, command="watch", paths=found.paths, approved="--repair")
        terms = Terms(False, False, 0, self.parallelism, self.drain_seconds, kept, auditing)
        return carry_out(session, planned, account, terms)

    def _planned(self, session: Session, found: Found, account: Client, targets: Sequence[Address]) -> Planned:
        from reconciler.model.plan import Options

        stack = session.read(found.paths, *self.inputs, warn=False)
        options = Options(targets=tuple(map(str, targets)))
        return session.plan(stack, account, options, parallelism=self.parallelism, preflight=True)


def _either(classes: frozenset[Gravity]) -> str:
    return " or ".join(sorted(classes))


def _fought_over(address: Address) -> Diagnostic:
    summary = f"{address} was set right in each of the last {MOST_TRIES} rounds, and differs again: it is left now"
    hint = "something else wants it otherwise: find out what, or leave the field to it with `lifecycle.ignore_changes`"
    return Diagnostic(Severity.WARNING, "fought-over", summary, address=str(address), hint=hint)


def _not_alone(plan: Plan, classes: frozenset[Gravity]) -> Diagnostic:
    from reconciler.review.repair import safe

    others = [str(each.address) for each in plan.pending if not safe(each, classes)]
    summary = f"what is {_either(classes)} cannot be set right alone: {', '.join(others[:5])} would change too"
    hint = "look at `reconciler plan`, and apply it"
    return Diagnostic(Severity.WARNING, "not-alone", summary, address=others[0], hint=hint)


def _write_metrics(session: Session, looks: Sequence[Look], path: Path) -> None:
    """A full disk is told, and the watch goes on."""
    from reconciler.app.text_files import replace_text
    from reconciler.diagnostics import error
    from reconciler.report.metrics import render_metrics

    try:
        replace_text(path, render_metrics(looks, session.sink.scrubber.text), 0o644)
    except OSError as problem:
        summary = f"the metrics cannot be written to {path}: {problem.strerror or problem}"
        hint = "give --metrics a file in a folder that exists and may be written to"
        session.sink.diagnostics([error("unwritable-metrics", summary, hint=hint)])
