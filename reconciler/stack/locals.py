"""Locals: named expressions over variables, other locals and resources, in any order."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.stack.ambiguity import note_ambiguous
from reconciler.stack.document import Document
from reconciler.stack.evaluate import Evaluator
from reconciler.stack.problems import Broken, Problem, Problems
from reconciler.stack.run import Run
from reconciler.stack.shapes import Compiler, Shape, expressions
from reconciler.stack.tree import Known, Scope
from reconciler.stack.yaml_tree import Entry


class LocalReader:
    """Fills a scope's `locals` and `late`. What depends on a broken local is broken without a word."""

    def __init__(self, evaluator: Evaluator, compiler: Compiler, problems: Problems) -> None:
        self._evaluator = evaluator
        self._compiler = compiler
        self._problems = problems

    def read(self, document: Document, visible: frozenset[str], scope: Scope) -> None:
        """Read the locals of the file that the scope is of, when its variables are known, and declare both to the
        compiler.
        """
        entries = document.locals
        scope.locals.update(dict.fromkeys(entries))
        self._compiler.declare("var", scope.variables, complete=document.complete)
        self._compiler.declare("local", scope.locals, complete=document.complete)
        shapes = {name: self._compiler.shape(entry.value, visible) for name, entry in entries.items()}
        sound = {name: shape for name, shape in shapes.items() if shape is not None}
        needs = {name: _locals_in(shape) & set(entries) for name, shape in sound.items()}
        for name in self._in_order(entries, needs):
            shape = sound[name]
            if scope.waits(shape):
                scope.late[name] = shape
                continue
            run = Run(None, scope.owner, scope)
            try:
                value = self._evaluator.value(shape, run)
            except Broken:
                continue
            except Problem as problem:
                self._problems.note(problem.diagnostic)
                continue
            scope.locals[name] = Known(value, run.secret)
        for name, entry in entries.items():
            note_ambiguous(self._problems, entry.value, what=f"`{name}`")

    def _in_order(self, entries: Mapping[str, Entry], needs: Mapping[str, set[str]]) -> list[str]:
        """Each local after those that it needs; those in a cycle are reported and left out, with all that need them."""
        order: list[str] = []
        waiting = {name: set(needed) for name, needed in needs.items()}
        users: dict[str, list[str]] = {}
        for name, needed in waiting.items():
            for each in needed:
                users.setdefault(each, []).append(name)
        ready = [name for name, needed in waiting.items() if not needed]
        while ready:
            name = ready.pop()
            order.append(name)
            for user in users.get(name, ()):
                waiting[user].discard(name)
                if not waiting[user]:
                    ready.append(user)
        left = {name: needed for name, needed in waiting.items() if name not in set(order)}
        for cycle in _cycles(left):
            around = " -> ".join([*cycle, cycle[0]])
            places = ", ".join(str(entries[name].place) for name in cycle)
            self._problems.add(
                "local-cycle",
                f"locals need each other: {around}",
                entries[cycle[0]].place,
                hint=f"take one of them apart ({places})",
            )
        return order


def _locals_in(shape: Shape) -> set[str]:
    return {str(path.steps[0].segment) for each in expressions(shape) for path in each.paths if path.root == "local"}


def _cycles(needs: Mapping[str, set[str]]) -> list[list[str]]:
    """One cycle for every group of names that need each other, from its first name in order."""
    cycles: list[list[str]] = []
    seen: set[str] = set()
    for start in needs:
        trail: list[str] = []
        here: str | None = start
        while here is not None and here not in seen:
            seen.add(here)
            trail.append(here)
            here = min((each for each in needs[here] if each in needs), default=None)
        if here is not None and here in trail:
            cycle = trail[trail.index(here) :]
            first = cycle.index(min(cycle))
            cycles.append(cycle[first:] + cycle[:first])
    return cycles
