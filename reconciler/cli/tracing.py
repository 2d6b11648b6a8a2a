"""OpenTelemetry spans of a command, where the standard environment variables ask for them. A run is the same with and
without: what is wrong with its trace is told on stderr, and changes no exit code.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import click

from reconciler.cli.exits import Exit
from reconciler.diagnostics import warning
from reconciler.secret import Secret

if TYPE_CHECKING:
    from reconciler.app.otel import Route, Spans
    from reconciler.app.tracing import Trace
    from reconciler.cli.session import Session
    from reconciler.diagnostics import Diagnostic
    from reconciler.model.event import Event, Report
    from reconciler.model.plan import Plan
    from reconciler.wire import Attempt

PATIENCE = 3.0
"""Seconds that the end of a command waits for a collector; and after a signal:"""
HURRY = 1.0
_OTLP = "OTEL_EXPORTER_OTLP"
_ENDPOINTS = (f"{_OTLP}_TRACES_ENDPOINT", f"{_OTLP}_ENDPOINT")
_HEADERS = (f"{_OTLP}_TRACES_HEADERS", f"{_OTLP}_HEADERS")
_PROTOCOLS = (f"{_OTLP}_TRACES_PROTOCOL", f"{_OTLP}_PROTOCOL")
_CREDENTIAL = re.compile(r"auth|key|token|secret|password|cookie", re.IGNORECASE)
_LIKE_A_KEY = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z]).{16,}")


class Endings:
    """What is to be told how a command, or a round of it, ended, when all else is over. And what was said of that is
    not said again.
    """

    def __init__(self) -> None:
        self._waiting: list[Callable[[int], None]] = []
        self._said: set[str] = set()

    def add(self, told: Callable[[int], None]) -> None:
        self._waiting.append(told)

    def tell(self, code: int) -> None:
        """A second signal ends the wait for a collector; it changes nothing in how the command ended."""
        waiting, self._waiting = self._waiting, []
        with suppress(KeyboardInterrupt, SystemExit):
            for told in waiting:
                told(code)

    def say(self, session: Session, found: Sequence[Diagnostic]) -> None:
        """Warn of what is wrong with the trace, once in a command however many rounds that has. A log that is full must
        not change how it ends.
        """
        new = [each for each in found if each.code not in self._said]
        self._said.update(each.code for each in new)
        if new:
            with suppress(OSError):
                session.sink.diagnostics(new)


def round_ended(code: int) -> None:
    """A command that goes on in rounds has done one: the next is a trace of its own."""
    context = click.get_current_context(silent=True)
    if context is not None and isinstance(context.obj, Endings):
        context.obj.tell(code)


class Untraced:
    """A command of which nobody wants spans."""

    def connected(self, url: str, *, emulated: bool) -> None: ...

    def concerns(self, stack: str, path: Path, environment: Mapping[str, str]) -> None: ...

    def planned(self, plan: Plan, *, binding: bool) -> None: ...

    def looked(self, plan: Plan) -> None: ...

    def carries_out(self, run: str) -> None: ...

    def reported(self, report: Report) -> None: ...

    def refused(self, found: Sequence[Diagnostic]) -> None: ...

    def attempted(self, attempt: Attempt) -> None: ...

    def phase(self, name: str) -> AbstractContextManager[None]:
        return nullcontext()

    def stack(self, source: str) -> AbstractContextManager[None]:
        return nullcontext()

    def beside(self, listen: Callable[[Event], None]) -> Callable[[Event], None]:
        return listen


def traced(session: Session) -> Trace | Untraced:
    """The trace of the command under way, if it works on an account and the environment asks for one."""
    exporters = exporters_named(os.environ)
    context = click.get_current_context(silent=True) if exporters else None
    if context is None or "api_url" not in context.params or not isinstance(context.obj, Endings):
        return Untraced()
    began = session.clock.now()
    session.sink.hide(_secrets(os.environ))
    found: list[Diagnostic] = []
    spans = _open(session, exporters, found)
    context.obj.say(session, found)
    if spans is None:
        return Untraced()
    from reconciler.app.tracing import Trace

    trace = Trace(
        spans.tracer,
        spans.parent,
        context.command_path,
        session.clock,
        lambda text: session.sink.scrubber.text(text),
        began,
    )
    context.obj.add(partial(_end, session, context.obj, trace, spans))
    return trace


def exporters_named(environment: Mapping[str, str]) -> tuple[str, ...]:
    """What `OTEL_TRACES_EXPORTER` names; `otlp` where only an endpoint is said; nothing where the SDK is disabled."""
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return ()
    said = environment.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    if not said:
        return ("otlp",) if any(environment.get(each) for each in _ENDPOINTS) else ()
    return tuple(dict.fromkeys(name for each in said.split(",") if (name := each.strip()) not in ("", "none")))


def _open(session: Session, exporters: Sequence[str], found: list[Diagnostic]) -> Spans | None:
    """Where spans go, None where they go nowhere; what is in the way is added to `found`."""
    try:
        from reconciler.app.otel import Spans, to_collector, to_console
    except ModuleNotFoundError as problem:
        if not (problem.name or "").startswith("opentelemetry"):
            raise
        summary = "the environment asks for OpenTelemetry spans, and OpenTelemetry is not installed; there are none"
        hint = "pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http"
        found.append(warning("no-opentelemetry", summary, hint=hint))
        return None
    routes: list[Route] = []
    try:
        for each in exporters:
            if each == "console":
                routes.append(to_console(session.sink.trace))
            elif each != "otlp":
                summary = f"OTEL_TRACES_EXPORTER names `{each}`, which is not known; no spans go there"
                found.append(warning("trace-settings", summary, hint="known are otlp, console and none"))
            elif protocol := _other_protocol(os.environ):
                summary = f"spans go over http/protobuf, and the environment asks for {protocol}; none are sent"
                hint = f"set {_PROTOCOLS[0]}=http/protobuf, and an endpoint that takes it, often port 4318"
                found.append(warning("trace-settings", summary, hint=hint))
            else:
                routes.append(to_collector(os.environ))
        return Spans(routes, os.environ) if routes else None
    except Exception as problem:  # noqa: BLE001 - whatever a library makes of variables, a run is the same without
        summary = f"OpenTelemetry does not take what the environment says, so there are no spans: {problem}"
        found.append(warning("trace-settings", summary, hint="look at the variables that begin with OTEL_"))
        return None


def _other_protocol(environment: Mapping[str, str]) -> str:
    said = next((found for each in _PROTOCOLS if (found := environment.get(each, "").strip())), "http/protobuf")
    return "" if said == "http/protobuf" else said


def _end(session: Session, endings: Endings, trace: Trace, spans: Spans, code: int) -> None:
    trace.end(code)
    lost = spans.close(HURRY if code in (Exit.INTERRUPTED, Exit.TERMINATED) else PATIENCE)
    hint = "the command is not affected; check the collector, or do without: OTEL_SDK_DISABLED=true"
    told = [f"{each.count} of {each.of} spans did not get to {each.place}: {each.why}" for each in lost]
    endings.say(session, [warning("spans-lost", each, hint=hint) for each in told])


def _secrets(environment: Mapping[str, str]) -> Iterator[Secret]:
    """What the variables hold that is for the collector only: headers that look like credentials, and passwords in
    addresses. Names of tenants and the like are no secrets: to take them out of all texts would break those.
    """
    for variable in _HEADERS:
        for pair in environment.get(variable, "").split(","):
            name, _, value = pair.partition("=")
            text = unquote(value.strip())
            if _CREDENTIAL.search(name) or _LIKE_A_KEY.fullmatch(text):
                yield from (Secret(each) for each in {value.strip(), text, text.rpartition(" ")[2]})
    for variable in _ENDPOINTS:
        with suppress(ValueError):
            password = urlsplit(environment.get(variable, "")).password
            yield from (Secret(each) for each in {password or "", unquote(password or "")})
