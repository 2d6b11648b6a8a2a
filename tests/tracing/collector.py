"""A collector on this machine: decodes what an OTLP exporter sends, and answers as it is told to."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1 import trace_pb2

HOLDS = 9.0
"""Seconds after which it answers although nobody has released `hold`: the exporter waits 10."""
ERROR = trace_pb2.Status.STATUS_CODE_ERROR


@dataclass(frozen=True)
class Seen:
    """A span as it arrived. Times are nanoseconds; `error` is the text of an error status, None where there is none."""

    name: str
    id: bytes
    parent: bytes
    trace: str
    client: bool
    begun: int
    ended: int
    facts: Mapping[str, Any]
    error: str | None

    @property
    def address(self) -> str:
        return str(self.facts.get("reconciler.address", ""))


@dataclass
class Collector:
    """`spans` are those of all requests, `raw` the bodies as they came, `headers` those of each request. It answers
    with `status`, after `hold` was released.
    """

    port: int = 0
    status: int = 200
    location: str = ""
    hold: threading.Event | None = None
    spans: list[Seen] = field(default_factory=list)
    resources: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def named(self, name: str) -> list[Seen]:
        return [each for each in self.spans if each.name == name]

    def the(self, name: str) -> Seen:
        (found,) = self.named(name)
        return found

    def below(self, span: Seen) -> list[Seen]:
        return sorted((each for each in self.spans if each.parent == span.id), key=lambda each: each.begun)

    def tree(self, span: Seen) -> list[Any]:
        """The names of what is below a span, each followed by what is below it."""
        return [[each.name, *self.tree(each)] for each in self.below(span)]

    def take(self, body: bytes) -> None:
        self.raw.append(body)
        request = ExportTraceServiceRequest()
        request.ParseFromString(body)
        for resource in request.resource_spans:
            self.resources.append(_facts(resource.resource.attributes))
            self.spans += [_seen(span) for scope in resource.scope_spans for span in scope.spans]


@contextmanager
def collector() -> Iterator[Collector]:
    state = Collector()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.headers.append({name.lower(): value for name, value in self.headers.items()})
            if state.hold is not None:
                state.hold.wait(HOLDS)
            if state.status == 200:
                state.take(body)
            self.send_response(state.status)
            if state.location:
                self.send_header("Location", state.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Who does not wait for the answer is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        if state.hold is not None:
            state.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _seen(span: trace_pb2.Span) -> Seen:
    return Seen(
        name=span.name,
        id=span.span_id,
        parent=span.parent_span_id,
        trace=span.trace_id.hex(),
        client=span.kind == trace_pb2.Span.SPAN_KIND_CLIENT,
        begun=span.start_time_unix_nano,
        ended=span.end_time_unix_nano,
        facts=_facts(span.attributes),
        error=span.status.message if span.status.code == ERROR else None,
    )


def _facts(attributes: Any) -> dict[str, Any]:
    return {each.key: _value(each.value) for each in attributes}


def _value(value: Any) -> Any:
    which = value.WhichOneof("value")
    found = getattr(value, which)
    return [_value(each) for each in found.values] if which == "array_value" else found
