"""What else a device create may ask for: features of the machine, keys of people, addresses from blocks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.emulator.client import DEVICE, Client
from tests.emulator.metal.reserved import reserved

NOTHING_FITS = ["The facility ewr1 has no provisionable m1.xlarge.x86 servers matching your criteria"]


@pytest.mark.parametrize("features", [
    ["raid"], ["raid", "txt"], {"raid": "required", "tpm": "preferred"}, {"tpm": "preferred"}, [], {}, None, "txt",
])  # fmt: skip
def test_features_that_the_plan_has_or_that_are_only_preferred(api: Client, project: str, features: object) -> None:
    assert api.device(project, plan="m1.xlarge.x86", features=features)["plan"]["slug"] == "m1.xlarge.x86"


@pytest.mark.parametrize("features", [["tpm"], ["raid", "tpm"], {"tpm": "required"}, "tpm"])
def test_a_required_feature_that_no_machine_has_is_refused(api: Client, project: str, features: object) -> None:
    body = {**DEVICE, "plan": "m1.xlarge.x86", "features": features}
    assert api.refused("POST", f"/projects/{project}/devices", body) == NOTHING_FITS


@pytest.mark.parametrize("features", [{"tpm": "please"}, [5], 5, [["tpm"]], {"tpm": None}])
def test_features_that_make_no_sense_are_refused(api: Client, project: str, features: object) -> None:
    body = {**DEVICE, "features": features}
    assert api.refused("POST", f"/projects/{project}/devices", body) == ["Features is invalid"]


def test_what_every_machine_has_can_be_set(new_api: Callable[..., Client]) -> None:
    api = new_api(machine_features=["tpm"])
    api.device(api.project(), features=["tpm"])
    answer = api.call("POST", "/_emulator/settings", {"machine_features": "tpm"})
    assert answer.errors == ["machine_features must be a list of strings"]


def test_the_keys_of_any_member_may_be_named_and_of_nobody_else(api: Client, project: str) -> None:
    invitation = api.make(f"/projects/{project}/invitations", {"invitee": "bob@example.com"})
    assert api.call("PUT", f"{invitation['href']}?nonce={invitation['nonce']}").status == 200
    members = {user["id"] for user in api.get(f"/projects/{project}?include=members")["members"]}
    (bob,) = members - {api.get("/user")["id"]}
    assert api.device(project, user_ssh_keys=[bob])["ssh_keys"] == []
    other = api.project("other", key=2)
    errors = api.refused("POST", f"/projects/{other}/devices", {**DEVICE, "user_ssh_keys": [bob]})
    assert errors == ["User SSH keys are invalid"]


def test_a_key_that_is_named_twice_is_installed_once(api: Client, project: str) -> None:
    key = api.get(f"/projects/{project}/ssh-keys")["ssh_keys"][0]
    device = api.device(project, project_ssh_keys=[key["id"], key["id"]])
    assert device["ssh_keys"] == [{"href": key["href"]}]


def test_a_projects_key_cannot_move_a_machine_to_another_project(api: Client, project: str) -> None:
    path, other = reserved(api, project), api.project("other", key=None)
    token = api.make(f"/projects/{project}/api-keys")["token"]
    for target, body in ((f"{path}/move", {"project_id": other}), (f"{path}/move/{other}", None)):
        answer = api.call("POST", target, body, X_Auth_Token=token)
        assert (answer.status, answer.errors) == (403, ["You are not authorized to view this project"])
    assert api.get(path)["project"] == {"href": f"/projects/{project}"}


def test_another_projects_key_sees_neither_its_machines_nor_its_batches(api: Client, project: str) -> None:
    path, other = reserved(api, project), api.project("other", key=None)
    batch = api.make(f"/projects/{project}/devices/batch", {"batches": [DEVICE]})["batches"][0]["href"]
    token = api.make(f"/projects/{other}/api-keys")["token"]
    seen = [api.call("GET", each, X_Auth_Token=token).errors for each in (path, batch)]
    assert seen == [
        ["You are not authorized to view this hardware reservation"],
        ["You are not authorized to view this batch"],
    ]


def test_a_project_has_so_many_devices_of_a_plan_as_it_says(new_api: Callable[..., Client]) -> None:
    api = new_api(devices_per_project_and_plan=2)
    project = api.project()
    assert set(api.get(f"/projects/{project}")["max_devices"].values()) == {2}
    first, _ = api.device(project), api.device(project)
    errors = api.refused("POST", f"/projects/{project}/devices", DEVICE)
    assert errors == ["You have reached the limit of 2 c2.medium.x86 devices for this project"]
    api.device(project, plan="t1.small.x86")
    api.device(api.project("other", key=2))
    api.wait(2)
    api.delete(first["href"])
    api.wait(1)
    api.device(project)
