"""Where spans go: OpenTelemetry's SDK, told by the standard environment variables and by nothing else.

Nothing here stops or delays a run: spans leave in batches from a thread of their own, the end waits for them a few
seconds at most, and what was not taken is counted and told once. The SDK's own log says the same again and again, and
may quote where spans go, so it is not heard.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import HOST_NAME, SERVICE_NAME, SERVICE_VERSION, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter, SpanExportResult
from opentelemetry.trace import Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from requests.utils import get_auth_from_url

from reconciler import __version__

NAME: Final = "reconciler"
_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_DEFAULT_PLACE: Final = "localhost:4318"
_TOO_FAST: Final = (
    "they came faster than they could be sent; a larger OTEL_BSP_MAX_QUEUE_SIZE keeps more of them waiting"
)


@dataclass(frozen=True, slots=True)
class Lost:
    """Spans that were not taken: how many of how many, where they were to go, and why."""

    count: int
    of: int
    place: str
    why: str


class Spans:
    """Makes spans, and sends them. `parent` is the context of `TRACEPARENT`, which is empty without one."""

    def __init__(self, routes: Sequence[Route], environment: Mapping[str, str]) -> None:
        _hush()
        self._provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        self._routes = routes
        for each in routes:
            self._provider.add_span_processor(each.processor)
        carried = {name: environment.get(name.upper(), "") for name in ("traceparent", "tracestate")}
        self.parent = TraceContextTextMapPropagator().extract({name: each for name, each in carried.items() if each})

    @property
    def tracer(self) -> Tracer:
        return self._provider.get_tracer(NAME, __version__)

    def close(self, seconds: float) -> list[Lost]:
        """Send what is left, for so many seconds at most; what was not taken."""
        for route in self._routes:
            route.leave()
        sending = threading.Thread(target=self._provider.shutdown, name="otel-shutdown", daemon=True)
        sending.start()
        sending.join(seconds)
        late = f"not all were taken within {seconds:g} s" if sending.is_alive() else ""
        found = [each.lost(late) for each in self._routes]
        if late:
            for route in self._routes:
                route.give_up()
        return [each for each in found if each is not None]


class Route:
    """One way out: its exporter, and the count of what went in and what was taken."""

    def __init__(self, place: str, exporter: SpanExporter, post: Post | None = None) -> None:
        self._place = place
        self._post = post
        self._taken = _Taken(exporter)
        self._batches = _Batches(self._taken)

    @property
    def processor(self) -> BatchSpanProcessor:
        return self._batches

    def leave(self) -> None:
        if self._post is not None:
            self._post.leaving = True

    def give_up(self) -> None:
        """Send nothing again; what is under way ends by itself."""
        self._taken.shutdown()

    def lost(self, late: str) -> Lost | None:
        """What was not taken until now; `late` says that it is still being sent."""
        ended, taken = self._batches.ended, self._taken.count
        if taken >= ended:
            return None
        said = self._post.why if self._post is not None else ""
        return Lost(ended - taken, ended, self._place, said or late or self._taken.why or _TOO_FAST)


def to_collector(environment: Mapping[str, str]) -> Route:
    """OTLP over HTTP. Endpoint, headers, timeout, compression and certificates are read by the exporter itself."""
    url = next((found for each in _ENDPOINTS if (found := environment.get(each, ""))), f"http://{_DEFAULT_PLACE}")
    post = Post()
    return Route(_place(url), OTLPSpanExporter(session=_Session(post)), post)


def to_console(write: Callable[[str], None]) -> Route:
    """JSON, for a person who looks at what would be sent."""
    out: Any = _Console(write)
    return Route("the console", ConsoleSpanExporter(out=out, formatter=lambda span: f"{span.to_json()}\n"))


class Post(HTTPAdapter):
    """Sends what the exporter has. `why` is how the last attempt failed, in words that quote nothing, empty where it
    did not. Once the run is `leaving`, who cannot be reached is not tried again.
    """

    def __init__(self) -> None:
        super().__init__()
        self.leaving = False
        self.why = ""

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        try:
            response = super().send(request, stream, timeout, verify, cert, proxies)
        except requests.RequestException as problem:
            self.why = _words(problem)
            if self.leaving:
                raise _GaveUp(self.why) from None
            raise
        if 300 <= response.status_code < 400:  # which some exporters take for success
            response.close()
            self.why = f"it answered {response.status_code}, a redirect, which is not followed"
            raise _GaveUp(self.why)
        self.why = f"it answered {response.status_code}" if response.status_code >= 400 else ""
        return response


class _Session(requests.Session):
    """Follows no redirect, since the headers are secrets, and takes no password out of a .netrc."""

    def __init__(self, post: Post) -> None:
        super().__init__()
        self.auth = _by_the_url
        self.mount("http://", post)
        self.mount("https://", post)

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class _GaveUp(requests.RequestException):
    """Not to be tried again."""


class _Taken(SpanExporter):
    """Counts the spans that an exporter has taken. `why` is the kind of the mistake that it ended with."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self.count = 0
        self.why = ""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            result = self._exporter.export(spans)
        except Exception as problem:  # noqa: BLE001 - a library's, or a full disk: counted and told at the end
            self.why = f"the exporter failed: {type(problem).__name__}"
            return SpanExportResult.FAILURE
        if result is SpanExportResult.SUCCESS:
            self.count += len(spans)
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self._exporter.force_flush(timeout_millis)


class _Batches(BatchSpanProcessor):
    """Counts what goes in. How much waits, and for how long, is said by the `OTEL_BSP_*` variables."""

    def __init__(self, exporter: SpanExporter) -> None:
        super().__init__(exporter)
        self._counting = threading.Lock()
        self.ended = 0

    def on_end(self, span: ReadableSpan) -> None:
        if span.context is not None and span.context.trace_flags.sampled:
            with self._counting:
                self.ended += 1
        super().on_end(span)


class _Console:
    """The part of a stream that the console exporter needs."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self.write = write

    def flush(self) -> None:
        """It is written at once."""


def _resource() -> Resource:
    """What the variables say of the service; our name, version and host where they say nothing."""
    said = OTELResourceDetector().detect().attributes
    ours = {SERVICE_NAME: NAME, SERVICE_VERSION: __version__, HOST_NAME: os.uname().nodename}
    return Resource.create({name: text for name, text in ours.items() if name not in said})


def _hush() -> None:
    log = logging.getLogger("opentelemetry")
    if not log.handlers:
        log.addHandler(logging.NullHandler())
    log.propagate = False


def _place(url: str) -> str:
    """The host and port of an endpoint, without a name and password that may stand in it."""
    try:
        found = urlsplit(url)
        port = f":{found.port}" if found.port is not None else ""
    except ValueError:
        return "the collector"
    return f"{found.hostname}{port}" if found.hostname else "the collector"


def _words(problem: requests.RequestException) -> str:
    if isinstance(problem, requests.Timeout):
        return "no answer in time"
    if isinstance(problem, requests.exceptions.SSLError):
        return "its TLS certificate is not accepted, or TLS failed"
    if isinstance(problem, requests.ConnectionError):
        return "no connection"
    return f"the request cannot be sent ({type(problem).__name__})"


def _by_the_url(request: requests.PreparedRequest) -> requests.PreparedRequest:
    name, password = get_auth_from_url(request.url or "")
    return HTTPBasicAuth(name, password)(request) if name or password else request
