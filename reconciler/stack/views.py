"""What expressions get to see: read-only views that keep book of what was read.

The engine calls public methods of the objects handed in and swallows some exceptions that they raise, so views have no
public method that is not harmless, and every reason to stop is kept in the `Run` too: after an evaluation the run is
asked first, the result second. Data of the user is wrapped as well, for a bare dict could be changed from an expression
(`m.pop('x')`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NoReturn

from reconciler.diagnostics import Refused, did_you_mean, error, one
from reconciler.model.kind import ID
from reconciler.model.lookups import LookupFailed
from reconciler.model.resource import Foreign, World
from reconciler.stack.elsewhere import ForeignView, read_foreign
from reconciler.stack.keys import KeyPair
from reconciler.stack.problems import Broken, Problem
from reconciler.stack.tree import Instance, Pool, Scope, Tree, readable
from reconciler.values import Address, Unknown

MAX_VALUES: Final = 100_000
MAX_TEXT: Final = 1 << 20
_INT64 = range(-(2**63), 2**63)


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
        if isinstance(value, dict | Mapping):
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


class NamesView:
    """`var` or `local`: names that have to be known. `look_up` returns the value and raises what the run stops with."""

    __slots__ = ("_known", "_look_up", "_run", "_word")

    def __init__(self, run: Run, word: str, known: Iterable[str], look_up: Callable[[Run, str], Any]) -> None:
        self._run = run
        self._word = word
        self._known = known
        self._look_up = look_up

    def __getitem__(self, name: Any) -> Any:
        if name not in self._known:
            self._run.fail(
                "unknown-name", f"`{self._word}.{name}` is not declared", did_you_mean(str(name), self._known)
            )
        try:
            return self._run.give(self._look_up(self._run, name))
        except (Waiting, Problem, Broken) as reason:
            self._run.stop(reason)

    def __str__(self) -> str:
        return f"({self._word})"


ReadOutput = Callable[[Run, Instance, str], Any]
"""How the output of a group is read; an evaluator's business."""


class SectionView:
    """A section: the resources of one kind in one place, by name."""

    __slots__ = ("_output", "_owner", "_run", "_section", "_tree")

    def __init__(self, run: Run, tree: Tree, owner: Instance | None, section: str, output: ReadOutput) -> None:
        self._run = run
        self._tree = tree
        self._owner = owner
        self._section = section
        self._output = output

    def _pools(self) -> dict[str, Pool]:
        return self._tree.pools_of(self._owner).get(self._section, {})

    def __getitem__(self, name: Any) -> Any:
        pool = self._pools().get(name)
        if pool is None:
            self._run.stop(missing_resource(self._tree, self._owner, self._section, str(name)))
        return view_of(self._run, self._tree, pool, self._output)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._pools()))

    def __len__(self) -> int:
        return len(self._pools())

    def __str__(self) -> str:
        return f"({self._section})"

    def keys(self) -> list[str]:
        return list(self._pools())

    def items(self) -> list[tuple[str, Any]]:
        return [(name, view_of(self._run, self._tree, pool, self._output)) for name, pool in self._pools().items()]


class PoolView:
    """The instances of a block with count or for_each, in order, without those that `when` switched off.

    Iterating gives the instances in both cases; those of for_each are looked up by key, and `.keys()` gives the keys.
    It has no `items`, for the engine would take it for a mapping then, and iterate and slice it otherwise.
    """

    __slots__ = ("_output", "_pool", "_run", "_tree")

    def __init__(self, run: Run, tree: Tree, pool: Pool, output: ReadOutput) -> None:
        self._run = run
        self._tree = tree
        self._pool = pool
        self._output = output

    def __getitem__(self, key: Any) -> Any:
        chosen = instance_of(self._pool, key)
        if isinstance(chosen, Problem):
            if self._run.gaps and chosen.diagnostic.code != "pool-reference":
                return GapView(chosen)
            self._run.stop(chosen)
        return ResourceView(self._run, self._tree, chosen, self._output)

    def __iter__(self) -> Iterator[ResourceView]:
        return (ResourceView(self._run, self._tree, each, self._output) for each in self._pool.instances)

    def __len__(self) -> int:
        return len(self._pool.instances)

    def __str__(self) -> str:
        return f"({self._pool.block.path})"

    def keys(self) -> list[str]:
        pool = self._pool
        return [key for key, each in zip(pool.keys, pool.slots, strict=False) if each is not None]


class WholePoolView(PoolView, Sequence[Any]):
    """A pool whose numbers have no gaps: a sequence to the engine, which then needs not walk it to find one item."""

    __slots__ = ()

    def __getitem__(self, key: Any) -> Any:
        if type(key) is int and 0 <= key < len(self._pool.instances):
            return ResourceView(self._run, self._tree, self._pool.instances[key], self._output)
        return super().__getitem__(key)


class ResourceView:
    """One resource: its attributes and the sections in it. Or a group: its outputs and the sections in it."""

    __slots__ = ("_instance", "_output", "_run", "_tree")

    def __init__(self, run: Run, tree: Tree, instance: Instance, output: ReadOutput) -> None:
        self._run = run
        self._tree = tree
        self._instance = instance
        self._output = output

    def __getitem__(self, name: Any) -> Any:
        instance = self._instance
        sections = self._tree.sections_of(instance)
        if instance.inside is not None and name in instance.inside.outputs:
            try:
                return self._run.give(self._output(self._run, instance, name))
            except (Waiting, Problem, Broken) as reason:
                self._run.stop(reason)
        if name in sections:
            return section_view(self._run, self._tree, instance, name, self._output)
        if name not in readable(instance):
            self._run.stop(no_such_attribute(self._tree, instance, str(name)))
        return self._run.give(self._run.read(instance, name))

    def __str__(self) -> str:
        try:
            return str(_id_of(self))
        except (Waiting, Problem, Broken):
            return ""  # the run knows; an exception from here would be printed by the engine


class KeyPairView:
    """An SSH key that was derived: its `private` part is a secret."""

    __slots__ = ("_pair", "_run")

    def __init__(self, run: Run, pair: KeyPair) -> None:
        self._run = run
        self._pair = pair

    def __getitem__(self, name: Any) -> str:
        if name == "private":
            self._run.secret = True
            return self._pair.private
        if name == "public":
            return self._pair.public
        return self._run.fail("unknown-attribute", f"a derived SSH key has no `{name}`", "it has: public, private")

    def __str__(self) -> str:
        return "(an SSH key)"


class GapView:
    """A resource that is not there, and whatever is read of it, for `first_of` to pass over."""

    __slots__ = ("_problem",)
    __iter__ = None  # else the engine asks for one item after the other, without end

    def __init__(self, problem: Problem) -> None:
        self._problem = problem

    def __getitem__(self, name: Any) -> GapView:
        return self

    def __str__(self) -> str:
        return "(not there)"


def _id_of(view: ResourceView) -> Any:
    """Not a method, for the engine could call it."""
    if view._instance.block.group:
        view._run.stop(whole_group(view._instance))
    return view._run.read(view._instance, ID)


def section_view(run: Run, tree: Tree, owner: Instance | None, section: str, output: ReadOutput) -> Any:
    """A section, or its one resource when the kind is a singleton."""
    pools = tree.pools_of(owner).get(section, {})
    if "" in pools:
        return view_of(run, tree, pools[""], output)
    return SectionView(run, tree, owner, section, output)


def view_of(run: Run, tree: Tree, pool: Pool, output: ReadOutput) -> Any:
    """One resource or a pool of them."""
    if pool.broken:
        run.stop(Broken())
    if not pool.plain:
        gaps = pool.block.counted and len(pool.instances) < len(pool.slots)
        return PoolView(run, tree, pool, output) if gaps else WholePoolView(run, tree, pool, output)
    if not pool.instances:
        if run.gaps:
            return GapView(switched_off(pool))
        run.stop(switched_off(pool))
    return ResourceView(run, tree, pool.instances[0], output)


def missing_resource(tree: Tree, owner: Instance | None, section: str, name: str) -> Problem | Broken:
    """Why there is no such resource; nothing to say where a misspelt section was reported already."""
    named = tree.pools_of(owner).get(section)
    unread = tree.unknown_sections if owner is None else owner.block.has_unknown_keys
    if named is None and unread:
        return Broken()
    where = f"{owner.address}.{section}" if owner is not None else section
    known = list(named or ())
    dashed = next((each for each in known if each.startswith(f"{name}-")), None)
    hint = f"a name with a dash is written in brackets: {section}['{dashed}']" if dashed else did_you_mean(name, known)
    return Problem(
        error(
            "unknown-reference",
            f"there is no `{name}` in `{where}`",
            hint=hint or (f"declared there: {', '.join(sorted(known)[:8])}" if known else "nothing is declared there"),
        )
    )


def no_such_attribute(tree: Tree, instance: Instance, name: str) -> Problem:
    own = readable(instance)
    what = f"`{instance.address}`" if instance.block.group else one(instance.kind.name)
    there = f"it has: {', '.join(sorted(own))}" if own else "its file has no outputs"
    hint = did_you_mean(name, own | set(tree.sections_of(instance))) or there
    return Problem(error("unknown-attribute", f"{what} has no `{name}`", hint=hint), certain=True)


def whole_group(group: Instance) -> Problem:
    own = readable(group)
    hint = f"name an output of it: {', '.join(sorted(own))}" if own else "give its file an output, and name that"
    return Problem(error("reference-kind", f"`{group.address}` is a group, not a value", hint=hint), certain=True)


def instance_of(pool: Pool, key: object) -> Instance | Problem:
    """The instance with this index or key, or why there is none."""
    slot: Instance | None
    if pool.block.keyed and isinstance(key, str) and key in pool.positions:
        slot = pool.slots[pool.positions[key]]
    elif pool.block.counted and type(key) is int and -len(pool.slots) <= key < len(pool.slots):
        slot = pool.slots[key]
    else:
        return no_such_instance(pool, key)
    return slot if slot is not None else switched_off(pool, key)


def switched_off(pool: Pool, key: int | str | None = None) -> Problem:
    path = pool.block.path if key is None else f"{pool.block.path}[{key!r}]"
    return Problem(
        error(
            "reference-off",
            f"`{path}` is switched off by its `when`",
            hint="read it only where the same condition holds: `${{ x if condition else y }}`",
        )
    )


def no_such_instance(pool: Pool, key: Any) -> Problem:
    path = pool.block.path
    if pool.block.keyed:
        near = did_you_mean(str(key), pool.keys)
        there = f"its keys are: {', '.join(sorted(pool.keys)[:8])}" if pool.keys else "it has no instances"
        return Problem(error("reference-index", f"`{path}` has no key {key!r}", hint=near or there))
    if isinstance(key, int):
        count = len(pool.slots)
        there = f"it has [0] to [{count - 1}]" if count else "its count is 0"
        return Problem(error("reference-index", f"`{path}` has no [{key}]", hint=there))
    return Problem(
        error(
            "pool-reference",
            f"`{path}` is a pool of {len(pool.slots)}, so it has no `{key}` itself",
            hint=f"say which one, `{pool.block.name}[0].{key}`, or take all, `| map(attribute='{key}') | list`",
        )
    )


class TooMuch(Exception):
    """A result over the limits."""


def plain(value: Any, whole: Callable[[Instance | ForeignView], Any] | None = None) -> Any:
    """A result as plain data. `whole` turns a resource that was given as a whole into a value; its id by default.

    Raises TooMuch over the limits and TypeError for what is no data; whatever `whole` and the views raise.
    """
    return _Flattener(whole).flatten(value)


class _Flattener:
    def __init__(self, whole: Callable[[Instance | ForeignView], Any] | None) -> None:
        self._whole = whole
        self._values = 0
        self._text = 0

    def flatten(self, value: Any) -> Any:
        self._values += 1
        if self._values > MAX_VALUES:
            raise TooMuch(f"the result has more than {MAX_VALUES:,} values")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            self._text += len(value)
            if self._text > MAX_TEXT:
                raise TooMuch(f"the result has more than {MAX_TEXT:,} characters")
            return str.__str__(value) if type(value) is not str else value
        if isinstance(value, int):
            if value not in _INT64:
                raise TypeError("a number this large does not fit 64 bits")
            return value
        if isinstance(value, float):
            if value - value != 0:
                raise TypeError("infinity and not-a-number have no JSON form")
            return value
        if isinstance(value, ForeignView):
            return self.flatten(read_foreign(value, ID) if self._whole is None else self._whole(value))
        if isinstance(value, ResourceView):
            return self.flatten(_id_of(value) if self._whole is None else self._whole(value._instance))
        if isinstance(value, ListView | PoolView | list | tuple):
            return [self.flatten(each) for each in value]
        if isinstance(value, MapView | SectionView | dict):
            return {self._key(key): self.flatten(each) for key, each in value.items()}
        if isinstance(value, NamesView):
            raise TypeError("say which one: `var.NAME`")
        if isinstance(value, GapView):
            raise value._problem
        if isinstance(value, KeyPairView):
            raise TypeError("say which part of the SSH key: `.public` or `.private`")
        raise TypeError("this is no value; a function is called with `()`")

    def _key(self, key: Any) -> str:
        if not isinstance(key, str):
            raise TypeError("the keys of a mapping have to be text")
        return str(key)
