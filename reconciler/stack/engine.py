"""The expression engine, and the only module that knows which one it is.

minijinja (Rust, Jinja's syntax) was chosen over Jinja2's sandbox, which bounds neither time nor memory
(`'a' * 10**9` is evaluated), has a history of escapes and is several times slower; and over the CEL implementations for
Python, which have another syntax than the files of this field use and can hardly say where an error is. minijinja
counts fuel for every step and for every character that a filter makes, compiles nothing to Python, and reaches only
what is handed in.

Three things it leaves open are closed here. A value that is undefined comes back as None, so every expression ends in a
`default` whose value is a token of ours. It calls public methods of the Python objects handed in, so hand in only the
views of `views.py` and `run.py`. A very long chain of operators overruns the native stack, so the number of tokens is
limited (see `tokens.py`). And `tojson`, `batch`, `slice` and `zip`, with which sharing could be turned into size, are
replaced or taken out.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from minijinja import Environment, TemplateError

from reconciler.stack.problems import KeyClash
from reconciler.stack.vocabulary import NO_FILTERS, ONLY_FILTERS

EXPRESSION_FUEL: Final = 50_000
TEMPLATE_FUEL: Final = 500_000
"""Steps, plus a share of every character made: the first ends at some 3 MB of text, the second at some 30 MB. A
template inside of another has what an expression has.
"""

WORK: Final = 200_000
"""Values, and blocks of 64 characters, that the functions may be given and may make in one evaluation: the engine
counts no fuel for them."""

_UNWANTED_GLOBALS = ("cycler", "debug", "dict", "joiner", "namespace")
"""`debug` prints the whole context, secrets too; the others keep state or make mappings from nothing."""
_UNWANTED_FILTERS = ("batch", "chain", "e", "escape", "pprint", "safe", "slice", "zip")

_STRANGE_ARGUMENT = re.compile(r"(?:.*\.)?(\w+)\(\) got an unexpected keyword argument '(.*?)'.*", re.DOTALL)
_MANY_ARGUMENTS = re.compile(r"(?:.*\.)?(\w+)\(\) takes (?:from \d+ to )?(\d+) positional arguments? but (\d+) .*")

_TOO_MUCH: Final = "it takes too long or makes too much"


class Failure(Exception):
    """The engine refused or failed. `message` is one line, `line` and `column` count from 1 in what was evaluated (0 =
    not known), `limit` is set when a bound was hit, `syntax` when it could not be parsed, `clash` for two of one key.
    """

    def __init__(
        self,
        message: str,
        line: int = 0,
        column: int = 0,
        *,
        limit: bool = False,
        syntax: bool = False,
        clash: bool = False,
    ) -> None:
        self.message = message
        self.line = line
        self.column = column
        self.limit = limit
        self.syntax = syntax
        self.clash = clash
        super().__init__(message)


_PYTHON_ERRORS = (TypeError, AttributeError, ValueError, ArithmeticError, RecursionError)
"""What views and functions may raise besides the reasons of their own to stop a run."""

UNDEFINED: Final = object()
"""What `evaluate` returns for an expression that comes to nothing at all (`[1][4]`, `1 if false`)."""


class _Work(threading.local):
    """What the functions have done in the evaluation that this thread is in, and how deep evaluations stand in it."""

    done = 0
    depth = 0


class _Meter:
    """Counts the work of functions. It knows no environment: one that is known by what it calls is never given back,
    since no garbage collector sees through it.
    """

    def __init__(self, size_of: Callable[[Any], int]) -> None:
        self._work = _Work()
        self._size_of = size_of

    def counted(self, function: Callable[..., Any], cost: int, weight: int) -> Callable[..., Any]:
        return partial(self._call, function, cost, weight)

    def _call(self, function: Callable[..., Any], cost: int, weight: int, /, *arguments: Any, **named: Any) -> Any:
        self._count(cost + weight * sum(map(self._size_of, (*arguments, *named.values()))))
        made = function(*arguments, **named)
        self._count(weight * self._size_of(made))
        return made

    def _count(self, amount: int) -> None:
        self._work.done += amount
        if self._work.done > WORK:
            raise TypeError(_TOO_MUCH)

    def begin(self) -> None:
        if self._work.depth == 0:
            self._work.done = 0
        self._work.depth += 1

    def end(self) -> None:
        self._work.depth -= 1


class Engine:
    """Evaluates expressions and templates. Safe to use from several threads; it keeps nothing between calls.

    `functions` are what expressions can call, `size_of` says how much work there is in what one is given or makes, and
    `weights` how many times longer than others some take for it. `to_plain` turns a handed-in view into plain data, for
    `tojson`.
    """

    def __init__(
        self,
        functions: Mapping[str, Callable[..., Any]],
        to_plain: Callable[[Any], Any],
        size_of: Callable[[Any], int],
        weights: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._meter = _Meter(size_of)
        every = {**functions, "tojson": lambda value, indent=None: _to_json(to_plain(value), indent)}
        counted = {name: self.counted(function, weight=weights.get(name, 1)) for name, function in every.items()}
        self._expressions = _environment(EXPRESSION_FUEL, counted)
        self._templates = _environment(TEMPLATE_FUEL, counted)
        self._inner_templates = _environment(EXPRESSION_FUEL, counted)

    def counted(self, function: Callable[..., Any], *, cost: int = 1, weight: int = 1) -> Callable[..., Any]:
        """The function, made to count what goes in and what comes out, `weight` times, and a `cost` for each call.
        It raises TypeError when that is too much for one evaluation.
        """
        return self._meter.counted(function, cost, weight)

    def check(self, text: str) -> None:
        """Raises Failure when the text is not one expression."""
        try:
            self._expressions.undeclared_variables_in_str("{{ " + text + "\n}}")
        except TemplateError as problem:
            raise _failure(problem, text, shift=3) from None

    def evaluate(self, text: str, names: Mapping[str, Any]) -> Any:
        """The value of an expression: native data, views that were handed in, or `UNDEFINED`.

        Raises Failure; whatever a view raises comes through as it is, unless the engine swallowed it.
        """
        self._meter.begin()
        try:
            return self._expressions.eval_expr(f"({text}\n)|default(undefined__)", undefined__=UNDEFINED, **names)
        except TemplateError as problem:
            raise _failure(problem, text, shift=1) from None
        except _PYTHON_ERRORS as problem:
            raise _python_failure(problem) from None
        finally:
            self._meter.end()

    def names_in(self, text: str) -> frozenset[str]:
        """The names that a template reads and does not set. Raises Failure when it cannot be parsed."""
        try:
            return frozenset(self._templates.undeclared_variables_in_str(text))
        except TemplateError as problem:
            raise _failure(problem, text, shift=0) from None

    def render(self, text: str, names: Mapping[str, Any], *, inner: bool = False) -> str:
        """The text that a template makes, an `inner` one for another. Raises as `evaluate` does."""
        self._meter.begin()
        environment = self._inner_templates if inner else self._templates
        try:
            return str(environment.render_str(text, **names))
        except TemplateError as problem:
            raise _failure(problem, text, shift=0) from None
        except _PYTHON_ERRORS as problem:
            raise _python_failure(problem) from None
        finally:
            self._meter.end()


def _environment(fuel: int, functions: Mapping[str, Callable[..., Any]]) -> Environment:
    environment = Environment(
        fuel=fuel,
        undefined_behavior="strict",
        pycompat=False,  # Python's string methods (`format`) make what no fuel is counted for
        debug=True,  # without it errors have no place
        auto_escape_callback=lambda _: False,
        keep_trailing_newline=True,
    )
    for name in _UNWANTED_GLOBALS:
        environment.remove_global(name)
    for name in _UNWANTED_FILTERS:
        environment.remove_filter(name)
    for name in functions.keys() - ONLY_FILTERS:
        environment.add_global(name, functions[name])
    for name in functions.keys() - NO_FILTERS:
        environment.add_filter(name, functions[name])
    return environment


def _to_json(value: Any, indent: Any) -> str:
    if indent is not None and (not isinstance(indent, int) or not 0 <= indent <= 8):
        raise TypeError("tojson: indent is a number from 0 to 8")
    return json.dumps(value, indent=indent, ensure_ascii=False)


def _failure(problem: TemplateError, text: str, shift: int) -> Failure:
    if problem.kind == "OutOfFuel":
        return Failure(_TOO_MUCH, limit=True)
    message = problem.detail or problem.kind
    if problem.kind == "Unknown" or "panic" in message:
        message = "these values cannot be compared or combined"
    elif problem.kind == "UndefinedError":
        message = f"nothing is there: {message}" if problem.detail else "a value is missing"
    line, column = problem.line or 0, 0
    if problem.range is not None and shift <= problem.range[0] <= len(text.encode()) + shift:
        before = text.encode()[: problem.range[0] - shift].decode("utf-8", "ignore")
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    return Failure(" ".join(message.split()), line, column, syntax=problem.kind == "SyntaxError")


def _python_failure(problem: Exception) -> Failure:
    message = _python_message(problem)
    return Failure(message, limit=message == _TOO_MUCH, clash=isinstance(problem, KeyClash))


def _python_message(problem: Exception) -> str:
    """What a view or function of ours said, without Python's words about its own objects."""
    text = str(problem)
    if "object is not callable" in text:
        return "this is no function"
    strange = _STRANGE_ARGUMENT.fullmatch(text)
    if strange is not None:
        return f"`{strange[1]}` has no argument `{strange[2]}`"
    many = _MANY_ARGUMENTS.fullmatch(text)
    if many is not None:
        return f"`{many[1]}` takes at most {many[2]} argument{'s' if many[2] != '1' else ''}, not {many[3]}"
    if "has no attribute" in text:
        name = text.rsplit("'", 2)[-2] if text.count("'") >= 2 else "this"
        return f"`{name}` is no method; filters are written with a bar: `value | filter`"
    return " ".join(text.split())
