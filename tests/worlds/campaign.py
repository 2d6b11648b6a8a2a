"""Random scenarios for as long as one likes.

    python -m tests.worlds.campaign --seconds 600 --seed 1 --jobs 2
    python -m tests.worlds.campaign --replay broken-123.json

Seeds go up from the first. What breaks a law is reduced and kept in the folder `--keep` as `broken-SEED.json`; the
command then ends with 1.
"""

from __future__ import annotations

import argparse
import copy
import json
import multiprocessing
import re
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.worlds.edits import repaired
from tests.worlds.laws import Broken
from tests.worlds.reduce import reduced, shown
from tests.worlds.running import Unfit
from tests.worlds.scenario import play, scenario

_REASON = re.compile(r"failed: ([^;]*?)(?: \(HTTP|;|$)")
_NAMES = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")
UNFIT = "(unfit)"
KEEP = Path(tempfile.gettempdir(), "broken-worlds")


def outcome(one: Mapping[str, Any]) -> tuple[str, str]:
    """The law that a scenario breaks, and how; an exception that nobody foresaw counts as one. Empty when it holds."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            play(one, Path(folder))
        except Broken as broken:
            return broken.law, broken.detail
        except Unfit as unfit:
            return UNFIT, str(unfit)
        except Exception as mistake:  # noqa: BLE001  # whatever it is, it is a finding
            return type(mistake).__name__, traceback.format_exc(limit=-4)
    return "", ""


def tried(seed: int) -> tuple[int, str, str]:
    return seed, *outcome(scenario(seed))


def smallest(one: Mapping[str, Any]) -> dict[str, Any]:
    """The smallest scenario that fails in the same way: by the same law, and for the same reason where one is told."""
    failure = signature(outcome(one))
    return reduced(one, lambda each: fits(each) and signature(outcome(each)) == failure)


def fits(one: Mapping[str, Any]) -> bool:
    """Whether its stacks are of the kind that the generator makes."""
    before: dict[str, Any] | None = None
    for act in one["acts"]:
        if "stack" not in act:
            continue
        try:
            mended = repaired(copy.deepcopy(act["stack"]), before)
        except (KeyError, TypeError, AttributeError, IndexError):
            return False
        if {**mended, "outputs": None} != {**act["stack"], "outputs": None}:
            return False
        before = act["stack"]
    return True


def signature(found: tuple[str, str]) -> tuple[str, ...]:
    law, detail = found
    return law, *sorted({_NAMES.sub("", reason) for reason in _REASON.findall(detail)})


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.worlds.campaign", description="Random stacks against the emulator.")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1, help="the first one")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--keep", type=Path, default=KEEP, help="where reduced scenarios go")
    parser.add_argument("--replay", type=Path, help="play one scenario from a file")
    parser.add_argument("--as-found", action="store_true", help="do not reduce")
    given = parser.parse_args()
    if given.replay is not None:
        law, detail = outcome(json.loads(given.replay.read_text(encoding="utf-8")))
        print(f"{law}: {detail}" if law else "it holds")
        return 1 if law else 0
    return _campaign(given)


def _campaign(given: argparse.Namespace) -> int:
    ends = time.monotonic() + given.seconds
    counts: Counter[str] = Counter()
    broken: list[tuple[int, str]] = []
    seeds = iter(range(given.seed, given.seed + 10**9))
    with multiprocessing.Pool(given.jobs) as pool:
        while time.monotonic() < ends:
            batch = [next(seeds) for _ in range(8 * given.jobs)]
            for seed, law, detail in pool.imap_unordered(tried, batch):
                counts[law or "(held)"] += 1
                if law and law != UNFIT:
                    broken.append((seed, law))
                    print(f"seed {seed}: {law}: {detail}", flush=True)
    for law, count in counts.most_common():
        print(f"{count:6d} {law}")
    given.keep.mkdir(exist_ok=True) if broken else None
    for seed, law in broken:
        kept = scenario(seed) if given.as_found else smallest(scenario(seed))
        file = given.keep / f"broken-{seed}.json"
        file.write_text(shown(kept), encoding="utf-8")
        print(f"seed {seed}: {law}: kept in {file}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
