"""Checks before anything is changed: plans, facilities and operating systems that the API's own catalogues do not know
or do not have together, and things of two facilities that cannot be brought together.

The catalogues are read only when the plan creates something that names them: a plan without changes costs no call more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reconciler.diagnostics import Diagnostic, Place, Refused, did_you_mean, error
from reconciler.engine.catalogues import Catalogues, Items
from reconciler.engine.observe import explain
from reconciler.engine.world import field_problem
from reconciler.model.catalog import Catalog, NameList
from reconciler.model.offers import Offers, read_offers
from reconciler.model.plan import Action, Change
from reconciler.model.rules import Listed, listed_values
from reconciler.values import Address, Unknown
from reconciler.wire import Account, Rejected, WireError


def check_names(changes: Sequence[Change], catalogues: Catalogues, catalog: Catalog) -> None:
    """Raises `Refused` for each declared name that the API does not know, and for what it does not have together, with
    the line that set it.
    """
    named = [
        (change, path, value, listed)
        for change in changes
        if change.resource is not None
        for name, field in catalog[change.kind].fields.items()
        if change.action.creates or name in change.changed
        for path, value, listed in listed_values(field, change.after.get(name))
    ]
    wanted = sorted({listed.catalogue for *_, listed in named})
    lists = _read(wanted, catalogues, catalog)
    known = {name: _names(items, catalog.names[name]) for name, items in lists.items()}
    problems: dict[tuple[Place | None, str], Diagnostic] = {}
    for change, path, value, listed in named:
        for problem in _unknown(change, path, value, listed, known.get(listed.catalogue)):
            problems.setdefault((problem.place, problem.summary), problem)  # a block with count has one line
    if lists:
        for problem in _not_offered(changes, _offers(lists), catalog):
            problems.setdefault((problem.place, problem.summary), problem)
    if problems:
        raise Refused(problems.values())


def live_offers(account: Account, catalog: Catalog, parallelism: int) -> Offers:
    """What the API says can be ordered. Raises `Refused` when it cannot be read; a list that this token may not read is
    empty.
    """
    return _offers(_read(catalog.names, Catalogues(account, catalog, parallelism), catalog))


def _offers(lists: Mapping[str, Items]) -> Offers:
    return read_offers(*(lists.get(name, ()) for name in ("facility", "plan", "operating system")))


def _not_offered(changes: Sequence[Change], offers: Offers, catalog: Catalog) -> Iterator[Diagnostic]:
    """Of what is created: what exists already is not asked whether it could be had again."""
    by_address = {each.address: each for each in changes}
    for change in changes:
        kind = catalog[change.kind]
        resource = change.resource
        wanted = change.action.creates or (kind.standing and change.action is not Action.NOOP)
        if not kind.offered or resource is None or not wanted:
            continue
        around = by_address.get(change.address.owner) if change.address.owner is not None else None
        beside = _known(around.after, catalog[around.kind].offered) if around is not None else {}
        for problem in kind.check_offers(offers, _known(change.after, kind.offered), beside):
            yield field_problem(resource, problem)


def _known(values: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: values[name] for name in names if name in values and not isinstance(values[name], Unknown)}


def check_places(changes: Sequence[Change], catalog: Catalog) -> None:
    """Raises `Refused` where something in a device belongs to another facility: VLANs, volumes and addresses do not
    leave theirs.
    """
    by_address = {each.address: each for each in changes}
    problems: dict[tuple[Place | None, str], Diagnostic] = {}
    for change in changes:
        uses = catalog[change.kind].local_uses
        if not uses or change.resource is None or change.address.owner is None or change.action is Action.NOOP:
            continue
        here = _facilities(by_address.get(change.address.owner))
        for address in sorted(change.resource.references, key=lambda each: each.sort_key):
            used = by_address.get(address)
            if used is None or used.kind not in uses:
                continue
            there = _facilities(used)
            if here and there and not here & there:
                problem = _apart(change, change.address.owner, here, used, there)
                problems.setdefault((problem.place, problem.summary), problem)
    if problems:
        raise Refused(problems.values())


def _facilities(change: Change | None) -> frozenset[str]:
    """Where an object is, or where it may come to be; empty when that is not known, or anywhere."""
    if change is None:
        return frozenset()
    live = change.live.values if change.live is not None and not change.action.creates else {}
    given = live.get("facility") or change.after.get("facility")
    found = given if isinstance(given, list) else [given]
    names = frozenset(each for each in found if isinstance(each, str))
    return names if len(names) == len(set(map(str, found))) and "any" not in names else frozenset()


def _apart(change: Change, parent: Address, here: frozenset[str], used: Change, there: frozenset[str]) -> Diagnostic:
    summary = f"{used.address} is in {_one_of(there)}, and {parent} in {_one_of(here)}"
    hint = f"the devices of its own facility alone can use this {used.kind}"
    place = change.resource.place if change.resource is not None else None
    return error("another-facility", summary, address=str(change.address), place=place, hint=hint)


def _one_of(facilities: frozenset[str]) -> str:
    return " or ".join(sorted(facilities))


def _read(wanted: Iterable[str], catalogues: Catalogues, catalog: Catalog) -> dict[str, Items]:
    """The items of each catalogue; one that this token may not read is left out, and the API judges by itself."""
    found: dict[str, Items] = {}
    for name, answer in catalogues.read(wanted).items():
        if not isinstance(answer, WireError):
            found[name] = answer
        elif not (isinstance(answer, Rejected) and answer.status in (403, 404)):
            raise Refused([explain(answer, catalog.names[name].listing.path)])
    return found


def _names(items: Items, catalogue: NameList) -> frozenset[str]:
    return frozenset(str(item[key]) for item in items for key in catalogue.keys if item.get(key))


def _unknown(
    change: Change, path: tuple[str, ...], value: Any, listed: Listed, known: frozenset[str] | None
) -> list[Diagnostic]:
    if known is None:
        return []
    found = []
    for each in value if isinstance(value, list) else [value]:
        if each in known or each in listed.besides:
            continue
        hint = did_you_mean(str(each), known) or f"the API knows: {', '.join(sorted(_readable(known))[:30])}"
        place = change.resource.place_of(path[0]) if change.resource is not None else None
        summary = f"{'.'.join(path)}: the API knows no {listed.catalogue} {each!r}"
        found.append(error("unknown-name", summary, address=str(change.address), place=place, hint=hint))
    return found


def _readable(names: frozenset[str]) -> list[str]:
    """Names for people: without uuids."""
    return [each for each in names if each.count("-") != 4]
