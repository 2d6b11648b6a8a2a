"""SSH keys of projects and of the user."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.emulator.client import Client, public_key

RSA = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDI4pIqzpb5g3992h+yr527VRcaB68KE4vPjWPPoiQws49KIs2NMcOzS9QE4641"
    "uW1u5ML2HgQdfYKMF/YFGnI1Y6xV637DjhDyZYV9LasUH49npSSJjsBcsk9JGfUpNAOdcgpFzK8V90eiOrOC5YncxdwwG8pwjFI9"
    "nNVPCl4hYEu1iXdyysHvkFfS2fklsNjLWrzfafPlaen+qcBxygCA0sFdW/7er50aJeghdBHnE2WhIKLUkJxnKadznfAge7oEe+3L"
    "LAPfP+3yHyvp2+H0IzmVfYvAjnzliYetqQ8pg5ZW2BiJzvqz5PebGS70y/ySCNW1qQmJURK/Wc1bt9en user@example.com\n"
)
RSA_FINGERPRINT = "aa:49:46:57:2a:07:64:56:33:07:ef:76:1d:54:a3:41"
"""What the real API answered for that key in 2015."""

RECORDED = {"id", "label", "key", "fingerprint", "created_at", "updated_at", "owner", "href"}


def test_a_key_is_kept_to_the_letter_and_has_the_recorded_fingerprint(api: Client) -> None:
    made = api.make("/ssh-keys", {"label": "mine", "key": RSA})
    assert set(made) == RECORDED
    assert (made["key"], made["fingerprint"]) == (RSA, RSA_FINGERPRINT)
    assert api.get(made["href"]) == made


def test_owners_are_users_or_projects(api: Client) -> None:
    project = api.project(key=None)
    of_user = api.make("/ssh-keys", {"label": "u", "key": public_key(1)})
    of_project = api.make(f"/projects/{project}/ssh-keys", {"label": "p", "key": public_key(1)})
    assert of_user["owner"] == {"href": api.get("/user")["href"]}
    assert of_project["owner"] == {"href": f"/projects/{project}"}
    assert api.get("/ssh-keys") == {"ssh_keys": [of_user]}
    assert api.get(f"/projects/{project}/ssh-keys") == {"ssh_keys": [of_project]}
    assert api.get(f"{of_user['href']}?include=owner")["owner"]["full_name"] == "Emulator User"


def test_the_same_material_twice_in_one_scope_is_refused_whatever_its_comment(api: Client, project: str) -> None:
    kind, blob, _comment = public_key(1).split()
    body = {"label": "again", "key": f"{kind} {blob} another-comment"}
    assert api.refused("POST", f"/projects/{project}/ssh-keys", body) == ["Key has already been taken"]
    api.make("/ssh-keys", body)
    other = api.make("/ssh-keys", {"label": "other", "key": public_key(2)})
    assert api.refused("PUT", other["href"], {"key": public_key(1)}) == ["Key has already been taken"]


@pytest.mark.parametrize(("body", "text"), [
    ({"key": public_key(9)}, "Label can't be blank"),
    ({"label": "l"}, "Key can't be blank"),
    ({"label": "l", "key": "ssh-rsa"}, "Key is invalid"),
    ({"label": "l", "key": "ssh-rsa AAAAB3Nz"}, "Key is invalid"),
    ({"label": "l", "key": "ssh-rsa not-base64!"}, "Key is invalid"),
    ({"label": "l", "key": "ssh-rsa " + public_key(9).split()[1]}, "Key is invalid"),
    ({"label": "l", "key": "hello world"}, "Key is invalid"),
])  # fmt: skip
def test_what_is_no_key_is_refused(api: Client, body: dict[str, str], text: str) -> None:
    assert api.refused("POST", "/ssh-keys", body) == [text]


def test_label_and_key_can_be_changed(api: Client) -> None:
    made = api.make("/ssh-keys", {"label": "old", "key": public_key(1)})
    api.wait(5)
    renamed = api.call("PATCH", made["href"], {"label": "new"}).json
    assert (renamed["label"], renamed["key"]) == ("new", made["key"])
    assert renamed["updated_at"] > made["updated_at"]
    rekeyed = api.call("PUT", made["href"], {"key": public_key(2)}).json
    assert rekeyed["fingerprint"] != made["fingerprint"]
    assert api.call("PUT", made["href"], {"key": public_key(2)}).status == 200


def test_a_deleted_key_is_gone_and_may_come_again(api: Client) -> None:
    made = api.make("/ssh-keys", {"label": "l", "key": public_key(1)})
    api.delete(made["href"])
    assert api.call("GET", made["href"]).status == 404
    api.make("/ssh-keys", {"label": "l", "key": public_key(1)})


def test_to_a_projects_own_token_the_users_list_is_the_projects(api: Client) -> None:
    project = api.project(key=1)
    api.make("/ssh-keys", {"label": "mine", "key": public_key(2)})
    token = api.make(f"/projects/{project}/api-keys", {"description": "robot"})["token"]
    robot = replace(api, headers={**api.headers, "X-Auth-Token": token})
    assert [each["label"] for each in robot.get("/ssh-keys")["ssh_keys"]] == ["ops"]
    assert [each["label"] for each in api.get("/ssh-keys")["ssh_keys"]] == ["mine"]
    assert robot.call("POST", "/ssh-keys", {"label": "r", "key": public_key(3)}).status == 404
