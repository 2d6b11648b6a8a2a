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
    """What is to be told how a command ended, when all else is over."""

    def __init__(self) -> None:
        self._waiting: list[Callable[[int], None]] = []

    def add(self, told: Callable[[int], None]) -> None:
        self._waiting.append(told)

    def tell(self, code: int) -> None:
        """A second signal ends the wait for a collector; it changes nothing in how the command ended."""
        with suppress(KeyboardInterrupt, SystemExit):
            for told in self._waiting:
                told(code)


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
    spans = _open(session, exporters)
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
    context.obj.add(partial(_end, session, trace, spans))
    return trace


def exporters_named(environment: Mapping[str, str]) -> tuple[str, ...]:
    """What `OTEL_TRACES_EXPORTER` names; `otlp` where only an endpoint is said; nothing where the SDK is disabled."""
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return ()
    said = environment.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    if not said:
        return ("otlp",) if any(environment.get(each) for each in _ENDPOINTS) else ()
    return tuple(dict.fromkeys(name for each in said.split(",") if (name := each.strip()) not in ("", "none")))


def _open(session: Session, exporters: Sequence[str]) -> Spans | None:
    try:
        from reconciler.app.otel import Spans, to_collector, to_console
    except ModuleNotFoundError as problem:
        if not (problem.name or "").startswith("opentelemetry"):
            raise
        summary = "the environment asks for OpenTelemetry spans, and OpenTelemetry is not installed; there are none"
        session.sink.diagnostics([warning("no-opentelemetry", summary, hint="pip install 'reconciler[otel]'")])
        return None
    routes: list[Route] = []
    try:
        for each in exporters:
            if each == "console":
                routes.append(to_console(session.sink.trace))
            elif each != "otlp":
                summary = f"OTEL_TRACES_EXPORTER names `{each}`, which is not known"
                _unusable(session, summary, "otlp, console and none are; the first over http/protobuf")
            elif protocol := _other_protocol(os.environ):
                summary = f"spans are sent over http/protobuf, and the environment asks for {protocol}"
                _unusable(
                    session, summary, f"{_PROTOCOLS[0]}=http/protobuf, and the collector's port for it, often 4318"
                )
            else:
                routes.append(to_collector(os.environ))
        return Spans(routes, os.environ) if routes else None
    except Exception as problem:  # noqa: BLE001 - whatever a library makes of variables, a run is the same without
        _unusable(session, f"OpenTelemetry does not take what the environment says: {problem}", "see its variables")
        return None


def _unusable(session: Session, summary: str, hint: str) -> None:
    session.sink.diagnostics([warning("trace-settings", f"there are no spans: {summary}", hint=hint)])


def _other_protocol(environment: Mapping[str, str]) -> str:
    said = next((found for each in _PROTOCOLS if (found := environment.get(each, "").strip())), "http/protobuf")
    return "" if said == "http/protobuf" else said


def _end(session: Session, trace: Trace, spans: Spans, code: int) -> None:
    trace.end(code)
    signalled = code in (Exit.INTERRUPTED, Exit.TERMINATED)
    lost = spans.close(HURRY if signalled else PATIENCE)
    hint = "the command is not affected; check the collector, or do without: OTEL_SDK_DISABLED=true"
    with suppress(OSError):
        session.sink.diagnostics(
            [
                warning(
                    "spans-lost", f"{each.count} of {each.of} spans did not get to {each.place}: {each.why}", hint=hint
                )
                for each in lost
            ]
        )


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
