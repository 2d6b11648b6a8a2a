"""What a plan costs: each change before and after, all that the stack owns, and the strangers beside it.

What is billed is the kinds' business (`Kind.charges`), what it costs the price list's. An object that stays is billed
as it is live; where only a few of its fields change, the others still count as they are, declared or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from reconciler.model.catalog import Catalog
from reconciler.model.event import Remains
from reconciler.model.kind import Kind
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.plan import Action, Change, Stranger
from reconciler.model.price import Bill, Charge, Cost, Expense
from reconciler.values import Unknown, parse_address

Prices = Mapping[str, Decimal]
Charges = Sequence[Charge]


def buys(changes: Iterable[Change], catalog: Catalog) -> bool:
    """Whether anything is to be done about what is billed, so that prices are worth a call."""
    acted_on = (each for each in changes if each.action is not Action.NOOP)
    return any(any(_sides(each, catalog[each.kind])) for each in acted_on)


def with_costs(changes: Iterable[Change], catalog: Catalog, prices: Prices) -> tuple[Change, ...]:
    """The changes, those of what is billed with what it costs."""
    return tuple(_priced(each, catalog[each.kind], prices) for each in changes)


def strangers_with_costs(
    strangers: Iterable[Stranger], snapshot: Snapshot, catalog: Catalog, prices: Prices
) -> tuple[Stranger, ...]:
    """The strangers, those that are billed with what they cost. What makes machines is left out: they stand for
    themselves.
    """
    found = []
    for each in strangers:
        kind, live = catalog[each.kind], snapshot.get(each.kind, each.id)
        charges = kind.charges(live.values) if live is not None and not kind.makes else ()
        found.append(replace(each, hourly=_sum(charges, prices), billed=True) if charges else each)
    return tuple(found)


def remains_with_costs(
    remains: Iterable[Remains], snapshot: Snapshot, catalog: Catalog, prices: Prices
) -> tuple[Remains, ...]:
    """What a destroy has left, with what it costs itself where it is billed."""
    found = []
    for each in remains:
        live = snapshot.get(each.kind, each.id)
        charges = catalog[each.kind].charges(live.values) if live is not None else ()
        found.append(replace(each, billed=True, hourly=_sum(charges, prices)) if charges else each)
    return tuple(found)


def with_strangers_inside(
    remains: Iterable[Remains], strangers: Iterable[Stranger], snapshot: Snapshot
) -> tuple[Remains, ...]:
    """What a destroy has left, with what the strangers in it cost, which must have their prices."""
    inside: dict[str, list[Stranger]] = {}
    for stranger in strangers:
        live = snapshot.get(stranger.kind, stranger.id)
        if stranger.billed and live is not None and live.owner_id is not None:
            inside.setdefault(live.owner_id, []).append(stranger)
    return tuple(_with_all(each, inside.get(each.id, ())) for each in remains)


def _with_all(remains: Remains, inside: Sequence[Stranger]) -> Remains:
    amounts = [each.hourly for each in inside] + ([remains.hourly] if remains.billed else [])
    if not amounts:
        return remains
    known = [each for each in amounts if each is not None]
    return replace(remains, billed=True, hourly=sum(known, Decimal(0)) if len(known) == len(amounts) else None)


def left_out(
    stack: str,
    snapshot: Snapshot,
    changes: Iterable[Change],
    strangers: Iterable[Stranger],
    catalog: Catalog,
    prices: Prices,
) -> tuple[Expense, ...]:
    """What costs something, is the stack's own by its mark, and is in none of the changes: targets leave it alone."""
    told = {each.live.id for each in changes if each.live is not None} | {each.id for each in strangers}
    found = []
    for live in snapshot:
        if live.id in told or not live.present or not live.owned_by(stack) or live.automatic:
            continue
        expense = _as_it_is(live, catalog[live.kind], prices)
        if expense is not None:
            found.append(expense)
    return tuple(sorted(found, key=lambda each: each.address.sort_key))


def bill(changes: Iterable[Change], strangers: Iterable[Stranger], besides: Sequence[Expense]) -> Bill:
    """The sums. What has no known price is named, and counts as nothing."""
    every = [*expenses(changes), *besides]
    unpriced = [each for each in every if each.cost.before is None or each.cost.after is None]
    return Bill(
        before=sum((each.cost.before or Decimal(0) for each in every), Decimal(0)),
        after=sum((each.cost.after or Decimal(0) for each in every), Decimal(0)),
        strangers=sum((each.hourly or Decimal(0) for each in strangers), Decimal(0)),
        unpriced=tuple(str(each.address) for each in sorted(unpriced, key=lambda each: each.address.sort_key)),
        besides=tuple(besides),
    )


def expenses(changes: Iterable[Change]) -> Iterator[Expense]:
    """What is billed of the changes."""
    return (
        Expense(each.address, each.cost, each.action is not Action.NOOP) for each in changes if each.cost is not None
    )


def _as_it_is(live: LiveObject, kind: Kind, prices: Prices) -> Expense | None:
    charges = kind.charges(live.values)
    if not charges or live.mark is None:
        return None
    try:
        address = parse_address(live.mark.address)
    except ValueError:
        return None
    if address.section != kind.section:  # a machine of a batch: the batch is billed
        return None
    hourly = _sum(charges, prices)
    return Expense(address, Cost(hourly, hourly, _notes(charges, prices)))


def _priced(change: Change, kind: Kind, prices: Prices) -> Change:
    before, after = _sides(change, kind)
    if not before and not after:
        return change
    notes = dict.fromkeys((*_notes(after or before, prices), *(_no_price(each, prices) for each in before)))
    cost = Cost(_sum(before, prices), _sum(after, prices), tuple(filter(None, notes)))
    return replace(change, cost=cost)


def _sides(change: Change, kind: Kind) -> tuple[Charges, Charges]:
    """What is billed before the change, and after it. What the stack only uses is on somebody else's bill."""
    if change.resource is not None and not change.resource.managed:
        return (), ()
    live = _shown(change.live.values, change) if change.live is not None else None
    wanted = _shown({**change.after, **dict.fromkeys(change.unknown, Unknown())}, change)
    if live is None:
        return (), kind.charges(wanted)
    if change.action is Action.DELETE:
        return kind.charges(live), ()
    if change.action.replaces:
        return kind.charges(live), kind.charges(wanted)
    standing = {**wanted, **live}
    changed = change.changed if change.action is Action.UPDATE else frozenset[str]()
    settled = {**standing, **{name: wanted[name] for name in changed if name in wanted}}
    return kind.charges(standing), kind.charges(settled)


def _shown(values: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """A price must not tell a secret: what hangs on one is not known."""
    return {name: Unknown() if name in change.secrets else value for name, value in values.items()}


def _sum(charges: Charges, prices: Prices) -> Decimal | None:
    amounts = [each.amount(prices) for each in charges]
    return sum((each for each in amounts if each is not None), Decimal(0)) if None not in amounts else None


def _notes(charges: Charges, prices: Prices) -> tuple[str, ...]:
    found = [text for each in charges for text in (each.note, _no_price(each, prices)) if text]
    return tuple(dict.fromkeys(found))


def _no_price(charge: Charge, prices: Prices) -> str:
    """Why an amount is not known, where its own note does not say it."""
    if charge.note or charge.amount(prices) is not None:
        return ""
    if not charge.slug or charge.units is None:
        return "what it will be is not known yet"
    return f"the price list has no {charge.slug}"
