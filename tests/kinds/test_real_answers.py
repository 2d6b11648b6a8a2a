"""What the kinds make of real answers, from 2015 to 2020."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.kinds import catalog
from reconciler.model.kind import Wish
from reconciler.model.live import LiveObject, Phase
from reconciler.model.mark import Mark

from . import answers
from .answers import Body
from .reading_cases import PROJECT, READ

CATALOG = catalog()


STATES = {
    "queued": Phase.WORKING,
    "provisioning": Phase.WORKING,
    "active": Phase.READY,
    "inactive": Phase.READY,
    "failed": Phase.FAILED,
    "deprovisioning": Phase.LEAVING,
    "rebooting": Phase.WORKING,
    "powering_off": Phase.WORKING,
    "reinstalling": Phase.WORKING,
    "a_word_of_2031": Phase.WORKING,
}


def read(kind: str, body: Body) -> LiveObject:
    (live,) = CATALOG[kind].read(body, None if kind == "project" else PROJECT)
    return live


@pytest.mark.parametrize("name", READ)
def test_read(name: str) -> None:
    kind, body, expected = READ[name]
    live = read(kind, body)
    assert (live.kind, live.id) == (kind, body["id"])
    for path, value in expected.items():
        first, _, rest = path.partition(".")
        found = getattr(live, first)
        if rest:
            found = found[rest] if isinstance(found, dict) else getattr(found, rest)
        assert found == value, path


@pytest.mark.parametrize("name", READ)
def test_every_output_is_an_attribute(name: str) -> None:
    kind, body, _ = READ[name]
    live = read(kind, body)
    shown = set(live.attributes) | {each for each in CATALOG[kind].outputs if each not in body}
    assert set(CATALOG[kind].outputs) <= shown


@pytest.mark.parametrize(("state", "phase"), STATES.items())
def test_states_of_a_device(state: str, phase: Phase) -> None:
    live = read("device", {**answers.DEVICE_TRIMMED, "state": state})
    assert (live.status.phase, live.status.word) == (phase, state)
    assert live.present is (state != "deprovisioning")


def test_assignments_are_read_from_the_devices_that_show_them() -> None:
    device = {**answers.DEVICE_2018, "ip_addresses": [*answers.DEVICE_2018["ip_addresses"], answers.ASSIGNMENT_2019]}
    (live,) = CATALOG["ip_assignment"].read(device, PROJECT)
    assert live.id == answers.ASSIGNMENT_2019["id"]
    assert (live.parent_id, live.key) == (device["id"], "147.75.40.2/32")
    assert live.values == {"manageable": True, "customdata": {}, "address": "147.75.40.2/32"}


def test_assignments_of_a_device_that_goes_are_going_too() -> None:
    device = {**answers.DEVICE_2018, "state": "deprovisioning", "ip_addresses": [answers.ASSIGNMENT_2019]}
    (live,) = CATALOG["ip_assignment"].read(device, PROJECT)
    assert not live.present


def test_the_answer_to_an_assignment_names_its_device() -> None:
    wish = Wish({}, Mark("s", "a"), "other", PROJECT)
    live = CATALOG["ip_assignment"].read_answer(answers.ASSIGNMENT_2019, wish)
    assert live is not None
    assert live.parent_id == "756db520-fa13-4a8c-858c-b3ceb60ce95f"


@pytest.mark.parametrize("kind", [each.name for each in CATALOG.kinds])
@pytest.mark.parametrize("body", [None, {}, "", [], {"id": ""}, {"message": "submitted for review"}])
def test_an_answer_without_an_object_shows_none(kind: str, body: Any) -> None:
    assert CATALOG[kind].read_answer(body, Wish({}, Mark("s", "a"), "p", "p")) is None


@pytest.mark.parametrize("kind", [k.name for k in CATALOG.kinds if not k.standing and k.name != "ip_assignment"])
@pytest.mark.parametrize("body", [{}, {"id": None}, {"id": 7}, {"id": ""}])
def test_an_item_without_an_id_is_not_understood(kind: str, body: Body) -> None:
    with pytest.raises((KeyError, ValueError)):
        list(CATALOG[kind].read(body, PROJECT))


def test_a_root_password_goes_nowhere() -> None:
    live = read("device", answers.DEVICE_2017)
    assert "scrubbed" not in repr(live)


def test_attachments_are_read_from_the_volumes_that_show_them() -> None:
    (live,) = CATALOG["volume_attachment"].read(answers.VOLUME_2019, PROJECT)
    assert live.id == "2c16a96f-bb4f-471b-8e2e-b5820b9e1603"
    assert (live.parent_id, live.key) == ("756db520-fa13-4a8c-858c-b3ceb60ce95f", answers.VOLUME_2019["id"])
    assert live.holds == {answers.VOLUME_2019["id"]}


def test_attachments_that_do_not_show_their_device_are_not_taken_for_none() -> None:
    closed = {**answers.VOLUME_2019, "attachments": [{"href": "/storage/attachments/1"}]}
    with pytest.raises(ValueError, match="do not show their device"):
        list(CATALOG["volume_attachment"].read(closed, PROJECT))


def test_the_answer_to_an_attachment_names_volume_and_device() -> None:
    wish = Wish({"volume": "v"}, Mark("s", "a"), "other", PROJECT)
    live = CATALOG["volume_attachment"].read_answer(answers.ATTACHMENT_2019, wish)
    assert live is not None
    assert live.parent_id == "756db520-fa13-4a8c-858c-b3ceb60ce95f"
    assert live.values == {"volume": "a08aaf76-e0ce-43aa-b9cd-cce0d4ae4f4c"}


def test_the_answer_to_a_snapshot_policy_is_no_volume() -> None:
    policy = {"id": "1", "snapshot_frequency": "1day", "snapshot_count": 7}
    assert CATALOG["volume"].read_answer(policy, Wish({}, Mark("s", "a"), "p", "p")) is None


def test_what_a_project_shows_to_be_empty_need_not_be_read() -> None:
    bare = {**answers.PROJECT_2019, "volumes": []}
    for kind in ("volume", "volume_attachment"):
        assert CATALOG[kind].none_in(read("project", bare))
        assert not CATALOG[kind].none_in(read("project", answers.PROJECT_2019))
        assert not CATALOG[kind].none_in(read("project", {**bare, "volumes": [{"href": "/storage/1"}]}))


@pytest.mark.parametrize("devices", [None, [{"href": "/devices/1"}]])
def test_machines_of_a_request_that_are_not_shown_are_not_taken_for_none(devices: Any) -> None:
    request = {**answers.SPOT_REQUEST_2019, "devices": devices}
    with pytest.raises(ValueError, match="does not show its devices"):
        list(CATALOG["spot_market_request"].read(request, PROJECT))
    assert CATALOG["spot_market_request"].read_answer(request, Wish({}, Mark("s", "a"), "p", "p")) is None


def test_a_request_is_ready_when_the_machines_that_are_waited_for_are_active() -> None:
    of = CATALOG["spot_market_request"]
    going = {**answers.DEVICE_2018, "state": "deprovisioning"}
    for devices, waits, phase in (
        ([answers.DEVICE_2018], True, Phase.READY),
        ([answers.DEVICE_2017, going], True, Phase.WORKING),
        ([], True, Phase.WORKING),
        ([], False, Phase.READY),
    ):
        live = of.regard({"wait_for_devices": waits}, read(of.name, {**answers.SPOT_REQUEST_2019, "devices": devices}))
        assert live.status.phase is phase
        assert (live.attributes["devices"] is None) is (phase is Phase.WORKING), "not known yet, instead of too few"


def test_a_new_batch_is_ours_though_it_has_no_machines_yet() -> None:
    of, mark = CATALOG["device_batch"], Mark("s", "a")
    for devices in ([], [{"href": "/devices/1"}]):
        answer = {"batches": [{**answers.BATCH_2018, "state": "queued", "devices": devices}]}
        live = of.read_answer(answer, Wish({}, mark, PROJECT, PROJECT))
        assert live is not None
        assert (live.mark, live.mark_missing, live.automatic) == (mark, "", False)
    assert of.read_answer(answers.DEVICE_2018, Wish({}, mark, PROJECT, PROJECT)) is None


def test_machines_of_a_batch_that_are_not_shown_are_not_taken_for_none() -> None:
    with pytest.raises(ValueError, match="does not show its devices"):
        list(CATALOG["device_batch"].read({**answers.BATCH_2018, "devices": [{"href": "/devices/1"}]}, PROJECT))
