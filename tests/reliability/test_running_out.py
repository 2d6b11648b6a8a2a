"""Storms, tokens that expire, machines that never come up, quotas and slow deletes: F4, F10, F11, F22, F23."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.diagnostics import Refused
from reconciler.model.event import Result
from tests.reliability.scene import (
    DEVICE,
    DEVICES,
    MACHINE,
    VLANS,
    Scene,
    failed,
    machines,
    nothing_was_sent,
    skipped,
    small,
)
from tests.worlds import live
from tests.worlds.account import Account
from tests.worlds.running import carry_out, plan


@pytest.mark.parametrize("status", [429, 502, 503])
def test_a_short_storm_is_sat_out(account: Account, status: int) -> None:
    """F4: two of every call in a row fail; nothing is made twice."""
    scene = Scene.of(account)
    scene.fault("status", "*", "*", status=status, times=2)
    assert scene.apply().complete
    assert scene.struck() == 2
    assert live.doubles(account, "small") == []
    scene.settles()


def test_a_429_is_waited_for_as_long_as_it_says(account: Account) -> None:
    """F4: Retry-After is obeyed, by all calls."""
    scene = Scene.of(account)
    scene.fault("status", "POST", DEVICES, status=429, retry_after=40)
    began = account.clock.time()
    assert scene.apply().complete
    assert 40 <= account.clock.time() - began < 60


def test_a_retry_after_of_a_day_is_not_obeyed_to_the_end(account: Account) -> None:
    """F4: at most five minutes."""
    scene = Scene.of(account)
    scene.fault("status", "POST", DEVICES, status=429, retry_after=86_400)
    began = account.clock.time()
    assert scene.apply().complete
    assert 300 <= account.clock.time() - began < 330


@pytest.mark.parametrize("status", [429, 503])
def test_a_storm_without_end_stops_the_plan(account: Account, status: int) -> None:
    """F4: no plan is made of what could not be read, and the message says what the API answered."""
    scene = Scene.of(account)
    scene.fault("status", "GET", "*", status=status, times=None)
    with pytest.raises(Refused) as refused:
        scene.apply()
    assert any(str(status) in each.summary for each in refused.value.diagnostics)
    assert nothing_was_sent(scene, 0)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_storm_in_mid_apply_is_no_success_and_the_run_after_it_goes_on(account: Account, status: int) -> None:
    """F4: every create of a machine fails; the rest is done, the report says what is not, nothing is bought twice."""
    scene = Scene.of(account, machines(3))
    scene.fault("status", "POST", DEVICES, status=status, times=None)
    report = scene.apply()
    assert not report.complete
    assert all(str(status) in each.reason or "no answer came" in each.reason for each in failed(report))
    assert scene.committed("POST", DEVICES) == 0
    assert scene.committed("POST", "/projects") == 1
    scene.converges(runs=1)
    assert scene.committed("POST", DEVICES) == 3


@pytest.mark.parametrize("nth", [1, 4, 8, 10, 11, 12, 13])
def test_a_token_that_expires_in_mid_apply_ends_the_run_and_loses_nothing(account: Account, nth: int) -> None:
    """F11: 401 from the k-th call on. What it hides is not gone; with a new token the same command goes on."""
    scene = Scene.of(account)
    scene.fault("token_expires", "*", "*", nth=nth)
    since = len(account.transport.sent)
    try:
        planned = plan(account, scene.stack)
    except Refused:
        assert nothing_was_sent(scene, since)
    else:
        assert not carry_out(account, planned).complete
    scene.converges()
    assert scene.committed("POST", DEVICES) == 1
    assert scene.committed("POST", "/projects") == 1


def test_with_a_refused_token_nothing_more_is_begun(account: Account) -> None:
    """F11: one refusal is enough to know that no call will be taken."""
    scene = Scene.of(account, machines(12))
    scene.fault("token_expires", "POST", DEVICES, nth=3)
    report = scene.apply()
    assert sum(each.status == 401 for each in account.transport.sent) <= 2
    assert not report.complete
    assert len(scene.devices()) == 2
    scene.converges()
    assert scene.committed("POST", DEVICES) == 12


@pytest.mark.parametrize("status", [401, 403])
def test_what_may_not_be_read_is_not_gone(account: Account, status: int) -> None:
    """F11: rights that were lost hide the machines; the plan stops."""
    scene = Scene.of(account)
    assert scene.apply().complete
    scene.fault("status", "GET", DEVICES, status=status, times=None)
    since = len(account.transport.sent)
    for destroy in (False, True):
        with pytest.raises(Refused):
            scene.apply(destroy=destroy)
    assert nothing_was_sent(scene, since)


def test_a_403_to_a_delete_is_no_success(account: Account) -> None:
    """F11: the machine is still there."""
    Scene.of(account).apply()
    scene = Scene.of(account, small(devices={}))
    scene.fault("status", "DELETE", DEVICE, status=403)
    report = scene.apply()
    assert not report.complete
    assert ["HTTP 403" in each.reason for each in failed(report)] == [True]
    assert len(scene.devices()) == 1
    scene.converges(runs=1)


def test_a_machine_that_never_comes_up_is_given_up_after_its_time_and_kept(account: Account) -> None:
    """F10: stuck in `provisioning`. The report has its id and what to do; no run buys another one."""
    scene = Scene.of(account, machines(1))
    scene.fault("stuck", "POST", DEVICES)
    began = account.clock.time()
    report = scene.apply()
    assert account.clock.time() - began < 3 * 3600
    (step,) = failed(report)
    (machine,) = scene.devices()
    assert step.id == machine["id"]
    assert "run the same command again" in step.reason
    assert not scene.apply().complete, "it is waited for again"
    assert [each["id"] for each in scene.devices()] == [machine["id"]]
    assert scene.committed("POST", DEVICES) == 1


def test_a_machine_that_comes_up_late_is_waited_for_by_the_next_run(account: Account) -> None:
    """F10: longer than a run waits, and then active."""
    scene = Scene.of(account, machines(1, timeouts={"create": "10m"}))
    scene.fault("stuck", "POST", DEVICES, seconds=900)
    assert not scene.apply().complete
    assert scene.apply().complete
    assert scene.committed("POST", DEVICES) == 1
    scene.settles()


@pytest.mark.parametrize("status", [None, 404])
def test_a_machine_that_failed_and_was_taken_away_fails_its_step_alone(account: Account, status: int | None) -> None:
    """F10: 403 for what the platform moved out of the project, or 404. The next run makes one anew."""
    scene = Scene.of(account, machines(2))
    rules: list[dict[str, Any]] = [{"kind": "fail_provisioning", "method": "POST", "route": DEVICES}]
    if status is not None:
        rules.append({"kind": "status", "status": status, "method": "GET", "route": DEVICE, "times": None})
    account.faults(rules)
    report = scene.apply()
    (step,) = failed(report)
    assert step.id
    account.clock.sleep(10)
    assert len(scene.devices()) == 1
    scene.converges(runs=1)
    assert scene.committed("POST", DEVICES) == 3


def test_a_machine_that_is_shown_as_failed_is_kept_and_told(account: Account) -> None:
    """F10: nothing is destroyed to make room for another one without a plan that shows it."""
    scene = Scene.of(account, machines(1))
    scene.fault("set_field", "GET", DEVICES, field="devices.*.state", value="failed", times=None)
    report = scene.apply()
    assert [each.address for each in failed(report)] == ["projects.web.devices.web[0]"]
    scene.no_more_faults()
    assert len(scene.devices()) == 1
    scene.converges(runs=1)
    assert scene.committed("POST", DEVICES) == 1


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "status", "status": 422, "errors": ["You have reached the limit of devices in this project"]},
        {"kind": "status", "status": 503, "errors": ["The facility ewr1 has no provisionable c1.small.x86 servers"]},
    ],
    ids=["quota", "capacity"],
)
def test_a_quota_in_mid_apply_stops_what_needs_it_and_nothing_else(account: Account, rule: dict[str, object]) -> None:
    """F22: the second of four machines and all after it are refused; siblings end, dependants are skipped."""
    vip = {"count": 4, "type": "public_ipv4", "quantity": 1, "facility": "ewr1"}
    attached = {"vip": "${{ project.ip_reservations.vip[index] }}"}
    web = {**MACHINE, "count": 4, "hostname": "web-${{ index }}", "ip_assignments": attached}
    scene = Scene.of(account, small(devices={"web": web}, ip_reservations={"vip": vip}))
    account.faults([{**rule, "method": "POST", "route": DEVICES, "nth": 2, "times": None}])
    report = scene.apply()
    assert len(scene.devices()) == 1
    assert len(failed(report)) == 3
    assert len(skipped(report)) == 3
    done = {each.kind for each in report.ended if each.result is Result.DONE}
    assert done >= {"project", "ssh_key", "vlan", "ip_reservation", "device"}
    scene.converges(runs=1)
    assert scene.committed("POST", DEVICES) == 4


def test_stock_that_somebody_buys_up_in_mid_apply_is_a_failed_step_and_no_doubt(account: Account) -> None:
    """F22: the emulator's own words for no machines left."""
    scene = Scene.of(account, machines(3))
    none_left = {"stock": {"ewr1/c1.small.x86": 1}}
    order = {"method": "POST", "path": "/_emulator/settings", "body": none_left}
    scene.fault("meanwhile", "POST", DEVICES, nth=2, do=order)
    report = scene.apply()
    assert len(scene.devices()) == 1
    assert len(failed(report)) == 2
    scene.set(stock={})
    scene.converges(runs=1)


def test_vlans_over_the_projects_limit_fail_one_by_one(account: Account) -> None:
    """F22: twelve a project."""
    scene = Scene.of(account, small(vlans={f"v{number}": {"facility": "ewr1"} for number in range(14)}))
    report = scene.apply()
    assert len(failed(report)) == 2
    assert scene.committed("POST", VLANS) == 12
    scene.set(vlans_per_project=14)
    scene.converges(runs=1)


def test_a_reservation_that_somebody_took_is_a_failed_step(account: Account) -> None:
    """F22: the reserved machine is taken between the plan and its create."""
    account.call("POST", "/_emulator/settings", {"hardware_reservations": {"ewr1/c1.small.x86": 1}})
    Scene.of(account, small(devices={})).apply()
    scene = Scene.of(account, small(devices={"web": {**MACHINE, "hardware_reservation_id": "next-available"}}))
    body = {**MACHINE, "hostname": "theirs", "tags": ["theirs"], "hardware_reservation_id": "next-available"}
    order = {"method": "POST", "path": "/projects/{id}/devices", "body": body}
    scene.fault("meanwhile", "POST", DEVICES, do=order)
    report = scene.apply()
    assert scene.rule_answers() == [201]
    assert [each.address for each in failed(report)] == ["projects.web.devices.web"]
    assert [each["hostname"] for each in scene.devices()] == ["theirs"]


def test_a_slow_delete_is_waited_for_before_what_the_machine_used_goes(account: Account) -> None:
    """F23: 204, and five minutes of `deprovisioning` with its addresses still attached."""
    vip = {"vip": "${{ project.ip_reservations.vip }}"}
    scene = Scene.of(account, small(devices={"web": {**MACHINE, "ip_assignments": vip}}))
    assert scene.apply().complete
    scene.fault("slow_delete", "DELETE", DEVICE, seconds=300)
    began = account.clock.time()
    report = scene.apply(destroy=True)
    assert report.complete, [each.reason for each in failed(report)]
    assert account.clock.time() - began >= 300
    routes = [each["route"] for each in account.ledger() if each["method"] == "DELETE"]
    assert routes.index(DEVICE) < routes.index("/projects/{id}")
    assert account.listed("/projects", "projects") == []


def test_a_replaced_machine_does_not_come_before_the_slow_delete_of_the_old_one_is_over(account: Account) -> None:
    """F23: the new machine needs the old one's place."""
    Scene.of(account).apply()
    scene = Scene.of(account, small(devices={"web": {**MACHINE, "plan": "c2.medium.x86"}}))
    scene.fault("slow_delete", "DELETE", DEVICE, seconds=200)
    report = scene.apply()
    assert report.complete, [each.reason for each in failed(report)]
    account.clock.sleep(10)
    scene.settles()


def test_a_machine_on_its_way_out_is_not_taken_for_ours(account: Account) -> None:
    """F23: the plan during a slow delete; the machine is wanted again."""
    Scene.of(account).apply()
    gone = Scene.of(account, small(devices={}))
    gone.fault("slow_delete", "DELETE", DEVICE, seconds=4000)
    gone.apply()
    scene = Scene.of(account)
    assert [each.kind for each in plan(account, scene.stack).plan.pending] == ["device"]
    scene.converges(runs=1)
