"""A limit on one attempt as a whole.

A socket's timeout starts anew with every byte, so a server that sends one byte every 29 seconds would hold a call for
ever. Here each read of an answer, headers included, gets no more time than the attempt has left; and when the run is to
end, all attempts end soon.
"""

from __future__ import annotations

import http.client
import io
import math
import socket
import threading
import time
from typing import Any, cast

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util import wait_for_read

LISTEN_SECONDS = 0.25
"""How long a read waits before it asks again whether there is time left."""


class _Attempt(threading.local):
    moment = math.inf


class Deadline:
    """The moment at which each thread's attempt has to be over. It follows the machine's clock and not the injected
    one, as sockets do: in virtual time another thread's sleep would end a healthy call.
    """

    def __init__(self) -> None:
        self._attempt = _Attempt()
        self._all = math.inf

    def start(self, seconds: float) -> None:
        """This thread's attempt begins."""
        self._attempt.moment = time.monotonic() + seconds

    def end_all(self, seconds: float) -> None:
        """No attempt, under way or to come, has more than these seconds. For a signal handler."""
        self._all = min(self._all, time.monotonic() + seconds)

    @property
    def over(self) -> bool:
        """Whether no attempt is to begin any more."""
        return self._all <= time.monotonic()

    @property
    def left(self) -> float:
        """Seconds that this thread's attempt has left."""
        return min(self._attempt.moment, self._all) - time.monotonic()


class _DeadlineReader(io.RawIOBase):
    """A socket's byte stream that raises TimeoutError once the deadline has passed."""

    def __init__(self, stream: io.RawIOBase, sock: socket.socket, deadline: Deadline) -> None:
        self._stream = stream
        self._socket = sock
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        usual = self._socket.gettimeout()
        left = self._wait(math.inf if usual is None else usual)
        if usual is not None and usual <= left:
            return cast("int | None", self._stream.readinto(buffer))
        self._socket.settimeout(left)
        try:
            return cast("int | None", self._stream.readinto(buffer))
        finally:
            self._socket.settimeout(usual)  # the connection may serve another call

    def _wait(self, usual: float) -> float:
        """Return with the seconds left once there is something to read. A thread in a read cannot be told that the run
        is to end, so it looks for itself, every now and then.
        """
        silent_until = time.monotonic() + usual
        while True:
            left = self._deadline.left
            if left <= 0:
                raise TimeoutError("the attempt took too long as a whole")
            if getattr(self._socket, "pending", int)():  # decrypted already: nothing more may come to the socket
                return left
            silence = silent_until - time.monotonic()
            if wait_for_read(self._socket, max(0.0, min(left, silence, LISTEN_SECONDS))):
                return left
            if silence <= 0:
                raise TimeoutError("no byte came in time")

    def close(self) -> None:
        self._stream.close()
        super().close()


def watched(connection: HTTPConnection, deadline: Deadline) -> Any:
    """The connection, whose answers now keep to the deadline."""

    def response(
        sock: socket.socket, debuglevel: int = 0, method: str | None = None, url: str | None = None
    ) -> http.client.HTTPResponse:
        made = http.client.HTTPResponse(sock, debuglevel, method, url)
        made.fp = io.BufferedReader(_DeadlineReader(cast(Any, made.fp).detach(), sock, deadline))
        return made

    cast(Any, connection).response_class = response
    return connection


def adapter_with(deadline: Deadline) -> HTTPAdapter:
    """A requests adapter with one connection, no retries of its own, whose answers keep to the deadline.

    The pool classes are left as they are but for the answer's class, so that vcrpy can still put its own connections
    in.
    """

    class Plain(HTTPConnectionPool):
        def _new_conn(self) -> Any:
            return watched(cast(HTTPConnection, super()._new_conn()), deadline)

    class Secure(HTTPSConnectionPool):
        def _new_conn(self) -> Any:
            return watched(cast(HTTPConnection, super()._new_conn()), deadline)

    adapter = HTTPAdapter(pool_connections=1, pool_maxsize=1, max_retries=0)
    adapter.poolmanager.pool_classes_by_scheme = {"http": Plain, "https": Secure}
    return adapter
