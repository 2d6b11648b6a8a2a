"""The two endpoints that comments need, as far as their documentation goes: a small GitHub and a small GitLab."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "forge-token-1234"
ME, OTHER = "github-actions[bot]", "mallory"
_LIST = re.compile(r"/repos/team/stacks/issues/17/comments|/projects/9/merge_requests/17/notes")
_ONE = re.compile(r"/repos/team/stacks/issues/comments/(\d+)|/projects/9/merge_requests/17/notes/(\d+)")


@dataclass
class Forge:
    """What stands under the pull request: (id, author, text). `calls` are the methods that changed something."""

    url: str = ""
    rows: list[tuple[int, str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    refuses: int = 0
    redirects_to: str = ""
    _last: int = 0

    def add(self, author: str, body: str) -> int:
        self._last += 1
        self.rows.append((self._last, author, body))
        return self._last

    @property
    def texts(self) -> list[str]:
        return [body for *_, body in self.rows]


@contextmanager
def forge() -> Iterator[Forge]:
    state = Forge()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def _answer(self, status: int, body: Any = None) -> None:
            raw = b"" if body is None else json.dumps(body).encode()
            self.send_response(status)
            if state.redirects_to:
                self.send_header("Location", state.redirects_to)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def _body(self) -> Any:
            return json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"null")

        def _serve(self) -> None:
            body = self._body()
            token = self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN")
            if state.redirects_to:
                return self._answer(302)
            if token not in (f"Bearer {TOKEN}", TOKEN):
                return self._answer(401, {"message": "Bad credentials"})
            parts = urlsplit(self.path)
            path = parts.path.removeprefix("/api/v4")
            if self.command != "GET":
                if state.refuses:
                    return self._answer(state.refuses, {"message": "Resource not accessible by integration"})
                state.calls.append(self.command)
            if self.command == "GET" and path == "/user":
                return self._answer(200, {"id": 1})
            if path.endswith("/pulls"):
                return self._answer(200, [{"number": 17}] if "/5ca1ab1e/" in path else [])
            if _LIST.fullmatch(path):
                return self._list(parse_qs(parts.query), body)
            found = _ONE.fullmatch(path)
            return self._one(int(found[1] or found[2]), body) if found else self._answer(404, {"message": "Not Found"})

        def _list(self, query: dict[str, list[str]], body: Any) -> None:
            if self.command == "POST":
                state.add(ME, body["body"])
                return self._answer(201, {"id": state.rows[-1][0]})
            page, size = int(query["page"][0]), int(query["per_page"][0])
            shown = state.rows[(page - 1) * size : page * size]
            items = [
                {
                    "id": identifier,
                    "body": text,
                    "user": {"login": author} if author else None,
                    "author": {"id": 1 if author == ME else 2},
                }
                for identifier, author, text in shown
            ]
            return self._answer(200, items)

        def _one(self, identifier: int, body: Any) -> None:
            at = next((n for n, row in enumerate(state.rows) if row[0] == identifier), None)
            if at is None:
                return self._answer(404, {"message": "Not Found"})
            if self.command == "DELETE":
                del state.rows[at]
                return self._answer(204)
            state.rows[at] = (identifier, state.rows[at][1], body["body"])
            return self._answer(200, {"id": identifier})

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
