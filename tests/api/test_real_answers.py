"""Answers that others recorded are read by the models, and come back as they were."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.api import models
from reconciler.api.models.base import Model

ANSWERS = Path(__file__).parent / "answers"

LISTS: dict[str, type[Model]] = {
    "api_keys": models.ApiKey,
    "batches": models.Batch,
    "bgp_sessions": models.BgpSession,
    "devices": models.Device,
    "events": models.Event,
    "facilities": models.Facility,
    "hardware_reservations": models.HardwareReservation,
    "invitations": models.Invitation,
    "ip_addresses": models.IpReservation,
    "licenses": models.License,
    "memberships": models.Membership,
    "notifications": models.Notification,
    "operating_systems": models.OperatingSystem,
    "organizations": models.Organization,
    "payment_methods": models.PaymentMethod,
    "plans": models.Plan,
    "projects": models.Project,
    "sessions": models.AccountSession,
    "snapshots": models.Snapshot,
    "ssh_keys": models.SshKey,
    "transfers": models.Transfer,
    "users": models.User,
    "virtual_networks": models.VirtualNetwork,
    "volumes": models.Volume,
}
"""By the key that a list stands under."""

SINGLE: list[tuple[str, type[Model]]] = [
    ("hardware_reservation", models.HardwareReservation),
    ("membership", models.Membership),
    ("associate_ip", models.IpAssignment),
    ("ip", models.IpReservation),
    ("volume", models.Volume),
    ("license", models.License),
    ("organization", models.Organization),
    ("payment_method", models.PaymentMethod),
    ("transfer", models.Transfer),
    ("ssh-key", models.SshKey),
    ("ssh_key", models.SshKey),
    ("sshkey", models.SshKey),
    ("virtual_network", models.VirtualNetwork),
    ("bgp_config", models.BgpConfig),
    ("bgp_session", models.BgpSession),
    ("batch", models.Batch),
    ("invitation", models.Invitation),
    ("notification", models.Notification),
    ("verify_email", models.AccountSession),
    ("email", models.Email),
    ("user", models.User),
    ("vpn", models.VpnConfig),
    ("bandwidth", models.Bandwidth),
    ("capacity", models.Capacity),
    ("prices_history", models.SpotPriceHistory),
    ("prices", models.SpotPrices),
    ("device", models.Device),
    ("project", models.Project),
]
"""The first whose word is in the file's name, unless it is in the next table."""

EXACT: dict[str, type[Model]] = {
    "attach_volume": models.VolumeAttachment,
    "detach_volume": models.VolumeAttachment,
    "transfer_project": models.Transfer,
    "move_hardware_reservation": models.Invitation,  # fog-packet's mock answers with the body of another call
    "ip_assignments": models.IpAssignment,
}

NO_VALUES = ("<request:", '"string"')
"""What fog-packet's files hold in the place of values; those need not be of the type that the API has there."""


def cases() -> list[tuple[str, type[Model], dict[str, Any]]]:
    found = []
    for path in sorted(ANSWERS.glob("*/*.json")):
        answer = json.loads(path.read_text(encoding="utf-8"))
        key = next((each for each in answer if each in LISTS and set(answer) <= {each, "meta"}), None)
        if key is None:
            model = EXACT.get(path.stem) or next(model for word, model in SINGLE if word in path.stem)
            found.append((f"{path.parent.name}/{path.stem}", model, answer))
        else:
            model = EXACT.get(path.stem) or LISTS[key]
            found += [(f"{path.parent.name}/{path.stem}", model, each) for each in answer[key]]
    return found


CASES = cases()


def test_there_is_something_of_every_source() -> None:
    sources = {name.partition("/")[0] for name, _, _ in CASES}
    assert sources == {path.name for path in ANSWERS.iterdir() if path.is_dir()}
    assert len(CASES) > 200


@pytest.mark.parametrize(("name", "model", "answer"), CASES, ids=[name for name, _, _ in CASES])
def test_a_recorded_answer_comes_back_unchanged(name: str, model: type[Model], answer: dict[str, Any]) -> None:
    read = model.model_validate(answer)
    assert json.dumps(read.as_answer(), sort_keys=True) == json.dumps(answer, sort_keys=True)


@pytest.mark.parametrize(("name", "model", "answer"), CASES, ids=[name for name, _, _ in CASES])
def test_recorded_values_are_of_the_types_that_the_models_say(
    name: str, model: type[Model], answer: dict[str, Any]
) -> None:
    if any(each in json.dumps(answer) for each in NO_VALUES):
        return
    read = model.model_validate(answer)
    assert read.model_dump(mode="json", exclude_unset=True, by_alias=True, warnings="error") == answer


@pytest.mark.parametrize(("name", "model", "answer"), CASES, ids=[name for name, _, _ in CASES])
def test_the_models_know_the_recorded_fields(name: str, model: type[Model], answer: dict[str, Any]) -> None:
    assert not model.model_validate(answer).model_extra


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("model", [models.Device, models.IpReservation, models.Organization, models.SpotMarketRequest])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_the_api_answers_is_kept(model: type[Model], data: st.DataObject) -> None:
    names = st.sampled_from([each.alias or name for name, each in model.model_fields.items()]) | st.text(max_size=5)
    answer = data.draw(st.dictionaries(names, JSON, max_size=8))
    assert model.model_validate(answer).as_answer() == answer


def test_words_and_types_that_are_not_documented_are_kept() -> None:
    answer = {"id": "d", "state": "levitating", "locked": "perhaps", "tags": None, "facility": {"code": 7}, "new": [1]}
    device = models.Device.model_validate(answer)
    assert device.as_answer() == answer
    assert device.state == "levitating"
    assert device.model_extra == {"new": [1]}


class TestLinks:
    def test_a_link_has_the_id_of_its_path(self) -> None:
        assert models.Link(href="/projects/p-1").identifier == "p-1"
        assert models.Link(href="#a-1").identifier == "a-1"
        assert models.Link(id="x", href="/y/z").identifier == "x"

    def test_a_link_that_include_opened_is_read_as_its_model(self) -> None:
        device = models.Device.model_validate({"project": {"href": "/projects/p", "id": "p", "name": "Edge"}})
        assert device.project is not None
        assert device.project.opened
        project = device.project.read_as(models.Project)
        assert project is not None
        assert (project.id, project.name) == ("p", "Edge")

    @pytest.mark.parametrize("answer", [{}, {"href": "/projects/p"}, {"id": "p", "href": "/projects/p"}])
    def test_a_link_that_is_only_a_link_says_so(self, answer: dict[str, str]) -> None:
        link = models.Link.model_validate(answer)
        assert not link.opened
        assert link.read_as(models.Project) is None


def test_secrets_are_not_in_the_text_of_a_model() -> None:
    device = models.Device(root_password="s3cret", userdata="s3cret")
    key = models.ApiKey(token="s3cret")
    config = models.BgpConfig(md5="s3cret")
    assert "s3cret" not in f"{device!r} {key} {config!r} {models.AccountSession(token='s3cret')}"
