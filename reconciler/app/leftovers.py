"""What a destroy leaves: the proof by the API's lists that nothing is left, or what is, and what that costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconciler.app.pricing import remains_priced
from reconciler.clock import Clock
from reconciler.diagnostics import Diagnostic, Refused
from reconciler.engine.catalogues import Catalogues
from reconciler.engine.diff import diff
from reconciler.engine.lookups import Lookups
from reconciler.engine.observe import observe
from reconciler.engine.proof import RELIST_SECONDS
from reconciler.engine.reach import Reach
from reconciler.engine.scope import narrow
from reconciler.engine.stop import Stop
from reconciler.kinds import catalog
from reconciler.model.event import Remains
from reconciler.model.live import Snapshot
from reconciler.model.plan import Action, Change, Options, Plan, Stranger
from reconciler.model.resource import Stack
from reconciler.review.bill import with_strangers_inside
from reconciler.wire import Account

_KEPT = "holds_strangers"
"""Why what others have put something into stays."""


def kept_back(plan: Plan, snapshot: Snapshot) -> tuple[Remains, ...]:
    """What a destroy with nothing to do leaves in place, because others are in it."""
    kept = [each for each in plan.changes if each.reason == _KEPT]
    return with_strangers_inside(_remains(kept, plan.diagnostics), plan.strangers, snapshot)


def left(
    stack: Stack,
    options: Options,
    account: Account,
    clock: Clock,
    stop: Stop,
    *,
    patience: float,
    parallelism: int,
) -> tuple[Remains, ...]:
    """List everything again: a destroy has to prove that nothing of ours is left. A `reason` says why one is kept.

    Lists may lag behind a delete, and show a project in which nothing can be read any more, so they are asked again for
    `patience` seconds before that is believed, or until the run is to end. Raises `Refused` when they could not be read
    to the end.
    """
    deadline = clock.now() + patience
    while True:
        last = clock.now() >= deadline or stop.requested
        try:
            found = _still_listed(stack, options, account, parallelism)
        except Refused:
            if last:
                raise
        else:
            if last or all(each.reason for each in found.remains):
                catalogues = Catalogues(account, catalog(), parallelism)
                return remains_priced(found.remains, found.strangers, found.snapshot, catalog(), catalogues)
        clock.sleep(RELIST_SECONDS)


@dataclass(frozen=True)
class _Found:
    remains: tuple[Remains, ...]
    strangers: tuple[Stranger, ...]
    snapshot: Snapshot


def _still_listed(stack: Stack, options: Options, account: Account, parallelism: int) -> _Found:
    kinds = catalog()
    wanted, scope = narrow(stack, options, kinds)
    snapshot, existing = observe(account, kinds, wanted, parallelism, Reach(stack, kinds, options))
    compared = diff(wanted, snapshot, existing, kinds, options, scope, Lookups(account, kinds.lookups))
    ours = [each for each in compared.changes if each.action is Action.DELETE or each.reason == _KEPT]
    return _Found(_remains(ours, compared.diagnostics), compared.strangers, snapshot)


def _remains(changes: Sequence[Change], diagnostics: Sequence[Diagnostic]) -> tuple[Remains, ...]:
    told = (each for each in diagnostics if each.code == "holds-strangers")
    why: Mapping[str | None, str] = {each.address: each.summary for each in told}
    return tuple(
        Remains(str(each.address), each.kind, each.live.id, why.get(str(each.address), ""))
        for each in changes
        if each.live is not None
    )
