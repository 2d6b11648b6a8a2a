"""What expressions get to see of a stack: read-only views that keep book in their run of what was read.

The engine calls public methods of the objects handed in, so views have none that is not harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from reconciler.diagnostics import did_you_mean
from reconciler.model.kind import ID
from reconciler.stack.elsewhere import ForeignView, read_foreign
from reconciler.stack.keys import KeyPair
from reconciler.stack.missing import (
    instance_of,
    missing_resource,
    no_such_attribute,
    switched_off,
    whole_group,
)
from reconciler.stack.problems import Broken, Problem
from reconciler.stack.run import ListView, MapView, Run, Waiting
from reconciler.stack.tree import Instance, Pool, Tree, readable
from reconciler.stack.yaml_scalars import INT64

MAX_VALUES: Final = 100_000
MAX_TEXT: Final = 1 << 20


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
            if value not in INT64:
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
