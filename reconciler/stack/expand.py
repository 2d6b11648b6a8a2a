"""From blocks to instances: count, for_each and when, top down. None of them may wait for a resource."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Protocol

from reconciler.diagnostics import Diagnostic, Place
from reconciler.stack.evaluate import Evaluator
from reconciler.stack.problems import Broken, Problem, Problems
from reconciler.stack.run import Run
from reconciler.stack.shapes import Constant, Shape, expressions
from reconciler.stack.tree import Block, Instance, Pool, Scope, Tree
from reconciler.stack.yaml_tree import Scalar
from reconciler.values import Address

MAX_COUNT: Final = 10_000
MAX_RESOURCES: Final = 50_000
_KEY = re.compile(r"""[^\s"\\\x00-\x1f\x7f]{1,80}""")


class TooMany(Problem):
    """The stack has more resources than any account."""


class Opener(Protocol):
    """Reads the file of a group for one instance of it."""

    def open(self, group: Instance) -> Mapping[str, Mapping[str, Block]]:
        """The blocks of its sections, after setting what is `inside`. Raises Broken when the file makes no sense."""

    def look(self, block: Block, instances: int) -> None:
        """Note what is wrong with the file of a group before so many are opened. Raises Broken."""


class Expander:
    """Fills the tree. A block whose number of instances cannot be told is broken: nothing is said of what reads it."""

    def __init__(self, evaluator: Evaluator, problems: Problems, opener: Opener) -> None:
        self._evaluator = evaluator
        self._problems = problems
        self._opener = opener
        self._tree: Tree = evaluator.scope.tree
        self._total = 0

    def expand(self, sections: Mapping[str, Mapping[str, Block]]) -> bool:
        """Make all instances of the top sections and of what stands in them; False when they are too many."""
        try:
            self._sections(sections, None, self._tree.pools)
        except TooMany as problem:
            self._problems.note(problem.diagnostic)
            return False
        return True

    def _sections(
        self,
        sections: Mapping[str, Mapping[str, Block]],
        parent: Instance | None,
        into: dict[str, dict[str, Pool]],
    ) -> None:
        for section, blocks in sections.items():
            pools = into.setdefault(section, {})
            for name, block in blocks.items():
                pool = pools[name] = Pool(block, broken=block.broken)
                if not block.broken:
                    self._fill(pool, parent)

    def _fill(self, pool: Pool, parent: Instance | None) -> None:
        block = pool.block
        try:
            for index, names in self._instances(block, parent):
                instance = self._instance(block, parent, index, names)
                if "existing" in block.meta:
                    instance.existing = self._existing(block, instance)
                pool.slots.append(instance if self._wanted(block, instance) else None)
                if isinstance(index, str):
                    pool.keys.append(index)
        except (Problem, Broken) as problem:
            if isinstance(problem, Problem):
                self._problems.note(problem.diagnostic, address=block.path)
            pool.give_up()
            return
        pool.close()
        self._foresee(pool)
        if block.group:
            try:
                self._opener.look(block, len(pool.instances))
            except Broken:
                pool.give_up()
                return
        for instance in pool.instances:
            self._total += 1
            if self._total > MAX_RESOURCES:
                raise self._too_many(block)
            if block.group:
                self._open(pool, instance)
            else:
                self._tree.instances[instance.address] = instance
                self._sections(block.children, instance, instance.pools)

    def instances(self, block: Block) -> list[Instance]:
        """The instances of a block at the top that is no resource, without those that `when` switched off. Raises
        Problem or Broken.
        """
        made = [self._instance(block, None, index, names) for index, names in self._instances(block, None)]
        return [each for each in made if self._wanted(block, each)]

    def _open(self, pool: Pool, group: Instance) -> None:
        try:
            sections = self._opener.open(group)
        except Broken:
            pool.broken = True
            return
        assert group.inside is not None
        with self._problems.inside(group.inside.via):
            self._sections(sections, group, group.pools)

    def _foresee(self, pool: Pool) -> None:
        """Refuse too many before they are made, where plain counts tell."""
        inside = 0
        for block in (each for section in pool.block.children.values() for each in section.values()):
            shape = block.meta.get("count")
            count = shape.value if isinstance(shape, Constant) and "when" not in block.meta else 0
            inside += count if isinstance(count, int) and 0 <= count <= MAX_COUNT else 0
            if inside * len(pool.instances) > MAX_RESOURCES:
                raise self._too_many(block)

    def _too_many(self, block: Block) -> TooMany:
        message = f"the stack has more than {MAX_RESOURCES:,} resources"
        return TooMany(self._wrong("too-large", message, block.place, "split it into several stacks"))

    def _instance(
        self, block: Block, parent: Instance | None, index: int | str | None, own: Mapping[str, Any]
    ) -> Instance:
        around = parent.names if parent is not None and not parent.block.group else {}
        address = Address(parent.address if parent is not None else None, block.section, block.name, index)
        return Instance(block, address, parent, {**around, **own} if own else around)

    def _instances(self, block: Block, parent: Instance | None) -> list[tuple[int | str | None, Mapping[str, Any]]]:
        if "count" in block.meta:
            count = self.immediate(block, "count", parent)
            place = self.place(block, "count")
            if isinstance(count, bool) or not isinstance(count, int):
                raise Problem(self._wrong("wrong-type", "`count` is a whole number", place))
            if not 0 <= count <= MAX_COUNT:
                raise Problem(self._wrong("invalid-value", f"`count` is from 0 to {MAX_COUNT:,}, not {count}", place))
            return [(index, {"index": index}) for index in range(count)]
        if "for_each" in block.meta:
            return self._each(block, parent)
        return [(None, {})]

    def _each(self, block: Block, parent: Instance | None) -> list[tuple[int | str | None, Mapping[str, Any]]]:
        each = self.immediate(block, "for_each", parent, secrets=False)
        place = self.place(block, "for_each")
        if isinstance(each, dict):
            pairs = list(each.items())
        elif isinstance(each, list):
            pairs = [(item, item) for item in each]
        else:
            raise Problem(self._wrong("wrong-type", "`for_each` is a list of texts or a mapping", place))
        if len(pairs) > MAX_COUNT:
            raise Problem(self._wrong("invalid-value", f"`for_each` has at most {MAX_COUNT:,} items", place))
        seen: set[str] = set()
        for key, _ in pairs:
            if not isinstance(key, str):
                message = "`for_each` wants texts: the items become a part of addresses"
                hint = "use `| map('string') | list` for numbers"
                if isinstance(key, dict):
                    name = next((name for name, value in key.items() if isinstance(value, str)), "name")
                    hint = f"name the field that tells them apart: `| keyed('{name}')`"
                elif isinstance(key, list):
                    hint = "give the parts names, and say which make the key: `product(a=..., b=...) | keyed('a', 'b')`"
                raise Problem(self._wrong("wrong-type", message, place, hint))
            if not _KEY.fullmatch(key):
                message = f"{key[:90]!r} cannot be a key: 1 to 80 characters, no blanks, quotes or backslashes"
                raise Problem(self._wrong("bad-name", message, place))
            if key in seen:
                hint = "use `| unique | list` if that is meant"
                raise Problem(self._wrong("duplicate-key", f"`for_each` has {key!r} twice", place, hint))
            seen.add(key)
        return [(key, {"key": key, "value": value}) for key, value in pairs]

    def _wanted(self, block: Block, instance: Instance) -> bool:
        if "when" not in block.meta:
            return True
        wanted = self.immediate(block, "when", instance)
        if not isinstance(wanted, bool):
            hint = "write true, false, or a comparison such as ${{ var.size > 0 }}"
            raise Problem(self._wrong("wrong-type", "`when` is true or false", self.place(block, "when"), hint))
        return wanted

    def _existing(self, block: Block, instance: Instance) -> str | None:
        """What to look up instead of making it; null is nothing, as everywhere."""
        value = self.immediate(block, "existing", instance)
        if value is None or (isinstance(value, str) and value.strip()):
            return value
        if isinstance(value, int) and not isinstance(value, bool) and "number" in block.kind.existing_by:
            return str(value)
        node = block.meta_nodes["existing"]
        hint = f'put it in quotes: "{node.text}"' if isinstance(node, Scalar) and node.bare and node.text else ""
        ways = " or the ".join(block.kind.existing_by)
        raise Problem(self._wrong("wrong-type", f"`existing` is the {ways} of what exists", node.place, hint))

    def immediate(self, block: Block, key: str, instance: Instance | None, *, secrets: bool = True) -> Any:
        """The value of a key that cannot wait. Raises Problem or Broken."""
        return self.settled(block.meta[key], f"`{key}`", instance, block.scope, secrets=secrets)

    def settled(self, shape: Shape, what: str, instance: Instance | None, scope: Scope, *, secrets: bool = True) -> Any:
        """A value that has to be known while the stack is loaded. Raises Problem or Broken."""
        for expression in expressions(shape):
            if scope.touches(expression):
                hint = scope.why_late(expression) or "use var, local, index, key and value here"
                does = "ask the API" if expression.parsed.looks_up else "read a resource"
                message = f"{what} has to be known before the plan, so it cannot {does}"
                raise Problem(self._wrong("known-too-late", message, expression.place, hint))
        run = Run(None, instance, scope)
        value = self._evaluator.value(shape, run)
        if run.secret and not secrets:
            message = f"{what} would show a secret in addresses"
            raise Problem(self._wrong("secret-output", message, shape.node.place))
        return value

    def place(self, block: Block, key: str) -> Place:
        return block.meta_nodes[key].place

    def _wrong(self, code: str, summary: str, place: Place, hint: str = "") -> Diagnostic:
        return self._problems.make(code, summary, place, hint)
