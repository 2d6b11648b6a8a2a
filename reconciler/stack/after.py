"""Addresses as plain text, in `after`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reconciler.diagnostics import error
from reconciler.stack.missing import instance_of
from reconciler.stack.problems import Broken, Problem
from reconciler.stack.spots import Section, Spot, Spots, Wrong
from reconciler.stack.tokens import Step
from reconciler.stack.tree import Instance, Pool, Tree
from reconciler.values import Address

_PART = re.compile(r"""\.?(?P<word>[A-Za-z0-9_-]+)|\[(?:(?P<number>\d+)|"(?P<key>[^"\\]*)"|'(?P<quoted>[^'\\]*)')\]""")


class Named:
    """Finds what addresses name in one tree."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._spots = Spots(tree)

    def find(self, text: str, reader: Instance) -> list[frozenset[Address]]:
        """The resources that an address in `after` names. Raises Problem or Broken."""
        parts = list(_parts(text))
        owner = reader.block.scope.owner
        first = parts[0] if parts else None
        spot = self._spots.root(first, reader, reader.block.scope) if isinstance(first, str) else None
        if spot is None:
            around = {each.kind.name for each in reader.enclosing() if not each.block.group}
            known = sorted({*self._tree.sections_of(owner), *around})
            hint = f"an address begins with one of {', '.join(known)}"
            raise Problem(error("unknown-reference", f"`{text}` is no address of a resource", hint=hint))
        spot = self._spots.singleton(spot)
        for part in parts[1:]:
            step = Step(part, 0)
            try:
                if isinstance(spot, Section):
                    pool = self._spots.pool(spot, Step(str(part), 0), optional=False)
                    assert not isinstance(pool, str)
                    spot = pool
                elif isinstance(spot, Pool):
                    chosen = instance_of(spot, part)
                    if isinstance(chosen, Problem) and chosen.diagnostic.code == "reference-off":
                        return []
                    if isinstance(chosen, Problem):
                        raise chosen
                    spot = chosen
                else:
                    into = self._spots.inside(spot, step)
                    if not isinstance(into, Section):
                        message = f"`{text}` names an attribute; `after` wants a resource"
                        raise Problem(error("unknown-reference", message))
                    spot = self._spots.singleton(into)
            except Wrong as wrong:
                if wrong.problem.diagnostic.code == "reference-off":
                    return []  # what is not there needs not be waited for
                raise wrong.problem from None
        return list(self._all_of(spot))

    def _all_of(self, spot: Spot) -> Iterable[frozenset[Address]]:
        if isinstance(spot, Instance):
            if spot.broken_inside():
                raise Broken
            return [frozenset(each.address for each in spot.resources())]
        if isinstance(spot, Pool):
            if any(each.broken_inside() for each in spot.instances):
                raise Broken
            return [spot.addresses]
        pools = self._tree.pools_of(spot.owner).get(spot.name, {}).values()
        if any(pool.broken for pool in pools):
            raise Broken
        return [pool.addresses for pool in pools]


def _parts(text: str) -> Iterable[str | int]:
    position = 0
    while position < len(text):
        match = _PART.match(text, position)
        if match is None or (position == 0) == match[0].startswith((".", "[")):
            raise Problem(error("unknown-reference", f"`{text[:80]}` is no address of a resource"))
        position = match.end()
        if match["number"] is not None:
            yield int(match["number"])
        else:
            yield next(match[name] for name in ("word", "key", "quoted") if match[name] is not None)
