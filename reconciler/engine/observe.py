"""Reading the account: whole collections, in parallel, as few calls as there are pages.

The number of reads depends on collections, never on objects: collections are listed, nothing is fetched one by one.
What could not be read whole stops the run, since unreadable must never be taken for absent. What is left out, and what
the API may refuse to show, `reach` decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Final

from reconciler.diagnostics import Diagnostic, Refused, error
from reconciler.engine.elsewhere import below, of_account
from reconciler.engine.reach import Reach, Want
from reconciler.model.catalog import Catalog
from reconciler.model.kind import Kind
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.resource import Foreign, Resource, Stack
from reconciler.model.standing import StandingKind
from reconciler.values import Address
from reconciler.wire import Account, Listing, Rejected, Unreachable, WireError

NOT_UNDERSTOOD: Final = (KeyError, TypeError, ValueError, AttributeError)
"""What reading an answer raises that is not as the kinds know answers."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One collection to read, and the kinds whose objects it shows. `needed` says that nothing can be planned without
    it.
    """

    listing: Listing
    owner_id: str | None
    kinds: tuple[Kind, ...]
    needed: bool


def observe(
    account: Account, catalog: Catalog, stack: Stack, parallelism: int, reach: Reach
) -> tuple[Snapshot, Mapping[Address, str]]:
    """Everything in reach of the stack, and the ids of its `existing` objects by address.

    In reach are the account's own collections, and those inside objects that carry the stack's mark or that it names
    as existing. Raises `Refused` when anything could not be read whole, or an existing object was not found.
    """
    unread: list[str] = []
    with ThreadPoolExecutor(max(1, parallelism)) as pool:
        declared = frozenset(each.kind for each in stack.resources)

        def read_all(readings: Sequence[_Reading]) -> list[LiveObject]:
            return [at_home(each, stack) for each in _read_all(account, readings, pool, declared, unread)]

        objects = read_all(_readings(None, reach.of_account()))
        objects += read_all(_readings(None, reach.of_account(objects)))
        existing = _find_existing(stack, catalog, objects)
        level = objects
        while True:
            owners = [each for each in level if _in_scope(each, stack, existing)]
            owners.sort(key=lambda each: each.kind)
            readings = [reading for owner in owners for reading in _readings(owner.id, reach.below(owner, existing))]
            if not readings:
                break
            level = read_all(readings)
            read = frozenset((each.owner_id, kind.name) for each in readings for kind in each.kinds)
            for_makers = [
                reading
                for owner_id, kind in reach.makers(level)
                if (owner_id, kind.name) not in read
                for reading in _readings(owner_id, [(kind, Want.NEEDED)])
            ]
            level += read_all(for_makers)
            objects = [*objects, *level]
        existing |= _find_existing(stack, catalog, objects, existing)
        others = _read_elsewhere(account, catalog, stack.foreign, objects, pool) if stack.foreign else []
    found = Snapshot(tuple(_gathered(objects, catalog)), tuple(sorted(unread)), tuple(_gathered(others, catalog)))
    return found, existing


def _read_elsewhere(
    account: Account,
    catalog: Catalog,
    foreign: Sequence[Foreign],
    known: Sequence[LiveObject],
    pool: ThreadPoolExecutor,
) -> list[LiveObject]:
    """What may be the objects of other stacks that expressions name: whole collections here too, and all are needed."""
    everything = frozenset(each.kind for each in foreign)
    seen = {each.kind for each in known if each.owner_id is None}
    top = [(kind, Want.NEEDED) for kind in of_account(foreign, catalog) if kind.name not in seen]
    found = _read_all(account, _readings(None, top), pool, everything, [])
    inside = [
        reading
        for owner_id, kinds in below(foreign, catalog, [*known, *found])
        for reading in _readings(owner_id, [(kind, Want.NEEDED) for kind in kinds])
    ]
    there = {each.id for each in known}
    found += _read_all(account, inside, pool, everything, [])
    return [each for each in found if each.id not in there]


def at_home(live: LiveObject, stack: Stack) -> LiveObject:
    """An object of ours under the address that the stack has for it now; its mark may still say an earlier one."""
    if not stack.moved or live.mark is None or not live.mark.owned_by(stack.name):
        return live
    address = stack.moved.now_text(live.mark.address)
    if address == live.mark.address:
        return live
    return replace(live, mark=replace(live.mark, address=address), moved_from=live.mark.address)


def read_collection(account: Account, kind: Kind, owner_id: str | None) -> list[LiveObject]:
    """All objects of one kind under one owner. Raises `WireError`."""
    bodies = [body for listing in kind.listings(owner_id) for body in account.fetch(listing)]
    return list(kind.gathered([live for body in bodies for live in kind.read(body, owner_id)]))


def _gathered(objects: Iterable[LiveObject], catalog: Catalog) -> Iterable[LiveObject]:
    by_kind: dict[str, list[LiveObject]] = {}
    for each in objects:
        by_kind.setdefault(each.kind, []).append(each)
    for name, found in by_kind.items():
        yield from catalog[name].gathered(found)


def _readings(owner_id: str | None, kinds: Iterable[tuple[Kind, Want]]) -> list[_Reading]:
    """The collections under an owner in which to look for kinds; kinds that share a collection share one reading."""
    by_path: dict[str, tuple[Listing, list[tuple[Kind, Want]]]] = {}
    for kind, want in kinds:
        for listing in kind.listings(owner_id):
            by_path.setdefault(listing.path, (listing, []))[1].append((kind, want))
    found = [
        (listing, tuple(kind for kind, _ in kinds), {want for _, want in kinds}) for listing, kinds in by_path.values()
    ]
    return [
        _Reading(listing, owner_id, kinds, Want.NEEDED in wants)
        for listing, kinds, wants in found
        if wants != {Want.NOT}
    ]


def _read_all(
    account: Account,
    readings: Sequence[_Reading],
    pool: ThreadPoolExecutor,
    declared: frozenset[str],
    unread: list[str],
) -> list[LiveObject]:
    """The objects in some collections. Standing objects that are as they were born say nothing to a stack that declares
    none of their kind: a machine has several, so they are left out.
    """

    def read(listing: Listing) -> list[dict[str, Any]] | WireError:
        try:
            return account.fetch(listing)
        except WireError as problem:
            return problem

    listings = {_key(each.listing): each.listing for each in readings}
    answers = dict(zip(listings, pool.map(read, listings.values()), strict=True))
    objects: list[LiveObject] = []
    problems: list[Diagnostic] = []
    for reading in readings:
        answer = answers[_key(reading.listing)]
        if isinstance(answer, Rejected) and answer.status in (403, 404) and not reading.needed:
            unread.append(reading.listing.path)
            continue
        if isinstance(answer, WireError):
            problems.append(explain(answer, reading.listing.path))
            continue
        try:
            objects += [
                live
                for kind in reading.kinds
                for body in answer
                for live in kind.read(body, reading.owner_id)
                if not isinstance(kind, StandingKind) or kind.name in declared or kind.configured(live)
            ]
        except NOT_UNDERSTOOD as problem:
            summary = f"the answer to GET {reading.listing.path} is not understood: {type(problem).__name__} {problem}"
            problems.append(error("answer-not-understood", summary, hint="nothing was changed"))
    if problems:
        raise Refused(problems)
    return objects


def _key(listing: Listing) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What tells two requests apart: one collection may say something of what stands in several owners."""
    return listing.path, tuple(sorted(listing.query.items()))


def explain(problem: WireError, path: str) -> Diagnostic:
    """A read that failed, as a diagnostic with the way out."""
    if isinstance(problem, Rejected) and problem.status == 401:
        hint = "set PACKET_AUTH_TOKEN to a token that is valid for this API"
        return error("token-refused", f"the API refused the token: {problem.message}", hint=hint)
    if isinstance(problem, Unreachable) and not problem.answered:
        hint = "check --api-url (or PACKET_API_URL) and the network; nothing was changed"
        return error("api-unreachable", f"the API could not be reached: {problem.message}", hint=hint)
    hint = "a plan needs a complete read, so that absent is never taken for deleted; nothing was changed"
    return error("incomplete-read", f"GET {path} could not be read whole: {problem.message}", hint=hint)


def _in_scope(each: LiveObject, stack: Stack, existing: Mapping[Address, str]) -> bool:
    return each.present and (each.owned_by(stack.name) or each.id in existing.values())


def _find_existing(
    stack: Stack, catalog: Catalog, objects: Sequence[LiveObject], above: Mapping[Address, str] | None = None
) -> dict[Address, str]:
    """The ids of what stands at the top or, with those of what is `above`, of what stands in something else. What
    nobody needs any more (all that the stack manages is to go, and nothing stands in it) is not missed.
    """
    found: dict[Address, str] = {}
    problems: list[Diagnostic] = []
    wanted = [each for each in stack.resources if not each.managed and (each.parent is None) is (above is None)]
    if not wanted:
        return found
    needed = {each.address for each in stack.resources} if any(each.managed for each in stack.resources) else set()
    owners: dict[str, set[str | None]] = {}
    for live in objects:
        if live.mark is not None and live.mark.owned_by(stack.name) and live.present:
            owners.setdefault(live.mark.address, set()).add(live.id)
    for resource in wanted:
        kind, name = catalog[resource.kind], resource.existing or ""
        parents: set[str | None] = {None}
        if resource.parent is not None and above is not None:
            known = above.get(resource.parent)
            parents = {known} if known is not None else owners.get(str(resource.parent), set())
        candidates = [each for each in objects if each.kind == kind.name and each.present and each.parent_id in parents]
        fitting = [each for each in candidates if each.id == name] or [
            each for each in candidates if kind.known_as(each, name)
        ]
        if len(fitting) == 1:
            found[resource.address] = fitting[0].id
        elif catalog.listed_under(kind.name) or (needed and resource.parent in {None, *needed}):
            problems.append(_existing_problem(resource, kind, fitting, candidates))
    if problems:
        raise Refused(problems)
    return found


def _existing_problem(
    resource: Resource, kind: Kind, fitting: Sequence[LiveObject], candidates: Sequence[LiveObject]
) -> Diagnostic:
    shown = sorted(fitting or candidates, key=lambda each: (each.label, each.id))
    where = f"in {resource.parent} " if resource.parent is not None else ""
    ways = " or the ".join(kind.existing_by)
    listed = ", ".join(f"{each.label} ({each.id})" for each in shown[:20]) or "none at all"
    if fitting:
        summary = f"{len(fitting)} {kind.section} {where}are named {resource.existing!r}"
        hint = f"use one's uuid: {listed}"
    else:
        summary = f"no {kind.name} {where}has the {ways} {resource.existing!r}"
        hint = f"the token can see: {listed}"
    code = "ambiguous-existing" if fitting else "existing-not-found"
    return error(code, summary, address=str(resource.address), place=resource.place_of("existing"), hint=hint)
