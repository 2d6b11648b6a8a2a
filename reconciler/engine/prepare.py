"""From a step to a task: the values as they are now, the mark, and the ids that the call needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.diagnostics import Refused, error
from reconciler.engine.fields import differences
from reconciler.engine.task import Task
from reconciler.engine.world import PlannedWorld, Settled, Standing, settle
from reconciler.model.catalog import Catalog
from reconciler.model.kind import Kind, Verb, Wish
from reconciler.model.live import LiveObject, Phase
from reconciler.model.mark import Mark, holding
from reconciler.model.plan import Change, Step
from reconciler.model.resource import Resource, Timeouts
from reconciler.values import Address, Unknown
from reconciler.wire import Call


def patience(step: Step, kind: Kind, resource: Resource | None) -> float:
    """For how many seconds a step may wait, by the user's own limit or else by the kind's."""
    timeouts = resource.timeouts if resource is not None else Timeouts()
    if step.verb is Verb.DELETE:
        return kind.delete_seconds if timeouts.delete is None else timeouts.delete
    return kind.create_seconds if timeouts.create is None else timeouts.create


@dataclass(frozen=True, slots=True)
class Preparation:
    """What the coordinator needs to turn steps into tasks."""

    stack: str
    catalog: Catalog
    world: PlannedWorld
    known: frozenset[str]
    """The ids of all objects that the plan is about: none of them is what a create is to make."""
    going: frozenset[str] = frozenset()
    """The ids of those that the plan deletes."""
    holds: Mapping[Address, frozenset[str]] = field(default_factory=dict)
    """By owner, the sections that its mark is to remember (`reach.to_hold`)."""

    def task(self, step: Step, change: Change) -> Task | None:
        """The task of a step; None when nothing is left to do. Raises `Refused` when a value does not fit after all."""
        kind = self.catalog[step.kind]
        if change.resource is None or step.verb in (Verb.DELETE, Verb.NOTE, Verb.MOVE):
            return self._as_it_is(step, change, kind)
        if step.verb is Verb.RELEASE:
            return self._letting_go(step, change, change.resource, kind)
        settled = self._settled(change.resource, kind)
        born = change.live.mark if change.live is not None and step.verb is Verb.UPDATE else None
        wish = self._wish(step, change.resource, kind, settled.values, born)
        wait = patience(step, kind, change.resource)
        if step.verb is Verb.CREATE:
            self.world.place(step.address, Standing(kind, settled.values))
            every = frozenset(wish.values)
            parent = self._parent(change.resource, kind)
            return Task(step, kind, wish, changed=every, avoid=self.known, patience=wait, parent=parent)
        live = self.world.live(step.address) or change.live
        assert live is not None, "an update has a live object"
        if kind.standing:  # what siblings did since may have changed it: whoever performs it reads it first
            parent = self._parent(change.resource, kind)
            return Task(step, kind, wish, live, frozenset(wish.values), patience=wait, parent=parent)
        changed = frozenset(change.changed & self._differing(change.resource, kind, settled, live))
        return Task(step, kind, wish, live, changed, patience=wait) if changed else None

    def further(self, step: Step, change: Change, live: LiveObject, sent: tuple[Call, ...]) -> Task | None:
        """What is left to do of a step whose object has become ready; None when nothing is. `sent` is what was done."""
        kind = self.catalog[step.kind]
        if change.resource is None or not kind.stepwise or step.verb not in (Verb.CREATE, Verb.UPDATE, Verb.AWAIT):
            return None
        settled = settle(change.resource, kind, self.world)
        changed = self._differing(change.resource, kind, settled, live)
        if step.verb is Verb.UPDATE and change.fields:
            changed &= change.changed | kind.undone_by(change.changed, change.resource.lifecycle.on_change)
        if step.verb is Verb.AWAIT and change.live is not None:  # what an interrupted create has left to do
            changed -= {*change.live.values, *settled.unknown}
        if not changed:
            return None
        wish = replace(self._wish(step, change.resource, kind, settled.values, live.mark), sent=sent)
        return Task(step, kind, wish, live, changed, patience=patience(step, kind, change.resource))

    def _as_it_is(self, step: Step, change: Change, kind: Kind) -> Task:
        """What is done to an object of which nothing is wished but its mark."""
        live = change.live if step.verb is not Verb.NOTE else self.world.live(step.address) or change.live
        assert live is not None, "it is there, or was made by this run"
        wish = Wish({}, Mark(self.stack, str(step.address)), live.parent_id, live.owner_id)
        wait, holds = patience(step, kind, change.resource), self.holds.get(step.address, frozenset())
        return Task(step, kind, wish, live, patience=wait, holds=holds)

    def _letting_go(self, step: Step, change: Change, resource: Resource, kind: Kind) -> Task:
        """What is not known yet stays out of the wish, so that nothing is let go on its account."""
        settled = settle(resource, kind, self.world)
        values = {name: value for name, value in settled.values.items() if name not in settled.unknown}
        wish = self._wish(step, resource, kind, values, None)
        return Task(step, kind, wish, change.live, going=self.going, patience=patience(step, kind, resource))

    def _wish(self, step: Step, resource: Resource, kind: Kind, values: Mapping[str, Any], born: Mark | None) -> Wish:
        mark = Mark(self.stack, str(step.address), kind.memo(values, born, resource.lifecycle.on_change))
        mark = holding(mark, self.holds.get(step.address, ()))
        return Wish(values, mark, *self._ids(resource, kind), resource.lifecycle.on_change)

    @staticmethod
    def _differing(resource: Resource, kind: Kind, settled: Settled, live: LiveObject) -> frozenset[str]:
        found = differences(resource, kind, settled.values, settled.secrets, live)
        return frozenset(str(each.path[0]) for each in found)

    def not_as_wanted(self, step: Step, change: Change, live: LiveObject) -> str:
        """What an accepted create or update left otherwise than planned; empty when all is well."""
        if change.resource is None or step.verb not in (Verb.CREATE, Verb.UPDATE):
            return ""
        kind = self.catalog[step.kind]
        if live.status.phase is Phase.LEAVING:
            return f"the API accepted it, but {live.status.told}"
        if kind.marked and live.mark is None and not live.mark_missing:
            return f"the API accepted it, but the {kind.name} ({live.id}) has no mark, so no run will know it as ours"
        try:
            settled = settle(change.resource, kind, self.world)
        except Refused as refused:  # what it is computed from has changed since it was sent
            return f"the API accepted it, but its {refused.diagnostics[0].summary}"
        found = differences(change.resource, kind, settled.values, settled.secrets, live)
        every = step.verb is Verb.CREATE or not change.fields
        concerned = [each for each in found if every or each.path[0] in change.changed]
        if not concerned:
            return ""
        parts = [
            f"{'.'.join(map(str, each.path))} is {'another value' if each.secret else repr(each.before)}"
            for each in concerned
        ]
        return f"the API accepted it, but {'; '.join(parts)}"

    def _settled(self, resource: Resource, kind: Kind) -> Settled:
        settled = settle(resource, kind, self.world)
        if settled.unknown:
            values = (settled.values[name] for name in settled.unknown)
            waits = {str(each) for value in values if isinstance(value, Unknown) for each in value.waits_for}
            names = ", ".join(sorted(settled.unknown))
            summary = f"{names} is still not known, although {', '.join(sorted(waits))} is done"
            place = resource.place_of(min(settled.unknown))
            raise Refused([error("still-unknown", summary, address=str(resource.address), place=place)])
        return settled

    def _parent(self, resource: Resource, kind: Kind) -> Kind | None:
        """The kind of what a standing object stands in."""
        live = self.world.live(resource.parent) if kind.standing and resource.parent is not None else None
        return self.catalog[live.kind] if live is not None else None

    def _ids(self, resource: Resource, kind: Kind) -> tuple[str | None, str | None]:
        """The id of the parent object, and that of the object whose collection will list the new one."""
        parent_id: str | None = None
        here = resource.parent
        while here is not None:
            live = self.world.live(here)
            if live is None:
                break
            parent_id = parent_id or live.id
            if live.kind in kind.listed_under:
                return parent_id, live.id
            here = here.owner
        return parent_id, None
