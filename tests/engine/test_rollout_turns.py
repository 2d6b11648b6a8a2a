"""What a machine's turn in a rollout takes in, and what is said where there is none."""

from __future__ import annotations

import pytest

from reconciler.diagnostics import Refused
from reconciler.engine.rollout import held_back
from reconciler.model.rollout import STATE, Health, Proof, Rollout

from .changes import VOLUME, WORKING, Changes, short
from .test_rollout import PLACE, REBOOTS, UP, comes_after, names, rolled

WEB = ".devices.web[{}]"
CHECK = f"{WEB}:check"


def two_that_reboot() -> Changes:
    changes = Changes().keep("projects.p")
    return changes.update(WEB.format(0), **UP, **REBOOTS).update(WEB.format(1), **UP, **REBOOTS)


def test_what_rests_on_one_machine_and_is_disrupted_is_a_part_of_its_turn() -> None:
    changes = two_that_reboot().replace(".volumes.data", **VOLUME, after=[WEB.format(1)])

    steps, _ = rolled(changes)

    assert comes_after(steps, CHECK.format(0), ".volumes.data:delete")
    assert comes_after(steps, ".volumes.data:create", CHECK.format(1))


@pytest.mark.parametrize(
    ("action", "after"),
    [("keep", [1]), ("create", [1]), ("replace", [0, 1]), ("replace", [])],
    ids=["one that stays as it is", "a new one", "one of two machines", "one of none"],
)
def test_what_is_not_one_machines_alone_or_disrupts_nothing_is_in_no_turn(action: str, after: list[int]) -> None:
    changes = two_that_reboot()
    getattr(changes, action)(".volumes.data", **VOLUME, after=[WEB.format(each) for each in after])

    steps, _ = rolled(changes)

    own = [each for each in steps if each.startswith(".volumes.data:")]
    assert not any(comes_after(steps, each, CHECK.format(n)) for each in own for n in range(2))
    if not after:
        assert not any(comes_after(steps, CHECK.format(n), each) for each in own for n in range(2))


def test_a_machine_that_goes_by_another_is_on_its_own_account() -> None:
    """Though it refers to one of the group, and is replaced."""
    changes = two_that_reboot().replace(".devices.db", **UP, after=[WEB.format(1)])

    steps, _ = rolled(changes)

    assert ".devices.db:create" in steps
    assert not comes_after(steps, ".devices.db:create", CHECK.format(1))


@pytest.mark.parametrize(
    ("count", "shown"),
    [(2, "{0}, {1}"), (3, "{0}, {1}, {2}"), (4, "{0}, {1}, {2} and 1 more"), (6, "{0}, {1}, {2} and 3 more")],
)
def test_machines_that_can_only_be_changed_together_are_named_with_the_ways_out(count: int, shown: str) -> None:
    changes = Changes().keep("projects.p").replace(".vlans.shared", facility="ams1")
    for n in range(count):
        changes.replace(WEB.format(n), **UP, after=[".vlans.shared"])

    with pytest.raises(Refused) as refused:
        rolled(changes)

    (problem,) = refused.value.diagnostics
    named = shown.format(*(f"projects.p.devices.web[{n}]" for n in range(count)))
    group_of_them = "projects.p.devices.web"
    assert problem.summary == f"{named} can only be changed together, so the rollout of {group_of_them} cannot hold"
    assert problem.address == group_of_them
    assert problem.place == PLACE
    assert problem.hint == (
        "something that they share is replaced, or they give each other something: make that change by itself, "
        "replace what is shared with `create_before_destroy`, or take `rollout` out for this one"
    )


def test_conditions_are_told_in_their_order() -> None:
    both = (STATE, Health(Proof.TCP, port=22))

    steps, _ = rolled(two_that_reboot(), Rollout(PLACE, health=both))

    assert steps[CHECK.format(1)].call == f"({both[0].words}, {both[1].words})"


def test_the_size_that_a_rollout_has_is_not_that_of_the_part_in_the_plan() -> None:
    _, (waves,) = rolled(two_that_reboot(), Rollout(PLACE, size=7))

    assert waves.rollout.size == 7


def test_a_new_one_of_the_group_that_waits_for_a_wave_is_not_looked_at_before_it() -> None:
    changes = two_that_reboot().create(WEB.format(2), after=[WEB.format(0)]).create(WEB.format(3))

    steps, (waves,) = rolled(changes)

    assert names(waves.others) == [WEB.format(3)]
    assert waves.kind == "device"
    assert comes_after(steps, f"{WEB.format(3)}:create", ".devices.web:check/1")


def test_all_that_is_under_way_to_the_others_of_a_group_comes_before_the_first_look() -> None:
    changes = two_that_reboot().create(WEB.format(2)).keep(WEB.format(3), live=WORKING)

    steps, _ = rolled(changes)

    before = {short(each) for each in steps[".devices.web:check/1"].requires}
    assert before == {f"{WEB.format(2)}:create", f"{WEB.format(3)}:await"}


def test_a_change_of_another_one_that_disrupts_nothing_is_not_waited_for() -> None:
    changes = two_that_reboot().update(WEB.format(2), **UP, changed=["hostname"])

    steps, (waves,) = rolled(changes)

    assert names(waves.others) == [WEB.format(2)]
    assert steps[".devices.web:check/1"].requires == ()


def test_a_share_is_of_the_machines_in_the_plan_where_the_size_of_the_group_is_not_known() -> None:
    changes = Changes().keep("projects.p")
    for n in range(5):
        changes.update(WEB.format(n), **UP, **REBOOTS)

    _, (waves,) = rolled(changes, Rollout(PLACE, share=40))

    assert (waves.rollout.size, waves.rollout.max_unavailable) == (5, 2)
    assert [len(wave) for wave in waves.waves] == [2, 2, 1]


def test_what_is_kept_back_is_told_by_the_machine_or_the_group_that_is_not_healthy() -> None:
    steps, waves = rolled(two_that_reboot())
    one, survey = steps[CHECK.format(0)], steps[".devices.web:check/1"]

    assert held_back(one, waves) == "because the rollout stopped: projects.p.devices.web[0] is not healthy"
    assert held_back(survey, waves) == "because the rollout stopped: machines of projects.p.devices.web are not healthy"
