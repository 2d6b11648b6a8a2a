"""What a run tells of its steps: when each began, how far it is, how it ended. Used by the coordinator alone."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.clock import Clock
from reconciler.diagnostics import Diagnostic
from reconciler.model.event import Ended, Event, Noted, Progressed, Result, Started
from reconciler.model.kind import Verb
from reconciler.model.live import LiveObject
from reconciler.model.plan import Counts, Step


class Telling:
    """Turns what happens into events, and keeps the `ended` ones. Times are seconds since the run began."""

    def __init__(self, clock: Clock, listen: Callable[[Event], None]) -> None:
        self._clock = clock
        self._listen = listen
        self._began = clock.now()
        self._since: dict[str, float] = {}
        self.ended: list[Ended] = []

    @property
    def at(self) -> float:
        return self._clock.now() - self._began

    def takes_up(self, step: Step) -> None:
        """It is this step's turn; its time counts from here."""
        self._since[step.id] = self._clock.now()

    def since(self, step: Step) -> float:
        """When it was taken up, by the clock; now, where it never was."""
        return self._since.get(step.id, self._clock.now())

    def started(self, step: Step, identifier: str = "") -> None:
        self._listen(Started(str(step.address), step.kind, step.verb, self.at, identifier))

    def progressed(self, step: Step, message: str, percentage: float | None = None) -> None:
        elapsed = self._clock.now() - self.since(step)
        self._listen(Progressed(str(step.address), step.kind, step.verb, self.at, elapsed, percentage, message))

    def note(self, message: str) -> None:
        self._listen(Noted(message, self.at))

    def heard(self, note: Noted) -> None:
        """A note that another thread has made."""
        self._listen(note)

    def over(
        self,
        step: Step,
        result: Result,
        live: LiveObject | None = None,
        reason: str = "",
        diagnostic: Diagnostic | None = None,
    ) -> None:
        """How a step ended. A join is no step to anybody else."""
        if step.verb is Verb.JOIN:
            return
        ended = Ended(
            address=str(step.address),
            kind=step.kind,
            verb=step.verb,
            at=self.at,
            result=result,
            elapsed=self._clock.now() - self.since(step),
            id=live.id if live is not None else "",
            reason=reason,
            diagnostic=diagnostic,
            implied=step.implied,
        )
        self.ended.append(ended)
        self._listen(ended)

    @property
    def counts(self) -> Counts:
        done = [each.verb for each in self.ended if each.result is Result.DONE]
        return Counts(done.count(Verb.CREATE), done.count(Verb.UPDATE), done.count(Verb.DELETE))
