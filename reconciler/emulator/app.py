"""The emulator as one object: an engine, and a server in front of it while it runs."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from reconciler.emulator.clock import Clock, RealClock
from reconciler.emulator.engine import Engine
from reconciler.emulator.server import Server
from reconciler.emulator.settings import Settings
from reconciler.emulator.wire import Request, Response


class Emulator:
    """A Packet API of mid-2019 on this machine.

    >>> with Emulator(token="secret") as emulator:      # doctest: +SKIP ...     requests.get(emulator.url +
    "/projects", headers={"X-Auth-Token": "secret"})

    `db` is the world's file (created when missing, several processes may share it); None keeps the world in
    memory. `port` 0 takes a free one. With a `seed` the same requests in the same order give the same ids.
    Raises `UnusableFile` (of `reconciler.emulator.journal`) for a file that is no world, `ValueError` for a
    host that is not loopback, `OSError` on `start` when the port is taken.
    """

    def __init__(
        self,
        *,
        db: str | Path | None = None,
        token: str,
        host: str = "127.0.0.1",
        port: int = 0,
        settings: Settings | None = None,
        clock: Clock | None = None,
        seed: int | None = None,
    ) -> None:
        if not token:
            raise ValueError("the emulator needs a token, as the real API does")
        self._token, self._host, self._port = token, host, port
        self._engine = Engine(
            path=None if db is None else Path(db),
            token=token,
            settings=settings or Settings(),
            clock=clock or RealClock(),
            seed=seed,
        )
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self._serving = False

    @property
    def url(self) -> str:
        """The base URL of the running server, without a slash at the end."""
        return self._running().url

    @property
    def token(self) -> str:
        """What clients have to send as X-Auth-Token."""
        return self._token

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._engine.settings

    def start(self) -> None:
        """Listen, and answer in threads of its own; returns at once."""
        server = self._listen()
        self._serving = True
        self._thread = threading.Thread(target=server.run, name="emulator", daemon=True)
        self._thread.start()

    def serve_forever(self) -> None:
        """Listen, and answer until another thread calls `stop` or a signal raises; then let go of everything."""
        server = self._server or self._listen()
        self._serving = True
        try:
            server.run()
        finally:
            # the loop was this thread's own: it has ended, or a signal came before it began, and then nothing would
            # ever tell whoever waits for its end
            self._serving = False
            self.stop()

    def listen(self) -> str:
        """Bind to the port without answering yet, for a caller that has the URL to tell before `serve_forever`."""
        return (self._server or self._listen()).url

    def stop(self) -> None:
        """Close every connection and let go of the world's file; the emulator cannot be started again."""
        server, self._server = self._server, None
        if server is not None:
            server.stop(serving=self._serving)
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._engine.close()

    def handle(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Response:
        """Answer one request without a socket. A dropped connection is a response whose `dropped` is true."""
        return self._engine.handle(Request.of(method, path, headers or {}, body))

    def __enter__(self) -> Emulator:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _listen(self) -> Server:
        if self._server is not None:
            raise RuntimeError("the emulator is already running")
        self._server = Server(self._host, self._port, self._engine.handle)
        return self._server

    def _running(self) -> Server:
        if self._server is None:
            raise RuntimeError("the emulator is not running: call start() first, or use it in a with statement")
        return self._server
