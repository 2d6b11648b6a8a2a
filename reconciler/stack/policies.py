"""Policy files: rules over a plan, in the same expressions as a stack.

    policies:
      volumes-are-deleted-by-hand:
        deny: ${{ change.kind == 'volume' and change.deletes }}
        message: delete it in the portal, after a look at who uses it
      costly:
        warn: ${{ plan.cost.delta > 10 }}

A rule that reads `change` is asked of every change, another one once of the plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from reconciler.diagnostics import Diagnostic, Refused, did_you_mean, error
from reconciler.model.policy import Policy
from reconciler.stack.engine import UNDEFINED, Engine, Failure
from reconciler.stack.functions import FUNCTIONS, WEIGHTS
from reconciler.stack.functions.arguments import size_of
from reconciler.stack.problems import Problems, Texts
from reconciler.stack.shapes import Compiler, Expression, Whole
from reconciler.stack.sources import Sources
from reconciler.stack.views import plain
from reconciler.stack.yaml_tree import Entry, Node, Scalar, Table, plain_value, type_word

CHANGE: Final = "change"
VISIBLE: Final = frozenset({CHANGE, "plan"})
_KEYS: Final = ("deny", "warn", "message")


def read_policies(paths: Sequence[Path]) -> tuple[Policy, ...]:
    """The rules of some files, in their order. Raises `Refused` with everything that is wrong with them."""
    problems = Problems(Texts())
    sources = Sources(problems)
    engine = Engine(FUNCTIONS, plain, size_of, WEIGHTS)
    reader = _Reader(engine, Compiler(engine, problems, {}), problems)
    for path in sources.stack_files(paths):
        node = sources.read_yaml(path)
        if isinstance(node, Table):
            reader.read(node)
        elif node is not None:
            problems.add("wrong-type", f"a policy file is a mapping, not {type_word(node)}", node.place)
    if problems:
        raise Refused(problems.diagnostics)
    return tuple(reader.found.values())


class _Reader:
    """Reads the rules of one file after another; what does not fit is noted."""

    def __init__(self, engine: Engine, compiler: Compiler, problems: Problems) -> None:
        self._engine = engine
        self._compiler = compiler
        self._problems = problems
        self.found: dict[str, Policy] = {}

    def read(self, tree: Table) -> None:
        for key, entry in tree.entries.items():
            if key != "policies":
                hint = did_you_mean(key, ["policies"]) or "it has: policies"
                self._problems.add("unknown-key", f"a policy file has no `{key}`", entry.place, hint=hint)
            elif isinstance(entry.value, Table):
                for name, each in entry.value.entries.items():
                    self._policy(name, each)
            elif not (isinstance(entry.value, Scalar) and entry.value.value is None):
                self._wrong("`policies` is a mapping from names to rules", entry.value)

    def _policy(self, name: str, entry: Entry) -> None:
        node = entry.value
        if name in self.found:
            first = self.found[name].place
            self._problems.add("duplicate-key", f"the policy `{name}` stands twice; first at {first}", entry.place)
            return
        if not isinstance(node, Table):
            self._wrong(f"a policy is a mapping with {', '.join(_KEYS)}", node)
            return
        for key, each in node.entries.items():
            if key not in _KEYS:
                hint = did_you_mean(key, _KEYS) or f"it has: {', '.join(_KEYS)}"
                self._problems.add("unknown-key", f"a policy has no `{key}`", each.place, hint=hint)
        kinds = [key for key in ("deny", "warn") if key in node.entries]
        if len(kinds) != 1:
            summary = f"the policy `{name}` says either `deny` or `warn`"
            code = "conflicting-keys" if kinds else "missing-field"
            self._problems.add(
                code, summary, entry.place, hint="deny: ${{ change.kind == 'volume' and change.deletes }}"
            )
            return
        message = self._message(name, node)
        condition = self._condition(node.entries[kinds[0]].value)
        if condition is None or message is None:
            return
        each_change = CHANGE in condition.roots
        applies = partial(_applies, self._engine, condition, name)
        self.found[name] = Policy(name, kinds[0] == "deny", message, entry.place, each_change, applies)

    def _message(self, name: str, node: Table) -> str | None:
        entry = node.entries.get("message")
        value = plain_value(entry.value) if entry is not None else f"the policy `{name}` is against it"
        if isinstance(value, str) and value.strip():
            return value
        self._wrong("`message` is a text, for those who come across the rule", node.entries["message"].value)
        return None

    def _condition(self, node: Node) -> Expression | None:
        shape = self._compiler.shape(node, VISIBLE)
        if shape is None:
            return None
        if isinstance(shape, Whole):
            return shape.expression
        self._wrong("a rule is one expression: ${{ change.kind == 'volume' and change.deletes }}", node)
        return None

    def _wrong(self, summary: str, node: Node) -> None:
        self._problems.add("wrong-type", f"{summary}, not {type_word(node)}", node.place)


def _applies(engine: Engine, condition: Expression, name: str, names: Mapping[str, Any]) -> bool:
    """Whether a rule applies. Raises `Refused`."""
    try:
        value = engine.evaluate(condition.text, names)
    except Failure as problem:
        hint = "what a change may not have is read with `| default(...)`"
        raise Refused([_broken(condition, f"the policy `{name}` cannot be asked: {problem.message}", hint)]) from None
    if not isinstance(value, bool):
        shown = "nothing" if value is UNDEFINED else f"{value!r}"[:80]
        hint = "write a comparison, such as ${{ change.effect == 'replace' }}"
        raise Refused([_broken(condition, f"the policy `{name}` comes to {shown}, and not to true or false", hint)])
    return value


def _broken(condition: Expression, summary: str, hint: str) -> Diagnostic:
    return error("broken-policy", summary, place=condition.place, hint=hint)
