"""The client of `tests.forks.server`: start a command line, wait for it, read what it left behind."""

from __future__ import annotations

import atexit
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.forks.server import Order

ROOT = Path(__file__).parents[2]
HANGS_SECONDS = 40.0
"""A command that takes longer does not end by itself."""


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


@dataclass
class Process:
    """A command line under way. `code` is its exit code, negative for a signal, None while it runs."""

    pid: int
    out: Path
    err: Path
    began: float = field(default_factory=time.monotonic)
    code: int | None = None

    def text(self) -> str:
        files = (each for each in (self.out, self.err) if each.is_file())
        return "".join(each.read_text(encoding="utf-8", errors="replace") for each in files)

    def signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.code is None:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return


class Forks:
    """A server and its processes. `folder` is removed when the server ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.forks.server", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self._server.stdout is not None
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._server.stdout, selectors.EVENT_READ)
        self._started: list[int] = []
        self._processes: dict[int, Process] = {}
        self._ended: dict[int, int] = {}
        self._waiting = b""

    def start(self, order: Order) -> Process:
        assert self._server.stdin is not None
        self._server.stdin.write(f"{order.line()}\n".encode())
        self._server.stdin.flush()
        while not self._started:
            self._read(30)
        process = Process(self._started.pop(0), Path(order.out), Path(order.err))
        process.code = self._ended.pop(process.pid, None)
        self._processes[process.pid] = process
        return process

    def wait(self, process: Process, seconds: float = HANGS_SECONDS, *, kill: bool = True) -> int | None:
        """Its exit code; None when it did not end in time: then it is killed, or goes on."""
        deadline = time.monotonic() + seconds
        while process.code is None and time.monotonic() < deadline:
            self._read(deadline - time.monotonic())
        if process.code is None and kill:
            process.signal(signal.SIGKILL)
        return process.code

    def close(self) -> None:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait(10)
        self._server.stdout.close()
        self._selector.close()

    def _read(self, seconds: float) -> None:
        if not self._selector.select(max(seconds, 0)):
            return
        assert self._server.stdout is not None
        read = os.read(self._server.stdout.fileno(), 1 << 16)
        if not read:
            raise RuntimeError("the fork server has ended")
        *lines, self._waiting = (self._waiting + read).split(b"\n")
        for each in map(json.loads, lines):
            if "started" in each:
                self._started.append(each["started"])
            elif each["ended"] in self._processes:
                self._processes.pop(each["ended"]).code = each["status"]
            else:
                self._ended[each["ended"]] = each["status"]


def run(
    arguments: tuple[str, ...],
    folder: Path,
    environment: Mapping[str, str],
    answer: str | None = None,
    seconds: float = 120.0,
) -> Ran:
    """Run a command line to its end. `answer` is what its stdin holds; without it there is nothing to read. What the
    interpreter takes from the environment when it starts (PYTHONHASHSEED, PYTHONIOENCODING) has no effect: start a real
    one for that. Raises AssertionError when it does not end in time.
    """
    forks = _forks()
    with tempfile.TemporaryDirectory(dir=forks.folder) as name:
        out, err, stdin = (Path(name) / each for each in ("out", "err", "in"))
        if answer is not None:
            stdin.write_text(answer, encoding="utf-8")
        reads = os.devnull if answer is None else str(stdin)
        process = forks.start(Order(arguments, str(folder), dict(environment), str(out), str(err), reads))
        code = forks.wait(process, seconds)
        assert code is not None, f"{arguments} did not end within {seconds:g} s: {process.text()}"
        return Ran(code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))


@cache
def _forks() -> Forks:
    """The one of this process, which ends with it."""
    made = Forks(Path(tempfile.mkdtemp(prefix="reconciler-forks-")))
    atexit.register(made.close)
    return made
