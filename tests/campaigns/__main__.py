"""The command: plays campaigns, prints a table, and ends with 1 when a law was broken."""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import import_module
from multiprocessing.pool import Pool
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import reconciler
import tests.campaigns
from reconciler.cli.memory import collect_seldom
from tests.campaigns.campaign import Campaign, NotInPeace, Violation

PART = 500
"""Schedules, after which what has come of them is kept in the file of `--results`."""
PLAYED_AGAINST = Path(reconciler.__file__).parent


@dataclass
class Result:
    """What came of one campaign."""

    name: str
    schedules: int = 0
    broken: list[tuple[str, Violation]] = field(default_factory=list)
    seconds: float = 0.0


def campaigns() -> dict[str, Campaign]:
    """All campaigns, by name."""
    modules = (import_module(f"tests.campaigns.{each.name}") for each in iter_modules(tests.campaigns.__path__))
    found = [found for module in modules if (found := _of(module)) is not None]
    return {each.name: each for each in sorted(found, key=lambda each: each.name)}


def _of(module: ModuleType) -> Campaign | None:
    found = getattr(module, "CAMPAIGN", None)
    return found if isinstance(found, Campaign) else None


def played(campaign: str, schedule: str) -> tuple[str, list[Violation]]:
    """One schedule; what nobody foresaw counts as broken too."""
    try:
        return schedule, campaigns()[campaign].play(schedule)
    except NotInPeace as found:
        return schedule, [Violation("applied in peace", str(found))]
    except Exception:  # noqa: BLE001  # whatever it is, it is a finding
        return schedule, [Violation("no traceback", traceback.format_exc(limit=-6))]


def run(campaign: Campaign, schedules: Sequence[str], jobs: int, *, first: bool = False) -> Result:
    """Play these schedules; with `first` no more after one that broke a law."""
    with _workers(campaign, jobs) as pool:
        return _run(campaign, schedules, pool, first=first)


def _workers(campaign: Campaign, jobs: int) -> Pool:
    """Processes that play; what they have read and started serves all that they play. They look for garbage as seldom
    as the command does.
    """
    return multiprocessing.Pool(min(jobs, campaign.jobs or jobs), initializer=collect_seldom)


def _run(campaign: Campaign, schedules: Sequence[str], pool: Pool, *, first: bool = False) -> Result:
    result = Result(campaign.name)
    began = time.monotonic()
    for schedule, violations in pool.imap_unordered(partial(played, campaign.name), schedules, chunksize=4):
        result.schedules += 1
        for each in violations:
            result.broken.append((schedule, each))
            told = f"{campaign.name} --replay {schedule!r}\n  {each.law}: {each.detail}"
            print(told.encode("utf-8", "backslashreplace").decode(), flush=True)
        if first and result.broken:
            break
    result.seconds = time.monotonic() - began
    return result


@cache
def code() -> str:
    """A digest of the code that is played against: what was kept of another one says nothing about it."""
    found = hashlib.sha256()
    for each in sorted(PLAYED_AGAINST.rglob("*.py")):
        found.update(f"{each.relative_to(PLAYED_AGAINST).as_posix()}\0".encode() + each.read_bytes() + b"\0")
    return found.hexdigest()[:16]


def table(results: list[Result]) -> str:
    lines = ["| campaign | schedules | violations | seconds |", "|---|---|---|---|"]
    lines += [f"| {each.name} | {each.schedules} | {len(each.broken)} | {each.seconds:.0f} |" for each in results]
    return "\n".join(lines)


def resumed(campaign: Campaign, schedules: Sequence[str], jobs: int, file: Path, key: Mapping[str, object]) -> Result:
    """Play what the file does not hold of these schedules yet, and keep each part there as it ends.

    A part that broke a law is not gone on after: all is played again then, by what has been fixed.
    """
    result = _kept(file, campaign.name, key) or Result(campaign.name)
    if result.schedules >= len(schedules):
        return result
    with _workers(campaign, jobs) as pool:
        while result.schedules < len(schedules) and not result.broken:
            part = _run(campaign, schedules[result.schedules : result.schedules + PART], pool)
            result.schedules += part.schedules
            result.seconds += part.seconds
            result.broken += part.broken
            kept = {"name": campaign.name, **key, "schedules": result.schedules}
            kept |= {"violations": len(result.broken), "seconds": round(result.seconds, 1)}
            with file.open("a", encoding="utf-8") as lines:
                lines.write(f"{json.dumps(kept)}\n")
    return result


def _kept(file: Path, name: str, key: Mapping[str, object]) -> Result | None:
    """How far these schedules have come in peace, by the last line of the file about them."""
    found = None
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        kept = json.loads(line)
        if kept["name"] == name and all(kept.get(each) == value for each, value in key.items()):
            found = None if kept["violations"] else Result(name, kept["schedules"], [], kept["seconds"])
    return found


def main() -> int:
    every = campaigns()
    listed = "\n".join(f"  {each.name:14} {each.full:>7}  {each.what}" for each in every.values())
    parser = argparse.ArgumentParser(
        prog="python -m tests.campaigns",
        description=f"Campaigns, with the schedules of a release:\n\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("campaign", nargs="+", choices=[*every, "all"])
    parser.add_argument("--count", type=int, help="how many schedules [default: the short version's]")
    parser.add_argument("--full", action="store_true", help="as many as for a release")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count(), help="processes")
    parser.add_argument("--first", action="store_true", help="stop at the first schedule that breaks a law")
    parser.add_argument(
        "--results",
        type=Path,
        metavar="FILE",
        help="keep what came of each part of a campaign there, and go on after what is in it of this code: a release"
        " takes hours",
    )
    parser.add_argument("--only", default="", metavar="PATTERN", help="only schedules that fit this pattern of a shell")
    parser.add_argument("--replay", metavar="SCHEDULE", help="play one schedule of one campaign again")
    given = parser.parse_args()
    if given.only and given.results is not None:
        parser.error("--results keeps what came of whole campaigns, not of those with --only")
    if given.first and given.results is not None:
        parser.error("--results ends with the part in which a law was broken: leave --first out")
    chosen = list(every.values()) if "all" in given.campaign else [every[each] for each in given.campaign]
    if given.replay is not None:
        _, violations = played(chosen[0].name, given.replay)
        print("\n".join(f"{each.law}: {each.detail}" for each in violations) or "it holds")
        return 1 if violations else 0
    results = []
    for each in chosen:
        count = each.full if given.full else given.count or each.short
        schedules = list(each.chosen(count, given.seed, given.only))
        if given.results is None:
            results.append(run(each, schedules, given.jobs, first=given.first))
        else:
            key = {"count": count, "seed": given.seed, "code": code()}
            results.append(resumed(each, schedules, given.jobs, given.results, key))
    if not any(each.schedules for each in results):
        parser.error(f"no schedule fits {given.only!r}")
    print(table(results))
    return 1 if any(each.broken for each in results) else 0


if __name__ == "__main__":
    sys.exit(main())
