"""What a plan costs, by the API's own price list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.engine.catalogues import Catalogues
from reconciler.model.catalog import Catalog
from reconciler.model.event import Remains
from reconciler.model.live import Snapshot
from reconciler.model.plan import Plan, Stranger
from reconciler.model.price import price_list
from reconciler.review.bill import (
    bill,
    buys,
    left_out,
    remains_with_costs,
    strangers_with_costs,
    with_costs,
    with_strangers_inside,
)
from reconciler.wire import WireError

_PLANS: Final = "plan"
"""The catalogue that has the prices."""


def priced(plan: Plan, snapshot: Snapshot, catalog: Catalog, catalogues: Catalogues) -> Plan:
    """The plan with its costs; as it is where it does nothing about what is billed. Prices that cannot be read are no
    reason to stop: the plan says so then, and has no bill.
    """
    if not buys(plan.changes, catalog):  # what a destroy leaves, it has to price all the same
        return strangers_priced(plan, snapshot, catalog, catalogues) if plan.options.destroy else plan
    prices = _prices(catalogues)
    if isinstance(prices, WireError):
        hint = "the plan holds all the same; a user's token may read prices, a project's may not"
        return replace(plan, diagnostics=(*plan.diagnostics, _unread("the plan costs", prices, hint)))
    changes = with_costs(plan.changes, catalog, prices)
    strangers = strangers_with_costs(plan.strangers, snapshot, catalog, prices)
    besides = left_out(plan.stack, snapshot, changes, strangers, catalog, prices) if plan.options.targets else ()
    return replace(plan, changes=changes, strangers=strangers, bill=bill(changes, strangers, besides))


def strangers_priced(plan: Plan, snapshot: Snapshot, catalog: Catalog, catalogues: Catalogues) -> Plan:
    """The plan with what its strangers cost, and nothing else priced. Prices are read where one of them is billed."""
    unpriced = strangers_with_costs(plan.strangers, snapshot, catalog, {})
    if not any(each.billed for each in unpriced):
        return plan
    prices = _prices(catalogues)
    if isinstance(prices, WireError):
        found = _unread("strangers cost", prices, "a user's token may read prices, a project's may not")
        return replace(plan, strangers=unpriced, diagnostics=(*plan.diagnostics, found))
    return replace(plan, strangers=strangers_with_costs(plan.strangers, snapshot, catalog, prices))


def remains_priced(
    remains: Sequence[Remains],
    strangers: Sequence[Stranger],
    snapshot: Snapshot,
    catalog: Catalog,
    catalogues: Catalogues,
) -> tuple[Remains, ...]:
    """What a destroy has left, with what it and the strangers in it cost. Prices are read where any of it is billed."""

    def costing(prices: Mapping[str, Decimal]) -> tuple[Remains, ...]:
        own = remains_with_costs(remains, snapshot, catalog, prices)
        return with_strangers_inside(own, strangers_with_costs(strangers, snapshot, catalog, prices), snapshot)

    unpriced = costing({})
    if not any(each.billed for each in unpriced):
        return unpriced
    prices = _prices(catalogues)
    return unpriced if isinstance(prices, WireError) else costing(prices)


def _prices(catalogues: Catalogues) -> Mapping[str, Decimal] | WireError:
    """The price list, or why it cannot be read."""
    items = catalogues.read([_PLANS])[_PLANS]
    return items if isinstance(items, WireError) else price_list(items)


def _unread(what: str, problem: WireError, hint: str) -> Diagnostic:
    summary = f"what {what} is not known: the price list, GET /plans, could not be read: {problem.message}"
    return Diagnostic(Severity.NOTE, "no-prices", summary, hint=hint)
