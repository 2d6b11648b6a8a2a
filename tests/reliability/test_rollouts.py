"""Changes that are rolled over a group: how many machines are out of work at a time, and what stops it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.app import Options, Stop
from reconciler.diagnostics import Refused
from reconciler.model.event import Event, Noted, Progressed, Result
from reconciler.model.kind import Verb
from reconciler.report.plan_json import plan_document
from tests.reliability.rollouts import NEW, ONE, REINSTALL, TCP, Group, Made, failure, group
from tests.reliability.scene import codes, skipped
from tests.worlds import live
from tests.worlds.account import Account
from tests.worlds.running import plan, read


def notes(group: Group) -> list[str]:
    return [each.message for each in group.events if isinstance(each, Noted)]


@settings(deadline=None, max_examples=8, suppress_health_check=list(HealthCheck))
@given(
    count=st.integers(1, 5),
    most=st.one_of(st.integers(1, 3), st.sampled_from(["1%", "25%", "50%", "100%"])),
    pause=st.sampled_from([0, 30]),
    lag=st.sampled_from([0.0, 4.0, 8.0]),
    way=st.sampled_from(["reinstall", "replace", "power", "network"]),
)
def test_no_more_machines_are_out_of_work_than_may_be(
    count: int, most: int | str, pause: int, lag: float, way: str
) -> None:
    rollout = {"max_unavailable": most, "pause": pause}
    before: dict[str, Any] = {"lifecycle": {} if way == "replace" else REINSTALL}
    after = {**before, "system": NEW}
    if way == "power":
        before, after = {**before, "power_state": "active"}, {**before, "power_state": "inactive"}
    if way == "network":
        before["plan"] = "c2.medium.x86"
        before, after = {**before, "network_type": "layer3"}, {**before, "network_type": "hybrid"}
    allowed = most if isinstance(most, int) else max(1, count * int(most.rstrip("%")) // 100)
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patches:
        account = Account.found(Path(folder), {"list_lag_seconds": lag, "get_lag_seconds": lag / 2}, seed=1)
        found = Group.of(account, patches, group(count, rollout, **before))
        report = found.apply(group(count, rollout, **after), parallelism=1 if lag else 8)
        assert report.complete, [each.reason for each in report.ended if each.reason]
        stack = read(account, group(count, rollout, **after))
        assert live.unlike(account, stack) == []
        if way != "power":
            assert (way != "network") <= found.most_out <= (0 if way == "network" else allowed)
        account.clock.sleep(lag)
        assert plan(account, stack).plan.empty
        account.emulator.stop()


def test_the_pause_goes_by_between_two_waves_and_not_after_the_last(made: Made) -> None:
    rollout = {"max_unavailable": 2, "pause": "2m"}
    found = made(5, rollout)
    assert found.apply(group(5, rollout, NEW)).complete
    at = {name: moment for moment, name in found.actions}
    assert [name for _, name in found.actions] == [f"web-{each}" for each in range(5)]
    assert at["web-2"] - at["web-1"] >= 120 + 10, "from the moment on that the first wave was known to be healthy"
    assert at["web-4"] - at["web-3"] >= 120 + 10
    assert found.account.clock.now() - at["web-4"] < 60
    assert any(isinstance(each, Progressed) and "2m until the next wave" in each.message for each in found.events)


def test_the_first_machine_that_does_not_come_back_stops_the_rollout(made: Made) -> None:
    found = made(4, TCP)
    found.doors.closed["web-1"] = lambda now: True
    report = found.apply(group(4, TCP, NEW))
    assert found.systems() == {"web-0": NEW, "web-1": NEW, "web-2": "ubuntu_18_04", "web-3": "ubuntu_18_04"}
    failed = failure(report)
    assert (failed.address, failed.verb) == ("projects.web.devices.web[1]", Verb.CHECK)
    assert failed.reason.startswith("it is not healthy: TCP port 22 of ")
    assert failed.reason.endswith(": connection refused, after 1m")
    assert codes(report) == {"not-healthy"}
    assert set(skipped(report)) == {f"projects.web.devices.web{each}" for each in ("", "[2]", "[3]")}
    why = {each.reason for each in report.ended if each.result is Result.SKIPPED}
    assert why == {"because the rollout stopped: projects.web.devices.web[1] is not healthy"}
    tried = [moment for moment, name, _ in found.doors.dialled if name == "web-1"]
    assert 50 <= tried[-1] - tried[0] <= 70


def test_a_machine_may_take_its_time_until_it_answers(made: Made) -> None:
    found = made(2, TCP)
    start = found.account.clock.now()
    found.doors.closed["web-0"] = lambda now: now < start + 60
    assert found.apply(group(2, TCP, NEW)).complete
    (first, _), (second, _) = found.actions
    assert second - first >= 40


def test_what_failed_is_repaired_and_the_rest_is_changed_by_the_next_run(made: Made) -> None:
    found = made(4, TCP)
    found.doors.closed["web-1"] = lambda now: True
    assert not found.apply(group(4, TCP, NEW)).complete
    found.doors.closed.clear()
    planned = found.plan(group(4, TCP, NEW))
    (waves,) = planned.plan.rollouts
    assert [[str(each)[-2] for each in wave] for wave in waves.waves] == [["2"], ["3"]]
    assert [str(each)[-2] for each in waves.others] == ["0", "1"]
    assert found.carry_out(planned).complete
    assert set(found.systems().values()) == {NEW}
    assert found.most_out == 1


def test_a_run_does_not_begin_while_others_of_the_group_are_out_of_work(made: Made) -> None:
    found = made(4, TCP)
    found.doors.closed["web-1"] = lambda now: True
    assert not found.apply(group(4, TCP, NEW)).complete
    sent = len(found.actions)
    report = found.apply(group(4, TCP, NEW))
    assert len(found.actions) == sent
    failed = failure(report)
    assert failed.address == "projects.web.devices.web"
    assert failed.reason.startswith("1 of its machines that are not to be changed now is not healthy, and 1 may be out")
    assert "projects.web.devices.web[1]: TCP port 22" in failed.reason
    assert set(skipped(report)) == {f"projects.web.devices.web{each}" for each in ("", "[2]", "[3]")}


def test_what_is_out_of_work_takes_from_what_may_be(made: Made) -> None:
    rollout = {**TCP, "max_unavailable": 2}
    found = made(5, rollout)
    half = {"system": "${{ 'debian_9' if index else 'ubuntu_18_04' }}"}
    found.doors.closed["web-0"] = lambda now: True
    report = found.apply(group(5, rollout, **half))
    assert report.complete
    assert found.most_out == 1, "and one that does not answer"
    (note, *_) = notes(found)
    assert note.startswith(
        "projects.web.devices.web: wave 1 of 2 begins: [1], [2], 1 at a time since 1 of its machines is not healthy: "
        "projects.web.devices.web[0]: TCP port 22 of "
    )


def test_machines_that_are_out_of_work_already_are_changed_first(made: Made) -> None:
    found = made(4, ONE)
    found.turn("web-2", "power_off")
    found.account.clock.sleep(30)
    planned = found.plan(group(4, ONE, NEW, power_state="active"))
    (waves,) = planned.plan.rollouts
    assert [[str(each)[-2] for each in wave] for wave in waves.waves] == [["2"], ["0"], ["1"], ["3"]]
    assert [str(each)[-2] for each in waves.down] == ["2"]
    assert found.carry_out(planned).complete
    assert found.most_out == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "web-0",
            "1 of its machines that were changed is not healthy any more: projects.web.devices.web[0]: its state",
        ),
        (
            "web-3",
            "1 of its machines that are not to be changed now is not healthy, and 1 may be out of work at a time",
        ),
    ],
    ids=["one that was changed", "one whose turn is still to come"],
)
def test_a_machine_that_fails_meanwhile_stops_the_rollout(made: Made, name: str, said: str) -> None:
    rollout = {**ONE, "pause": "10m"}
    found = made(4, rollout)

    def dies(event: Event) -> None:
        if isinstance(event, Progressed) and event.message.startswith("healthy") and "[1]" in event.address:
            found.turn(name, "power_off")

    found.hears = dies
    report = found.apply(group(4, rollout, NEW))
    assert [each for _, each in found.actions] == ["web-0", "web-1"]
    assert failure(report).reason.startswith(said), failure(report).reason


def test_an_interrupt_ends_the_pause_and_the_next_run_goes_on(made: Made) -> None:
    rollout = {**ONE, "pause": "1h"}
    found, stop = made(3, rollout), Stop()

    def interrupts(event: Event) -> None:
        if isinstance(event, Progressed) and event.message.startswith("healthy"):
            stop.request()

    found.hears = interrupts
    began = found.account.clock.now()
    report = found.apply(group(3, rollout, NEW), stop=stop)
    assert report.interrupted
    assert found.account.clock.now() - began < 120
    assert found.checked(report, Result.ABANDONED) == ["web[0]"]
    found.hears = lambda event: None
    assert found.apply(group(3, rollout, NEW)).complete
    assert [name for _, name in found.actions] == ["web-0", "web-1", "web-2"]


def test_an_interrupt_of_a_look_ends_the_run(made: Made) -> None:
    found, stop = made(2, TCP), Stop()

    def interrupts(now: float) -> bool:
        stop.request()
        return True

    found.doors.closed["web-0"] = interrupts
    report = found.apply(group(2, TCP, NEW), stop=stop)
    assert report.interrupted
    assert [name for _, name in found.actions] == ["web-0"]


@pytest.mark.parametrize(("families", "status"), [("ipv4", "up"), ("both", "up"), ("both", "down")])
def test_a_machine_is_healthy_when_its_sessions_are_up(made: Made, families: str, status: str) -> None:
    rollout = {**ONE, "health": ["state", {"bgp": families, "timeout": "1m"}]}
    sessions = ["ipv4", "ipv6"]
    found = made(3, rollout, bgp_sessions=sessions)
    found.account.clock.sleep(5)
    found.account.call("POST", "/_emulator/bgp-sessions", {"status": status})
    report = found.apply(group(3, rollout, NEW, bgp_sessions=sessions))
    if status == "up":
        assert report.complete
        assert found.most_out == 1
        return
    assert found.systems()["web-1"] == "ubuntu_18_04"
    assert failure(report).reason == "it is not healthy: its BGP session over ipv4 is down, after 1m"


def test_a_session_that_the_stack_does_not_have_is_never_up(made: Made) -> None:
    rollout = {**ONE, "health": {"bgp": "both", "timeout": "30s"}}
    found = made(2, rollout, bgp_sessions=["ipv4"])
    found.account.call("POST", "/_emulator/bgp-sessions", {"status": "up"})
    report = found.apply(group(2, rollout, NEW, bgp_sessions=["ipv4"]))
    assert failure(report).reason == "it is not healthy: it has no BGP session over ipv6, after 30s"


def test_the_private_address_is_tried_where_the_stack_says_so(made: Made) -> None:
    rollout = {**ONE, "health": [{"tcp": 8080, "address": "private"}, {"tcp": 22}]}
    found = made(1, rollout)
    hosts: list[str] = []
    dial = found.doors.dial
    found.doors.dial = lambda host, port: hosts.append(f"{host}:{port}") or dial(host, port)  # type: ignore[method-assign, func-returns-value]
    assert found.apply(group(1, rollout, NEW)).complete
    assert [each.startswith("10.") for each in hosts] == [True, False]
    assert [each.rpartition(":")[2] for each in hosts] == ["8080", "22"]


def test_a_machine_that_is_to_be_off_is_asked_for_nothing_but_its_state(made: Made) -> None:
    found = made(2, TCP, power_state="inactive")
    found.doors.closed = dict.fromkeys(("web-0", "web-1"), lambda now: True)
    assert found.apply(group(2, TCP, NEW, power_state="inactive")).complete
    assert found.doors.dialled == []


def test_a_reinstall_that_never_ends_stops_the_rollout(made: Made) -> None:
    found = made(3, ONE)
    found.account.call("POST", "/_emulator/settings", {"reinstall_seconds": 1_000_000})
    report = found.apply(group(3, ONE, NEW, timeouts={"create": "10m"}))
    assert len(found.actions) == 1
    assert failure(report).address == "projects.web.devices.web[0]"
    assert "projects.web.devices.web[1]" in skipped(report)


def test_new_machines_come_first_and_those_that_go_are_not_held_back(made: Made) -> None:
    found = made(3, ONE)
    planned = found.plan(group(5, ONE, NEW))
    (waves,) = planned.plan.rollouts
    assert [str(each)[-2] for each in waves.others] == ["3", "4"]
    assert waves.rollout.size == 5
    assert found.carry_out(planned).complete
    assert len(found.working()) == 5
    planned = found.plan(group(1, ONE, "ubuntu_18_04"))
    deletes = [each for each in planned.plan.steps if each.verb is Verb.DELETE]
    assert len(deletes) == 4
    assert not any("check" in required for each in deletes for required in each.requires)


def test_a_new_machine_is_proved_before_the_old_one_goes(made: Made) -> None:
    first = {"lifecycle": {"create_before_destroy": True}}
    found = made(3, TCP, **first)
    old = found.id_of("web-0")
    found.doors.closed["web-0"] = lambda now: True
    report = found.apply(group(3, TCP, NEW, **first))
    assert failure(report).address == "projects.web.devices.web[0]"
    assert found.most_out == 0
    assert found.name_of(old) == "web-0", "the old one is there still"
    found.doors.closed.clear()
    for _ in range(2):
        found.apply(group(3, TCP, NEW, **first))
    assert set(found.systems().values()) == {NEW}
    assert found.most_out == 0


def test_a_plan_that_disrupts_nothing_has_nothing_of_a_rollout(made: Made) -> None:
    found = made(3, ONE)
    with_it, without = (
        plan_document(found.plan(group(3, rollout, tags=["web", "new"])).plan, tool_version="1")
        for rollout in (TCP, None)
    )
    assert with_it["x_reconciler"] == without["x_reconciler"]
    assert found.plan(group(3, ONE)).plan.empty


def test_a_part_of_the_group_may_be_changed_by_itself(made: Made) -> None:
    half = {**ONE, "max_unavailable": "50%"}
    found = made(4, half)
    found.turn("web-1", "power_off")
    found.account.clock.sleep(30)
    planned = found.plan(group(4, half, NEW), Options(targets=("projects.web.devices.web[3]",)))
    (waves,) = planned.plan.rollouts
    assert (waves.rollout.max_unavailable, waves.rollout.size, waves.others) == (2, 4, ())
    assert found.carry_out(planned).complete
    assert [name for _, name in found.actions] == ["web-3"]


def test_what_all_machines_have_to_let_go_of_at_once_is_refused(made: Made) -> None:
    wired: dict[str, Any] = {
        "plan": "c2.medium.x86",
        "network_type": "hybrid",
        "ports": {"eth1": {"vlans": ["storage"]}},
    }
    found = made(3, ONE, **wired)
    with pytest.raises(Refused) as refused:
        found.plan(group(3, ONE, **wired), Options(replace=("projects.web.vlans.storage",)))
    (problem,) = refused.value.diagnostics
    assert problem.code == "rollout-impossible"
    assert "can only be changed together" in problem.summary
    assert problem.place is not None
