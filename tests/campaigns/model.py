"""A state machine against a small model: the stack is edited, applied, applied with a crash or a fault, narrowed by
`--target`, planned and destroyed, somebody else deletes and edits, time passes, in any order.

The model is a mapping from addresses to what each object is to show. After an undisturbed apply the account is the
model, and before one the model says how many objects a plan adds, changes and destroys. After a disturbed one each
object is as it was or as it was to become, until an undisturbed one has gone through.

A schedule is the seed of `EXAMPLES` sequences of up to `STEPS` steps. A sequence that fails is made smaller by
hypothesis, and its steps are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from reconciler.app import Options, make_plan
from reconciler.model.plan import Counts
from tests.campaigns.campaign import Campaign, Violation
from tests.campaigns.disturbances import Disturbance
from tests.campaigns.invariants import deletes_were_planned, done, strangers_are_untouched, told_aside, twins
from tests.campaigns.kit import Ground, Run, without_threads
from tests.campaigns.references import SETTINGS, parsed
from tests.worlds.laws import strangers_of
from tests.worlds.live import Held, owned
from tests.worlds.stacks import STACK, public_key

EXAMPLES = 10
STEPS = 50
_LAB = "projects.lab"
_KEYS = ("a", "b", "c")
_WORDS = ("one", "two", "three")
_MACHINE = {"facility": "ewr1", "plan": "c2.medium.x86", "operating_system": "ubuntu_18_04"}
_KINDS: Mapping[str, str] = {
    "vlans": "vlan",
    "licenses": "license",
    "ip_reservations": "ip_reservation",
    "devices": "device",
}
_SHOWS: Mapping[str, str] = {
    "vlans": "description",
    "licenses": "description",
    "ip_reservations": "details",
    "devices": "hostname",
}
"""The field of each section that changes here."""
_REPLACES = ("vlans",)
_PATHS = {"vlan": "virtual-networks", "license": "licenses", "ip_reservation": "ips", "device": "devices"}
_FAULTS = (
    "drop_before",
    "commit_then_drop",
    "commit_then_status,status=502",
    "late_commit,seconds=4",
    "status,status=503",
    "garbage",
    "truncate_page",
    "wrong_total",
)
Model = dict[str, str]
"""What is there, by address: the value of the field that changes."""
SECTIONS = st.sampled_from(sorted(_KINDS))
KEYS = st.sampled_from(_KEYS)
WORDS = st.sampled_from(_WORDS)
CALLS = st.integers(1, 40)


@cache
def ground() -> Ground:
    """This process's emulator."""
    return Ground.founded(Path(gettempdir()))


def _block(section: str, word: str) -> dict[str, Any]:
    more: Mapping[str, dict[str, Any]] = {
        "vlans": {"facility": "ewr1"},
        "licenses": {"licensee_product_id": "db-standard"},
        "ip_reservations": {"type": "public_ipv4", "quantity": 1, "facility": "ewr1"},
        "devices": _MACHINE,
    }
    return {**more[section], _SHOWS[section]: word}


class Account(RuleBasedStateMachine):
    """`wanted` is what the stack says, `held` what the model says is there; `sure` whether it has to be so. `aside` are
    the ids of what the last run left to a person, `lied` whether a list was cut that does not say how long it is, and
    `vanished` whether somebody took something away, since a run went through.
    """

    def __init__(self) -> None:
        super().__init__()
        self.world = ground().fresh(SETTINGS)
        self.world.others_come_first()
        self.wanted: dict[str, Model] = {section: {} for section in _KINDS}
        self.held: Model = {}
        self.sure = True
        self.aside: set[str] = set()
        self.lied = False
        self.vanished = False

    # the stack

    @rule(section=SECTIONS, key=KEYS, word=WORDS)
    def edit(self, section: str, key: str, word: str) -> None:
        """A block that is new, or has another value."""
        self.wanted[section][key] = word

    @rule(section=SECTIONS, key=KEYS)
    def take_out(self, section: str, key: str) -> None:
        self.wanted[section].pop(key, None)

    def stack(self) -> dict[str, Any]:
        lab: dict[str, Any] = {"name": "Lab", "ssh_keys": {"ops": {"key": public_key(5), "label": "ops"}}}
        for section, blocks in self.wanted.items():
            lab[section] = {key: _block(section, word) for key, word in blocks.items()}
        return {"stack": STACK, "projects": {"lab": lab}}

    def becomes(self) -> Model:
        found = {_LAB: "Lab", f"{_LAB}.ssh_keys.ops": "ops"}
        for section, blocks in self.wanted.items():
            found |= {f"{_LAB}.{section}.{key}": word for key, word in blocks.items()}
        return found

    # runs

    def run_it(self, *, destroy: bool = False, disturbance: str = "", targets: tuple[str, ...] = ()) -> Run:
        self.world.lists_catch_up()
        chain = self.world.chain([Disturbance.of(disturbance)] if disturbance else [])
        options = Options(destroy=destroy, targets=targets)
        begun = len(self.world.ledger())
        chain.accept_vanished = self.vanished
        run = chain.run(parsed(self.stack()), destroy=destroy, options=options)
        assert not run.broke, run.broke
        self.lied = self.lied or run.misled
        if not (disturbance or len(self.world.ledger()) == begun or done(run)):
            raise AssertionError(run.said)
        return run

    @rule()
    def apply(self) -> None:
        run = self.run_it()
        assert done(run), run.said
        if self.sure:
            assert run.report is not None
            assert run.report.counts == self.foreseen(self.becomes()), run.said
        self.went_through(run, self.becomes())

    @rule(call=CALLS, when=st.sampled_from(("crash-before", "crash-after")))
    def apply_and_crash(self, call: int, when: str) -> None:
        self.disturbed(self.run_it(disturbance=f"{call}:{when}"))

    @rule(call=CALLS, fault=st.sampled_from(_FAULTS))
    def apply_with_a_fault(self, call: int, fault: str) -> None:
        self.disturbed(self.run_it(disturbance=f"{call}:{fault}"))

    def disturbed(self, run: Run) -> None:
        if done(run) and not run.crashed:
            self.went_through(run, self.becomes())
        else:
            self.world.pass_time()
            self.sure = False

    def went_through(self, run: Run, becomes: Model) -> None:
        self.world.pass_time()
        self.held, self.sure = becomes, True
        self.aside = told_aside(run)
        self.lied = self.vanished = False

    @rule()
    def plan(self) -> None:
        """A plan says what the model says, and changes nothing."""
        self.world.lists_catch_up()
        before = self.world.revision
        planned = make_plan(parsed(self.stack()), self.world.account.client, Options(), parallelism=1, preflight=False)
        assert self.world.revision == before
        if self.sure:
            assert planned.plan.count() == self.foreseen(self.becomes())

    @precondition(lambda self: any(self.wanted.values()))
    @rule(pick=st.integers(0, 100))
    def target(self, pick: int) -> None:
        """One block, and what it stands in and needs."""
        addresses = [f"{_LAB}.{section}.{key}" for section, blocks in self.wanted.items() for key in blocks]
        address = addresses[pick % len(addresses)]
        run = self.run_it(targets=(address,))
        assert done(run), run.said
        self.world.pass_time()
        if not self.sure:
            return
        every = self.becomes()
        there = {each: every[each] for each in every if each == address or address.startswith(f"{each}.")}
        keys = f"{_LAB}.ssh_keys.ops"
        if keys not in self.held and keys in self.marked():
            there[keys] = every[keys]
        self.held |= there

    @rule()
    def destroy(self) -> None:
        run = self.run_it(destroy=True)
        assert done(run), run.said
        self.went_through(run, {})

    # others, and time

    @precondition(lambda self: any(each.kind in _PATHS for each in self.ours()))
    @rule(pick=st.integers(0, 100))
    def somebody_deletes(self, pick: int) -> None:
        held = self.one(pick)
        self.world.account.call("DELETE", self.path(held))
        self.held.pop(held.address, None)
        self.vanished = True
        self.others_did_that()

    @precondition(lambda self: any(each.kind in ("license", "ip_reservation", "device") for each in self.ours()))
    @rule(pick=st.integers(0, 100))
    def somebody_edits(self, pick: int) -> None:
        held = self.one(pick, "license", "ip_reservation", "device")
        name = {"license": "description", "ip_reservation": "details", "device": "hostname"}[held.kind]
        text = f"by-hand [reconciler:{held.mark}]" if held.kind == "license" else "by-hand"
        self.world.account.call("PUT" if held.kind != "ip_reservation" else "PATCH", self.path(held), {name: text})
        if held.address in self.held:
            self.held[held.address] = "by-hand"
        self.others_did_that()

    @rule(seconds=st.sampled_from((1, 30, 600)))
    def time_passes(self, seconds: int) -> None:
        self.world.account.clock.sleep(seconds)

    def one(self, pick: int, *kinds: str) -> Held:
        found = sorted((each for each in self.ours() if each.kind in (kinds or _PATHS)), key=lambda each: each.mark)
        return found[pick % len(found)]

    def path(self, held: Held) -> str:
        return f"/{_PATHS[held.kind]}/{held.id}"

    def others_did_that(self) -> None:
        world = self.world
        world.pass_time()
        world.others |= {each["number"] for each in world.ledger()}
        world.strangers = strangers_of(world.look(), world.account.theirs)

    # what has to hold

    def ours(self) -> list[Held]:
        return [each for each in owned(self.world.look(), STACK) if each.id not in self.aside]

    def marked(self) -> Model:
        """What is there, by the API's answers."""
        found = {}
        for each in self.ours():
            name = {"project": "name", "ssh_key": "label", "ip_reservation": "details", "device": "hostname"}
            text = str(each.body.get(name.get(each.kind, "description")) or "")
            found[each.address] = text.partition(" [reconciler:")[0]
        return found

    def foreseen(self, becomes: Model) -> Counts:
        adds = sum(each not in self.held for each in becomes)
        deletes = sum(each not in becomes for each in self.held)
        differing = [each for each in becomes if each in self.held and self.held[each] != becomes[each]]
        replaced = sum(each.split(".")[2] in _REPLACES for each in differing)
        return Counts(adds + replaced, len(differing) - replaced, deletes + replaced)

    @invariant()
    def the_account_is_the_model(self) -> None:
        assert self.lied or not twins(self.ours(), STACK)
        found = self.marked()
        if self.sure:
            assert found == self.held
            return
        may_be = {*self.held, *self.becomes()}
        assert found.keys() <= may_be or self._unsure_of(found, may_be)

    def _unsure_of(self, found: Model, may_be: set[str]) -> bool:
        """What an interrupted run has made of a stack that was edited since."""
        return all(each.startswith(_LAB) for each in found.keys() - may_be)

    @invariant()
    def others_are_left_alone_and_deletes_were_planned(self) -> None:
        found = [
            *deletes_were_planned(self.world, self.world.runs),
            *strangers_are_untouched(self.world, self.world.runs),
        ]
        assert not found, found


def play(schedule: str) -> list[Violation]:
    limits = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        print_blob=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    with without_threads():
        try:
            run_state_machine_as_test(seed(int(schedule))(Account), settings=limits)
        except Exception as failure:  # noqa: BLE001  # whatever it is, it is a finding
            steps = "\n".join(getattr(failure, "__notes__", ()))
            return [Violation("the account is the model", f"{type(failure).__name__}: {failure}\n{steps}")]
    return []


def schedules(count: int, seed: int) -> Iterable[str]:
    return (str(each) for each in range((seed - 1) * 1_000_000, (seed - 1) * 1_000_000 + count))


CAMPAIGN = Campaign(
    "model",
    f"{EXAMPLES} random sequences of up to {STEPS} edits, runs, crashes, faults and deeds of others, against a model",
    full=200,
    short=1,
    schedules=schedules,
    play=play,
)
