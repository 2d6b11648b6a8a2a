"""The steps of a plan in waves: what waits for what, whatever the size of the group and the change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.diagnostics import Place, Refused
from reconciler.engine.rollout import narrowed, rolled_out
from reconciler.graph import reached
from reconciler.model.effect import Effect
from reconciler.model.kind import Verb
from reconciler.model.live import Phase, Status
from reconciler.model.plan import Change, Step
from reconciler.model.rollout import Rollout, Waves
from reconciler.review.effects import with_effects

from .build import CATALOG
from .changes import WORKING, Changes, short

UP: dict[str, Any] = {"live": {"status": Status(word="active")}}
OFF: dict[str, Any] = {"live": {"status": Status(word="inactive")}}
REBOOTS: dict[str, Any] = {"changed": ["power_state"], "power_state": "inactive"}
Found = tuple[dict[str, Step], tuple[Waves, ...]]


PLACE = Place("stack.yaml", 9)
AS_A_RULE = Rollout(PLACE)


def group(changes: Changes, rollout: Rollout = AS_A_RULE) -> list[Change]:
    """The changes, all indexed machines of which are of groups with this rollout."""
    return [
        replace(each, resource=replace(each.resource, rollout=rollout))
        if each.kind == "device" and each.address.index is not None and each.resource is not None
        else each
        for each in changes.every
    ]


def rolled(changes: Changes, rollout: Rollout = AS_A_RULE) -> Found:
    every = with_effects(group(changes, rollout), CATALOG)
    steps, waves = rolled_out(every, changes.ordered().steps, CATALOG)
    return {short(each.id): each for each in steps}, waves


def comes_after(steps: dict[str, Step], first: str, second: str) -> bool:
    """Whether the second waits for the first, by whatever stands between."""
    before = {name: [short(each) for each in step.requires] for name, step in steps.items()}
    return first in reached([second], before) - {second}


def names(addresses: Iterable[Any]) -> list[str]:
    return [short(str(each)) for each in addresses]


@settings(deadline=None, max_examples=60)
@given(
    most=st.integers(1, 4),
    actions=st.lists(
        st.sampled_from(["reboot", "replace", "create first", "rename", "none", "new", "gone", "off", "coming"]),
        min_size=1,
        max_size=9,
    ),
)
def test_what_disrupts_waits_for_the_proof_of_the_waves_before(most: int, actions: list[str]) -> None:
    changes = Changes().keep("projects.p")
    for number, action in enumerate(actions):
        web = f".devices.web[{number}]"
        {
            "reboot": lambda web=web: changes.update(web, **UP, **REBOOTS),
            "replace": lambda web=web: changes.replace(web, **UP),
            "create first": lambda web=web: changes.create_first(web, **UP),
            "rename": lambda web=web: changes.update(web, **UP, changed=["hostname"]),
            "none": lambda web=web: changes.keep(web, **UP),
            "new": lambda web=web: changes.create(web),
            "gone": lambda web=web: changes.delete(web, **UP),
            "off": lambda web=web: changes.replace(web, **OFF),
            "coming": lambda web=web: changes.keep(web, live=WORKING),
        }[action]()
    steps, found = rolled(changes, Rollout(PLACE, most))
    disrupted = [n for n, each in enumerate(actions) if each in ("reboot", "replace", "create first", "off")]
    if not disrupted:
        assert found == ()
        assert list(steps.values()) == list(changes.ordered().steps)
        return
    (waves,) = found
    members = [int(str(each)[-2]) for wave in waves.waves for each in wave]
    assert members == sorted(disrupted, key=lambda each: actions[each] != "off")
    assert {len(wave) for wave in waves.waves[:-1]} <= {most}
    assert 1 <= len(waves.waves[-1]) <= most
    others = [n for n, each in enumerate(actions) if each in ("rename", "none", "new", "coming")]
    assert names(waves.others) == [f".devices.web[{each}]" for each in others]
    for wave, later in zip(waves.waves, waves.waves[1:], strict=False):
        for one in names(wave):
            for other in names(later):
                for step in {f"{other}:{verb}" for verb in ("update", "delete", "create")}.intersection(steps):
                    assert comes_after(steps, f"{one}:check", step)
    for each in (n for n in disrupted if actions[n] == "create first"):
        assert comes_after(steps, f".devices.web[{each}]:check", f".devices.web[{each}]:delete")
    for n in others:
        ready = f".devices.web[{n}]:{'create' if actions[n] == 'new' else 'await'}"
        if ready in steps:
            assert comes_after(steps, ready, ".devices.web:check/1")
    for n in (n for n, each in enumerate(actions) if each == "gone"):
        assert not any(comes_after(steps, each, f".devices.web[{n}]:delete") for each in steps if ":check" in each)
    order = list(steps)
    assert all(order.index(short(each)) < order.index(name) for name, step in steps.items() for each in step.requires)


def test_what_stands_in_a_machine_and_interrupts_it_is_a_part_of_its_turn() -> None:
    changes = Changes().keep("projects.p")
    for n in range(2):
        changes.keep(f".devices.web[{n}]", **UP)
        changes.delete(f".devices.web[{n}].bgp_sessions.ipv4", live={"parent_id": f"web[{n}]"})
    every = [
        replace(each, effect=Effect.NETWORK) if each.kind == "bgp_session" else each
        for each in with_effects(group(changes), CATALOG)
    ]
    steps, waves = rolled_out(every, changes.ordered().steps, CATALOG)
    found = {short(each.id): each for each in steps}
    assert names(each for wave in waves[0].waves for each in wave) == [".devices.web[0]", ".devices.web[1]"]
    session = ".devices.web[{}].bgp_sessions.ipv4:delete"
    assert comes_after(found, session.format(0), ".devices.web[0]:check")
    assert comes_after(found, ".devices.web[0]:check", session.format(1))


def test_a_machine_that_another_needs_comes_before_it() -> None:
    changes = Changes().keep("projects.p")
    changes.update(".devices.web[0]", **UP, **REBOOTS, after=[".devices.web[2]"])
    changes.update(".devices.web[1]", ".devices.web[2]", **UP, **REBOOTS)
    _, (waves,) = rolled(changes)
    turns = names(each for wave in waves.waves for each in wave)
    assert turns.index(".devices.web[2]") < turns.index(".devices.web[0]")


def test_machines_that_need_each_other_cannot_be_changed_apart() -> None:
    changes = Changes().keep("projects.p")
    changes.replace(".vlans.shared", facility="ams1")
    for n in range(3):
        changes.replace(f".devices.web[{n}]", **UP, after=[".vlans.shared"])
    with pytest.raises(Refused) as refused:
        rolled(changes)
    (problem,) = refused.value.diagnostics
    assert problem.code == "rollout-impossible"
    assert "projects.p.devices.web[0], projects.p.devices.web[1], projects.p.devices.web[2]" in problem.summary
    assert problem.place == PLACE


def test_the_pause_stands_in_every_check_but_those_of_the_last_wave() -> None:
    changes = Changes().keep("projects.p")
    for n in range(3):
        changes.update(f".devices.web[{n}]", **UP, **REBOOTS)
    steps, _ = rolled(changes, Rollout(PLACE, 2, 90.0))
    calls = {name: each.call for name, each in steps.items() if each.verb is Verb.CHECK}
    assert calls == {
        ".devices.web:check/1": "(the others of the group, before wave 1 of 2)",
        ".devices.web[0]:check": "(its state is as wanted; then a pause of 1m30s)",
        ".devices.web[1]:check": "(its state is as wanted; then a pause of 1m30s)",
        ".devices.web:check/2": "(the others of the group, before wave 2 of 2)",
        ".devices.web[2]:check": "(its state is as wanted)",
    }


def test_one_machine_alone_needs_no_look_at_others() -> None:
    steps, _ = rolled(Changes().keep("projects.p").update(".devices.web[0]", **UP, **REBOOTS))
    assert list(steps) == [".devices.web[0]:update", ".devices.web[0]:check"]


def test_groups_go_by_themselves() -> None:
    changes = Changes().keep("projects.p")
    for name in ("db", "web"):
        changes.replace(f".devices.{name}[0]", f".devices.{name}[1]", **UP)
    steps, found = rolled(changes)
    assert names(each.group for each in found) == [".devices.db", ".devices.web"]
    assert not comes_after(steps, ".devices.db[0]:check", ".devices.web[1]:delete")


@pytest.mark.parametrize("allowed", [1, 2])
def test_a_narrowed_wave_takes_its_machines_one_after_the_other(allowed: int) -> None:
    changes = Changes().keep("projects.p")
    for n in range(4):
        changes.replace(f".devices.web[{n}]", **UP)
    steps, (waves,) = rolled(changes, Rollout(PLACE, 3))
    pairs = {tuple(map(short, each)) for each in narrowed(waves, 0, steps.values(), allowed)}
    check, delete = ".devices.web[{}]:check", ".devices.web[{}]:delete"
    expected = {(check.format(n), delete.format(n + allowed)) for n in range(3 - allowed)}
    assert pairs == expected


def test_a_machine_on_its_way_out_of_work_is_none_that_does_work() -> None:
    changes = Changes().keep("projects.p")
    for n, live in enumerate(({}, {"status": Status(Phase.FAILED, word="failed")}, {})):
        changes.replace(f".devices.web[{n}]", live={**UP["live"], **live})
    _, (waves,) = rolled(changes)
    assert names(waves.down) == [".devices.web[1]"]
    assert names(waves.waves[0]) == [".devices.web[1]"]
    coming = [[each[-2] for each in names(waves.coming(n))] for n in range(3)]
    assert coming == [["0", "2"], ["2"], []]
