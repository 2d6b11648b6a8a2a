"""Every field of every kind, from value to value: set, changed, taken out, emptied, and given what it cannot be, each
in many situations (the bases). After Acto (SOSP 2023).

A schedule is `KIND.FIELD BASE FROM>TO`, such as `device.description pool 0>null`: numbers are values in
`field_values`, `-` is left out, `!0` is a bad value. What has to hold:

- the account is as the stack says after the apply, and the next plan is empty,
- it is the account that the second stack makes of nothing, but for what a rule says cannot be undone,
- back again, it is the first account, by the same exceptions,
- the plan shows what the field's rule says,
- a bad value is refused with its place, before anything is sent.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from reconciler.diagnostics import Diagnostic, Refused
from reconciler.model.kind import Form
from reconciler.model.plan import Action
from reconciler.model.resource import Stack
from reconciler.model.rules import CreateOnly, Ours, Update, WriteOnce
from tests.campaigns.bases import ABSENT, BASES_OF_STACKS, NULL, SETTINGS, Case, case_of, cases, stack_of
from tests.campaigns.campaign import Campaign, Violation
from tests.campaigns.disturbances import Disturbance
from tests.campaigns.invariants import as_declared, broke, deletes_were_planned, done, strangers_are_untouched
from tests.campaigns.kit import Chain, Ground, Run, State, World, without_threads
from tests.campaigns.likeness import differences, likeness
from tests.campaigns.references import parsed
from tests.worlds.laws import strangers_of

_SHOWN_AS: Mapping[str, tuple[str, ...]] = {
    "power_state": ("state",),
    "organization_id": ("organization",),
    "payment_method_id": ("payment_method",),
    "hardware_reservation_id": ("hardware_reservation",),
    "licensee_product_id": ("licensee_product",),
    "email": ("invitee",),
    "hostnames": ("hostname",),
    "project_ssh_keys": ("ssh_keys",),
    "user_ssh_keys": ("ssh_keys",),
    "public_ipv4_subnet_size": ("ip_addresses",),
    "ip_addresses": ("network_ports",),
}
"""Under which name an answer shows a field, where it is another one."""
_ELSEWHERE: Mapping[str, Mapping[str, frozenset[str]]] = {
    "network_type": {"device": frozenset({"network_ports", "ip_addresses"})},
    "port": {"device": frozenset({"network_ports", "ip_addresses"}), "vlan": frozenset({"instances"})},
    "ip_assignment": {"device": frozenset({"ip_addresses"})},
    "member": {"invitation": frozenset({"message"})},
    "organization_member": {"invitation": frozenset({"message"})},
    "device": {"ip_reservation": frozenset({"assignments"})},
    "device_batch": {"ip_reservation": frozenset({"assignments"})},
    "project": {"organization": frozenset({"projects"}), "project": frozenset({"payment_method"})},
}
"""In which others' answers a kind's fields show."""
_GIVEN_AT_BIRTH: Mapping[str, Mapping[str, frozenset[str]]] = {
    "project.expires": {"device": frozenset({"termination_time"})},
    "project.ttl": {"device": frozenset({"termination_time"})},
}
"""What others were made with, and keep when the field becomes another: the API takes it at their birth only."""
_MOST_RUNS = 4


@cache
def ground() -> Ground:
    """This process's emulator."""
    return Ground.founded(Path(gettempdir()))


@dataclass(frozen=True)
class Transition:
    case: Case
    base: str
    first: str
    second: str

    @classmethod
    def of(cls, text: str) -> Transition:
        name, _, rest = text.partition(" ")
        base, _, states = rest.rpartition(" ")
        first, second = states.split(">")
        return cls(case_of(name), base, first, second)

    def __str__(self) -> str:
        return f"{self.case.name} {self.base} {self.first}>{self.second}"


def transitions(case: Case, base: str) -> Iterator[Transition]:
    """Set, change, take out, empty, and give a bad value."""
    good = [str(number) for number in range(len(case.values.good))]
    states = [*good, *(each for each in (ABSENT, NULL) if case.may_be(each))]
    for first in states:
        if first == NULL:
            continue
        yield from (Transition(case, base, first, second) for second in states if second != first)
        for number in range(len(case.values.bad) if base != "ignored" else 0):
            if first in (good[0], ABSENT):
                yield Transition(case, base, first, f"!{number}")


def schedules(count: int, seed: int) -> Iterable[str]:
    """First one of each field and base, then the rest of them, in a random order."""
    groups = [
        [str(each) for each in transitions(case, name)]
        for case in cases()
        for name, base in BASES_OF_STACKS.items()
        if base.fits(case)
    ]
    rng = random.Random(seed)
    rng.shuffle(groups)
    for group in groups:
        rng.shuffle(group)
    if count < sum(map(len, groups)):
        most = max(map(len, groups))
        spread = (group[turn] for turn in range(most) for group in groups if turn < len(group))
        return sorted(islice(spread, count))
    return (each for group in groups for each in group)


# stacks and what becomes of them


@cache
def _prepared(base: str) -> tuple[State, Mapping[str, str]]:
    """A world in which others have something, cards pay, and two machines are reserved."""
    world = ground().fresh({**SETTINGS, **(BASES_OF_STACKS[base].settings or {})})
    world.others_come_first()
    account = world.account
    ids = {"@user": account.call("GET", "/user")["id"]}
    organization = account.listed("/organizations", "organizations")[0]["id"]
    for name in ("card1", "card2"):
        made = account.call("POST", f"/organizations/{organization}/payment-methods", {"name": name, "nonce": name})
        ids[f"@{name}"] = made["id"]
    pool = account.call("POST", "/projects", {"name": "Pool"})["id"]
    wish = {"project_id": pool, "plan": "c2.medium.x86", "facility": "ewr1"}
    for name in ("reserved1", "reserved2"):
        (made,) = account.call("POST", "/_emulator/hardware-reservations", wish)["hardware_reservations"]
        ids[f"@{name}"] = made["id"]
    account.theirs.add(pool)
    world.pass_time()
    world.others |= {each["number"] for each in world.ledger()}
    world.strangers = strangers_of(world.look(), account.theirs)
    return ground().kept(world), ids


def _known(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _known(each, ids) for name, each in value.items()}
    if isinstance(value, list):
        return [_known(each, ids) for each in value]
    return ids.get(value, value) if isinstance(value, str) else value


def _text(case: Case, base: str, state: str, second: bool) -> str:
    return json.dumps(_known(stack_of(case, base, state, second), _prepared(base)[1]), ensure_ascii=False)


@lru_cache(512)
def _read(text: str) -> Stack | Refused:
    try:
        return parsed(json.loads(text))
    except Refused as refused:
        return refused


@dataclass(frozen=True)
class Built:
    """What a stack makes of nothing."""

    state: State
    run: Run
    likeness: Mapping[str, Any]
    violations: tuple[Violation, ...]


@lru_cache(96)
def _built(base: str, text: str) -> Built | Refused:
    stack = _read(text)
    if isinstance(stack, Refused):
        return stack
    world = ground().again(_prepared(base)[0])
    chain = world.chain()
    run, found = _until_done(chain, stack, "the first apply")
    world.pass_time()
    found += as_declared(world, run, "as declared") if not found else []
    return Built(ground().kept(world), run, likeness(world), tuple(found))


def _until_done(chain: Chain, stack: Stack, what: str) -> tuple[Run, list[Violation]]:
    for _ in range(_MOST_RUNS):
        run = chain.run(stack)
        found = list(broke(run))
        if found or (done(run) and not run.crashed):
            return run, found
        chain.world.pass_time()
    return run, [Violation("an apply succeeds", f"{what}: {run.said}")]


# playing one


def play(schedule: str) -> list[Violation]:
    it = Transition.of(schedule)
    with without_threads():
        first = _built(it.base, _text(it.case, it.base, it.first, second=False))
        if isinstance(first, Refused):
            return [Violation("a good value is accepted", _said(first.diagnostics))]
        if first.violations:
            return list(first.violations)
        if it.second.startswith("!"):
            return _refusal(it, first)
        return _Change(it, first).played()


def _said(found: Iterable[Diagnostic]) -> str:
    return "; ".join(f"{each.code} {each.address}: {each.summary}" for each in found)


def _refusal(it: Transition, first: Built) -> list[Violation]:
    """Offline, or by a plan; with the place in the file and nothing sent."""
    second = _read(_text(it.case, it.base, it.second, second=True))
    if isinstance(second, Refused):
        return list(_with_places(second.diagnostics))
    world = ground().again(first.state)
    before = world.revision
    run = world.chain().run(second)
    if run.broke:
        return [Violation("no traceback", run.broke)]
    if not run.refused:
        return [Violation("a bad value is refused", f"{it.case.value(it.second)[0]!r}: {run.said}")]
    changed = [Violation("a refused plan changes nothing", run.said)] if world.revision != before else []
    return changed + list(_with_places(run.refused))


def _with_places(found: Iterable[Diagnostic]) -> Iterator[Violation]:
    for each in found:
        if each.place is None:
            yield Violation("a refusal names the place", f"{each.code} {each.address}: {each.summary}")


class _Change:
    """From one stack to another and back."""

    def __init__(self, it: Transition, first: Built) -> None:
        self.it = it
        self.case = it.case
        self.first = first
        self.world: World
        self.during = BASES_OF_STACKS[it.base].during

    def played(self) -> list[Violation]:
        text = _text(self.case, self.it.base, self.it.second, second=True)
        stack = _read(text)
        if isinstance(stack, Refused):
            return [Violation("a good value is accepted", _said(stack.diagnostics))]
        disturbances = self._disturbances(stack)
        self.world = ground().again(self.first.state)
        if self.during == "hand":
            self.world.by_hand({"do": "edit", "pick": sum(map(ord, str(self.it)))})
            self.world.lists_catch_up()
        chain = self.world.chain(disturbances)
        run = chain.run(stack)
        if run.broke:
            return [Violation("no traceback", run.broke)]
        if self._once() and run.refused:
            return self._write_once(run)
        if run.refused and {each.code for each in run.refused} == {"locked"}:
            return list(_with_places(run.refused))
        found = self._rule(run)
        if not (done(run) and not run.crashed):
            if not self.during:
                return [*found, Violation("an apply succeeds", run.said)]
            self.world.pass_time()
            run, more = _until_done(chain, stack, "after what disturbed it")
            found += more
        if found:
            return found
        self.world.pass_time()
        found += as_declared(self.world, run, "as declared") + self._empty(stack)
        found += deletes_were_planned(self.world, self.world.runs) + strangers_are_untouched(
            self.world, self.world.runs
        )
        if self._leaves_a_choice():
            return []
        mine, state = likeness(self.world), ground().kept(self.world)
        direct = _built(self.it.base, text)
        nobodys = self.it.base == "existing" and not self.case.kind.marked  # what was declared there is left
        apart = self.during == "hand" or self.it.base == "ignored" or nobodys
        if found or isinstance(direct, Refused) or direct.violations or apart:
            return found
        found = self._alike(mine, direct, self.it.second, "it is what the second stack makes of nothing")
        return found or self._back(state)

    def _disturbances(self, stack: Stack) -> list[Disturbance]:
        """What strikes at one of the mutations of the undisturbed run."""
        if self.during in ("", "hand"):
            return []
        sent = ground().again(self.first.state).chain().run(stack).sent
        mutations = [number for number, each in enumerate(sent, 1) if each.method != "GET"]
        if not mutations:
            return []
        what = {
            "lost": f"{mutations[-1]}:commit_then_drop",
            "crash": f"{mutations[0]}:crash-after",
            "down": f"{mutations[0]}-{mutations[0] + 3}:status,status=503",
        }[self.during]
        return [Disturbance.of(what)]

    def _once(self) -> bool:
        return isinstance(self.case.rule, WriteOnce)

    def _write_once(self, run: Run) -> list[Violation]:
        codes = {each.code for each in run.refused}
        if codes != {"write-once"}:
            return [Violation("the plan shows what the field's rule says", run.said)]
        return list(_with_places(run.refused))

    # the rule

    def _rule(self, run: Run) -> list[Violation]:
        """What the first plan does with the objects of the case."""
        by_key = self.case.kind.natural_key({self.case.top: "one"}) != ""
        if self.case.keyed or by_key or self.during or not run.plans:
            return []
        allowed = self._allowed()
        section = self.case.kind.name
        changes = [each for each in run.plans[0].plan.changes if each.kind == section]
        wrong = [
            f"{each.address}: {each.action} {sorted(each.changed)}"
            for each in changes
            if each.resource is not None and self._is_meant(str(each.address)) and each.action not in allowed
        ]
        law = "the plan shows what the field's rule says"
        said = f"{self.case.rule}: {'; '.join(wrong)}, not {', '.join(sorted(allowed))}"
        return [Violation(law, said)] if wrong else []

    def _is_meant(self, address: str) -> bool:
        words = re.split(r"[.\[\]'\"]+", address)
        if self.case.kind.form is Form.SINGLETON:
            return True
        return (words[-1] or words[-2]) == self.case.key or self.case.key in words[2:]

    def _allowed(self) -> set[Action]:
        rule, base = self.case.rule, self.it.base
        replaced = {Action.DELETE_CREATE, Action.CREATE_DELETE}
        if self.it.second == ABSENT and self.case.kind.key_field == self.case.top:
            return {Action.NOOP, Action.UPDATE, *replaced}
        if self.it.second == ABSENT or base == "ignored":
            return {Action.NOOP, *self._side_effects()}
        wanted: Any = None if self.it.second == NULL else self.case.value(self.it.second)[0]
        if isinstance(rule, Ours) or (isinstance(rule, CreateOnly) and not rule.replaces):
            return {Action.NOOP}
        if isinstance(rule, Update) and wanted is None and not rule.clears:
            return {Action.NOOP, *self._side_effects()}
        before = None if self.it.first == ABSENT else self.case.value(self.it.first)[0]
        sure = before is not None and wanted is not None and not _refers(before) and not _refers(wanted)
        if sure and not isinstance(rule, CreateOnly) and rule.same(wanted, before):
            return {Action.NOOP}
        if isinstance(rule, Update):
            possible = base != "replaced" and not (sure and not rule.possible(wanted, before))
            changes = {Action.UPDATE} if possible else replaced
            if self.case.kind.name in _FIXED_AT_FIRST:
                changes |= replaced
        else:
            changes = {Action.UPDATE} if base == "reinstalled" else replaced
        maybe = {Action.NOOP} if not sure or self.case.top in _MAY_BE_THE_SAME else set()
        return changes | maybe | self._side_effects()

    def _side_effects(self) -> set[Action]:
        """What the values beside the field's may make of it."""
        return set(Action) if any(self._beside()) else set()

    def _beside(self) -> list[Mapping[str, Any]]:
        return [self.case.value(each)[1] for each in (self.it.first, self.it.second) if each not in (ABSENT, NULL)]

    def _leaves_a_choice(self) -> bool:
        """Whether what there is may meet the wish, though another choice was made for a new object."""
        states = [each for each in (self.it.first, self.it.second) if each not in (ABSENT, NULL)]
        values = [self.case.value(each)[0] for each in states]
        return self.case.top in _MAY_BE_THE_SAME and not all(each in _PLACES for each in values)

    # what came of it

    def _empty(self, stack: Stack) -> list[Violation]:
        before = self.world.revision
        run = self.world.chain().run(stack)
        pending = [
            f"{each.address}: {each.action} {sorted(each.changed)}"
            for each in (run.plans[-1].plan.pending if run.plans else ())
        ]
        if pending or not done(run) or self.world.revision != before:
            return [Violation("the next plan is empty", "; ".join(pending) or run.said)]
        return self._ends_unseen(stack, run)

    def _ends_unseen(self, stack: Stack, run: Run) -> list[Violation]:
        """What the platform will take away, though the stack does not ask for that, has to be told in every plan."""
        if self.it.base == "ignored":
            return []
        told = {each.address for each in run.plans[-1].plan.diagnostics if each.code == "ends-by-itself"}
        asked = {str(each.address) for each in stack.resources if each.values.get("termination_time")}
        ours = [each for each in self.world.look() if each.mark.startswith(f"{stack.name}:")]
        ends = {each.address for each in ours if each.kind == "device" and each.body.get("termination_time")}
        unseen = sorted(ends - told - asked)
        return [Violation("nothing ends unseen", ", ".join(unseen))] if unseen else []

    def _alike(self, mine: Mapping[str, Any], other: Built, state: str, law: str) -> list[Violation]:
        aside = self._aside(state)
        found = differences(_without(mine, aside), _without(other.likeness, aside))
        return [Violation(law, "; ".join(found))] if found else []

    def _aside(self, state: str) -> dict[str, frozenset[str]]:
        """What cannot be undone by taking the field out: it is left as it is."""
        rule, top = self.case.rule, self.case.top
        left = (isinstance(rule, CreateOnly) and not rule.replaces) or top in _LEFT_IN_PARTS
        left = left or (state == ABSENT and self.case.kind.key_field != top)
        left = left or (state == NULL and not (isinstance(rule, Update) and rule.clears))
        given = _GIVEN_AT_BIRTH.get(f"{self.case.kind.name}.{top}", {})
        if not left:
            return dict(given)
        names = frozenset({top, *_SHOWN_AS.get(top, ()), *(name for each in self._beside() for name in each)})
        kinds = {**given, self.case.kind.name: names, "machine of several": names}
        for kind, more in _ELSEWHERE.get(self.case.kind.name, {}).items():
            kinds[kind] = kinds.get(kind, frozenset()) | more
        return kinds

    def _back(self, state: State) -> list[Violation]:
        """The first stack again."""
        if self.it.base == "moved" or self._once() or self._leaves_a_choice():
            return []
        stack = _read(_text(self.case, self.it.base, self.it.first, second=False))
        assert isinstance(stack, Stack)
        self.world = ground().again(state)
        run = self.world.chain().run(stack)
        if run.refused and {each.code for each in run.refused} == {"locked"}:
            return []
        if run.broke or not done(run):
            return [Violation("the way back succeeds", run.broke or run.said)]
        self.world.pass_time()
        found = as_declared(self.world, run, "as declared again") + self._empty(stack)
        mine = likeness(self.world)
        return found or self._alike(mine, self.first, self.it.first, "back again, it is as it was")


_LEFT_IN_PARTS = frozenset({"address", "billing_address"})
"""Fields of which parts that are not declared are left as they are."""
_FIXED_AT_FIRST = ("member", "organization_member")
"""Kinds whose objects can be changed when somebody has accepted them, and not before."""
_PLACES = ("ewr1", "ams1", "sjc1")
_MAY_BE_THE_SAME = frozenset({"facility", "hardware_reservation_id", "user_ssh_keys"})
"""Fields of which two values may be met by one object, though neither is the other."""


def _refers(value: Any) -> bool:
    return "${{" in str(value)


def _without(found: Mapping[str, Any], aside: Mapping[str, frozenset[str]]) -> dict[str, Any]:
    def less(name: str, bodies: list[Any]) -> list[Any]:
        names = next((each for kind, each in aside.items() if name.startswith(f"{kind} ")), frozenset())
        return [{key: value for key, value in body.items() if key not in names} for body in bodies]

    return {name: sorted(less(name, bodies), key=repr) for name, bodies in found.items()}


CAMPAIGN = Campaign(
    "transitions",
    "every field of every kind set, changed, taken out, emptied and made wrong, in two dozen situations",
    full=12_000,
    short=40,
    schedules=schedules,
    play=play,
)
