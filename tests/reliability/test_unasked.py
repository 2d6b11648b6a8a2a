"""What machines have that the stack did not ask for: told, counted as drift, and left as it is."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.kinds.machine import first_end
from reconciler.model.plan import Plan
from reconciler.report.drift import render_drift
from reconciler.report.drift_json import drift_document
from reconciler.review.drift import drifted
from tests.reliability.scene import DEVICES, MACHINE, Scene, machines, small
from tests.report import samples
from tests.worlds.account import Account
from tests.worlds.running import plan

UNASKED = {"locked": True, "billing_cycle": "monthly"}
IGNORED = {"ignore_changes": ["termination_time", "locked", "billing_cycle"]}
END = "2030-01-01T00:00:00Z"


@pytest.fixture
def scene(account: Account) -> Scene:
    scene = Scene.of(account, machines(1))
    assert scene.apply().complete
    assert told(planned(scene)) == []
    return scene


def planned(scene: Scene, **device: Any) -> Plan:
    """The plan of the same machine, declared with these values too."""
    return plan(scene.account, Scene.of(scene.account, machines(1, **device)).stack).plan


def shows(scene: Scene, field: str, value: Any) -> None:
    """From now on the API shows this value on all machines."""
    scene.fault("set_field", "GET", DEVICES, field=f"devices.*.{field}", value=value, times=None)


def told(found: Plan) -> list[str]:
    assert found.empty, "it is told, and nothing is done about it"
    assert drifted(found) is bool(found.diagnostics)
    return [each.summary.partition(") ")[2] for each in found.diagnostics]


def test_what_somebody_chose_in_the_portal_is_told(scene: Scene) -> None:
    (machine,) = scene.devices()
    scene.account.call("PUT", f"/devices/{machine['id']}", UNASKED)
    assert {each.code for each in planned(scene).diagnostics} == {"not-asked-for"}
    assert told(planned(scene)) == [
        'has billing_cycle: "monthly", which the stack does not ask for: it is billed so',
        "has locked: true, which the stack does not ask for: it refuses to be deleted, and a machine to be reinstalled",
    ]


def test_a_bid_that_nobody_declared_is_told(scene: Scene) -> None:
    shows(scene, "spot_instance", True)
    (found,) = told(planned(scene))
    assert "spot_instance: true" in found
    assert "the platform takes it back" in found


@pytest.mark.parametrize("values", [UNASKED, {"lifecycle": IGNORED}])
def test_what_is_declared_or_ignored_is_not_told(scene: Scene, values: dict[str, Any]) -> None:
    (machine,) = scene.devices()
    scene.account.call("PUT", f"/devices/{machine['id']}", UNASKED)
    assert told(planned(scene, **values)) == []


def test_what_is_not_shown_is_not_told(scene: Scene) -> None:
    shows(scene, "billing_cycle", None)
    shows(scene, "locked", None)
    assert told(planned(scene)) == []


def test_drift_shows_it_beside_what_an_apply_would_set_right(scene: Scene) -> None:
    (machine,) = scene.devices()
    scene.account.call("PUT", f"/devices/{machine['id']}", {"hostname": "by-hand", "locked": True})
    shows(scene, "termination_time", END)
    found = planned(scene)
    (entry,) = drift_document(samples.looked(found), tool_version="1")["resources"]
    fields = {each["path"][0]: (each["live"], each["wanted"]) for each in entry["fields"]}
    assert fields == {
        "hostname": ("by-hand", "web-0"),
        "locked": (True, False),
        "termination_time": (END, None),
    }
    text = render_drift(samples.looked(found), colour=False)
    assert f'      termination_time: live "{END}", wanted (none)\n' in text
    assert "Drift: 1 changed, 0 missing, 0 unexpected." in text


@pytest.mark.parametrize("values", [{"termination_time": "2030-01-01T01:00:00+01:00"}, {"lifecycle": IGNORED}])
def test_to_declare_the_end_that_a_machine_has_replaces_nothing(scene: Scene, values: dict[str, Any]) -> None:
    """Which is what the warning says to do, where that end is meant."""
    shows(scene, "termination_time", END)
    (found,) = told(planned(scene))
    assert f"will be deleted by the platform at {END}: the stack does not ask for that" in found
    assert told(planned(scene, **values)) == []


def test_another_end_than_the_one_that_it_has_still_replaces(scene: Scene) -> None:
    shows(scene, "termination_time", END)
    (change,) = planned(scene, termination_time="2031-01-01T00:00:00Z").pending
    assert change.action.replaces
    assert change.unasked == (), "it is to go"


def test_the_end_of_machines_of_a_batch_is_told(account: Account) -> None:
    workers = {**MACHINE, "quantity": 2, "hostname": "worker-{{index}}"}
    scene = Scene.of(account, small(vlans={}, ip_reservations={}, devices={}, device_batches={"workers": workers}))
    assert scene.apply().complete
    assert told(plan(account, scene.stack).plan) == []
    ends = "batches.*.devices.*.termination_time"
    scene.fault("set_field", "GET", "/projects/{id}/batches", field=ends, value=END, times=None)
    (found,) = told(plan(account, scene.stack).plan)
    assert f"will be deleted by the platform at {END}" in found


def test_a_lock_on_a_volume_is_told(account: Account) -> None:
    disk = {"plan": "storage_1", "size": 100, "facility": "ewr1"}
    scene = Scene.of(account, small(vlans={}, ip_reservations={}, devices={}, volumes={"data": disk}))
    assert scene.apply().complete
    assert told(plan(account, scene.stack).plan) == []
    scene.fault("set_field", "GET", "/projects/{id}/storage", field="volumes.*.locked", value=True, times=None)
    (found,) = told(plan(account, scene.stack).plan)
    assert found.startswith("has locked: true")


def test_of_several_machines_the_first_end_counts() -> None:
    later = "2031-01-01T00:00:00Z"
    assert first_end([{"termination_time": each} for each in (None, later, END)]) == END
    assert first_end([{}, {"termination_time": None}]) == ""
