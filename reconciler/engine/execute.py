"""Applying a plan: one coordinator owns the graph and the results, workers run one step each and share nothing.

Ready steps go out with the longest remaining chain first. An object that is slow to become ready or gone holds no
worker: it is handed to the watch, which asks for all of a collection with one list call. A failed step skips what
depends on it and nothing else.
"""

from __future__ import annotations

import math
import queue
import random
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial

from reconciler.clock import Clock
from reconciler.diagnostics import Diagnostic, Refused, error
from reconciler.engine.blame import blamed_field
from reconciler.engine.claims import Claims
from reconciler.engine.health import Checks, Seen, look
from reconciler.engine.pace import Pace
from reconciler.engine.perform import Performer
from reconciler.engine.polling import probe, read
from reconciler.engine.prepare import Preparation, patience
from reconciler.engine.reach import to_hold
from reconciler.engine.refused_token import REASON, REFUSED, WAITING_REASON, TokenWatch
from reconciler.engine.rollout import held_back
from reconciler.engine.schedule import Schedule
from reconciler.engine.sending import Sender
from reconciler.engine.stop import Stop
from reconciler.engine.task import Ending, Outcome, Task, reason_of
from reconciler.engine.telling import Telling
from reconciler.engine.watch import Arrived, Awaited, Probed, Read, Watch
from reconciler.engine.world import PlannedWorld
from reconciler.model.catalog import Catalog
from reconciler.model.event import Ended, Event, Noted, Result
from reconciler.model.journal import Journal
from reconciler.model.kind import Verb
from reconciler.model.live import LiveObject
from reconciler.model.plan import Change, Counts, Plan, Step
from reconciler.model.rollout import Dialer, NoDialer
from reconciler.wire import Account, Call

SLOW = 60.0
"""Weight of a step whose object is slow, against 1 for a plain call: only the order of magnitude matters."""
POLLERS = 2
_UNPROVED = "before it was known to be healthy; the next run looks first"
_ENDED = {Result.FAILED: "failed", Result.ABANDONED: "was interrupted", Result.SKIPPED: "was not sent"}


@dataclass(frozen=True, slots=True)
class Broke:
    """A thread ended by an exception that nobody foresaw; the coordinator raises it, or it would wait for ever."""

    mistake: BaseException


Message = Outcome | Read | Probed | Seen | Noted | Broke


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply did: one entry a step in `ended`, whether it was interrupted, and what the answers claimed."""

    ended: tuple[Ended, ...]
    counts: Counts
    interrupted: bool
    claims: Claims


@dataclass(frozen=True, slots=True)
class Means:
    """What a run works with: the client, time, chance, how much at once, where it writes down what it creates, and what
    opens connections to machines. `settle_seconds`: see `Sender`.
    """

    account: Account
    clock: Clock
    rng: random.Random
    parallelism: int
    settle_seconds: float
    journal: Journal = field(default_factory=Journal)
    dialer: Dialer = field(default_factory=NoDialer)


class Apply:
    """One apply. Built, run once, and thrown away."""

    def __init__(
        self,
        plan: Plan,
        world: PlannedWorld,
        catalog: Catalog,
        means: Means,
        stop: Stop,
        listen: Callable[[Event], None],
    ) -> None:
        changes = plan.changes
        self._changes = {each.address: each for each in changes}
        self._catalog = catalog
        self._world = world
        self._means = means
        self._clock = means.clock
        self._account = TokenWatch(means.account)
        self._stop = stop
        self._schedule = Schedule(plan.steps, {each.id: _weight(each, catalog) for each in plan.steps})
        self._pace = Pace(self._schedule, plan.pacing, catalog)
        known = frozenset(each.live.id for each in changes if each.live is not None)
        going = frozenset(each.live.id for each in changes if each.live is not None and each.action.deletes)
        self._prepare = Preparation(plan.stack, catalog, world, known, going, to_hold(changes, catalog))
        sender = Sender(self._account, means.clock, means.rng, stop, means.settle_seconds, self._hand_note)
        self._performer = Performer(sender, means.journal)
        self._watch = Watch()
        self._plan = plan
        self._checks = Checks(plan, catalog, world, means.settle_seconds)
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._further: list[Task] = []
        self._sent: dict[str, tuple[Call, ...]] = {}
        self._claims = Claims(known, means.journal)
        self._in_flight = 0
        self._working = 0
        self._tell = Telling(means.clock, listen)

    def run(self) -> Applied:
        """Do all steps. Never raises for what the API does; how each step ended is in the result."""
        with ThreadPoolExecutor(self._means.parallelism) as workers, ThreadPoolExecutor(POLLERS) as pollers:
            while True:
                self._conclude()
                self._dispatch(workers)
                idle = self._in_flight == 0
                if idle and (self._halted or not (len(self._watch) or self._pace.holds or len(self._checks))):
                    break
                self._poll(pollers)
                self._take_messages(pollers)
        rest = self._schedule.rest()
        self._leave(rest)
        cut_short = any(each.result is Result.ABANDONED for each in self._tell.ended) or bool(rest)
        return Applied(tuple(self._tell.ended), self._tell.counts, self._stop.requested and cut_short, self._claims)

    @property
    def _halted(self) -> bool:
        """Whether nothing more is to be begun."""
        return self._stop.requested or self._account.refused

    # starting steps

    def _dispatch(self, workers: ThreadPoolExecutor) -> None:
        """Start what is ready, as far as there are workers. Steps without a call end at once."""
        while self._further and self._working < self._means.parallelism and not self._halted:
            self._submit(self._further.pop(0), workers)
        while self._working < self._means.parallelism and not self._halted:
            step = self._pace.take(self._clock.now())
            if step is None:
                return
            if objection := self._pace.objection(step):
                self._end(step, Result.SKIPPED, reason=objection)
                continue
            self._tell.takes_up(step)
            change = self._changes.get(step.address)
            if step.verb is Verb.CHECK:
                check = self._checks.begin(step, self._clock.now())
                self._tell.started(step, check.id)
            elif step.implied or change is None:
                self._succeed(step, None)
            elif step.verb is Verb.AWAIT and change.live is not None:
                self._tell.started(step, change.live.id)
                self._wait_for(step, change.live)
            else:
                self._start(step, change, workers)

    def _start(self, step: Step, change: Change, workers: ThreadPoolExecutor) -> None:
        try:
            task = self._prepare.task(step, change)
        except Refused as refused:
            self._end(step, Result.FAILED, reason=refused.diagnostics[0].summary, diagnostic=refused.diagnostics[0])
            return
        if task is None:
            self._end(step, Result.DONE, live=change.live)
            return
        self._tell.started(step, task.live.id if task.live is not None else "")
        self._submit(task, workers)

    def _submit(self, task: Task, workers: ThreadPoolExecutor) -> None:
        self._in_flight += 1
        self._working += 1
        workers.submit(self._hand_in, partial(self._performer.perform, task))

    def _hand_note(self, text: str) -> None:
        self._messages.put(Noted(text, self._tell.at))

    def _hand_in(self, work: Callable[[], Message]) -> None:
        """Runs on a worker's or poller's thread: the only way back to the coordinator is the queue."""
        try:
            self._messages.put(work())
        except BaseException as mistake:
            self._messages.put(Broke(mistake))
            raise

    # waiting for slow objects

    def _wait_for(self, step: Step, live: LiveObject) -> None:
        now = self._clock.now()
        kind = self._catalog[step.kind]
        deadline = now + patience(step, kind, self._changes[step.address].resource)
        values = self._world.values(step.address)
        self._watch.add(Awaited(step, kind, live, self._tell.since(step), deadline, values), now)

    def _poll(self, pollers: ThreadPoolExecutor) -> None:
        if self._halted:
            return
        for collection in self._watch.due(self._clock.now()):
            self._in_flight += 1
            pollers.submit(self._hand_in, partial(read, self._account, self._clock, collection))
        for round in self._checks.due(self._clock.now()):
            self._in_flight += 1
            pollers.submit(self._hand_in, partial(look, self._account, self._catalog, self._means.dialer, round))

    # taking in what happened

    def _take_messages(self, pollers: ThreadPoolExecutor) -> None:
        """Wait for something to happen, and take in everything that has."""
        pause = None if self._halted else self._until_due()
        if self._in_flight == 0:
            self._clock.sleep(pause or 0.0)
            return
        try:
            self._take(self._messages.get(timeout=pause), pollers)
            while True:
                self._take(self._messages.get_nowait(), pollers)
        except queue.Empty:
            return

    def _until_due(self) -> float | None:
        """Seconds until something is to be done by itself; None when all waits for somebody."""
        due = [self._watch.next_due(), self._pace.due if self._pace.holds else None, self._checks.next_due]
        moments = [each for each in due if each is not None and each < math.inf]
        return max(0.0, min(moments) - self._clock.now()) if moments else None

    def _take(self, message: Message, pollers: ThreadPoolExecutor) -> None:
        if isinstance(message, Noted):
            self._tell.heard(message)
            return
        if isinstance(message, Broke):
            raise message.mistake
        self._in_flight -= 1
        if isinstance(message, Outcome):
            self._working -= 1
            self._take_outcome(message)
        elif isinstance(message, Probed):
            if message.gone:
                self._arrived(self._watch.vanished(message.awaited, message.gone))
        elif isinstance(message, Seen):
            for check in self._checks.looked(message, self._clock.now()):
                self._tell.progressed(check.step, check.told)
        else:
            self._take_read(message, pollers)

    def _take_outcome(self, outcome: Outcome) -> None:
        self._sent[outcome.step.id] = (*self._sent.get(outcome.step.id, ()), *outcome.sent)
        if outcome.step.verb is Verb.CREATE and outcome.live is not None:
            address = str(outcome.step.address)
            self._claims.created(address, outcome.live, doubted=outcome.doubted, listed=outcome.listed)
        if outcome.ending is Ending.WAITING and outcome.live is not None:
            self._wait_for(outcome.step, outcome.live)
        elif outcome.ending is Ending.DONE:
            if outcome.parent is not None and outcome.step.address.owner is not None:
                self._world.became(outcome.step.address.owner, outcome.parent)
            self._succeed(outcome.step, outcome.live)
        elif outcome.ending is Ending.ABANDONED:
            self._end(outcome.step, Result.ABANDONED, live=outcome.live, reason=outcome.reason)
        else:
            self._fail(outcome.step, outcome.live, outcome.reason, outcome.hint)

    def _take_read(self, read: Read, pollers: ThreadPoolExecutor) -> None:
        now = self._clock.now()
        if read.problem is not None:
            self._tell.note(f"waiting goes on: {reason_of(read.problem)}")
            self._arrived(self._watch.failed_to_read(read.collection, now))
            return
        self._claims.shown(read.objects)
        arrived, moved, doubtful = self._watch.read(read.collection, read.objects, now, read.took)
        for each in moved:
            status = each.live.status
            self._tell.progressed(each.awaited.step, status.message or status.word, status.percentage)
        self._arrived(arrived)
        for awaited in doubtful:
            self._in_flight += 1
            asking = partial(probe, self._account, self._clock, self._means.settle_seconds, awaited)
            pollers.submit(self._hand_in, asking)

    def _arrived(self, arrived: Iterable[Arrived]) -> None:
        for each in arrived:
            if each.problem:
                self._fail(each.awaited.step, each.live, each.problem)
            else:
                self._ready(each.awaited.step, each.live)

    def _ready(self, step: Step, live: LiveObject) -> None:
        """What was waited for is there. Some kinds have something left to do then: a new machine is to be off."""
        change = self._changes[step.address]
        try:
            if step.verb is not Verb.DELETE:
                self._world.became(step.address, live)
            sent = self._sent.get(step.id, ())
            task = self._prepare.further(step, change, live, sent) if step.verb is not Verb.DELETE else None
        except Refused as refused:
            self._end(step, Result.FAILED, reason=refused.diagnostics[0].summary, diagnostic=refused.diagnostics[0])
            return
        if task is None:
            self._succeed(step, live)
        else:
            self._further.append(task)

    # proving that machines do their work

    def _conclude(self) -> None:
        """End the checks that are over, and let the next wave go or not."""
        ended, resting = self._checks.over(self._clock.now())
        for check in resting:
            self._tell.progressed(check.step, check.told)
        for each in ended:
            for earlier, later in each.apart:
                self._schedule.put_after(later, earlier)
            result = Result.FAILED if each.why else Result.DONE
            self._end(each.check.step, result, each.check.live, each.why, each.problem)
            if each.told:
                self._tell.note(each.told)

    # ending steps

    def _succeed(self, step: Step, live: LiveObject | None) -> None:
        """Check that what came back is what was planned, and let the next steps go."""
        change = self._changes.get(step.address)
        leaves = change is not None and step.verb is Verb.MOVE and change.action.replaces
        if change is not None and live is not None and step.verb is not Verb.DELETE and not leaves:
            self._world.became(step.address, live)
            wrong = self._prepare.not_as_wanted(step, change, live)
            if wrong:
                self._fail(step, live, wrong)
                return
        if change is not None and live is not None and not self._catalog[step.kind].standing and not step.implied:
            if step.verb is Verb.DELETE:
                self._claims.deleted(str(step.address), live)
            elif step.verb is Verb.UPDATE:
                self._claims.changed(str(step.address), live, partial(self._otherwise, step, change))
            elif step.verb is Verb.MOVE:
                self._claims.changed(str(step.address), live, partial(_not_moved, str(step.address)))
        self._end(step, Result.DONE, live=live)

    def _otherwise(self, step: Step, change: Change, live: LiveObject | None) -> str:
        return self._prepare.not_as_wanted(step, change, live) if live is not None and live.present else ""

    def _fail(self, step: Step, live: LiveObject | None, reason: str, hint: str = "") -> None:
        """The diagnostic points at the field that the API complains about, when its text names one."""
        resource = self._changes[step.address].resource
        field = blamed_field(resource, reason) if resource is not None else None
        place = resource.place_of(field or "") if resource is not None else None
        secret = resource is not None and field in resource.secrets
        summary = f"{step.address}: {reason}"
        problem = error("step-failed", summary, address=str(step.address), place=place, hint=hint)
        problem = replace(problem, hidden=secret)
        self._end(step, Result.FAILED, live=live, reason=reason, diagnostic=problem)

    def _end(
        self,
        step: Step,
        result: Result,
        live: LiveObject | None = None,
        reason: str = "",
        diagnostic: Diagnostic | None = None,
    ) -> None:
        self._tell.over(step, result, live, reason, diagnostic)
        self._pace.over(step, done=result is Result.DONE)
        if result is Result.DONE:
            self._schedule.done(step)
            return
        why = f"because {step.address} {_ENDED[result]}"
        if step.verb is Verb.CHECK and result is Result.FAILED:
            why = held_back(step, self._plan.rollouts)
        for skipped in self._schedule.failed(step):
            self._tell.over(skipped, Result.SKIPPED, None, why)

    def _leave(self, rest: Sequence[Step]) -> None:
        """After an early end: what is on its way is abandoned to the next run, what was not begun is skipped."""
        waiting = {each.step.id: each for each in self._watch.everything()}
        for step in rest:
            awaited = waiting.get(step.id)
            if step in self._checks:
                cause = "interrupted" if self._stop.requested else REFUSED
                self._tell.over(step, Result.ABANDONED, None, f"{cause} {_UNPROVED}")
            elif awaited is not None:
                reason = "interrupted while waiting; the next run goes on waiting"
                reason = reason if self._stop.requested else WAITING_REASON
                self._tell.over(step, Result.ABANDONED, awaited.live, reason)
            else:
                self._tell.over(step, Result.SKIPPED, None, "interrupted" if self._stop.requested else REASON)


def _weight(step: Step, catalog: Catalog) -> float:
    if step.implied:
        return 0.0
    return SLOW if catalog[step.kind].waits and step.verb not in (Verb.UPDATE, Verb.MOVE) else 1.0


def _not_moved(address: str, live: LiveObject | None) -> str:
    """What is otherwise in an object whose mark was to say this address. One that is gone did not stay behind."""
    if live is None or not live.present or (live.mark is not None and live.mark.address == address):
        return ""
    return f"its mark says {live.mark.address}" if live.mark is not None else "it has no mark"
