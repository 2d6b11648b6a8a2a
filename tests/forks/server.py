"""`python -m tests.forks.server`: starts command lines of the tool as processes of their own, by a fork after the
imports, so that a schedule does not pay for them each time. With `fresh` the interpreter is started anew as well.

An order is one line of JSON on stdin; `{"started": PID}` and, later, `{"ended": PID, "status": N}` are lines on stdout.
Everything that it started ends with it, and it ends when its stdin does; then it removes the folder that its argument
names, for whoever started it may have been killed.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import select
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import reconciler
from reconciler.cli.main import main

_NEW_NAMESPACE = 0x00020000  # CLONE_NEWNS: what is mounted ends with the process
_PRIVATE = 0x40000 | 0x4000  # MS_PRIVATE | MS_REC


@dataclass(frozen=True)
class Order:
    """A process to start. `file_bytes` is the most that it can write into one file; `small` is a folder that gets a
    file system of so many bytes for it, 0 one that can only be read; `strike` sends it a signal by itself at the n-th
    fsync: `[n, signal]`. Paths that begin with `/dev/` or are pipes are opened as they are.
    """

    arguments: tuple[str, ...]
    folder: str
    environment: Mapping[str, str]
    out: str
    err: str
    stdin: str = os.devnull
    fresh: bool = False
    file_bytes: int | None = None
    small: tuple[str, int] | None = None
    strike: tuple[int, int] | None = None

    def line(self) -> str:
        return json.dumps(asdict(self))


@dataclass
class Server:
    """Forks on order, and tells when a child has ended."""

    children: set[int] = field(default_factory=set)

    def serve(self) -> None:
        woken, wake = os.pipe()
        for each in (woken, wake):
            os.set_blocking(each, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        waiting = b""
        while True:
            ready, _, _ = select.select([0, woken], [], [])
            if woken in ready:
                os.read(woken, 4096)
                self._reap()
            if 0 in ready:
                read = os.read(0, 1 << 16)
                if not read:
                    break
                *lines, waiting = (waiting + read).split(b"\n")
                for line in lines:
                    self._start(Order(**json.loads(line)))
        for pid in self.children:
            os.kill(pid, signal.SIGKILL)
        while self.children:
            self._reap(0)

    def _start(self, order: Order) -> None:
        pid = os.fork()
        if pid == 0:
            _become(order)
        self.children.add(pid)
        _tell({"started": pid})

    def _reap(self, how: int = os.WNOHANG) -> None:
        while self.children:
            pid, status = os.waitpid(-1, how)
            if pid == 0:
                return
            self.children.discard(pid)
            if how:
                _tell({"ended": pid, "status": os.waitstatus_to_exitcode(status)})


def _tell(what: Mapping[str, int]) -> None:
    os.write(1, f"{json.dumps(what)}\n".encode())


def _become(order: Order) -> None:
    """Run a command line in this process, as the console script does."""
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.chdir(order.folder)
        for descriptor, path, flags in (
            (0, order.stdin, os.O_RDONLY),
            (1, order.out, os.O_WRONLY | os.O_CREAT | os.O_APPEND),
            (2, order.err, os.O_WRONLY | os.O_CREAT | os.O_APPEND),
        ):
            handle = os.open(path, flags | os.O_NOCTTY, 0o600)
            os.dup2(handle, descriptor)
            os.close(handle)
        most = order.file_bytes
        if order.small is not None and not _mount(*order.small):
            most = order.small[1]  # who may not mount gets what is nearest to it
        if most is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        if order.fresh:
            os.execve(sys.executable, [sys.executable, "-m", "reconciler", *order.arguments], dict(order.environment))
        os.environ.clear()
        os.environ.update(order.environment)
        sys.argv = ["reconciler", *order.arguments]
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  # they are open as long as the process is
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115  # told at once
        if order.strike is not None:
            vars(os)["fsync"] = _striking(os.fsync, *order.strike)
        main()
    except BaseException:  # noqa: BLE001  # what the interpreter would print
        traceback.print_exc()
        sys.stderr.flush()
    os._exit(1)


def _striking(fsync: Callable[[Any], None], number: int, sent: int) -> Callable[[Any], None]:
    """fsync that is hit by a signal before the n-th call; a second one follows what was to be on the disk."""
    calls = 0

    def hit(handle: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == number:
            os.kill(os.getpid(), sent)
        fsync(handle)

    return hit


def _mount(folder: str, size: int) -> bool:
    """A small file system of this process alone; one that can only be read when `size` is 0. Whether it may be."""
    libc = ctypes.CDLL(None, use_errno=True)
    options = f"size={size or 4096}".encode()
    return bool(
        libc.unshare(_NEW_NAMESPACE) == 0
        and libc.mount(b"none", b"/", None, _PRIVATE, None) == 0
        and libc.mount(b"tmpfs", folder.encode(), b"tmpfs", 0 if size else 1, options) == 0
    )


def load() -> None:
    """Import all of the tool, so that no child has to."""
    for each in walk_packages(reconciler.__path__, "reconciler."):
        if not each.name.endswith("__main__"):
            import_module(each.name)
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    load()
    Server().serve()
    shutil.rmtree(sys.argv[1], ignore_errors=True)
