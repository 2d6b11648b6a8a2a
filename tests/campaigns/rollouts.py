"""A change rolled over a group of machines, with a crash or a fault at every call: how many machines are out of work at
once, whatever is cut off where, and whether the next runs bring it to its end.

A schedule is SIZE-MOST/WAY/VARIANT/DISTURBANCE[+DISTURBANCE]: so many machines, so many of them out of work at most.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import yaml

from reconciler.app import read_stack
from reconciler.emulator.lifecycle import state
from reconciler.emulator.records import Device, Record
from reconciler.model.resource import Stack
from reconciler.stack import Inputs
from tests.campaigns.campaign import Campaign, NotInPeace, Violation
from tests.campaigns.disturbances import Disturbance
from tests.campaigns.invariants import converged
from tests.campaigns.kit import Chain, Ground, State, World, without_threads
from tests.campaigns.references import SETTINGS
from tests.campaigns.sweep import UNDISTURBED

LAW = "no more machines are out of work than may be"
SHAPES = ((3, 1), (4, 2), (5, 2))
"""How many machines, and how many of them may be out of work at a time."""
WAYS = ("reinstall", "replace", "create-first")
VARIANTS = {
    "journal": {},
    "no-journal": {},
    "journal-lag": {"list_lag_seconds": 3.0},
    "no-journal-lag": {"list_lag_seconds": 3.0, "get_lag_seconds": 1.0},
}
DISTURBANCES = (
    "crash-before",
    "crash-after",
    "drop_before",
    "commit_then_drop",
    "late_commit,seconds=5",
    "status,status=503",
    "delay,seconds=8",
    "stale_list,seconds=3",
)
A_KIND = 4
"""So many schedules of a size, way and variant are played at least, when not all are."""
STORM = 12
"""Calls in a row that are disturbed."""
_OF_CHANGES = ("commit_then_drop", "late_commit,seconds=5")
_LIFECYCLES = {
    "reinstall": {"on_change": {"operating_system": "reinstall"}},
    "replace": {},
    "create-first": {"create_before_destroy": True},
}


@dataclass
class Outage:
    """Hears of every change of the emulator's tables: `most` is how many of the group's machines were out of work at
    once. Machines come back by time alone, and go by changes alone.
    """

    ground: Ground
    size: int = 0
    most: int = 0

    def observe(self, old: Record | None, new: Record | None) -> None:
        if self.size and isinstance(new or old, Device):
            now = self.ground.clock.time()
            devices = self.ground.emulator._engine.world.tables.all(Device)
            working = {each.hostname for each in devices if state(each, now) == "active"}
            self.most = max(self.most, self.size - len(working))


@cache
def ground() -> tuple[Ground, Outage]:
    """This process's emulator."""
    found = Ground.founded(Path(gettempdir()))
    outage = Outage(found)
    tables = found.emulator._engine.world.tables
    tables._observers = (*tables._observers, outage.observe)
    return found, outage


@cache
def group(size: int, most: int, way: str, system: str) -> Stack:
    """A project with a group of machines."""
    web: dict[str, Any] = {
        "count": size,
        "hostname": "web-${{ index }}",
        "facility": "ewr1",
        "plan": "c2.medium.x86",
        "operating_system": system,
        "lifecycle": _LIFECYCLES[way],
        "rollout": {"max_unavailable": most, "pause": "1m"},
    }
    path = Path(gettempdir()) / f"rollouts-{size}-{most}-{way}-{system}-{random.SystemRandom().randrange(1 << 40)}.yaml"
    path.write_text(yaml.safe_dump({"stack": "lab", "projects": {"lab": {"name": "Lab", "devices": {"web": web}}}}))
    try:
        return read_stack([path], Inputs())
    finally:
        path.unlink()


@cache
def base(size: int, most: int, way: str, variant: str) -> State:
    """The group, as it is before the change."""
    world = ground()[0].fresh({**SETTINGS, **VARIANTS[variant], "require_ssh_key": False})
    run = _chain(world, variant).run(group(size, most, way, "ubuntu_18_04"))
    if not run.complete:
        raise NotInPeace(run.said)
    world.pass_time()
    return ground()[0].kept(world)


def _chain(world: World, variant: str, disturbances: Iterable[Disturbance] = ()) -> Chain:
    return world.chain(list(disturbances), journal=variant.startswith("journal"))


def _parts(schedule: str) -> tuple[int, int, str, str, str]:
    shape, way, variant, what = schedule.split("/", 3)
    size, most = shape.split("-")
    return int(size), int(most), way, variant, what


def play(schedule: str) -> list[Violation]:
    size, most, way, variant, what = _parts(schedule)
    found, outage = ground()
    with without_threads():
        world = found.again(base(size, most, way, variant))
        chain = _chain(world, variant, [Disturbance.of(each) for each in what.split("+")])
        outage.size, outage.most = size, 0
        try:
            violations = converged(chain, group(size, most, way, "debian_9"), destroy=False)
        finally:
            outage.size = 0
    allowed = 0 if way == "create-first" else most
    if outage.most > allowed:
        violations.append(Violation(LAW, f"{outage.most} of {size}, and {allowed} may be"))
    return violations


@cache
def points(size: int, most: int, way: str, variant: str) -> tuple[tuple[str, ...], int]:
    """The method of each call of an undisturbed run, and how many entries its journal gets."""
    world = ground()[0].again(base(size, most, way, variant))
    chain = _chain(world, variant)
    run = chain.run(group(size, most, way, "debian_9"))
    if not run.complete:
        raise NotInPeace(run.said)
    return tuple(each.method for each in run.sent), chain.tripwire.entries


def _every(size: int, most: int, way: str, variant: str) -> Iterator[str]:
    """All disturbances of one change; where it cannot even be made in peace, none at all tells that."""
    try:
        calls, entries = points(size, most, way, variant)
    except NotInPeace:
        yield UNDISTURBED
        return
    for number, method in enumerate(calls, 1):
        yield from (f"{number}:{each}" for each in DISTURBANCES if method != "GET" or each not in _OF_CHANGES)
        yield f"{number}-{number + STORM - 1}:status,status=503"
    yield from (f"j{number}:{each}" for number in range(1, entries + 1) for each in ("crash-before", "crash-after"))


def schedules(count: int, seed: int) -> Iterable[str]:
    """Evenly from all of them; of few, one in three strikes twice."""
    rng = random.Random(seed)
    kinds = [(*shape, way, variant) for shape, way, variant in product(SHAPES, WAYS, VARIANTS)]
    rng.shuffle(kinds)
    kinds = kinds[: max(1, count // A_KIND)]
    with without_threads():
        made = [[*_every(*each)] for each in kinds]
    for number in range(count):
        size, most, way, variant = kinds[number % len(kinds)]
        every = made[number % len(kinds)]
        chosen = rng.sample(every, 2) if number % 3 == 2 and len(every) > 1 else [rng.choice(every)]
        yield f"{size}-{most}/{way}/{variant}/{'+'.join(chosen)}"


CAMPAIGN = Campaign(
    name="rollouts",
    what="a change rolled over a group, with a crash or a fault at every call: how many are out of work at once",
    full=5_000,
    short=6,
    schedules=schedules,
    play=play,
)
