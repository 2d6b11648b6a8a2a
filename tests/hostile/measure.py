"""Run every hostile stack through `reconciler validate`, each in a process of its own.

    .venv/bin/python -m tests.hostile.measure [WORDS OF A NAME]

Prints a table: the case, its first code, the milliseconds of processor time (the best of three) and the MiB that it
took over the same command on a small stack with one misspelt key. Exits 0 when each was refused with its code and a
diagnostic, within 100 ms and 64 MiB, and none was waited for.

What is written as densely as a real stack cannot be told from one before it is read: it costs what a real one does,
about 15 ms for 100 KiB, and no more than the limits let in.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.hostile.cases import Case, cases

MILLISECONDS = 100.0
MIB = 64.0
SECONDS = 5.0
PLAIN = b"stack: s\nprojects: {p: {name: p}}\nlocals: {a: \"${{ 'a' ~ 1 }}\"}\nunknown: 1\n"


_LAUNCHER = """
import os, sys, time
began = time.monotonic()
_, status, usage = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0)
figures = usage.ru_utime + usage.ru_stime, time.monotonic() - began, usage.ru_maxrss, os.waitstatus_to_exitcode(status)
os.write(1, ("\\0" + " ".join(map(str, figures))).encode())
"""
"""A small process in between: Linux counts what a parent held when it forked as its child's."""


@dataclass(frozen=True)
class Cost:
    """One run: milliseconds of processor time, seconds until it ended, peak MiB, exit code, and the codes of what was
    found; None when that was no JSON.
    """

    milliseconds: float
    seconds: float
    mebibytes: float
    exit_code: int
    codes: tuple[str, ...] | None


def main() -> int:
    wanted = " ".join(sys.argv[1:])
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        base = _best(Case("plain", None, lambda: {"stack.yaml": PLAIN}), Path(folder), 9)
        print(
            f"start-up: {base.milliseconds:.0f} ms, {base.mebibytes:.0f} MiB\n\n"
            "| case | code | ms | MiB | |\n|---|---|---|---|---|"
        )
        for case in cases():
            if wanted not in case.name:
                continue
            cost = _best(case, Path(folder), 3)
            extra, memory = cost.milliseconds - base.milliseconds, cost.mebibytes - base.mebibytes
            verdict = _verdict(case, cost, extra, memory)
            failed += bool(verdict)
            name = case.name.replace("|", "\\|").replace("\n", " ")
            code = next(iter(cost.codes or ()), "")
            print(f"| {name} | {code} | {max(extra, 0):.0f} | {max(memory, 0):.0f} | {verdict} |", flush=True)
    print(f"\n{failed} failed")
    return 1 if failed else 0


def _verdict(case: Case, cost: Cost, extra: float, memory: float) -> str:
    if cost.codes is None:
        return f"NO DIAGNOSTIC, exit {cost.exit_code}"
    if cost.exit_code != 1 or not cost.codes:
        return "ACCEPTED"
    if "internal-error" in cost.codes or (case.code is not None and case.code not in cost.codes):
        return f"OTHER CODE, not {case.code}"
    if cost.seconds > SECONDS:
        return "WAITED"
    return "TOO SLOW" if extra > MILLISECONDS else "TOO LARGE" if memory > MIB else ""


def _best(case: Case, folder: Path, times: int) -> Cost:
    with tempfile.TemporaryDirectory(dir=folder) as own:
        entry = case.write(Path(own))
        if case.entry.startswith("sparse"):
            with entry.open("wb") as file:
                file.truncate(1 << 30)
        return min((_run(entry) for _ in range(times)), key=lambda cost: cost.milliseconds)


def _run(entry: Path) -> Cost:
    command = [sys.executable, "-m", "reconciler", "validate", "--json", str(entry)]
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    text, _, figures = run.stdout.rpartition(b"\0")
    processor, seconds, kibibytes, exit_code = figures.split()
    try:
        codes = tuple(str(each["code"]) for each in json.loads(text)["diagnostics"])
    except (ValueError, KeyError):
        codes = None
    return Cost(float(processor) * 1000, float(seconds), int(kibibytes) / 1024, int(exit_code), codes)


if __name__ == "__main__":
    sys.exit(main())
