"""A server that answers what the test tells it to, and a clock that only pretends to pass."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

JSON_TYPE = "application/json; charset=utf-8"


@dataclass
class Reply:
    """One answer. `body` is sent as JSON unless it is bytes. The rest makes it a bad one."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False  # read the request, then close
    reset: bool = False  # read the request, then send a TCP reset
    missing: int = 0  # promise this many bytes more than are sent
    hang_up: bool = False  # close after the answer, without having said so
    trickle: float = 0.0  # seconds between two bytes of the answer, its headers included

    def wire(self) -> bytes:
        content = self.body if isinstance(self.body, bytes) else b""
        headers = dict(self.headers)
        if self.body is not None and not isinstance(self.body, bytes):
            content = json.dumps(self.body).encode()
            headers = {"Content-Type": JSON_TYPE, **headers}
        headers.setdefault("Content-Length", str(len(content) + self.missing))
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {self.status} Scripted\r\n{head}\r\n".encode() + content


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))


class Scripted:
    """Answers with the next of `replies`, the last one again and again; or with what `respond` makes of a request."""

    def __init__(self, *, listening: bool = True) -> None:
        self.seen: list[Seen] = []
        self.connections = 0
        self.busiest = 0
        self._busy = 0
        self._lock = threading.Lock()
        self._replies: list[Reply] = [Reply(body={})]
        self._respond: Callable[[Seen], Reply] | None = None
        self._server = _Server(("127.0.0.1", 0), _Handler, bind_and_activate=False)
        self._server.script = self
        self._server.server_bind()  # the port is ours, and connections are refused until `listen`
        self._thread: threading.Thread | None = None
        if listening:
            self.listen()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def listen(self) -> None:
        self._server.server_activate()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.002,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def replies(self, *replies: Reply) -> None:
        self._replies = list(replies)

    def responds(self, respond: Callable[[Seen], Reply]) -> None:
        self._respond = respond

    def next_reply(self, seen: Seen) -> Reply:
        with self._lock:
            self.seen.append(seen)
            self._busy += 1
            self.busiest = max(self.busiest, self._busy)
            if self._respond is None:
                return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        return self._respond(seen)

    def done(self) -> None:
        with self._lock:
            self._busy -= 1

    def connected(self) -> None:
        with self._lock:
            self.connections += 1


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    script: Scripted

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.script.connected()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        reply = self.server.script.next_reply(Seen(self.command, self.path, dict(self.headers), body))
        try:
            self._write(reply)
        finally:
            self.server.script.done()

    def _write(self, reply: Reply) -> None:
        self.close_connection = self.headers.get("Connection") == "close" or bool(
            reply.missing or reply.drop or reply.hang_up
        )
        if reply.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
        elif reply.trickle:
            for number in reply.wire():
                self.wfile.write(bytes([number]))
                time.sleep(reply.trickle)
        elif not reply.drop:
            self.wfile.write(reply.wire())

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve


class VirtualClock:
    """Passes only when somebody sleeps; remembers for how long. `on_sleep` lets a test change the world meanwhile."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.on_sleep: Callable[[], None] | None = None
        self._now = 1000.0
        self._lock = threading.Lock()

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self._now += max(0.0, seconds)
        if self.on_sleep is not None:
            self.on_sleep()

    def wall(self) -> float:
        return 1_577_836_800.0 + self._now - 1000.0  # 2020-01-01T00:00:00Z at the start


def page(
    items: Iterable[Any], *, total: int | None = None, number: int = 1, last: int | None = 1, key: str = "devices"
) -> dict[str, Any]:
    """A page of a collection as the API gives it, `meta` included."""
    listed = list(items)
    following = None if last is None or number >= last else {"href": f"/x?page={number + 1}"}
    meta = {"total": len(listed) if total is None else total, "current_page": number, "last_page": last}
    return {key: listed, "meta": {**meta, "next": following, "previous": None, "self": {"href": f"/x?page={number}"}}}


def things(first: int, last: int) -> list[dict[str, Any]]:
    return [{"id": f"id-{number}", "hostname": f"host-{number}"} for number in range(first, last + 1)]
