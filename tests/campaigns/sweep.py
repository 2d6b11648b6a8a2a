"""Every single call of an apply, of a change and of a destroy, of twelve stacks: at each of them a crash before it,
after it, and on either side of each entry of the journal, and every fault that the emulator has. On three small stacks
all pairs of them.

A schedule is STACK/PHASE/VARIANT/DISTURBANCE[+DISTURBANCE]. Variants: with the journal or without (as in a job that
starts on an empty disk), and lists that lag three seconds behind or none.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from itertools import product
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from reconciler.emulator.faults import Rule
from reconciler.emulator.wire import Request
from tests.campaigns.campaign import Campaign, NotInPeace, Violation
from tests.campaigns.disturbances import Disturbance
from tests.campaigns.invariants import settled
from tests.campaigns.kit import Chain, Ground, State, World, without_threads
from tests.campaigns.references import NAMES, PHASES, SETTINGS, SMALL, Phase, phase_of, reference

VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "journal": {},
    "no-journal": {},
    "journal-lag": {"list_lag_seconds": 3.0},
    "no-journal-lag": {"list_lag_seconds": 3.0},
    "journal-pages": {"per_page_most": 1},
    "journal-stale": {"list_lag_seconds": 3.0, "get_lag_seconds": 3.0},
}
CRASHES = ("crash-before", "crash-after")
FAULTS = (
    "drop_before",
    "commit_then_drop",
    "commit_then_status,status=502",
    "late_commit,seconds=5",
    "status,status=503",
    "status,status=429,retry_after=1",
    "garbage",
    "redirect",
    "delay,seconds=8",
    "truncate_page",
    "wrong_total",
    "stale_list,seconds=3",
    "stale_list",
    "fail_provisioning",
    "stuck,seconds=40",
    "volume_in_use",
    "timeout_before,seconds=60",
    "commit_then_timeout,seconds=60",
    "cut_body",
    "unknown_fields",
    "no_next",
    "without_meta",
    "empty_list",
    "stale_get,seconds=3",
    "slow_delete,seconds=20",
    "pretend",
    "twice",
)
"""At one call each, where the emulator can do it there."""
STORMS = ("status,status=503", "drop_before", "commit_then_drop")
"""At a call and the eleven after it."""
STORM_CALLS = 12
IN_PAIRS = (
    *CRASHES,
    "drop_before",
    "commit_then_drop",
    "late_commit,seconds=5",
    "status,status=503",
    "stale_list,seconds=3",
)
UNDISTURBED = "1-0:crash-before"
"""A disturbance of no call at all."""
Make = Callable[[str, Phase, str], Iterator[str]]
A_GROUP = 12
"""So many schedules of a stack, phase and variant are played at least, when not all groups are."""


@cache
def ground() -> Ground:
    """This process's emulator."""
    return Ground.founded(Path(gettempdir()))


@cache
def base(name: str, phase: Phase, variant: str) -> State:
    """What a phase begins with: a change and a destroy with what was applied in peace."""
    world = ground().fresh({**SETTINGS, **VARIANTS[variant]})
    world.others_come_first()
    if phase != "apply":
        found = settled(chain(world, variant), reference(name, 0))
        if found:
            raise NotInPeace(f"{name} cannot be applied in peace: {found}")
    return ground().kept(world)


def chain(world: World, variant: str, disturbances: Sequence[Disturbance] = ()) -> Chain:
    return world.chain(disturbances, journal=variant.startswith("journal"))


def play(schedule: str) -> list[Violation]:
    name, phase, variant, what = schedule.split("/", 3)
    disturbances = [Disturbance.of(each) for each in what.split("+")]
    with without_threads():
        return settled_in(name, phase_of(phase), variant, disturbances)


def settled_in(name: str, phase: Phase, variant: str, disturbances: Sequence[Disturbance]) -> list[Violation]:
    world = ground().again(base(name, phase, variant))
    stack = reference(name, 1 if phase == "change" else 0)
    return settled(chain(world, variant, disturbances), stack, destroy=phase == "destroy")


@cache
def schedules_of(name: str, phase: Phase, variant: str, make: Make) -> tuple[str, ...]:
    """What is made of a stack's calls; one schedule, which tells, where it cannot even be applied in peace."""
    try:
        return tuple(make(name, phase, variant))
    except NotInPeace:
        return (UNDISTURBED,)


@cache
def points(name: str, phase: Phase, variant: str) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], int]:
    """The method of each call of an undisturbed run and the faults that can strike it, and how many entries its journal
    gets.
    """
    world = ground().again(base(name, phase, variant))
    one = chain(world, variant)
    run = one.run(reference(name, 1 if phase == "change" else 0), destroy=phase == "destroy")
    return tuple((each.method, _faults(each.method, each.target)) for each in run.sent), one.tripwire.entries


def _faults(method: str, target: str) -> tuple[str, ...]:
    engine = ground().emulator._engine
    match = engine._router.match(method, Request.of(method, target, {}, b"").segments())
    if match is None:
        return ()
    rules = {each: Rule.parse(Disturbance.of(f"1:{each}").rule(), engine.templates) for each in FAULTS}
    return tuple(
        each
        for each, rule in rules.items()
        if rule.matches(match.route) and (method != "GET" or rule.kind not in _OF_CHANGES)
    )


_OF_CHANGES = ("commit_then_drop", "commit_then_status", "commit_then_timeout", "late_commit")
"""What is the same as a lost answer or a status, for a read."""


def singles(name: str, phase: Phase, variant: str) -> Iterator[str]:
    calls, entries = points(name, phase, variant)
    for number, (_, faults) in enumerate(calls, 1):
        yield from (f"{number}:{each}" for each in (*CRASHES, *faults))
        yield from (f"{number}-{number + STORM_CALLS - 1}:{each}" for each in STORMS)
    yield from (f"j{number}:{each}" for number in range(1, entries + 1) for each in CRASHES)


def pairs(name: str, phase: Phase, variant: str) -> Iterator[str]:
    """The second strikes in the same run or, when that is over, in the next one at the same calls."""
    calls, entries = points(name, phase, variant)
    one = [
        f"{number}:{each}"
        for number, (_, faults) in enumerate(calls, 1)
        for each in (*CRASHES, *faults)
        if each in IN_PAIRS
    ]
    one += [f"j{number}:{each}" for number in range(1, entries + 1) for each in CRASHES]
    for number, first in enumerate(one):
        yield from (f"{first}+{second}" for second in one[number + 1 :] if second.split(":")[0] != first.split(":")[0])


def groups(seed: int) -> list[tuple[str, Phase, str, bool]]:
    """Stack, phase, variant and whether it is pairs: all stacks first, each in another phase and variant."""
    alone = [(name, phase, variant, False) for phase, variant in product(PHASES, VARIANTS) for name in NAMES]
    double = [(name, phase, "journal", True) for name in SMALL for phase in PHASES]
    rng = random.Random(seed)
    rng.shuffle(alone)
    rng.shuffle(double)
    by_stack = {name: [each for each in alone if each[0] == name] for name in NAMES}
    rounds = [list(each) for each in zip(*by_stack.values(), strict=True)]
    for number, each in enumerate(rounds):
        each += double[number : number + 1]
    return [each for one in rounds for each in one]


def schedules(count: int, seed: int) -> Iterable[str]:
    """All of them; fewer are of fewer groups, and evenly from each."""
    every = groups(seed)
    chosen = every[: max(1, min(len(every), count // A_GROUP))]
    with without_threads():
        made = [schedules_of(*each[:3], pairs if each[3] else singles) for each in chosen]
    share = min(1.0, count / sum(map(len, made)))
    for (name, phase, variant, _), each in zip(chosen, made, strict=True):
        wanted = max(1, round(len(each) * share))
        for number in range(wanted):
            yield f"{name}/{phase}/{variant}/{each[number * len(each) // wanted]}"


def every(pattern: str, seed: int) -> Iterator[str]:
    """All schedules that fit a pattern, stack by stack; only the stacks that it names are applied for it."""
    parts = pattern.split("/")
    within = "/".join(parts[:3]) if len(parts) > 3 else "*"
    chosen = [each for each in groups(seed) if fnmatchcase("/".join(each[:3]), within)]
    rng = random.Random(seed)
    for name, phase, variant, double in chosen:
        with without_threads():
            made = schedules_of(name, phase, variant, pairs if double else singles)
        found = [f"{name}/{phase}/{variant}/{each}" for each in made]
        fitting = [each for each in found if fnmatchcase(each, pattern) or each.endswith(UNDISTURBED)]
        rng.shuffle(fitting)
        yield from fitting


CAMPAIGN = Campaign(
    name="sweep",
    what="a crash or a fault at every call of an apply, a change and a destroy; pairs of them on small stacks",
    full=20_000,
    short=80,
    schedules=schedules,
    play=play,
    every=every,
)
