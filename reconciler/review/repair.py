"""Which of what has drifted may be set right with nobody looking: what was named as safe, and never a loss.

What is created or changed in place, wipes nothing, and is of a class of gravity that somebody named, unless something
else that would have to be done with it is not.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from reconciler.graph import reached
from reconciler.model.gravity import Gravity
from reconciler.model.kind import Verb
from reconciler.model.plan import Action, Change, Plan
from reconciler.review.drift import drifting, gravity_of
from reconciler.values import Address


@dataclass(frozen=True, slots=True)
class Repair:
    """The addresses of what may be set right, and those of the rest that has drifted: that is left to a person."""

    targets: tuple[Address, ...]
    left: tuple[Address, ...]


def safe(change: Change, classes: Collection[Gravity]) -> bool:
    """Whether a change may be made with nobody looking. What nobody declared, or is somebody else's, is left alone."""
    declared = change.resource is not None and change.resource.managed
    harmless = change.action in (Action.CREATE, Action.UPDATE) and not any(each.wipes for each in change.fields)
    return declared and harmless and gravity_of(change) in classes


def repair_of(plan: Plan, classes: Collection[Gravity], held: Collection[Address] = ()) -> Repair:
    """What of a plan may be made. `held` is not, whatever it is."""
    unsafe = {each.address for each in plan.pending if not safe(each, classes) or each.address in held}
    earlier = {each.id: each.requires for each in plan.steps}
    addresses = {each.id: each.address for each in plan.steps if each.verb is not Verb.JOIN}
    steps: dict[Address, list[str]] = {}
    for each in plan.steps:
        steps.setdefault(each.address, []).append(each.id)
    targets: list[Address] = []
    left: list[Address] = []
    for change in drifting(plan):
        here = change.address
        needed = {addresses[each] for each in reached(steps.get(here, ()), earlier) if each in addresses}
        below = {each for each in unsafe if each.within(here)}
        unfit = here in unsafe or needed & unsafe or below or change.action is Action.NOOP
        (left if unfit else targets).append(here)
    return Repair(tuple(targets), tuple(left))


def only_safe(plan: Plan, classes: Collection[Gravity], held: Collection[Address] = ()) -> bool:
    """Whether all that a plan does may be done with nobody looking."""
    return all(safe(each, classes) and each.address not in held for each in plan.pending)
