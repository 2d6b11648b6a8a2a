"""The command: tries all defects, prints a table, and ends with 1 when one is not caught."""

from __future__ import annotations

import argparse
import multiprocessing
import queue
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.defects.all import DEFECTS
from tests.defects.defect import Defect
from tests.defects.trial import Copy, Verdict


def tried(defects: list[Defect], jobs: int) -> Iterator[tuple[Defect, Verdict, Verdict]]:
    """Each with what came of its command in the repository as it is, and with the defect in it."""
    with tempfile.TemporaryDirectory(prefix="defects-") as folder, ThreadPoolExecutor(jobs) as pool:
        copies: queue.SimpleQueue[Copy] = queue.SimpleQueue()
        for number in range(jobs):
            copies.put(Copy(Path(folder) / str(number)))

        def in_a_copy(work: Callable[[Copy], Verdict]) -> Verdict:
            copy = copies.get()
            try:
                return work(copy)
            finally:
                copies.put(copy)

        catchers = list(dict.fromkeys(each.caught_by for each in defects))
        sound = [partial(Copy.passes, catcher=each) for each in catchers]
        before = dict(zip(catchers, pool.map(in_a_copy, sound), strict=True))
        defective = [partial(Copy.catches, defect=each) for each in defects]
        for defect, after in zip(defects, pool.map(in_a_copy, defective), strict=True):
            yield defect, before[defect.caught_by], after


def verdict_on(defect: Defect, before: Verdict, after: Verdict) -> str:
    """Empty when the defect is caught."""
    if before.broke or before.failed:
        return f"its command fails without it: {before.broke}".rstrip(": ")
    if after.failed:
        return ""
    return after.broke or "it survives"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.defects", description=__doc__)
    parser.add_argument("words", nargs="*", help="only defects whose description has one of these texts in it")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count(), help="copies that are worked in")
    parser.add_argument("--list", action="store_true", help="only list them")
    given = parser.parse_args()
    chosen = [each for each in DEFECTS if not given.words or any(word in each.what for word in given.words)]
    rotten = [each.rotten() for each in DEFECTS if each.rotten()]
    if given.list or rotten:
        print("\n".join(rotten or [f"{each.file}: {each.what}" for each in chosen]))
        return 1 if rotten else 0
    began = time.monotonic()
    missed = 0
    print("| defect | in | caught by | seconds |\n|---|---|---|---|", flush=True)
    for each, before, after in tried(chosen, min(given.jobs, len(chosen) or 1)):
        objection = verdict_on(each, before, after)
        missed += bool(objection)
        caught = f"NOT CAUGHT by {each.caught_by}: {objection}" if objection else str(each.caught_by)
        where = each.file.removeprefix("reconciler/")
        print(f"| {each.what} | {where} | {caught} | {after.seconds:.1f} |", flush=True)
    print(f"\n{len(chosen) - missed} of {len(chosen)} caught in {time.monotonic() - began:.0f} s")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
