"""Somebody else in the same account, meanwhile or before: F8, F9, F21, F24."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from reconciler.app import Options
from reconciler.diagnostics import Refused
from reconciler.model.event import Report, Result
from tests.reliability.scene import (
    DEVICE,
    DEVICES,
    MACHINE,
    VLANS,
    Scene,
    codes,
    failed,
    machines,
    nothing_was_sent,
    small,
)
from tests.worlds import live
from tests.worlds.account import Account
from tests.worlds.running import carry_out, plan


def somebody(method: str, path: str, **body: Any) -> dict[str, Any]:
    return {"method": method, "path": path, "body": body}


def test_two_runs_with_the_same_plan_leave_one_of_each_or_say_what_there_is_twice(account: Account) -> None:
    """F8: two writers that both planned before either had begun, on two machines, so that no lock helps."""
    scene = Scene.of(account)
    first, second = (plan(account, scene.stack) for _ in range(2))
    carry_out(account, first)
    report = carry_out(account, second)
    twins = live.doubles(account, scene.stack.name)
    account.clock.sleep(60)
    found = plan(account, scene.stack).plan
    told = {each.code for each in (*report.diagnostics, *found.diagnostics)} | {each.reason for each in found.changes}
    assert not twins or told & {"twin", "duplicate"} or any(each.action.deletes for each in found.pending)


def test_two_runs_at_once_converge_when_one_is_run_again(account: Account) -> None:
    """F8: two writers in two threads, and one more run. What was made twice is healed or told."""
    scene = Scene.of(account, machines(2))
    plans = [plan(account, scene.stack) for _ in range(2)]
    reports: list[Report] = []
    threads = [threading.Thread(target=lambda each=each: reports.append(carry_out(account, each))) for each in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reports) == 2
    account.clock.sleep(60)
    for _ in range(2):
        report = scene.apply()
        account.clock.sleep(10)
    assert live.doubles(account, scene.stack.name) == [] or "twin" in codes(report)


def test_tags_that_another_writer_adds_meanwhile_are_kept(account: Account) -> None:
    """F8, F9: no foreign field is lost to an update that was planned before it was there."""
    Scene.of(account).apply()
    scene = Scene.of(account, small(devices={"web": {**MACHINE, "hostname": "other"}}))
    planned = plan(account, scene.stack)
    (machine,) = scene.devices()
    account.call("PUT", f"/devices/{machine['id']}", {"tags": [*machine["tags"], "theirs"]})
    carry_out(account, planned)
    scene.converges()
    assert "theirs" in scene.devices()[0]["tags"]


def test_a_field_that_somebody_changed_since_the_plan_is_not_overwritten(account: Account) -> None:
    """F9: edited by hand between the plan and its update; that step fails, the others go on."""
    Scene.of(account).apply()
    renamed = {**MACHINE, "hostname": "ours"}
    vlans = {"storage": {"facility": "ewr1", "description": "storage"}, "more": {"facility": "ewr1"}}
    scene = Scene.of(account, small(devices={"web": renamed}, vlans=vlans))
    planned = plan(account, scene.stack)
    (machine,) = scene.devices()
    account.call("PUT", f"/devices/{machine['id']}", {"hostname": "theirs"})
    report = carry_out(account, planned)
    assert scene.devices()[0]["hostname"] == "theirs"
    assert [each.address for each in failed(report)] == ["projects.web.devices.web"]
    assert [each.result for each in report.ended if each.address.endswith("more")] == [Result.DONE]
    scene.converges()


def test_an_object_that_somebody_deleted_in_mid_apply_fails_its_step_and_no_other(account: Account) -> None:
    """F9: the machine goes just before its update; the next run makes it anew."""
    Scene.of(account).apply()
    vlans = {"storage": {"facility": "ewr1", "description": "storage"}, "more": {"facility": "ewr1"}}
    scene = Scene.of(account, small(devices={"web": {**MACHINE, "hostname": "other"}}, vlans=vlans))
    planned = plan(account, scene.stack)
    (machine,) = scene.devices()
    account.call("DELETE", f"/devices/{machine['id']}")
    account.clock.sleep(5)
    report = carry_out(account, planned)
    assert [each.address for each in failed(report)] == ["projects.web.devices.web"]
    assert [each.result for each in report.ended if each.address.endswith("more")] == [Result.DONE]
    scene.converges()


def test_an_update_of_a_machine_that_somebody_is_deleting_is_no_success(account: Account) -> None:
    """F9: the API takes the update of a machine on its way out; it is not there any more soon after."""
    Scene.of(account).apply()
    scene = Scene.of(account, small(devices={"web": {**MACHINE, "hostname": "other"}}))
    scene.fault("meanwhile", "PUT", DEVICE, do=somebody("DELETE", "/devices/{id}"))
    report = scene.apply()
    assert scene.rule_answers() == [204]
    (step,) = failed(report)
    assert "deprovisioning" in step.reason
    account.clock.sleep(5)
    scene.converges(runs=1)


def test_what_somebody_deleted_before_us_is_done(account: Account) -> None:
    """F9: 404 to our delete is what it wanted."""
    Scene.of(account).apply()
    scene = Scene.of(account, small(vlans={}, ip_reservations={}))
    scene.fault("meanwhile", "DELETE", "/virtual-networks/{id}", do=somebody("DELETE", "/virtual-networks/{id}"))
    report = scene.apply()
    assert scene.struck() == 1
    assert report.complete, [each.reason for each in failed(report)]
    scene.settles()


def test_a_machine_whose_mark_somebody_took_off_since_the_plan_is_not_deleted(account: Account) -> None:
    """F9: it was ours when it was planned to go, and is not any more."""
    Scene.of(account).apply()
    scene = Scene.of(account, small(devices={}))
    planned = plan(account, scene.stack)
    (machine,) = scene.devices()
    account.call("PUT", f"/devices/{machine['id']}", {"tags": ["theirs"]})
    report = carry_out(account, planned)
    assert [each["id"] for each in scene.devices()] == [machine["id"]]
    assert not report.complete


def test_an_edit_in_the_middle_of_an_apply_is_put_right_by_the_next_run(account: Account) -> None:
    """F9: somebody renames our machine just after it was made."""
    scene = Scene.of(account)
    theirs = {"name": "Theirs"}
    scene.fault("meanwhile", "POST", VLANS, do={"method": "PUT", "path": "/projects/{id}", "body": theirs})
    scene.apply()
    assert scene.rule_answers() == [200]
    scene.converges(runs=1)


def test_a_machine_of_somebody_else_with_our_hostname_is_never_taken_and_never_ignored(account: Account) -> None:
    """F21: identity is the mark; an unmarked namesake makes the apply refuse."""
    Scene.of(account, small(devices={})).apply()
    scene = Scene.of(account)
    path = f"/projects/{scene.project()}/devices"
    body = {key: value for key, value in MACHINE.items() if key != "tags"}
    theirs = account.make(path, body)
    with pytest.raises(Refused):
        scene.apply()
    assert [each["id"] for each in scene.devices()] == [theirs["id"]]
    account.clock.sleep(10)
    account.call("PUT", f"/devices/{theirs['id']}", {"hostname": "theirs"})
    scene.converges(runs=1)
    assert theirs["id"] in [each["id"] for each in scene.devices()]


def test_a_project_of_somebody_else_with_our_name_is_not_taken(account: Account) -> None:
    """F21: names may repeat."""
    theirs = account.make("/projects", {"name": "Web"})
    scene = Scene.of(account)
    assert scene.apply().complete
    assert account.listed(f"/projects/{theirs['id']}/devices", "devices") == []
    assert scene.apply(destroy=True).complete
    assert [each["id"] for each in account.listed("/projects", "projects")] == [theirs["id"]]


def test_a_machine_that_a_person_cloned_with_its_tags_is_told_and_not_deleted(account: Account) -> None:
    """F24: a mark that was copied by hand, hours later and onto another hostname."""
    scene = Scene.of(account)
    assert scene.apply().complete
    (machine,) = scene.devices()
    account.clock.sleep(2 * 3600)
    body = {**MACHINE, "hostname": "clone", "tags": machine["tags"]}
    clone = account.make(f"/projects/{scene.project()}/devices", body)
    account.clock.sleep(60)
    planned = plan(account, scene.stack)
    assert "twin" in {each.code for each in planned.plan.diagnostics}
    carry_out(account, planned)
    assert {each["id"] for each in scene.devices()} == {machine["id"], clone["id"]}


def test_a_clone_goes_with_no_destroy_that_has_not_shown_it(account: Account) -> None:
    """F24: a mark that was copied after the plan was made."""
    scene = Scene.of(account)
    assert scene.apply().complete
    (machine,) = scene.devices()
    planned = plan(account, scene.stack, Options(destroy=True))
    account.clock.sleep(2 * 3600)
    body = {**MACHINE, "hostname": "clone", "tags": machine["tags"]}
    clone = account.make(f"/projects/{scene.project()}/devices", body)
    report = carry_out(account, planned)
    assert not report.complete
    assert [each["id"] for each in scene.devices()] == [clone["id"]]


@pytest.mark.parametrize("where", [VLANS, DEVICES])
def test_one_id_that_is_listed_twice_is_no_list_to_believe(account: Account, where: str) -> None:
    """F24: duplicate ids in one list."""
    scene = Scene.of(account, small(vlans={name: {"facility": "ewr1"} for name in ("one", "two")}))
    assert scene.apply().complete
    key = "devices" if where == DEVICES else "virtual_networks"
    found = account.listed(where.replace("{id}", scene.project()), key)
    scene.fault("set_field", "GET", where, field=key, value=[*found, found[0]], times=None)
    since = len(account.transport.sent)
    with pytest.raises(Refused):
        scene.apply()
    assert account.mutations_sent(since) == []


def test_a_change_by_somebody_between_two_looks_ends_in_a_report_and_not_in_a_crash(account: Account) -> None:
    """F9: at each of the calls that an update makes of a machine, it is deleted first."""
    Scene.of(account).apply()
    scene = Scene.of(account, small(devices={"web": {**MACHINE, "hostname": "other"}}))
    for nth in (1, 2):
        scene.fault("meanwhile", "*", DEVICE, nth=nth, do=somebody("DELETE", "/devices/{id}"))
        scene.apply()
        scene.converges()


@pytest.mark.parametrize("deletes", [False, True])
@pytest.mark.parametrize("kind", [{"kind": "status", "status": 403}, {"kind": "status", "status": 500}])
def test_what_cannot_be_looked_at_just_before_is_neither_changed_nor_deleted(
    account: Account, deletes: bool, kind: dict[str, object]
) -> None:
    """F9, F11: a look that is refused is not a look that found all as it was."""
    Scene.of(account).apply()
    devices = {} if deletes else {"web": {**MACHINE, "hostname": "ours"}}
    scene = Scene.of(account, small(devices=devices))
    planned = plan(account, scene.stack)
    before = scene.devices()
    account.faults([{"method": "GET", "route": "/projects/{id}/devices", "times": None, **kind}])
    since = len(account.transport.sent)
    report = carry_out(account, planned)
    assert not report.complete
    assert [each.address for each in failed(report)] == ["projects.web.devices.web"]
    assert nothing_was_sent(scene, since)
    account.faults([])
    assert scene.devices() == before
    scene.converges()


def ends_at(scene: Scene, moment: str) -> None:
    """The portal, or a default of the service, has given all machines an end."""
    field = "devices.*.termination_time"
    scene.fault("set_field", "GET", DEVICES, field=field, value=moment, times=None)


def ends(account: Account, scene: Scene) -> list[str]:
    found = plan(account, scene.stack).plan.diagnostics
    return [each.summary for each in found if each.code == "ends-by-itself"]


def test_a_machine_that_somebody_gave_an_end_is_told_in_every_plan(account: Account) -> None:
    """A term that nobody had asked for has deleted whole accounts."""
    scene = Scene.of(account)
    assert scene.apply().complete
    assert ends(account, scene) == []
    ends_at(scene, "2030-01-01T00:00:00Z")
    (told,) = ends(account, scene)
    assert "will be deleted by the platform at 2030-01-01T00:00:00Z: the stack does not ask for that" in told
    assert plan(account, scene.stack).plan.empty, "it is told, and nothing is done about it"


@pytest.mark.parametrize("declared", ["2030-01-01T00:00:00Z", "2030-01-01T01:00:00+01:00"])
def test_an_end_that_the_stack_asks_for_is_not(account: Account, declared: str) -> None:
    scene = Scene.of(account, machines(1, termination_time=declared))
    assert scene.apply().complete
    assert ends(account, scene) == []
    ends_at(scene, "2031-01-01T00:00:00Z")
    (other,) = ends(account, scene)
    assert f"at 2031-01-01T00:00:00Z: the stack says {declared}" in other
