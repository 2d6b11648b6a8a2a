"""The socket: HTTP/1.1 with keep-alive on a loopback address, one thread for a connection, one send for a response.

The standard library's server, since some faults need the bare socket (a connection closed without an
answer, a body that trickles), and since the tool's base install has to carry it. Nothing is decided here;
every request goes to a handler function.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from reconciler.emulator.errors import error_body
from reconciler.emulator.wire import JSON_TYPE, Delivery, Request, Response, encode_json

Handle = Callable[[Request], Response]

LARGEST_BODY = 1 << 20
"""Bytes of a request's body that are read; userdata is at most 64 KiB."""

_TRICKLE_PIECES = 8
_POLL_SECONDS = 0.02
_REASONS = {status.value: status.phrase for status in HTTPStatus}


class Server(socketserver.ThreadingTCPServer):
    """Listens on one address. `serve_forever` blocks; `stop` ends it and closes every connection."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, host: str, port: int, handle: Handle) -> None:
        address = _loopback(host)
        if address.version == 6:
            self.address_family = socket.AF_INET6
        self.handle = handle
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__((str(address), port), _Connection)

    @property
    def url(self) -> str:
        """Where it listens, as a base URL."""
        host, port = self.server_address[:2]
        return f"http://[{host!s}]:{port}" if self.address_family == socket.AF_INET6 else f"http://{host!s}:{port}"

    def run(self) -> None:
        """Serve until `stop`."""
        self.serve_forever(_POLL_SECONDS)

    def stop(self, *, serving: bool) -> None:
        """Stop listening and close what is open, so that nothing more reaches the world.

        `serving` is whether `run` was called, or is about to be in another thread: then its end is waited
        for.
        """
        if serving:
            self.shutdown()
        self.server_close()
        with self._open_lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """One connection, start to end, in its own thread."""
        with self._open_lock:
            self._open.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._open_lock:
                self._open.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is no news."""


def _loopback(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address to bind to. Raises `ValueError` for any that other machines could reach."""
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise ValueError(f"the emulator binds to 127.0.0.1 or ::1, not to {host!r}") from None
    if not address.is_loopback:
        raise ValueError(f"the emulator binds to loopback addresses only, not to {host}")
    return address


class _Connection(BaseHTTPRequestHandler):
    """Reads requests and writes responses; the base class keeps the connection alive between them."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one send for head and body
    timeout = 300

    def _answer(self) -> None:
        body = self._body()
        if body is None:
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        method = "GET" if self.command == "HEAD" else self.command
        self._send(self.server.handle(Request.of(method, self.path, headers, body)))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer

    def _body(self) -> bytes | None:
        """The request's body; None when it was refused, and the connection is then closed."""
        text = self.headers.get("Content-Length") or "0"
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
            self._refuse(411, "Length required")
        elif not (text.isascii() and text.isdigit() and len(text) < 20):
            self._refuse(400, "Bad Content-Length")
        elif int(text) > LARGEST_BODY:
            self._refuse(413, f"A body may have {LARGEST_BODY} bytes at most")
        else:
            return self.rfile.read(int(text))
        return None

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the base class refuses by itself.

        A method that it does not know goes the way of all others; what it cannot read is the caller's fault,
        an unheard-of HTTP version too.
        """
        if code == HTTPStatus.NOT_IMPLEMENTED:
            self._answer()
        else:
            status = HTTPStatus(code) if code < 500 else HTTPStatus.BAD_REQUEST
            self._refuse(status, message or status.phrase)

    def _refuse(self, status: int, text: str) -> None:
        self.close_connection = True
        self._send(Response(status, {"Content-Type": JSON_TYPE}, encode_json(error_body(status, (text,)))))

    def _send(self, response: Response) -> None:
        if response.delivery is Delivery.DROP:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        body = b"" if self.command == "HEAD" else response.body
        if response.delivery is Delivery.CUT:
            self.close_connection = True
            body = body[: len(body) // 2]
        head = self._head(response)
        if response.delivery is Delivery.CRAWL:
            self._trickle(head + body, response.seconds)
            return
        self.wfile.write(head)
        if response.delivery is Delivery.TRICKLE:
            self._trickle(body, response.seconds)
        else:
            self.wfile.write(body)
        self.wfile.flush()

    def _head(self, response: Response) -> bytes:
        lines = [f"HTTP/1.1 {response.status} {_REASONS.get(response.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in response.headers.items()]
        if response.status != HTTPStatus.NO_CONTENT:
            lines.append(f"Content-Length: {len(response.body)}")
        if self.close_connection:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _trickle(self, body: bytes, seconds: float) -> None:
        self.wfile.flush()
        size = max(1, -(-len(body) // _TRICKLE_PIECES))
        pieces = [body[start : start + size] for start in range(0, len(body), size)]
        for piece in pieces:
            time.sleep(seconds / len(pieces))
            self.wfile.write(piece)
            self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are counted, not logged; see `GET /_emulator/stats`."""
