"""Deletes of what costs money or holds data are not all sent within a moment.

Of many, the first goes alone: it has to be proved gone before the others are sent. After that, only so many are sent
within a minute. So there is time to see what a delete does, and to stop.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

from reconciler.engine.schedule import Schedule
from reconciler.model.catalog import Catalog
from reconciler.model.kind import Verb
from reconciler.model.plan import Step
from reconciler.model.rails import DELETES_PER_MINUTE, FREE_DELETES, Pacing, Rails

WINDOW_SECONDS = 60.0


def pacing(rails: Rails, steps: Sequence[Step], catalog: Catalog) -> Pacing | None:
    """How the deletes of a plan are paced; None where that changes nothing."""
    count = sum(is_paced(each, catalog) for each in steps)
    canary = count > (FREE_DELETES if rails.canary is None else 1) and rails.canary is not False
    per_minute = DELETES_PER_MINUTE if rails.deletes_per_minute is None else rails.deletes_per_minute
    return Pacing(count, canary, per_minute) if canary or count > per_minute else None


def is_paced(step: Step, catalog: Catalog) -> bool:
    return step.verb is Verb.DELETE and not step.implied and catalog[step.kind].precious


class Pace:
    """Stands before a schedule and holds back what may not go yet. Used by one thread; asks no clock."""

    def __init__(self, schedule: Schedule, paced: Pacing | None, catalog: Catalog) -> None:
        self._schedule = schedule
        self._paced = paced
        self._catalog = catalog
        self._held: deque[Step] = deque()
        self._sent: deque[float] = deque(maxlen=paced.per_minute if paced is not None else 1)
        """When the last of them went, as many as may go within a minute."""
        self._canary: Step | None = None
        self._proved = paced is None or not paced.canary
        self._broken = ""

    def take(self, now: float) -> Step | None:
        """The next step that may start; None when there is none at this moment."""
        if self._held and self.due <= now:
            return self._begin(self._held.popleft(), now)
        while (step := self._schedule.take()) is not None:
            if self._paced is None or not is_paced(step, self._catalog):
                return step
            if not self._held and self.due <= now:
                return self._begin(step, now)
            self._held.append(step)
        return None

    @property
    def due(self) -> float:
        """When the next delete may go: in the past, at a moment, or (infinity) once the first one is proved gone."""
        if self._broken or self._canary is None:
            return -math.inf
        if not self._proved:
            return math.inf
        return self._sent[0] + WINDOW_SECONDS if len(self._sent) == self._sent.maxlen else -math.inf

    @property
    def holds(self) -> bool:
        return bool(self._held)

    def objection(self, step: Step) -> str:
        """Why a step that was taken is not to be sent after all; empty when it is."""
        return self._broken if self._paced is not None and is_paced(step, self._catalog) else ""

    def over(self, step: Step, *, done: bool) -> None:
        """A step has ended: if it was the first delete, its end decides about the others."""
        if step is self._canary and not self._proved:
            self._proved = done
            self._broken = "" if done else f"because the first delete, {step.address}, did not succeed"

    def _begin(self, step: Step, now: float) -> Step:
        if self._canary is None:
            self._canary = step
        self._sent.append(now)
        return step
