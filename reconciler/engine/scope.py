"""Narrowing to targets: `--target` cuts the stack once, before the diff, and closes the cut over dependencies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from reconciler.diagnostics import Diagnostic, Refused, did_you_mean, error
from reconciler.graph import reachable
from reconciler.model.catalog import Catalog
from reconciler.model.plan import Options
from reconciler.model.resource import Resource, Stack
from reconciler.values import Address, parse_address


@dataclass(frozen=True, slots=True)
class Scope:
    """Which addresses a run may touch. No targets = all.

    `former` are resources in something existing that a destroy took out of the stack: what carries no mark is known as
    ours by them.
    """

    targets: tuple[Address, ...] = ()
    former: tuple[Resource, ...] = field(default=(), compare=False)
    _set: frozenset[Address] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_set", frozenset(self.targets))

    def holds(self, address: Address) -> bool:
        """Whether the address is a target, an instance of one, or stands below one."""
        if not self.targets:
            return True
        return any(here in self._set or here.at_index(None) in self._set for here in address.outwards())


def narrow(stack: Stack, options: Options, catalog: Catalog) -> tuple[Stack, Scope]:
    """The stack that a run is about, and the addresses it may touch. Raises `Refused` for a target that is none.

    Creating needs what the targets depend on, and what the API takes into account by itself (`Kind.follows`: a
    project's keys); destroying takes along what depends on the targets.
    """
    targets = _addresses(options.targets, "--target", stack)
    _addresses(options.replace, "--replace", stack)
    if not targets:
        return (stack.without_resources(), Scope(former=_in_existing(stack))) if options.destroy else (stack, Scope())
    chosen = [each.address for each in stack.resources if any(each.address.within(target) for target in targets)]
    if options.destroy:
        dependents = reachable(chosen, ((earlier, later.address) for later, earlier in _needs(stack.resources)))
        every = (*targets, *sorted(dependents, key=lambda each: each.sort_key))
        return stack.without_resources(), Scope(every, _in_existing(stack))
    needs = [*_needs(stack.resources), *_followed(stack.resources, catalog)]
    wanted = reachable(chosen, ((later.address, earlier) for later, earlier in needs))
    kept = tuple(each for each in stack.resources if each.address in wanted or not each.managed)
    return replace(stack, resources=kept, outputs=()), Scope(tuple(targets))


def _in_existing(stack: Stack) -> tuple[Resource, ...]:
    existing = {each.address for each in stack.resources if not each.managed}
    return tuple(each for each in stack.resources if each.managed and each.parent in existing)


def _needs(resources: Iterable[Resource]) -> Iterable[tuple[Resource, Address]]:
    for each in resources:
        for earlier in each.references | ({each.parent} if each.parent else set()):
            yield each, earlier


def _followed(resources: Sequence[Resource], catalog: Catalog) -> Iterable[tuple[Resource, Address]]:
    """What each resource follows, in its project and at the top of the stack."""
    groups: dict[tuple[str, str], list[Address]] = {}
    for each in resources:
        group = str(each.address.root) if each.parent is not None else ""
        groups.setdefault((group, each.kind), []).append(each.address)
    for each in resources:
        for name in catalog[each.kind].follows:
            for group in (str(each.address.root), ""):
                yield from ((each, earlier) for earlier in groups.get((group, name), ()))


def _addresses(texts: Iterable[str], flag: str, stack: Stack) -> list[Address]:
    known = {str(each.address) for each in stack.resources}
    found: list[Address] = []
    problems: list[Diagnostic] = []
    for text in texts:
        try:
            found.append(parse_address(text))
        except ValueError:
            hint = did_you_mean(text, known) or "an address looks like `projects.edge.devices.web[0]`"
            problems.append(error("bad-address", f"{flag} {text}: not a resource address", hint=hint))
            continue
        declared = any(each.address.within(found[-1]) for each in stack.resources)
        unknown = text not in known if flag == "--replace" else not declared and bool(did_you_mean(text, known))
        if unknown:
            problems.append(error("bad-address", f"{flag} {text}: no such resource", hint=did_you_mean(text, known)))
    if problems:
        raise Refused(problems)
    return found
