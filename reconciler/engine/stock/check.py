"""The one place that asks the API what it has left, and says what it comes to.

What cannot be learned (the service of 2018 answered 503, a token may not ask, a server has no such call) is not held
against a plan: a note says that it was not checked. Nothing is asked for a plan that takes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reconciler.diagnostics import Diagnostic, Place, Refused, Severity, error, has_errors
from reconciler.engine.observe import NOT_UNDERSTOOD
from reconciler.engine.preflight import live_offers
from reconciler.engine.stock.alternatives import Alternatives, alternatives
from reconciler.engine.stock.capacity import Ask
from reconciler.engine.stock.demand import Demand, Want, claims, demands, freed_late
from reconciler.engine.stock.limits import check_limits
from reconciler.engine.stock.quotas import check_quotas
from reconciler.engine.stock.reserved import check_reserved
from reconciler.model.catalog import Catalog
from reconciler.model.live import Snapshot
from reconciler.model.offers import Offers
from reconciler.model.plan import Change
from reconciler.model.stock import Desk, Levels, Order
from reconciler.wire import Account, WireError

SKIP = "`--no-preflight` leaves this check out"


def check_stock(
    changes: Sequence[Change], snapshot: Snapshot, account: Account, catalog: Catalog, parallelism: int
) -> tuple[Diagnostic, ...]:
    """What the user should know of what is to be created. Raises `Refused` with all of it when some of it cannot be
    had.
    """
    found = [*check_quotas(changes, snapshot, catalog), *check_limits(changes, snapshot, catalog, skip=SKIP)]
    desk = catalog.desk
    if desk is not None:
        found += _capacity(changes, account, catalog, desk, parallelism)
        found += _reserved(changes, account, catalog, desk)
    found = _once_for_a_line(found)
    if has_errors(found):
        raise Refused(found)
    return tuple(sorted(found, key=lambda each: each.sort_key))


def _once_for_a_line(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    """A block with `count` has one line."""
    found: dict[tuple[Place | None, str], Diagnostic] = {}
    for each in problems:
        found.setdefault((each.place, each.summary), each)
    return list(found.values())


# the stock


def _capacity(
    changes: Sequence[Change], account: Account, catalog: Catalog, desk: Desk, parallelism: int
) -> list[Diagnostic]:
    wanted = demands(changes, catalog)
    if not wanted:
        return []
    notes: list[Diagnostic] = []
    levels: Levels = {}
    anywhere = sum(each.quantity for each in wanted if not each.places)
    try:
        levels = desk.read_levels(account.send(desk.levels)) if anywhere else {}
    except WireError as problem:
        notes.append(_not_known(anywhere, problem))
    ask = Ask(tuple(wanted), levels)
    try:
        answers = _asked(account, desk, ask.orders())
    except WireError as problem:
        return [_not_known(sum(each.quantity for each in wanted), problem)]
    short = ask.short(answers)
    if not short:
        return notes
    hints = _hints(short, ask, account, catalog, desk, parallelism)
    return [
        problem
        for demand in short
        for problem in _no_capacity(demand, hints.get(demand), freed_late(demand, changes, catalog))
    ]


def _asked(account: Account, desk: Desk, orders: Sequence[Order]) -> Mapping[Order, bool]:
    return desk.read_check(account.send(desk.check(orders)), orders) if orders else {}


def _hints(
    short: Sequence[Demand], ask: Ask, account: Account, catalog: Catalog, desk: Desk, parallelism: int
) -> Mapping[Demand, str]:
    """What would fit, as far as it can be learned."""
    try:
        offers: Offers = live_offers(account, catalog, parallelism)
        found: list[Alternatives] = [alternatives(each, ask, offers, catalog) for each in short]
        answers = _asked(account, desk, sorted({order for each in found for order in each.orders()}))
    except (WireError, Refused):
        return {}
    return {each.demand: each.told(answers) for each in found}


def _no_capacity(demand: Demand, would_fit: str | None, freed: int) -> Iterator[Diagnostic]:
    """One for each block that wants some of it. `would_fit` is None where nobody could say."""
    blocks: dict[Place | None, list[Want]] = {}
    for want in demand.wants:
        blocks.setdefault(_place(want), []).append(want)
    late = f"{freed} that this plan destroys may come free too late" if freed else ""
    fits = "nothing like it is there now" if would_fit == "" else would_fit
    hint = "; ".join(filter(None, (fits, late, SKIP)))
    for place, wants in blocks.items():
        yield error("no-capacity", _lack(demand, wants), address=str(wants[0].change.address), place=place, hint=hint)


def _lack(demand: Demand, wants: Sequence[Want]) -> str:
    plan, where = wants[0].machines.plan, f"in {' or '.join(demand.places)}" if demand.places else "anywhere"
    if demand.quantity == 1:
        return f"no {plan} is left {where}"
    here = sum(each.machines.quantity for each in wants)
    share = f", {here} of them here" if here != demand.quantity else ""
    return f"this plan creates {demand.quantity} {plan} {where}{share}, and fewer are left"


def _place(want: Want) -> Place | None:
    resource = want.change.resource
    if resource is None:
        return None
    return resource.place_of("facility") if "facility" in resource.field_places else resource.place_of("plan")


def _not_known(quantity: int, problem: WireError) -> Diagnostic:
    machines = "the machine" if quantity == 1 else f"the {quantity} machines"
    summary = f"whether there is stock for {machines} that this plan creates is not known: {problem}"
    return Diagnostic(Severity.NOTE, "stock-not-known", summary, hint="an apply tells")


# reserved machines


def _reserved(changes: Sequence[Change], account: Account, catalog: Catalog, desk: Desk) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    for claim in claims(changes, catalog):
        listing = desk.reservations(claim.project_id)
        try:
            bodies: Sequence[Mapping[str, Any]] = account.fetch(listing)
            there = [desk.read_reservation(each) for each in bodies]
        except WireError as problem:
            found.append(_reserved_not_known(str(problem)))
        except NOT_UNDERSTOOD as problem:
            found.append(_reserved_not_known(f"{listing.path}: {type(problem).__name__}"))
        else:
            found += check_reserved(claim, there)
    return found


def _reserved_not_known(why: str) -> Diagnostic:
    summary = f"whether the reserved machines that this plan takes are free is not known: {why}"
    return Diagnostic(Severity.NOTE, "stock-not-known", summary, hint="an apply tells")
