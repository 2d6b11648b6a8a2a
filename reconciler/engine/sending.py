"""Sending the calls of a step: the alternatives of one, and again while a refusal clears by itself."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reconciler.clock import Clock
from reconciler.engine.stop import Stop
from reconciler.engine.task import Interrupted, Task, reason_of
from reconciler.model.kind import Verdict
from reconciler.wire import Account, Call, Rejected

SENDS = 3
"""How often a call may be sent whose answer was lost, each time after a look has shown that it did not happen."""
LOOK_SECONDS = 1.0
"""The pause between two looks."""
LATER_SECONDS = (0.5, 10.0)
"""First and longest pause before a step that has to wait for something else to clear is tried again."""
TOLD_AFTER_SECONDS = 10.0
"""A wait that lasts longer is told, with the API's reason."""


@dataclass(frozen=True, slots=True)
class Sender:
    """What all steps send with. `settle_seconds` is how long a commit may lag behind a lost answer."""

    account: Account
    clock: Clock
    rng: random.Random
    stop: Stop
    settle_seconds: float
    note: Callable[[str], None]

    def send(self, task: Task, *calls: Call) -> object:
        """Send a call, or the first of several alternatives that is taken; and send again after a pause while the kind
        says that the refusal clears by itself. Raises `Interrupted` between two tries.
        """
        begun = self.clock.now()
        pause, longest = LATER_SECONDS
        told = False
        while True:
            answer, refused = self._first_taken(task, calls)
            if refused is None:
                return answer
            clears = task.kind.verdict(task.step.verb, refused) in (Verdict.LATER, Verdict.NEXT)
            waited = self.clock.now() - begun
            if not clears or waited >= task.patience:
                raise refused
            if waited >= TOLD_AFTER_SECONDS and not told:
                told = True
                minutes = max(1, round(task.patience / 60))
                until = f"given up {minutes} min after the first try"
                self.note(f"{task.step.address}: still waiting ({until}), since the API says: {reason_of(refused)}")
            self.clock.sleep(pause * (1 + self.rng.random() / 4))
            if self.stop.requested:
                raise Interrupted
            pause = min(longest, pause * 1.6)

    def once(self, task: Task, call: Call) -> object:
        """Send a call for a step, which it names to who writes down what was sent."""
        return self.account.send(replace(call, step=task.step.id))

    def _first_taken(self, task: Task, calls: Sequence[Call]) -> tuple[object, Rejected | None]:
        """The answer to the first call that is taken, or the refusal that ended the tries."""
        refused: Rejected | None = None
        for call in calls:
            try:
                return self.once(task, call), None
            except Rejected as rejected:
                refused = rejected
                if task.kind.verdict(task.step.verb, rejected) is not Verdict.NEXT:
                    break
        return None, refused
