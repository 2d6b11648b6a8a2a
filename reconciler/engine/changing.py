"""Changing an object by several calls, each after a look at what the ones before have done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.engine.fields import still_differing
from reconciler.engine.observe import read_collection
from reconciler.engine.sending import LOOK_SECONDS, SENDS, Sender
from reconciler.engine.task import Ending, Interrupted, Outcome, Task
from reconciler.model.kind import Verdict
from reconciler.model.live import LiveObject, Phase
from reconciler.model.mark import holding
from reconciler.wire import Call, InDoubt, Rejected, Repeat, WireError


@dataclass(slots=True)
class _Work:
    """A change under way: the object as last seen, with what it stands in, and the calls that were accepted. `seen_at`
    is when the last look at it began; `answered` says that what was seen last is the answer to a call.
    """

    live: LiveObject
    parent: LiveObject | None = None
    sent: list[Call] = field(default_factory=list)
    seen_at: float = float("-inf")
    answered: bool = False


_Left = Callable[[LiveObject, Sequence[Call]], tuple[Call, ...]]
"""The calls that are left for an object, of which these were accepted; with none, all whose effect it does not show."""


class Changer:
    """Performs the steps that change something call by call, or its mark alone."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def change(self, task: Task) -> Outcome:
        """Bring the object to what is wished, call by call. A standing one is read first, whatever is known of it; so
        is one that was waited for, since a list may show it as it was before the last call.
        """
        stale = task.kind.standing or task.live is None or bool(task.wish.sent)
        work = self._reread(task, task.live) if stale or task.live is None else _Work(task.live)

        def left(live: LiveObject, sent: Sequence[Call]) -> tuple[Call, ...]:
            changed = still_differing(task.kind, task.wish.values, live, task.changed)
            changed |= task.changed & task.kind.unfinished(task.wish.values, live, task.wish.on_change)
            return task.kind.calls(replace(task.wish, sent=(*task.wish.sent, *sent)), live, changed)

        return self._work_off(task, work, left)

    def release(self, task: Task) -> Outcome:
        """The first half of an update: let go, so that others may be changed or deleted."""

        def left(live: LiveObject, _: Sequence[Call]) -> tuple[Call, ...]:
            return task.kind.release(task.wish, live, task.going)

        return self._work_off(task, self._reread(task, task.live), left)

    def note_held(self, task: Task) -> Outcome:
        """Write into the mark, as it is now, what will be made under the object."""
        live = self._reread(task, task.live).live
        if live.mark is None:
            raise WireError(f"{task.kind.name} {live.label} ({live.id}) has lost its ownership mark")
        mark = replace(live.mark, address=task.wish.mark.address)
        body = self._sender.send(task, task.kind.remark(live, holding(mark, task.holds)))
        return Outcome(task.step, Ending.DONE, task.kind.read_answer(body, task.wish) or self._reread(task, live).live)

    def move(self, task: Task) -> Outcome:
        """Write the address that the object has now into its mark; nothing else of it changes."""
        assert task.live is not None, "what is moved is live"
        live = self._reread(task, task.live).live if task.kind.stepwise else task.live
        if live.mark is None or not live.mark.owned_by(task.wish.mark.stack):
            raise WireError(f"{task.kind.name} {live.label} ({live.id}) has lost its ownership mark")
        mark = replace(live.mark, address=task.wish.mark.address)
        body: object = None
        for call in task.kind.remarks(live, mark):
            body = self._sender.send(task, call)
        answered = task.kind.read_answer(body, task.wish)
        if answered is None:
            objects = read_collection(self._sender.account, task.kind, task.wish.owner_id)
            answered = next((each for each in objects if each.id == live.id), live)
        if answered.mark is None or answered.mark.address != mark.address:
            reason = f"the API accepted it, but its mark is still that of {live.mark.address}"
            return Outcome(task.step, Ending.FAILED, answered, reason)
        return Outcome(task.step, Ending.DONE, answered)

    def _work_off(self, task: Task, work: _Work, left: _Left) -> Outcome:
        """Send the first call that is left, look at the object, and ask again.

        Reads may lag behind an accepted call, so the same call is not sent twice in a row, and where the answer did not
        show its effect, a read has to. After a lost answer the next look shows whether it happened; if not, what may be
        repeated is sent again.
        """
        last: Call | None = None
        shown_by, doubts = 0.0, 0
        while work.live.status.phase is not Phase.WORKING:
            calls = left(work.live, work.sent)
            if not (calls or left(work.live, ())):
                break
            if self._sender.stop.requested:
                raise Interrupted(live=work.live)
            if not calls or calls[0] == last:
                believed = work.answered and last is not None and last.method != "POST"
                if last is None or believed or work.seen_at >= shown_by:
                    break  # it was accepted and shows no effect; whoever compares will say so
                self._sender.clock.sleep(LOOK_SECONDS)
                self._look_again(task, work)
                continue
            last = calls[0]
            try:
                body = self._sender.send(task, last)
            except InDoubt as doubt:
                shown_by = self._shown_by()
                doubts += 1
                if doubts == SENDS:
                    raise
                self._sender.note(
                    f"{task.step.address}: the answer was lost ({doubt.message}); looking at what is there"
                )
                self._look_again(task, work)
                last = last if last.repeat is Repeat.NEVER else None
                continue
            except Rejected as rejected:
                if task.kind.verdict(task.step.verb, rejected) is not Verdict.DONE:
                    raise
                body = None
            shown_by = self._shown_by()
            work.sent.append(last)
            answered = None if task.kind.standing else task.kind.read_answer(body, task.wish)
            if answered is not None:
                work.live, work.answered = answered, True
            else:
                self._look_again(task, work)
        waiting = task.kind.waits and work.live.status.phase is Phase.WORKING
        ending = Ending.WAITING if waiting else Ending.DONE
        return Outcome(task.step, ending, work.live, sent=tuple(work.sent), parent=work.parent)

    def _shown_by(self) -> float:
        """From when on a look has to show what was sent: nobody knows how long before its answer it happened."""
        return self._sender.clock.now() + self._sender.settle_seconds

    def _look_again(self, task: Task, work: _Work) -> None:
        began = self._sender.clock.now()
        seen = self._reread(task, work.live)
        work.live, work.parent, work.seen_at, work.answered = seen.live, seen.parent, began, False

    def _reread(self, task: Task, live: LiveObject | None) -> _Work:
        """The object as it is now. Raises `WireError` when it cannot be read, or is not there."""
        body = self._sender.once(task, task.kind.reread(task.wish, live))
        body = body if isinstance(body, Mapping) else {}
        found = list(task.kind.read(body, task.wish.owner_id)) if body else []
        parent = next(iter(task.parent.read(body, task.wish.owner_id)), None) if task.parent and body else None
        key = task.kind.natural_key(task.wish.values) or (live.key if live is not None else "")
        for each in found:
            if each.id == live.id if live is not None else each.key == key and each.parent_id == task.wish.parent_id:
                return _Work(each, parent)
        there = ", ".join(sorted(each.key for each in found if each.key)) or "none"
        raise WireError(f"there is no {task.kind.name} {key}; there is: {there}")
