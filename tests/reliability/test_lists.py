"""Lists that do not add up, lag behind, or show nothing: F5, F6, F7, F26."""

from __future__ import annotations

import pytest

from reconciler.diagnostics import Refused
from tests.reliability.scene import DEVICES, MACHINE, VLANS, Scene, failed, machines, nothing_was_sent, small
from tests.worlds.account import Account
from tests.worlds.running import plan

TRUNCATED = ("truncate_page", "wrong_total", "no_next", "endless_next", "repeated_page", "without_meta")
MOVING = ("shrinking_page", "growing_page")


def three_pages(account: Account) -> Scene:
    """Five machines, which are listed two at a time."""
    scene = Scene.of(account, machines(5))
    assert scene.apply().complete
    scene.set(per_page_most=2)
    return scene


@pytest.mark.parametrize("kind", [*TRUNCATED, *MOVING])
def test_a_list_that_never_adds_up_stops_the_plan_before_anything_is_sent(account: Account, kind: str) -> None:
    """F5: a short page, a missing or endless `next`, a repeated page, a list that moves all the time."""
    scene = three_pages(account)
    scene.fault(kind, "GET", DEVICES, times=None)
    since = len(account.transport.sent)
    with pytest.raises(Refused) as refused:
        scene.apply()
    assert scene.struck() >= 3
    assert any("/devices" in each.summary for each in refused.value.diagnostics)
    assert nothing_was_sent(scene, since)


@pytest.mark.parametrize("kind", [*TRUNCATED, *MOVING])
def test_a_list_that_adds_up_when_it_is_read_again_is_believed(account: Account, kind: str) -> None:
    """F5: the same, once."""
    scene = three_pages(account)
    scene.fault(kind, "GET", DEVICES, nth=2)
    since = len(account.transport.sent)
    assert plan(account, scene.stack).plan.empty
    assert scene.struck() == 1
    assert nothing_was_sent(scene, since)


@pytest.mark.parametrize("route", [VLANS, "/projects/{id}/ips", "/projects/{id}/ssh-keys"])
def test_an_unpaged_list_that_was_cut_is_no_reason_to_destroy_or_to_stop_for_ever(account: Account, route: str) -> None:
    """F5: these lists say no total, so what is missing looks like what is gone. The run after is right."""
    scene = Scene.of(account)
    assert scene.apply().complete
    scene.fault("truncate_page", "GET", route)
    planned = plan(account, scene.stack)
    assert scene.struck() == 1
    assert not any(each.action.deletes for each in planned.plan.pending)
    scene.no_more_faults()
    scene.settles()


@pytest.mark.parametrize("lag", [2.0, 8.0])
def test_a_new_object_that_lists_do_not_show_yet_is_waited_for_and_not_made_anew(account: Account, lag: float) -> None:
    """F6: lists lag behind a create by less than the settle window."""
    account.call("POST", "/_emulator/settings", {"list_lag_seconds": lag})
    scene = Scene.of(account, machines(3))
    report = scene.apply()
    assert report.complete, [each.reason for each in failed(report)]
    account.clock.sleep(lag)
    assert scene.committed("POST", DEVICES) == 3
    scene.settles()


@pytest.mark.parametrize("lag", [2.0, 8.0])
def test_a_new_object_that_is_404_by_itself_for_a_while_is_not_taken_for_gone(account: Account, lag: float) -> None:
    """F6: single objects lag too."""
    account.call("POST", "/_emulator/settings", {"list_lag_seconds": lag, "get_lag_seconds": lag})
    scene = Scene.of(account, machines(2))
    report = scene.apply()
    assert report.complete, [each.reason for each in failed(report)]
    account.clock.sleep(2 * lag)
    scene.settles()
    assert scene.committed("POST", DEVICES) == 2
    assert scene.committed("POST", "/projects") == 1


def test_a_lost_answer_under_lists_that_lag_is_looked_for_as_long_as_they_may(account: Account) -> None:
    """F1, F6: the list that would show it is eight seconds behind."""
    account.call("POST", "/_emulator/settings", {"list_lag_seconds": 8.0})
    scene = Scene.of(account, machines(1))
    scene.fault("commit_then_drop", "POST", DEVICES)
    assert scene.apply().complete
    assert scene.committed("POST", DEVICES) == 1


@pytest.mark.parametrize("section", ["devices", "vlans", "ip_reservations"])
def test_a_list_that_still_shows_what_is_deleted_makes_no_failure(account: Account, section: str) -> None:
    """F7: the next plan, made from a list of before the delete, deletes again; 404 is what it wanted."""
    Scene.of(account).apply()
    scene = Scene.of(account, small(**{section: {}}))
    assert scene.apply().complete
    account.clock.sleep(2)
    account.call("POST", "/_emulator/settings", {"list_lag_seconds": 4.0})
    report = scene.apply()
    assert report.complete, [each.reason for each in failed(report)]
    scene.set(list_lag_seconds=0.0)
    scene.settles()


def test_a_list_that_shows_old_fields_makes_the_same_update_again_at_most(account: Account) -> None:
    """F7: the plan after an update is made from a list of before it."""
    Scene.of(account).apply()
    scene = Scene.of(account, small(devices={"web": {**MACHINE, "hostname": "other"}}))
    assert scene.apply().complete
    scene.fault("stale_list", "GET", DEVICES)
    report = scene.apply()
    assert report.complete, [each.reason for each in failed(report)]
    assert scene.committed("POST", DEVICES) == 1
    scene.no_more_faults()
    scene.settles()


def test_an_update_that_an_object_does_not_show_yet_is_waited_for(account: Account) -> None:
    """F7: a GET after the update shows the object as it was before it."""
    Scene.of(account).apply()
    scene = Scene.of(account, small(devices={"web": {**MACHINE, "hostname": "other"}}))
    account.clock.sleep(10)
    scene.set(get_lag_seconds=4.0, list_lag_seconds=4.0)
    report = scene.apply()
    assert report.complete, [each.reason for each in failed(report)]
    scene.set(get_lag_seconds=0.0, list_lag_seconds=0.0)
    scene.settles()


VANISHED = pytest.mark.xfail(strict=True, reason="no rail looks at how much has vanished at once yet")
OURS = ("/projects", "/ssh-keys", DEVICES, VLANS, "/projects/{id}/ips", "/projects/{id}/ssh-keys")


def hide(account: Account, *routes: str) -> None:
    """Make these lists empty, with 200, as for a token of somebody else."""
    account.faults([{"kind": "empty_list", "method": "GET", "route": route, "times": None} for route in routes])


@VANISHED
def test_lists_that_are_all_empty_are_a_reason_to_stop_and_not_to_buy_everything_anew(account: Account) -> None:
    """F26: a token that may see nothing gets empty lists and 200."""
    scene = Scene.of(account)
    assert scene.apply().complete
    hide(account, *OURS)
    since = len(account.transport.sent)
    with pytest.raises(Refused):
        scene.apply()
    assert nothing_was_sent(scene, since)


@VANISHED
def test_machines_that_are_gone_all_at_once_are_a_reason_to_stop(account: Account) -> None:
    """F26: the project shows, and none of its machines do."""
    scene = Scene.of(account, machines(4))
    assert scene.apply().complete
    hide(account, DEVICES)
    since = len(account.transport.sent)
    with pytest.raises(Refused):
        scene.apply()
    assert nothing_was_sent(scene, since)


def test_a_destroy_under_empty_lists_sends_nothing_and_claims_nothing(account: Account) -> None:
    """F26: where nothing shows there is nothing to destroy, and the report says that nothing was."""
    scene = Scene.of(account)
    assert scene.apply().complete
    hide(account, *OURS)
    since = len(account.transport.sent)
    report = scene.apply(destroy=True)
    assert report.counts.destroyed == 0
    assert nothing_was_sent(scene, since)
    scene.no_more_faults()
    scene.settles()
