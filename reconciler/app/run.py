"""Making a plan, and applying it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reconciler.api import Client
from reconciler.app.belongings import afterwards, beforehand, check_belongings
from reconciler.app.leftovers import kept_back, left
from reconciler.app.pricing import priced, strangers_priced
from reconciler.clock import Clock, SystemClock
from reconciler.diagnostics import Diagnostic, Refused, error
from reconciler.engine.catalogues import Catalogues
from reconciler.engine.diff import diff
from reconciler.engine.execute import Apply, Means
from reconciler.engine.lookups import Lookups
from reconciler.engine.makers import with_makers
from reconciler.engine.observe import observe
from reconciler.engine.order import order
from reconciler.engine.pace import pacing
from reconciler.engine.preflight import check_names, check_places, live_offers
from reconciler.engine.proof import Unfinished, confirm, prove
from reconciler.engine.rails import check_lookalikes, check_rails
from reconciler.engine.reach import Reach
from reconciler.engine.rollout import rolled_out
from reconciler.engine.scope import Scope, narrow
from reconciler.engine.stock import check_stock
from reconciler.engine.stop import Stop
from reconciler.engine.world import PlannedWorld
from reconciler.kinds import catalog
from reconciler.model.event import Event, Remains, Report, Result
from reconciler.model.journal import Journal, JournalFailed
from reconciler.model.live import Snapshot
from reconciler.model.offers import Offers
from reconciler.model.plan import Counts, Options, Plan
from reconciler.model.price import Expense
from reconciler.model.rails import Loss, Toll
from reconciler.model.resource import Output, Stack, deferred
from reconciler.model.rollout import Dialer, NoDialer
from reconciler.review import expiry
from reconciler.review.bill import buys, expenses
from reconciler.review.effects import with_effects
from reconciler.review.gravity import with_gravity
from reconciler.secret import Secret
from reconciler.values import Unknown
from reconciler.wire import Account, Attempt

PARALLELISM = 16
SETTLE_SECONDS = 10.0
"""How long a create whose answer was lost is looked for before it may be sent again. The API's own bound is unknown."""


@dataclass(frozen=True)
class Planned:
    """A plan with what it was made from."""

    stack: Stack
    snapshot: Snapshot
    plan: Plan
    world: PlannedWorld
    scope: Scope

    def secrets(self) -> frozenset[Secret]:
        """Texts that must never be shown: the stack's, and what live objects keep secret, such as API keys' tokens.

        Asked again after an apply, there are those of the objects that it made too.
        """
        kinds = catalog()
        found: set[object] = set()
        for live in (*self.snapshot, *self.snapshot.elsewhere, *self.world.lives()):
            kind = kinds[live.kind]
            found |= {live.attributes.get(name) for name in kind.secret_outputs}
            found |= {live.values.get(name) for name, field in kind.fields.items() if field.secret}
        return self.stack.secrets.union(Secret(each) for each in found if isinstance(each, str))

    def toll(self) -> Toll:
        """What limits count: losses are objects, machines that go with them, and machines that are wiped."""
        kinds = catalog()
        losses: list[Loss] = []
        owned = 0
        for each in self.plan.changes:
            along = kinds[each.kind].taken_along(each.live) if each.live is not None else ()
            if each.live is not None and (each.resource is None or each.resource.managed):
                owned += 1 + len(along)
            if each.action.deletes:
                losses += [Loss(each.address), *(Loss(each.address, f"its machine {name}") for name in along)]
            elif any(field.wipes for field in each.fields):
                losses.append(Loss(each.address, "its disks are wiped"))
        changes = self.plan.changes
        creates = tuple(each.address for each in changes if each.action.creates)
        holders = tuple(each.address for each in changes if each.action.deletes and kinds[each.kind].holds_others)
        return Toll(tuple(losses), creates, holders, owned, self._expenses())

    def _expenses(self) -> tuple[Expense, ...] | None:
        bill = self.plan.bill
        if bill is not None:
            return (*expenses(self.plan.changes), *bill.besides)
        return None if buys(self.plan.changes, catalog()) else ()


def connect(
    api_url: str,
    token: Secret,
    *,
    parallelism: int = PARALLELISM,
    read_only: bool = False,
    note: Callable[[str], None] | None = None,
    sent: Callable[[Attempt], None] | None = None,
    clock: Clock | None = None,
) -> Client:
    """A client for one API; `note` and `sent` are its `on_note` and `on_attempt`. Raises `wire.WireError` for a URL
    that must not be given a token.
    """
    return Client(
        api_url,
        token,
        parallelism=parallelism,
        clock=clock or SystemClock(),
        rng=random.Random(),
        read_only=read_only,
        on_note=note,
        on_attempt=sent,
    )


def read_offers(account: Account, parallelism: int = PARALLELISM) -> Offers:
    """What the API says can be ordered. Raises `diagnostics.Refused` when it cannot be read."""
    return live_offers(account, catalog(), parallelism)


def make_plan(
    stack: Stack,
    account: Account,
    options: Options,
    *,
    parallelism: int = PARALLELISM,
    guarded: bool = True,
    preflight: bool = True,
    strangers: bool = False,
    now: datetime | None = None,
) -> Planned:
    """Observe, compare and order. Raises `diagnostics.Refused`; its `exit_code` says whether a rail refused.

    `guarded=False` leaves rails, rollouts and costs out, for a plan that is only looked at; `preflight=False` does not
    ask whether what is to be created can be had (`engine.stock`); `strangers` looks into what others' objects cost and
    who made them (drift). `now` is the moment by which it is told what has expired; without it nothing is.
    """
    kinds = catalog()
    wanted, scope = narrow(stack, options, kinds)
    snapshot, existing = observe(account, kinds, wanted, parallelism, Reach(stack, kinds, options))
    compared = diff(wanted, snapshot, existing, kinds, options, scope, Lookups(account, kinds.lookups))
    check_places(compared.changes, kinds)
    catalogues = Catalogues(account, kinds, parallelism)
    check_names(compared.changes, catalogues, kinds)
    if guarded:
        check_rails(compared.changes, frozenset(each.address for each in stack.resources if each.lifecycle.protect))
    findings: tuple[Diagnostic, ...] = ()
    if preflight:
        findings = check_stock(compared.changes, snapshot, account, kinds, parallelism)
    ordered = order(compared.changes, kinds, stack.name)
    changes = with_effects(ordered.changes, kinds)
    steps, rollouts = rolled_out(changes, ordered.steps, kinds) if guarded else (ordered.steps, ())
    outputs, secret = evaluate_outputs(wanted.outputs, compared.world)
    plan = Plan(
        stack=stack.name,
        changes=with_gravity(changes, kinds),
        steps=steps,
        rollouts=rollouts,
        strangers=compared.strangers,
        diagnostics=(*compared.diagnostics, *findings),
        outputs=outputs,
        secret_outputs=secret,
        options=options,
        pacing=pacing(stack.rails, ordered.steps, kinds),
        waivers=stack.rails.waivers,
        expiries=expiry.expiries(stack, ordered.changes),
        files=() if options.destroy or options.targets else tuple((each.path, each.mode) for each in stack.files),
    )
    if now is not None:
        plan = replace(plan, diagnostics=(*plan.diagnostics, *expiry.told(plan, now)))
    if guarded:
        plan = priced(plan, snapshot, kinds, catalogues)
    if strangers:
        plan = plan if guarded else strangers_priced(plan, snapshot, kinds, catalogues)
        plan = replace(plan, strangers=with_makers(plan.strangers, snapshot, kinds, account, parallelism))
    return Planned(stack, snapshot, plan, compared.world, scope)


def evaluate_outputs(outputs: Sequence[Output], world: PlannedWorld) -> tuple[Mapping[str, Any], frozenset[str]]:
    """The values of a stack's outputs (`Unknown` until applied), and the names of the secret ones."""
    values: dict[str, Any] = {}
    secret: set[str] = set()
    for output in outputs:
        value, hidden = output.value, output.secret
        if deferred(value):
            evaluated = value.evaluate(world)
            value, hidden = evaluated.value, hidden or evaluated.secret
        values[output.name] = value
        if hidden:
            secret.add(output.name)
    return values, frozenset(secret)


def read_outputs(stack: Stack, account: Account) -> tuple[Mapping[str, Any], frozenset[str]]:
    """The outputs as they are live now. Raises `diagnostics.Refused`."""
    planned = make_plan(stack, account, Options(), preflight=False)
    known = {name: None if isinstance(value, Unknown) else value for name, value in planned.plan.outputs.items()}
    return known, planned.plan.secret_outputs


def apply_plan(
    planned: Planned,
    account: Account,
    *,
    parallelism: int = PARALLELISM,
    listen: Callable[[Event], None],
    stop: Stop,
    clock: Clock | None = None,
    rng: random.Random | None = None,
    settle_seconds: float = SETTLE_SECONDS,
    journal: Journal | None = None,
    quiet_seconds: float = 0.0,
    accept_vanished: bool = False,
    dialer: Dialer | None = None,
) -> Report:
    """Do what the plan says, and nothing else. Raises `diagnostics.Refused` when a rail forbids it.

    With `accept_vanished` it may create anything however much of what there was is gone. `dialer` opens the connections
    that prove the health of machines; without one no port is taken to be open.

    A destroy's last look is at the earliest `quiet_seconds` after its beginning, where an earlier run may have left
    something under way.

    What was created is listed again when no list has shown it; after a destroy the collections are, and what is left
    of ours is in the report's `remains`. The journal says what was begun and how it ended.
    """
    plan = planned.plan
    check_lookalikes(plan.diagnostics)
    clock = clock or SystemClock()
    began = clock.now()
    journal = journal or Journal()
    check_belongings(planned, journal, clock, accepted=accept_vanished)
    means = Means(
        account, clock, rng or random.Random(), max(1, parallelism), settle_seconds, journal, dialer or NoDialer()
    )
    if plan.creates:
        _begin(journal, plan.stack)
    beforehand(planned, journal)
    applied = Apply(plan, planned.world, catalog(), means, stop, listen).run()
    interrupted = applied.interrupted
    unconfirmed: tuple[Diagnostic, ...] = ()
    if not interrupted:
        try:
            unconfirmed = confirm(applied.claims, account, catalog(), clock, settle_seconds, stop)
            if not plan.options.destroy:  # which lists everything again anyway
                unconfirmed += prove(applied.claims.told, account, catalog(), clock, settle_seconds, stop)
        except Unfinished as unfinished:
            interrupted = True
            unconfirmed += unfinished.found
    afterwards(planned, journal, applied.ended)
    journal.end()
    outputs: Mapping[str, Any] = {}
    secret: frozenset[str] = frozenset()
    if not plan.options.destroy and not plan.options.targets:
        outputs, secret = evaluate_outputs(planned.stack.outputs, planned.world)
    remains: tuple[Remains, ...] = ()
    unproven: tuple[Diagnostic, ...] = ()
    if plan.options.destroy and not interrupted:
        done = all(each.result is Result.DONE for each in applied.ended)
        if journal.unsettled:
            clock.sleep(max(0.0, began + quiet_seconds - clock.now()))
        try:
            remains = left(
                planned.stack,
                plan.options,
                account,
                clock,
                stop,
                patience=settle_seconds if done else 0.0,
                parallelism=parallelism,
            )
        except Refused as refused:
            unproven = tuple(map(_not_proven, refused.diagnostics))
        interrupted = stop.requested and bool(unproven or remains)
    return Report(
        operation="destroy" if plan.options.destroy else "apply",
        counts=applied.counts,
        ended=applied.ended,
        outputs={name: value for name, value in outputs.items() if not isinstance(value, Unknown)},
        secret_outputs=secret,
        diagnostics=(*_findings(applied.ended, plan.diagnostics), *unconfirmed, *unproven),
        interrupted=interrupted,
        remains=remains,
        unproven=bool(unproven or unconfirmed),
    )


def nothing_done(planned: Planned, journal: Journal | None = None) -> Report:
    """There was nothing to do; what a destroy leaves in place, because others are in it, is still there."""
    plan = planned.plan
    afterwards(planned, journal or Journal())
    if not plan.options.destroy:
        return Report("apply", Counts(), (), plan.outputs, plan.secret_outputs)
    remains = kept_back(plan, planned.snapshot)
    return Report("destroy", Counts(), (), plan.outputs, plan.secret_outputs, remains=remains)


def must_settle(plan: Plan, journal: Journal, settle_seconds: float) -> bool:
    """Whether a plan that is to be applied has to be made anew after the settle window: an earlier run may have made
    what lists do not show yet, or do not show any more, coming from another server. For a destroy it has to be known
    that one was cut off; what shows later than its first lists, its last ones find.
    """
    if plan.creates:
        return settle_seconds > 0 and (journal.unsettled or journal.made_within(settle_seconds))
    return settle_seconds > 0 and plan.options.destroy and journal.pending


def _begin(journal: Journal, stack: str) -> None:
    try:
        journal.begin(stack)
    except JournalFailed as failed:
        hint = "free the place, choose another one with --journal DIR, or do without one: --no-journal"
        raise Refused([error("no-journal", f"the journal cannot be written: {failed}", hint=hint)]) from None


def _findings(ended: Sequence[Any], before: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    return (*before, *(each.diagnostic for each in ended if each.diagnostic is not None))


def _not_proven(problem: Diagnostic) -> Diagnostic:
    summary = f"what the destroy left could not be listed: {problem.summary}"
    return error("not-proven", summary, hint="run the same command again: it looks once more")
