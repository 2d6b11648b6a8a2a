"""Connections to machines, which prove that they answer; nothing is sent over them."""

from __future__ import annotations

import socket

DIAL_SECONDS = 4.0
"""How long a connection may take to open. An interrupt waits no longer than that for those that are under way."""


class SocketDialer:
    """Opens TCP connections and closes them at once."""

    def __init__(self) -> None:
        self._left = False

    def dial(self, host: str, port: int) -> str:
        """See `model.rollout.Dialer`."""
        if self._left:
            return "the run was interrupted"
        try:
            with socket.create_connection((host, port), timeout=DIAL_SECONDS):
                return ""
        except TimeoutError:
            return f"no answer within {DIAL_SECONDS:g} s"
        except OSError as problem:
            return (problem.strerror or str(problem)).lower()

    def leave(self) -> None:
        """The run is to end: no further connection is tried. For a signal handler."""
        self._left = True
