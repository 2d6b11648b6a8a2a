"""One step of an apply as a worker gets it, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.kind import Kind, Wish
from reconciler.model.live import LiveObject
from reconciler.model.plan import Step
from reconciler.wire import Call, Rejected, WireError

INTERRUPTED = "interrupted"


class Ending(StrEnum):
    DONE = "done"
    WAITING = "waiting"  # accepted; the object is on its way to be ready or gone
    FAILED = "failed"
    ABANDONED = "abandoned"  # stopped by the user


class Interrupted(Exception):
    """The run is to end, and this step with it; `live` is the object as last seen, where it is known better than by the
    task.
    """

    def __init__(self, reason: str = INTERRUPTED, live: LiveObject | None = None) -> None:
        super().__init__(reason)
        self.live = live


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


def reason_of(problem: WireError) -> str:
    """One line for a person, with what support needs to find the request."""
    if isinstance(problem, Rejected):
        texts = "; ".join(problem.errors) or problem.message
        request = f", request {problem.request_id}" if problem.request_id else ""
        return f"{texts} (HTTP {problem.status}{request})"
    return problem.message
