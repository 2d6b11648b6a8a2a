"""A plan before its policies: what they may read of it, and what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from reconciler.diagnostics import Diagnostic
from reconciler.model.catalog import Catalog
from reconciler.model.effect import worst
from reconciler.model.plan import Action, Change, Plan
from reconciler.model.policy import Policy
from reconciler.values import Unknown


def judged(policies: Sequence[Policy], plan: Plan, catalog: Catalog) -> tuple[Diagnostic, ...]:
    """What the policies say, in their order, each of the changes in theirs. Raises `Refused` for a rule that cannot be
    asked.
    """
    if not policies:
        return ()
    blank = {name: None for kind in catalog.kinds for name in kind.fields}
    changes = [(str(each.address), _change(each, blank)) for each in plan.pending]
    whole = {**_plan(plan), "changes": [each for _, each in changes]}
    found: list[Diagnostic] = []
    for policy in policies:
        if policy.each:
            names = ((address, {"plan": whole, "change": change}) for address, change in changes)
            found += [policy.finding(address) for address, given in names if policy.applies(given)]
        elif policy.applies({"plan": whole}):
            found.append(policy.finding())
    return tuple(found)


def _plan(plan: Plan) -> Mapping[str, Any]:
    counts = plan.count()
    bill = plan.bill
    return {
        "stack": plan.stack,
        "destroys": plan.options.destroy,
        "targets": list(plan.options.targets),
        "creates": counts.added,
        "updates": counts.changed,
        "deletes": counts.destroyed,
        "replaces": sum(each.action.replaces for each in plan.changes),
        "effect": str(worst(each.effect for each in plan.changes)),
        "strangers": len(plan.strangers),
        "cost": _cost(bill.before, bill.after, bill.delta) if bill is not None else _cost(None, None, None),
    }


def _change(change: Change, blank: Mapping[str, None]) -> Mapping[str, Any]:
    """What a rule may read of a change. Secrets are none in it, and so is what only an apply can tell, and what this
    kind has not: a rule need not say of which kinds it is.
    """
    before = blank if change.action is Action.CREATE else {**blank, **_shown(change.before, change)}
    after = blank if change.action is Action.DELETE else {**blank, **_shown(change.after, change)}
    cost = change.cost
    return {
        "address": str(change.address),
        "kind": change.kind,
        "name": change.address.name or change.address.section,
        "action": str(change.action),
        "creates": change.action.creates,
        "updates": change.action is Action.UPDATE,
        "deletes": change.action.deletes,
        "replaces": change.action.replaces,
        "reason": change.reason,
        "effect": str(change.effect),
        "dependants": [str(each) for each in change.dependants],
        "fields": sorted(change.changed),
        "before": before,
        "after": after,
        "facility": (before if change.action is Action.DELETE else after).get("facility"),
        "cost": _cost(cost.before, cost.after, cost.delta) if cost is not None else _cost(None, None, None),
    }


def _cost(before: Decimal | None, after: Decimal | None, delta: Decimal | None) -> Mapping[str, float | None]:
    """Dollars an hour; none where they are not known, which is neither more nor less than anything."""
    amounts = {"before": before, "after": after, "delta": delta}
    return {name: float(each) if each is not None else None for name, each in amounts.items()}


def _shown(values: Mapping[str, Any], change: Change) -> dict[str, Any]:
    return {name: _plain(value) for name, value in sorted(values.items()) if name not in change.secrets}


def _plain(value: Any) -> Any:
    if isinstance(value, Unknown):
        return None
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
