"""The command line run in this process, in a folder of its own, with nothing of the environment's accounts."""

from __future__ import annotations

import io
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.cli.main import run
from reconciler.clock import SystemClock
from tests.forks.client import Ran as Ran

STACK = """\
stack: small
variables:
  description: {default: storage}
  password: {type: string, default: canary-of-2019, secret: true}
projects:
  web:
    name: Small
    ssh_keys:
      ops: {key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEKL6owlrjBJ+ZsoM5D2h0NOzxtj2KO2TOVmD7z90vRX ops@example.com"}
    vlans:
      storage: {facility: ewr1, description: "${{ var.description }}"}
outputs:
  vlan: ${{ projects.web.vlans.storage.vxlan }}
  list: ["a", "b"]
  password: {value: "${{ var.password }}", secret: true}
"""


class Stream(io.StringIO):
    """A stream that may say that it is a terminal."""

    def __init__(self, text: str = "", *, terminal: bool = False) -> None:
        super().__init__(text)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


class Hurrying(SystemClock):
    """A clock that has slept at once: the emulator of these tests is never late."""

    def __init__(self) -> None:
        super().__init__()
        self._slept = 0.0

    def now(self) -> float:
        return super().now() + self._slept

    def sleep(self, seconds: float) -> None:
        self._slept += seconds


@dataclass(frozen=True)
class Shell:
    """Runs command lines; `world` is the option that keeps to one emulated world."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    world: str = "--emulator=world.db"

    def run(self, *arguments: str, stdin: str | None = None, terminal: bool = False) -> Ran:
        """`stdin` as text typed at a terminal; without it there is nobody to ask. `terminal` makes both outputs one."""
        out, err = Stream(terminal=terminal), Stream(terminal=terminal)
        with self.monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", Stream(stdin or "", terminal=stdin is not None))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = run(arguments)
        return Ran(code, out.getvalue(), err.getvalue())

    def write(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    for name in list(os.environ):
        if name.startswith(("PACKET", "METAL", "RECONCILER", "NO_COLOR", "OTEL", "TRACE")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stack.yaml").write_text(STACK, encoding="utf-8")
    return Shell(tmp_path, monkeypatch)
