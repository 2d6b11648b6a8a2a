"""The spots of a stack that paths lead to, and the steps from one to the next, without running anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reconciler.stack.missing import missing_resource, no_such_attribute, switched_off
from reconciler.stack.problems import Broken, Problem
from reconciler.stack.tokens import Step
from reconciler.stack.tree import Instance, Pool, Scope, Tree, readable


@dataclass(frozen=True, slots=True)
class Section:
    """A section of one parent: a spot that a path can lead to, besides pools and instances."""

    owner: Instance | None
    name: str


Spot = Section | Pool | Instance
NOTHING: Final = "nothing"
"""Where a path leads that a branch leaves out."""


class Wrong(Exception):
    """A step of a path that leads nowhere."""

    def __init__(self, problem: Problem, step: Step, width: int = 0) -> None:
        self.problem = problem
        self.step = step
        self.width = width or (len(step.segment) if isinstance(step.segment, str) and step.dotted else 1)
        super().__init__(str(problem))


class Spots:
    """The steps through one tree."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def root(self, name: str, reader: Instance | None, scope: Scope) -> Spot | None:
        """Where a path begins that begins with this name; None for a name that is no resource's and no section's."""
        if reader is not None:
            for around in reader.enclosing():
                if around.kind.name == name and not around.block.group:
                    return around
        owner = scope.owner
        return Section(owner, name) if name in self._tree.sections_of(owner) else None

    def singleton(self, spot: Spot) -> Spot:
        """The spot, or the one resource that is all of it. Raises Broken."""
        if isinstance(spot, Section):
            pool = self._tree.pools_of(spot.owner).get(spot.name, {}).get("")
            if pool is not None and not pool.broken and pool.plain and pool.instances:
                return pool.instances[0]
            if pool is not None and pool.broken:
                raise Broken
        return spot

    def inside(self, instance: Instance, step: Step) -> Section | str | None:
        """What a step from a resource or group leads to: a section, or the name of an attribute. Raises Wrong or
        Broken.
        """
        if not isinstance(step.segment, str):
            return None
        if step.segment in self._tree.sections_of(instance):
            return Section(instance, step.segment)
        if step.segment not in readable(instance):
            if instance.block.has_unknown_keys or (instance.inside is not None and not instance.inside.complete):
                raise Broken
            raise Wrong(no_such_attribute(self._tree, instance, step.segment), step)
        return step.segment

    def pool(self, section: Section, step: Step, *, optional: bool) -> Spot | str:
        """The pool or plain resource of a name; NOTHING for one that is switched off, where a branch may leave it out
        (`optional`). Raises Wrong or Broken.
        """
        name = str(step.segment)
        pool = self._tree.pools_of(section.owner).get(section.name, {}).get(name)
        if pool is None:
            problem = missing_resource(self._tree, section.owner, section.name, name)
            if isinstance(problem, Broken):
                raise problem
            raise Wrong(problem, step)
        if pool.broken:
            raise Broken
        if not pool.plain:
            return pool
        if pool.instances:
            return pool.instances[0]
        if optional:
            return NOTHING
        raise Wrong(switched_off(pool), step)
