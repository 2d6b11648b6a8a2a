"""The command: tries mutants, prints a table, and ends with 1 when one survives without a reason."""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.mutants.modules import MODULES
from tests.mutants.trial import Figures, tried


def line(each: Figures) -> str:
    explained = len(each.survivors) - len(each.unexplained())
    counts = f"{each.total} | {each.killed} | {each.timeout} | {each.untested} | {len(each.survivors)} | {explained}"
    return f"| {each.module} | {counts} | {each.share:.1f} % | {each.seconds:.0f} |"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("modules", nargs="+", choices=[*MODULES, "all"], metavar="MODULE", help="a path, or `all`")
    parser.add_argument("--jobs", type=int, default=1, help="processes [default: 1]")
    parser.add_argument(
        "--folder", type=Path, help="where to work, and to go on after an interrupt [default: a new one]"
    )
    parser.add_argument("--show", action="store_true", help="print the survivors that have a reason too")
    given = parser.parse_args()
    chosen = list(MODULES) if "all" in given.modules else given.modules
    missing = 0
    with ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mutants-")))
        print("| module | mutants | killed | timeout | untested | survived | with a reason | noticed | seconds |")
        print("|---|---|---|---|---|---|---|---|---|", flush=True)
        for module in chosen:
            figures = tried(module, MODULES[module], folder, given.jobs)
            missing += len(figures.unexplained()) + figures.untested
            print(line(figures))
            for each in figures.survivors if given.show else figures.unexplained():
                print(f"  {each}", flush=True)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
