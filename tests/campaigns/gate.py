"""A counter between the tool and the emulator: something is done at exactly the n-th request, before it is passed on,
after the API has done it, or after the answer.
"""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

Point = Literal["before", "after", "answered", "late"]
POINTS: tuple[Point, ...] = get_args(Point)
_HELD_SECONDS = 0.03
"""How long the struck request hangs, so that a signal comes while the client waits."""
_LATE_SECONDS = 0.3
"""How long after the next client's first request the API gets a request of one that is gone."""
_KEPT = ("X-Auth-Token", "Content-Type", "Accept", "X-Consumer-Token")


@dataclass(frozen=True)
class Trap:
    """What to do at request `number`. `strike` returns whether the client is gone: then nothing is answered, and what
    was not passed on is never done (`before`), or is done while the next client is at work (`late`).
    """

    point: Point
    number: int
    strike: Callable[[], bool]


class Gate:
    """Listens on loopback and passes everything on to one emulator."""

    def __init__(self, upstream: str) -> None:
        self.upstream = urlsplit(upstream).netloc
        self.count = 0
        self.struck = False
        self._trap: Trap | None = None
        self._lock = threading.Lock()
        self._next = threading.Event()
        self._late: list[threading.Thread] = []
        self._under_way = 0
        self._server = _Server(("127.0.0.1", 0), _Passing)
        self._server.gate = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def arm(self, trap: Trap | None) -> None:
        """From here on requests are counted anew. What was held back from before goes on when the next one comes."""
        with self._lock:
            self.count, self.struck, self._trap = 0, False, trap

    def quiet(self) -> None:
        """Wait until the API has done all that was passed on, for clients that are gone too."""
        while self._under_way:
            time.sleep(0.005)

    def settle(self) -> None:
        """Wait for what was held back, which no request might have let go."""
        self._next.set()
        for each in self._late:
            each.join()
        self._late = []

    def close(self) -> None:
        self.settle()
        self._server.shutdown()
        self._server.server_close()

    def enter(self) -> Trap | None:
        """Count a request; the trap when it is the one to strike at."""
        with self._lock:
            self.count += 1
            self._under_way += 1
            if self.count == 1:
                self._next.set()
            trap = self._trap if self._trap is not None and self._trap.number == self.count else None
            self.struck = self.struck or trap is not None
            return trap

    def leave(self) -> None:
        with self._lock:
            self._under_way -= 1

    def hold_back(self, send: Callable[[], object]) -> None:
        """Send something when the next client is at work."""
        self._next = threading.Event()
        waiting = self._next

        def run() -> None:
            waiting.wait(30)
            time.sleep(_LATE_SECONDS)
            send()

        thread = threading.Thread(target=run, daemon=True)
        self._late.append(thread)
        thread.start()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    gate: Gate

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is the purpose."""


@dataclass(frozen=True)
class _Reply:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


class _Passing(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60

    def setup(self) -> None:
        super().setup()
        self._upstream = http.client.HTTPConnection(self.server.gate.upstream, timeout=30)

    def finish(self) -> None:
        self._upstream.close()
        with contextlib.suppress(OSError):
            super().finish()

    def _pass(self) -> None:
        gate = self.server.gate
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        trap = gate.enter()
        try:
            self._passed(gate, trap, body)
        finally:
            gate.leave()

    def _passed(self, gate: Gate, trap: Trap | None, body: bytes) -> None:
        if trap is not None and trap.point in ("before", "late") and self._struck(trap):
            if trap.point == "late":
                gate.hold_back(lambda: self._forward(body))
            return
        reply = self._forward(body)
        if trap is not None and trap.point == "after" and self._struck(trap):
            return
        self._answer(reply)
        if trap is not None and trap.point == "answered":
            trap.strike()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass

    def _struck(self, trap: Trap) -> bool:
        """Whether the client is gone, so that nothing more is to be done for it."""
        gone = trap.strike()
        time.sleep(_HELD_SECONDS)
        self.close_connection = self.close_connection or gone
        return gone

    def _forward(self, body: bytes) -> _Reply:
        headers = {name: value for name in _KEPT if (value := self.headers.get(name)) is not None}
        self._upstream.request(self.command, self.path, body or None, headers)
        answer = self._upstream.getresponse()
        return _Reply(answer.status, answer.getheaders(), answer.read())

    def _answer(self, reply: _Reply) -> None:
        lines = [f"HTTP/1.1 {reply.status} {http.client.responses.get(reply.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in reply.headers if name.lower() != "connection"]
        self.wfile.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + reply.body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged."""
