"""Which campaign sees a defect, and in which schedule: found by playing the campaign on the code with the defect in it.

`python -m tests.defects --by campaigns --search` looks, and writes what it finds to `sightings.yaml`. The proof plays
that one schedule: it has to hold in the repository as it is, and to break the same law with the defect in it. A
schedule names calls by their number, so it shows nothing any more once a run makes other calls: the search that found
it is then played again.
"""

from __future__ import annotations

import ast
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

from tests.defects.defect import ROOT, Defect
from tests.defects.trial import Copy, Verdict

SIGHTINGS = ROOT / "tests" / "defects" / "sightings.yaml"
SEARCH_SECONDS = 90.0
"""How long one campaign may look for one defect."""
_NO_DEFECT = ("SyntaxError", "IndentationError", "ImportError", "ModuleNotFoundError", "NameError")
"""What shows that the changed code does not run at all, which proves nothing."""
_FOUND = re.compile(r"^\S+ --replay (?P<schedule>['\"].*['\"])$")


@dataclass(frozen=True)
class Search:
    """So many schedules of a campaign's seed, played until one breaks a law; `only` is a pattern that they fit."""

    campaign: str
    count: int
    seed: int
    only: str = ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """What comes after the name of the interpreter."""
        chosen = ("--count", str(self.count), "--seed", str(self.seed), "--jobs", "1", "--first")
        return ("-m", "tests.campaigns", self.campaign, *chosen, *(("--only", self.only) if self.only else ()))


SEARCHES = (
    Search("simulation", 100, 7),
    Search("sweep", 150, 7),
    Search("answers", 300, 7),
    Search("sieve", 60, 7),
    Search("model", 2, 7),
    Search("transitions", 100, 7),
)
"""Tried in this order, where nothing is known of a defect."""


@dataclass(frozen=True)
class Sighting:
    """The search that found a defect, the schedule in which it shows, how many were played until then, and the law
    that is broken.
    """

    campaign: str
    count: int
    seed: int
    played: int
    schedule: str
    law: str
    only: str = ""

    @property
    def arguments(self) -> tuple[str, ...]:
        return ("-m", "tests.campaigns", self.campaign, "--replay", self.schedule)

    @property
    def search(self) -> Search:
        return Search(self.campaign, self.count, self.seed, self.only)


@dataclass(frozen=True)
class Proof:
    """What came of a schedule in the repository as it is, and with the defect in it. `anew` when the schedule that was
    known shows nothing any more, and the search has found this one.
    """

    sighting: Sighting
    before: Verdict
    after: Verdict
    anew: bool = False


def sightings() -> Mapping[str, Sighting]:
    """Those that are known, by the description of the defect."""
    found = yaml.safe_load(SIGHTINGS.read_text(encoding="utf-8")) if SIGHTINGS.exists() else {}
    return {what: Sighting(**each) for what, each in found.items()}


def keep(found: Mapping[str, Sighting], path: Path = SIGHTINGS) -> None:
    content = {what: asdict(found[what]) for what in sorted(found)}
    head = "# Written by `python -m tests.defects --by campaigns --search`.\n"
    path.write_text(head + yaml.safe_dump(content, sort_keys=False, width=110), encoding="utf-8")


def sought(copy: Copy, defect: Defect, searches: Sequence[Search]) -> Sighting | None:
    """The first schedule of these searches that breaks a law with the defect in the code, None when none does."""
    with copy.holding(defect):
        for each in searches:
            try:
                done = copy.run(each.arguments, SEARCH_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            found = _first(each, done.stdout.splitlines()) if done.returncode == 1 else None
            if found is not None:
                return found
    return None


def _first(search: Search, lines: Sequence[str]) -> Sighting | None:
    for number, line in enumerate(lines):
        found = _FOUND.match(line)
        if found is None:
            continue
        law = law_in("\n".join(lines[number + 1 :]).strip())
        if law:
            played = int(lines[-1].split("|")[2])
            return Sighting(
                search.campaign, search.count, search.seed, played, ast.literal_eval(found[1]), law, search.only
            )
    return None


def law_in(told: str) -> str:
    """The law that a campaign says was broken; empty when the code that it played does not run at all."""
    law, _, detail = told.partition(": ")
    if any(each in told for each in _NO_DEFECT):
        return ""
    if law == "no traceback" and detail.startswith("Traceback"):  # nobody foresaw it: the campaign itself broke
        return ""
    return law


def proof(copy: Copy, defect: Defect, known: Sighting) -> Proof:
    after = sees(copy, defect, known)
    found = None if after.failed else sought(copy, defect, (known.search,))
    if found is None:
        return Proof(known, holds(copy, known), after)
    return Proof(found, holds(copy, found), sees(copy, defect, found), anew=True)


def holds(copy: Copy, sighting: Sighting) -> Verdict:
    """The schedule in the repository as it is."""
    return _replayed(copy, sighting)


def sees(copy: Copy, defect: Defect, sighting: Sighting) -> Verdict:
    """The schedule with the defect in the code."""
    with copy.holding(defect):
        return _replayed(copy, sighting)


def _replayed(copy: Copy, sighting: Sighting) -> Verdict:
    began = time.monotonic()
    try:
        done = copy.run(sighting.arguments)
    except subprocess.TimeoutExpired:
        return Verdict(failed=False, broke="it did not end in time", seconds=time.monotonic() - began)
    seconds = time.monotonic() - began
    if done.returncode == 0:
        return Verdict(failed=False, broke="", seconds=seconds)
    law = law_in(done.stdout.strip())
    failed = done.returncode == 1 and law == sighting.law
    last = " / ".join((done.stdout.splitlines() + done.stderr.splitlines())[-3:])
    broke = "" if failed else f"it broke {law!r}, not {sighting.law!r}: {last}"
    return Verdict(failed=failed, broke=broke, seconds=seconds)
