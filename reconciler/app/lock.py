"""One run at a time: an advisory lock for each stack and API, beside where the command runs.

It keeps two runs on one machine apart, and dies with its process, however that ends: the file that stays is never
something to clean up. Across machines nothing is locked, since the API offers nothing to lock with; there the marks
decide, and what two runs made twice is healed.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from reconciler.app.private_files import make_private_folder, open_private, private_path
from reconciler.clock import Clock, SystemClock
from reconciler.diagnostics import Diagnostic, Refused, error

_POLL_SECONDS: Final = 0.2
_MOST_BYTES: Final = 4096
_FLAGS: Final = os.O_RDWR | os.O_CREAT


class LockFailed(Exception):
    """The lock's file cannot be used: a read-only or full disk, a link, a pipe. The text is for a person."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a lock: the process, its command, and since when (UTC, for people). A pid of 0: it did not say yet."""

    pid: int = 0
    command: str = ""
    since: str = ""

    def __str__(self) -> str:
        return f"process {self.pid} (`{self.command}`), since {self.since}" if self.pid else "another process"


def lock_path(folder: Path, stack: str, api_url: str) -> Path:
    """The file of the lock of a stack in the account behind an API."""
    return private_path(folder, stack, api_url, "lock")


@contextmanager
def locked(
    path: Path, command: Sequence[str], *, timeout: float = 0.0, clock: Clock | None = None, pid: int | None = None
) -> Iterator[None]:
    """Hold a lock, waiting for it at most `timeout` seconds. Raises `Refused` when another process has it still, and
    `LockFailed` when there can be none.
    """
    clock = clock or SystemClock()
    try:
        make_private_folder(path.parent)
        handle = open_private(path, _FLAGS)
    except OSError as problem:
        raise LockFailed(f"{path}: {problem.strerror or problem}") from None
    try:
        _take(handle, path, timeout, clock)
        _sign(handle, Holder(pid or os.getpid(), " ".join(command), _time(clock.wall())))
        yield
    finally:
        os.close(handle)


def _take(handle: int, path: Path, timeout: float, clock: Clock) -> None:
    deadline = clock.now() + timeout
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            left = deadline - clock.now()
            if left <= 0:
                raise Refused([_held(path, _holder(handle), timeout)]) from None
            clock.sleep(min(_POLL_SECONDS, left))
        except OSError as problem:
            raise LockFailed(f"{path}: {problem.strerror or problem}") from None
        else:
            return


def _held(path: Path, holder: Holder, timeout: float) -> Diagnostic:
    waited = f" after {timeout:g} s" if timeout else ""
    summary = f"another run of this stack is under way{waited}: {holder}"
    hint = f"wait for it, here with --lock-timeout SECONDS; {path} is free as soon as that process has ended"
    return error("run-under-way", summary, hint=hint)


def _sign(handle: int, holder: Holder) -> None:
    """Who holds it is there for people, so a full disk does not matter."""
    content = json.dumps({"pid": holder.pid, "command": holder.command, "since": holder.since}).encode()
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, content[:_MOST_BYTES], 0)
    except OSError:
        return


def _holder(handle: int) -> Holder:
    try:
        found = json.loads(os.pread(handle, _MOST_BYTES, 0))
        return Holder(int(found["pid"]), str(found["command"]), str(found["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Holder()


def _time(wall: float) -> str:
    return datetime.fromtimestamp(wall, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
