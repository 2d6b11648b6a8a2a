"""A change by several calls: each is sent after a look at what the ones before have done, no action is sent twice for
an effect that is late, and what shows no effect is no success.
"""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.app import Stop
from reconciler.model.event import Noted, Report, Result
from tests.reliability.scene import DEVICE, MACHINE, Scene, failed, small
from tests.worlds.account import Account
from tests.worlds.running import carry_out, plan

ACTIONS = "/devices/{id}/actions"
AT = "projects.web.devices.web"


def changed(account: Account, **device: Any) -> Scene:
    """The small stack applied, and then with these fields of its machine changed."""
    assert Scene.of(account).apply().complete
    return Scene.of(account, small(devices={"web": {**MACHINE, **device}}))


def sent(scene: Scene, since: int) -> list[str]:
    return [f"{each['method']} {each['route']}" for each in scene.account.ledger()[since:]]


def shown(scene: Scene, name: str) -> Any:
    (machine,) = scene.devices()
    return machine[name]


def test_a_change_of_fields_and_of_state_is_one_call_each(account: Account) -> None:
    scene = changed(account, hostname="www", power_state="inactive", description="off duty")
    begun = len(account.ledger())
    assert scene.apply().complete
    assert sorted(sent(scene, begun)) == [f"POST {ACTIONS}", f"PUT {DEVICE}"]
    assert (shown(scene, "hostname"), shown(scene, "state")) == ("www", "inactive")
    scene.settles()


@pytest.mark.parametrize("seconds", [1.0, 30.0])
def test_an_action_is_sent_once_however_long_it_takes(account: Account, seconds: float) -> None:
    scene = changed(account, power_state="inactive")
    scene.set(action_seconds=seconds)
    begun = len(account.ledger())
    assert scene.apply().complete
    assert sent(scene, begun) == [f"POST {ACTIONS}"]
    scene.settles()


@pytest.mark.parametrize("lists", [0.0, 4.0])
@pytest.mark.parametrize("lag", [0.5, 4.0])
def test_an_action_whose_effect_shows_late_is_sent_once_and_waited_for(
    account: Account, lag: float, lists: float
) -> None:
    scene = changed(account, power_state="inactive")
    account.clock.sleep(10)
    scene.set(get_lag_seconds=lag, list_lag_seconds=lists)
    begun = len(account.ledger())
    report = scene.apply()
    assert report.complete, [each.reason for each in failed(report)]
    assert sent(scene, begun) == [f"POST {ACTIONS}"]


def test_reads_may_lag_behind_an_answer_that_took_long(account: Account) -> None:
    """The time in which an effect has to show begins with the answer: before it, nobody knows when it happened."""
    scene = changed(account, power_state="inactive")
    account.clock.sleep(10)
    scene.set(get_lag_seconds=8.0, list_lag_seconds=8.0)
    account.faults([{"method": "POST", "route": ACTIONS, "kind": "delay", "seconds": 12, "nth": 1}])
    begun = len(account.ledger())
    report = scene.apply()
    assert report.complete, [each.reason for each in failed(report)]
    assert sent(scene, begun) == [f"POST {ACTIONS}"]


def test_the_machines_of_a_batch_are_all_changed_in_one_run_though_reads_lag(account: Account) -> None:
    """The campaign that found it: python -m tests.campaigns sieve --replay 'batch/change/journal-stale/7:stale_list'"""

    def batch(*tags: str) -> dict[str, Any]:
        machines = {**MACHINE, "hostname": "web-{{index}}", "quantity": 3, "tags": list(tags)}
        return small(devices={}, device_batches={"web": machines})

    assert Scene.of(account, batch("old")).apply().complete
    scene = Scene.of(account, batch("new"))
    account.clock.sleep(10)
    scene.set(get_lag_seconds=3.0, list_lag_seconds=3.0)
    begun = len(account.ledger())
    report = scene.apply()
    assert report.complete, [each.reason for each in failed(report)]
    assert sent(scene, begun) == [f"PUT {DEVICE}"] * 3


@pytest.mark.parametrize("lag", [0.0, 4.0])
def test_an_action_whose_answer_was_lost_is_looked_for_and_not_sent_again(account: Account, lag: float) -> None:
    scene = changed(account, power_state="inactive")
    account.clock.sleep(10)
    scene.set(get_lag_seconds=lag)
    scene.fault("commit_then_drop", "POST", ACTIONS)
    begun = len(account.ledger())
    notes: list[str] = []
    report = carry_out(
        account,
        plan(account, scene.stack),
        listen=lambda event: notes.append(event.message) if isinstance(event, Noted) else None,
    )
    assert report.complete, [each.reason for each in failed(report)]
    assert sent(scene, begun) == [f"POST {ACTIONS}"]
    assert any(note.startswith(f"{AT}: the answer was lost (") for note in notes)
    assert any(note.endswith("); looking at what is there") for note in notes)


def test_an_action_that_did_not_happen_is_told_and_done_by_the_next_run(account: Account) -> None:
    scene = changed(account, power_state="inactive")
    scene.fault("drop_before", "POST", ACTIONS)
    report = scene.apply()
    assert not report.complete
    (wrong,) = failed(report)
    assert wrong.reason == "the API accepted it, but power_state is 'active'"
    scene.converges(runs=1)
    assert shown(scene, "state") == "inactive"


def test_a_change_of_fields_may_be_sent_again(account: Account) -> None:
    scene = changed(account, hostname="www")
    scene.fault("drop_before", "PUT", DEVICE)
    assert scene.apply().complete
    assert shown(scene, "hostname") == "www"


def test_three_lost_answers_end_it(account: Account) -> None:
    scene = changed(account, hostname="www")
    scene.fault("drop_before", "PUT", DEVICE, times=None)
    report = scene.apply()
    (wrong,) = failed(report)
    assert wrong.reason.startswith("sent, but it is not known whether it happened: ")
    scene.converges(runs=1)


def test_what_is_accepted_and_shows_no_effect_is_no_success(account: Account) -> None:
    """F19: the action was answered with 202, and the machine runs on."""
    scene = changed(account, power_state="inactive")
    scene.fault("pretend", "POST", ACTIONS, times=None)
    begun = account.clock.now()
    report = scene.apply()
    (wrong,) = failed(report)
    assert wrong.reason == "the API accepted it, but power_state is 'active'"
    assert account.clock.now() - begun >= 10, "its effect was waited for"
    scene.converges(runs=1)


def test_a_refused_half_leaves_the_other_half_done_and_told(account: Account) -> None:
    scene = changed(account, hostname="www", power_state="inactive")
    scene.fault("status", "POST", ACTIONS, status=422, times=None)
    report = scene.apply()
    (wrong,) = failed(report)
    assert "HTTP 422" in wrong.reason
    assert shown(scene, "hostname") == "www"
    scene.converges(runs=1)


def test_a_machine_that_vanished_meanwhile_is_told(account: Account) -> None:
    scene = changed(account, hostname="www", power_state="inactive")
    planned = plan(account, scene.stack)
    (machine,) = scene.devices()
    account.call("DELETE", f"/devices/{machine['id']}")
    account.clock.sleep(60)
    report = carry_out(account, planned)
    (wrong,) = failed(report)
    assert wrong.reason
    assert not report.complete
    scene.converges(runs=1)


def test_an_interrupt_between_two_calls_leaves_the_rest_to_the_next_run(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = changed(account, hostname="www", power_state="inactive")
    planned = plan(account, scene.stack)
    stop, attempt = Stop(), account.transport.attempt

    def interrupted(method: str, target: str, body: bytes | None) -> Any:
        answer = attempt(method, target, body)
        if method in ("PUT", "POST"):
            stop.request()
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(account.transport, "attempt", interrupted)
        report: Report = carry_out(account, planned, stop=stop)
    (step,) = (each for each in report.ended if each.address == AT)
    assert step.result is Result.ABANDONED
    assert report.interrupted
    scene.converges(runs=1)


class TestAVolume:
    """It grows in place, and its snapshot policy is another call."""

    def stack(self, size: int) -> dict[str, Any]:
        volume = {"facility": "ewr1", "plan": "storage_1", "size": size, "description": "disk"}
        return small(devices={}, vlans={}, ip_reservations={}, volumes={"disk": volume})

    def test_it_grows_by_one_call(self, account: Account) -> None:
        assert Scene.of(account, self.stack(100)).apply().complete
        scene = Scene.of(account, self.stack(200))
        begun = len(account.ledger())
        assert scene.apply().complete
        assert sent(scene, begun) == ["PUT /storage/{id}"]
        scene.settles()

    @pytest.mark.parametrize("fault", ["commit_then_drop", "drop_before", "commit_then_status"])
    def test_a_lost_answer_grows_it_no_further(self, account: Account, fault: str) -> None:
        assert Scene.of(account, self.stack(100)).apply().complete
        scene = Scene.of(account, self.stack(200))
        scene.fault(fault, "PUT", "/storage/{id}")
        assert scene.apply().complete
        volumes = account.call("GET", f"/projects/{scene.project()}/storage")["volumes"]
        assert [each["size"] for each in volumes] == [200]
