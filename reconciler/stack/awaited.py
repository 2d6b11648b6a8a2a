"""Inputs of a group that were waited for, as the group's file wants them: held against the declaration of the variable
when they are there, as others are when the stack is loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconciler.diagnostics import error
from reconciler.stack.declarations import SINGLE_TYPES
from reconciler.stack.elsewhere import ForeignView
from reconciler.stack.fitting import Misfit, fitted, written
from reconciler.stack.problems import Problem
from reconciler.stack.run import Run
from reconciler.stack.shapes import Shape
from reconciler.stack.tree import Awaited, Instance
from reconciler.stack.views import PoolView, ResourceView, SectionView, TooMuch, plain
from reconciler.stack.yaml_tree import plain_value


def received(
    run: Run,
    awaited: Awaited,
    value: Any,
    convert: Callable[[Instance | ForeignView], Any],
    ask: Callable[[Shape], Any],
) -> Any:
    """The value with the defaults of its parts. `convert` makes a value of a whole resource, `ask` evaluates a rule.

    A resource or pool goes through as it is where no single value is wanted. Raises Problem, placed at the call, for
    what does not fit; not in a run with made-up values, which fit nothing.
    """
    key = (id(awaited), id(awaited))
    if key not in run.values:
        run.values[key] = _made(run, awaited, value, convert)
        if not run.guessed:
            _check_rules(run, awaited, run.values[key], ask)
    return run.values[key]


def _made(run: Run, awaited: Awaited, value: Any, convert: Callable[[Instance | ForeignView], Any]) -> Any:
    declared, place = awaited.declared, awaited.shape.node.place
    if isinstance(value, ResourceView | PoolView | SectionView | ForeignView) and declared.type not in SINGLE_TYPES:
        return value
    if value is None:
        return plain_value(declared.default) if declared.default is not None else None
    if not declared.type:
        return value
    found: list[Misfit] = []
    try:
        made = fitted(declared, plain(value, convert), found)
    except (TypeError, TooMuch) as problem:
        raise Problem(error("broken-expression", str(problem), place=place)) from None
    for misfit in found if not run.guessed else ():
        summary = f"the variable `{written(declared.name, misfit.path)}` {misfit.summary}"
        raise Problem(error(misfit.code, summary, place=place, hint=misfit.hint))
    return made


def _check_rules(run: Run, awaited: Awaited, value: Any, ask: Callable[[Shape], Any]) -> None:
    before, run.itself = run.itself, value
    for rule, shape in awaited.rules:
        if ask(shape) is False:
            summary, hint = f"`{awaited.declared.name}`: {rule.message}", f"the rule is at {rule.condition.place}"
            raise Problem(error("rule-broken", summary, place=awaited.shape.node.place, hint=hint))
    run.itself = before
