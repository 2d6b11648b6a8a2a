"""Checks against the API's own catalogues, before anything is changed: unknown plans, facilities, operating systems.

The catalogues are read only when the plan creates something that names them: a plan without changes costs no call more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from reconciler.diagnostics import Diagnostic, Place, Refused, did_you_mean, error
from reconciler.engine.observe import explain
from reconciler.model.kind import Catalog, NameList
from reconciler.model.plan import Change
from reconciler.model.rules import Listed
from reconciler.wire import Account, Rejected, WireError


def check_names(changes: Sequence[Change], account: Account, catalog: Catalog, parallelism: int) -> None:
    """Raises `Refused` for each declared name that the API does not know, with the line that set it."""
    named = [
        (change, name, field.listed)
        for change in changes
        if change.resource is not None
        for name, field in catalog[change.kind].fields.items()
        if field.listed is not None and change.after.get(name) is not None
        if change.action.creates or name in change.changed
    ]
    wanted = sorted({listed.catalogue for _, _, listed in named})
    known = _read({each: catalog.names[each] for each in wanted}, account, parallelism)
    problems: dict[tuple[Place | None, str], Diagnostic] = {}
    for change, name, listed in named:
        for problem in _unknown(change, name, listed, known.get(listed.catalogue)):
            problems.setdefault((problem.place, problem.summary), problem)  # a block with count has one line
    if problems:
        raise Refused(problems.values())


def _read(catalogues: Mapping[str, NameList], account: Account, parallelism: int) -> dict[str, frozenset[str]]:
    """The names in each catalogue; one that this token may not read is left out, and the API judges by itself."""

    def read(each: NameList) -> frozenset[str] | WireError:
        try:
            items = account.fetch(each.listing)
        except WireError as problem:
            return problem
        return frozenset(str(item[key]) for item in items for key in each.keys if item.get(key))

    if not catalogues:
        return {}
    found: dict[str, frozenset[str]] = {}
    with ThreadPoolExecutor(min(parallelism, len(catalogues))) as pool:
        for name, answer in zip(catalogues, pool.map(read, catalogues.values()), strict=True):
            if isinstance(answer, frozenset):
                found[name] = answer
            elif not (isinstance(answer, Rejected) and answer.status in (403, 404)):
                raise Refused([explain(answer, catalogues[name].listing.path)])
    return found


def _unknown(change: Change, name: str, listed: Listed, known: frozenset[str] | None) -> list[Diagnostic]:
    if known is None:
        return []
    value = change.after[name]
    found = []
    for each in value if isinstance(value, list) else [value]:
        if each in known or each in listed.besides:
            continue
        hint = did_you_mean(str(each), known) or f"the API knows: {', '.join(sorted(_readable(known))[:30])}"
        place = change.resource.place_of(name) if change.resource is not None else None
        summary = f"{name}: the API knows no {listed.catalogue} {each!r}"
        found.append(error("unknown-name", summary, address=str(change.address), place=place, hint=hint))
    return found


def _readable(names: frozenset[str]) -> list[str]:
    """Names for people: without uuids."""
    return [each for each in names if each.count("-") != 4]
