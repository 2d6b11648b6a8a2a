"""The rules of variables: conditions in the user's own words, asked when all that they may read is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from reconciler.stack.declarations import Rule
from reconciler.stack.evaluate import Evaluator
from reconciler.stack.problems import Broken, Problem, Problems
from reconciler.stack.run import Run
from reconciler.stack.shapes import Compiler
from reconciler.stack.tree import Scope
from reconciler.stack.variables import Ruled

VISIBLE: Final = frozenset({"value", "var", "local"})


def check_rules(
    ruled: Sequence[Ruled], evaluator: Evaluator, compiler: Compiler, scope: Scope, problems: Problems
) -> None:
    """Note each rule that does not hold, where the value is given. Conditions that wait for a resource are left out;
    those on an input that waits are asked when it is there.
    """
    for each in ruled:
        for rule in each.declared.rules:
            _check(each, rule, evaluator, compiler, scope, problems)
    for awaited in scope.inputs.values():
        for rule in awaited.declared.rules:
            shape = compiler.shape(rule.condition, VISIBLE)
            if shape is not None:
                awaited.rules.append((rule, shape))


def _check(
    ruled: Ruled, rule: Rule, evaluator: Evaluator, compiler: Compiler, scope: Scope, problems: Problems
) -> None:
    shape = compiler.shape(rule.condition, VISIBLE)
    if shape is None or scope.waits(shape):
        return
    run = Run(None, scope.owner, scope)
    run.itself, run.secret = ruled.value, ruled.declared.secret
    try:
        holds = evaluator.value(shape, run)
    except Broken:
        return
    except Problem as problem:
        problems.note(problem.diagnostic, shown=not run.secret)
        return
    name = ruled.declared.name
    if not isinstance(holds, bool):
        hint = "write a comparison, such as ${{ value | length > 2 }}"
        problems.add("wrong-type", f"a rule of `{name}` comes to no true or false", rule.condition.place, hint=hint)
    elif not holds:
        hint = f"the rule is at {rule.condition.place}"
        problems.add("rule-broken", f"`{name}`: {rule.message}", ruled.place, hint=hint, shown=not run.secret)
