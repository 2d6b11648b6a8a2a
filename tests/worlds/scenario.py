"""A history of an account, played: each act is followed by the laws. Made of plain JSON, so that it can be kept."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler import __version__
from reconciler.app import Options, Planned, Stop, open_plan, replan, save_plan
from reconciler.diagnostics import Refused
from reconciler.model.event import Event, Report
from reconciler.model.plan import Action
from reconciler.model.resource import Stack
from reconciler.report.plan_json import plan_document, seal
from reconciler.stack import Inputs
from tests.worlds import laws, running
from tests.worlds.account import Account
from tests.worlds.by_hand import DEEDS, by_hand
from tests.worlds.edits import edited, repaired
from tests.worlds.laws import Broken
from tests.worlds.live import doubles, ours, unlike
from tests.worlds.stacks import RESERVED, SPOT_PRICES, STACK, public_key, stack

RUNS = 4
"""How many runs may be needed until an apply is complete; the faults are over after the second."""
_QUIET_SECONDS = 25.0
"""Longer than any answer, list or late commit lags behind."""


@dataclass
class Played:
    """What came of a scenario that held."""

    plans: int = 0
    mutations: int = 0
    refused: int = 0


def play(scenario: Mapping[str, Any], folder: Path) -> Played:
    """Play a scenario. Raises `Broken` with the law that did not hold, `running.Unfit` for a stack that cannot be."""
    account = Account.found(folder, scenario["settings"], scenario["seed"])
    try:
        return _Play(account).all(scenario["acts"])
    finally:
        account.emulator.stop()


@dataclass
class _Play:
    account: Account
    played: Played = field(default_factory=Played)
    strangers: dict[str, Any] = field(default_factory=dict)

    def all(self, acts: list[Mapping[str, Any]]) -> Played:
        self._others_come_first()
        last: Mapping[str, Any] = {}
        for number, act in enumerate(acts):
            try:
                if "by_hand" in act:
                    for deed in act["by_hand"]:
                        by_hand(self.account, deed)
                        self.account.clock.sleep(1)
                    self._pass_time()
                    self.strangers = laws.strangers(self.account)
                else:
                    last = act.get("stack", last)
                    self._apply(act, running.read(self.account, last))
            except Broken as broken:
                raise Broken(broken.law, f"act {number}: {broken.detail}") from broken
        self.played.mutations = len(self.account.ledger())
        return self.played

    def _others_come_first(self) -> None:
        account = self.account
        account.make("/ssh-keys", {"label": "theirs", "key": public_key(200)})
        for name in ("Company", "Theirs"):
            inside = f"/projects/{account.make('/projects', {'name': name})['id']}"
            account.make(f"{inside}/virtual-networks", {"facility": "ewr1", "description": "theirs"})
            wanted = {"plan": "c2.medium.x86", "facility": "ewr1", "operating_system": "ubuntu_18_04"}
            account.make(f"{inside}/devices", {**wanted, "hostname": "web", "tags": ["reconciler:other:x"]})
        self._pass_time()
        self.strangers = laws.strangers(account)

    def _pass_time(self) -> None:
        settings = self.account.emulator.settings
        self.account.clock.sleep(_QUIET_SECONDS + settings.provision_seconds + settings.deprovision_seconds)

    def _apply(self, act: Mapping[str, Any], stack: Stack) -> None:
        """Run until it is complete; then nothing is left to do, and all is as declared."""
        picked = [str(each.address) for each in stack.resources if each.managed]
        targets, replaced = (
            tuple(picked[each % len(picked)] for each in act.get(option, ()) if picked)
            for option in ("targets", "replace")
        )
        if targets or replaced:
            self._narrowed(act, stack, Options(targets=targets, replace=replaced))
        self.account.faults(act.get("faults", []))
        for run in range(RUNS):
            if run == RUNS // 2:
                self.account.faults([])
            stop_after = act.get("stop_after") if run == 0 else None
            troubled = stop_after is not None or (bool(act.get("faults")) and run < RUNS // 2)
            if self._run(act, stack, stop_after, troubled):
                break
            self._pass_time()
        else:
            raise Broken("runs converge", f"not complete after {RUNS} runs")
        self.account.faults([])
        self._pass_time()
        self._nothing_is_left(stack, bool(act.get("destroy")))
        after = laws.strangers(self.account)
        laws.strangers_are_as_before(self.strangers, after)
        laws.nothing_crashed(self.account)

    def _narrowed(self, act: Mapping[str, Any], stack: Stack, options: Options) -> None:
        """A run with `--target` or `--replace`, which may be refused."""
        try:
            planned = self._plan(stack, options)
        except Refused:
            return
        begun = len(self.account.ledger())
        report, _ = self._execute(planned, act.get("parallelism", 1), None)
        self._judge(planned, self.account.ledger()[begun:])
        if not report.complete:
            raise Broken("a narrowed apply succeeds", f"{options}: {self._reasons(report)}")
        self._pass_time()

    def _judge(self, planned: Planned, entries: list[dict[str, Any]]) -> None:
        laws.strangers_are_left_alone(self.account.theirs, entries)
        laws.nothing_is_made_twice(self.account, planned.plan, entries)
        marks = {each.id: each.address for each in ours(self.account, planned.stack.name)}
        laws.the_ledger_is_in_order(planned.plan, entries, marks)

    def _reasons(self, report: Report) -> str:
        failed = [f"{each.address}:{each.verb} {each.result}: {each.reason}" for each in report.ended if each.reason]
        left = [f"{each.address} remains" for each in report.remains]
        return "; ".join([*failed, *left]) or "interrupted"

    def _run(self, act: Mapping[str, Any], stack: Stack, stop_after: int | None, troubled: bool) -> bool:
        """One run of the command; whether it was complete."""
        options = Options(destroy=bool(act.get("destroy")))
        begun = len(self.account.ledger())
        try:
            planned = self._plan(stack, options, bool(act.get("saved")) and not act.get("faults"))
        except Refused as refused:
            return self._refused(refused, troubled)
        try:
            report, events = self._execute(planned, act.get("parallelism", 1), stop_after)
        finally:
            entries = self.account.ledger()[begun:]
        self._judge(planned, entries)
        laws.steps_start_after_what_they_require(planned.plan, events)
        if not act.get("faults"):
            laws.calls_are_few(planned.plan, entries)
        complete = report.complete or (not report.interrupted and self._only_strangers_keep_it(report))
        if complete:
            laws.what_was_done_is_what_was_planned(planned.plan, report.ended)
        elif not troubled:
            raise Broken("an apply succeeds", self._reasons(report))
        return complete

    def _plan(self, stack: Stack, options: Options, saved: bool = False) -> Planned:
        account = self.account
        sent, ledger = len(account.transport.sent), len(account.ledger())
        planned = running.plan(account, stack, options)
        laws.a_plan_changes_nothing(account, sent, ledger)
        laws.steps_are_in_order(planned.plan)
        self.played.plans += 1
        if saved:
            file = account.folder / "saved.plan"
            document = seal(plan_document(planned.plan, tool_version=__version__))
            save_plan(planned, file, [account.folder / "stack.yaml"], Inputs(), document, account.clock)
            again = replan(open_plan(file), account.client, {}, parallelism=2)
            if [each.id for each in again.plan.steps] != [each.id for each in planned.plan.steps]:
                raise Broken("a saved plan is done as saved", "the steps are others")
            return again
        return planned

    def _execute(self, planned: Planned, parallelism: int, stop_after: int | None) -> tuple[Report, list[Event]]:
        events: list[Event] = []
        stop = Stop()

        def listen(event: Event) -> None:
            events.append(event)
            if stop_after is not None and len(events) >= stop_after:
                stop.request()

        report = running.carry_out(self.account, planned, parallelism=parallelism, listen=listen, stop=stop)
        return report, events

    def _refused(self, refused: Refused, troubled: bool) -> bool:
        """What may be refused: a locked object (whose lock is then taken off by hand), a read that a fault broke."""
        codes = {each.code for each in refused.diagnostics}
        if codes <= {"locked"}:
            self.played.refused += 1
            for each in ours(self.account, STACK):
                if each.body.get("locked"):
                    path = "/devices/" if each.kind == "device" else "/storage/"
                    self.account.call("PUT", path + each.id, {"locked": False})
            return False
        if troubled:
            return False
        raise Broken("a plan succeeds", "; ".join(f"{each.code}: {each.summary}" for each in refused.diagnostics))

    def _only_strangers_keep_it(self, report: Report) -> bool:
        failed = [each for each in report.ended if each.reason]
        return not failed and bool(report.remains) and all("holds" in each.reason for each in report.remains)

    def _nothing_is_left(self, stack: Stack, destroyed: bool) -> None:
        planned = self._plan(stack, Options(destroy=destroyed))
        pending = [
            f"{each.address}: {each.action} {each.because} {sorted(each.changed)}" for each in planned.plan.pending
        ]
        if pending:
            raise Broken("the next plan is empty", "; ".join(pending))
        twice = doubles(self.account, stack.name)
        if twice:
            raise Broken("nothing exists twice", ", ".join(twice))
        noop = [each for each in planned.plan.changes if each.live is not None and each.action is Action.NOOP]
        kept = {each.live.id for each in noop if each.live is not None and each.reason == "holds_strangers"}
        if not destroyed:
            found = unlike(self.account, stack, kept)
            if found:
                raise Broken("all is as declared", "; ".join(found))
            return
        left = [f"{each.kind} {each.mark}" for each in ours(self.account, stack.name) if each.id not in kept]
        if left:
            raise Broken("a destroy leaves nothing", ", ".join(left))


# making one

_CALLS = ("POST", "POST", "PUT", "DELETE")


def scenario(seed: int) -> dict[str, Any]:
    """A random scenario."""
    rng = random.Random(seed)
    lag = rng.choice((0, 0, 0, 1, 3))
    reserved = rng.random() < 0.15  # a project that has reserved machines is never deleted
    settings = {
        "provision_seconds": rng.choice((0.5, 5.0, 60.0)),
        "deprovision_seconds": rng.choice((0.5, 10.0)),
        "action_seconds": rng.choice((1.0, 8.0)),
        "list_lag_seconds": float(lag),
        "port_action_seconds": rng.choice((0.0, 0.0, 2.0)),
        "volume_seconds": rng.choice((0.5, 10.0)),
        "reservation_seconds": rng.choice((3.0, 30.0)),
        "first_vlan_becomes_native": rng.random() < 0.1,
        "machine_features": ["tpm"],
        "hardware_reservations": RESERVED if reserved else {},
        "spot_prices": SPOT_PRICES,
    }
    faulty = rng.random() < 0.5
    first = repaired(stack(rng))
    acts: list[dict[str, Any]] = [_act(rng, faulty, lag, stack=first)]
    current = first
    for _ in range(rng.randint(1, 3)):
        if rng.random() < 0.4:
            acts.append({"by_hand": [_deed(rng) for _ in range(rng.randint(1, 3))]})
            acts.append(_act(rng, faulty, lag, stack=current))
        else:
            current = edited(rng, current)
            acts.append(_act(rng, faulty, lag, stack=current))
    acts.append(_act(rng, faulty, lag, destroy=True))
    if not reserved:
        for act in acts:
            _on_demand(act.get("stack", {}))
    return json.loads(json.dumps({"seed": seed, "settings": settings, "acts": acts}))  # type: ignore[no-any-return]


def _on_demand(stack: dict[str, Any]) -> None:
    for project in stack.get("projects", {}).values():
        for device in project.get("devices", {}).values():
            device.pop("hardware_reservation_id", None)


def _deed(rng: random.Random) -> dict[str, Any]:
    return {"do": rng.choice(sorted(DEEDS)), "pick": rng.randrange(1000)}


def _act(rng: random.Random, faulty: bool, lag: int, **what: Any) -> dict[str, Any]:
    act = {**what, "parallelism": rng.choice((1, 1, 4))}
    if faulty:
        act["faults"] = [fault(rng, lag) for _ in range(rng.randint(0, 3))]
        if rng.random() < 0.15:
            act["faults"] = [storm(rng, lag)]
    if rng.random() < 0.15:
        act["stop_after"] = rng.randint(1, 25)
    if rng.random() < 0.1:
        act["saved"] = True
    if rng.random() < 0.1 and "destroy" not in what:
        act[rng.choice(("targets", "replace"))] = [rng.randrange(1000) for _ in range(rng.randint(1, 2))]
    return act


def storm(rng: random.Random, lag: int) -> dict[str, Any]:
    """One call of so many goes wrong, for as long as the faults last."""
    kinds: tuple[dict[str, Any], ...] = (
        {"kind": "drop_before"},
        {"kind": "commit_then_drop"},
        {"kind": "commit_then_status", "status": 502},
        {"kind": "late_commit", "seconds": rng.randint(1, 9 - lag)},
    )
    odds = {"probability": rng.choice((0.05, 0.2, 0.5)), "seed": rng.randrange(1000), "times": None}
    return {"method": rng.choice(("*", "POST", "PUT", "DELETE")), "route": "*", **odds, **rng.choice(kinds)}


def fault(rng: random.Random, lag: int) -> dict[str, Any]:
    """One fault, of the kinds that runs have to outlive: commits within the settle window, reads that fail."""
    kinds: tuple[dict[str, Any], ...] = (
        {"kind": "drop_before"},
        {"kind": "commit_then_drop"},
        {"kind": "commit_then_drop"},
        {"kind": "commit_then_status", "status": 502},
        {"kind": "late_commit", "seconds": rng.randint(1, 9 - lag)},
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 429, "retry_after": 1},
        {"kind": "garbage"},
    )
    reads: tuple[dict[str, Any], ...] = (
        {"kind": "drop_before"},
        {"kind": "status", "status": 503},
        {"kind": "wrong_total"},
        {"kind": "stale_list", "seconds": rng.randint(1, 3)},
        {"kind": "garbage"},
    )
    where = {"nth": rng.randint(1, 12), "times": rng.choice((1, 1, 2)), "route": "*"}
    if rng.random() < 0.1:
        kind = rng.choice(({"kind": "fail_provisioning"}, {"kind": "stuck", "seconds": 40}))
        return {**where, "method": "POST", "nth": rng.randint(1, 2), **kind}
    if rng.random() < 0.05:  # only of a paged list can a reader see that something is missing
        route = rng.choice(("/projects", "/projects/{id}/devices", "/projects/{id}/storage"))
        return {**where, "method": "GET", "route": route, "kind": "truncate_page"}
    if rng.random() < 0.3:
        return {**where, "method": "GET", "nth": rng.randint(1, 60), **rng.choice(reads)}
    return {**where, "method": rng.choice(_CALLS), **rng.choice(kinds)}
