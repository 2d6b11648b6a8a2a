"""Lists that do not add up, lag behind, or show nothing: F5, F6, F7, F26."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.api.answer import Answer
from reconciler.app import Options, nothing_done
from reconciler.app.journal import FileJournal, Log
from reconciler.diagnostics import Refused
from reconciler.model.event import Report
from tests.campaigns.disturbances import Crash
from tests.reliability.scene import DEVICES, MACHINE, VLANS, Scene, failed, machines, nothing_was_sent, small
from tests.worlds.account import Account
from tests.worlds.running import carry_out, plan

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


OURS = ("/projects", "/ssh-keys", DEVICES, VLANS, "/projects/{id}/ips", "/projects/{id}/ssh-keys")


def kept(scene: Scene, *, destroy: bool = False, accept_vanished: bool = False) -> Report:
    """A run with the journal of the folder."""
    planned = plan(scene.account, scene.stack, Options(destroy))
    journal = FileJournal(Log(scene.account.folder / "kept.jsonl"), scene.account.clock.wall)
    if not planned.plan.steps:
        return nothing_done(planned, journal)
    return carry_out(scene.account, planned, journal=journal, accept_vanished=accept_vanished)


def dies_at(
    monkeypatch: pytest.MonkeyPatch,
    scene: Scene,
    method: str,
    number: int,
    *,
    destroy: bool = False,
    accept_vanished: bool = False,
) -> None:
    """A run that is cut off before the so-and-so-many-th call of a method."""
    attempt, calls = scene.account.transport.attempt, 0

    def dying(each: str, target: str, body: bytes | None) -> Answer:
        nonlocal calls
        calls += each == method
        if calls == number:
            raise Crash(f"before {each} {target}")
        return attempt(each, target, body)

    with monkeypatch.context() as patched:
        patched.setattr(scene.account.transport, "attempt", dying)
        with pytest.raises(Crash):
            kept(scene, destroy=destroy, accept_vanished=accept_vanished)


def delete(scene: Scene, *hostnames: str) -> None:
    """Somebody deletes machines, all where none is named, and they are gone for good."""
    for each in scene.devices():
        if not hostnames or each["hostname"] in hostnames:
            scene.account.call("DELETE", f"/devices/{each['id']}")
    scene.account.clock.sleep(600)


def hide(account: Account, *routes: str) -> None:
    """Make these lists empty, with 200, as for a token of somebody else."""
    account.faults([{"kind": "empty_list", "method": "GET", "route": route, "times": None} for route in routes])


def refused_for_what_vanished(scene: Scene) -> str:
    since = len(scene.account.transport.sent)
    with pytest.raises(Refused) as refused:
        kept(scene)
    assert [each.code for each in refused.value.diagnostics] == ["vanished"]
    assert refused.value.exit_code == 3
    assert nothing_was_sent(scene, since)
    return refused.value.diagnostics[0].summary


def test_lists_that_are_all_empty_are_a_reason_to_stop_and_not_to_buy_everything_anew(account: Account) -> None:
    """F26: a token that may see nothing gets empty lists and 200."""
    scene = Scene.of(account)
    assert kept(scene).complete
    hide(account, *OURS)
    assert "5 of the 5 objects that the stack owned when the last run ended" in refused_for_what_vanished(scene)


def test_machines_that_are_gone_all_at_once_are_a_reason_to_stop(account: Account) -> None:
    """F26: the project shows, and none of its machines do."""
    scene = Scene.of(account, machines(4))
    assert kept(scene).complete
    hide(account, DEVICES)
    assert "4 of the 6 objects" in refused_for_what_vanished(scene)
    scene.no_more_faults()
    assert kept(scene).complete


def test_what_is_gone_for_good_is_made_anew_when_somebody_says_so(account: Account) -> None:
    scene = Scene.of(account, machines(4))
    assert kept(scene).complete
    delete(scene)
    refused_for_what_vanished(scene)
    assert kept(scene, accept_vanished=True).counts.added == 4
    assert kept(scene).complete


def test_a_plan_that_buys_nothing_is_not_refused_for_what_vanished(account: Account) -> None:
    scene = Scene.of(account, machines(6))
    assert kept(scene).complete
    delete(scene, *(f"web-{number}" for number in range(1, 6)))
    smaller = Scene.of(account, machines(1, description="the only one"))
    assert kept(smaller).counts.changed == 1


def test_what_vanishes_after_a_run_that_took_some_away_is_missed(account: Account) -> None:
    assert kept(Scene.of(account, machines(9))).complete
    scene = Scene.of(account, machines(7))
    assert kept(scene).counts.destroyed == 2
    delete(scene, *(f"web-{number}" for number in range(5)))
    assert "5 of the 9 objects" in refused_for_what_vanished(scene)


def test_two_objects_that_are_gone_are_simply_made_again(account: Account) -> None:
    scene = Scene.of(account, machines(2))
    assert kept(scene).complete
    delete(scene)
    assert kept(scene).counts.added == 2


@pytest.mark.parametrize(
    ("rails", "allowed"),
    [
        ({"max_vanished_share": 1}, True),
        ({"max_vanished_share": 0.7}, True),
        ({"max_vanished_share": 0.6}, False),
        ({"waivers": [{"rail": "max_vanished_share", "reason": "moved", "until": "9999-12-31"}]}, True),
        ({"waivers": [{"rail": "max_vanished_share", "reason": "moved", "until": "2001-12-31"}]}, False),
    ],
)
def test_the_stack_says_how_much_may_vanish(account: Account, rails: dict[str, Any], allowed: bool) -> None:
    stack = {**machines(4), "rails": rails}
    scene = Scene.of(account, stack)
    assert kept(scene).complete
    delete(scene)
    if allowed:
        assert kept(scene).counts.added == 4
    else:
        refused_for_what_vanished(scene)


def test_without_a_journal_nobody_knows_what_there_was(account: Account) -> None:
    """The journal may be deleted at any time."""
    scene = Scene.of(account, machines(4))
    assert kept(scene).complete
    (account.folder / "kept.jsonl").unlink()
    delete(scene)
    assert kept(scene).counts.added == 4


def test_what_a_destroy_took_has_not_vanished(account: Account) -> None:
    scene = Scene.of(account, machines(4))
    assert kept(scene).complete
    assert kept(scene, destroy=True).complete
    assert kept(scene).complete


def test_after_a_destroy_that_was_cut_off_nobody_knows_how_much_there_is(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F12, F26: no human step after a crash."""
    scene = Scene.of(account, machines(4))
    assert kept(scene).complete
    dies_at(monkeypatch, scene, "DELETE", 5, destroy=True)
    account.clock.sleep(600)
    assert scene.devices() == []
    assert kept(scene).complete


def test_after_an_accepted_run_that_was_cut_off_nobody_has_to_accept_again(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F12, F26: the same command, without a person."""
    scene = Scene.of(account, machines(8))
    assert kept(scene).complete
    delete(scene)
    dies_at(monkeypatch, scene, "POST", 2, accept_vanished=True)
    account.clock.sleep(600)
    assert len(scene.devices()) == 1
    assert kept(scene).counts.added == 7


def test_what_was_taken_out_of_the_stack_and_deleted_by_hand_is_not_missed_later(account: Account) -> None:
    scene = Scene.of(account, machines(5))
    assert kept(scene).complete
    delete(scene, "web-1", "web-2", "web-3", "web-4")
    assert kept(Scene.of(account, machines(1))).counts.added == 0
    assert kept(Scene.of(account, machines(2))).complete


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
