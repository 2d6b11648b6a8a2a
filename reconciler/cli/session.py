"""One command under way: its way out, the secrets it knows, what it has opened, and how it fails.

Every command works inside a `Session`. Whatever is raised in there is shown as findings (scrubbed, and as JSON lines
too when the command prints those) and becomes an exit code; what was opened is closed.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import click

from reconciler.cli.failure import findings
from reconciler.cli.memory import long_lived
from reconciler.cli.options import DEFAULT_API_URL, DEFAULT_PARALLELISM
from reconciler.cli.sink import standard_sink
from reconciler.cli.tracing import traced
from reconciler.clock import SystemClock, instant
from reconciler.diagnostics import Diagnostic, Refused, error
from reconciler.secret import Secret

if TYPE_CHECKING:
    from reconciler.api import Client
    from reconciler.app import Planned
    from reconciler.cli.report_file import ReportFile
    from reconciler.model.journal import Journal
    from reconciler.model.offers import Offers
    from reconciler.model.plan import Options
    from reconciler.model.policy import Policy
    from reconciler.model.resource import Stack
    from reconciler.report.events import EventLines
    from reconciler.stack import Inputs
    from reconciler.wire import Attempt

TOKEN_VARIABLES = ("PACKET_AUTH_TOKEN", "METAL_AUTH_TOKEN")


LOCKS = Path(".reconciler/lock")
JOURNALS = Path(".reconciler/journal")
"""The folders of the locks, and of the journals unless --journal says another one."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where to keep a journal (None: nowhere), and how late a create may show in lists (None: as the API may be)."""

    folder: Path | None
    settle_seconds: float | None

    @classmethod
    def said(cls, journal: Path | None, no_journal: bool, settle_seconds: float | None) -> Keeping:
        """What --journal, --no-journal and --settle say."""
        return cls(None if no_journal else journal or JOURNALS, settle_seconds)


@dataclass(frozen=True, slots=True)
class Kept:
    """The journal of a run, its settle window, and for how long what an earlier run left is waited for; in seconds.
    `run` is what the run is called in what is written down of it.
    """

    journal: Journal
    settle_seconds: float
    quiet_seconds: float
    run: str


class Session:
    """A context manager; `lines` is set when the command prints JSON lines."""

    def __init__(self, *, no_color: bool = False, as_json: bool = False) -> None:
        self.sink = standard_sink(no_color=no_color)
        self.lines: EventLines | None = _event_lines() if as_json else None
        self.on_note: Callable[[str], None] = self.sink.note
        self.on_attempt: Callable[[Attempt], None] = lambda _attempt: None
        self.on_refusal: Callable[[Sequence[Diagnostic]], None] = lambda _found: None
        self.report_file: ReportFile | None = None
        self.clock = SystemClock()
        self.trace = traced(self)
        self._opened = ExitStack()
        self._api_url = ""
        self._embedded = False

    @property
    def api(self) -> str:
        """The API's URL, or the file of the embedded emulator's world where `emulated`."""
        return self._api_url

    @property
    def emulated(self) -> bool:
        return self._embedded

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._opened.close()
        except Exception as problem:  # noqa: BLE001 - a failed clean-up must not hide what happened before it
            value = value or problem
        if isinstance(value, Exception) and not isinstance(value, click.ClickException | click.exceptions.Exit):
            raise click.exceptions.Exit(self._report(value)) from None

    def read(
        self,
        paths: Sequence[Path],
        variables: Sequence[str],
        var_files: Sequence[Path],
        overlays: Sequence[Path] = (),
        *,
        offers: Offers | None = None,
        warn: bool = True,
    ) -> Stack:
        """The stack; its secrets are hidden from here on. Its warnings are shown if `warn`, unless it is read against
        `offers` (what can be ordered) for the sake of what is found. Raises `Refused`.
        """
        from reconciler import app

        with self.trace.phase("read"), long_lived():
            stack = app.read_stack(paths, self.inputs(variables, var_files, overlays), offers)
        self.sink.hide(stack.secrets)
        self.trace.concerns(stack.name, paths[0], os.environ)
        if stack.warnings and offers is None and warn:
            self.sink.diagnostics(stack.warnings)
        return stack

    def inputs(self, variables: Sequence[str], var_files: Sequence[Path], overlays: Sequence[Path] = ()) -> Inputs:
        from reconciler.stack import Inputs

        return Inputs(tuple(variables), tuple(var_files), os.environ, tuple(overlays))

    def connect(
        self,
        api_url: str | None,
        emulator: str | None,
        *,
        parallelism: int = DEFAULT_PARALLELISM,
        read_only: bool = False,
    ) -> Client:
        """The account to work on: the embedded emulator's, or the one that the token opens. Raises `Refused`."""
        with self.trace.phase("connect"):
            return self._connect(api_url, emulator, parallelism, read_only=read_only)

    def _connect(self, api_url: str | None, emulator: str | None, parallelism: int, *, read_only: bool) -> Client:
        from reconciler import app

        if emulator is not None:
            from reconciler.cli.emulator import embedded

            url, own = self._opened.enter_context(embedded(Path(emulator)))
            token = Secret(own)
            self.sink.note(f"Using the embedded emulator at {url} (its world: {emulator}), not a real API.")
        else:
            url, token = api_url or DEFAULT_API_URL, token_from_environment()
        self._api_url = url if emulator is None else str(Path(emulator).absolute())
        self._embedded = emulator is not None
        self.sink.hide([token])
        self.trace.connected(url, emulated=self._embedded)
        client = app.connect(
            url,
            token,
            parallelism=parallelism,
            read_only=read_only,
            note=lambda text: self.on_note(text),
            sent=self._attempted,
            clock=self.clock,
        )
        self._opened.callback(client.close)
        return client

    def plan(
        self,
        stack: Stack,
        account: Client,
        options: Options,
        *,
        parallelism: int = DEFAULT_PARALLELISM,
        guarded: bool = True,
        preflight: bool = False,
        strangers: bool = False,
    ) -> Planned:
        """A plan for a stack, which the rails have passed if `guarded`, and of which it was asked whether it can be had
        if `preflight`, and what its `strangers` cost and who made them; what it found secret is hidden from here on.
        Raises `Refused`, for a stack with nothing in it too: that is no way to say destroy.
        """
        from reconciler import app

        if not options.destroy and not any(each.managed for each in stack.resources):
            raise Refused(
                [
                    error(
                        "empty-stack",
                        f"the stack `{stack.name}` declares no resources, so this would destroy everything it owns",
                        hint="check the path; to remove everything on purpose, use `reconciler destroy`",
                    )
                ]
            )
        with self.trace.phase("plan"):
            planned = app.make_plan(
                stack,
                account,
                options,
                parallelism=parallelism,
                guarded=guarded,
                preflight=preflight,
                strangers=strangers,
                now=instant(self.clock),
            )
        self.sink.hide(planned.secrets())
        self.trace.planned(planned.plan, binding=guarded)
        return planned

    def policies(self, paths: Sequence[Path]) -> tuple[Policy, ...]:
        """The rules of some policy files. Raises `Refused`."""
        from reconciler.stack.policies import read_policies

        return read_policies(paths) if paths else ()

    def judged(self, planned: Planned, policies: Sequence[Policy]) -> Planned:
        """The plan with what the policies say of it. Raises `Refused` for a rule that cannot be asked."""
        if not policies:
            return planned
        from reconciler.kinds import catalog
        from reconciler.review.judgement import judged

        found = judged(policies, planned.plan, catalog())
        return replace(planned, plan=replace(planned.plan, diagnostics=(*planned.plan.diagnostics, *found)))

    def lock(self, stack: str, command: str, timeout: float) -> None:
        """Keep other runs of the stack on this machine out until the end. Raises `Refused` when one is under way."""
        from reconciler.app.lock import LockFailed, lock_path, locked

        if self.report_file is not None:
            self.report_file.of(stack)
        try:
            with self.trace.phase("lock"):
                self._opened.enter_context(
                    locked(lock_path(LOCKS, stack, self._api_url), ("reconciler", command), timeout=timeout)
                )
        except LockFailed as problem:
            self.sink.note(f"No lock keeps other runs of this stack out, since there can be none: {problem}")

    def settled(self, make: Callable[[], Planned], keeping: Keeping) -> tuple[Planned, Kept]:
        """A plan that is to be applied, made anew after the settle window where an earlier run may have left something
        under way. Raises `Refused`.
        """
        from reconciler import app

        seconds = app.SETTLE_SECONDS if keeping.settle_seconds is None else keeping.settle_seconds
        before = 0.0 if self._embedded and keeping.settle_seconds is None else seconds
        planned = make()
        run = app.new_run()
        journal = app.open_journal(keeping.folder, planned.stack.name, self._api_url, run=run)
        if app.must_settle(planned.plan, journal, before):
            self.sink.note(
                f"Waiting {before:g} s: an earlier run may have created what the API's lists do not show yet."
            )
            with self.trace.phase("settle"):
                self.clock.sleep(before)
            planned = make()
        return planned, Kept(journal, seconds, before, run)

    def report_to(self, path: Path | None, operation: str) -> None:
        """Keep a report of the run in a file from here on, if there is a path. Raises `Refused`."""
        if path is not None:
            from reconciler.cli.report_file import ReportFile

            self.report_file = ReportFile(self, path, operation)
            self.on_refusal = self.report_file.refused

    def write_files(self, planned: Planned, folder: Path | None) -> None:
        """Write what the stack generates, and say so. Raises `Refused`."""
        from reconciler.app.files import default_folder, write_files

        if not planned.stack.files:
            return
        shown = folder or default_folder(planned.stack.name)
        for each in write_files(planned, folder):
            if self.lines is not None:
                self.sink.json(self.lines.file(each.path, str(shown), changed=each.changed), line=True)
            elif each.changed:
                self.sink.note(f"Wrote {shown / each.path}")

    def explained(self, problem: Exception) -> tuple[Sequence[Diagnostic], int]:
        """What to show for an exception, and what a command should end with; its traceback where that is asked for."""
        if os.environ.get("RECONCILER_DEBUG") == "1":
            self.sink.trace("".join(traceback.format_exception(problem)))
        return findings(problem)

    def _attempted(self, attempt: Attempt) -> None:
        """From any thread."""
        self.on_attempt(attempt)
        self.trace.attempted(attempt)

    def _report(self, problem: Exception) -> int:
        found, code = self.explained(problem)
        self.trace.refused(found)
        self.sink.diagnostics(found)
        if self.lines is not None:
            for each in found:
                self.sink.json(self.lines.diagnostic(each), line=True)
        self.on_refusal(found)
        return code


def token_from_environment() -> Secret:
    """The API token. Raises `Refused` when there is none: it is never taken from a file or from the command line."""
    for name in TOKEN_VARIABLES:
        token = os.environ.get(name, "").strip()
        if token:
            return Secret(token)
    hint = f"export {TOKEN_VARIABLES[0]}=..., or try the command with --emulator, which needs no token"
    raise Refused([error("no-token", f"no API token: {' and '.join(TOKEN_VARIABLES)} are not set", hint=hint)])


def _event_lines() -> EventLines:
    from datetime import UTC, datetime

    from reconciler.report.events import EventLines

    return EventLines(lambda: datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"))
