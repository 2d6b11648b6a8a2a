"""Plans and applies against the account in memory, in virtual time: what `app` wires, without the reading of YAML."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from reconciler.engine.diff import diff
from reconciler.engine.execute import Applied, Apply, Means
from reconciler.engine.lookups import Lookups
from reconciler.engine.observe import observe
from reconciler.engine.order import order
from reconciler.engine.pace import pacing
from reconciler.engine.rails import check_lookalikes, check_rails
from reconciler.engine.reach import Reach
from reconciler.engine.scope import narrow
from reconciler.engine.stop import Stop
from reconciler.engine.world import PlannedWorld
from reconciler.model.event import Ended, Event, Noted, Progressed, Result
from reconciler.model.plan import Action, Change, Options, Plan
from reconciler.model.resource import Stack

from .account import FakeAccount, VirtualClock
from .build import CATALOG


@dataclass
class Planned:
    plan: Plan
    world: PlannedWorld

    def actions(self) -> dict[str, str]:
        """What happens, by address, the unchanged left out."""
        return {str(each.address): each.action.value for each in self.plan.pending}

    def change(self, address: str) -> Change:
        return next(each for each in self.plan.changes if str(each.address) == address)

    def steps(self) -> list[str]:
        """The ids of the steps in order, joins left out."""
        return [each.id for each in self.plan.steps if each.kind]

    def before(self, earlier: str, later: str) -> bool:
        """Whether a step has to be over before another one starts, directly or by way of others."""
        requires = {each.id: each.requires for each in self.plan.steps}
        assert earlier in requires, sorted(requires)
        frontier, seen = [later], set()
        while frontier:
            for each in requires[frontier.pop()]:
                if each not in seen:
                    seen.add(each)
                    frontier.append(each)
        return earlier in seen


@dataclass
class Run:
    """One apply: what it did, and all that it said."""

    applied: Applied
    events: list[Event]

    @property
    def results(self) -> dict[str, str]:
        return {f"{each.address}:{each.verb}": each.result.value for each in self.applied.ended}

    @property
    def ok(self) -> bool:
        return all(each.result is Result.DONE for each in self.applied.ended) and not self.applied.interrupted

    def ended(self, step: str) -> Ended:
        return next(each for each in self.applied.ended if f"{each.address}:{each.verb}" == step)

    def notes(self) -> list[str]:
        return [each.message for each in self.events if isinstance(each, Noted)]

    def progress(self) -> list[Progressed]:
        return [each for each in self.events if isinstance(each, Progressed)]


@dataclass
class Bench:
    clock: VirtualClock = field(default_factory=VirtualClock)
    account: FakeAccount = field(init=False)
    settle_seconds: float = 10.0

    def __post_init__(self) -> None:
        self.account = FakeAccount(self.clock)

    def plan(
        self,
        stack: Stack,
        *,
        destroy: bool = False,
        targets: tuple[str, ...] = (),
        replace: tuple[str, ...] = (),
        parallelism: int = 2,
    ) -> Planned:
        options = Options(destroy, targets, replace)
        wanted, scope = narrow(stack, options, CATALOG)
        snapshot, existing = observe(self.account, CATALOG, wanted, parallelism, Reach(stack, CATALOG, options))
        compared = diff(wanted, snapshot, existing, CATALOG, options, scope, Lookups(self.account, CATALOG.lookups))
        check_rails(compared.changes, frozenset(each.address for each in stack.resources if each.lifecycle.protect))
        ordered = order(compared.changes, CATALOG, stack.name)
        plan = Plan(
            stack.name,
            ordered.changes,
            ordered.steps,
            compared.strangers,
            compared.diagnostics,
            options=options,
            pacing=pacing(stack.rails, ordered.steps, CATALOG),
        )
        return Planned(plan, compared.world)

    def execute(
        self,
        planned: Planned,
        *,
        parallelism: int = 4,
        stop: Stop | None = None,
        listen: Callable[[Event], None] | None = None,
    ) -> Run:
        check_lookalikes(planned.plan.diagnostics)
        events: list[Event] = []

        def hear(event: Event) -> None:
            events.append(event)
            if listen is not None:
                listen(event)

        means = Means(self.account, self.clock, random.Random(1), parallelism, self.settle_seconds)
        plan = planned.plan
        apply = Apply(plan, planned.world, CATALOG, means, stop or Stop(), hear)
        return Run(apply.run(), events)

    def apply(self, stack: Stack, *, parallelism: int = 4, **options: object) -> Run:
        return self.execute(self.plan(stack, **options), parallelism=parallelism)  # type: ignore[arg-type]

    def settled(self, stack: Stack, **options: object) -> Run:
        """Apply and see that it went well and that a second plan is empty."""
        run = self.apply(stack, **options)  # type: ignore[arg-type]
        assert run.ok, [each for each in run.applied.ended if each.result is not Result.DONE]
        again = self.plan(stack)
        assert again.actions() == {}
        assert all(each.action is Action.NOOP for each in again.plan.changes)
        return run
