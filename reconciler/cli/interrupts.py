"""Ctrl-C and SIGTERM during a run: the first one drains, the second one leaves at once. Both are safe."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

DRAINING = (
    "Interrupt received. Nothing new is started; the calls that are under way get a few seconds.\n"
    "Interrupt again to leave at once: the next run finds out how they ended."
)


class Interrupts:
    """A context manager. `request` asks the run to drain, `say` tells the person, `leave` runs before a hard exit.

    `exit_code` is what the process should end with, 0 when there was no signal.
    """

    def __init__(self, request: Callable[[], None], say: Callable[[str], None], leave: Callable[[], None]) -> None:
        self._request = request
        self._say = say
        self._leave = leave
        self._before: dict[int, Any] = {}
        self.exit_code = 0

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self.exit_code:
            self._leave()
            os._exit(128 + number)
        self.exit_code = 128 + number
        self._request()
        self._say(DRAINING)


def say_at_once(text: str) -> None:
    """Write to stderr from a signal handler, past Python's buffers, which may be in use at that moment."""
    try:
        os.write(2, f"{text}\n".encode())
    except OSError:
        return
