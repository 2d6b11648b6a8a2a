"""Plan stacks in this process, and see what Python is asked to do meanwhile.

    python -B -m tests.hostile.watched PLACE=STACK...

PLACE is the folder that STACK may be read from. Prints one JSON document: by stack the exit code, and what was done
that reading and planning have no business with: a program started, a file written, or read outside of PLACE and
Python's own, a host spoken to that is not this machine.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import sysconfig
from pathlib import Path
from typing import Any

import reconciler
from reconciler.cli.main import run

_PROGRAMS = ("subprocess.", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.system", "pty.", "ctypes.dlopen")
_CHANGES = (
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.chmod",
    "os.chown",
    "os.link",
    "os.symlink",
    "shutil.",
)
_NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind")
_LOCAL = ("127.0.0.1", "::1", "localhost")
_OWN = tuple(
    os.path.realpath(str(each))
    for each in {*sysconfig.get_paths().values(), sys.prefix, sys.base_prefix, Path(reconciler.__file__).parent}
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Watch:
    """Keeps what was not to be done, of one stack at a time. Components that are opened one in another are resolved by
    the kernel, without links (`openat`): they stand below a folder that was looked at here.
    """

    def __init__(self) -> None:
        self.place = ""
        self.found: list[str] = []

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.place:
            return
        strange = (
            event.startswith((*_PROGRAMS, *_CHANGES))
            or (event == "open" and self._strange_file(*arguments))
            or (event in _NETWORK and not self._local(event, arguments))
        )
        if strange:
            self.found.append(f"{event} {arguments!r}"[:300])

    def _strange_file(self, path: object, mode: object, flags: object) -> bool:
        if isinstance(path, int):
            return False
        if isinstance(flags, int) and flags & _WRITING:
            return True
        name = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else repr(path)
        if "/" not in name:
            return False
        real = os.path.realpath(name)
        return not any(real == each or real.startswith(f"{each}{os.sep}") for each in (*_OWN, self.place))

    def _local(self, event: str, arguments: tuple[Any, ...]) -> bool:
        address = arguments[1] if event.startswith(("socket.connect", "socket.sendto", "socket.bind")) else arguments[0]
        return (address[0] if isinstance(address, tuple) else address) in _LOCAL


def main() -> None:
    watch = Watch()
    sys.addaudithook(watch)
    answers: dict[str, Any] = {}
    for argument in sys.argv[1:]:
        place, _, stack = argument.partition("=")
        watch.place, watch.found = os.path.realpath(place), []
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = run(["plan", stack])
        watch.place = ""
        answers[stack] = {"code": code, "found": watch.found, "said": out.getvalue()[-2_000:]}
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
