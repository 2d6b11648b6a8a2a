"""file() and template(): texts that stand beside a stack, as expressions read and render them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconciler.diagnostics import Place, did_you_mean, error
from reconciler.stack.engine import Engine, Failure
from reconciler.stack.problems import Problem
from reconciler.stack.run import Run
from reconciler.stack.shapes import Shape, expressions
from reconciler.stack.sources import MAX_FILE_BYTES, MAX_TEMPLATE_BYTES, Refusal, Sources
from reconciler.stack.templates import fault_in, handles_missing
from reconciler.stack.vocabulary import BOUND_FUNCTIONS, FUNCTIONS, LOOKUP_FUNCTIONS

MAX_TEMPLATE_DEPTH: Final = 4
_TEMPLATE_COST: Final = 200
"""What a call of template() counts in the engine's measure."""


class Renderer:
    """Reads and renders. `rendered` are the templates that were, by the paths that findings show."""

    def __init__(self, engine: Engine, sources: Sources) -> None:
        self._engine = engine
        self._sources = sources
        self._templates: dict[str, _Template] = {}
        self.rendered: set[str] = set()

    def refused(self, shape: Shape) -> Iterator[tuple[Place, str]]:
        """Read the files that a shape names by constants, so that they are known before the plan; of each that cannot
        be read, where it is named and why not.
        """
        for expression in expressions(shape):
            for function, path, offset in expression.parsed.files:
                limit = MAX_TEMPLATE_BYTES if function == "template" else MAX_FILE_BYTES
                try:
                    self._sources.read_text(path, expression.node.place.file, limit)
                except Refusal as problem:
                    yield expression.place_at(offset, len(path) + 2), str(problem)

    def functions(
        self, run: Run, place: Place, further: Mapping[str, Callable[..., Any]]
    ) -> Mapping[str, Callable[..., Any]]:
        """file() and template() for one evaluation, with paths as of the file at `place`. `further` are the functions
        that templates have besides.
        """
        depth = 0

        def refuse(problem: Refusal) -> None:
            run.fail("file-refused", str(problem), "file() and template() read text files below the stack's folder")

        def file(*arguments: Any) -> str:
            if len(arguments) != 1:
                raise TypeError("file wants one path: file('keys/ops.pub')")
            try:
                return self._sources.read_text(arguments[0], place.file, MAX_FILE_BYTES)
            except Refusal as problem:
                refuse(problem)
                raise

        def template(*arguments: Any, **names: Any) -> str:
            nonlocal depth
            if len(arguments) != 1:
                raise TypeError("template wants one path, and the names for it: template('files/a.j2', vip=...)")
            try:
                text = self._sources.read_text(arguments[0], place.file, MAX_TEMPLATE_BYTES)
            except Refusal as problem:
                refuse(problem)
                raise
            if depth >= MAX_TEMPLATE_DEPTH:
                run.fail("expression-limit", f"templates call each other more than {MAX_TEMPLATE_DEPTH} deep")
            depth += 1
            lenient = run.lenient
            try:
                shown = self._sources.shown(arguments[0], place.file)
                return self._render(shown, text, {**names, **counted, **further}, run, inner=depth > 1)
            finally:
                depth -= 1
                run.lenient = lenient

        counted = {
            "file": self._engine.counted(file),
            "template": self._engine.counted(template, cost=_TEMPLATE_COST),
        }
        return counted

    def _render(self, path: str, text: str, names: Mapping[str, Any], run: Run, *, inner: bool) -> str:
        self.rendered.add(path)
        template = self._prepared(text)
        if template.fault:
            run.stop(Problem(error(template.code, template.fault, place=Place(path, template.line)), certain=True))
        strange = sorted(template.needs - set(names))
        if strange:
            given = sorted(set(names) - BOUND_FUNCTIONS)
            hint = did_you_mean(strange[0], given) or f"it is given: {', '.join(given) or 'no names'}"
            message = f"`{strange[0]}` is not known"
            place = _place_of(path, text, strange[0])
            run.stop(Problem(error("unknown-name", message, place=place, hint=hint), certain=True))
        run.lenient = template.lenient
        handed = {name: value if callable(value) else run.give(value) for name, value in names.items()}
        try:
            return self._engine.render(text, handed, inner=inner)
        except Failure as problem:
            if run.stopped is not None:
                raise run.stopped from None
            code = "expression-limit" if problem.limit else "key-clash" if problem.clash else "broken-expression"
            message = "it fails on a secret value" if run.secret and not problem.limit else problem.message
            place = Place(path, max(problem.line, 1), max(problem.column, 1))
            run.stop(Problem(error(code, message, place=place)))

    def _prepared(self, text: str) -> _Template:
        if text not in self._templates:
            self._templates[text] = self._prepare(text)
        return self._templates[text]

    def _prepare(self, text: str) -> _Template:
        fault = fault_in(text)
        if fault is not None:
            return _Template(fault.message, "expression-limit", fault.line)
        try:
            names = self._engine.names_in(text)
        except Failure as problem:
            return _Template(problem.message, "broken-expression", max(problem.line, 1))
        inner = (FUNCTIONS - LOOKUP_FUNCTIONS) | {"loop", "caller"}
        needs = frozenset(name for name in names - inner if not handles_missing(text, name))
        return _Template("", "", 1, needs, handles_missing(text))


@dataclass(frozen=True, slots=True)
class _Template:
    """What is known of a template's text: what is wrong with it and where, or the names that it has to be given."""

    fault: str
    code: str
    line: int
    needs: frozenset[str] = frozenset()
    lenient: bool = False


def _place_of(path: str, text: str, name: str) -> Place:
    """Where a template first says a name."""
    for number, line in enumerate(text.split("\n"), 1):
        found = re.search(rf"\b{re.escape(name)}\b", line)
        if found is not None:
            return Place(path, number, found.start() + 1, len(name))
    return Place(path)
