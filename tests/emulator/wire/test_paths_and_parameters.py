"""The ways in which clients of different years spell the same request."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.emulator.client import Client, public_key


@pytest.mark.parametrize(
    "spelling",
    [
        "/projects/{}", "//projects/{}", "/projects//{}", "/projects/{}/", "/projects/{}//", "/projects/{}?",
        "/projects/{}?include=", "/metal/v1/projects/{}", "/metal/v1//projects/{}", "//metal//v1/projects/{}",
    ],
)  # fmt: skip
def test_one_object_has_many_spellings(api: Client, project: str, spelling: str) -> None:
    assert api.get(spelling.format(project))["id"] == project


def test_a_create_may_have_its_parameters_in_the_query(api: Client) -> None:
    made = api.make("/projects?name=from+the+query")
    assert made["name"] == "from the query"


def test_the_body_wins_over_the_query(api: Client) -> None:
    assert api.make("/projects?name=query", {"name": "body"})["name"] == "body"


def test_a_form_is_understood(api: Client) -> None:
    answer = api.call("POST", "/projects", b"name=a+form", Content_Type="application/x-www-form-urlencoded")
    assert answer.json["name"] == "a form"


def test_a_device_may_be_made_entirely_from_the_query(api: Client, project: str) -> None:
    query = "hostname=q&facility=ewr1&plan=baremetal_0&operating_system=ubuntu_16_04&locked=true&tags[]=a&tags[]=b"
    made = api.make(f"/projects/{project}/devices?{query}")
    assert (made["hostname"], made["locked"], made["tags"]) == ("q", True, ["a", "b"])


def test_put_and_patch_are_both_partial(api: Client, project: str) -> None:
    api.call("PUT", f"/projects/{project}", {"customdata": {"a": 1}})
    api.call("PATCH", f"/projects/{project}", {"name": "renamed"})
    got = api.get(f"/projects/{project}")
    assert (got["name"], got["customdata"]) == ("renamed", {"a": 1})


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"text"', b"\xff\xfe", b'{"name": NaN}', b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_422(api: Client, body: bytes) -> None:
    answer = api.call("POST", "/projects", body)
    assert answer.status == 422
    assert answer.errors == ["There was a problem in the JSON you submitted"]


@pytest.mark.parametrize(
    ("sent", "given"),
    [
        ({"a": {"b": 1}}, {"a": {"b": 1}}),
        ('{"a": {"b": 1}}', {"a": {"b": 1}}),
        (None, {}),
        ("", {}),
        ("[1, 2]", [1, 2]),
    ],
)
def test_custom_data_is_an_object_or_json_in_a_string_and_comes_back_as_an_object(
    api: Client, project: str, sent: object, given: object
) -> None:
    device = api.device(project, customdata=sent)
    assert device["customdata"] == given
    assert api.get(f"/devices/{device['id']}/customdata") == given


def test_custom_data_that_is_no_json_is_refused(api: Client, project: str) -> None:
    assert api.refused("PUT", f"/projects/{project}", {"customdata": "not json"}) == ["Customdata is invalid"]


WRONG: dict[str, list[object]] = {
    "hostname": [5, {"a": 1}],
    "tags": [5, [1], {"a": 1}],
    "locked": ["perhaps", 7, []],
    "userdata": [1, []],
    "customdata": ["{", "nope"],
    "project_ssh_keys": [[1], {"a": 2}],
    "ip_addresses": ["x", [1], {"a": 1}, [{"address_family": 5}]],
    "public_ipv4_subnet_size": ["x", 27, 32, 1.5],
    "spot_price_max": [True, [], "cheap", "inf"],
    "termination_time": ["soon", 5, "2019-01-01T00:00:00Z"],
    "billing_cycle": ["weekly", 5],
    "facility": [5, {"a": 1}, [5]],
    "plan": [5, [], "no-such-plan"],
    "operating_system": [5, "no_such_system"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_value_of_the_wrong_kind_is_422_and_never_500(api: Client, project: str, name: str, value: object) -> None:
    body = {
        "hostname": "h", "facility": "ewr1", "plan": "c2.medium.x86", "operating_system": "ubuntu_18_04",
        "spot_instance": name == "spot_price_max", name: value,
    }  # fmt: skip
    assert api.refused("POST", f"/projects/{project}/devices", body)
    assert api.get(f"/projects/{project}/devices")["devices"] == []


def test_a_key_may_be_made_from_the_query_as_libcloud_does(api: Client) -> None:
    made = api.make("/ssh-keys?" + urlencode({"label": "q", "key": public_key(7)}))
    assert made["key"] == public_key(7)
