"""Evaluating shapes: in which names an expression is run, and what becomes of its result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from reconciler.diagnostics import Diagnostic, Place, Refused, Via, error
from reconciler.model.kind import ID
from reconciler.model.resource import Evaluated, World
from reconciler.model.rules import Refers
from reconciler.secret import Secret
from reconciler.stack.awaited import received
from reconciler.stack.elsewhere import ForeignView, Spot, foreign_value
from reconciler.stack.engine import UNDEFINED, Engine, Failure
from reconciler.stack.functions.secrets import Derivation, secret_functions
from reconciler.stack.lookups import asked
from reconciler.stack.missing import whole_group, wrong_kind
from reconciler.stack.problems import Broken, Problem, Problems
from reconciler.stack.rendering import Renderer
from reconciler.stack.run import Run, Waiting
from reconciler.stack.shapes import (
    INSTANCE_NAMES,
    Constant,
    Expression,
    ListShape,
    Shape,
    Text,
    Whole,
    expressions,
)
from reconciler.stack.sources import Sources
from reconciler.stack.tokens import Path
from reconciler.stack.tree import Instance, Scope
from reconciler.stack.views import MAX_TEXT, NamesView, ResourceView, TooMuch, plain, section_view
from reconciler.stack.vocabulary import LOOKUP_FUNCTIONS, STACKS
from reconciler.stack.yaml_scalars import INT64
from reconciler.values import Address

_SECRET_COST: Final = 20
_LOOKUP_COST: Final = 200
"""What a call of derive() or derive_ssh_key(), or of a lookup, counts in the engine's measure."""

_UNDER_WAY: Final = object()

Convert = Callable[[Instance | ForeignView], Any] | None


class Evaluator:
    """Runs shapes in scopes. Used while loading and, by deferred values, while planning and applying.

    `scope` is that of the stack itself; a run says in which one it is evaluated.
    """

    def __init__(
        self, engine: Engine, scope: Scope, sources: Sources, problems: Problems, derivation: Derivation
    ) -> None:
        self._engine = engine
        self._renderer = Renderer(engine, sources)
        self._derivation = derivation
        self.derived: set[Secret] = set()
        self.scope = scope
        self.problems = problems

    def value(self, shape: Shape, run: Run, convert: Convert = None) -> Any:
        """The plain value of a shape. Raises Problem (with its place), Broken or Waiting."""
        if isinstance(shape, Constant):
            return shape.value
        if isinstance(shape, Whole):
            raw = self._raw(shape.expression, run)
            return self._plain(shape.expression, run, raw, convert)
        if isinstance(shape, Text):
            parts = [part if isinstance(part, str) else self._text(part, run, convert) for part in shape.parts]
            return "".join(parts)
        if isinstance(shape, ListShape):
            return [self.value(each, run, convert) for each in shape.items]
        return {key: self.value(each, run, convert) for key, each in shape.entries.items()}

    def given(self, shape: Shape, run: Run) -> Any:
        """As `value`, with resources left as they are: what a local hands on."""
        return self._raw(shape.expression, run) if isinstance(shape, Whole) else self.value(shape, run)

    def index(self, text: str, run: Run, names: frozenset[str]) -> Any:
        """The value of an index inside a path, or None when it cannot be told."""
        try:
            return plain(self._engine.evaluate(text, self._names(names, run, None)))
        except (Failure, TypeError, TooMuch, Problem, Broken, Waiting):
            return None

    def converter(self, run: Run, refers: Refers | None) -> Callable[[Instance | ForeignView], Any]:
        """How a whole resource becomes a field's value: the attribute that the API wants of it."""

        def convert(instance: Instance | ForeignView) -> Any:
            if isinstance(instance, ForeignView):
                return foreign_value(instance, refers)
            if instance.block.group:
                run.stop(whole_group(instance))
            if refers is None:
                return run.read(instance, ID)
            if instance.kind.name not in refers.kinds:
                run.stop(wrong_kind(instance.address, instance.kind.name, refers))
            return run.read(instance, refers.attribute)

        return convert

    def refused_files(self, shape: Shape) -> Iterator[tuple[Place, str]]:
        """Of each file that a shape names by a constant and that cannot be read, where it is named and why not."""
        return self._renderer.refused(shape)

    def finished(self, diagnostic: Diagnostic, address: str, scope: Scope, *, shown: bool) -> Diagnostic:
        """The finding with its source line, unless a secret may stand there, and with the way to its file."""
        if not shown:
            diagnostic = replace(diagnostic, excerpt="", hidden=True)
        elif not diagnostic.excerpt:
            diagnostic = replace(diagnostic, excerpt=self.problems.texts.excerpt(diagnostic.place))
        return replace(diagnostic, address=diagnostic.address or address, via=(*diagnostic.via, *scope.via))

    def _text(self, expression: Expression, run: Run, convert: Convert) -> str:
        value = self._plain(expression, run, self._raw(expression, run), convert)
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return str(value)
        kind = "nothing (null)" if value is None else "a list" if isinstance(value, list) else "a mapping"
        raise Problem(
            error(
                "broken-expression",
                f"{kind} cannot stand inside text",
                place=expression.place,
                hint="use `| join(',')` or `| tojson`, or `| default(..., true)` for what may be null",
            )
        )

    def _raw(self, expression: Expression, run: Run) -> Any:
        run.lenient, run.missed, run.gaps = expression.parsed.lenient, "", expression.parsed.gaps
        try:
            if expression.parsed.name is not None and run.stopped is None:
                found, value = self._named(expression.parsed.name, run)
                if found:
                    return value
            value = self._engine.evaluate(expression.text, self._names(expression.roots, run, expression))
        except (Waiting, Broken):
            raise
        except Problem as problem:
            run.stopped = placed = self._placed(problem, expression)
            raise placed from None
        except TooMuch as problem:
            raise Problem(error("expression-limit", str(problem), place=expression.place), certain=True) from None
        except Failure as problem:
            self._raise_stopped(run, expression)
            raise Problem(self._failed(problem, expression, run)) from None
        self._raise_stopped(run, expression)
        if value is UNDEFINED:
            raise Problem(
                error(
                    "broken-expression",
                    f"the expression comes to nothing{f': there is no {run.missed}' if run.missed else ''}",
                    place=expression.place,
                    hint="add an `else`, or `| default(...)`; write `none` for null",
                )
            )
        return value

    def _named(self, path: Path, run: Run) -> tuple[bool, Any]:
        """The value of an expression that is a bare name, which needs no engine; False for what it cannot tell."""
        if path.root in INSTANCE_NAMES:
            names = run.instance.names if run.instance is not None else {}
            return path.root in names, run.give(names.get(path.root))
        name = str(path.steps[0].segment)
        known = (run.scope.variables if path.root == "var" else run.scope.locals).get(name)
        if known is None or name in (run.scope.inputs if path.root == "var" else run.scope.late):
            return False, None
        run.secret = run.secret or known.secret
        return True, run.give(known.value)

    def _plain(self, expression: Expression, run: Run, raw: Any, convert: Convert) -> Any:
        kind = type(raw)  # most are one short text or number
        if not run.missed and ((kind is str and len(raw) <= MAX_TEXT) or (kind is int and raw in INT64)):
            return raw
        try:
            value = plain(raw, convert or self.converter(run, None))
        except Problem as problem:
            raise self._placed(problem, expression) from None
        except TooMuch as problem:
            raise Problem(error("expression-limit", str(problem), place=expression.place), certain=True) from None
        except TypeError as problem:
            raise Problem(error("broken-expression", str(problem), place=expression.place)) from None
        if run.missed and _holds_null(value):
            message = f"there is no {run.missed}, which would leave a null in the value"
            hint = "give each part that may be missing its own `| default(...)`"
            raise Problem(error("broken-expression", message, place=expression.place, hint=hint))
        return value

    def _raise_stopped(self, run: Run, expression: Expression) -> None:
        if isinstance(run.stopped, Problem):
            raise self._placed(run.stopped, expression)
        if run.stopped is not None:
            raise run.stopped

    def _placed(self, problem: Problem, expression: Expression) -> Problem:
        """The problem at the expression; one in a template stays there, and the expression is how one gets to it."""
        found = problem.diagnostic
        if found.place is None or found.via or found.place.file == expression.place.file:
            return Problem(found.at(expression.place), certain=problem.certain)
        place = expression.place
        label = "the call of the template" if found.place.file in self._renderer.rendered else "where it is read"
        via = Via(label, place, self.problems.texts.excerpt(place))
        return Problem(replace(found, via=(via,)), certain=problem.certain)

    def _failed(self, problem: Failure, expression: Expression, run: Run) -> Diagnostic:
        place = expression.place
        if problem.line:
            lines = expression.text.split("\n")
            place = expression.place_at(sum(len(line) + 1 for line in lines[: problem.line - 1]) + problem.column - 1)
        if problem.limit:
            return error("expression-limit", problem.message, place=place, hint="expressions are small; use a file")
        message = "it fails on a secret value" if run.secret else problem.message
        if run.missed and not run.secret:
            message += f" (there is no {run.missed})"
        return error("key-clash" if problem.clash else "broken-expression", message, place=place)

    # names

    def _names(self, roots: frozenset[str], run: Run, expression: Expression | None) -> dict[str, Any]:
        """The names that an expression reads, and no others: most read one or two."""
        names: dict[str, Any] = {}
        instance = run.instance
        for root in sorted(roots):  # in one order, so that of two mistakes it is always the same that is told
            if root == "var":
                names[root] = NamesView(run, "var", run.scope.variables, self._variable)
            elif root == "local":
                names[root] = NamesView(run, "local", run.scope.locals, self._local)
            elif root in INSTANCE_NAMES:
                if instance is not None and root in instance.names:
                    names[root] = run.give(instance.names[root])
                elif root == "value":
                    names[root] = run.give(run.itself)
            elif instance is not None and (around := _enclosing(instance, root)) is not None:
                names[root] = ResourceView(run, run.scope.tree, around, self._output)
            elif root == STACKS:
                names[root] = ForeignView(run, Spot(run.scope.tree.catalog))
            elif root in run.scope.resource_roots:
                names[root] = section_view(run, run.scope.tree, run.scope.owner, root, self._output)
        if expression is not None and expression.parsed.bound:
            names.update(self._bound_functions(run, expression.node.place))
        return names

    def _variable(self, run: Run, name: str) -> Any:
        scope = run.scope
        if name in scope.inputs and scope.owner is not None:
            awaited = scope.inputs[name]
            run.secret = run.secret or awaited.declared.secret
            value = self._elsewhere(run, awaited.shape, scope.owner, scope.owner.block.scope)
            return received(run, awaited, value, self.converter(run, None), lambda shape: self.given(shape, run))
        known = scope.variables[name]
        if known is None:
            raise Broken
        run.secret = run.secret or known.secret
        return known.value

    def _local(self, run: Run, name: str) -> Any:
        scope = run.scope
        if name in scope.late:
            return self._elsewhere(run, scope.late[name], scope.owner, scope)
        known = scope.locals[name]
        if known is None:
            raise Broken
        run.secret = run.secret or known.secret
        return known.value

    def _output(self, run: Run, group: Instance, name: str) -> Any:
        """What a group hands out. Raises KeyError for a name that it has not."""
        assert group.inside is not None
        output = group.inside.outputs[name]
        if output is None:
            raise Broken
        run.secret = run.secret or output.secret
        return self._elsewhere(run, output.shape, group, group.inside)

    def _elsewhere(self, run: Run, shape: Shape, instance: Instance | None, scope: Scope) -> Any:
        """The value of a shape that stands in another place, once for each run."""
        key = (id(shape), id(instance))  # the shapes of a call are those of all its instances
        if key not in run.values:
            run.values[key] = _UNDER_WAY
            before = run.instance, run.scope, run.lenient, run.missed
            run.instance, run.scope = instance, scope
            try:
                run.values[key] = self.given(shape, run)
            finally:
                run.instance, run.scope, run.lenient, run.missed = before
        if run.values[key] is _UNDER_WAY:
            run.fail("local-cycle", "the value needs itself", certain=True)
        return run.values[key]

    def _bound_functions(self, run: Run, place: Place) -> Mapping[str, Callable[..., Any]]:
        secrets = self._secret_functions(run)
        return {**self._renderer.functions(run, place, secrets), **secrets, **self._lookup_functions(run)}

    def _lookup_functions(self, run: Run) -> Mapping[str, Callable[..., Any]]:
        def asking(name: str) -> Callable[..., Any]:
            def ask(*given: Any, **named: Any) -> Any:
                known = asked(name, given, named, lambda value: plain(value, self.converter(run, None)))
                return run.look_up(name, known)

            return self._engine.counted(ask, cost=_LOOKUP_COST)

        return {name: asking(name) for name in LOOKUP_FUNCTIONS}

    def _secret_functions(self, run: Run) -> Mapping[str, Callable[..., Any]]:
        made = secret_functions(run, self._derivation, self.derived)
        return {name: self._engine.counted(function, cost=_SECRET_COST) for name, function in made.items()}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Late:
    """A deferred value: see `model.resource.Deferred`. Safe to evaluate in several threads at once."""

    shape: Shape
    place: Place
    references: frozenset[Address]
    evaluator: Evaluator
    instance: Instance | None = None
    refers: Refers | None = None
    secret: bool = False

    def evaluate(self, world: World) -> Evaluated:
        """The value in this world, `Unknown` when anything that it needs is. Raises Refused when it fails."""
        scope = self.instance.block.scope if self.instance is not None else self.evaluator.scope
        run = Run(world, self.instance, scope)
        try:
            value = self.evaluator.value(self.shape, run, self.evaluator.converter(run, self.refers))
        except Waiting as waiting:
            return Evaluated(waiting.unknown, self.secret or run.secret)
        except Problem as problem:
            address = str(self.instance.address) if self.instance is not None else ""
            finished = self.evaluator.finished(problem.diagnostic, address, scope, shown=not self.secret)
            raise Refused([finished]) from None
        return Evaluated(value, self.secret or run.secret, tuple(run.accepted), run.momentary)

    @property
    def text(self) -> str:
        """The expressions as written, for a person."""
        return " ".join(f"${{{{{each.text}}}}}" for each in expressions(self.shape))

    def __repr__(self) -> str:
        return f"Late({self.text!r} at {self.place})"


def _enclosing(instance: Instance, kind: str) -> Instance | None:
    return next((each for each in instance.enclosing() if each.kind.name == kind), None)


def _holds_null(value: Any) -> bool:
    if isinstance(value, list):
        return any(each is None or _holds_null(each) for each in value)
    if isinstance(value, dict):
        return any(each is None or _holds_null(each) for each in value.values())
    return False
