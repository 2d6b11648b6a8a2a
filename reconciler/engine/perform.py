"""Doing one step: the call, what its ending means, and what happened when no answer came.

A worker runs one task and returns one outcome; it touches nothing that is shared. A create whose answer was lost is
looked up by its mark for a settle window, and sent again only when a whole read shows that it did not happen.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from reconciler.clock import Clock
from reconciler.engine.fields import still_differing
from reconciler.engine.guard import Guard
from reconciler.engine.observe import NOT_UNDERSTOOD, read_collection
from reconciler.engine.stop import Stop
from reconciler.model.journal import Answered, Intent, Journal, JournalFailed
from reconciler.model.kind import Kind, Verb, Verdict, Wish
from reconciler.model.live import LiveObject, Phase
from reconciler.model.mark import holding
from reconciler.model.plan import Step
from reconciler.values import digest
from reconciler.wire import Account, Call, Gone, InDoubt, Rejected, Repeat, WireError

_PLAN_AGAIN = "run the same command again: its plan rests on what is there now"
SENDS = 3
"""How often a create may be sent at the most, each time after a whole read has shown that it did not happen."""
LOOK_SECONDS = 1.0
LATER_SECONDS = (0.5, 10.0)
"""First and longest pause before a step that has to wait for something else to clear is tried again."""


TOLD_AFTER_SECONDS = 10.0
"""A wait that lasts longer is told, with the API's reason."""


class Ending(StrEnum):
    DONE = "done"
    WAITING = "waiting"  # accepted; the object is on its way to be ready or gone
    FAILED = "failed"
    ABANDONED = "abandoned"  # stopped by the user between two tries


@dataclass(frozen=True, slots=True)
class Task:
    """One step with everything that it needs. `live` is the object to change or delete; `wish` what is wanted of it;
    `avoid` the ids that a lookup must not take for the new object, since they were there before; `going` the ids of
    objects that are to be deleted; `holds` the sections that its mark is to remember; `patience` the seconds for which
    a refusal that clears by itself is waited out; `parent` is the kind of the object that a standing one stands in.
    """

    step: Step
    kind: Kind
    wish: Wish
    live: LiveObject | None = None
    changed: frozenset[str] = frozenset()
    avoid: frozenset[str] = frozenset()
    going: frozenset[str] = frozenset()
    holds: frozenset[str] = frozenset()
    patience: float = 0.0
    parent: Kind | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task ended; `live` is the object as it is now, `reason` one line for a person when it failed, `hint` the
    way out of it where the kind knows one, `sent` the calls of a change by several calls that were accepted,
    `parent` what a standing object stands in, as it has become. Of a create, `doubted` says that an answer was lost,
    `listed` that a list has shown the object.
    """

    step: Step
    ending: Ending
    live: LiveObject | None = None
    reason: str = ""
    hint: str = ""
    sent: tuple[Call, ...] = ()
    parent: LiveObject | None = None
    doubted: bool = False
    listed: bool = False


@dataclass(slots=True)
class _Work:
    """A change under way: the object as last seen, with what it stands in, and the calls that were accepted. `seen_at`
    is when the last look at it began.
    """

    live: LiveObject
    parent: LiveObject | None = None
    sent: list[Call] = field(default_factory=list)
    seen_at: float = float("-inf")


class Performer:
    """Performs tasks. `settle_seconds` is how long a commit may lag behind a lost answer."""

    def __init__(
        self,
        account: Account,
        clock: Clock,
        rng: random.Random,
        stop: Stop,
        settle_seconds: float,
        journal: Journal,
        note: Callable[[str], None],
    ) -> None:
        self._account = account
        self._clock = clock
        self._rng = rng
        self._stop = stop
        self._settle_seconds = settle_seconds
        self._journal = journal
        self._note = note
        self._guard = Guard(account, clock)

    def perform(self, task: Task) -> Outcome:
        """Run one task. Never raises for what the API or the network does."""
        try:
            objection = self._changed_meanwhile(task)
            if objection:
                return Outcome(task.step, Ending.FAILED, task.live, objection, _PLAN_AGAIN)
            if task.step.verb is Verb.DELETE:
                return self._delete(task)
            if task.step.verb is Verb.RELEASE:
                return self._release(task)
            if task.step.verb is Verb.NOTE:
                return self._note_held(task)
            if task.step.verb is Verb.MOVE:
                return self._move(task)
            if task.kind.standing or (task.live is not None and task.kind.stepwise):
                return self._change(task)
            return self._create(task) if task.step.verb is Verb.CREATE else self._update(task)
        except WireError as problem:
            hint = task.kind.advice(task.step.verb, problem) if isinstance(problem, Rejected) else ""
            return Outcome(task.step, Ending.FAILED, task.live, reason_of(problem), hint)
        except NOT_UNDERSTOOD as problem:
            reason = f"the answer is not understood: {type(problem).__name__} {problem}"
            return Outcome(task.step, Ending.FAILED, task.live, reason)

    def _changed_meanwhile(self, task: Task) -> str:
        """Why what the plan saw is not there any more; empty where it is, and for what is read anyway."""
        live = task.live
        if live is None or task.kind.standing or task.step.verb not in (Verb.UPDATE, Verb.DELETE) or task.wish.sent:
            return ""
        wanted = {name: task.wish.values.get(name) for name in task.changed}
        return self._guard.objection(task.kind, live, wanted, deletes=task.step.verb is Verb.DELETE)

    # create

    def _create(self, task: Task) -> Outcome:
        """Written down, sent once, and looked for when no answer came; sent again only when whole lists show that it
        did not happen.
        """
        objection = self._objection(task)
        if objection:
            return Outcome(task.step, Ending.FAILED, None, objection)
        calls = task.kind.creates(task.wish)
        address = str(task.step.address)
        intent = Intent(address, task.kind.name, digest([each.body for each in calls], 8))
        doubted = False
        for tries in range(SENDS):
            if tries and self._stop.requested:
                return Outcome(task.step, Ending.ABANDONED, None, "interrupted")
            try:
                self._journal.intend(intent)
            except JournalFailed as failed:
                reason = f"nothing was sent, since the journal cannot be written: {failed}"
                hint = "free the place and run the same command again"
                return Outcome(task.step, Ending.FAILED, None, reason, hint)
            live: LiveObject | None = None
            listed = False
            try:
                body = self._send(task, *calls)
            except InDoubt as doubt:
                self._journal.answered(address, Answered.UNKNOWN)
                doubted = True
                self._note(f"{address}: the answer was lost ({doubt.message}); looking for it by its mark")
                live, listed = self._look(task, self._settle_seconds), True
            except Rejected as rejected:
                self._journal.answered(address, Answered.REJECTED, request_id=rejected.request_id)
                if task.kind.verdict(Verb.CREATE, rejected) is not Verdict.DONE:
                    raise
                live, listed = self._look(task, self._settle_seconds), True
                if live is None:
                    raise
            else:
                if body is _STOPPED:
                    self._journal.answered(address, Answered.REJECTED)
                    return Outcome(task.step, Ending.ABANDONED, None, "interrupted")
                live = task.kind.read_answer(body, task.wish)
                self._journal.answered(address, Answered.OK, live.id if live is not None else "")
                if live is None:
                    live, listed = self._look(task, self._settle_seconds), True
                if live is None:
                    reason = f"the API took the request but shows no {task.kind.name}; it may need a review first"
                    return Outcome(task.step, Ending.FAILED, None, reason)
            if live is not None:
                return replace(self._finish(task, live), doubted=doubted, listed=listed)
        reason = "no answer came and the object is not there; nothing is known to have been created"
        return Outcome(task.step, Ending.FAILED, None, reason)

    def _finish(self, task: Task, live: LiveObject) -> Outcome:
        second = task.kind.finish(task.wish, live)
        if second is not None:
            body = self._account.send(second)
            live = task.kind.read_answer(body, task.wish) or live
        live = task.kind.regard(task.wish.values, live)
        if live.status.phase is Phase.FAILED and not live.status.unsure:
            return Outcome(task.step, Ending.FAILED, live, live.status.told)
        waiting = task.kind.waits and (live.status.phase is Phase.WORKING or live.status.unsure)
        return Outcome(task.step, Ending.WAITING if waiting else Ending.DONE, live)

    def _look(self, task: Task, seconds: float) -> LiveObject | None:
        """Read the collection until the object shows or the window is over. Raises `WireError` if no read was whole, or
        if something in the making does not show whose it is for as long as the step may take: it may be this one.
        """
        deadline = self._clock.now() + seconds
        last = max(deadline, self._clock.now() + task.patience)
        problem: WireError | None = None
        while True:
            began = self._clock.now()  # what a slow read shows may be as old as that
            try:
                objects = read_collection(self._account, task.kind, task.wish.owner_id)
            except WireError as failed:
                problem = failed
            else:
                problem = None
                for live in objects:
                    if is_wanted(task, live):
                        return live
                if any(may_become_wanted(task, live) for live in objects):
                    deadline = min(last, self._clock.now() + seconds)
                    problem = WireError("the answer was lost, and what was made does not show yet whose it is")
            if began >= deadline:
                if problem is not None:
                    raise problem
                return None
            self._clock.sleep(LOOK_SECONDS)

    def _objection(self, task: Task) -> str:
        call = task.kind.look_first(task.wish)
        body = self._account.send(call) if call is not None else None
        return task.kind.objection(body, task.wish) if isinstance(body, Mapping) else ""

    # changing by several calls

    def _change(self, task: Task) -> Outcome:
        """Bring the object to what is wished, call by call. A standing one is read first, whatever is known of it; so
        is one that was waited for, since a list may show it as it was before the last call.
        """
        stale = task.kind.standing or task.live is None or bool(task.wish.sent)
        work = self._reread(task, task.live) if stale or task.live is None else _Work(task.live)

        def left(live: LiveObject) -> tuple[Call, ...]:
            changed = still_differing(task.kind, task.wish.values, live, task.changed)
            changed |= task.changed & task.kind.unfinished(task.wish.values, live, task.wish.on_change)
            return task.kind.calls(replace(task.wish, sent=(*task.wish.sent, *work.sent)), live, changed)

        return self._work_off(task, work, left)

    def _release(self, task: Task) -> Outcome:
        """The first half of an update: let go, so that others may be changed or deleted."""

        def left(live: LiveObject) -> tuple[Call, ...]:
            return task.kind.release(task.wish, live, task.going)

        return self._work_off(task, self._reread(task, task.live), left)

    def _note_held(self, task: Task) -> Outcome:
        """Write into the mark, as it is now, what will be made under the object."""
        live = self._reread(task, task.live).live
        if live.mark is None:
            raise WireError(f"{task.kind.name} {live.label} ({live.id}) has lost its ownership mark")
        mark = replace(live.mark, address=task.wish.mark.address)
        body = self._send(task, task.kind.remark(live, holding(mark, task.holds)))
        if body is _STOPPED:
            return Outcome(task.step, Ending.ABANDONED, task.live, "interrupted")
        return Outcome(task.step, Ending.DONE, task.kind.read_answer(body, task.wish) or self._reread(task, live).live)

    def _move(self, task: Task) -> Outcome:
        """Write the address that the object has now into its mark; nothing else of it changes."""
        assert task.live is not None, "what is moved is live"
        live = self._reread(task, task.live).live if task.kind.stepwise else task.live
        if live.mark is None or not live.mark.owned_by(task.wish.mark.stack):
            raise WireError(f"{task.kind.name} {live.label} ({live.id}) has lost its ownership mark")
        mark = replace(live.mark, address=task.wish.mark.address)
        body: object = None
        for call in task.kind.remarks(live, mark):
            body = self._send(task, call)
            if body is _STOPPED:
                return Outcome(task.step, Ending.ABANDONED, live, "interrupted")
        answered = task.kind.read_answer(body, task.wish)
        if answered is None:
            objects = read_collection(self._account, task.kind, task.wish.owner_id)
            answered = next((each for each in objects if each.id == live.id), live)
        if answered.mark is None or answered.mark.address != mark.address:
            reason = f"the API accepted it, but its mark is still that of {live.mark.address}"
            return Outcome(task.step, Ending.FAILED, answered, reason)
        return Outcome(task.step, Ending.DONE, answered)

    def _work_off(self, task: Task, work: _Work, left: Callable[[LiveObject], tuple[Call, ...]]) -> Outcome:
        """Send the first call that is left, look at the object, and ask again.

        Reads may lag behind an accepted call, so the same call is not sent twice in a row: its effect is waited for.
        After a lost answer the next look shows whether it happened; if not, what may be repeated is sent again.
        """
        last: Call | None = None
        shown_by, doubts = 0.0, 0
        while (calls := left(work.live)) and work.live.status.phase is not Phase.WORKING:
            if self._stop.requested:
                return Outcome(task.step, Ending.ABANDONED, work.live, "interrupted")
            if calls[0] == last:
                if work.seen_at >= shown_by or last.method != "POST":
                    break  # it was accepted and shows no effect; whoever compares will say so
                self._clock.sleep(LOOK_SECONDS)
                self._look_again(task, work)
                continue
            last, shown_by = calls[0], self._clock.now() + self._settle_seconds
            try:
                body = self._send(task, last)
            except InDoubt as doubt:
                doubts += 1
                if doubts == SENDS:
                    raise
                self._note(f"{task.step.address}: the answer was lost ({doubt.message}); looking at what is there")
                self._look_again(task, work)
                last = last if last.repeat is Repeat.NEVER else None
                continue
            except Rejected as rejected:
                if task.kind.verdict(task.step.verb, rejected) is not Verdict.DONE:
                    raise
                body = None
            if body is _STOPPED:
                return Outcome(task.step, Ending.ABANDONED, work.live, "interrupted")
            work.sent.append(last)
            answered = None if task.kind.standing else task.kind.read_answer(body, task.wish)
            if answered is not None:
                work.live = answered
            else:
                self._look_again(task, work)
        waiting = task.kind.waits and work.live.status.phase is Phase.WORKING
        ending = Ending.WAITING if waiting else Ending.DONE
        return Outcome(task.step, ending, work.live, sent=tuple(work.sent), parent=work.parent)

    def _look_again(self, task: Task, work: _Work) -> None:
        began = self._clock.now()
        seen = self._reread(task, work.live)
        work.live, work.parent, work.seen_at = seen.live, seen.parent, began

    def _reread(self, task: Task, live: LiveObject | None) -> _Work:
        """The object as it is now. Raises `WireError` when it cannot be read, or is not there."""
        body = self._account.send(task.kind.reread(task.wish, live))
        body = body if isinstance(body, Mapping) else {}
        found = list(task.kind.read(body, task.wish.owner_id)) if body else []
        parent = next(iter(task.parent.read(body, task.wish.owner_id)), None) if task.parent and body else None
        key = task.kind.natural_key(task.wish.values) or (live.key if live is not None else "")
        for each in found:
            if each.id == live.id if live is not None else each.key == key and each.parent_id == task.wish.parent_id:
                return _Work(each, parent)
        there = ", ".join(sorted(each.key for each in found if each.key)) or "none"
        raise WireError(f"there is no {task.kind.name} {key}; there is: {there}")

    # update and delete

    def _update(self, task: Task) -> Outcome:
        assert task.live is not None, "an update has a live object"
        body = self._account.send(task.kind.update(task.wish, task.live, task.changed))
        live = task.kind.read_answer(body, task.wish)
        if live is None:  # the answer does not show the object, and what was sent is not what is there
            objects = read_collection(self._account, task.kind, task.wish.owner_id)
            live = next((each for each in objects if each.id == task.live.id), task.live)
        return Outcome(task.step, Ending.DONE, live)

    def _delete(self, task: Task) -> Outcome:
        assert task.live is not None, "a delete has a live object"
        try:
            body = self._send(task, task.kind.delete(task.live))
        except Gone:
            return Outcome(task.step, Ending.DONE, task.live)
        if body is _STOPPED:
            return Outcome(task.step, Ending.ABANDONED, task.live, "interrupted")
        lingers = task.kind.waits and not task.kind.gone_at_once
        return Outcome(task.step, Ending.WAITING if lingers else Ending.DONE, task.live)

    def _send(self, task: Task, *calls: Call) -> object:
        """Send a call, or the first of several alternatives that is taken; and send again after a pause while the kind
        says that the refusal clears by itself.
        """
        begun = self._clock.now()
        pause, longest = LATER_SECONDS
        told = False
        while True:
            answer, refused = self._first_taken(task, calls)
            if refused is None:
                return answer
            clears = task.kind.verdict(task.step.verb, refused) in (Verdict.LATER, Verdict.NEXT)
            waited = self._clock.now() - begun
            if not clears or waited >= task.patience:
                raise refused
            if self._stop.requested:
                return _STOPPED
            if waited >= TOLD_AFTER_SECONDS and not told:
                told = True
                minutes = max(1, round(task.patience / 60))
                until = f"given up {minutes} min after the first try"
                self._note(f"{task.step.address}: still waiting ({until}), since the API says: {reason_of(refused)}")
            self._clock.sleep(pause * (1 + self._rng.random() / 4))
            pause = min(longest, pause * 1.6)

    def _first_taken(self, task: Task, calls: Sequence[Call]) -> tuple[object, Rejected | None]:
        """The answer to the first call that is taken, or the refusal that ended the tries."""
        refused: Rejected | None = None
        for call in calls:
            try:
                return self._account.send(call), None
            except Rejected as rejected:
                refused = rejected
                if task.kind.verdict(task.step.verb, rejected) is not Verdict.NEXT:
                    break
        return None, refused


_STOPPED = object()


def is_wanted(task: Task, live: LiveObject) -> bool:
    """Whether a listed object is the one that this create was to make."""
    if not live.present or live.id in task.avoid or live.parent_id != task.wish.parent_id:
        return False
    mark = task.wish.mark
    if live.mark is not None:
        return (live.mark.stack, live.mark.address) == (mark.stack, mark.address)
    key = task.kind.natural_key(task.wish.values)
    return bool(key) and live.key == key


def may_become_wanted(task: Task, live: LiveObject) -> bool:
    """Whether a listed object is in the making, and shows its mark only later (a batch: with its machines)."""
    new = live.present and live.id not in task.avoid and live.parent_id == task.wish.parent_id
    return new and live.mark is None and bool(live.mark_missing) and live.status.phase is Phase.WORKING


def reason_of(problem: WireError) -> str:
    """One line for a person, with what support needs to find the request."""
    if isinstance(problem, Rejected):
        texts = "; ".join(problem.errors) or problem.message
        request = f", request {problem.request_id}" if problem.request_id else ""
        return f"{texts} (HTTP {problem.status}{request})"
    return problem.message
