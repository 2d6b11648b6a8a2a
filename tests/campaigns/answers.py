"""Hostile answers: what the client, the planner and the executor make of answers that are not as they should be.

A schedule is LEVEL/STACK/PHASE/SEED. The seed says which answer is changed, and how (`mutations`).

- `plan`: a plan over recorded answers, of which one is changed each time it is asked for. It is refused, or deletes no
  more than the plan of the honest answers.
- `run`: a whole run against the emulator, of which one answer is changed once, then runs that are not disturbed. No
  second object of one mark, no delete but of what the honest run deletes, and all is as declared in the end.
- `read`: recorded answers of the API as it was, one of them changed, read as the collections of each kind.

An answer that could be an honest one about another account (a word in the place of a word) may lead to a plan that
deletes: nobody could tell. It may not lead to a traceback either.
"""

from __future__ import annotations

import json
import random
import resource
import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from requests.structures import CaseInsensitiveDict

from reconciler.api.answer import Answer
from reconciler.app import Options, make_plan
from reconciler.diagnostics import Refused
from reconciler.model.plan import Plan
from reconciler.model.resource import Stack
from reconciler.wire import Listing, WireError
from tests.campaigns.bases import KINDS
from tests.campaigns.campaign import Campaign, NotInPeace, Violation
from tests.campaigns.invariants import settled
from tests.campaigns.kit import Ground, State, World, born, without_threads
from tests.campaigns.mutations import Mutated, mutated
from tests.campaigns.references import NAMES, SETTINGS, reference
from tests.kinds import field_cases
from tests.worlds.account import DirectClient, DirectTransport, WorldClock

PHASES = ("keep", "change", "destroy")
_RUN_PHASES = ("apply", "change", "destroy")
_RUNS_IN = 40
"""One schedule of so many is a whole run."""
_READS_IN = 4
MOST_MEMORY_KB = 600 * 1024
"""What one schedule may add to what its process has taken, whatever the answers are."""
_JSON = CaseInsensitiveDict({"Content-Type": "application/json; charset=utf-8"})
_NOT_FOUND = Answer(404, _JSON, b'{"errors": ["Not found"]}')


@cache
def ground() -> Ground:
    """This process's emulator."""
    return Ground.founded(Path(gettempdir()))


def schedules(count: int, seed: int) -> Iterable[str]:
    rng = random.Random(seed)
    for number in range(count):
        name, token = rng.choice(NAMES), rng.randrange(10**9)
        if number % _RUNS_IN == 0:
            yield f"run/{name}/{rng.choice(_RUN_PHASES)}/{token}"
        elif number % _READS_IN == 1:
            yield f"read/{rng.choice(list(field_cases.BASES))}/-/{token}"
        else:
            yield f"plan/{name}/{rng.choice(PHASES)}/{token}"


def play(schedule: str) -> list[Violation]:
    level, name, phase, seed = schedule.split("/")
    rng = random.Random(int(seed))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with without_threads():
        found = {"plan": _plan, "run": _run, "read": _read}[level](rng, name, phase)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    if used > MOST_MEMORY_KB:
        found.append(Violation("memory is bounded", f"{used} kB"))
    return found


# plans over recorded answers


class Tape(DirectTransport):
    """Plays what was recorded, one answer changed. What was not asked for in the recording is not there."""

    def __init__(self, answers: Mapping[str, Answer], changed: Mapping[str, Answer]) -> None:
        self._answers = {**answers, **changed}
        self.mutations: list[str] = []

    def attempt(self, method: str, target: str, body: bytes | None) -> Answer:
        if method != "GET":
            self.mutations.append(f"{method} {target}")
        return self._answers.get(target, _NOT_FOUND)


class _Recording(DirectTransport):
    def __init__(self, transport: DirectTransport) -> None:
        self._transport = transport
        self.answers: dict[str, Answer] = {}

    def attempt(self, method: str, target: str, body: bytes | None) -> Answer:
        answer = self._transport.attempt(method, target, body)
        self.answers[target] = answer
        return answer


@dataclass(frozen=True)
class Honest:
    """A plan and the answers that it was made from."""

    stack: Stack
    options: Options
    answers: Mapping[str, Answer]
    deletes: frozenset[tuple[str, str]]


@cache
def _world(name: str, version: int | None) -> State:
    """What a stack makes of nothing; None for nothing but what others have."""
    world = ground().fresh(SETTINGS)
    world.others_come_first()
    if version is not None:
        found = settled(world.chain(), reference(name, version))
        if found:
            raise NotInPeace(f"{name} cannot be applied in peace: {found}")
    return ground().kept(world)


def _stack(name: str, phase: str) -> Stack:
    return reference(name, 1 if phase == "change" else 0)


@cache
def _honest(name: str, phase: str) -> Honest:
    world = ground().again(_world(name, 0))
    recording = _Recording(DirectTransport(world.account.emulator))
    options = Options(destroy=phase == "destroy")
    client = DirectClient(recording, world.account.clock, random.Random(1))
    planned = make_plan(_stack(name, phase), client, options, parallelism=1, preflight=False)
    return Honest(_stack(name, phase), options, recording.answers, _deletes(planned.plan))


def _deletes(plan: Plan) -> frozenset[tuple[str, str]]:
    return frozenset(
        (each.kind, each.live.id) for each in plan.changes if each.action.deletes and each.live is not None
    )


def _plan(rng: random.Random, name: str, phase: str) -> list[Violation]:
    honest = _honest(name, phase)
    target = rng.choice(list(honest.answers))
    change = mutated(rng, honest.answers[target])
    tape = Tape(honest.answers, {target: change.answer})
    client = DirectClient(tape, WorldClock(), random.Random(1))
    what = f"{change.what} in GET {target}"
    try:
        planned = make_plan(honest.stack, client, honest.options, parallelism=1, preflight=False)
    except Refused:
        return _nothing_sent(tape, what)
    except Exception:  # noqa: BLE001  # whatever it is, it is a finding
        return [Violation("no traceback", f"{what}: {traceback.format_exc(limit=-6)}")]
    more = _deletes(planned.plan) - honest.deletes
    found = _nothing_sent(tape, what)
    if more and not change.lies:
        found.append(Violation("a hostile answer deletes nothing more", f"{what}: {str(sorted(more))[:300]}"))
    return found


def _nothing_sent(tape: Tape, what: str) -> list[Violation]:
    return [Violation("a plan changes nothing", f"{what}: {tape.mutations}")] if tape.mutations else []


# whole runs


def _run(rng: random.Random, name: str, phase: str) -> list[Violation]:
    honest, calls = _honest_run(name, phase)
    number = rng.randrange(1, calls + 1)
    world = ground().again(_world(name, None if phase == "apply" else 0))
    chain = world.chain()
    changes: list[Mutated] = []

    def mangle(count: int, method: str, target: str, answer: Answer) -> Answer:
        if count != number:
            return answer
        changes.append(mutated(rng, answer))
        changes[-1] = Mutated(changes[-1].answer, f"{changes[-1].what} in {method} {target}", changes[-1].lies)
        return changes[-1].answer

    chain.mangle = mangle
    stack = _stack(name, phase)
    run = chain.run(stack, destroy=phase == "destroy")
    what = changes[0].what if changes else "nothing"
    if run.broke:
        return [Violation("no traceback", f"{what}: {run.broke}")]
    twice = [mark for mark, count in born(run.entries, world.births).items() if count > 1]
    found = [Violation("nothing is made twice", f"{what}: {', '.join(twice)}")] if twice else []
    gone = _deleted(world) - honest
    if gone and changes and not changes[0].lies:
        found.append(Violation("a hostile answer deletes nothing more", f"{what}: {sorted(gone)}"))
    if found or (changes and changes[0].lies):
        return found
    chain.tripwire.over = True
    world.lists_catch_up()
    after = settled(chain, stack, destroy=phase == "destroy", judge_births=False)
    return [Violation(each.law, f"{what}: {each.detail}") for each in after]


@cache
def _honest_run(name: str, phase: str) -> tuple[frozenset[str], int]:
    """The marks of what an undisturbed run deletes, and how many calls it makes."""
    world = ground().again(_world(name, None if phase == "apply" else 0))
    chain = world.chain()
    chain.run(_stack(name, phase), destroy=phase == "destroy")
    return _deleted(world), chain.tripwire.calls


def _deleted(world: World) -> frozenset[str]:
    """The marks of what is gone by the runs of a world."""
    gone = {each for run in world.runs for entry in run.entries for each in entry["deleted"]}
    return frozenset(world.births.marks[each] for each in gone if each in world.births.marks)


# what kinds read of recorded answers


def _read(rng: random.Random, name: str, phase: str) -> list[Violation]:
    kind = KINDS[name]
    listing = rng.choice(kind.listings("owner"))
    body = json.loads(json.dumps({**field_cases.BASES[name]}))
    body.setdefault("id", "an-id")
    content = body if listing.single else {listing.key: [body], "meta": {"total": 1}}
    change = mutated(rng, Answer(200, _JSON, json.dumps(content).encode()))
    client = DirectClient(_Always(change.answer), WorldClock(), random.Random(1))
    try:
        for item in _fetched(client, listing):
            for live in kind.read(item, "owner"):
                for field in kind.fields:
                    live.values.get(field)
                str(live.label)
    except (KeyError, TypeError, ValueError, AttributeError):
        return []  # the engine takes these for an answer that is not understood
    except Exception:  # noqa: BLE001  # whatever it is, it is a finding
        return [Violation("no traceback", f"{change.what}: {traceback.format_exc(limit=-6)}")]
    return []


def _fetched(client: DirectClient, listing: Listing) -> Iterator[dict[str, Any]]:
    try:
        yield from client.fetch(listing)
    except WireError:
        return


class _Always(DirectTransport):
    """One answer to everything."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def attempt(self, method: str, target: str, body: bytes | None) -> Answer:
        return self._answer


CAMPAIGN = Campaign(
    "answers",
    "answers of other shapes, types, words, sizes and bytes: never a traceback, a delete or a second object",
    full=100_000,
    short=300,
    schedules=schedules,
    play=play,
)
