"""The command: tries all defects, prints a table, and ends with 1 when one is not caught."""

from __future__ import annotations

import argparse
import multiprocessing
import queue
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from tests.defects import sightings
from tests.defects.all import DEFECTS
from tests.defects.defect import Defect
from tests.defects.sightings import SEARCHES, Proof, Search, Sighting
from tests.defects.trial import Copy, Verdict

_Made = TypeVar("_Made")
_Work = Callable[[Copy], _Made]


@contextmanager
def copies(jobs: int) -> Iterator[tuple[ThreadPoolExecutor, Callable[[_Work[_Made]], _Made]]]:
    """So many workers, and what gives each of their works a copy of its own."""
    with tempfile.TemporaryDirectory(prefix="defects-") as folder, ThreadPoolExecutor(jobs) as pool:
        free: queue.SimpleQueue[Copy] = queue.SimpleQueue()
        for number in range(jobs):
            free.put(Copy(Path(folder) / str(number)))

        def in_a_copy(work: _Work[_Made]) -> _Made:
            copy = free.get()
            try:
                return work(copy)
            finally:
                free.put(copy)

        yield pool, in_a_copy


def tried(defects: list[Defect], jobs: int) -> Iterator[tuple[Defect, Verdict, Verdict]]:
    """Each with what came of its command in the repository as it is, and with the defect in it."""
    with copies(jobs) as (pool, in_a_copy):
        catchers = list(dict.fromkeys(each.caught_by for each in defects))
        sound: list[_Work[Verdict]] = [partial(Copy.passes, catcher=each) for each in catchers]
        before = dict(zip(catchers, pool.map(in_a_copy, sound), strict=True))
        defective: list[_Work[Verdict]] = [partial(Copy.catches, defect=each) for each in defects]
        for defect, after in zip(defects, pool.map(in_a_copy, defective), strict=True):
            yield defect, before[defect.caught_by], after


def proved(seen: Sequence[tuple[Defect, Sighting]], jobs: int) -> Iterator[tuple[Defect, Proof]]:
    """The same, by the schedules of campaigns."""
    with copies(jobs) as (pool, in_a_copy):
        proofs: list[_Work[Proof]] = [partial(sightings.proof, defect=each, known=known) for each, known in seen]
        yield from zip((defect for defect, _ in seen), pool.map(in_a_copy, proofs), strict=True)


def verdict_on(before: Verdict, after: Verdict) -> str:
    """Empty when the defect is caught."""
    if before.broke or before.failed:
        return f"its command fails without it: {before.broke}".rstrip(": ")
    if after.failed:
        return ""
    return after.broke or "it survives"


def by_tests(chosen: list[Defect], jobs: int) -> int:
    """How many were not caught by tests of the suite."""
    missed = 0
    print("| defect | in | caught by | seconds |\n|---|---|---|---|", flush=True)
    for each, before, after in tried(chosen, jobs):
        objection = verdict_on(before, after)
        missed += bool(objection)
        caught = f"NOT CAUGHT by {each.caught_by}: {objection}" if objection else str(each.caught_by)
        print(f"| {each.what} | {_where(each)} | {caught} | {after.seconds:.1f} |", flush=True)
    return missed


def by_campaigns(chosen: list[Defect], jobs: int) -> int:
    """How many were not caught by the schedules in which campaigns saw them."""
    known = sightings.sightings()
    missed = 0
    print("| defect | in | campaign | schedules until found | law | seconds |\n|---|---|---|---|---|---|", flush=True)
    for each, proof in proved([(each, known[each.what]) for each in chosen], jobs):
        sighting, objection = proof.sighting, verdict_on(proof.before, proof.after)
        missed += bool(objection)
        law = f"NOT CAUGHT by {sighting.schedule!r}: {objection}" if objection else sighting.law
        anew = f", found anew in {sighting.schedule!r}" if proof.anew else ""
        seen = f"{sighting.campaign} | {sighting.played}{anew}"
        print(f"| {each.what} | {_where(each)} | {seen} | {law} | {proof.after.seconds:.1f} |", flush=True)
    return missed


def search(chosen: Sequence[Defect], jobs: int, searches: Sequence[Search]) -> int:
    """Look for each with campaigns, keep what is found, and say how many no campaign saw."""
    unseen = 0
    known = sightings.sightings()
    with copies(jobs) as (pool, in_a_copy):
        works: dict[Future[Sighting | None], Defect] = {}
        for each in chosen:
            looked = partial(sightings.sought, defect=each, searches=_before(each, known, searches))
            works[pool.submit(in_a_copy, looked)] = each
        for done in as_completed(works):
            each, found = works[done], done.result()
            unseen += found is None
            if found is not None:
                sightings.keep({**sightings.sightings(), each.what: found})
            told = f"{found.campaign} after {found.played}: {found.law}" if found else "not seen"
            print(f"{each.what}: {told}", flush=True)
    return unseen


def _before(defect: Defect, known: Mapping[str, Sighting], searches: Sequence[Search]) -> Sequence[Search]:
    """The search that has found it once comes before the others."""
    return (known[defect.what].search, *searches) if defect.what in known else searches


def _where(defect: Defect) -> str:
    return defect.file.removeprefix("reconciler/")


def _with_words(defects: Iterable[Defect], words: Sequence[str]) -> list[Defect]:
    return [each for each in defects if not words or any(word in each.what for word in words)]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.defects", description=__doc__)
    parser.add_argument("words", nargs="*", help="only defects whose description has one of these texts in it")
    parser.add_argument("--by", choices=("tests", "campaigns"), default="tests", help="what has to catch them")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count(), help="copies that are worked in")
    parser.add_argument("--list", action="store_true", help="only list them")
    parser.add_argument("--search", action="store_true", help="look with campaigns for those that none has seen yet")
    parser.add_argument("--campaign", help="with --search: only with this one")
    parser.add_argument("--count", type=int, default=100, help="... and so many of its schedules")
    parser.add_argument("--seed", type=int, default=7, help="... of this seed")
    parser.add_argument("--only", default="", metavar="PATTERN", help="... that fit this pattern")
    given = parser.parse_args()
    known = sightings.sightings()
    chosen = _with_words(DEFECTS, given.words)
    if given.search:
        chosen = [each for each in chosen if given.words or each.what not in known]
    elif given.by == "campaigns":
        chosen = [each for each in chosen if each.what in known]
    else:
        chosen = [each for each in chosen if each.caught_by.tests]
    rotten = [each.rotten() for each in DEFECTS if each.rotten()]
    if given.list or rotten:
        print("\n".join(rotten or [f"{each.file}: {each.what}" for each in chosen]))
        return 1 if rotten else 0
    began = time.monotonic()
    jobs = max(1, min(given.jobs, len(chosen)))
    if given.search:
        one = (Search(given.campaign, given.count, given.seed, given.only),) if given.campaign else SEARCHES
        missed = search(chosen, jobs, one)
    else:
        missed = (by_campaigns if given.by == "campaigns" else by_tests)(chosen, jobs)
    verb = "seen" if given.search else "caught"
    print(f"\n{len(chosen) - missed} of {len(chosen)} {verb} in {time.monotonic() - began:.0f} s")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
