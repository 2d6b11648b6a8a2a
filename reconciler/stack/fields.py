"""A resource's own fields: their values, what has to wait, what is secret, and what its kind says of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Final

from reconciler.diagnostics import Place
from reconciler.model.kind import FieldError
from reconciler.model.lookups import SIGNATURES, Answer
from reconciler.model.resource import Foreign
from reconciler.model.rules import FromKey
from reconciler.secret import Secret
from reconciler.stack.ambiguity import note_ambiguous
from reconciler.stack.evaluate import Evaluator, Late
from reconciler.stack.plans import BlockPlan, FieldPlan, planned
from reconciler.stack.problems import Broken, Problem, Problems
from reconciler.stack.references import Found, Referrer
from reconciler.stack.run import Run, Waiting
from reconciler.stack.shapes import ListShape, MapShape, Shape, Text, Whole, expressions, keyed
from reconciler.stack.tokens import OPEN
from reconciler.stack.tree import Block, Instance
from reconciler.stack.yaml_tree import Items, Node, Scalar, Table
from reconciler.values import Address, Unknown

SHORTEST_SECRET: Final = 4
"""Characters. To blank out shorter texts everywhere would blank out half of every output."""


@dataclass(slots=True)
class Fields:
    """One instance's fields. `broken` are those whose value could not be made because of a noted mistake."""

    values: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    references: list[frozenset[Address]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    settled: Mapping[str, Any] | None = None
    """The values that need no other resource, once they were asked for."""


class FieldReader:
    """Evaluates the fields of instance after instance."""

    def __init__(self, evaluator: Evaluator, referrer: Referrer, problems: Problems) -> None:
        self._evaluator = evaluator
        self._referrer = referrer
        self._problems = problems
        self._plans: dict[int, BlockPlan] = {}
        self.secrets: set[Secret] = set()
        self.reads: dict[tuple[Block, str], set[tuple[Block, str]]] = {}
        """Which fields read which attributes of which blocks, by block: the ways that secrecy travels."""

    def read(self, instance: Instance) -> Fields:
        """The values of one instance, checked by its kind as far as they are known."""
        block = instance.block
        if instance.existing is not None:
            return Fields(places=block.field_places, broken=set(block.unread))
        plan = self._plan(block)
        fields = Fields(places=plan.places, broken=set(block.unread))
        values = dict(plan.constants)
        for each in plan.fields:
            try:
                value = self._value(instance, each, fields)
            except Broken:
                fields.broken.add(each.name)
            except Problem as problem:
                shown = not block.kind.fields[each.name].secret
                self._problems.note(problem.diagnostic, address=str(instance.address), shown=shown)
                fields.broken.add(each.name)
            else:
                if value is not None or each.name != block.kind.key_field:
                    values[each.name] = value
        fields.values = values
        self._default_key(instance, values, fields.broken)
        self._check(instance, plan, fields)
        return fields

    def alike(self, block: Block, names: Collection[str]) -> bool:
        """Whether what is `settled` of these fields is the same in all instances of a block that were read."""
        plan = self._plans.get(id(block))
        return plan is None or plan.varying.isdisjoint(names)

    # values

    def _plan(self, block: Block) -> BlockPlan:
        plan = self._plans.get(id(block))
        if plan is None:
            plan = self._plans[id(block)] = planned(block)
            for name in plan.constants:
                if block.kind.fields[name].secret:
                    self.secrets.update(secrets_in(plan.constants[name]))
            for each in plan.fields:
                for place, reason in self._evaluator.refused_files(each.shape):
                    hint = "file() and template() read text files below the stack's folder"
                    self._problems.add("file-refused", reason, place, address=block.path, hint=hint)
                    each.broken = True
        return plan

    def _by_keys(self, instance: Instance, plan: FieldPlan) -> FieldPlan:
        """The plan with the keys that its expressions come to as references, for this instance."""
        scope = instance.block.scope

        def named(each: Shape) -> Shape:
            if isinstance(each, ListShape):
                items = tuple(map(named, each.items))
                same = all(new is old for new, old in zip(items, each.items, strict=True))
                return each if same else ListShape(each.node, items)
            if not isinstance(each, Whole | Text) or scope.waits(each):
                return each
            run = Run(None, instance, scope)
            value = self._evaluator.value(each, run)
            return each if run.secret else keyed(each, value, plan.keyed_by)

        found = named(plan.shape)
        return plan if found is plan.shape or not scope.waits(found) else plan.referring(found)

    def _value(self, instance: Instance, plan: FieldPlan, fields: Fields) -> Any:
        if plan.broken:
            raise Broken
        if plan.done:
            return plan.value
        if plan.keyed_by:
            plan = self._by_keys(instance, plan)
        if plan.late:
            return self._late(instance, plan, fields)
        name, shape = plan.name, plan.shape
        run = Run(None, instance, instance.block.scope)
        try:
            value = self._evaluator.value(shape, run)
        except (Problem, Broken):
            plan.broken = plan.shared
            raise
        if run.secret:
            instance.secret_fields.add(name)
            self._keep_secrets(shape, instance)
            if plan.shared:
                instance.block.secret_fields.add(name)
        elif instance.kind.fields[name].secret:
            self.secrets.update(secrets_in(value))
        if plan.shared:
            plan.value, plan.done = value, True
        return value

    def _keep_secrets(self, shape: Shape, instance: Instance) -> None:
        """The texts that the secret parts of a value came to; the other parts are no secrets."""
        if isinstance(shape, ListShape):
            for item in shape.items:
                self._keep_secrets(item, instance)
        elif isinstance(shape, MapShape):
            for item in shape.entries.values():
                self._keep_secrets(item, instance)
        elif isinstance(shape, Whole | Text):
            run = Run(None, instance, instance.block.scope)
            value = self._evaluator.value(shape, run)
            if run.secret:
                self.secrets.update(secrets_in(value))

    def _late(self, instance: Instance, plan: FieldPlan, fields: Fields) -> Late:
        name, shape = plan.name, plan.shape
        found = self._referrer.find(shape, instance)
        for problem in found.problems:
            self._problems.note(problem, address=str(instance.address))
        if found.broken or found.problems:
            raise Broken
        rule = instance.kind.fields[name]
        if found.reads:
            self.reads.setdefault((instance.block, name), set()).update(found.reads)
        secret = self._trial(instance, plan, found)
        if secret:
            instance.secret_fields.add(name)
        references = found.references(instance)
        fields.references.append(references)
        return Late(shape, plan.place, references, self._evaluator, instance, rule.refers, secret or rule.secret)

    def _trial(self, instance: Instance, plan: FieldPlan, found: Found) -> bool:
        """Run it once with made-up values, for what the paths do not show: which branch is taken, what templates read.

        Once is enough where all instances of a block do the same, and once for all fields that say the same. Returns
        whether anything secret was read.
        """
        name, shape = plan.name, plan.shape
        if plan.branches is None:
            plan.branches = any(each.parsed.conditional for each in expressions(shape))
        branches = plan.branches
        once = not (branches or plan.refers_to_files or found.own_pool)
        if once and plan.tried:
            return name in instance.block.secret_fields
        plan.tried = True
        field_of_kind = (instance.kind.name, name)
        if once and found.common and field_of_kind in found.trials:
            return self._mark(instance.block, name, found.trials[field_of_kind])
        run = Run(None, instance, instance.block.scope)
        run.world = MadeUp(run)
        complete = False
        try:
            self._evaluator.value(shape, run, self._evaluator.converter(run, instance.kind.fields[name].refers))
            complete = True
        except (Broken, Waiting):
            pass
        except Problem as problem:
            # once a made-up value went in, only what no value could make right is certain
            if problem.certain or not run.guessed:
                raise
        if branches and found.own_pool:
            found.addresses |= run.reads
            if not complete:
                # it ended too early to tell; those before it in the pool cannot make a cycle
                own = instance.address.sort_key
                found.addresses |= {each for each in found.own if each.sort_key < own}
        if complete:
            found.trials[field_of_kind] = run.secret
        return self._mark(instance.block, name, run.secret)

    @staticmethod
    def _mark(block: Block, name: str, secret: bool) -> bool:
        if secret:
            block.secret_fields.add(name)
        return secret

    # the key

    def _default_key(self, instance: Instance, values: dict[str, Any], broken: Set[str]) -> None:
        block = instance.block
        name = block.kind.key_field
        if name is None or name in values or name in broken:
            return
        value = block.name
        own = instance.address.index
        if own is not None and not isinstance(block.kind.fields[name].rule, FromKey):
            value = f"{value}-{own}"
        values[name] = value

    # checking

    def _check(self, instance: Instance, plan: BlockPlan, fields: Fields) -> None:
        block = instance.block
        waiting = {name: value for name, value in fields.values.items() if isinstance(value, Late)}
        alike = not plan.varying and not fields.broken and waiting.keys() == plan.waiting
        if alike and plan.checked is not None:
            fields.values = {**plan.checked, **waiting} if waiting else plan.checked
            fields.settled = plan.settled
            return
        known = fields.values
        if waiting:
            known = {name: value for name, value in fields.values.items() if name not in waiting}
        checked = block.kind.check(known, frozenset(waiting) | fields.broken)
        if isinstance(checked, list):
            if block.has_unknown_keys:  # what is missing may be what was misspelt
                checked = [each for each in checked if not each.code.startswith("missing-")]
            self.refuse(instance, fields, checked)
            return
        fields.values = {**checked, **waiting} if waiting else checked
        if alike:
            plan.checked, plan.settled = checked, settled(fields)

    def check_beside(self, instance: Instance, all_fields: Mapping[Address, Fields]) -> None:
        """What shows only beside the fields of the parent and of the siblings."""
        beside = instance.block.kind.beside
        parent = instance.owner if beside else None
        if parent is None:
            return
        around: dict[str, list[Mapping[str, Any]]] = {}
        if parent.kind.name in beside:
            around[parent.kind.name] = [settled(all_fields[parent.address])]
        for section in parent.pools.values():
            for pool in section.values():
                if not pool.block.group and pool.block.kind.name not in beside:
                    continue
                for sibling in pool.resources():
                    if sibling is not instance and sibling.kind.name in beside:
                        around.setdefault(sibling.kind.name, []).append(settled(all_fields[sibling.address]))
        own = all_fields[instance.address]
        found = instance.kind.check_beside(settled(own), around)
        if found:
            self.refuse(instance, own, found)

    def refuse(self, instance: Instance, fields: Fields, errors: Sequence[FieldError]) -> None:
        """Note what is wrong with, or to be said of, an instance's fields, each at its place."""
        spots: dict[tuple[str, Place], list[tuple[FieldError, Node | None, tuple[str | int, ...]]]] = {}
        for each in _deepest(instance.block, errors):
            place, node, path = self._spot(instance.block, fields, each)
            code = each.code
            spots.setdefault((code, place), []).append((each, node, path))
        for (code, place), found in spots.items():
            first, node, path = found[0]
            messages = " or ".join(dict.fromkeys(each.message for each, _, _ in found))
            where = ".".join(str(part) for part in path)
            top = str(first.path[0]) if first.path else ""
            rule = instance.block.kind.fields.get(top)
            secret = top in instance.secret_fields or (rule is not None and rule.secret)
            self._problems.add(
                code,
                f"{where}: {messages}" if where else messages,
                place,
                address=str(instance.address),
                hint=first.hint or ("" if secret else _quoting(messages, node)),
                shown=not secret,
                warns=all(each.warns for each, _, _ in found),
            )

    def _spot(
        self, block: Block, fields: Fields, found: FieldError
    ) -> tuple[Place, Node | None, tuple[str | int, ...]]:
        """The place of the value that an error means, its node, and how much of the error's path it has."""
        if not found.path:
            return block.place, None, ()
        name = str(found.path[0])
        shape = block.fields.get(name)
        if shape is None:
            return fields.places.get(name, block.place), None, (name,)
        node, path = _descend(shape.node, found.path)
        return node.place, node, path

    def note_ambiguous(self, block: Block) -> None:
        """What the kinds had nothing to say of, and other YAML readers take for something else."""
        for name, shape in block.fields.items():
            note_ambiguous(self._problems, shape.node, what=f"`{name}`", address=block.path, only_unmentioned=True)


class MadeUp:
    """A world in which every attribute and every answer is known and means nothing, for trial runs."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def attribute(self, address: Address, name: str) -> Any:
        self._run.guessed = True
        return "0"

    def look_up(self, name: str, arguments: Mapping[str, Any]) -> Answer:
        self._run.guessed = True
        return Answer(SIGNATURES[name].sample)

    def foreign(self, foreign: Foreign, name: str) -> Any:
        self._run.guessed = True
        return "0"


def secrets_in(value: Any) -> Iterator[Secret]:
    """The texts in a secret value that are long enough to be looked for in an output."""
    if isinstance(value, str):
        if len(value) >= SHORTEST_SECRET:
            yield Secret(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from secrets_in(str(value))
    elif isinstance(value, list):
        for each in value:
            yield from secrets_in(each)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from secrets_in(each)


def settled(fields: Fields) -> Mapping[str, Any]:
    """The values that need no other resource; of a list that does, as many unknown items as it has."""
    if fields.settled is not None:
        return fields.settled
    lists = {
        name: [Unknown()] * len(value.shape.items)
        for name, value in fields.values.items()
        if isinstance(value, Late) and isinstance(value.shape, ListShape)
    }
    fields.settled = {name: value for name, value in fields.values.items() if not isinstance(value, Late)} | lists
    return fields.settled


def _deepest(block: Block, errors: Sequence[FieldError]) -> list[FieldError]:
    """Of the errors that the branches of a union make, those of the branch that the value comes nearest to."""
    depths: dict[str, int] = {}
    reached: list[tuple[FieldError, int]] = []
    for each in errors:
        shape = block.fields.get(str(each.path[0])) if each.path else None
        depth = len(_descend(shape.node, each.path)[1]) if shape is not None else 1
        reached.append((each, depth))
        if each.path:
            depths[str(each.path[0])] = max(depths.get(str(each.path[0]), 0), depth)
    return [
        each
        for each, depth in reached
        if not each.path or depth == depths[str(each.path[0])] or each.code != "wrong-type"
    ]


def _descend(node: Node, path: tuple[str | int, ...]) -> tuple[Node, tuple[str | int, ...]]:
    """The node that a path leads to, and the parts of the path that do; names of union branches are skipped."""
    used: list[str | int] = [path[0]]
    for part in path[1:]:
        if isinstance(node, Table) and isinstance(part, str) and part in node.entries:
            node = node.entries[part].value
            used.append(part)
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            used.append(part)
    return node, tuple(used)


def _quoting(message: str, node: Node | None) -> str:
    if not isinstance(node, Scalar):
        return ""
    if "string" in message and isinstance(node.value, str) and OPEN in node.value:
        return "an expression keeps its type; add `| string` for text"
    if not node.bare:
        return ""
    if "string" in message and not isinstance(node.value, str) and node.value is not None:
        return f'put it in quotes: "{node.text}"'
    if "boolean" in message and isinstance(node.value, str):
        return "a boolean is true or false"
    return ""
