"""Laws on random stacks: orders that hold, plans that do not depend on chance, and runs that converge."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.engine.order import order
from reconciler.engine.schedule import Schedule
from reconciler.engine.stop import Stop
from reconciler.graph import reachable
from reconciler.model.event import Event
from reconciler.model.kind import Verb
from reconciler.model.plan import Step
from reconciler.model.resource import Lifecycle, Resource, Stack
from reconciler.values import Address

from .bench import Bench, Planned
from .build import CATALOG, ref, resource, stack

FIELDS = {
    "devices": "description",
    "vlans": "description",
    "ip_reservations": "details",
    "ssh_keys": "label",
    "api_keys": "description",
}
SECTIONS = tuple(FIELDS)
TOP = ("organizations", "api_keys", "ssh_keys")
QUICK = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def stacks(draw: st.DrawFn, references: bool = True) -> Stack:
    """Two projects with up to ten objects, references from later to earlier ones, children of some devices."""
    found: list[Resource] = [resource("projects.a"), resource("projects.b")]
    found += [resource("projects.a.bgp_config"), resource("projects.b.bgp_config")]
    inner: list[str] = []
    for number in range(draw(st.integers(1, 8))):
        section = draw(st.sampled_from(SECTIONS))
        address = f"projects.{draw(st.sampled_from('ab'))}.{section}.x{number}"
        values: dict[str, Any] = {}
        after: tuple[str, ...] = ()
        if references and inner:
            if draw(st.booleans()):
                values[FIELDS[section]] = ref(draw(st.sampled_from(inner)), "id")
            if draw(st.booleans()):
                after = (draw(st.sampled_from(inner)),)
        elif section != "ssh_keys":
            values[FIELDS[section]] = f"text {number}"
        first = Lifecycle(create_before_destroy=draw(st.booleans()))
        found.append(resource(address, after=after, lifecycle=first, **values))
        inner.append(address)
        if section == "devices" and draw(st.booleans()):
            child = f"{address}.bgp_sessions.ipv4"
            found.append(resource(child, after=(draw(st.sampled_from(inner)),) if draw(st.booleans()) else ()))
    found += [resource(f"{section}.top") for section in TOP if draw(st.booleans())]
    return stack(*found)


def in_valid_order(steps: tuple[Step, ...]) -> bool:
    seen: set[str] = set()
    for each in steps:
        if not set(each.requires) <= seen:
            return False
        seen.add(each.id)
    return len(seen) == len(steps)


def required_pairs(planned: Planned, wanted: Stack, verb: Verb) -> list[tuple[str, str]]:
    ids = {each.id for each in planned.plan.steps}
    pairs = []
    for each in wanted.resources:
        for earlier in {*each.references, *([each.parent] if each.parent else [])}:
            pair = (f"{earlier}:{verb}", f"{each.address}:{verb}")
            if set(pair) <= ids:
                pairs.append(pair)
    return pairs


@QUICK
@given(stacks())
def test_creates_follow_references_and_destroys_go_back(wanted: Stack) -> None:
    bench = Bench()
    created = bench.plan(wanted)
    assert in_valid_order(created.plan.steps)
    for earlier, later in required_pairs(created, wanted, Verb.CREATE):
        assert created.before(earlier, later)
    assert bench.execute(created).ok
    assert bench.plan(wanted).actions() == {}
    assert bench.apply(wanted, destroy=True).ok
    assert not any(bench.account.frozen().values())


@QUICK
@given(stacks(), st.data())
def test_any_set_of_replacements_can_be_ordered_and_done(wanted: Stack, data: st.DataObject) -> None:
    bench = Bench()
    bench.settled(wanted)
    forceable = [str(each.address) for each in wanted.resources if CATALOG[each.kind].deletable]
    forced = data.draw(st.lists(st.sampled_from(forceable), min_size=1, max_size=4, unique=True))
    planned = bench.plan(wanted, replace=tuple(forced))
    assert in_valid_order(planned.plan.steps)
    for change in planned.plan.changes:
        if change.action.replaces and not CATALOG[change.kind].removed_with_parent:
            for reference in wanted.resources:
                theirs = planned.change(str(reference.address))
                if change.address in reference.references and theirs.action.value == "delete-create":
                    implied = f"{reference.address}:delete" in {e.id for e in planned.plan.steps if e.implied}
                    steps = {each.id for each in planned.plan.steps}
                    if not implied and f"{change.address}:delete" in steps:
                        assert planned.before(f"{reference.address}:delete", f"{change.address}:delete")
    run = bench.execute(planned)
    assert run.ok, [each for each in run.applied.ended if each.reason]
    assert bench.plan(wanted).actions() == {}
    carried = Counter(_marks(bench))
    assert not [each for each, count in carried.items() if count > 1]


def _marks(bench: Bench) -> list[str]:
    found = []
    for rows in bench.account.frozen().values():
        for row in rows.values():
            found += [each for each in row.get("tags", ()) if each.startswith("reconciler:")]
            found += [str(row.get(name)) for name in ("label",) if "[reconciler:" in str(row.get(name))]
            if "[reconciler:" in str(row.get("description")):
                found.append(str(row["description"]).rsplit("[", 1)[-1])
            if "reconciler" in (row.get("customdata") or {}):
                found.append(row["customdata"]["reconciler"]["address"])
    return found


@QUICK
@given(stacks(), st.randoms(use_true_random=False))
def test_the_plan_does_not_depend_on_the_order_of_the_input(wanted: Stack, chance: random.Random) -> None:
    shuffled = list(wanted.resources)
    chance.shuffle(shuffled)
    one, other = Bench().plan(wanted), Bench().plan(Stack(wanted.name, tuple(shuffled)))
    assert one.plan == other.plan
    changes = list(one.plan.changes)
    chance.shuffle(changes)
    again = order(sorted(changes, key=lambda each: each.address.sort_key), CATALOG, wanted.name)
    assert again.steps == one.plan.steps


@QUICK
@given(stacks(references=False), stacks(references=False), st.integers(1, 40))
def test_what_another_version_leaves_out_is_found_and_goes(first: Stack, second: Stack, limit: int) -> None:
    """However far the first apply came: the marks that remember are written before what they remember."""
    bench = Bench()
    stop, heard = Stop(), 0

    def listen(event: Event) -> None:
        nonlocal heard
        heard += 1
        if heard >= limit:
            stop.request()

    bench.execute(bench.plan(first), stop=stop, listen=listen)
    bench.clock.sleep(60)
    bench.settled(second)
    marked = {str(each.address) for each in second.resources if CATALOG[each.kind].marked}
    assert {each.partition("]")[0].split("shop:")[-1] for each in _marks(bench)} == marked


@st.composite
def graphs(draw: st.DrawFn) -> list[Step]:
    steps: list[Step] = []
    for number in range(draw(st.integers(1, 25))):
        earlier = draw(st.lists(st.sampled_from(steps), max_size=4, unique_by=lambda each: each.id)) if steps else []
        requires = tuple(each.id for each in earlier)
        steps.append(Step(f"s{number}", Address(None, "vlans", f"s{number}"), Verb.CREATE, "vlan", "", requires))
    return steps


@QUICK
@given(graphs(), st.data())
def test_a_schedule_starts_each_step_once_after_what_it_requires(steps: list[Step], data: st.DataObject) -> None:
    schedule = Schedule(steps, {each.id: data.draw(st.sampled_from([0.0, 1.0, 60.0])) for each in steps})
    failing = data.draw(st.sets(st.sampled_from([each.id for each in steps]), max_size=3))
    done: set[str] = set()
    lost: set[str] = set()
    running: list[Step] = []
    while True:
        while (step := schedule.take()) is not None:
            assert set(step.requires) <= done
            assert step.id not in done | lost
            running.append(step)
        if not running:
            break
        step = running.pop(data.draw(st.integers(0, len(running) - 1)))
        if step.id in failing:
            lost |= {step.id, *(each.id for each in schedule.failed(step))}
        else:
            done.add(step.id)
            schedule.done(step)
    assert done | lost == {each.id for each in steps}
    for each in steps:
        assert (each.id in lost) == (
            (each.id in failing and set(each.requires) <= done) or bool(set(each.requires) & lost)
        )
    assert schedule.rest() == []


FAULTS = st.lists(
    st.tuples(
        st.sampled_from(["lost_before", "lost_after", "late", "reject", "stop"]),
        st.sampled_from(["POST", "PUT", "DELETE"]),
        st.integers(1, 25),
    ),
    max_size=4,
)


@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(stacks(references=False), st.lists(FAULTS, min_size=1, max_size=3), st.booleans())
def test_whatever_happens_runs_converge_with_nothing_twice(
    wanted: Stack, runs: list[list[tuple[str, str, int]]], slow: bool
) -> None:
    """Faults within the settle bound: at most one live object a mark at every time, and an empty plan in the end."""
    bench = Bench()
    if slow:
        bench.account.provision_seconds = bench.account.deprovision_seconds = 20
    for faults in runs:
        stop, heard = Stop(), 0
        limit = min((number for kind, _, number in faults if kind == "stop"), default=10**9)
        for kind, method, number in faults:
            if kind != "stop" and not (method != "POST" and kind != "reject"):
                bench.account.end(kind, method, seconds=number / 3, texts=("no",), times=1)

        def listen(event: Event, stop: Stop = stop, limit: int = limit) -> None:
            nonlocal heard
            heard += 1
            if heard >= limit:
                stop.request()

        run = bench.execute(bench.plan(wanted), stop=stop, listen=listen)
        assert run.ok or run.applied.interrupted or any(each.result.value == "failed" for each in run.applied.ended)
        bench.clock.sleep(20)
        counts = Counter(_marks(bench))
        assert not [each for each, count in counts.items() if count > 1]
    bench.account.endings.clear()
    bench.settled(wanted)
    assert bench.apply(wanted, destroy=True).ok
    assert not any(bench.account.frozen().values())


def _edited(wanted: Stack, data: st.DataObject) -> Stack:
    """Another version of a stack: some resources taken out (with what stands in or refers to them), some changed."""
    inner = [each for each in wanted.resources if each.kind not in ("project", "bgp_config", "bgp_session")]
    gone = {each.address for each in inner if data.draw(st.integers(0, 4)) == 0}
    gone = reachable(gone, ((e, x.address) for x in wanted.resources for e in (x.references | {x.parent}) if e))
    kept: list[Resource] = []
    for each in wanted.resources:
        if each.address in gone:
            continue
        values = dict(each.values)
        if each.kind == "device" and data.draw(st.booleans()):
            name, value = data.draw(st.sampled_from([("operating_system", "debian_9"), ("hostname", "new")]))
            values[name] = value
        if each.kind in ("vlan", "ip_reservation") and data.draw(st.booleans()):
            values["facility"] = "ams1"
        kept.append(replace(each, values=values))
    return Stack(wanted.name, tuple(kept))


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(stacks(), st.data())
def test_any_change_interrupted_anywhere_comes_to_the_same_end(wanted: Stack, data: st.DataObject) -> None:
    bench = Bench()
    bench.account.provision_seconds = bench.account.deprovision_seconds = data.draw(st.sampled_from([0, 20]))
    bench.settled(wanted)
    project = bench.account.all("projects")[0]["id"]
    theirs = bench.account.add(
        "devices", project, hostname="theirs", plan="t1.small.x86", operating_system="debian_9", tags=["k8s"]
    )
    bench.clock.sleep(30)
    bench.account.all("devices")
    before = dict(theirs)
    changed = _edited(wanted, data)
    for _ in range(data.draw(st.integers(0, 3))):
        stop, heard, limit = Stop(), 0, data.draw(st.integers(1, 30))

        def listen(event: Event, stop: Stop = stop, limit: int = limit) -> None:
            nonlocal heard
            heard += 1
            if heard >= limit:
                stop.request()

        bench.execute(bench.plan(changed), stop=stop, listen=listen)
    bench.settled(changed)
    bench.clock.sleep(60)  # what an interrupted run was deleting goes by itself
    devices = [each for each in changed.resources if each.kind == "device"]
    assert len(bench.account.all("devices")) == len(devices) + 1
    assert bench.account.rows["devices"][theirs["id"]] == before
    replaced = sum(1 for each in devices if each.values["operating_system"] == "debian_9")
    assert len(bench.account.posts("/projects/{id}/devices")) <= 8 + len(devices) + replaced
