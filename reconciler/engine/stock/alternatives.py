"""What would fit where a plan does not: the same machines in other facilities, other machines in the same ones.

A machine is like another one when it costs as much or more, has the same architecture, and can be ordered with what
else is declared (its operating system runs on it, it is in that facility). Whether it is there now is asked like the
first question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reconciler.engine.stock.capacity import Ask
from reconciler.engine.stock.demand import Demand
from reconciler.model.catalog import Catalog
from reconciler.model.kind import Kind
from reconciler.model.offers import OfferedPlan, Offers
from reconciler.model.price import in_dollars
from reconciler.model.stock import Order
from reconciler.values import canonical_json

_PLANS = 3
_PLACES = 10
"""How many are told of at most."""
_PLANS_ASKED = 8
"""How many are asked for, the nearest in price first."""


@dataclass(frozen=True)
class Alternatives:
    """What to ask for one demand that cannot be met, in the order in which it is told."""

    demand: Demand
    elsewhere: tuple[Order, ...]
    instead: tuple[tuple[Order, OfferedPlan], ...]

    def orders(self) -> Iterator[Order]:
        yield from self.elsewhere
        yield from (order for order, _ in self.instead)

    def told(self, answers: Mapping[Order, bool]) -> str:
        """For a person; empty when nothing would fit."""
        quantity = self.demand.quantity
        parts = []
        places = [each.facility for each in self.elsewhere if answers.get(each)]
        if places:
            has = "has" if len(places) == 1 else "have"
            parts.append(f"{_several(places)} {has} {'one' if quantity == 1 else quantity} now")
        plans: dict[OfferedPlan, list[str]] = {}
        for order, plan in self.instead:
            if answers.get(order):
                plans.setdefault(plan, []).append(order.facility)
        shown = [f"{plan.slug} ({in_dollars(plan.hourly or Decimal(0))} an hour)" for plan in plans][:_PLANS]
        if shown and len(self.demand.places) == 1:
            parts.append(f"{self.demand.places[0]} has {_several(shown)}")
        elif shown:
            where = [_several(places) for places in plans.values()]
            parts.append(f"there is {_several([f'{each} in {at}' for each, at in zip(shown, where, strict=False)])}")
        return "; ".join(parts)


def alternatives(demand: Demand, ask: Ask, offers: Offers, catalog: Catalog) -> Alternatives:
    """What to ask about a demand of `ask` that cannot be met."""
    wanted = next((offers.plans[each] for each in sorted(demand.names) if each in offers.plans), None)
    if wanted is None:
        return Alternatives(demand, (), ())
    places, shapes = ask.places(demand), _shapes(demand, catalog)
    spoken_for = {(name, place): n for (names, place), n in ask.spoken_for.items() for name in names}

    def order(plan: OfferedPlan, slug: str, place: str) -> Order:
        """Beyond what others of this plan take there."""
        own = plan is wanted and demand.places == (place,)
        taken = 0 if own else max((spoken_for.get((name, place), 0) for name in plan.names), default=0)
        return Order(place, slug, taken + demand.quantity)

    others = sorted({each.code for each in offers.facilities.values()} - set(places)) if demand.places else []
    elsewhere = [
        order(wanted, demand.plan, place)
        for place in others
        if _has(wanted, place) and _can_be(shapes, {"facility": place}, offers)
    ]
    instead = [
        (order(plan, plan.slug, place), plan)
        for plan in _alike(wanted, offers)
        for place in places
        if _has(plan, place) and _can_be(shapes, {"facility": place, "plan": plan.slug}, offers)
    ]
    return Alternatives(demand, tuple(elsewhere), tuple(instead))


def _alike(wanted: OfferedPlan, offers: Offers) -> Sequence[OfferedPlan]:
    """Machines that cost as much or more, the cheapest first."""
    by_slug = {each.slug: each for each in offers.plans.values() if each.machine and each.hourly is not None}
    by_slug.pop(wanted.slug, None)
    least = wanted.hourly or 0
    found = [
        (each.hourly, each.slug)
        for each in by_slug.values()
        if each.hourly is not None and each.hourly >= least and each.architecture == wanted.architecture
    ]
    return [by_slug[slug] for _, slug in sorted(found)[:_PLANS_ASKED]]


def _has(plan: OfferedPlan, place: str) -> bool:
    return plan.facilities is not None and place in plan.facilities


def _shapes(demand: Demand, catalog: Catalog) -> list[tuple[Kind, Mapping[str, Any]]]:
    """What its creates declare of what can be ordered, alike ones once."""
    found: dict[str, tuple[Kind, Mapping[str, Any]]] = {}
    for want in demand.wants:
        kind = catalog[want.change.kind]
        values = {name: value for name, value in want.change.after.items() if name in kind.offered}
        found.setdefault(canonical_json([kind.name, values]), (kind, values))
    return list(found.values())


def _can_be(shapes: Sequence[tuple[Kind, Mapping[str, Any]]], changed: Mapping[str, Any], offers: Offers) -> bool:
    """Whether each of them could be ordered so."""
    return not any(
        problem for kind, values in shapes for problem in kind.check_offers(offers, {**values, **changed}, {})
    )


def _several(words: Sequence[str]) -> str:
    shown = list(words[:_PLACES])
    if len(words) > len(shown):
        return f"{', '.join(shown)} and others"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
