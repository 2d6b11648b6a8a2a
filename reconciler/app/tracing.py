"""What a run tells of itself as spans: the command, its phases, the steps of an apply, the attempts to send its calls.

Names are those of OpenTelemetry's conventions where it has one, else `reconciler.*`. Values of resources, bodies,
queries, paths with their ids, tokens and the texts of a stack are in no span: addresses, kinds, ids, routes and request
ids are, and the reason of a step that failed. What is secret is taken out of all of it when a span ends.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, set_span_in_context

from reconciler.app.origin import find_origin
from reconciler.clock import Clock
from reconciler.diagnostics import Diagnostic, Refused, Severity
from reconciler.model.approval import approval
from reconciler.model.event import Ended, Event, Report, Result, Started
from reconciler.model.plan import Plan
from reconciler.review.drift import accepted, drifting, gravities
from reconciler.values import visible
from reconciler.wire import Attempt

_LONGEST: Final = 500
"""Longer texts of others are cut."""
_FINE: Final = frozenset({0, 2})
"""Exit codes that are no error: done, and done with something found."""
_PORTS: Final = MappingProxyType({"https": 443, "http": 80})


@dataclass(slots=True)
class _Open:
    """A span that has not ended, and what is known of it. A `scope` is what a command does to one stack, or all of it;
    `above` is what it is a part of.
    """

    span: Span
    context: Context
    above: _Open | None = None
    scope: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    wrong: str | None = None


class Trace:
    """The spans of one command. `attempted` and `heard` may be called from any thread.

    `hide` takes what is secret out of a value. Nothing here raises what it did not get: a trace must not break a run.
    """

    def __init__(
        self, tracer: Tracer, parent: Context, command: str, clock: Clock, hide: Callable[[Any], Any], began: float
    ) -> None:
        self._tracer = tracer
        self._clock = clock
        self._hide = hide
        self._zero = clock.wall() - clock.now()
        self._steps: dict[str, _Open] = {}
        self._peer: dict[str, str | int] = {}
        facts = {"reconciler.command": command.partition(" ")[2], "process.pid": os.getpid()}
        self._command = self._begin(command, parent, began, scope=True)
        self._command.facts.update(facts)
        self._now_in = self._command

    # what the command is about

    def connected(self, url: str, *, emulated: bool) -> None:
        """The API that the calls go to."""
        found = urlsplit(url)
        host = found.hostname or ""
        self._peer = {"server.address": host, "server.port": found.port or _PORTS.get(found.scheme, 0)}
        self._command.facts.update({**self._peer, "reconciler.api": "emulator" if emulated else host})

    def concerns(self, stack: str, path: Path, environment: Mapping[str, str]) -> None:
        """The stack that was read, and who runs this of which commit, as far as it is known."""
        self._scope.facts["reconciler.stack"] = stack
        if "user.name" in self._command.facts:
            return
        origin = find_origin(environment, path)
        told = {
            "user.name": origin.actor,
            "vcs.ref.head.revision": origin.commit,
            "reconciler.ci": origin.ci,
            "cicd.pipeline.run.id": origin.ci_run,
            "cicd.pipeline.run.url.full": origin.ci_url,
        }
        self._command.facts.update({name: text for name, text in told.items() if text})

    def planned(self, plan: Plan, *, binding: bool) -> None:
        """A plan was made; `binding` where it may be applied, so that its digest says something."""
        counts = plan.count()
        self._scope.facts.update(
            {
                "reconciler.operation": "destroy" if plan.options.destroy else "apply",
                "reconciler.plan.add": counts.added,
                "reconciler.plan.change": counts.changed,
                "reconciler.plan.destroy": counts.destroyed,
            }
        )
        if binding:
            self._scope.facts["reconciler.plan.digest"] = approval(plan)

    def looked(self, plan: Plan) -> None:
        """A stack was compared with its account."""
        changes = drifting(plan)
        found = {f"reconciler.drift.{gravity}": count for gravity, count in gravities(changes).items()}
        self._scope.facts.update(
            {
                "reconciler.drift.findings": len(changes),
                **found,
                "reconciler.drift.accepted": len(accepted(plan)),
                "reconciler.drift.strangers": len(plan.strangers),
            }
        )

    def carries_out(self, run: str) -> None:
        """The plan is about to be carried out. `run` is what journal and audit log call it."""
        self._scope.facts["reconciler.run"] = run

    def reported(self, report: Report) -> None:
        """How a plan that was carried out ended."""
        results = [each.result for each in report.ended]
        self._scope.facts.update(
            {
                "reconciler.done.add": report.counts.added,
                "reconciler.done.change": report.counts.changed,
                "reconciler.done.destroy": report.counts.destroyed,
                **{
                    f"reconciler.steps.{each}": results.count(each)
                    for each in (Result.FAILED, Result.SKIPPED, Result.ABANDONED)
                },
            }
        )
        if not report.complete:
            self._scope.wrong = "interrupted" if report.interrupted else "not complete"

    def refused(self, found: Sequence[Diagnostic]) -> None:
        """The command ends for these findings, of which only the codes are told."""
        self._blame(self._command, found)

    # where time goes

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """A part of the command by itself, in the main thread."""
        with self._within(name, scope=False):
            yield

    @contextmanager
    def stack(self, source: str) -> Iterator[None]:
        """What the command does to one stack of several, which is written in a file or folder."""
        with self._within(f"{self._command.facts['reconciler.command']} stack", scope=True) as opened:
            opened.facts["reconciler.source"] = source
            yield

    @contextmanager
    def _within(self, name: str, *, scope: bool) -> Iterator[_Open]:
        above = self._now_in
        opened = self._begin(name, above.context, self._clock.now(), above, scope=scope)
        self._now_in = opened
        try:
            yield opened
        except Refused as refused:
            self._blame(opened, refused.diagnostics)
            raise
        except Exception as problem:
            opened.facts["error.type"] = type(problem).__name__
            opened.wrong = ""
            raise
        finally:
            self._now_in = above
            self._leave_steps(opened)
            self._end(opened)

    # steps and calls

    def beside(self, listen: Callable[[Event], None]) -> Callable[[Event], None]:
        """A listener that makes spans of the events too."""

        def both(event: Event) -> None:
            self.heard(event)
            listen(event)

        return both

    def heard(self, event: Event) -> None:
        """A step begins or ends."""
        with suppress(Exception):  # the run is worth more than its trace
            if isinstance(event, Started):
                self._steps[_key(event)] = self._begin_step(event)
            elif isinstance(event, Ended):
                begun = self._steps.pop(_key(event)) if _key(event) in self._steps else self._begin_step(event)
                self._end_step(begun, event)

    def attempted(self, attempt: Attempt) -> None:
        """An attempt to send a call is over."""
        with suppress(Exception):  # as above
            self._tell_attempt(attempt)

    def end(self, exit_code: int) -> None:
        """The command is over, and ends with this exit code."""
        facts = self._command.facts
        facts["process.exit.code"] = exit_code
        if exit_code not in _FINE:
            facts.setdefault("error.type", f"exit {exit_code}")
            self._command.wrong = self._command.wrong or f"exit code {exit_code}"
        self._leave_steps(self._command)
        self._end(self._command)

    def _begin_step(self, event: Started | Ended) -> _Open:
        opened = self._begin(f"{event.verb} {event.kind}", self._now_in.context, self._clock.now(), self._now_in)
        opened.facts.update(
            {
                "reconciler.address": event.address,
                "reconciler.kind": event.kind,
                "reconciler.verb": event.verb.value,
            }
        )
        if event.id:
            opened.facts["reconciler.id"] = event.id
        return opened

    def _end_step(self, opened: _Open, event: Ended) -> None:
        opened.facts["reconciler.result"] = event.result.value
        if event.id:
            opened.facts["reconciler.id"] = event.id
        if event.implied:
            opened.facts["reconciler.implied"] = True
        if event.result is not Result.DONE:
            opened.facts["error.type"] = event.diagnostic.code if event.diagnostic is not None else event.result.value
            opened.wrong = event.reason
        self._end(opened)

    def _leave_steps(self, within: _Open) -> None:
        """What never said its end, when a mistake of ours broke the run off."""
        for key, each in [*self._steps.items()]:
            if each.above is within:
                del self._steps[key]
                each.wrong = "the run broke off"
                self._end(each)

    def _tell_attempt(self, attempt: Attempt) -> None:
        now, call = self._clock.now(), attempt.call
        within = self._steps.get(call.step) or self._now_in
        name = f"{call.method} {call.route}" if call.route else call.method
        opened = self._begin(name, within.context, now - attempt.seconds, kind=SpanKind.CLIENT)
        opened.facts.update({"http.request.method": call.method, **self._peer})
        if call.route:
            opened.facts["url.template"] = call.route
        if attempt.status:
            opened.facts["http.response.status_code"] = attempt.status
        if attempt.request_id:
            opened.facts["http.response.header.x-request-id"] = (attempt.request_id,)
        if attempt.number > 1:
            opened.facts["http.request.resend_count"] = attempt.number - 1
        if attempt.ending != "done":
            opened.facts["error.type"] = str(attempt.status) if attempt.status >= 400 else attempt.ending
            opened.wrong = attempt.ending
        self._end(opened, now)

    @property
    def _scope(self) -> _Open:
        found = self._now_in
        while not found.scope and found.above is not None:
            found = found.above
        return found

    def _begin(
        self,
        name: str,
        context: Context,
        at: float,
        above: _Open | None = None,
        *,
        scope: bool = False,
        kind: SpanKind = SpanKind.INTERNAL,
    ) -> _Open:
        span = self._tracer.start_span(name, context, kind, start_time=self._moment(at))
        return _Open(span, set_span_in_context(span, context), above, scope)

    def _end(self, opened: _Open, at: float | None = None) -> None:
        span = opened.span
        if span.is_recording():
            span.set_attributes({name: self._clean(value) for name, value in opened.facts.items()})
            if opened.wrong is not None:
                span.set_status(Status(StatusCode.ERROR, self._clean(opened.wrong) or None))
        span.end(self._moment(self._clock.now() if at is None else at))

    def _clean(self, value: Any) -> Any:
        if isinstance(value, int):
            return value
        if isinstance(value, str):
            return visible(self._hide(value))[:_LONGEST]
        return [self._clean(each) for each in value]

    def _moment(self, at: float) -> int:
        """Nanoseconds since the epoch, by a clock that does not jump."""
        return int((self._zero + at) * 1e9)

    def _blame(self, opened: _Open, found: Sequence[Diagnostic]) -> None:
        codes = list(dict.fromkeys(each.code for each in found if each.severity is Severity.ERROR))
        if codes:
            opened.facts["error.type"] = codes[0]
            opened.facts["reconciler.codes"] = tuple(codes)
        opened.wrong = ", ".join(codes)


def _key(event: Started | Ended) -> str:
    """The id of its step, which its calls name."""
    return f"{event.address}:{event.verb}"
