"""Doing one step: the call, and what its ending means.

A worker runs one task and returns one outcome; it touches nothing that is shared.
"""

from __future__ import annotations

from reconciler.engine.changing import Changer
from reconciler.engine.creating import Creator
from reconciler.engine.guard import Guard
from reconciler.engine.observe import NOT_UNDERSTOOD, read_collection
from reconciler.engine.sending import Sender
from reconciler.engine.task import INTERRUPTED, Ending, Interrupted, Outcome, Task, reason_of
from reconciler.model.journal import Journal
from reconciler.model.kind import Verb
from reconciler.wire import Gone, InDoubt, Rejected, Unreachable, WireError

_PLAN_AGAIN = "run the same command again: its plan rests on what is there now"


class Performer:
    """Performs tasks, from many threads at once."""

    def __init__(self, sender: Sender, journal: Journal) -> None:
        self._sender = sender
        self._creator = Creator(sender, journal)
        self._changer = Changer(sender)
        self._guard = Guard(sender.account, sender.clock)

    def perform(self, task: Task) -> Outcome:
        """Run one task. Never raises for what the API or the network does."""
        try:
            objection = self._changed_meanwhile(task)
            if objection:
                return Outcome(task.step, Ending.FAILED, task.live, objection, _PLAN_AGAIN)
            if task.step.verb is Verb.DELETE:
                return self._delete(task)
            if task.step.verb is Verb.RELEASE:
                return self._changer.release(task)
            if task.step.verb is Verb.NOTE:
                return self._changer.note_held(task)
            if task.step.verb is Verb.MOVE:
                return self._changer.move(task)
            if task.kind.standing or (task.live is not None and task.kind.stepwise):
                return self._changer.change(task)
            return self._creator.create(task) if task.step.verb is Verb.CREATE else self._update(task)
        except Interrupted as cut:
            return Outcome(task.step, Ending.ABANDONED, cut.live or task.live, str(cut))
        except WireError as problem:
            if self._sender.stop.requested and isinstance(problem, InDoubt | Unreachable):
                return Outcome(task.step, Ending.ABANDONED, task.live, f"{INTERRUPTED}: {problem.message}")
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

    def _update(self, task: Task) -> Outcome:
        assert task.live is not None, "an update has a live object"
        body = self._sender.once(task, task.kind.update(task.wish, task.live, task.changed))
        live = task.kind.read_answer(body, task.wish)
        if live is None:  # the answer does not show the object, and what was sent is not what is there
            objects = read_collection(self._sender.account, task.kind, task.wish.owner_id)
            live = next((each for each in objects if each.id == task.live.id), task.live)
        return Outcome(task.step, Ending.DONE, live)

    def _delete(self, task: Task) -> Outcome:
        assert task.live is not None, "a delete has a live object"
        try:
            self._sender.send(task, task.kind.delete(task.live))
        except Gone:
            return Outcome(task.step, Ending.DONE, task.live)
        lingers = task.kind.waits and not task.kind.gone_at_once
        return Outcome(task.step, Ending.WAITING if lingers else Ending.DONE, task.live)
