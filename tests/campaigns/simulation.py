"""Seeded simulation: a random stack and what it becomes, one to three writers whose runs cut into each other, somebody
who changes things by hand, faults, lists that lag, commits that come late, clocks that are wrong, and crashes. Then the
faults stop, and all has to come out right.

A schedule is a seed, or what a seed stands for as JSON: so that what fails can be made smaller and kept.

What is wanted changes, and others do something, no sooner than lists have caught up: a plan sees what the lists show,
and a wait for them is promised only before creates.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache, partial
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from tests.campaigns.campaign import Campaign, Violation
from tests.campaigns.disturbances import Disturbance
from tests.campaigns.invariants import MOST_RERUNS, broke, converged, judged
from tests.campaigns.kit import Chain, Ground, MemoryLog, World, without_threads
from tests.campaigns.random_stacks import COUNT, random_stack

WRITERS = 3
LAYERS = 2
"""How many runs more it may take until what several writers made twice is put in order."""
BETWEEN = (
    "delete", "edit", "power", "detach", "wire", "policies", "reinstall", "drop_session", "double", "unmark",
    "foreign_in_ours",
)  # fmt: skip
"""What somebody may do between two runs."""
DURING = ("delete", "edit", "power", "detach")
"""... and while one is under way."""
CRASHES = ("crash-before", "crash-after")
FAULTS: tuple[Callable[[random.Random], str], ...] = (
    lambda _: "drop_before",
    lambda _: "commit_then_drop",
    lambda rng: f"commit_then_status,status={rng.choice((500, 502, 504))}",
    lambda rng: f"late_commit,seconds={rng.randint(1, 5)}",
    lambda rng: f"status,status={rng.choice((408, 500, 503))}",
    lambda rng: f"status,status=429,retry_after={rng.randint(0, 20)}",
    lambda _: "garbage",
    lambda _: "redirect",
    lambda rng: f"delay,seconds={rng.randint(1, 30)}",
    lambda _: "truncate_page",
    lambda _: "wrong_total",
    lambda rng: f"stale_list,seconds={rng.randint(1, 4)}",
    lambda rng: f"{rng.choice(('timeout_before', 'commit_then_timeout'))},seconds=60",
    lambda _: "cut_body",
    lambda rng: f"stale_get,seconds={rng.randint(1, 4)}",
    lambda _: "fail_provisioning",
    lambda rng: f"stuck,seconds={rng.randint(5, 60)}",
)
Scenario = Mapping[str, Any]


@cache
def ground() -> Ground:
    """This process's emulator."""
    return Ground.founded(Path(gettempdir()))


def scenario(seed: int) -> Scenario:
    """What a seed stands for."""
    rng = random.Random(seed)
    settings = {
        "provision_seconds": rng.choice((0.5, 5.0, 60.0)),
        "deprovision_seconds": rng.choice((0.5, 5.0)),
        "list_lag_seconds": rng.choice((0.0, 0.0, 0.0, 1.0, 4.0)),
        "volume_seconds": rng.choice((0.5, 8.0)),
        "port_action_seconds": rng.choice((0.0, 0.0, 2.0)),
    }
    writers = rng.choice((1, 1, 1, 2, 2, 3))
    acts = [_act(rng, writers) for _ in range(rng.choice((1, 1, 2)))]
    return {
        "seed": seed,
        "stack": rng.randrange(COUNT),
        "settings": settings,
        "journals": [rng.random() < 0.7 for _ in range(writers)],
        "skews": [rng.choice((0, 0, 0, -7200, -60, 60, 7200)) for _ in range(writers)],
        "acts": acts,
        "version": rng.randint(0, 1),
        "destroy": rng.random() < 0.2,
    }


def _act(rng: random.Random, writers: int) -> dict[str, Any]:
    """One run, what is done before it, and what strikes it or is done while it lasts."""
    act: dict[str, Any] = {"version": rng.choice((0, 0, 1)), "writer": rng.randrange(writers)}
    act["destroy"] = rng.random() < 0.07
    act["disturbed"] = [_disturbance(rng) for _ in range(rng.choice((0, 1, 1, 2, 3)))]
    if rng.random() < 0.2:
        act["by_hand"] = [{"do": rng.choice(BETWEEN), "pick": rng.randrange(1000)}]
    if rng.random() < 0.15:
        deed = {"do": rng.choice(DURING), "pick": rng.randrange(1000)}
        act["during"] = [{"call": rng.randint(1, 40), "by_hand": deed}]
    if writers > 1 and rng.random() < 0.6:
        other = {"version": act["version"] if rng.random() < 0.8 else 1 - act["version"], "destroy": False}
        cut = [f"{rng.randint(1, 40)}:{rng.choice(CRASHES)}"] if rng.random() < 0.5 else []
        other |= {"writer": (act["writer"] + 1) % writers, "disturbed": cut}
        act.setdefault("during", []).append({"call": rng.randint(1, 40), "run": other})
    return act


def _disturbance(rng: random.Random) -> str:
    if rng.random() < 0.35:
        if rng.random() < 0.3:
            return f"j{rng.randint(1, 12)}:{rng.choice(CRASHES)}"
        return f"{rng.randint(1, 50)}:{rng.choice(CRASHES)}"
    first = rng.randint(1, 50)
    last = f"-{first + rng.randint(1, 15)}" if rng.random() < 0.15 else ""
    return f"{first}{last}:{rng.choice(FAULTS)(rng)}"


def play(schedule: str) -> list[Violation]:
    one = scenario(int(schedule)) if schedule.isdecimal() else json.loads(schedule)
    with without_threads():
        return played(one)


def played(one: Scenario) -> list[Violation]:
    world = ground().fresh(one["settings"], one["seed"])
    world.others_come_first()
    logs = [MemoryLog() for _ in one["journals"]]
    found: list[Violation] = []
    lonely = len(one["journals"]) == 1
    calm = True
    wanted: set[tuple[int, bool]] = set()
    for act in one["acts"]:
        if wanted and (act["version"], act["destroy"]) not in wanted:
            world.lists_catch_up()
        wanted = {(act["version"], act["destroy"])}
        for deed in act.get("by_hand", ()):
            world.by_hand(deed)
            world.lists_catch_up()
            lonely = False
        lonely = lonely and not act.get("during")
        chain = _chain(one, world, logs, act)
        calm = calm and chain.tripwire.bounded and not any(each.what in _ANEW for each in chain.tripwire.disturbances)
        run = chain.run(random_stack(one["stack"], act["version"]), destroy=act["destroy"])
        found += broke(run)
        calm = calm and not run.misled
    changed = len({(act["version"], act["destroy"]) for act in one["acts"]} | {(one["version"], one["destroy"])}) > 1
    if changed or not lonely:
        world.lists_catch_up()
    chain = _chain(one, world, logs, {"writer": 0, "disturbed": []})
    # what others made twice, in each other's machines, goes a layer at a time
    reruns = MOST_RERUNS if lonely else MOST_RERUNS + LAYERS
    found += converged(chain, random_stack(one["stack"], one["version"]), one["destroy"], most_reruns=reruns)
    return found + judged(chain, world.runs, judge_births=lonely and calm and not changed)


_ANEW = ("fail_provisioning", "stuck")
"""Faults after which a machine is made again."""


def _chain(one: Scenario, world: World, logs: list[MemoryLog], act: Mapping[str, Any]) -> Chain:
    """The next run of a writer, with what is done while it lasts."""
    chain = world.chain([Disturbance.of(each) for each in act["disturbed"]], journal=one["journals"][act["writer"]])
    chain.log = logs[act["writer"]]
    chain.accept_vanished = True
    chain.skew_seconds = one["skews"][act["writer"]]
    for each in act.get("during", ()):
        deed = (
            partial(world.by_hand, each["by_hand"])
            if "by_hand" in each
            else partial(_cut_in, one, world, logs, each["run"])
        )
        chain.meanwhile.setdefault(each["call"], []).append(deed)
    return chain


def _cut_in(one: Scenario, world: World, logs: list[MemoryLog], act: Mapping[str, Any]) -> None:
    """Another writer's run, whole or cut off, between two calls of the first's."""
    _chain(one, world, logs, act).run(random_stack(one["stack"], act["version"]), destroy=act["destroy"])


def schedules(count: int, seed: int) -> Iterable[str]:
    """Seeds, other ones for another first seed."""
    return (str(each) for each in range((seed - 1) * 1_000_000, (seed - 1) * 1_000_000 + count))


def every(pattern: str, seed: int) -> Iterable[str]:
    """The seeds that stand for something whose text fits a pattern, such as `*foreign_in_ours*`."""
    return (each for each in schedules(CAMPAIGN.full, seed) if fnmatchcase(json.dumps(scenario(int(each))), pattern))


CAMPAIGN = Campaign(
    name="simulation",
    what="seeds: random stacks, one to three writers, changes by hand, faults, lag, wrong clocks and crashes",
    full=100_000,
    short=25,
    schedules=schedules,
    play=play,
    every=every,
)
