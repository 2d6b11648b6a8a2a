"""`expires` and `ttl`: until when a stack or a project is meant to stand, and the backstop of its machines.

A machine is made with the moment as its `termination_time`, so that the platform takes it away even where nobody runs
`reap` any more. That is no field of the stack's own: when the lifetime changes, machines that stand are left as they
are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from reconciler.diagnostics import Place
from reconciler.model.catalog import Catalog
from reconciler.model.lifetime import Lifetime, moment, moment_text, span
from reconciler.model.resource import Evaluated, Resource, World, deferred
from reconciler.stack.evaluate import Evaluator
from reconciler.stack.problems import Broken, Problem, Problems
from reconciler.stack.run import Run
from reconciler.stack.shapes import Compiler
from reconciler.stack.tree import Scope
from reconciler.stack.yaml_tree import Entry, Node
from reconciler.values import Address, Unknown

VISIBLE: Final = frozenset({"var", "local"})
_BACKSTOP: Final = "termination_time"
BORN: Final = "created_at"
"""The attribute that says since when an object stands."""


@dataclass(frozen=True, slots=True)
class Backstop:
    """The moment at which a project that is made now, or was made some time ago, will have stood for its `ttl`."""

    project: Address
    lifetime: Lifetime

    @property
    def references(self) -> frozenset[Address]:
        return frozenset({self.project})

    @property
    def place(self) -> Place:
        return self.lifetime.place

    def evaluate(self, world: World) -> Evaluated:
        born = world.attribute(self.project, BORN)
        if isinstance(born, Unknown):
            return Evaluated(born)
        ends = self.lifetime.ends(moment(born))
        return Evaluated(moment_text(ends) if ends is not None else None)


def read_lifetime(
    entries: Mapping[str, Entry], evaluator: Evaluator, compiler: Compiler, scope: Scope, problems: Problems
) -> Lifetime | None:
    """The lifetime that a stack says of itself; what does not fit is noted."""
    if not entries:
        return None
    if len(entries) == 2:
        place = max(each.place for each in entries.values())
        problems.add("conflicting-keys", "expires and ttl exclude each other", place)
        return None
    ((key, entry),) = entries.items()
    value = _value(entry.value, evaluator, compiler, scope, problems)
    if value is None:
        return None
    found = lifetime({key: value}, entry.value.place)
    if found is None:
        wanted = "a moment with its zone" if key == "expires" else "a while"
        hint = f"write it as `{'2019-12-31T23:59:59Z' if key == 'expires' else '8h, 2d or 1w'}`"
        problems.add("invalid-value", f"`{key}` is {wanted}, not {value!r}", entry.value.place, hint=hint)
    return found


def _value(node: Node, evaluator: Evaluator, compiler: Compiler, scope: Scope, problems: Problems) -> Any:
    shape = compiler.shape(node, VISIBLE)
    if shape is None:
        return None
    if scope.waits(shape):
        problems.add("known-too-late", "how long a stack stands cannot wait for a resource", node.place)
        return None
    try:
        return evaluator.value(shape, Run(None, scope.owner, scope))
    except Broken:
        return None
    except Problem as problem:
        problems.note(problem.diagnostic)
        return None


def lifetime(values: Mapping[str, Any], place: Place) -> Lifetime | None:
    """What `expires` or `ttl` say; None where neither does, or not rightly."""
    ends, lasts = moment(values.get("expires")), span(values.get("ttl"))
    return Lifetime(place, ends, lasts) if ends is not None or lasts is not None else None


def lifetimes(resources: Sequence[Resource], own: Lifetime | None, catalog: Catalog) -> Mapping[Address, Lifetime]:
    """How long each project that the stack makes is to stand: as it says itself, or else as the stack does."""
    found: dict[Address, Lifetime] = {}
    for each in resources:
        if each.managed and {"expires", "ttl"} <= catalog[each.kind].fields.keys():
            said = lifetime(each.values, each.place_of("expires" if "expires" in each.values else "ttl")) or own
            if said is not None:
                found[each.address] = said
    return MappingProxyType(found)


def with_backstops(
    resources: Sequence[Resource], found: Mapping[Address, Lifetime], own: Lifetime | None, catalog: Catalog
) -> list[Resource]:
    """The resources; what the platform can end by itself is made with the end of what it stands in, unless it has its
    own. In a project that only exists nothing is known of its birth: there an `expires` of the stack's counts.
    """
    by_address = {each.address: each for each in resources}
    made: list[Resource] = []
    for each in resources:
        if catalog[each.kind].ends != _BACKSTOP or _BACKSTOP in each.values or not each.managed:
            made.append(each)
            continue
        top = _top(each, by_address)
        lasts = found.get(top.address) or (own if own is not None and own.expires is not None else None)
        made.append(_backed(each, top.address, lasts) if lasts is not None else each)
    return made


def _top(resource: Resource, by_address: Mapping[Address, Resource]) -> Resource:
    while resource.parent is not None:
        resource = by_address[resource.parent]
    return resource


def _backed(resource: Resource, top: Address, lasts: Lifetime) -> Resource:
    end: Any = moment_text(lasts.expires) if lasts.expires is not None else Backstop(top, lasts)
    return replace(
        resource,
        values=MappingProxyType({**resource.values, _BACKSTOP: end}),
        references=resource.references | (end.references if deferred(end) else frozenset()),
        lifecycle=replace(resource.lifecycle, ignore_changes=resource.lifecycle.ignore_changes | {_BACKSTOP}),
        field_places=MappingProxyType({**resource.field_places, _BACKSTOP: lasts.place}),
    )
