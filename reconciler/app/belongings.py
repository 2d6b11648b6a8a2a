"""What a stack owns, counted from one run to the next, so that it is noticed when much of it is gone at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.clock import Clock, today
from reconciler.engine.rails import check_vanished
from reconciler.kinds import catalog
from reconciler.model.event import Ended, Result
from reconciler.model.journal import Journal
from reconciler.model.kind import Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.app.run import Planned


def check_belongings(planned: Planned, journal: Journal, clock: Clock, *, accepted: bool) -> None:
    """Refuse a plan that creates something while much of what the stack owned is not listed any more. Raises
    `Refused` (exit code 3). A plan with targets has not looked at all of it, and a destroy buys nothing.
    """
    plan = planned.plan
    if plan.creates and not plan.options.destroy and not plan.options.targets:
        check_vanished(planned.stack.rails, journal.owned, _owned(planned), today(clock), accepted=accepted)


def beforehand(planned: Planned, journal: Journal) -> None:
    """From here on it is not known how much there is, until the run is over: one that is cut off says nothing."""
    if any(each.verb in (Verb.CREATE, Verb.DELETE) for each in planned.plan.steps):
        journal.owns(None)


def afterwards(planned: Planned, journal: Journal, ended: Sequence[Ended] = ()) -> None:
    """Write down how much there is now. What was made without an answer counts at the next run."""
    if planned.plan.options.targets:
        return
    kinds = catalog()
    ended = [each for each in ended if not kinds[each.kind].standing]
    deletes = [each for each in ended if each.verb is Verb.DELETE]
    if any(each.result is not Result.DONE for each in deletes):
        journal.owns(None)
        return
    created = sum(each.verb is Verb.CREATE and each.result is Result.DONE for each in ended)
    journal.owns(_owned(planned) + created - len(deletes))


def _owned(planned: Planned) -> int:
    kinds = catalog()
    return sum(
        each.live is not None
        and each.live.present
        and (each.resource is None or each.resource.managed)
        and not kinds[each.kind].standing
        for each in planned.plan.changes
    )
