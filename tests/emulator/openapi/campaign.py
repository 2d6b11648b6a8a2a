"""schemathesis against the emulator, by its OpenAPI document.

    python -m tests.emulator.openapi.campaign [--max-examples N] [--sequences N] [--seed N]

Every operation of a served emulator is called with generated parameters, good ones and bad ones; then emulators in
this process are called in sequences along the links of the document. It fails on a 5xx and on any answer that is not
as described: status, content type, headers, JSON; also where a call works without a token, or on an object that was
deleted. In the end it names the operations that were never answered with success, so that one sees how far it got.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from reconciler.emulator import Clock, Emulator, ScaledClock, Settings, VirtualClock
from tests.emulator.openapi.furnishing import (
    AT_ONCE,
    CONFIG,
    REPORT_VARIABLE,
    SETTINGS,
    TOKEN,
    WORLD_VARIABLE,
    furnished,
)
from tests.emulator.openapi.sequences import run_sequences

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    code: int
    output: str
    answers: dict[str, dict[str, int]]
    """By "METHOD template" and status, how often."""

    def unreached(self) -> list[str]:
        """The operations that were never answered with success."""
        return sorted(name for name, counts in self.answers.items() if not any(code < "300" for code in counts))

    def totals(self) -> dict[str, int]:
        """How often there was each status."""
        statuses = sorted({status for counts in self.answers.values() for status in counts})
        return {status: sum(counts.get(status, 0) for counts in self.answers.values()) for status in statuses}


def run(*options: str, clock: Clock, settings: dict[str, Any], echo: bool = False) -> Outcome:
    """Serve an emulator and let schemathesis at it, with these options of `st run`."""
    chosen = Settings().changed({**SETTINGS, **settings})
    with (
        TemporaryDirectory() as folder,
        Emulator(token=TOKEN, settings=chosen, clock=clock, seed=1) as emulator,
    ):
        report, world = Path(folder) / "answers.json", Path(folder) / "world.json"
        world.write_text(json.dumps(furnished(emulator)), "utf-8")
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SCHEMATHESIS_HOOKS": "tests.emulator.openapi.generators",
            "HYPOTHESIS_STORAGE_DIRECTORY": folder,
            REPORT_VARIABLE: str(report),
            WORLD_VARIABLE: str(world),
        }
        done = subprocess.run(
            [*_schemathesis(), *options, f"{emulator.url}/_emulator/openapi.json"],
            cwd=folder,
            env=environment,
            text=True,
            check=False,
            stdout=None if echo else subprocess.PIPE,
            stderr=None if echo else subprocess.STDOUT,
        )
        return Outcome(
            done.returncode, done.stdout or "", json.loads(report.read_text("utf-8")) if report.exists() else {}
        )


def quick() -> Outcome:
    """The run of the test suite: the same each time, a few examples of everything."""
    phase = ["--phases", "fuzzing", "--generation-deterministic"]
    return run("--max-examples", "3", *phase, clock=VirtualClock(), settings=AT_ONCE)


def _schemathesis() -> list[str]:
    return [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run", "--no-color"]


def main(arguments: Sequence[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.emulator.openapi.campaign", description=__doc__)
    parser.add_argument("--max-examples", default="100", metavar="N", help="of each operation; default 100")
    parser.add_argument("--sequences", type=int, default=300, metavar="N", help="default 300")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="default 1")
    chosen = parser.parse_args(arguments)
    options = ["--max-examples", chosen.max_examples, "--seed", str(chosen.seed), "--phases", "coverage,fuzzing"]
    outcome = run(*options, clock=ScaledClock(10), settings={}, echo=True)
    print(f"{len(outcome.answers)} operations, answered {outcome.totals()}")
    print(f"never with success: {', '.join(outcome.unreached()) or 'none'}")
    if outcome.code == 0:
        answers = run_sequences(chosen.sequences, 15, chosen.seed)
        print(f"{chosen.sequences} sequences of {len(answers)} operations found nothing")
    return outcome.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
