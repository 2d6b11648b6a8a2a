"""Resources that wait for each other: no order of making them would do, which can be seen without the API.

The walk goes from what reads to what is read, as deep as it leads, and looks at a set of references once, however many
instances share it: those of a pool's readers may be as many as the pool is large.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from reconciler.diagnostics import Diagnostic, Place, Severity, Via
from reconciler.model.resource import Resource, deferred
from reconciler.stack.problems import Problems
from reconciler.stack.tree import Instance
from reconciler.stack.yaml_tree import Items
from reconciler.values import Address

_SHOWN: Final = 8
"""Steps of a longer chain are not all shown: it comes from a pool, and its steps are alike."""


class _Step(NamedTuple):
    """`reader` waits for `read`, since `place` says so; `shown` is False where the line there holds a secret."""

    reader: Address
    read: Address
    place: Place
    shown: bool = True
    word: str = "waits for"

    @property
    def label(self) -> str:
        return f"{self.reader} {self.word} {self.read}"


def check_cycles(resources: Sequence[Resource], instances: Mapping[Address, Instance], problems: Problems) -> None:
    """Note each circle once, at the reference in it that stands first, with the places of the others as its way."""
    by_address = {each.address: each for each in resources}
    told: set[Address] = set()
    for members in _circles(by_address):
        if told.isdisjoint(members):
            told.update(members)
            _tell(members, by_address, instances, problems)


def _circles(by_address: Mapping[Address, Resource]) -> Iterator[list[Address]]:
    """Each circle that a walk in depth meets, as its members in the order of reading. One in a circle is referred to:
    that a walk begins there is enough, and of many machines few are.
    """
    done: set[Address] = set()
    looked_at: set[int] = set()
    distinct = {id(each.references): each.references for each in by_address.values()}
    referred = set[Address]().union(*distinct.values())
    for start, resource in by_address.items():
        if start not in referred or start in done:
            continue
        if id(resource.references) in looked_at and (resource.parent is None or resource.parent in done):
            done.add(start)
            continue
        path: dict[Address, Iterator[Address]] = {start: _waits_for(resource, looked_at)}
        while path:
            address, rest = next(reversed(path.items()))
            following = next(rest, None)
            if following is None:
                done.add(address)
                looked_at.add(id(by_address[address].references))
                del path[address]
            elif following in path:
                members = list(path)
                yield members[members.index(following) :]
            elif following in by_address and following not in done:
                path[following] = _waits_for(by_address[following], looked_at)


def _waits_for(resource: Resource, looked_at: set[int]) -> Iterator[Address]:
    if resource.parent is not None:
        yield resource.parent
    if id(resource.references) not in looked_at:
        yield from resource.references


def _tell(
    members: list[Address],
    by_address: Mapping[Address, Resource],
    instances: Mapping[Address, Instance],
    problems: Problems,
) -> None:
    start = min(range(len(members)), key=lambda at: (by_address[members[at]].place, members[at].sort_key))
    chain = [*members[start:], *members[:start]]
    steps = [
        _step(by_address[reader], read, instances[reader])
        for reader, read in zip(chain, [*chain[1:], chain[0]], strict=True)
    ]
    names = [str(each) for each in (*chain, chain[0])]
    if len(names) > _SHOWN:
        names = [*names[: _SHOWN - 1], f"... ({len(names) - _SHOWN} more)", names[-1]]
    first, *others = steps[:_SHOWN]
    via = tuple(
        Via(each.label, each.place, problems.texts.excerpt(each.place) if each.shown else "") for each in others
    )
    found = Diagnostic(
        Severity.ERROR,
        "cycle",
        f"resources wait for each other: {' -> '.join(names)}",
        address=str(first.reader),
        place=first.place,
        hint="take one of these references out, so that something can be made first",
        via=via,
    )
    with problems.inside(instances[first.reader].block.scope.via):
        problems.note(found, shown=first.shown)


def _step(resource: Resource, read: Address, instance: Instance) -> _Step:
    """Why a resource waits for another: the expression that reads it, `after`, or that it stands inside of it."""
    for name, value in resource.values.items():
        place = _place_in(value, read)
        if place is not None:
            return _Step(resource.address, read, place, name not in resource.secrets)
    if read == resource.parent:
        return _Step(resource.address, read, resource.place, word="stands in")
    nodes = (each.block.meta_nodes.get("after") for each in (instance, *instance.enclosing()))
    node = next((each for each in nodes if each is not None), None)
    if isinstance(node, Items) and len(node.items) == 1:
        node = node.items[0]
    return _Step(resource.address, read, node.place if node is not None else resource.place)


def _place_in(value: Any, read: Address) -> Place | None:
    if deferred(value):
        place: Place = value.place
        return place if read in value.references else None
    parts: Sequence[Any] = ()
    if isinstance(value, Mapping):
        parts = list(value.values())
    elif isinstance(value, list | tuple):
        parts = value
    return next((found for each in parts if (found := _place_in(each, read)) is not None), None)
