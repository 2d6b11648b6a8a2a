"""What a look at the machines of a rollout tells: of each what it lacks, when it is looked at, and for how long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeGuard

import pytest

from reconciler.app import Stop
from reconciler.model.event import Ended, Event, Progressed, Report, Result, Started
from reconciler.model.kind import Verb
from tests.reliability.rollouts import NEW, ONE, TCP, Group, Made, failure, group
from tests.reliability.scene import DEVICES

OLD = "ubuntu_18_04"
WEB = "projects.web.devices.web"
BGP: dict[str, Any] = {"max_unavailable": 1, "health": {"bgp": "ipv4", "timeout": "1m"}}
SETTLE_SECONDS = 10.0
Deed = Callable[[], object]


def changed(count: int, rollout: dict[str, Any], those: Sequence[int], **device: Any) -> dict[str, Any]:
    """The stack in which these machines get another system."""
    return group(count, rollout, f"${{{{ '{NEW}' if index in {list(those)} else '{OLD}' }}}}", **device)


def is_about(event: Event, index: int, verb: Verb) -> TypeGuard[Started | Ended]:
    """Whether a step of that machine begins or ends."""
    return isinstance(event, Started | Ended) and event.verb is verb and event.address == f"{WEB}[{index}]"


def when_checked(found: Group, index: int, begun: Deed, over: Deed = lambda: None) -> None:
    """Do something as soon as that machine is changed and its check begins, and when that is over."""

    def hears(event: Event) -> None:
        if is_about(event, index, Verb.CHECK):
            (begun if isinstance(event, Started) else over)()

    found.hears = hears


def told(found: Group) -> list[str]:
    """What was told of checks under way."""
    return [each.message for each in found.events if isinstance(each, Progressed) and each.verb is Verb.CHECK]


def unproved(report: Report) -> list[str]:
    """Why checks were left to the next run."""
    return [each.reason for each in report.ended if each.verb is Verb.CHECK and each.result is Result.ABANDONED]


def ended(found: Group, index: int, verb: Verb) -> float:
    """When that step of the machine was over, in seconds of the run."""
    return next(each.at for each in found.events if isinstance(each, Ended) and is_about(each, index, verb))


def dialled(found: Group, name: str) -> list[float]:
    return [moment for moment, each, _ in found.doors.dialled if each == name]


# what is told of a check


def test_a_check_names_the_machine_that_it_is_about_when_it_begins_and_when_it_ends(made: Made) -> None:
    found = made(2, ONE)

    assert found.apply(group(2, ONE, NEW)).complete

    for index in range(2):
        named = [each.id for each in found.events if is_about(each, index, Verb.CHECK)]
        assert named == [found.id_of(f"web-{index}")] * 2


def test_a_check_that_an_interrupt_ends_says_what_the_next_run_does(made: Made) -> None:
    found, stop = made(2, ONE), Stop()
    when_checked(found, 0, stop.request)

    report = found.apply(group(2, ONE, NEW), stop=stop)

    assert unproved(report) == ["interrupted before it was known to be healthy; the next run looks first"]


def test_a_check_that_the_token_is_refused_for_says_so(made: Made) -> None:
    found = made(2, ONE)
    refused = {"kind": "status", "method": "GET", "route": DEVICES, "status": 401, "times": 10_000}
    when_checked(found, 0, lambda: found.account.faults([refused]))

    report = found.apply(group(2, ONE, NEW))

    assert unproved(report) == ["the API refuses the token before it was known to be healthy; the next run looks first"]
    assert found.systems()["web-1"] == OLD


# what cannot be looked at, or is not there


def lists_fail(found: Group, times: int) -> None:
    found.account.faults([{"kind": "status", "method": "GET", "route": DEVICES, "status": 503, "times": times}])


def test_a_list_that_fails_for_a_while_does_not_stop_a_rollout(made: Made) -> None:
    found = made(2, ONE)
    when_checked(found, 0, lambda: lists_fail(found, times=12))

    report = found.apply(group(2, ONE, NEW))

    assert report.complete, failure(report).reason
    assert any(each.startswith("it could not be looked at: ") for each in told(found))


def test_a_list_that_goes_on_failing_is_what_a_machine_lacks_in_the_end(made: Made) -> None:
    found = made(2, TCP)
    when_checked(found, 0, lambda: lists_fail(found, times=10_000))

    report = found.apply(group(2, TCP, NEW))

    (failed, *_) = [each for each in report.ended if each.result is Result.FAILED]
    assert failed.address == f"{WEB}[0]"
    assert failed.reason.startswith("it is not healthy: it could not be looked at: ")
    assert "503" in failed.reason
    assert failed.reason.endswith(", after 5m"), "the time of the condition that has the most: its state"
    assert found.systems()["web-1"] == OLD


def test_an_answer_that_is_not_understood_proves_nothing(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    found = made(2, TCP)
    attempt = found.account.transport.attempt

    def misshapen(method: str, target: str, body: bytes | None) -> Any:
        answer = attempt(method, target, body)
        if method != "GET" or not target.partition("?")[0].endswith("/devices"):
            return answer
        return replace(answer, body=answer.body.replace(b'"ip_addresses":[', b'"ip_addresses":7,"x":['))

    when_checked(found, 0, lambda: monkeypatch.setattr(found.account.transport, "attempt", misshapen))

    report = found.apply(group(2, TCP, NEW))

    (failed, *_) = [each for each in report.ended if each.result is Result.FAILED]
    assert failed.address == f"{WEB}[0]"
    assert failed.reason.startswith("it is not healthy: it could not be looked at: the answer is not understood: ")
    assert "Error " in failed.reason
    assert found.systems()["web-1"] == OLD


def test_a_machine_that_no_list_shows_any_more_is_not_healthy(made: Made) -> None:
    found = made(2, ONE)
    when_checked(found, 0, lambda: found.account.call("DELETE", f"/devices/{found.id_of('web-0')}"))

    report = found.apply(group(2, ONE, NEW))

    assert failure(report).reason == "it is not healthy: no list shows it, after 5m"
    assert found.systems() == {"web-1": OLD}


def test_a_machine_that_is_being_deleted_is_given_no_time(made: Made) -> None:
    found = made(2, ONE)
    found.account.call("POST", "/_emulator/settings", {"deprovision_seconds": 100_000, "reinstall_seconds": 5})
    when_checked(found, 0, lambda: found.account.call("DELETE", f"/devices/{found.id_of('web-0')}"))
    began = found.account.clock.now()

    report = found.apply(group(2, ONE, NEW))

    assert failure(report).reason == "it is not healthy: its state became deprovisioning"
    assert found.account.clock.now() - began < 60


def test_a_machine_without_the_address_that_is_to_answer_says_so(made: Made) -> None:
    rollout = {**ONE, "health": {"tcp": 22, "timeout": "30s"}}
    private: dict[str, Any] = {"ip_addresses": [{"address_family": 4, "public": False}]}
    found = made(2, rollout, **private)

    report = found.apply(group(2, rollout, NEW, **private))

    assert failure(report).reason == "it is not healthy: it has no public IPv4 address, after 30s"
    assert found.doors.dialled == []


# whose state it is


def test_the_sessions_of_one_machine_say_nothing_of_another(made: Made) -> None:
    found = made(3, BGP, bgp_sessions=["ipv4"])
    found.account.clock.sleep(5)
    found.account.call("POST", "/_emulator/bgp-sessions", {"status": "up"})
    down = {"status": "down", "device_id": found.id_of("web-2")}
    found.account.call("POST", "/_emulator/bgp-sessions", down)

    report = found.apply(changed(3, BGP, [0], bgp_sessions=["ipv4"]))

    reason = failure(report).reason
    assert reason.startswith("1 of its machines that are not to be changed now is not healthy, and 1 may be out of")
    assert reason.endswith(f": {WEB}[2]: its BGP session over ipv4 is down, after 1m")


@pytest.mark.parametrize("bgp", [False, True], ids=["by state", "by BGP"])
def test_sessions_are_read_only_where_they_are_to_prove_something(made: Made, bgp: bool) -> None:
    rollout = BGP if bgp else ONE
    found = made(2, rollout, bgp_sessions=["ipv4"])
    found.account.call("POST", "/_emulator/bgp-sessions", {"status": "up"})
    moments: list[Counter[str]] = []

    def count() -> None:
        read = found.account.call("GET", "/_emulator/stats")["requests"]["GET"]
        moments.append(Counter(read))

    when_checked(found, 0, count, count)

    assert found.apply(group(2, rollout, NEW, bgp_sessions=["ipv4"])).complete

    before, after = moments
    asked = after - before
    assert asked[DEVICES] >= 1
    assert any("bgp" in route for route in asked) is bgp


def test_a_machine_that_is_off_is_not_dialled_and_hides_no_other(made: Made) -> None:
    rollout = {**TCP, "max_unavailable": 2}
    found = made(4, rollout)
    found.turn("web-0", "power_off")
    found.doors.closed["web-2"] = lambda now: True
    found.account.clock.sleep(30)

    report = found.apply(changed(4, rollout, [3]))

    reason = failure(report).reason
    assert reason.startswith(
        "2 of its machines that are not to be changed now are not healthy, and 2 may be out of work at a time: "
        f"{WEB}[0]: its state is inactive, not active, after 5m; {WEB}[2]: TCP port 22 of "
    )
    assert dialled(found, "web-0") == []
    assert dialled(found, "web-1") != []


def test_a_machine_whose_turn_is_to_come_need_not_be_as_declared_yet(made: Made) -> None:
    found = made(3, ONE, power_state="active")

    assert found.apply(group(3, ONE, power_state="inactive")).complete

    assert found.working() == set()


def test_a_machine_that_was_to_be_off_and_runs_again_stops_the_rollout(made: Made) -> None:
    rollout = {**ONE, "pause": "10m"}
    found = made(3, rollout, power_state="active")

    def turned_on_again(event: Event) -> None:
        if isinstance(event, Progressed) and event.message.startswith("healthy") and event.address == f"{WEB}[0]":
            found.turn("web-0", "power_on")

    found.hears = turned_on_again

    report = found.apply(group(3, rollout, power_state="inactive"))

    said = f"1 of its machines that were changed is not healthy any more: {WEB}[0]: its state is active, not inactive"
    assert failure(report).reason.startswith(said)


# when it is looked


def test_the_first_look_waits_until_lists_show_what_was_before_it_and_later_ones_do_not(made: Made) -> None:
    found = made(3, TCP)
    began = found.account.clock.now()

    assert found.apply(changed(3, TCP, [0, 1])).complete

    first, second = dialled(found, "web-2")
    assert first - began >= SETTLE_SECONDS
    assert second - dialled(found, "web-0")[0] < SETTLE_SECONDS


def test_looks_are_often_at_first_and_rare_later(made: Made) -> None:
    rollout = {**ONE, "health": {"tcp": 22, "timeout": "10m"}}
    found = made(1, rollout)
    found.doors.closed["web-0"] = lambda now: True

    found.apply(group(1, rollout, NEW))

    gaps = [later - earlier for earlier, later in pairwise(dialled(found, "web-0"))]
    assert all(gap < 2 for gap in gaps[:10])
    assert all(4 < gap < 7 for gap in gaps[-10:])


def test_a_machine_is_not_looked_at_with_another_before_lists_can_show_its_change(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The two are changed together and one takes longer; the other is looked at again and again meanwhile."""
    rollout = {**TCP, "max_unavailable": 2}
    found = made(2, rollout)
    start = found.account.clock.now()
    found.doors.closed["web-0"] = lambda now: now < start + 60
    attempt = found.account.transport.attempt
    slow = found.id_of("web-1")

    def takes_longer(method: str, target: str, body: bytes | None) -> Any:
        if method == "POST" and target.endswith("/actions"):
            seconds = 15 if slow in target else 3
            found.account.call("POST", "/_emulator/settings", {"reinstall_seconds": seconds})
        return attempt(method, target, body)

    monkeypatch.setattr(found.account.transport, "attempt", takes_longer)

    assert found.apply(group(2, rollout, NEW)).complete

    changed_at = ended(found, 1, Verb.UPDATE)
    assert dialled(found, "web-1")[0] - start >= changed_at + SETTLE_SECONDS
    assert dialled(found, "web-0")[0] - start < changed_at + SETTLE_SECONDS, "or this shows nothing"


def test_nothing_is_looked_at_in_a_pause(made: Made) -> None:
    rollout = {**TCP, "max_unavailable": 2, "pause": "10m"}
    found = made(3, rollout)
    found.doors.closed["web-1"] = lambda now: len(dialled(found, "web-1")) < 12

    assert found.apply(group(3, rollout, NEW)).complete

    own = dialled(found, "web-0")
    assert own[1] - own[0] >= 600


def test_each_machine_of_a_wave_is_through_by_itself(made: Made) -> None:
    rollout = {**TCP, "max_unavailable": 2}
    found = made(2, rollout)
    start = found.account.clock.now()
    found.doors.closed["web-0"] = lambda now: now < start + 60

    assert found.apply(group(2, rollout, NEW)).complete

    assert ended(found, 0, Verb.CHECK) - ended(found, 1, Verb.CHECK) >= 20


def test_what_a_machine_lacks_is_told_once_until_it_lacks_something_else(made: Made) -> None:
    found = made(1, TCP)
    start = found.account.clock.now()
    found.doors.closed["web-0"] = lambda now: now < start + 60

    assert found.apply(group(1, TCP, NEW)).complete

    assert [each.rpartition(": ")[2] for each in told(found)] == ["connection refused"]


# how many are named


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (8, "[0], [1], [2], [3], [4], [5], [6], [7]"),
        (9, "[0], [1], [2], [3], [4], [5], [6], [7] and 1 more"),
        (11, "[0], [1], [2], [3], [4], [5], [6], [7] and 3 more"),
    ],
)
def test_of_a_wide_wave_the_first_eight_are_named(made: Made, count: int, shown: str) -> None:
    rollout = {**ONE, "max_unavailable": count}
    found = made(count + 1, rollout)

    report = found.apply(changed(count + 1, rollout, range(count)))

    assert report.complete
    assert f"{WEB}: wave 1 of 1 begins: {shown}" in [getattr(each, "message", "") for each in found.events]


@pytest.mark.parametrize(("count", "more"), [(3, ""), (4, "; and 1 more"), (6, "; and 3 more")])
def test_of_many_that_are_out_of_work_the_first_three_are_told_why(made: Made, count: int, more: str) -> None:
    found = made(count + 1, TCP)
    found.doors.closed = {f"web-{each}": lambda now: True for each in range(count)}

    report = found.apply(changed(count + 1, TCP, [count]))

    reason = failure(report).reason
    assert reason.endswith(f"connection refused, after 1m{more}")
    head, *reasons = reason.removesuffix(more).split(f"{WEB}[")
    assert head == (
        f"{count} of its machines that are not to be changed now are not healthy, and 1 may be out of work at a time: "
    )
    assert [each[0] for each in reasons] == ["0", "1", "2"]
    assert all(each.rstrip("; ").endswith(": connection refused, after 1m") for each in reasons)
    assert [each.endswith("; ") for each in reasons] == [True, True, False]
