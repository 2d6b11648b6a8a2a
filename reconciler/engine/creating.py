"""Creating: written down, sent once, and looked for by its mark when no answer came.

It is sent again only when a whole read shows that it did not happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.engine.observe import read_collection
from reconciler.engine.sending import LOOK_SECONDS, SENDS, Sender
from reconciler.engine.task import INTERRUPTED, Ending, Interrupted, Outcome, Task
from reconciler.model.journal import Answered, Intent, Journal, JournalFailed
from reconciler.model.kind import Verb, Verdict
from reconciler.model.live import LiveObject, Phase
from reconciler.values import digest
from reconciler.wire import InDoubt, Rejected, WireError


class Creator:
    """Performs the steps that make something new."""

    def __init__(self, sender: Sender, journal: Journal) -> None:
        self._sender = sender
        self._journal = journal

    def create(self, task: Task) -> Outcome:
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
            if tries and self._sender.stop.requested:
                raise Interrupted
            try:
                self._journal.intend(intent)
            except JournalFailed as failed:
                reason = f"nothing was sent, since the journal cannot be written: {failed}"
                hint = "free the place and run the same command again"
                return Outcome(task.step, Ending.FAILED, None, reason, hint)
            live: LiveObject | None = None
            listed = False
            try:
                body = self._sender.send(task, *calls)
            except InDoubt as doubt:
                self._journal.answered(address, Answered.UNKNOWN)
                doubted = True
                self._sender.note(f"{address}: the answer was lost ({doubt.message}); looking for it by its mark")
                live, listed = self._look(task, self._sender.settle_seconds), True
            except Rejected as rejected:
                self._journal.answered(address, Answered.REJECTED, request_id=rejected.request_id)
                if task.kind.verdict(Verb.CREATE, rejected) is not Verdict.DONE:
                    raise
                live, listed = self._look(task, self._sender.settle_seconds), True
                if live is None:
                    raise
            except Interrupted:
                self._journal.answered(address, Answered.REJECTED)
                raise
            else:
                live = task.kind.read_answer(body, task.wish)
                self._journal.answered(address, Answered.OK, live.id if live is not None else "")
                if live is None:
                    live, listed = self._look(task, self._sender.settle_seconds), True
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
            body = self._sender.once(task, second)
            live = task.kind.read_answer(body, task.wish) or live
        live = task.kind.regard(task.wish.values, live)
        if live.status.phase is Phase.FAILED and not live.status.unsure:
            return Outcome(task.step, Ending.FAILED, live, live.status.told)
        waiting = task.kind.waits and (live.status.phase is Phase.WORKING or live.status.unsure)
        return Outcome(task.step, Ending.WAITING if waiting else Ending.DONE, live)

    def _look(self, task: Task, seconds: float) -> LiveObject | None:
        """Read the collection until the object shows or the window is over. Raises `WireError` if no read was whole, or
        if something in the making does not show whose it is for as long as the step may take: it may be this one.
        Raises `Interrupted` when the run is to end before that is known.
        """
        deadline = self._sender.clock.now() + seconds
        last = max(deadline, self._sender.clock.now() + task.patience)
        problem: WireError | None = None
        while True:
            began = self._sender.clock.now()  # what a slow read shows may be as old as that
            try:
                objects = read_collection(self._sender.account, task.kind, task.wish.owner_id)
            except WireError as failed:
                problem = failed
            else:
                problem = None
                for live in objects:
                    if is_wanted(task, live):
                        return live
                if any(may_become_wanted(task, live) for live in objects):
                    deadline = min(last, self._sender.clock.now() + seconds)
                    problem = WireError("the answer was lost, and what was made does not show yet whose it is")
            if self._sender.stop.requested and (problem is not None or began < deadline):
                raise Interrupted(f"{INTERRUPTED} before it was known whether it was created")
            if began >= deadline:
                if problem is not None:
                    raise problem
                return None
            self._sender.clock.sleep(LOOK_SECONDS)

    def _objection(self, task: Task) -> str:
        call = task.kind.look_first(task.wish)
        body = self._sender.once(task, call) if call is not None else None
        return task.kind.objection(body, task.wish) if isinstance(body, Mapping) else ""


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
