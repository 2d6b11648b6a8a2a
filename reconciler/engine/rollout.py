"""Rolling changes: the steps of a plan put into waves, where a group says how many of it may be out of work.

    look at the others  ->  wave 1: change, check  ->  look at the others  ->  wave 2: change, check  ->  ...

All of it is in the plan: what is shown is what is done, and what fails skips what comes after it, as everywhere.
Without a `rollout` the steps are the very same ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.diagnostics import Refused, error
from reconciler.graph import Cycle, ordered, reached, tangles
from reconciler.model.catalog import Catalog
from reconciler.model.kind import Kind, Verb
from reconciler.model.live import LiveObject
from reconciler.model.plan import Action, Change, Step, step_id
from reconciler.model.rollout import Rollout, Waves, lasting, survey_id
from reconciler.values import Address

_DISRUPTING = (Verb.RELEASE, Verb.UPDATE, Verb.DELETE, Verb.CREATE)
"""The steps of a change that disrupts; the others only look, or write into a mark."""


def rolled_out(
    changes: Sequence[Change], steps: Sequence[Step], catalog: Catalog
) -> tuple[tuple[Step, ...], tuple[Waves, ...]]:
    """The steps, those of each group with a `rollout` in waves, and the waves. `changes` have their effects; `steps`
    are in an order in which each comes after what it requires. Raises `Refused` where machines of a group can only be
    changed together.
    """
    done, waves = tuple(steps), []
    for members in _groups(changes):
        group = _Group.of(members, changes, done, catalog)
        if group.disrupted:
            done, found = group.rolled(done)
            waves.append(found)
    return done, tuple(waves)


def _groups(changes: Iterable[Change]) -> list[list[Change]]:
    """The members of each group that has a `rollout`, in address order."""
    found: dict[Address, list[Change]] = {}
    for each in changes:
        if each.resource is not None and each.resource.rollout is not None:
            found.setdefault(each.address.at_index(None), []).append(each)
    return [sorted(each, key=lambda change: change.address.sort_key) for each in found.values()]


@dataclass(slots=True)
class _Member:
    """One machine of a group with the steps that are about it: its own, those of what stands in it, and those of what
    is changed on its account only. `gated` are the ids of those that put it out of work, `late` of those that can only
    come when the old machine of a create-first is gone.
    """

    change: Change
    steps: list[str] = field(default_factory=list)
    gated: list[str] = field(default_factory=list)
    late: frozenset[str] = frozenset()

    @property
    def address(self) -> Address:
        return self.change.address

    @property
    def check(self) -> str:
        return step_id(self.address, Verb.CHECK)


@dataclass(frozen=True)
class _Group:
    """One group, and what stands around it in the graph: `later` are the steps that come right after each."""

    address: Address
    kind: str
    rollout: Rollout
    members: Mapping[Address, _Member]
    later: Mapping[str, Sequence[str]]
    catalog: Catalog

    @classmethod
    def of(
        cls, members: Sequence[Change], changes: Sequence[Change], steps: Sequence[Step], catalog: Catalog
    ) -> _Group:
        rollout = next(each.resource.rollout for each in members if each.resource and each.resource.rollout)
        rollout = rollout if rollout.size else rollout.of(len(members))
        found = {each.address: _Member(each) for each in members}
        owners = dict(_owners(found, changes, catalog))
        disrupting = {each.address for each in changes if each.address in owners and each.effect.disrupts}
        later: dict[str, list[str]] = {each.id: [] for each in steps}
        for step in steps:
            for earlier in step.requires:
                later[earlier].append(step.id)
            if step.address in owners:
                member = found[owners[step.address]]
                member.steps.append(step.id)
                if step.address in disrupting and step.verb in _DISRUPTING and not step.implied:
                    member.gated.append(step.id)
        for member in found.values():
            if member.change.action is Action.CREATE:  # it is made before the first wave, and not limited
                member.gated.clear()
            elif member.change.action is Action.CREATE_DELETE:
                gone = step_id(member.address, Verb.DELETE)
                member.late = frozenset(reached([gone], later).intersection(member.steps))
        return cls(members[0].address.at_index(None), members[0].kind, rollout, found, later, catalog)

    @property
    def disrupted(self) -> list[_Member]:
        return [each for each in self.members.values() if each.gated]

    def rolled(self, steps: Sequence[Step]) -> tuple[tuple[Step, ...], Waves]:
        """The steps of a plan with this group's in waves."""
        in_turn = self._in_turn()
        most = self.rollout.max_unavailable
        waves = [in_turn[at : at + most] for at in range(0, len(in_turn), most)]
        others = self._others()
        found = Waves(
            self.address,
            self.kind,
            self.rollout,
            tuple(tuple(each.address for each in wave) for wave in waves),
            tuple(each.address for each in others),
            tuple(each.address for each in in_turn if self._is_down(each)),
        )
        new = {each.id: each for each in self._new_steps(found)}
        try:
            return _with(steps, new, self._edges(found, others, waves)), found
        except Cycle:
            raise self._impossible(each.address for each in in_turn) from None

    def _in_turn(self) -> list[_Member]:
        """Those that are disrupted: first those that are out of work already, then in the group's order, but each after
        those that it needs. Raises `Refused` where some need each other.
        """
        members = sorted(self.disrupted, key=lambda each: not self._is_down(each))
        owner = {each: member.address for member in members for each in member.steps}
        before = [
            (member.address, later)
            for member in members
            for later in sorted(
                {owner[each] for each in reached(member.gated, self.later) if each in owner} - {member.address},
                key=lambda each: each.sort_key,
            )
        ]
        for tangle in tangles([each.address for each in members], before):
            raise self._impossible(tangle)
        return [self.members[each] for each in ordered([each.address for each in members], before)]

    def _is_down(self, member: _Member) -> bool:
        change = member.change
        return change.live is not None and bool(ailing(self.catalog[change.kind], change.after, change.live))

    def _others(self) -> list[_Member]:
        """Those that are not disrupted and can be looked at before the first wave: a new one that waits for something
        of a wave cannot.
        """
        after = reached([each for member in self.disrupted for each in member.gated], self.later)
        return [each for each in self.members.values() if not each.gated and not after.intersection(each.steps)]

    def _new_steps(self, found: Waves) -> Iterator[Step]:
        conditions = ", ".join(each.words for each in self.rollout.health)
        for number, wave in enumerate(found.waves):
            if found.surveyed(number):
                call = f"(the others of the group, before wave {number + 1} of {len(found.waves)})"
                yield Step(survey_id(self.address, number), self.address, Verb.CHECK, self.kind, call)
            for address in wave:
                pause = found.pause_after(address)
                call = f"({conditions}{f'; then a pause of {lasting(pause)}' if pause else ''})"
                yield Step(step_id(address, Verb.CHECK), address, Verb.CHECK, self.kind, call)

    def _edges(
        self, found: Waves, others: Sequence[_Member], waves: Sequence[Sequence[_Member]]
    ) -> list[tuple[str, str]]:
        """All pairs (earlier, later) that make the waves."""
        edges: list[tuple[str, str]] = []
        for number, wave in enumerate(waves):
            gate = survey_id(self.address, number)
            if number:
                edges += [(each, gate) for member in waves[number - 1] for each in (member.check, *sorted(member.late))]
            elif found.surveyed(number):
                edges += [(each, gate) for other in others for each in self._readying(other)]
            for member in wave:
                edges += [(each, member.check) for each in member.steps if each not in member.late]
                if member.late:  # the new one is proved before the old one goes
                    edges.append((member.check, step_id(member.address, Verb.DELETE)))
                if found.surveyed(number):
                    edges += [(gate, each) for each in self._first(member)]
        return edges

    def _readying(self, other: _Member) -> list[str]:
        """The steps after which one that is not disrupted can be looked at."""
        mine = other.steps if other.change.action is Action.CREATE else [step_id(other.address, Verb.AWAIT)]
        return [each for each in mine if each in self.later]

    def _first(self, member: _Member) -> list[str]:
        """The first of the steps that put a machine out of work: the others come after one of them."""
        following = {each for step in member.gated for each in reached([step], self.later) - {step}}
        return [each for each in member.gated if each not in following]

    def _impossible(self, together: Iterable[Address]) -> Refused:
        names = sorted(together, key=lambda each: each.sort_key)
        shown = ", ".join(map(str, names[:3])) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        summary = f"{shown} can only be changed together, so the rollout of {self.address} cannot hold"
        hint = (
            "something that they share is replaced, or they give each other something: make that change by itself, "
            "replace what is shared with `create_before_destroy`, or take `rollout` out for this one"
        )
        place = self.rollout.place
        return Refused([error("rollout-impossible", summary, address=str(self.address), place=place, hint=hint)])


def _owners(
    members: Mapping[Address, _Member], changes: Iterable[Change], catalog: Catalog
) -> Iterator[tuple[Address, Address]]:
    """By the address of a change, the member that it is about: the member itself, what stands in it, and what refers to
    it alone and is disrupted with it (the attachment of a volume). Other machines are on their own account.
    """
    for each in changes:
        inside = next((around for around in each.address.outwards() if around in members), None)
        if inside is not None:
            yield each.address, inside
        elif each.resource is not None and each.action is not Action.NOOP and not catalog[each.kind].reached_at:
            named = [address for address in each.resource.references if address in members]
            if len(named) == 1 and each.effect.disrupts:
                yield each.address, named[0]


def _with(steps: Sequence[Step], new: Mapping[str, Step], edges: Sequence[tuple[str, str]]) -> tuple[Step, ...]:
    """The steps and the new ones, ordered anew where the edges want it. Raises `Cycle`."""
    every = {each.id: each for each in (*steps, *new.values())}
    before: dict[str, list[str]] = {name: list(each.requires) for name, each in every.items()}
    for earlier, later in edges:
        before[later].append(earlier)
    pairs = [(earlier, later) for later, found in before.items() for earlier in found]
    in_order = ordered(list(every), pairs)
    return tuple(replace(every[each], requires=tuple(dict.fromkeys(before[each]))) for each in in_order)


def ailing(kind: Kind, values: Mapping[str, Any], live: LiveObject) -> str:
    """Why a machine that is to be changed does no work now: it neither runs, nor is it off as declared."""
    return kind.ailment(values, live) and kind.ailment({}, live)


def narrowed(waves: Waves, number: int, steps: Iterable[Step], allowed: int) -> tuple[tuple[str, str], ...]:
    """The pairs (earlier, later) by which only so many machines of a wave are changed at a time."""
    wave, gate = waves.waves[number], survey_id(waves.group, number)
    first: dict[Address, list[str]] = {}
    requires = {each.id: each.requires for each in steps}
    for address in wave:
        mine = requires[step_id(address, Verb.CHECK)]
        first[address] = [each for each in mine if gate in requires[each]]
    return tuple(
        (step_id(earlier, Verb.CHECK), each)
        for earlier, later in zip(wave, wave[allowed:], strict=False)
        for each in first[later]
    )


def held_back(step: Step, waves: Iterable[Waves]) -> str:
    """What is said of the steps that a failed check keeps from being begun."""
    survey = any(step.address == each.group for each in waves)
    what = f"machines of {step.address} are" if survey else f"{step.address} is"
    return f"because the rollout stopped: {what} not healthy"
