"""Creates whose answers are lost, come late, or never were: F1, F2, F3, F19."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.reliability.scene import DEVICE, DEVICES, MACHINE, VLANS, Scene, codes, failed, machines, small
from tests.worlds.account import Account

CREATES = ("/projects", "/projects/{id}/ssh-keys", VLANS, "/projects/{id}/ips", DEVICES)
COMMITTED: tuple[dict[str, Any], ...] = (
    {"kind": "commit_then_drop"},
    {"kind": "commit_then_timeout"},
    {"kind": "commit_then_status", "status": 500},
    {"kind": "commit_then_status", "status": 502},
    {"kind": "commit_then_status", "status": 504},
    {"kind": "commit_then_status", "status": 408},
    {"kind": "garbage"},
)
NOT_COMMITTED: tuple[dict[str, Any], ...] = (
    {"kind": "drop_before"},
    {"kind": "timeout_before"},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503},
)


def each_once(rules: Sequence[dict[str, Any]]) -> list[Any]:
    """Each rule for machines, and each other route with one of the rules; the campaigns have all with all."""
    others = [each for each in CREATES if each != DEVICES]
    pairs = [(DEVICES, rule) for rule in rules] + [(route, rules[at % len(rules)]) for at, route in enumerate(others)]
    return [pytest.param(route, rule, id=f"{route}-{'-'.join(map(str, rule.values()))}") for route, rule in pairs]


@pytest.mark.parametrize(("route", "rule"), each_once(COMMITTED))
def test_a_create_that_happened_though_its_answer_was_lost_is_taken_and_not_sent_again(
    account: Account, route: str, rule: dict[str, Any]
) -> None:
    """F1: the connection dies, the read times out or a 5xx comes, and the object is there."""
    scene = Scene.of(account)
    scene.fault(method="POST", route=route, **rule)
    report = scene.apply()
    assert scene.struck() == 1
    assert report.complete, [each.reason for each in failed(report)]
    assert scene.committed("POST", route) == 1
    assert sum(each.method == "POST" for each in account.mutations_sent(0)) == len(CREATES)
    scene.settles()


@pytest.mark.parametrize(("route", "rule"), each_once(NOT_COMMITTED))
def test_a_create_that_did_not_happen_is_sent_again_when_whole_lists_have_shown_so(
    account: Account, route: str, rule: dict[str, Any]
) -> None:
    """F2: the call is lost before the API has done anything."""
    scene = Scene.of(account)
    scene.fault(method="POST", route=route, **rule)
    report = scene.apply()
    assert scene.struck() == 1
    assert report.complete, [each.reason for each in failed(report)]
    assert scene.committed("POST", route) == 1
    scene.settles()


def test_a_create_that_is_lost_again_and_again_is_given_up_and_said_so(account: Account) -> None:
    """F2: three sends, and then a failed step that the next run takes up."""
    scene = Scene.of(account)
    scene.fault("drop_before", "POST", DEVICES, times=None)
    report = scene.apply()
    assert scene.struck() == 3
    (step,) = failed(report)
    assert "no answer came" in step.reason
    assert scene.committed("POST", DEVICES) == 0
    scene.converges(runs=1)


@pytest.mark.parametrize("seconds", [0.5, 3, 9])
def test_a_commit_that_comes_late_but_within_the_window_is_waited_for(account: Account, seconds: float) -> None:
    """F3: the call is carried out after the answer was given up."""
    scene = Scene.of(account, machines(2))
    scene.fault("late_commit", "POST", DEVICES, seconds=seconds)
    assert scene.apply().complete
    account.clock.sleep(60)
    assert scene.committed("POST", DEVICES) == 2
    scene.settles()


@pytest.mark.parametrize("seconds", [12, 45, 3000])
def test_a_commit_that_comes_later_than_the_window_is_healed_or_told(account: Account, seconds: float) -> None:
    """F3: beyond the window a second one is bought; no run passes over that in silence."""
    scene = Scene.of(account, machines(1))
    scene.fault("late_commit", "POST", DEVICES, seconds=seconds)
    scene.apply()
    account.clock.sleep(seconds + 10)
    assert scene.committed("POST", DEVICES) == 2
    scene.no_more_faults()
    again = scene.apply()
    account.clock.sleep(10)
    assert len(scene.devices()) == 1 or "twin" in codes(again)
    scene.settles()


def test_a_create_that_was_refused_and_happened_all_the_same_is_found_by_its_mark(account: Account) -> None:
    """F19: 422 and yet created. The step fails, as a refusal is believed; the next run sees the truth."""
    scene = Scene.of(account)
    scene.fault("commit_then_status", "POST", DEVICES, status=422)
    report = scene.apply()
    assert not report.complete
    scene.converges()
    assert scene.committed("POST", DEVICES) == 1


@pytest.mark.parametrize("route", [VLANS, "/projects/{id}/ips", DEVICES])
def test_a_create_that_was_only_pretended_is_no_success(account: Account, route: str) -> None:
    """F19: 201 with an id, and nothing was done."""
    scene = Scene.of(account)
    scene.fault("pretend", "POST", route)
    report = scene.apply()
    assert scene.struck() == 1
    assert not report.complete
    scene.converges()
    assert scene.committed("POST", route) == 1


def test_a_create_that_made_something_else_is_no_success(account: Account) -> None:
    """F19: 201, and the object has another hostname than it was asked for."""
    scene = Scene.of(account)
    scene.fault("alter_request", "POST", DEVICES, field="hostname", value="other")
    scene.apply()
    assert scene.struck() == 1
    scene.converges()


@pytest.mark.parametrize(
    ("route", "field", "value"),
    [
        (VLANS, "description", "theirs"),
        ("/projects/{id}/ips", "tags", []),
        (DEVICES, "tags", ["web"]),
        ("/projects/{id}/ssh-keys", "label", "ops"),
        ("/projects", "customdata", "{}"),
    ],
)
def test_a_create_that_lost_its_mark_on_the_way_is_no_success(
    account: Account, route: str, field: str, value: Any
) -> None:
    """F19: 201, and nothing of the object says that it is ours: the next run would not know it."""
    scene = Scene.of(account)
    scene.fault("alter_request", "POST", route, field=field, value=value)
    report = scene.apply()
    assert scene.struck() == 1
    assert not report.complete
    assert any("mark" in each.reason for each in failed(report)), [each.reason for each in failed(report)]


def test_an_update_that_was_only_pretended_is_no_success(account: Account) -> None:
    """F19: 200 with the wanted fields, and the object is as it was."""
    Scene.of(account).apply()
    scene = Scene.of(account, small(devices={"web": {**MACHINE, "hostname": "other"}}))
    scene.fault("pretend", "PUT", DEVICE, times=None)
    report = scene.apply()
    assert scene.struck() >= 1
    assert not report.complete
    assert [each.code for each in report.diagnostics] == ["not-as-told"]
    scene.converges()


@pytest.mark.parametrize(
    ("route", "section"),
    [
        (DEVICE, "devices"),
        ("/virtual-networks/{id}", "vlans"),
        ("/ips/{id}", "ip_reservations"),
    ],
)
def test_a_delete_that_was_only_pretended_is_no_success(account: Account, route: str, section: str) -> None:
    """F19: 204, and the object stays."""
    Scene.of(account).apply()
    scene = Scene.of(account, small(**{section: {}}))
    scene.fault("pretend", "DELETE", route, times=None)
    report = scene.apply()
    assert scene.struck() >= 1
    assert not report.complete
    scene.converges()


def test_a_server_that_makes_two_of_one_call_is_found_out(account: Account) -> None:
    """F19, F24: one POST, two machines with one mark."""
    scene = Scene.of(account, machines(1))
    scene.fault("twice", "POST", DEVICES)
    first = scene.apply()
    assert len(scene.devices()) == 2
    scene.no_more_faults()
    again = scene.apply()
    account.clock.sleep(10)
    assert "twin" in codes(first) | codes(again) or len(scene.devices()) == 1
