"""Answers that are not true, answers that are not as described, and what others do meanwhile."""

from __future__ import annotations

import json

import pytest

from reconciler.emulator.faults.bodies import SHAPES
from reconciler.emulator.wire import Response
from tests.emulator.client import DEVICE, Client


def fault(api: Client, kind: str, route: str, method: str = "*", **fields: object) -> None:
    api.control("faults", {"rules": [{"method": method, "route": route, "kind": kind, **fields}]})


def raw(api: Client, method: str, path: str, body: object = None) -> Response:
    """A call whose answer need not be as the OpenAPI document says."""
    return api.emulator.handle(method, path, api.headers, b"" if body is None else json.dumps(body).encode())


def hostnames(api: Client, project: str) -> list[str]:
    return [device["hostname"] for device in api.get(f"/projects/{project}/devices")["devices"]]


def ledger(api: Client) -> list[tuple[str, str]]:
    return [(row["method"], row["path"]) for row in api.control("ledger")["ledger"]]


def test_a_pretended_create_answers_with_an_id_that_does_not_exist(api: Client, project: str) -> None:
    before = ledger(api)
    fault(api, "pretend", "/projects/{id}/devices", "POST")
    device = api.device(project)
    assert api.call("GET", device["href"]).status == 404
    assert (hostnames(api, project), ledger(api)) == ([], before)


def test_a_pretended_delete_is_204_and_the_object_stays(api: Client, project: str) -> None:
    device = api.active_device(project)
    fault(api, "pretend", "/devices/{id}", "DELETE")
    api.delete(device["href"])
    api.wait(60)
    assert api.get(device["href"])["state"] == "active"


def test_a_pretended_update_shows_what_was_asked_for(api: Client, project: str) -> None:
    device = api.device(project)
    fault(api, "pretend", "/devices/{id}", "PUT")
    assert api.call("PUT", device["href"], {"hostname": "other"}).json["hostname"] == "other"
    assert api.get(device["href"])["hostname"] == DEVICE["hostname"]


def test_an_altered_request_is_carried_out_as_altered(api: Client, project: str) -> None:
    fault(api, "alter_request", "/projects/{id}/devices", "POST", field="hostname", value="other")
    assert api.device(project)["hostname"] == "other"
    assert hostnames(api, project) == ["other"]


def test_a_refusal_may_be_a_lie(api: Client, project: str) -> None:
    texts = ["ewr1 has no capacity"]
    fault(api, "commit_then_status", "/projects/{id}/devices", "POST", status=422, errors=texts)
    assert api.refused("POST", f"/projects/{project}/devices", DEVICE) == texts
    assert hostnames(api, project) == [DEVICE["hostname"]]


def test_a_status_may_come_in_the_tests_words(api: Client) -> None:
    fault(api, "status", "*", status=503, errors=["no servers", "none at all"])
    assert api.call("GET", "/projects").errors == ["no servers", "none at all"]


def test_twice_makes_two_and_answers_with_the_first(api: Client, project: str) -> None:
    fault(api, "twice", "/projects/{id}/devices", "POST")
    made = api.device(project, tags=["mark"])
    first, second = api.get(f"/projects/{project}/devices")["devices"]
    assert (first["id"], second["tags"]) == (made["id"], ["mark"])
    assert second["id"] != first["id"]
    assert ledger(api)[-2:] == [("POST", f"/projects/{project}/devices")] * 2


def test_somebody_else_comes_just_before(api: Client, project: str) -> None:
    fault(api, "meanwhile", "/projects/{id}", "PUT", do={"method": "DELETE", "path": "/projects/{id}"})
    assert api.call("PUT", f"/projects/{project}", {"name": "b"}).status == 404
    assert api.get("/projects")["projects"] == []
    (rule,) = api.control("faults")["rules"]
    assert rule["answers"] == [204]


def test_somebody_else_comes_just_after(api: Client, project: str) -> None:
    device = api.device(project)
    theirs = {"method": "PUT", "path": "/devices/{id}", "body": {"hostname": "theirs"}}
    fault(api, "meanwhile", "/devices/{id}", "PUT", do=[theirs], after=True)
    assert api.call("PUT", device["href"], {"hostname": "ours"}).json["hostname"] == "ours"
    assert hostnames(api, project) == ["theirs"]


def test_meanwhile_the_stock_may_run_out(api: Client, project: str) -> None:
    out = {"method": "POST", "path": "/_emulator/settings", "body": {"stock": {"ewr1/c2.medium.x86": 1}}}
    fault(api, "meanwhile", "/projects/{id}/devices", "POST", nth=2, do=out)
    api.device(project)
    assert api.call("POST", f"/projects/{project}/devices", DEVICE).status in (422, 503)
    assert len(hostnames(api, project)) == 1


def test_what_others_may_not_do_changes_nothing_and_is_told(api: Client, project: str) -> None:
    deeds = [
        {"method": "POST", "path": "/projects"},
        {"method": "DELETE", "path": "/nowhere"},
        {"method": "POST", "path": "/_emulator/settings", "body": {"speed": 1}},
    ]
    fault(api, "meanwhile", "/projects/{id}", "GET", do=deeds)
    api.get(f"/projects/{project}")
    assert api.control("faults")["rules"][0]["answers"] == [422, 404, 422]


def test_an_expired_token_stays_expired(api: Client) -> None:
    fault(api, "token_expires", "*", nth=3)
    answers = [api.call("GET", "/projects") for _ in range(5)]
    assert [answer.status for answer in answers] == [200, 200, 401, 401, 401]
    assert answers[-1].json == {"error": "Invalid authentication token"}


def test_a_field_may_have_another_value_or_type_in_every_item(api: Client, project: str) -> None:
    api.device(project)
    api.device(project)
    fault(api, "set_field", "/projects/{id}/devices", "GET", field="devices.*.state", value="hibernating")
    found = json.loads(raw(api, "GET", f"/projects/{project}/devices").body)["devices"]
    assert [device["state"] for device in found] == ["hibernating"] * 2
    fault(api, "set_field", "/projects/{id}/devices", "GET", field="devices.*.tags", value=None)
    found = json.loads(raw(api, "GET", f"/projects/{project}/devices").body)["devices"]
    assert [device["tags"] for device in found] == [None, None]


def test_a_field_may_be_missing(api: Client, project: str) -> None:
    device = api.device(project)
    fault(api, "drop_field", "/devices/{id}", "GET", field="plan.slug")
    found = json.loads(raw(api, "GET", device["href"]).body)
    assert "slug" not in found["plan"]
    assert found["plan"]["name"]


def test_unknown_fields_are_everywhere(api: Client, project: str) -> None:
    device = api.device(project)
    fault(api, "unknown_fields", "/devices/{id}", "GET")
    found = json.loads(raw(api, "GET", device["href"]).body)
    assert found["x_unheard_of"] == found["plan"]["x_unheard_of"] == {"state": "novel", "since": 2031}
    assert {name: found[name] for name in ("id", "hostname")} == {"id": device["id"], "hostname": device["hostname"]}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_bad_body_comes_after_the_work_is_done(api: Client, shape: str) -> None:
    fault(api, "bad_body", "/projects", "POST", shape=shape, size=1000)
    answer = raw(api, "POST", "/projects", {"name": "a"})
    assert answer.status == 200
    assert [each["name"] for each in api.get("/projects")["projects"]] == ["a"]
    is_json = "json" in answer.headers["Content-Type"]
    assert is_json is (shape not in ("html", "wrong_type"))
    if shape == "huge":
        assert len(answer.body) > 1000
    elif shape not in ("wrong_type", "duplicate_keys", "nan"):  # the last two are JSON to Python, and to nobody else
        with pytest.raises((ValueError, TypeError, RecursionError)):
            _ = json.loads(answer.body)["id"]


@pytest.mark.parametrize(
    ("to", "place"),
    [
        ("host", "https://elsewhere.invalid/projects"),
        ("http", "http://elsewhere.invalid/projects"),
        ("file", "file:///etc/hostname"),
        ("loop", "/projects"),
    ],
)
def test_a_redirect_leads_where_it_is_told_to(api: Client, to: str, place: str) -> None:
    fault(api, "redirect", "/projects", to=to, status=307)
    answer = api.call("GET", "/projects")
    assert (answer.status, answer.headers["Location"]) == (307, place)


def test_a_slow_delete_shows_the_device_for_long(api: Client, project: str) -> None:
    device = api.active_device(project)
    fault(api, "slow_delete", "/devices/{id}", seconds=100)
    api.delete(device["href"])
    api.wait(99)
    assert api.get(device["href"])["state"] == "deprovisioning"
    api.wait(2)
    assert api.call("GET", device["href"]).status == 404


WRONG: list[tuple[dict[str, object], str]] = [
    ({"kind": "set_field"}, "field must be a dotted path"),
    ({"kind": "set_field", "field": "a..b"}, "field must be a dotted path"),
    ({"kind": "delay", "field": "a"}, "field: not a rule's field; delay has: method"),
    ({"kind": "bad_body", "shape": "round"}, "shape must be one of: truncated"),
    ({"kind": "redirect", "to": "moon"}, "to must be one of: host"),
    ({"kind": "status", "errors": "no"}, "errors must be a list of texts"),
    ({"kind": "meanwhile"}, "do must be"),
    ({"kind": "meanwhile", "do": []}, "do must be"),
    ({"kind": "meanwhile", "do": {"method": "GET", "path": "/projects"}}, "method must be one of: POST"),
    ({"kind": "meanwhile", "do": {"method": "POST", "path": "projects"}}, "path must begin with a slash"),
    ({"kind": "meanwhile", "do": {"method": "POST", "path": "/a", "body": []}}, "body must be an object"),
    ({"kind": "meanwhile", "do": {"method": "POST", "path": "/a", "colour": 1}}, "colour: not one of"),
]


@pytest.mark.parametrize(("rule", "text"), WRONG)
def test_a_rule_without_what_its_kind_needs_is_refused(api: Client, rule: dict[str, object], text: str) -> None:
    answer = api.call("POST", "/_emulator/faults", {"rules": [rule]})
    assert answer.status == 422
    assert text in answer.errors[0]
