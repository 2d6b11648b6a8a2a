"""`stacks.NAME.ADDRESS.ATTRIBUTE`: objects of other stacks.

Such a path has to be readable before anything is run, so that it is known what to look for. What it can lead to is
known from the kinds alone; whether it is there, only the API can tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from reconciler.diagnostics import did_you_mean, error, one
from reconciler.model.catalog import Catalog
from reconciler.model.kind import ID, Form, Kind, natural_key_by_name
from reconciler.model.resource import Foreign
from reconciler.model.rules import Refers
from reconciler.stack.missing import wrong_kind
from reconciler.stack.problems import Problem
from reconciler.stack.run import Run
from reconciler.values import GROUPS, STACK_NAME, Address

_CODE: Final = "stack-reference"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that a path leads to: a stack (empty before its name), a section in it whose name is still to come, or a
    resource or group at an address. `kind` is that of the resource, None for a group or the top.
    """

    catalog: Catalog
    stack: str = ""
    address: Address | None = None
    section: str = ""
    kind: Kind | None = None

    def step(self, segment: object, *, dotted: bool = False) -> Spot | str:
        """One step on: another spot, or the name of an attribute. A word that is neither a section nor an attribute is
        a key of for_each, unless it is `dotted`. Raises Problem where it leads nowhere.
        """
        if not self.stack:
            return self._named(segment)
        if self.section:
            return self._resource(Address(self.address, self.section, str(segment)))
        if type(segment) is int and self._may_have_index:
            return self._indexed(segment)
        sections = self._sections()
        if isinstance(segment, str) and segment in sections:
            if segment != GROUPS and sections[segment].form is Form.SINGLETON:
                return self._resource(Address(self.address, segment))
            return replace(self, section=segment)
        if isinstance(segment, str) and self.kind is not None and segment in self.kind.attributes:
            return segment
        if isinstance(segment, str) and not dotted and self._may_have_index:
            return self._indexed(segment)
        raise self._nowhere(segment)

    def foreign(self) -> Foreign:
        """The object at this spot. Raises Problem where there is none."""
        if self.address is None or self.section or self.kind is None:
            hint = "name an object and what is wanted of it: stacks.network.projects.core.vlans.storage.vxlan"
            raise Problem(error(_CODE, "this names no object of another stack", hint=hint), certain=True)
        if not self.kind.marked and not natural_key_by_name(self.kind, self.address.name):
            summary = f"{one(self.kind.name)} carries no mark, so that another stack's cannot be told from others"
            raise Problem(error(_CODE, summary, hint="read what it belongs to, or hand the value in"), certain=True)
        return Foreign(self.stack, self.address, self.kind.name)

    @property
    def _may_have_index(self) -> bool:
        return self.address is not None and bool(self.address.name) and self.address.index is None

    def _named(self, segment: object) -> Spot:
        if not isinstance(segment, str) or not STACK_NAME.fullmatch(segment):
            raise Problem(error(_CODE, f"`{segment}` is no name of a stack"), certain=True)
        return replace(self, stack=segment)

    def _indexed(self, index: int | str) -> Spot:
        assert self.address is not None
        return replace(self, address=self.address.at_index(index))

    def _resource(self, address: Address) -> Spot:
        kind = None if address.section == GROUPS else self._sections()[address.section]
        return replace(self, address=address, section="", kind=kind)

    def _around(self) -> str:
        """The kind of what holds the sections here."""
        here = self.address if self.kind is not None or self.address is None else self.address.owner
        return self.catalog.way_to(here)[-1].name if here is not None else ""

    def _sections(self) -> dict[str, Any]:
        name = self._around()
        sections: dict[str, Any] = dict(self.catalog.sections(name))
        return {**sections, GROUPS: None} if self.catalog.holds_groups(name) else sections

    def _nowhere(self, segment: object) -> Problem:
        shown = str(segment)
        if self.kind is not None:
            known = self.kind.attributes
            hint = did_you_mean(shown, {*known, *self._sections()}) or f"it has: {', '.join(sorted(known))}"
            return Problem(
                error("unknown-attribute", f"{one(self.kind.name)} has no `{shown}`", hint=hint), certain=True
            )
        there = set(self._sections())
        hint = did_you_mean(shown, there) or f"known here: {', '.join(sorted(there))}"
        where = "a group of another stack" if self.address is not None else "a stack"
        return Problem(error(_CODE, f"{where} has no `{shown}` that can be read", hint=hint), certain=True)


def foreign_at(catalog: Catalog, segments: Sequence[tuple[object, bool]]) -> tuple[Foreign | None, int, Problem | None]:
    """What a path of segments (each with whether it is written `.name`) leads to, the segment that is to blame when it
    leads nowhere, and why.
    """
    spot: Spot = Spot(catalog)
    for position, (segment, dotted) in enumerate(segments):
        if not isinstance(segment, str | int):
            hint = "write the address out: it has to be known what to look for before anything is computed"
            return None, position, Problem(error(_CODE, "a path into another stack cannot be computed", hint=hint))
        try:
            further = spot.step(segment, dotted=dotted)
            if isinstance(further, str):
                return spot.foreign(), position, None
        except Problem as problem:
            return None, position, problem
        spot = further
    try:
        return spot.foreign(), len(segments) - 1, None
    except Problem as problem:
        return None, len(segments) - 1, problem


class ForeignView:
    """A place in another stack, as expressions see it. It is one thing: without `__iter__` of its own, the engine would
    ask it for the items 0, 1, 2 without end.
    """

    __slots__ = ("_run", "_spot")
    __iter__ = None

    def __init__(self, run: Run, spot: Spot) -> None:
        self._run = run
        self._spot = spot

    def __getitem__(self, segment: Any) -> Any:
        try:
            further = self._spot.step(segment)
            if isinstance(further, Spot):
                return ForeignView(self._run, further)
            return self._run.give(read_foreign(self, further))
        except Problem as problem:
            self._run.stop(problem)

    def __str__(self) -> str:
        return "(an object of another stack)"


def foreign_of(view: ForeignView) -> Foreign:
    """The object that a view stands for. Not a method, for the engine could call it. Stops the run where it is none."""
    try:
        return view._spot.foreign()
    except Problem as problem:
        view._run.stop(problem)


def read_foreign(view: ForeignView, name: str) -> Any:
    """An attribute of the object that a view stands for."""
    kind = view._spot.kind
    foreign = foreign_of(view)
    assert kind is not None
    return view._run.read_foreign(foreign, name, secret=kind.hides(name) or name in kind.free_data)


def foreign_value(view: ForeignView, refers: Refers | None) -> Any:
    """A whole object as a field's value: the attribute that the API wants of it."""
    foreign = foreign_of(view)
    if refers is None:
        return read_foreign(view, ID)
    if foreign.kind not in refers.kinds:
        view._run.stop(wrong_kind(foreign, foreign.kind, refers))
    return read_foreign(view, refers.attribute)
