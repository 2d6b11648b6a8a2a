"""One evaluation: what it sees, what it may read, and what happened in it.

The engine calls public methods of the objects handed in and swallows some exceptions that they raise, so every reason
to stop is kept in the `Run` too: after an evaluation the run is asked first, the result second. Data of the user is
wrapped, for a bare dict could be changed from an expression (`m.pop('x')`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from reconciler.diagnostics import Refused, did_you_mean, error
from reconciler.model.lookups import LookupFailed
from reconciler.model.resource import Foreign, World
from reconciler.stack.problems import Broken, Problem
from reconciler.stack.tree import Instance, Scope
from reconciler.stack.yaml_scalars import PLAIN_TYPES
from reconciler.values import Address, Unknown


class Waiting(Exception):
    """The evaluation needs a value that only an apply can tell."""

    def __init__(self, unknown: Unknown) -> None:
        self.unknown = unknown
        super().__init__(str(unknown))


class Run:
    """One evaluation: the world it sees, for whom it runs, and what happened in it.

    `instance` and `scope` are where names are looked up (no instance inside of a stack's own locals), `reader` the
    resource that it is all for. `itself` is what `value` is in the rules of a variable; `values` keeps what locals,
    inputs and outputs of groups came to. `secret` is set when anything secret was read; `lenient` lets a missing key of
    the user's own data be undefined, because the expression asks for that with `default` or `is defined`; `missed` is
    the last of those. `gaps` lets a resource that is not there be one, because the expression asks for the first of
    several that is. `accepted` and `momentary` are what lookups said of what they gave (`Evaluated`). `guessed` is set
    when made-up values were read; `reads` are the resources that were.
    """

    __slots__ = (
        "accepted",
        "gaps",
        "guessed",
        "instance",
        "itself",
        "lenient",
        "missed",
        "momentary",
        "reader",
        "reads",
        "scope",
        "secret",
        "stopped",
        "values",
        "world",
    )

    def __init__(self, world: World | None, instance: Instance | None, scope: Scope) -> None:
        self.world = world
        self.instance = instance
        self.reader = instance
        self.scope = scope
        self.itself: Any = None
        self.lenient = False
        self.gaps = False
        self.secret = False
        self.guessed = False
        self.missed = ""
        self.accepted: list[tuple[Any, frozenset[str]]] = []
        self.momentary = False
        self.reads: set[Address] = set()
        self.stopped: Waiting | Problem | Broken | None = None
        self.values: dict[tuple[int, int], Any] = {}

    def stop(self, reason: Waiting | Problem | Broken) -> NoReturn:
        self.stopped = self.stopped or reason
        raise reason

    def fail(self, code: str, summary: str, hint: str = "", *, certain: bool = False) -> NoReturn:
        self.stop(Problem(error(code, summary, hint=hint), certain=certain))

    def give(self, value: Any) -> Any:
        """A value as expressions may hold it."""
        if type(value) in PLAIN_TYPES:
            return value
        if isinstance(value, Mapping):
            return MapView(self, value)
        if isinstance(value, list | tuple):
            return ListView(self, value)
        if isinstance(value, Unknown):
            self.stop(Waiting(value))
        return value

    def look_up(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """What the API says to a lookup. Stops the run when there is no answer."""
        if self.stopped is not None:
            raise self.stopped
        if self.world is None:
            self.fail("known-too-late", f"`{name}` asks the API, which is not known before the plan")
        try:
            answer = self.world.look_up(name, arguments)
        except LookupFailed as problem:
            self.fail("lookup-failed", f"{name}: {problem.message}", problem.hint)
        self.momentary = self.momentary or answer.momentary
        if answer.accepted:
            items = answer.value if isinstance(answer.value, list) else []
            self.accepted += [(each, answer.accepted) for each in (answer.value, *items)]
        return self.give(answer.value)

    def read(self, instance: Instance, name: str) -> Any:
        """An attribute of a resource. Stops the run when it is not known yet."""
        if self.stopped is not None:
            raise self.stopped  # the engine swallowed it and went on
        if instance is self.reader:
            self.fail(
                "self-reference", f"`{instance.address}` reads its own `{name}`", "a resource cannot wait for itself"
            )
        self.reads.add(instance.address)
        if self.world is None:
            self.fail(
                "known-too-late",
                f"`{instance.address}.{name}` is not known before the plan",
                "use var, local, index, key and value here",
            )
        if name in instance.secret_fields or instance.block.hides(name):
            self.secret = True
        try:
            value = self.world.attribute(instance.address, name)
        except KeyError:
            self.fail(
                "unknown-attribute",
                f"`{instance.address}` has no value for `{name}`",
                "it is not set in the stack and the API does not give it; set it, or read something else",
            )
        if isinstance(value, Unknown):
            self.stop(Waiting(Unknown(value.waits_for | {instance.address})))
        return value

    def read_foreign(self, foreign: Foreign, name: str, *, secret: bool) -> Any:
        """An attribute of another stack's object."""
        if self.stopped is not None:
            raise self.stopped
        if self.world is None:
            self.fail(
                "known-too-late",
                f"`{foreign}.{name}` is not known before the plan",
                "use var, local, index, key and value here",
            )
        self.secret = self.secret or secret
        try:
            value = self.world.foreign(foreign, name)
        except KeyError:
            self.fail("unknown-attribute", f"`{foreign}` has no value for `{name}`", "the API does not give it")
        except Refused as refused:
            self.stop(Problem(refused.diagnostics[0]))
        if isinstance(value, Unknown):
            self.stop(Waiting(value))
        return value


class MapView:
    """A mapping of the user's own data."""

    __slots__ = ("_data", "_run")

    def __init__(self, run: Run, data: Mapping[str, Any]) -> None:
        self._run = run
        self._data = data

    def __getitem__(self, key: Any) -> Any:
        if key in self._data:
            return self._run.give(self._data[key])
        if self._run.lenient:
            self._run.missed = f"`{key}`"
            raise KeyError(key)
        words = [str(each) for each in self._data]
        hint = did_you_mean(str(key), words) or f"it has: {', '.join(sorted(words)[:8]) or 'nothing'}"
        return self._run.fail(
            "unknown-name", f"`{key}` is no key of this mapping", f"{hint}; or give a `| default(...)`"
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __contains__(self, key: object) -> bool:
        return key in self._data

    def __str__(self) -> str:
        return "{...}"

    def keys(self) -> list[str]:
        return list(self._data)

    def values(self) -> list[Any]:
        return [self._run.give(each) for each in self._data.values()]

    def items(self) -> list[tuple[str, Any]]:
        return [(key, self._run.give(each)) for key, each in self._data.items()]


class ListView(Sequence[Any]):
    """A list of the user's own data."""

    __slots__ = ("_data", "_run")

    def __init__(self, run: Run, data: Sequence[Any]) -> None:
        self._run = run
        self._data = data

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, int) and -len(self._data) <= key < len(self._data):
            return self._run.give(self._data[key])
        if self._run.lenient:
            self._run.missed = f"[{key}]"
            raise IndexError(key)
        return self._run.fail("unknown-name", f"a list of {len(self._data)} has no [{key}]", "the first one is [0]")

    def __iter__(self) -> Iterator[Any]:
        return (self._run.give(each) for each in self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __str__(self) -> str:
        return "[...]"
