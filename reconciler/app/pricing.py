"""What a plan costs, by the API's own price list."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.engine.catalogues import Catalogues
from reconciler.model.catalog import Catalog
from reconciler.model.live import Snapshot
from reconciler.model.plan import Plan
from reconciler.model.price import price_list
from reconciler.review.bill import bill, buys, left_out, strangers_with_costs, with_costs
from reconciler.wire import WireError

_PLANS: Final = "plan"
"""The catalogue that has the prices."""


def priced(plan: Plan, snapshot: Snapshot, catalog: Catalog, catalogues: Catalogues) -> Plan:
    """The plan with its costs; as it is where it does nothing about what is billed. Prices that cannot be read are no
    reason to stop: the plan says so then, and has no bill.
    """
    if not buys(plan.changes, catalog):
        return plan
    items = catalogues.read([_PLANS])[_PLANS]
    if isinstance(items, WireError):
        return replace(plan, diagnostics=(*plan.diagnostics, _unread(items)))
    prices = price_list(items)
    changes = with_costs(plan.changes, catalog, prices)
    strangers = strangers_with_costs(plan.strangers, snapshot, catalog, prices)
    besides = left_out(plan.stack, snapshot, changes, strangers, catalog, prices) if plan.options.targets else ()
    return replace(plan, changes=changes, strangers=strangers, bill=bill(changes, strangers, besides))


def _unread(problem: WireError) -> Diagnostic:
    summary = f"what the plan costs is not known: the price list, GET /plans, could not be read: {problem.message}"
    hint = "the plan holds all the same; a user's token may read prices, a project's may not"
    return Diagnostic(Severity.NOTE, "no-prices", summary, hint=hint)
