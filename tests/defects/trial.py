"""Trying one defect: a copy of the repository, the defect in it, and the command that has to fail."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.defects.defect import ROOT, Catcher, Defect

LIMIT_SECONDS = 180.0
"""How long a command may take. A defect that makes one hang is not caught by it."""
_LEFT_OUT = shutil.ignore_patterns(
    ".*", "__pycache__", "mutants", "node_modules", "build", "dist", "*.egg-info", "benchmarks"
)


@dataclass(frozen=True)
class Verdict:
    """How a command ended. `broke` is empty where it did what a catcher does: it ran, and something in it failed."""

    failed: bool
    broke: str
    seconds: float


class Copy:
    """A copy of the repository in which one defect at a time is tried."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "repository"
        shutil.copytree(ROOT, self.root, ignore=_LEFT_OUT)
        self._times = itertools.count(int(time.time()) + 10, 2)

    def passes(self, catcher: Catcher) -> Verdict:
        """The command in the repository as it is."""
        return self._run(catcher)

    def catches(self, defect: Defect) -> Verdict:
        with self.holding(defect):
            return self._run(defect.caught_by)

    @contextmanager
    def holding(self, defect: Defect) -> Iterator[None]:
        path = self.root / defect.file
        sound = path.read_bytes()
        defect.put_into(self.root)
        self._touch(path)
        try:
            yield
        finally:
            path.write_bytes(sound)
            self._touch(path)

    def _touch(self, path: Path) -> None:
        """Python takes a compiled file for fresh by the second and the size of its source: no two may be alike."""
        moment = next(self._times)
        os.utime(path, (moment, moment))

    def run(self, arguments: Sequence[str], limit_seconds: float = LIMIT_SECONDS) -> subprocess.CompletedProcess[str]:
        """Python with these arguments in the copy as it is now. Raises subprocess.TimeoutExpired."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root)},
            capture_output=True,
            text=True,
            timeout=limit_seconds,
            check=False,
        )

    def _run(self, catcher: Catcher) -> Verdict:
        began = time.monotonic()
        try:
            done = self.run(catcher.arguments)
        except subprocess.TimeoutExpired:
            return Verdict(failed=False, broke="it did not end in time", seconds=time.monotonic() - began)
        seconds = time.monotonic() - began
        if done.returncode == 0:
            return Verdict(failed=False, broke="", seconds=seconds)
        lines = done.stdout.splitlines()
        found = any(each.startswith("FAILED ") for each in lines)
        ran = found and done.returncode == 1
        broke = (
            "" if ran else f"it ended with {done.returncode}: " + " / ".join((lines + done.stderr.splitlines())[-3:])
        )
        return Verdict(failed=ran, broke=broke, seconds=seconds)
