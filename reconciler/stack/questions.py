"""Expressions that are not in a stack's files: what `reconciler console` asks of a stack that has been read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from reconciler.diagnostics import Place, Refused, did_you_mean, error
from reconciler.model.resource import Evaluated, World
from reconciler.secret import Secret
from reconciler.stack.evaluate import Evaluator, Late
from reconciler.stack.outputs import valued
from reconciler.stack.problems import Broken, Problem, Problems
from reconciler.stack.references import Referrer
from reconciler.stack.shapes import Compiler
from reconciler.stack.tokens import OPEN
from reconciler.stack.tree import Instance, Scope, Tree
from reconciler.stack.yaml_tree import Scalar

FILE: Final = "<expression>"
"""What stands for the name of a file in findings."""
LONGEST: Final = 64 << 10


class Asker:
    """Answers questions to one stack. `compiler_for` makes a compiler that notes mistakes where it is told."""

    def __init__(
        self, tree: Tree, evaluator: Evaluator, referrer: Referrer, compiler_for: Callable[[Problems], Compiler]
    ) -> None:
        self._tree = tree
        self._evaluator = evaluator
        self._referrer = referrer
        self._compiler_for = compiler_for
        self._by_name = {str(address): instance for address, instance in tree.instances.items()}

    def secrets(self) -> frozenset[Secret]:
        """The secrets that were derived so far."""
        return frozenset(self._evaluator.derived)

    def check_address(self, at: str) -> None:
        """Raise Refused when there is no resource at an address; "" is none in particular."""
        self._instance(at)

    def ask(self, text: str, world: World, at: str = "") -> Evaluated:
        """The value of an expression, with or without `${{ }}` around it, as it is in a world; `at` is the address of
        the resource whose `key`, `index` and `project` it sees. Raises Refused with what is wrong with it.
        """
        instance = self._instance(at)
        scope = instance.block.scope if instance is not None else self._evaluator.scope
        whole = text if OPEN in text else f"{OPEN} {text} }}}}"
        texts = self._evaluator.problems.texts
        problems = Problems(texts)
        texts.add(FILE, whole)
        if len(whole) > LONGEST:
            raise Refused([error("expression-limit", f"a question has at most {LONGEST:,} characters")])
        compiler = self._compiler_for(problems)
        compiler.declare("var", {*scope.variables, *scope.inputs}, complete=True)
        compiler.declare("local", {*scope.locals, *scope.late}, complete=True)
        shape = compiler.shape(Scalar(Place(FILE), whole, whole, True, (0, len(whole))), self._visible(scope, instance))
        if shape is None:
            raise Refused(problems.diagnostics)
        try:
            value, secret = valued(shape, instance, self._evaluator, self._referrer, problems)
        except Broken:
            raise Refused(problems.diagnostics) from None
        except Problem as problem:
            raise Refused([self._evaluator.finished(problem.diagnostic, at, scope, shown=True)]) from None
        return value.evaluate(world) if isinstance(value, Late) else Evaluated(value, secret)

    def _instance(self, at: str) -> Instance | None:
        if not at:
            return None
        if at not in self._by_name:
            some = ", ".join(sorted(self._by_name)[:3])
            hint = did_you_mean(at, self._by_name) or f"there are: {some or 'none'}, ..."
            raise Refused([error("unknown-address", f"the stack has no resource `{at}`", hint=hint)])
        return self._by_name[at]

    def _visible(self, scope: Scope, instance: Instance | None) -> frozenset[str]:
        names = {"var", "local", *self._tree.sections_of(scope.owner)}
        if instance is not None:
            names |= {each.kind.name for each in instance.enclosing() if not each.block.group}
            names |= set(instance.names)
        return frozenset(names)
