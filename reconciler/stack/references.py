"""What an expression refers to, found by walking its paths through the tree of instances, without running it.

Paths go on through locals, through the inputs of a group to what its call names, and through a group's outputs to what
these read. A path with constant indices leads to exact instances. An index that is computed from `index`, `key`,
variables and locals is computed here; one that reads resources stands for the whole pool. A resource is never among its
own references: `web[index - 1]` must not make a cycle of the pool.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Final

from reconciler.diagnostics import Diagnostic, Place, did_you_mean, error, one
from reconciler.model.resource import Foreign
from reconciler.stack.elsewhere import foreign_at
from reconciler.stack.evaluate import Evaluator
from reconciler.stack.missing import instance_of
from reconciler.stack.problems import Broken, Problem
from reconciler.stack.run import Run
from reconciler.stack.shapes import INSTANCE_NAMES, Expression, Shape, expressions, shape_place, wording
from reconciler.stack.spots import NOTHING, Section, Spot, Spots, Wrong
from reconciler.stack.tokens import Dynamic, Path, Slice, Step
from reconciler.stack.tree import Block, Instance, Pool, Scope, Tree
from reconciler.stack.vocabulary import STACKS
from reconciler.values import Address

MAX_HANDED: Final = 64
"""Locals, inputs and outputs of groups that a value may go through while it waits for a resource."""


@dataclass(slots=True)
class Found:
    """What an expression refers to.

    `own` are instances of the reader's own block that one branch or another may read; which of them is for a trial run
    to say. `reads` are attributes by block: the ways that secrecy travels. `handed` says through how many locals,
    inputs and outputs the longest way goes. `common` says that it is handed to all fields that say the same in the same
    place, `trials` what a trial run of one of them showed, by kind and field: whether anything secret was read.
    """

    addresses: set[Address] = field(default_factory=set)
    pools: list[frozenset[Address]] = field(default_factory=list)
    reads: set[tuple[Block, str]] = field(default_factory=set)
    problems: list[Diagnostic] = field(default_factory=list)
    own_pool: bool = False
    own: set[Address] = field(default_factory=set)
    broken: bool = False
    handed: int = 0
    common: bool = False
    trials: dict[tuple[str, str], bool] = field(default_factory=dict)
    _every: frozenset[Address] | None = None

    def references(self, reader: Instance | None) -> frozenset[Address]:
        """All addresses but the reader's own. One pool alone is handed on as it is, for pools can be large."""
        own = reader.address if reader is not None else None
        if self._every is None or self.own_pool:
            one = not self.addresses and len(self.pools) == 1
            self._every = self.pools[0] if one else frozenset(self.addresses).union(*self.pools)
        return self._every - {own} if own in self._every else self._every


@dataclass(frozen=True, slots=True)
class _Walk:
    """For whom a path is walked, and in which scope: `reader` is the resource whose expression it is, or the group
    around a local, input or output; None for those of the stack itself.
    """

    reader: Instance | None
    scope: Scope


class Referrer:
    """Walks paths. `reader` is the resource whose expression it is, None for locals and outputs of the stack."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._tree: Tree = evaluator.scope.tree
        self._spots = Spots(self._tree)
        self._elsewhere: dict[tuple[int, int], Found] = {}
        self._trail: dict[tuple[int, int], tuple[int, Place, str]] = {}
        """What is being looked into: how deep in groups it stands, its place, and what it is."""
        self._constant: dict[tuple[Hashable, ...], Found] = {}
        self._foreign: dict[str, Foreign] = {}
        self._wordings: dict[int, tuple[Shape, Hashable, frozenset[str] | None]] = {}
        """By identity, with the shapes, so that no other one gets the identity of one."""

    def find(self, shape: Shape, reader: Instance | None) -> Found:
        """Everything that a shape refers to, what its locals refer to included."""
        if reader is None:
            return self._find(shape, None, self._evaluator.scope)
        key = self._spot_of(shape, reader)
        if key is None:
            return self._find(shape, reader, reader.block.scope)
        known = self._constant.get(key)
        if known is None:
            known = self._find(shape, reader, reader.block.scope)
            own = known.own_pool or any(block is reader.block for block, _ in known.reads)
            if not own and not known.problems:
                self._constant[key] = known
                known.common = all(each.roots.isdisjoint(INSTANCE_NAMES) for each in expressions(shape))
        return known

    def _spot_of(self, shape: Shape, reader: Instance) -> tuple[Hashable, ...] | None:
        """What decides where the paths of a shape lead: what it says, the resources around, and nothing of the reader
        itself. None when an index is computed. Thousands of machines that name one VLAN are so looked at once.
        """
        known = self._wordings.get(id(shape))
        if known is None:
            known = self._wordings[id(shape)] = shape, wording(shape), _constant_roots(shape)
        _, words, roots = known
        if roots is None:
            return None
        around = (each for each in reader.enclosing() if each.kind.name in roots)
        return (words, id(reader.block.scope), *map(id, around))

    def _find(self, shape: Shape, reader: Instance | None, scope: Scope) -> Found:
        found = Found()
        for expression in expressions(shape):
            self._expression(expression, _Walk(reader, scope), found)
        return found

    def _expression(self, expression: Expression, walk: _Walk, found: Found) -> None:
        for path in expression.paths:
            if path.root in ("local", "var"):
                self._name(path.root, str(path.steps[0].segment), walk.scope, found)
                continue
            if path.root == STACKS:
                self._other_stack(path, expression, found)
                continue
            spot = self._spots.root(path.root, walk.reader, walk.scope)
            if spot is None:
                continue
            try:
                self._walk(spot, path, expression, walk, found)
            except Broken:
                found.broken = True
            except Wrong as wrong:
                place = expression.place_at(wrong.step.start, wrong.width)
                found.problems.append(wrong.problem.diagnostic.at(place))

    def _other_stack(self, path: Path, expression: Expression, found: Found) -> None:
        """A path into another stack: what it leads to is kept, for the plan to look for."""
        segments = [(step.segment, step.dotted) for step in path.steps]
        foreign, position, problem = foreign_at(self._tree.catalog, segments)
        if foreign is not None and foreign.stack == self._tree.stack:
            hint = f"its own objects are read without `{STACKS}.{foreign.stack}.`"
            problem = Problem(error("stack-reference", f"`{foreign.stack}` is this stack itself", hint=hint))
        if problem is not None:
            step = path.steps[position] if path.steps else Step(path.root, path.start)
            width = len(step.segment) if isinstance(step.segment, str) else 1
            found.problems.append(problem.diagnostic.at(expression.place_at(step.start, width)))
        elif foreign is not None:
            self._foreign[str(foreign)] = foreign

    @property
    def foreign(self) -> tuple[Foreign, ...]:
        """All objects of other stacks that were referred to."""
        return tuple(self._foreign[each] for each in sorted(self._foreign))

    def _name(self, root: str, name: str, scope: Scope, found: Found) -> None:
        """What a local, or the input behind a variable, refers to."""
        if root == "var":
            awaited = scope.inputs.get(name)
            if awaited is None:
                found.broken = found.broken or scope.variables.get(name) is None
            elif scope.owner is not None:
                what = f"the input `{name}` of {scope.owner.address}"
                self._through(awaited.shape, scope.owner, scope.owner.block.scope, found, what)
        elif name in scope.late:
            self._through(scope.late[name], scope.owner, scope, found, f"`local.{name}`")
        else:
            found.broken = found.broken or scope.locals.get(name) is None

    def _through(self, shape: Shape, reader: Instance | None, scope: Scope, found: Found, what: str) -> None:
        """Add what a shape in another place refers to; `what` it is, for a person."""
        key = (id(shape), id(reader))  # the shapes of a call are those of all its instances
        if key in self._trail:
            found.problems.append(self._circle(key))
            return
        if key not in self._elsewhere and len(self._trail) < MAX_HANDED:
            self._trail[key] = (len(scope.via), shape_place(shape), what)
            try:
                self._elsewhere[key] = self._find(shape, reader, scope)
            finally:
                del self._trail[key]
        inner = self._elsewhere.get(key)
        if inner is None or inner.handed >= MAX_HANDED:
            message = f"the value is handed on more than {MAX_HANDED} times, by locals and by groups"
            hint = "read it where it is from"
            found.problems.append(error("too-deep", message, place=shape_place(shape), hint=hint))
            return
        found.handed = max(found.handed, inner.handed + 1)
        found.addresses |= inner.addresses
        found.pools += inner.pools
        found.reads |= inner.reads
        found.problems += inner.problems
        found.broken = found.broken or inner.broken

    def _circle(self, key: tuple[int, int]) -> Diagnostic:
        """What is handed round in a circle, told from the same spot wherever one enters it."""
        keys = list(self._trail)
        steps = [self._trail[each] for each in keys[keys.index(key) :]]
        first = steps.index(min(steps))
        around = " -> ".join(name for _, _, name in (*steps[first:], *steps[: first + 1]))
        hint = "a value cannot wait for itself; take the circle apart"
        message = f"groups hand a value round in a circle: {around}"
        return error("local-cycle", message, place=steps[first][1], hint=hint)

    def _walk(self, start: Spot, path: Path, expression: Expression, walk: _Walk, found: Found) -> None:
        reader = walk.reader
        spot = self._spots.singleton(start)
        last = Step(path.root, path.start)
        for step in path.steps:
            further: Spot | str | None
            if isinstance(spot, Instance):
                if self._handed_out(spot, step, found):
                    return
                further = self._spots.inside(spot, step)
                if isinstance(further, str):
                    self._attribute(spot, further, step, expression, reader, found)
                    return
            elif isinstance(spot, Section):
                further = self._named_in(spot, step, expression, walk)
            else:
                further = self._chosen(spot, step, expression, walk)
            if further is None:
                break  # computed, or some of many: it stands for all of the spot
            if isinstance(further, str):
                return
            spot = self._spots.singleton(further)
            last = step
        self._end(spot, path, last, expression, reader, found)

    def _handed_out(self, group: Instance, step: Step, found: Found) -> bool:
        """Whether the step is an output of a group; adds what that reads."""
        if group.inside is None or step.segment not in group.inside.outputs:
            return False
        output = group.inside.outputs[str(step.segment)]
        if output is None:
            raise Broken
        self._through(output.shape, group, group.inside, found, f"the output {group.address}.{step.segment}")
        return True

    def _named_in(self, section: Section, step: Step, expression: Expression, walk: _Walk) -> Spot | str | None:
        """What a step into a section leads to, None for all of it."""
        optional = expression.parsed.conditional
        if not isinstance(step.segment, Dynamic):
            return self._spots.pool(section, step, optional=optional) if isinstance(step.segment, str) else None
        name = self._computed(step.segment, expression, walk)
        if not isinstance(name, str):
            return None
        if optional and name not in self._tree.pools_of(section.owner).get(section.name, {}):
            return NOTHING
        return self._spots.pool(section, Step(name, step.start, dotted=False), optional=optional)

    def _chosen(self, pool: Pool, step: Step, expression: Expression, walk: _Walk) -> Instance | str | None:
        """The instance that a step into a pool leads to, None for all, `NOTHING` when a branch may leave it out."""
        key: object = step.segment
        if isinstance(key, Dynamic):
            key = self._computed(key, expression, walk)
        if key is None or isinstance(key, Slice):
            return None
        chosen = instance_of(pool, key)
        if expression.parsed.conditional and _before_the_first(pool, key, step, walk):
            return NOTHING
        if isinstance(chosen, Instance):
            return chosen
        if expression.parsed.conditional and chosen.diagnostic.code != "pool-reference":
            return NOTHING
        raise Wrong(chosen, step)

    def _computed(self, index: Dynamic, expression: Expression, walk: _Walk) -> int | str | None:
        parsed = expression.compiler.parse(index.text)
        scope = walk.scope
        if any(path.root in scope.resource_roots for path in parsed.paths) or parsed.calls_files or parsed.looks_up:
            return None
        waiting: dict[str, Mapping[str, object]] = {"local": scope.late, "var": scope.inputs}
        if any(path.steps and path.steps[0].segment in waiting.get(path.root, ()) for path in parsed.paths):
            return None
        names = frozenset(path.root for path in parsed.paths)
        value = self._evaluator.index(index.text, Run(None, walk.reader, scope), names)
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
            raise Wrong(Problem(problem), step)
        self._add(instance, expression, reader, found)

    def _end(
        self, spot: Spot, path: Path, last: Step, expression: Expression, reader: Instance | None, found: Found
    ) -> None:
        if isinstance(spot, Instance) and spot.block.group:
            if spot.broken_inside():
                raise Broken
            found.addresses |= {each.address for each in spot.resources()}
            return
        if isinstance(spot, Instance):
            if spot is reader and not expression.parsed.conditional:
                problem = error("self-reference", f"`{spot.address}` refers to itself", hint="leave it out")
                raise Wrong(Problem(problem), last)
            self._add(spot, expression, reader, found)
            return
        pools = [spot] if isinstance(spot, Pool) else self._tree.pools_of(spot.owner).get(spot.name, {}).values()
        for pool in pools:
            if pool.broken:
                raise Broken
            if pool.block.group:
                self._of_groups(pool, path, found)
                continue
            for step in path.attributes:
                self._item_attribute(pool, step, found)
            if reader is not None and pool.block is reader.block:
                found.own_pool = True
                if expression.parsed.conditional:
                    found.own |= pool.addresses
                    continue
            found.pools.append(pool.addresses)

    def _of_groups(self, pool: Pool, path: Path, found: Found) -> None:
        """A whole pool of groups: what the outputs read that filters look up, else all that is in them."""
        for group in pool.instances:
            if not path.attributes:
                if group.broken_inside():
                    raise Broken
                found.addresses |= {each.address for each in group.resources()}
            for step in path.attributes:
                if not self._handed_out(group, step, found) and self._spots.inside(group, step) is not None:
                    found.addresses |= {each.address for each in group.resources()}

    def _item_attribute(self, pool: Pool, step: Step, found: Found) -> None:
        kind = pool.block.kind
        name = str(step.segment)
        sections = self._tree.catalog.sections(kind.name)
        if name in sections:
            return
        known = kind.attributes
        if name not in known:
            hint = did_you_mean(name, known) or f"it has: {', '.join(sorted(known))}"
            problem = Problem(error("unknown-attribute", f"{one(kind.name)} has no `{name}`", hint=hint), certain=True)
            raise Wrong(problem, step, len(name) + 2)
        found.reads.add((pool.block, name))

    def _add(self, instance: Instance, expression: Expression, reader: Instance | None, found: Found) -> None:
        if reader is not None and instance.block is reader.block:
            found.own_pool = True
            if expression.parsed.conditional:
                found.own.add(instance.address)
                return
        found.addresses.add(instance.address)


def _before_the_first(pool: Pool, key: object, step: Step, walk: _Walk) -> bool:
    """Whether this is `groups.a[index - 1]` in the first of them, which a condition is there to leave out."""
    own = walk.reader is not None and walk.reader.block is pool.block and pool.block.group
    return own and isinstance(step.segment, Dynamic) and isinstance(key, int) and key < 0


def _constant_roots(shape: Shape) -> frozenset[str] | None:
    """Where the paths of a shape begin; None when an index in one of them is computed."""
    paths = [path for each in expressions(shape) for path in each.paths]
    if any(not isinstance(step.segment, str | int) for path in paths for step in path.steps):
        return None
    return frozenset(path.root for path in paths)
