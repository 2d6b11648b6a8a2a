"""What an expression refers to, found by walking its paths through the tree of instances, without running it.

A path with constant indices leads to exact instances. An index that is computed from `index`, `key`, variables and
locals is computed here; one that reads resources stands for the whole pool. A resource is never among its own
references: `web[index - 1]` must not make a cycle of the pool.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from reconciler.diagnostics import Diagnostic, did_you_mean, error, one
from reconciler.stack.evaluate import Evaluator
from reconciler.stack.problems import Broken, Problem
from reconciler.stack.shapes import Expression, Shape, expressions
from reconciler.stack.tokens import Dynamic, Path, Slice, Step
from reconciler.stack.tree import Block, Instance, Pool, Tree, attributes_of
from reconciler.stack.views import Run, instance_of, missing_resource, no_such_attribute, switched_off
from reconciler.values import Address

_PART = re.compile(r"""\.?(?P<word>[A-Za-z0-9_-]+)|\[(?:(?P<number>\d+)|"(?P<key>[^"\\]*)"|'(?P<quoted>[^'\\]*)')\]""")


@dataclass(frozen=True, slots=True)
class Section:
    """A section of one parent: a spot that a path can lead to, besides pools and instances."""

    owner: Instance | None
    name: str


Spot = Section | Pool | Instance
_NOTHING: Final = "nothing"


@dataclass(slots=True)
class Found:
    """What an expression refers to.

    `own` are instances of the reader's own block that one branch or another may read; which of them is for a trial run
    to say. `reads` are attributes by block: the ways that secrecy travels.
    """

    addresses: set[Address] = field(default_factory=set)
    pools: list[frozenset[Address]] = field(default_factory=list)
    reads: set[tuple[Block, str]] = field(default_factory=set)
    problems: list[Diagnostic] = field(default_factory=list)
    own_pool: bool = False
    own: set[Address] = field(default_factory=set)
    broken: bool = False

    def references(self, reader: Instance | None) -> frozenset[Address]:
        """All addresses but the reader's own. One pool alone is handed on as it is, for pools can be large."""
        own = reader.address if reader is not None else None
        if not self.addresses and len(self.pools) == 1 and own not in self.pools[0]:
            return self.pools[0]
        every = frozenset(self.addresses).union(*self.pools)
        return every - {own} if own in every else every


class Referrer:
    """Walks paths. `reader` is the resource whose expression it is, None for locals and outputs."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._tree: Tree = evaluator.scope.tree
        self._locals: dict[str, Found] = {}

    def find(self, shape: Shape, reader: Instance | None) -> Found:
        """Everything that a shape refers to, what its locals refer to included."""
        found = Found()
        for expression in expressions(shape):
            self._expression(expression, reader, found)
        return found

    def _expression(self, expression: Expression, reader: Instance | None, found: Found) -> None:
        for path in expression.paths:
            if path.root == "local":
                self._local(str(path.steps[0].segment), found)
                continue
            spot = self._root(path.root, reader)
            if spot is None:
                continue
            try:
                self._walk(spot, path, expression, reader, found)
            except Broken:
                found.broken = True
            except _Wrong as wrong:
                place = expression.place_at(wrong.step.start, wrong.width)
                found.problems.append(wrong.problem.diagnostic.at(place))

    def _local(self, name: str, found: Found) -> None:
        shape = self._evaluator.scope.late.get(name)
        if shape is None:
            found.broken = found.broken or self._evaluator.scope.locals.get(name) is None
            return
        if name not in self._locals:
            self._locals[name] = Found()  # a cycle of locals is refused before; this only keeps it finite
            self._locals[name] = self.find(shape, None)
        inner = self._locals[name]
        found.addresses |= inner.addresses
        found.pools += inner.pools
        found.reads |= inner.reads
        found.problems += inner.problems
        found.broken = found.broken or inner.broken

    def _root(self, name: str, reader: Instance | None) -> Spot | None:
        if reader is not None:
            for around in reader.enclosing():
                if around.kind.name == name:
                    return around
        return Section(None, name) if name in self._tree.sections_of(None) else None

    def _walk(self, start: Spot, path: Path, expression: Expression, reader: Instance | None, found: Found) -> None:
        spot = self._singleton(start)
        last = Step(path.root, path.start)
        for step in path.steps:
            further: Spot | str | None
            if isinstance(spot, Instance):
                further = self._inside(spot, step)
                if isinstance(further, str):
                    self._attribute(spot, further, step, expression, reader, found)
                    return
            elif isinstance(spot, Section):
                further = self._pool(spot, step, expression) if isinstance(step.segment, str) else None
            else:
                further = self._chosen(spot, step, expression, reader)
            if further is None:
                break  # computed, or some of many: it stands for all of the spot
            if isinstance(further, str):
                return
            spot = self._singleton(further)
            last = step
        self._end(spot, path, last, expression, reader, found)

    def _singleton(self, spot: Spot) -> Spot:
        if isinstance(spot, Section):
            pool = self._tree.pools_of(spot.owner).get(spot.name, {}).get("")
            if pool is not None and not pool.broken and pool.plain and pool.instances:
                return pool.instances[0]
            if pool is not None and pool.broken:
                raise Broken
        return spot

    def _inside(self, instance: Instance, step: Step) -> Section | str | None:
        if not isinstance(step.segment, str):
            return None
        if step.segment in self._tree.sections_of(instance):
            return Section(instance, step.segment)
        if step.segment not in attributes_of(instance.kind):
            if instance.block.has_unknown_keys:
                raise Broken
            raise _Wrong(no_such_attribute(self._tree, instance, step.segment), step)
        return step.segment

    def _pool(self, section: Section, step: Step, expression: Expression | None) -> Spot | str:
        """The pool or plain resource of a name, `_NOTHING` when a branch may leave it out."""
        name = str(step.segment)
        pool = self._tree.pools_of(section.owner).get(section.name, {}).get(name)
        if pool is None:
            problem = missing_resource(self._tree, section.owner, section.name, name)
            if isinstance(problem, Broken):
                raise problem
            raise _Wrong(problem, step)
        if pool.broken:
            raise Broken
        if not pool.plain:
            return pool
        if pool.instances:
            return pool.instances[0]
        if expression is not None and expression.parsed.conditional:
            return _NOTHING
        raise _Wrong(switched_off(pool), step)

    def _chosen(self, pool: Pool, step: Step, expression: Expression, reader: Instance | None) -> Instance | str | None:
        """The instance that a step into a pool leads to, None for all, `_NOTHING` when a branch may leave it out."""
        key: object = step.segment
        if isinstance(key, Dynamic):
            key = self._computed(key, expression, reader)
        if key is None or isinstance(key, Slice):
            return None
        chosen = instance_of(pool, key)
        if isinstance(chosen, Instance):
            return chosen
        if expression.parsed.conditional and chosen.diagnostic.code != "pool-reference":
            return _NOTHING
        raise _Wrong(chosen, step)

    def _computed(self, index: Dynamic, expression: Expression, reader: Instance | None) -> int | str | None:
        parsed = expression.compiler.parse(index.text)
        scope = self._evaluator.scope
        if any(path.root in scope.resource_roots for path in parsed.paths) or parsed.calls_files:
            return None
        if any(path.root == "local" and path.steps and path.steps[0].segment in scope.late for path in parsed.paths):
            return None
        names = frozenset(path.root for path in parsed.paths)
        value = self._evaluator.index(index.text, Run(None, reader), names)
        return value if isinstance(value, int | str) and not isinstance(value, bool) else None

    def _attribute(
        self, instance: Instance, name: str, step: Step, expression: Expression, reader: Instance | None, found: Found
    ) -> None:
        found.reads.add((instance.block, name))
        if instance is reader:
            if expression.parsed.conditional:
                return
            problem = error(
                "self-reference",
                f"`{instance.address}` reads its own `{name}`",
                hint="a resource cannot wait for itself; put what both need into a local",
            )
            raise _Wrong(Problem(problem), step)
        self._add(instance, expression, reader, found)

    def _end(
        self, spot: Spot, path: Path, last: Step, expression: Expression, reader: Instance | None, found: Found
    ) -> None:
        if isinstance(spot, Instance):
            if spot is reader and not expression.parsed.conditional:
                problem = error("self-reference", f"`{spot.address}` refers to itself", hint="leave it out")
                raise _Wrong(Problem(problem), last)
            self._add(spot, expression, reader, found)
            return
        pools = [spot] if isinstance(spot, Pool) else self._tree.pools_of(spot.owner).get(spot.name, {}).values()
        for pool in pools:
            if pool.broken:
                raise Broken
            for step in path.attributes:
                self._item_attribute(pool, step, found)
            if reader is not None and pool.block is reader.block:
                found.own_pool = True
                if expression.parsed.conditional:
                    found.own |= pool.addresses
                    continue
            found.pools.append(pool.addresses)

    def _item_attribute(self, pool: Pool, step: Step, found: Found) -> None:
        kind = pool.block.kind
        name = str(step.segment)
        sections = self._tree.catalog.sections(kind.name)
        if name in sections:
            return
        if name not in attributes_of(kind):
            known = attributes_of(kind)
            hint = did_you_mean(name, known) or f"it has: {', '.join(sorted(known))}"
            problem = Problem(error("unknown-attribute", f"{one(kind.name)} has no `{name}`", hint=hint), certain=True)
            raise _Wrong(problem, step, len(name) + 2)
        found.reads.add((pool.block, name))

    def _add(self, instance: Instance, expression: Expression, reader: Instance | None, found: Found) -> None:
        if reader is not None and instance.block is reader.block:
            found.own_pool = True
            if expression.parsed.conditional:
                found.own.add(instance.address)
                return
        found.addresses.add(instance.address)

    # addresses as plain text, in `after`

    def named(self, text: str, reader: Instance) -> list[frozenset[Address]]:
        """The resources that an address in `after` names. Raises Problem or Broken."""
        parts = list(_parts(text))
        spot = self._root(str(parts[0]), reader) if parts and isinstance(parts[0], str) else None
        if spot is None:
            known = sorted({*self._tree.sections_of(None), *(each.kind.name for each in reader.enclosing())})
            hint = f"an address begins with one of {', '.join(known)}"
            raise Problem(error("unknown-reference", f"`{text}` is no address of a resource", hint=hint))
        spot = self._singleton(spot)
        for part in parts[1:]:
            step = Step(part, 0)
            try:
                if isinstance(spot, Section):
                    pool = self._pool(spot, Step(str(part), 0), None)
                    assert not isinstance(pool, str)
                    spot = pool
                elif isinstance(spot, Pool):
                    chosen = instance_of(spot, part)
                    if isinstance(chosen, Problem):
                        raise chosen
                    spot = chosen
                else:
                    into = self._inside(spot, step)
                    if not isinstance(into, Section):
                        message = f"`{text}` names an attribute; `after` wants a resource"
                        raise Problem(error("unknown-reference", message))
                    spot = self._singleton(into)
            except _Wrong as wrong:
                raise wrong.problem from None
        return list(self._all_of(spot))

    def _all_of(self, spot: Spot) -> Iterable[frozenset[Address]]:
        if isinstance(spot, Instance):
            return [frozenset({spot.address})]
        if isinstance(spot, Pool):
            return [spot.addresses]
        pools = self._tree.pools_of(spot.owner).get(spot.name, {}).values()
        if any(pool.broken for pool in pools):
            raise Broken
        return [pool.addresses for pool in pools]


class _Wrong(Exception):
    """A step of a path that leads nowhere."""

    def __init__(self, problem: Problem, step: Step, width: int = 0) -> None:
        self.problem = problem
        self.step = step
        self.width = width or (len(step.segment) if isinstance(step.segment, str) and step.dotted else 1)
        super().__init__(str(problem))


def _parts(text: str) -> Iterable[str | int]:
    position = 0
    while position < len(text):
        match = _PART.match(text, position)
        if match is None or (position == 0) == match[0].startswith((".", "[")):
            raise Problem(error("unknown-reference", f"`{text[:80]}` is no address of a resource"))
        position = match.end()
        if match["number"] is not None:
            yield int(match["number"])
        else:
            yield next(match[name] for name in ("word", "key", "quoted") if match[name] is not None)
