"""What a stack ignores: shown as accepted with both values, and neither counted nor set right."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.plan import FieldChange
from reconciler.report.drift import render_drift
from reconciler.report.drift_json import drift_document
from reconciler.review.drift import drifted
from tests.drift.looking import look
from tests.reliability.scene import Scene, machines
from tests.worlds.account import Account
from tests.worlds.running import plan

END = "2030-01-01T00:00:00Z"


def ignoring(account: Account, *names: str, **device: Any) -> Scene:
    return Scene.of(account, machines(1, lifecycle={"ignore_changes": list(names)}, **device))


@pytest.fixture
def scene(account: Account) -> Scene:
    scene = ignoring(account, "tags", "description", description="front")
    assert scene.apply().complete
    return scene


def changed(scene: Scene, **values: Any) -> None:
    (machine,) = scene.devices()
    tags = [each for each in machine["tags"] if each.startswith("reconciler")]
    given = {**values, "tags": [*values["tags"], *tags]} if "tags" in values else values
    scene.account.call("PUT", f"/devices/{machine['id']}", given)


def test_both_values_are_shown_and_it_is_no_drift(scene: Scene) -> None:
    changed(scene, description="mine", tags=["blue"])
    found = look(scene)
    assert not drifted(found.plan)
    assert found.plan.empty
    text = render_drift(found, colour=False)
    assert "Accepted (the stack ignores these fields):\n  # projects.web.devices.web[0]\n" in text
    assert '      description: live "mine", wanted "front"\n' in text
    assert "2 differences in ignored fields (accepted, not counted as drift).\n" in text
    assert "No drift." in text
    document = drift_document(found, tool_version="1")
    assert (document["drifted"], document["summary"]["accepted"]) == (False, 2)
    (entry,) = [each for each in document["accepted"] if each["path"] == ["description"]]
    assert (entry["address"], entry["live"], entry["wanted"]) == ("projects.web.devices.web[0]", "mine", "front")


def test_what_is_as_declared_is_not_accepted_but_nothing(scene: Scene) -> None:
    assert drift_document(look(scene), tool_version="1")["accepted"] == []
    assert "Accepted" not in render_drift(look(scene), colour=False)


def test_an_ignored_lock_and_end_that_nobody_declared_are_accepted(account: Account) -> None:
    scene = ignoring(account, "locked", "termination_time")
    assert scene.apply().complete
    changed(scene, locked=True)
    scene.fault("set_field", "GET", "/projects/{id}/devices", field="devices.*.termination_time", value=END, times=None)
    (found,) = [each for each in look(scene).plan.changes if each.ignored]
    assert found.ignored == (
        FieldChange(("locked",), True, False),
        FieldChange(("termination_time",), END, None),
    )
    assert not drifted(look(scene).plan)


def test_what_differs_beside_it_is_drift_and_an_apply_leaves_the_ignored_alone(scene: Scene) -> None:
    changed(scene, description="mine", hostname="other")
    found = look(scene)
    (change,) = [each for each in found.plan.changes if each.fields]
    assert [each.path for each in change.fields] == [("hostname",)]
    assert [each.path for each in change.ignored] == [("description",)]
    assert scene.apply().complete
    (machine,) = scene.devices()
    assert (machine["description"], machine["hostname"]) == ("mine", "web-0")


def test_an_ignored_secret_is_not_shown(account: Account) -> None:
    text = {**machines(1, lifecycle={"ignore_changes": ["userdata"]}, userdata="${{ var.word }}")}
    scene = Scene.of(account, {**text, "variables": {"word": {"default": "canary-wanted", "secret": True}}})
    assert scene.apply().complete
    changed(scene, userdata="canary-live")
    found = look(scene)
    assert "userdata: (sensitive value)" in render_drift(found, colour=False)
    (entry,) = drift_document(found, tool_version="1")["accepted"]
    assert (entry["sensitive"], entry["live"], entry["wanted"]) == (True, None, None)
    assert "canary" not in f"{render_drift(found, colour=False)}{drift_document(found, tool_version='1')}"


def test_a_value_that_is_not_known_yet_may_come_to_be_the_live_one(account: Account) -> None:
    declared = machines(1, description="${{ projects.web.vlans.late.vxlan }}")
    declared["projects"]["web"]["devices"]["web"]["lifecycle"] = {"ignore_changes": ["description"]}
    early = machines(1, lifecycle={"ignore_changes": ["description"]}, description="first")
    assert Scene.of(account, early).apply().complete
    declared["projects"]["web"]["vlans"] = {"late": {"facility": "ewr1"}}
    found = plan(account, Scene.of(account, declared).stack).plan
    assert [each.ignored for each in found.changes if each.kind == "device"] == [()]


def test_waivers_in_force_are_listed_and_expired_ones_are_marked(account: Account) -> None:
    waivers = [
        {"rail": "max_deletes", "reason": "the move", "until": "2019-01-01"},
        {"rail": "max_creates", "reason": "the test", "until": "2018-12-31"},
    ]
    scene = Scene.of(account, {**machines(1), "rails": {"waivers": waivers}})
    assert scene.apply().complete
    found = look(scene)
    text = render_drift(found, colour=False)
    assert "Waivers in force (these rails do not count):\n  max_deletes until 2019-01-01: the move (" in text
    assert "the test" not in text
    listed = drift_document(found, tool_version="1")["waivers"]
    assert [(each["rail"], each["expired"]) for each in listed] == [("max_deletes", False), ("max_creates", True)]
