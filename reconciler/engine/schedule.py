"""Which step may start next: a dependency-driven queue, the longest remaining chain first."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence

from reconciler.graph import remaining
from reconciler.model.plan import Step


class Schedule:
    """The steps of one run. `steps` must be in an order in which each comes after what it requires."""

    def __init__(self, steps: Sequence[Step], weight: Mapping[str, float]) -> None:
        self._steps = {each.id: each for each in steps}
        self._later: dict[str, list[str]] = {each.id: [] for each in steps}
        self._blockers = {each.id: len(each.requires) for each in steps}
        for step in steps:
            for earlier in step.requires:
                self._later[earlier].append(step.id)
        self._position = {each.id: number for number, each in enumerate(steps)}
        self._chain = remaining([each.id for each in steps], self._later, weight)
        self._over: set[str] = set()
        self._ready: list[tuple[float, int, str]] = []
        for step in steps:
            if not step.requires:
                self._push(step.id)

    def _push(self, identifier: str) -> None:
        heapq.heappush(self._ready, (-self._chain[identifier], self._position[identifier], identifier))

    def take(self) -> Step | None:
        """The next step that may start; None when all that are left wait for something."""
        return self._steps[heapq.heappop(self._ready)[2]] if self._ready else None

    def done(self, step: Step) -> None:
        """The step succeeded: what waited for it alone may start."""
        self._over.add(step.id)
        for later in self._later[step.id]:
            self._blockers[later] -= 1
            if self._blockers[later] == 0 and later not in self._over:
                self._push(later)

    def put_after(self, later: str, earlier: str) -> None:
        """One more thing that a step waits for. It must wait for something still, and none may wait for the other."""
        if earlier not in self._over:
            self._later[earlier].append(later)
            self._blockers[later] += 1

    def failed(self, step: Step) -> list[Step]:
        """The step did not succeed. Returns everything that depends on it and will never start, in order."""
        self._over.add(step.id)
        skipped: list[str] = []
        frontier = [step.id]
        while frontier:
            for later in self._later[frontier.pop()]:
                if later not in self._over:
                    self._over.add(later)
                    skipped.append(later)
                    frontier.append(later)
        return [self._steps[each] for each in sorted(skipped, key=self._position.__getitem__)]

    def rest(self) -> list[Step]:
        """Steps that are not over, in order."""
        return [step for identifier, step in self._steps.items() if identifier not in self._over]
