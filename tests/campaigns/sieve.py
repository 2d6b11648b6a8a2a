"""Sieve's three patterns (OSDI 2022) on the reference stacks: what a controller reads is of the past, a change is never
shown to it, or it dies between two writes. The oracle is the undisturbed run: in the end the account has to be as after
that one, and what was created and deleted on the way has to be the same.

A schedule is STACK/PHASE/VARIANT/PATTERN, as in the sweep:

    12:stale_list,seconds=5                 what call 12 lists is five seconds old
    12:stale_list                           ... as before the last change to it, however long ago
    12:hide,item=0                          a list without its item 0 (the last one is -1)
    9:crash-after                           died after a write, before the next
    9:crash-after+10-40:stale_list,seconds=5   ... and what the next run lists is old
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from tests.campaigns.campaign import Campaign, NotInPeace, Violation
from tests.campaigns.disturbances import Disturbance
from tests.campaigns.invariants import settled, told_aside
from tests.campaigns.kit import Run, World, without_threads
from tests.campaigns.references import NAMES, PHASES, Phase, phase_of, reference
from tests.campaigns.sweep import UNDISTURBED, VARIANTS, base, chain, ground, points, schedules_of
from tests.worlds.live import Held

STALE = ("stale_list,seconds=3", "stale_list,seconds=6", "stale_list")
HIDDEN = ("hide,item=0", "hide,item=-1")
RESTART_CALLS = 30
HIDDEN_CALLS = 12
"""So many calls of the run after a crash are tried one by one."""
_MADE_UP = re.compile(r"\b[0-9a-f]{8}\b")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_SHOWN = (
    "name", "hostname", "description", "label", "key", "details", "tags", "size", "billing_cycle", "userdata", "locked",
    "always_pxe", "state", "facility_code", "cidr", "read_only", "website", "roles", "invitee", "customdata",
    "max_bid_price", "devices_min", "devices_max", "type", "address_family", "quantity", "bonded", "network_type",
    "snapshot_frequency", "snapshot_count", "slug",
)  # fmt: skip
"""Fields in which two runs from one state have to agree; ids, times, addresses and numbers are the API's choice."""
_BELOW = ("network_ports", "data", "plan", "operating_system", "snapshot_policies", "attachments", "virtual_networks")


def play(schedule: str) -> list[Violation]:
    name, phase, variant, pattern = schedule.split("/", 3)
    disturbances = [Disturbance.of(each) for each in pattern.split("+")]
    with without_threads():
        return compared(name, phase_of(phase), variant, disturbances)


def compared(name: str, phase: Phase, variant: str, disturbances: Sequence[Disturbance]) -> list[Violation]:
    """Play it, and compare with the undisturbed run."""
    peace = undisturbed(name, phase, variant)
    hidden = any(each.what == "hide" for each in disturbances)
    found, world, runs = _played(name, phase, variant, disturbances, judge_births=not hidden)
    if found:
        return found
    found += _differences("T4 the end is the same", peace.end, end_of(world, runs[-1]))
    if not hidden and all(each.bounded for each in disturbances):
        found += _differences("T4 the way is the same", peace.way, way_of(world, runs))
    return found


class Peace:
    """What an undisturbed run leaves, and how it got there."""

    def __init__(self, world: World, runs: Sequence[Run]) -> None:
        self.end = end_of(world, runs[-1])
        self.way = way_of(world, runs)


@cache
def undisturbed(name: str, phase: Phase, variant: str) -> Peace:
    found, world, runs = _played(name, phase, variant, ())
    if found:
        raise NotInPeace(f"{name} {phase} fails in peace: {found}")
    return Peace(world, runs)


def _played(
    name: str, phase: Phase, variant: str, disturbances: Sequence[Disturbance], *, judge_births: bool = True
) -> tuple[list[Violation], World, list[Run]]:
    world = ground().again(base(name, phase, variant))
    stack = reference(name, 1 if phase == "change" else 0)
    one = chain(world, variant, disturbances)
    found = settled(one, stack, destroy=phase == "destroy", judge_births=judge_births)
    return found, world, world.runs


def end_of(world: World, last: Run) -> Mapping[str, Any]:
    """What the account holds, by kind and mark, less what the API chooses and what was told and left to a person."""
    aside = told_aside(last)
    there = [each for each in world.look() if each.id not in aside]
    names = {each.id: each.mark or each.kind for each in there}
    found: dict[str, list[Any]] = {}
    for each in there:
        found.setdefault(f"{each.kind} {each.mark}", []).append(_shown(each, names))
    return {key: sorted(each, key=repr) for key, each in found.items()}


def _shown(held: Held, names: Mapping[str, str]) -> Any:
    return _plain(held.body, names)


def _plain(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return sorted((_plain(each, names) for each in value), key=repr)
    if not isinstance(value, Mapping):
        return value
    found = {name: _named(value[name], names) for name in _SHOWN if name in value}
    found |= {name: _plain(value[name], names) for name in _BELOW if value.get(name)}
    if "href" in value and "id" not in value:
        found["href"] = _named(value["href"], names)
    return found


def _named(value: Any, names: Mapping[str, str]) -> Any:
    """The value with the marks of what it names in the place of ids."""
    if isinstance(value, str):
        return _MADE_UP.sub("(id)", _UUID.sub(lambda found: names.get(found[0], "(id)"), value))
    return value


def way_of(world: World, runs: Iterable[Run]) -> Mapping[str, Any]:
    """How many objects of each mark were created and deleted."""
    entries = [entry for run in runs for entry in run.entries]
    marks = world.births.marks
    created = Counter(marks[each] for entry in entries for each in entry["created"] if each in marks)
    deleted = Counter(marks[each] for entry in entries for each in entry["deleted"] if each in marks)
    return {f"created {mark}": count for mark, count in created.items()} | {
        f"deleted {mark}": count for mark, count in deleted.items()
    }


def _differences(law: str, peace: Mapping[str, Any], now: Mapping[str, Any]) -> list[Violation]:
    different = sorted(key for key in {*peace, *now} if peace.get(key) != now.get(key))
    return [Violation(law, f"{each}: was {peace.get(each)}, is {now.get(each)}") for each in different[:3]]


def patterns(name: str, phase: Phase, variant: str) -> Iterator[str]:
    """Each read stale and each event hidden, each gap between two writes crashed, and both."""
    calls, _ = points(name, phase, variant)
    for number, (method, faults) in enumerate(calls, 1):
        if "stale_list" in faults:
            yield from (f"{number}:{each}" for each in (*STALE, *HIDDEN))
        if method != "GET":
            yield f"{number}:crash-after"
            yield from (f"{number}:crash-after+{number + 1}-{number + RESTART_CALLS}:{each}" for each in STALE[:2])
            yield from (f"{number}:crash-after+{number + each}:hide,item=-1" for each in range(1, HIDDEN_CALLS + 1))


def schedules(count: int, seed: int) -> Iterable[str]:
    """All of them, or as many, evenly; which of them the seed says."""
    groups = [(name, phase, variant) for phase in PHASES for variant in VARIANTS for name in NAMES]
    shift = seed * 5 % len(groups)
    groups = groups[shift:] + groups[:shift]
    chosen = groups[: max(1, min(len(groups), count // 6))]
    with without_threads():
        every = [f"{'/'.join(each)}/{pattern}" for each in chosen for pattern in schedules_of(*each, patterns)]
    broken = [each for each in every if each.endswith(UNDISTURBED)]
    wanted = min(count, len(every))
    return dict.fromkeys([*broken, *(every[number * len(every) // wanted] for number in range(wanted))])


CAMPAIGN = Campaign(
    name="sieve",
    what="each read stale, each event hidden, each gap between two writes crashed; compared with the undisturbed run",
    full=5_000,
    short=40,
    schedules=schedules,
    play=play,
)
