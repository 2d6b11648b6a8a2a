"""Command lines run in this process: a folder, an environment of their own, and what they print."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from reconciler.cli.main import run as run_command


class _Stream(io.StringIO):
    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    command: str
    code: int
    out: str
    err: str


def run(folder: Path, environment: Mapping[str, str], *arguments: str, terminal: bool = False) -> Ran:
    """One command in a folder, with nobody to ask; of this process's environment it sees what has no meaning to it."""
    out, err = _Stream(terminal=terminal), _Stream(terminal=terminal)
    with _environment(environment), contextlib.chdir(folder), _streams(out, err):
        code = run_command(arguments)
    return Ran(" ".join(arguments), code, out.getvalue(), err.getvalue())


def call(url: str, token: str, method: str, path: str, body: Any = None) -> requests.Response:
    """A call to the account by somebody else."""
    return requests.request(method, url + path, json=body, headers={"X-Auth-Token": token}, timeout=20)


@contextlib.contextmanager
def _environment(given: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    for name in before:
        if name.startswith(("PACKET", "METAL", "RECONCILER", "NO_COLOR", "CI", "GITHUB")):
            del os.environ[name]
    os.environ.update(given)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def _streams(out: io.StringIO, err: io.StringIO) -> Iterator[None]:
    before = sys.stdin
    sys.stdin = io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            yield
    finally:
        sys.stdin = before
