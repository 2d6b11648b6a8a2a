"""A world in which a chain of runs can be disturbed at any of its calls, and everything is kept that a judge needs.

A run here is the command `apply` or `destroy` less the command line: plan, settle wait, plan again, apply. Threads are
calls in order here, so that a schedule plays the same each time.
"""

from __future__ import annotations

import json
import random
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from reconciler.app import Options, Planned, Stop, apply_plan, make_plan, must_settle, nothing_done
from reconciler.app.journal import FileJournal, Log
from reconciler.diagnostics import Diagnostic, Refused
from reconciler.emulator import Emulator
from reconciler.emulator.records import Record
from reconciler.emulator.settings import Settings
from reconciler.engine import catalogues, execute, health, observe
from reconciler.model.event import Ended, Event, Report, Result
from reconciler.model.journal import Journal
from reconciler.model.resource import Stack
from tests.campaigns.disturbances import SETTLE_SECONDS, Crash, Disturbance, Endless, Line, Mangle, Tripwire, Watched
from tests.worlds.account import TOKEN, Account, DirectClient, DirectTransport, Sent, WorldClock
from tests.worlds.by_hand import by_hand
from tests.worlds.laws import strangers_of
from tests.worlds.live import Held, everything, mark_of
from tests.worlds.stacks import public_key

QUIET_SECONDS = 40.0
"""Longer than anything lags behind in a bounded schedule."""
_MADE_SEVERAL = (".device_batches.", ".spot_market_requests.")


class Inline(Executor):
    """A pool in which each piece of work is done at once, by whoever hands it in."""

    def __init__(self, max_workers: int | None = None) -> None:
        """There is nothing to size."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        made: Future[Any] = Future()
        try:
            made.set_result(fn(*args, **named))
        except BaseException as mistake:  # noqa: BLE001  # as a pool does; whoever asks for the result gets it
            made.set_exception(mistake)
        return made


@contextmanager
def without_threads() -> Iterator[None]:
    """While this lasts, the engine has no threads: its calls come in one order, the same each time."""
    with ExitStack() as patches:
        for module in (execute, observe, catalogues, health):
            patches.enter_context(mock.patch.object(module, "ThreadPoolExecutor", Inline))
        yield


class MemoryLog(Log):
    """A journal's file that needs no disk: its text outlives the runs, as a file would."""

    def __init__(self) -> None:
        super().__init__(Path("journal.jsonl"))
        self.content = ""

    def text(self) -> str:
        return self.content

    def append(self, line: str, *, sync: bool) -> None:
        self.content += f"{line}\n"

    def put_aside(self) -> None:
        self.content = ""


@dataclass
class Run:
    """One run of the command: what it planned and said, and how it ended. `entries` are the ledger's of its time."""

    stack: Stack
    destroy: bool
    plans: list[Planned] = field(default_factory=list)
    report: Report | None = None
    refused: tuple[Diagnostic, ...] = ()
    crashed: str = ""
    broke: str = ""
    events: list[Event] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    theirs: frozenset[str] = frozenset()
    """The ids of what was others' when it began."""
    rejected: set[str] = field(default_factory=set)
    """The addresses of which it took the server to have made nothing."""
    misled: bool = False
    """Whether a list lied to it as nobody can tell from the truth."""
    alone: bool = True
    """Whether nobody else changed anything while it lasted."""

    @property
    def complete(self) -> bool:
        """Whether the command would end with 0."""
        return self.report is not None and self.report.complete

    @property
    def said(self) -> str:
        """Why it was not complete, for a person."""
        if self.crashed or self.broke:
            return self.crashed or self.broke
        if self.report is None:
            return "refused: " + "; ".join(f"{each.code} {each.summary}" for each in self.refused)
        failed = [
            f"{each.address}:{each.verb} {each.result}: {each.reason}" for each in self.report.ended if each.reason
        ]
        left = [f"{each.address} remains {each.reason}" for each in self.report.remains]
        told = [f"{each.code} {each.summary}" for each in self.report.diagnostics]
        return "; ".join([*failed, *left, *told]) or ("interrupted" if self.report.interrupted else "complete")


class Births:
    """Which marks were ever carried by what was created: hears of every change of the emulator's tables."""

    def __init__(self) -> None:
        self.marks: dict[str, str] = {}

    def observe(self, old: Record | None, new: Record | None) -> None:
        if old is None and new is not None and new.id not in self.marks:
            body = {name: getattr(new, name, None) for name in ("tags", "description", "label")}
            custom = getattr(new, "customdata", None)
            found = mark_of(body) or (_mark_in(custom) if isinstance(custom, str) else "")
            if found and not any(each in found for each in _MADE_SEVERAL):
                self.marks[new.id] = found


def _mark_in(custom: str) -> str:
    try:
        decoded = json.loads(custom)
    except ValueError:
        return ""
    return mark_of({"customdata": decoded}) if isinstance(decoded, Mapping) else ""


@dataclass(frozen=True, slots=True)
class State:
    """A world that can be brought back: what the emulator stores, its time, and what is known of it from outside."""

    stored: bytes
    now: float
    settings: Settings
    marks: Mapping[str, str]
    theirs: frozenset[str]
    strangers: Mapping[str, Any]
    log: str


@dataclass
class Ground:
    """One emulator for many plays, since founding one costs more than a play: `fresh` empties it, `kept` and `again`
    bring a state back.
    """

    emulator: Emulator
    clock: WorldClock
    births: Births
    folder: Path

    @classmethod
    def founded(cls, folder: Path) -> Ground:
        clock = WorldClock()
        emulator = Emulator(token=TOKEN, seed=1, clock=clock, settings=Settings())
        births = Births()
        tables = emulator._engine.world.tables
        tables._observers = (*tables._observers, births.observe)
        return cls(emulator, clock, births, folder)

    def fresh(self, settings: Mapping[str, Any], seed: int = 1) -> World:
        engine = self.emulator._engine
        self.births.marks.clear()
        self.clock._now = WorldClock().time()
        engine._started_with = Settings().changed(settings)
        engine.world._seed = seed
        engine.reset()
        return self._world(seed)

    def kept(self, world: World) -> State:
        """The state that a world is in. What lists showed earlier is not kept."""
        account = world.account
        stored: bytes = self.emulator._engine.world._journal._connection.serialize()
        settings, marks = self.emulator.settings, dict(self.births.marks)
        return State(
            stored, self.clock.time(), settings, marks, frozenset(account.theirs), world.strangers, world.log.content
        )

    def again(self, state: State, seed: int = 1) -> World:
        engine = self.emulator._engine
        engine.settings = state.settings
        engine.faults.replace([])
        engine._limit.reset()
        engine.world._journal._connection.deserialize(state.stored)
        self.clock._now = state.now
        engine.world._load()
        self.births.marks = dict(state.marks)
        world = self._world(seed)
        world.account.theirs |= state.theirs
        world.strangers = state.strangers
        world.log.content = state.log
        return world

    def _world(self, seed: int) -> World:
        transport = DirectTransport(self.emulator)
        rng = random.Random(seed)
        client = DirectClient(transport, self.clock, rng)
        account = Account(self.emulator, self.clock, transport, client, rng, self.folder)
        return World(account, self.births)


@dataclass
class World:
    """An account in which chains of runs are played."""

    account: Account
    births: Births
    log: MemoryLog = field(default_factory=MemoryLog)
    runs: list[Run] = field(default_factory=list)
    strangers: Mapping[str, Any] = field(default_factory=dict)
    others: set[Any] = field(default_factory=set)
    """The numbers of the ledger's entries that have been told apart as some run's, or done by hand."""
    rewired: bool = False
    """Whether somebody has called ports by hand."""
    _looked: tuple[int, list[Held]] | None = None

    @property
    def revision(self) -> int:
        """Goes up with everything that changes in the account, by whomever."""
        self.account.emulator._engine._performer.settle(self.account.emulator.settings)
        return self.account.emulator._engine.world._revision

    def ledger(self) -> list[dict[str, Any]]:
        return self.account.emulator._engine.world.ledger()

    def look(self) -> list[Held]:
        """Everything that is there, by the API's answers; asked anew when something has changed."""
        revision = self.revision
        if self._looked is None or self._looked[0] != revision:
            self._looked = revision, everything(self.account)
        return self._looked[1]

    def by_hand(self, deed: Mapping[str, Any]) -> None:
        """Somebody does something; what strangers have is then as it is."""
        begun, theirs = len(self.ledger()), len(self.account.theirs)
        by_hand(self.account, deed)
        self.rewired = self.rewired or deed["do"] == "wire"
        if len(self.account.theirs) > theirs:
            self.pass_time()  # until it is ready
        self.others |= {each["number"] for each in self.ledger()[begun:]}
        self.strangers = strangers_of(self.look(), self.account.theirs)

    def lists_catch_up(self) -> None:
        """What others did shows in lists, and what they sent has come through."""
        self.account.clock.sleep(max(SETTLE_SECONDS, self.account.emulator.settings.list_lag_seconds + 1.0))

    def others_come_first(self) -> None:
        """Somebody else's key, machine and VLAN; the machine has another stack's mark."""
        account = self.account
        account.make("/ssh-keys", {"label": "theirs", "key": public_key(200)})
        inside = f"/projects/{account.make('/projects', {'name': 'Theirs'})['id']}"
        account.make(f"{inside}/virtual-networks", {"facility": "ewr1", "description": "theirs"})
        wanted = {"plan": "c2.medium.x86", "facility": "ewr1", "operating_system": "ubuntu_18_04"}
        account.make(f"{inside}/devices", {**wanted, "hostname": "web", "tags": ["reconciler:other:x"]})
        self.pass_time()
        self.strangers = strangers_of(self.look(), account.theirs)

    def chain(self, disturbances: Sequence[Disturbance] = (), *, journal: bool = True) -> Chain:
        return Chain(self, Tripwire(disturbances), journal)

    def pass_time(self) -> None:
        settings = self.account.emulator.settings
        self.account.clock.sleep(QUIET_SECONDS + settings.provision_seconds + settings.deprovision_seconds)


@dataclass
class Chain:
    """Runs of one writer, one after the other, of which the tripwire may break any. Without a `journal` each run is the
    first on its machine, as in an ephemeral CI job. `meanwhile` are deeds of others, by the number of the call before
    which they are done; what they change is not in the run's entries. `mangle` is what becomes of answers on their way.
    With `accept_vanished` somebody has said that what others took away is to be made again.
    """

    world: World
    tripwire: Tripwire
    journal: bool = True
    meanwhile: dict[int, list[Callable[[], None]]] = field(default_factory=dict)
    log: MemoryLog | None = None
    skew_seconds: float = 0.0
    settle_seconds: float = SETTLE_SECONDS
    mangle: Mangle | None = None
    accept_vanished: bool = False

    def run(self, stack: Stack, *, destroy: bool = False, options: Options | None = None) -> Run:
        """The command once. What breaks in it is in the result; nothing is raised."""
        account = self.world.account
        run = Run(stack, destroy, theirs=frozenset(account.theirs))
        self.world.runs.append(run)
        begun, lies = len(self.world.ledger()), self.tripwire.lies
        line = Line(account.emulator, self.tripwire, account.clock)
        line.meanwhile = self.meanwhile
        line.mangle = self.mangle
        account.transport.crashes = line.crashes = [*account.transport.crashes]
        run.sent = line.sent
        client = DirectClient(line, account.clock, account.rng)
        try:
            self._run(run, client, options or Options(destroy=destroy))
        except Refused as refused:
            run.refused = refused.diagnostics
        except Crash as crash:
            run.crashed = f"crashed {crash}"
        except Endless as endless:
            run.broke = f"no end: {endless}"
        except Exception:  # noqa: BLE001  # whatever it is, it is a finding
            run.broke = traceback.format_exc(limit=-8)
        during = self.world.ledger()[begun:]
        own = [each for each in during if each["number"] not in self.world.others]
        run.alone = len(own) == len(during)
        run.misled = self.tripwire.lies > lies
        self.world.others |= {each["number"] for each in own}
        run.entries = own
        return run

    def _run(self, run: Run, client: DirectClient, options: Options) -> None:
        clock = self.world.account.clock
        kept: Journal = Journal()
        if self.journal:
            kept = FileJournal(self.log or self.world.log, lambda: clock.wall() + self.skew_seconds)
        journal = Watched(kept, self.tripwire, run.rejected)

        def plan() -> Planned:
            run.plans.append(make_plan(run.stack, client, options, parallelism=1, preflight=False))
            return run.plans[-1]

        planned = plan()
        if must_settle(planned.plan, journal, self.settle_seconds):
            clock.sleep(self.settle_seconds)
            planned = plan()
        if not planned.plan.steps:
            run.report = nothing_done(planned, journal)
            return
        run.report = apply_plan(
            planned,
            client,
            parallelism=1,
            listen=run.events.append,
            stop=Stop(),
            clock=clock,
            rng=random.Random(1),
            settle_seconds=self.settle_seconds,
            journal=journal,
            quiet_seconds=self.settle_seconds,
            accept_vanished=self.accept_vanished,
        )


def failed_steps(run: Run) -> list[Ended]:
    return [each for each in (run.report.ended if run.report else ()) if each.result is Result.FAILED]


def born(entries: Sequence[Mapping[str, Any]], births: Births) -> Counter[str]:
    """How many objects with each mark were created, by the ledger."""
    made = {identifier for entry in entries for identifier in entry["created"]}
    return Counter(births.marks[each] for each in made if each in births.marks)
