"""Marks that are written anew while the API fails its client, or somebody else is at work: what has moved stays the
same object, and no run says so that did not see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.app import Options
from reconciler.model.event import Ended, Report
from tests.reliability.scene import DEVICE, MACHINE, Scene, failed, small
from tests.worlds.account import Account
from tests.worlds.running import carry_out, plan

PROJECT = "/projects/{id}"
VLAN: Mapping[str, Any] = {"facility": "ewr1", "description": "storage"}


def moved(old: str, new: str) -> Mapping[str, str]:
    return {f"projects.web.{old}": f"projects.web.{new}"}


def renamed() -> dict[str, Any]:
    return {**small(devices={"www": MACHINE}), "moved": moved("devices.web", "devices.www")}


def applied(account: Account, stack: Mapping[str, Any] | None = None) -> Scene:
    scene = Scene.of(account, stack)
    assert scene.apply().complete
    return scene


def marks(scene: Scene) -> list[str]:
    return [tag for each in scene.devices() for tag in each["tags"] if tag.startswith("reconciler:")]


def ended(report: Report, address: str) -> Ended:
    return next(each for each in report.ended if each.address == address)


def test_of_a_machine_that_moves_only_the_mark_is_written(account: Account) -> None:
    (before,) = applied(account).devices()
    begun = len(account.ledger())
    scene = Scene.of(account, renamed())
    report = scene.apply()
    assert report.complete
    assert [(each["method"], each["route"]) for each in account.ledger()[begun:]] == [("PUT", DEVICE)]
    (after,) = scene.devices()
    assert marks(scene) == ["reconciler:small:projects.web.devices.www"]
    differing = {name for name in before if before[name] != after[name]}
    assert differing <= {"tags", "updated_at"}
    assert set(before["tags"]) - set(after["tags"]) == {"reconciler:small:projects.web.devices.web"}
    assert plan(account, scene.stack).plan.empty


@pytest.mark.parametrize(
    ("sections", "entry", "section", "key"),
    [
        ({"vlans": {"disks": VLAN}}, ("vlans.storage", "vlans.disks"), "virtual-networks", "virtual_networks"),
        (
            {"ip_reservations": {"entry": {"type": "public_ipv4", "quantity": 4, "facility": "ewr1"}}},
            ("ip_reservations.vip", "ip_reservations.entry"),
            "ips",
            "ip_addresses",
        ),
    ],
)
def test_of_what_has_no_tags_of_its_own_too(
    account: Account, sections: Mapping[str, Any], entry: tuple[str, str], section: str, key: str
) -> None:
    scene = applied(account)
    path = f"/projects/{scene.project()}/{section}"
    before = {each["id"] for each in account.call("GET", path)[key]}
    scene = Scene.of(account, {**small(**sections), "moved": moved(*entry)})
    report = scene.apply()
    after = {each["id"] for each in account.call("GET", path)[key]}
    assert before
    assert after == before
    assert report.complete
    assert plan(account, scene.stack).plan.empty


def test_a_project_keeps_what_is_in_it(account: Account) -> None:
    scene = applied(account)
    project, (machine,) = scene.project(), scene.devices()
    other = small()
    other["projects"]["shop"] = other["projects"].pop("web")
    scene = Scene.of(account, {**other, "moved": {"projects.web": "projects.shop"}})
    assert scene.apply().complete
    assert scene.project() == project
    assert [each["id"] for each in scene.devices()] == [machine["id"]]
    assert plan(account, scene.stack).plan.empty


def test_an_answer_without_the_new_mark_is_no_success(account: Account) -> None:
    """F19: 200, and the mark is the old one."""
    applied(account)
    scene = Scene.of(account, renamed())
    scene.fault("pretend", "PUT", DEVICE, times=None)
    report = scene.apply()
    assert scene.struck() >= 1
    assert not report.complete
    (told,) = report.diagnostics
    assert told.summary == (
        "projects.web.devices.www: the API said that it was done, but its mark says projects.web.devices.web"
    )
    scene.no_more_faults()
    scene.converges()
    assert scene.committed("POST", "/projects/{id}/devices") == 1


def test_a_mark_that_is_refused_says_which(account: Account) -> None:
    applied(account)
    scene = Scene.of(account, renamed())
    scene.fault("alter_request", "PUT", DEVICE, field="tags", value=["reconciler:small:projects.web.devices.web"])
    report = scene.apply()
    (reason,) = [each.reason for each in failed(report)]
    assert reason == "the API accepted it, but its mark is still that of projects.web.devices.web"
    scene.converges()


@pytest.mark.parametrize("kind", ["commit_then_drop", "drop_before", "commit_then_status"])
def test_a_lost_answer_leaves_the_machine_where_it_was_or_where_it_is_to_be(account: Account, kind: str) -> None:
    applied(account)
    scene = Scene.of(account, renamed())
    scene.fault(kind, "PUT", DEVICE)
    scene.apply()
    scene.converges()
    assert marks(scene) == ["reconciler:small:projects.web.devices.www"]
    assert scene.committed("POST", "/projects/{id}/devices") == 1


def test_a_machine_that_lost_its_mark_meanwhile_is_not_marked_anew(account: Account) -> None:
    """F24: somebody takes the tags off between the plan and the apply."""
    (machine,) = applied(account).devices()
    scene = Scene.of(account, renamed())
    planned = plan(account, scene.stack)
    account.call("PUT", f"/devices/{machine['id']}", {"tags": ["mine"]})
    begun = len(account.ledger())
    report = carry_out(account, planned)
    (wrong,) = failed(report)
    assert wrong.reason == f"device web ({machine['id']}) has lost its ownership mark"
    assert account.ledger()[begun:] == []


def test_a_machine_that_another_stack_took_over_meanwhile_is_left_to_it(account: Account) -> None:
    (machine,) = applied(account).devices()
    scene = Scene.of(account, renamed())
    planned = plan(account, scene.stack)
    account.call("PUT", f"/devices/{machine['id']}", {"tags": ["reconciler:other:projects.web.devices.web"]})
    (wrong,) = failed(carry_out(account, planned))
    assert "has lost its ownership mark" in wrong.reason


def test_tags_that_somebody_set_meanwhile_stay(account: Account) -> None:
    (machine,) = applied(account).devices()
    scene = Scene.of(account, renamed())
    planned = plan(account, scene.stack)
    account.call("PUT", f"/devices/{machine['id']}", {"tags": [*machine["tags"], "rack-7"]})
    assert carry_out(account, planned).complete
    assert "rack-7" in scene.devices()[0]["tags"]
    assert marks(scene) == ["reconciler:small:projects.web.devices.www"]


def test_a_destroy_takes_what_has_moved_and_was_not_applied(account: Account) -> None:
    applied(account)
    scene = Scene.of(account, renamed())
    assert carry_out(account, plan(account, scene.stack, Options(destroy=True))).complete
    assert account.listed("/projects", "projects") == []
