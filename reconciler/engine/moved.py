"""Objects that the stack has moved: what must not happen to them, and what a person should know of them.

An object is taken under its new address as soon as it is read (`observe.at_home`); a step of its own rewrites its mark.
Where the API cannot rewrite it, the object goes on being known by the entry in `moved`.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from reconciler.diagnostics import Diagnostic, Refused, Severity, error
from reconciler.model.catalog import Catalog
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.plan import Action, Change
from reconciler.model.resource import Resource, Stack


def check_clashes(stack: Stack, snapshot: Snapshot, catalog: Catalog) -> None:
    """Raises `Refused` where several objects, made under different addresses, come to one address: which of them is to
    stay only a person can tell, and the others would be destroyed.
    """
    if not stack.moved:
        return
    problems = []
    for each in stack.resources:
        found = snapshot.marked(each.kind, stack.name, str(each.address))
        origins = {live.moved_from or str(each.address) for live in found}
        first_the_new = bool(catalog[each.kind].mark_stays) and each.lifecycle.create_before_destroy
        if len(origins) > 1 and not first_the_new:
            problems.append(_clash(each, found, stack))
    if problems:
        raise Refused(problems)


def _clash(resource: Resource, found: Iterable[LiveObject], stack: Stack) -> Diagnostic:
    address = str(resource.address)
    in_order = sorted(found, key=lambda each: each.moved_from)
    by_origin = {
        origin: ", ".join(each.id for each in objects)
        for origin, objects in groupby(in_order, key=lambda each: each.moved_from or address)
    }
    told = "; ".join(f"{resource.kind} {ids} by {origin}" for origin, ids in sorted(by_origin.items()))
    former = min(origin for origin in by_origin if origin != address)
    move = next((each for each in stack.moved.entries if str(each.old) == former), None)
    return error(
        "moved-clash",
        f"several objects come to {address} by `moved`: {told}",
        address=address,
        place=move.place if move is not None else resource.place,
        hint="take the entry out of `moved`, and the plan shows the one at the old address as to be destroyed; "
        "or delete the one that is too many yourself",
    )


def marks_that_stay(changes: Iterable[Change], catalog: Catalog) -> list[Diagnostic]:
    """A note on each object that only the entry in `moved` leads to."""
    found = []
    for each in changes:
        reason = catalog[each.kind].mark_stays
        if each.live is None or not each.live.moved_from or not reason or each.action is not Action.NOOP:
            continue
        summary = f"{each.address} goes on being marked as {each.live.moved_from}, since {reason}"
        hint = "keep the entry in `moved`: without it this one would be destroyed, and another one made"
        address = str(each.address)
        found.append(Diagnostic(Severity.NOTE, "mark-stays", summary, address=address, place=each.place, hint=hint))
    return found
