"""BGP configs and sessions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.client import Client

RECORDED_CONFIG = {
    "id", "status", "deployment_type", "asn", "md5", "route_object", "max_prefix", "created_at", "requested_at",
    "project", "sessions", "ranges", "href",
}  # fmt: skip
RECORDED_SESSION = {
    "id", "status", "learned_routes", "switch_name", "default_route", "created_at", "updated_at", "device",
    "address_family", "href",
}  # fmt: skip


def enable(api: Client, project: str, **fields: object) -> None:
    answer = api.call("POST", f"/projects/{project}/bgp-configs", {"deployment_type": "local", "asn": 65000, **fields})
    assert (answer.status, answer.body) == (204, b""), answer


def session(api: Client, device: Any, family: str = "ipv4", **fields: object) -> Any:
    return api.make(f"{device['href']}/bgp/sessions", {"address_family": family, **fields})


def test_a_project_without_bgp_has_an_empty_config(api: Client, project: str) -> None:
    assert api.get(f"/projects/{project}/bgp-config") == {}
    assert api.call("GET", "/projects/unknown/bgp-config").status == 404
    assert api.get(f"/projects/{project}")["bgp_config"] is None


def test_a_local_config_is_enabled_at_once(api: Client, project: str) -> None:
    enable(api, project, md5="C179c28c41a85b")
    config = api.get(f"/projects/{project}/bgp-config")
    assert set(config) == RECORDED_CONFIG
    expected = {
        "status": "enabled", "deployment_type": "local", "asn": 65000, "md5": "C179c28c41a85b", "route_object": None,
        "max_prefix": 10, "sessions": [], "ranges": [], "project": {"href": f"/projects/{project}"},
        "href": f"/bgp-configs/{config['id']}",
    }  # fmt: skip
    assert {name: config[name] for name in expected} == expected
    assert api.get(f"/projects/{project}")["bgp_config"] == {"href": config["href"]}


def test_a_global_config_waits_for_a_person(new_api: Callable[..., Client]) -> None:
    api = new_api(bgp_global_review_seconds=60)
    project = api.project()
    device = api.active_device(project)
    enable(api, project, deployment_type="global", asn=64512)
    assert api.get(f"/projects/{project}/bgp-config")["status"] == "requested"
    path = f"{device['href']}/bgp/sessions"
    assert api.refused("POST", path, {"address_family": "ipv4"}) == ["BGP is not enabled"]
    api.wait(61)
    assert api.get(f"/projects/{project}/bgp-config")["status"] == "enabled"
    session(api, device)


def test_a_config_is_for_good(api: Client, project: str) -> None:
    enable(api, project)
    body = {"deployment_type": "local", "asn": 65001}
    assert api.refused("POST", f"/projects/{project}/bgp-configs", body) == ["BGP is already enabled for this project"]
    assert api.get(f"/projects/{project}/bgp-config")["asn"] == 65000
    assert api.call("DELETE", f"/projects/{project}/bgp-config").status == 404


@pytest.mark.parametrize(("fields", "text"), [
    ({"deployment_type": None}, "Deployment type can't be blank"),
    ({"deployment_type": "regional"}, "Deployment type is not included in the list"),
    ({"asn": 0}, "Asn is invalid"),
    ({"asn": 2**32}, "Asn is invalid"),
    ({"deployment_type": "global", "asn": None}, "Asn can't be blank"),
    ({"md5": "short"}, "Md5 is invalid"),
    ({"md5": "nouppercase123"}, "Md5 is invalid"),
    ({"md5": "NOLOWERCASE123"}, "Md5 is invalid"),
    ({"md5": "NoDigitsInHere"}, "Md5 is invalid"),
    ({"md5": "Has-a-dash-12345"}, "Md5 is invalid"),
    ({"md5": "TooLong1TooLong1TooLong1"}, "Md5 is invalid"),
])  # fmt: skip
def test_a_wrong_config_is_refused(api: Client, project: str, fields: dict[str, object], text: str) -> None:
    body = {"deployment_type": "local", "asn": 65000, **fields}
    assert api.refused("POST", f"/projects/{project}/bgp-configs", body) == [text]
    assert api.get(f"/projects/{project}/bgp-config") == {}


def test_a_session_is_unknown_first_and_then_down(api: Client, project: str) -> None:
    enable(api, project)
    device = api.active_device(project)
    made = session(api, device)
    assert set(made) == RECORDED_SESSION
    assert (made["status"], made["learned_routes"], made["default_route"]) == ("unknown", [], None)
    assert (made["address_family"], made["device"]) == ("ipv4", {"href": device["href"]})
    api.wait(3)
    settled = api.get(made["href"])
    assert settled["status"] == "down"
    assert settled["updated_at"] > made["updated_at"]
    assert api.get(f"{device['href']}/bgp/sessions")["bgp_sessions"] == [settled]
    assert api.get(f"/projects/{project}/bgp/sessions")["bgp_sessions"] == [settled]
    assert api.get(f"/projects/{project}/bgp-config")["sessions"] == []
    config = api.get(f"/projects/{project}/bgp-config?include=sessions")
    assert config["sessions"] == [settled]


def test_a_session_may_come_up_if_so_set(new_api: Callable[..., Client]) -> None:
    api = new_api(bgp_session_status="up", bgp_session_seconds=1)
    project = api.project()
    enable(api, project)
    made = session(api, api.active_device(project))
    api.wait(1)
    assert api.get(made["href"])["status"] == "up"


def test_a_session_is_down_while_its_machine_is_and_comes_up_after_it(new_api: Callable[..., Client]) -> None:
    api = new_api(bgp_session_status="up", bgp_session_seconds=3, action_seconds=5)
    project = api.project()
    enable(api, project)
    device = api.active_device(project)
    made = session(api, device)
    api.wait(4)
    api.call("POST", f"{device['href']}/actions", {"type": "reboot"})
    shown = []
    for _ in range(4):
        shown.append(api.get(made["href"])["status"])
        api.wait(2.5)
    assert shown == ["down", "down", "down", "down"]
    assert api.get(made["href"])["status"] == "up"


def test_sessions_turn_up_or_down_as_the_emulator_is_told(api: Client, project: str) -> None:
    enable(api, project)
    one, other = (session(api, api.active_device(project)) for _ in range(2))
    api.wait(3)
    turned = api.call("POST", "/_emulator/bgp-sessions", {"status": "up"}).json["bgp_sessions"]
    assert {each["id"] for each in turned} == {one["id"], other["id"]}
    machine = one["device"]["href"].rsplit("/", 1)[-1]
    api.call("POST", "/_emulator/bgp-sessions", {"status": "down", "device_id": machine})
    assert [api.get(each["href"])["status"] for each in (one, other)] == ["down", "up"]
    assert api.refused("POST", "/_emulator/bgp-sessions", {"status": "sideways"}) == ["status must be up or down"]


def test_there_is_one_session_for_each_family(api: Client, project: str) -> None:
    device = api.active_device(project)
    path = f"{device['href']}/bgp/sessions"
    assert api.refused("POST", path, {"address_family": "ipv4"}) == ["BGP is not enabled"]
    enable(api, project)
    session(api, device, "ipv4")
    session(api, device, "ipv6")
    for family in ("ipv4", "ipv6"):
        text = f"Address family already has session with {family}"
        assert api.refused("POST", path, {"address_family": family}) == [text]
    assert api.refused("POST", path, {}) == ["Address family can't be blank"]
    assert api.refused("POST", path, {"address_family": "ipv5"}) == ["Address family is not included in the list"]


def test_the_family_may_stand_in_the_query(api: Client, project: str) -> None:
    enable(api, project)
    device = api.active_device(project)
    assert api.make(f"{device['href']}/bgp/sessions?address_family=ipv6")["address_family"] == "ipv6"


def test_the_default_route_can_be_changed(api: Client, project: str) -> None:
    enable(api, project)
    device = api.active_device(project)
    made = session(api, device, default_route=True)
    assert made["default_route"] is True
    assert api.call("PUT", made["href"], {"default_route": False}).json["default_route"] is False


def test_sessions_go_with_a_delete_or_with_their_device(api: Client, project: str) -> None:
    enable(api, project)
    device = api.active_device(project)
    four, six = session(api, device, "ipv4"), session(api, device, "ipv6")
    api.delete(four["href"])
    assert api.call("GET", four["href"]).status == 404
    session(api, device, "ipv4")
    api.delete(device["href"])
    assert api.get(six["href"])["id"] == six["id"]
    assert api.refused("POST", f"{device['href']}/bgp/sessions", {"address_family": "ipv4"})
    api.wait(2)
    assert api.call("GET", six["href"]).status == 404
    assert api.get(f"/projects/{project}/bgp/sessions")["bgp_sessions"] == []


def test_neighbors_say_what_to_put_into_the_machines_daemon(api: Client, project: str) -> None:
    enable(api, project, md5="C179c28c41a85b")
    device = api.active_device(project)
    session(api, device, default_route=True)
    (neighbor,) = api.get(f"{device['href']}/bgp/neighbors")["bgp_neighbors"]
    private = device["ip_addresses"][2]
    expected = {
        "address_family": 4, "customer_as": 65000, "customer_ip": private["address"], "peer_as": 65530,
        "peer_ips": [private["gateway"]], "md5_enabled": True, "md5_password": "C179c28c41a85b", "multihop": False,
        "routes_out": [{"route": "0.0.0.0/0", "exact": True}],
    }  # fmt: skip
    assert {name: neighbor[name] for name in expected} == expected
    assert {"route": "10.0.0.0/25", "exact": False} in neighbor["routes_in"]
