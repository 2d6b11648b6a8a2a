"""Proving that machines do their work: the steps of a rollout that stand before its waves and after each machine.

A look asks for all machines of a collection with one list call, for their sessions with another, and opens a
connection to each whose state is as wanted. Lists lag: what a look shows of a change counts only when it began so long
after it that no list shows the time before it any more. Of several conditions all have to hold in one look.

Before each wave all others of the group are looked at: those that were changed before have to be healthy still, and
whatever else does no work takes from what may be out of work at a time.

The books are kept here; the coordinator runs the looks. Nothing here sleeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from reconciler.diagnostics import Diagnostic, error
from reconciler.engine.observe import NOT_UNDERSTOOD, read_collection
from reconciler.engine.rollout import ailing, narrowed
from reconciler.engine.task import reason_of
from reconciler.engine.watch import FIRST_POLL_SECONDS, LONGEST_POLL_SECONDS
from reconciler.engine.world import PlannedWorld
from reconciler.model.catalog import Catalog
from reconciler.model.kind import Kind
from reconciler.model.live import LiveObject, Phase
from reconciler.model.plan import Plan, Step
from reconciler.model.rollout import STATE, Dialer, Health, Proof, Waves, lasting, survey_id
from reconciler.values import Address
from reconciler.wire import Account, WireError

DIALS = 32
"""So many connections are tried at once."""
_SHOWN = 3
"""So many machines are named with their reasons; the others are counted."""
_NAMED = 8
"""So many machines of a wave are named."""
_SEE_TO_IT = "the waves that come after it were not begun: see to the machine, then run the same command again"


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine whose health is to be proved, what is declared of it, and by what it is proved. One whose turn is still
    `coming` need not be as declared yet: it is enough that it runs.
    """

    address: Address
    live: LiveObject
    values: Mapping[str, Any]
    health: tuple[Health, ...]
    coming: bool = False


@dataclass(frozen=True, slots=True)
class Lack:
    """Why a machine is not healthy, how long that may last (in seconds), and whether no time will change it."""

    why: str
    timeout: float
    final: bool = False


@dataclass(slots=True, eq=False)
class Check:
    """One step under way: about one machine that was changed, or (`survey`) about the group before the wave `number`.

    `lacking` says of each machine that is not healthy why, as far as is known, and `given_up` are those of them that
    had their time. Looks that began before `counts_from` show nothing; `pause` is to go by at the end, `rests_until`
    says when it is over.
    """

    step: Step
    waves: Waves
    number: int
    survey: bool
    machines: Sequence[Machine]
    pause: float
    counts_from: float
    due: float
    lacking: dict[Address, str] = field(default_factory=dict)
    given_up: set[Address] = field(default_factory=set)
    rests_until: float | None = None
    looking: bool = False

    @property
    def open(self) -> list[Machine]:
        """Those that may still become healthy."""
        return [each for each in self.machines if each.address in self.lacking and each.address not in self.given_up]

    @property
    def live(self) -> LiveObject | None:
        """The machine, where it is of one."""
        return None if self.survey else self.machines[0].live

    @property
    def id(self) -> str:
        return self.live.id if self.live is not None else ""

    @property
    def told(self) -> str:
        """How far it is, for a person."""
        if self.rests_until is not None:
            return f"healthy; {lasting(self.waves.rollout.pause)} until the next wave"
        waiting = [each for each in self.open if self.lacking[each.address]]
        if not waiting or not self.survey:
            return self.lacking[waiting[0].address] if waiting else ""
        healthy = len(self.machines) - len(self.lacking)
        return f"{healthy} of {len(self.machines)} healthy; {waiting[0].address}: {self.lacking[waiting[0].address]}"


@dataclass(frozen=True, slots=True)
class Round:
    """One look at all machines of a collection that are due: a list call, whatever their number."""

    kind: Kind
    owner_id: str | None
    checks: tuple[Check, ...]
    machines: tuple[Machine, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look found: of each machine what it lacks, nothing where it is healthy. Or the `problem` of it."""

    round: Round
    found: Mapping[Address, Sequence[Lack]]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A check is over. `why` says why it failed, empty when it did not. Otherwise `told` is for a person, and `apart`
    are pairs (earlier, later) of steps that may not be under way at once.
    """

    check: Check
    why: str = ""
    told: str = ""
    apart: tuple[tuple[str, str], ...] = ()

    @property
    def problem(self) -> Diagnostic | None:
        if not self.why:
            return None
        address, place = str(self.check.step.address), self.check.waves.rollout.place
        return error("not-healthy", f"{address}: {self.why}", address=address, place=place, hint=_SEE_TO_IT)


class Checks:
    """All checks under way. `settle_seconds` is how far lists may lag behind a change."""

    def __init__(self, plan: Plan, catalog: Catalog, world: PlannedWorld, settle_seconds: float) -> None:
        self._plan = plan
        self._catalog = catalog
        self._world = world
        self._settle_seconds = settle_seconds
        self._surveys = {
            survey_id(each.group, number): (each, number) for each in plan.rollouts for number in range(len(each.waves))
        }
        self._before = {each.address: each.live for each in plan.changes if each.live is not None}
        self._under_way: dict[str, Check] = {}

    def __len__(self) -> int:
        return len(self._under_way)

    def __contains__(self, step: Step) -> bool:
        return step.id in self._under_way

    def begin(self, step: Step, now: float) -> Check:
        """What the step is about has been changed, or a wave is about to begin."""
        if step.id in self._surveys:
            check = self._survey(step, *self._surveys[step.id], now)
        else:
            waves = next(each for each in self._plan.rollouts if each.wave_of(step.address) is not None)
            machines = [self._machine(step.address, waves.rollout.health)]
            from_then = now + self._settle_seconds
            pause = waves.pause_after(step.address)
            number = waves.wave_of(step.address) or 0
            check = Check(step, waves, number, False, machines, pause, from_then, from_then)
        check.lacking = {each.address: "" for each in check.machines}
        self._under_way[step.id] = check
        return check

    def _survey(self, step: Step, waves: Waves, number: int, now: float) -> Check:
        """Lists may not show yet what this run made before the first wave, or an earlier one."""
        health = waves.rollout.health
        machines = [self._machine(each, health) for each in (*waves.others, *waves.changed(number))]
        machines += [self._machine(each, (STATE,), coming=True) for each in waves.coming(number)]
        from_then = now if number else now + self._settle_seconds
        return Check(step, waves, number, True, machines, 0.0, from_then, from_then)

    def _machine(self, address: Address, health: tuple[Health, ...], coming: bool = False) -> Machine:
        live = self._before.get(address) if coming else self._world.live(address)
        assert live is not None, "what is checked stands, or was made before"
        return Machine(address, live, self._world.values(address), health, coming)

    def due(self, now: float) -> list[Round]:
        """The looks to begin now, each marked as begun. With one that is due go all of its collection that count."""
        found: dict[tuple[str, str | None], list[Check]] = {}
        for each in self._under_way.values():
            if not each.looking and each.rests_until is None and each.open and each.counts_from <= now:
                found.setdefault((each.step.kind, each.machines[0].live.owner_id), []).append(each)
        rounds = []
        for (kind, owner_id), checks in found.items():
            if any(each.due <= now for each in checks):
                machines = tuple(machine for each in checks for machine in each.open)
                rounds.append(Round(self._catalog[kind], owner_id, tuple(checks), machines))
                for each in checks:
                    each.looking = True
        return rounds

    @property
    def next_due(self) -> float | None:
        """When something is to be done by itself; None when nothing is."""
        idle = [each for each in self._under_way.values() if not each.looking]
        return min((each.due if each.rests_until is None else each.rests_until for each in idle), default=None)

    def looked(self, seen: Seen, now: float) -> list[Check]:
        """Take in what a look found. Returns the checks that tell something new."""
        moved = []
        for check in seen.round.checks:
            before, waited = check.told, now - check.counts_from
            check.looking = False
            check.due = now + max(FIRST_POLL_SECONDS, min(LONGEST_POLL_SECONDS, waited / 20))
            for machine in check.open:
                lacks = seen.found.get(machine.address, ())
                if seen.problem:
                    longest = max(each.timeout for each in machine.health)
                    lacks = [Lack(f"it could not be looked at: {seen.problem}", longest)]
                self._judge(check, machine.address, lacks, waited)
            if check.told not in ("", before):
                moved.append(check)
        return moved

    @staticmethod
    def _judge(check: Check, address: Address, lacks: Sequence[Lack], waited: float) -> None:
        if not lacks:
            del check.lacking[address]
            return
        late = next((each for each in lacks if each.final or waited >= each.timeout), None)
        check.lacking[address] = (late or lacks[0]).why
        if late is not None:
            check.given_up.add(address)
            check.lacking[address] += "" if late.final else f", after {lasting(late.timeout)}"

    def over(self, now: float) -> tuple[list[Verdict], list[Check]]:
        """The checks that have ended by now, and those that begin to rest."""
        ended, resting = [], []
        for check in list(self._under_way.values()):
            if check.looking or check.open or (check.rests_until is not None and check.rests_until > now):
                continue
            if check.pause and not check.lacking and check.rests_until is None:
                check.rests_until = now + check.pause
                resting.append(check)
            else:
                del self._under_way[check.step.id]
                ended.append(_surveyed(check, self._plan.steps) if check.survey else _checked(check))
        return ended, resting


def _checked(check: Check) -> Verdict:
    why = next(iter(check.lacking.values()), "")
    return Verdict(check, f"it is not healthy: {why}" if why else "")


def _surveyed(check: Check, steps: Sequence[Step]) -> Verdict:
    """Whether the next wave may begin, and with how many machines at a time."""
    waves, number, down = check.waves, check.number, check.lacking
    fallen = {each: down[each] for each in waves.changed(number) if each in down}
    if fallen:
        return Verdict(check, f"{_counted(len(fallen), 'that were changed')} not healthy any more: {_reasons(fallen)}")
    most = waves.rollout.max_unavailable
    if len(down) >= most:
        why = f"{_counted(len(down), 'that are not to be changed now')} not healthy, and {most} may be out of work at a"
        return Verdict(check, f"{why} time: {_reasons(down)}")
    told = f"{waves.group}: wave {number + 1} of {len(waves.waves)} begins: {_members(waves, number)}"
    if down:
        told += f", {most - len(down)} at a time since {_counted(len(down), '')} not healthy: {_reasons(down)}"
    return Verdict(check, told=told, apart=narrowed(waves, number, steps, most - len(down)) if down else ())


def _members(waves: Waves, number: int) -> str:
    shown = [str(each).removeprefix(str(waves.group)) for each in waves.waves[number]]
    return ", ".join(shown[:_NAMED]) + (f" and {len(shown) - _NAMED} more" if len(shown) > _NAMED else "")


def _counted(count: int, which: str) -> str:
    return f"{count} of its machines{f' {which}' if which else ''} {'is' if count == 1 else 'are'}"


def _reasons(down: Mapping[Address, str]) -> str:
    shown = "; ".join(f"{address}: {why}" for address, why in list(down.items())[:_SHOWN])
    return shown if len(down) <= _SHOWN else f"{shown}; and {len(down) - _SHOWN} more"


def look(account: Account, catalog: Catalog, dialer: Dialer, round: Round) -> Seen:
    """Ask for the machines of a round. Never raises for what the API or the network does."""
    try:
        return Seen(round, _look(account, catalog, dialer, round))
    except WireError as failed:
        return Seen(round, {}, reason_of(failed))
    except NOT_UNDERSTOOD as failed:
        return Seen(round, {}, f"the answer is not understood: {type(failed).__name__} {failed}")


def _look(account: Account, catalog: Catalog, dialer: Dialer, round: Round) -> Mapping[Address, Sequence[Lack]]:
    kind = round.kind
    shown = {each.id: each for each in read_collection(account, kind, round.owner_id)}
    sessions: list[LiveObject] = []
    if any(each.proof is Proof.BGP for machine in round.machines for each in machine.health):
        witnesses = [each for each in catalog.kinds if each.vouches]
        sessions = [found for each in witnesses for found in read_collection(account, each, round.owner_id)]
    found: dict[Address, list[Lack]] = {}
    dials: list[tuple[Machine, Health, str]] = []
    for machine in round.machines:
        live = shown.get(machine.live.id)
        lacks = found[machine.address] = _by_state(kind, machine, live)
        if lacks or live is None or machine.coming or kind.rests(machine.values):
            continue  # nothing of it answers, or nothing is to
        for health in machine.health:
            if health.proof is Proof.BGP:
                lacks += _by_sessions(catalog, health, live, sessions)
            elif health.proof is Proof.TCP:
                host = live.attributes.get(kind.reached_at[health.address])
                if host:
                    dials.append((machine, health, str(host)))
                else:
                    lacks.append(Lack(f"it has no {health.address} IPv4 address", health.timeout))
    for machine, lack in _dialled(dialer, dials):
        found[machine.address].append(lack)
    return found


def _by_state(kind: Kind, machine: Machine, live: LiveObject | None) -> list[Lack]:
    """What its state says; it has the time of the condition that has the most."""
    longest = max(each.timeout for each in machine.health)
    if live is None:
        return [Lack("no list shows it", longest)]
    if live.status.phase in (Phase.FAILED, Phase.LEAVING):
        return [Lack(live.status.told, longest, final=True)]
    why = ailing(kind, machine.values, live) if machine.coming else kind.ailment(machine.values, live)
    return [Lack(why, longest)] if why else []


def _by_sessions(catalog: Catalog, health: Health, live: LiveObject, sessions: Iterable[LiveObject]) -> list[Lack]:
    own = {each.key: each for each in sessions if each.parent_id == live.id}
    whys = (
        catalog[own[family].kind].vouched(own[family]) if family in own else f"it has no BGP session over {family}"
        for family in health.families
    )
    return [Lack(each, health.timeout) for each in whys if each]


def _dialled(dialer: Dialer, dials: Sequence[tuple[Machine, Health, str]]) -> Iterable[tuple[Machine, Lack]]:
    if not dials:
        return
    with ThreadPoolExecutor(min(DIALS, len(dials))) as pool:
        answers = list(pool.map(lambda each: dialer.dial(each[2], each[1].port), dials))
    for (machine, health, host), why in zip(dials, answers, strict=True):
        if why:
            yield machine, Lack(f"TCP port {health.port} of {host}: {why}", health.timeout)
