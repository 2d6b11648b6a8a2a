"""A webhook on this machine: keeps what it is sent, and answers as it is told to."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """`got` are the bodies, with the path under `path`, and `raw` what came over the wire. `said` is what apprise is to
    log then: some of its services quote a part of their URL.
    """

    port: int = 0
    status: int = 200
    location: str = ""
    said: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    @property
    def path(self) -> str:
        """What of the URL is secret."""
        return "canary-path-4711"

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}/hook/{self.path}"

    @property
    def last(self) -> str:
        return str(self.got[-1]["message"])


@contextmanager
def receiver() -> Iterator[Receiver]:
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            state.raw.append(str(self.headers).encode() + content)
            body = json.loads(content)
            state.got.append({**body, "path": self.path})
            if state.said:
                logging.getLogger("apprise").warning(state.said)
            self.send_response(state.status)
            if state.location:
                self.send_header("Location", state.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
