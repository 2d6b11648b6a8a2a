"""Virtual networks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.emulator.client import Client

RECORDED = {
    "id", "description", "vxlan", "created_at", "internet_gateway", "facility", "instances", "assigned_to",
    "facility_code", "href",
}  # fmt: skip


def test_a_vlan_has_the_recorded_shape(api: Client, project: str) -> None:
    made = api.make(f"/projects/{project}/virtual-networks", {"facility": "ewr1", "description": "storage"})
    assert set(made) == RECORDED
    assert (made["description"], made["vxlan"], made["facility_code"]) == ("storage", 1000, "ewr1")
    assert (made["internet_gateway"], made["instances"]) == (None, [])
    assert made["assigned_to"] == {"href": f"/projects/{project}"}
    assert made["facility"]["href"].startswith("/facilities/")
    assert api.get(made["href"]) == made
    assert api.get(f"/projects/{project}/virtual-networks") == {"virtual_networks": [made]}


def test_numbers_are_the_lowest_free_in_the_facility_whatever_is_asked(api: Client) -> None:
    one, two = api.project("one"), api.project("two", key=2)

    def number(project: str, facility: str = "ewr1") -> int:
        body = {"facility": facility, "vxlan": 7}
        return int(api.make(f"/projects/{project}/virtual-networks", body)["vxlan"])

    assert [number(one), number(two), number(one), number(one, "ams1")] == [1000, 1001, 1002, 1000]
    api.delete(next(v for v in api.get(f"/projects/{two}/virtual-networks")["virtual_networks"])["href"])
    assert number(one) == 1001


def test_a_facility_may_be_named_by_id_and_a_description_left_out(api: Client, project: str) -> None:
    place = api.get("/facilities")["facilities"][0]
    made = api.make(f"/projects/{project}/virtual-networks", {"facility": place["id"]})
    assert (made["facility_code"], made["description"]) == (place["code"], None)


def test_twelve_to_a_project(api: Client, project: str) -> None:
    path = f"/projects/{project}/virtual-networks"
    for _ in range(12):
        api.make(path, {"facility": "ewr1"})
    assert api.refused("POST", path, {"facility": "ams1"}) == ["Project is limited to 12 virtual networks"]
    api.control("settings", {"vlans_per_project": 13})
    api.make(path, {"facility": "ams1"})


@pytest.mark.parametrize(("body", "text"), [
    ({}, "Facility can't be blank"),
    ({"facility": "ny5"}, "ny5 is not a valid facility"),
])  # fmt: skip
def test_a_wrong_request_is_refused(api: Client, project: str, body: dict[str, str], text: str) -> None:
    assert api.refused("POST", f"/projects/{project}/virtual-networks", body) == [text]


def test_it_can_be_deleted_and_there_is_no_update(api: Client, project: str) -> None:
    made = api.make(f"/projects/{project}/virtual-networks", {"facility": "ewr1"})
    assert api.call("PUT", made["href"], {"description": "x"}).status == 404
    api.delete(made["href"])
    assert api.call("GET", made["href"]).status == 404


def test_its_birth_is_an_event_of_the_project(api: Client, project: str) -> None:
    api.make(f"/projects/{project}/virtual-networks", {"facility": "ewr1"})
    event = api.get(f"/projects/{project}/events")["events"][0]
    assert event["type"] == "virtual_network.assigned"
    assert event["body"] == 'Emulator assigned the VNID 1000 to "%project%" in ewr1.'
    assert event["interpolated"] == 'Emulator assigned the VNID 1000 to "edge" in ewr1.'


def test_a_vlan_on_a_port_cannot_be_deleted_until_its_device_is_gone(new_api: Callable[..., Client]) -> None:
    api = new_api(deprovision_seconds=10)
    project = api.project()
    vlan = api.make(f"/projects/{project}/virtual-networks", {"facility": "ewr1"})
    device = api.active_device(project)
    port = device["network_ports"][2]["href"]
    assert api.call("POST", f"{port}/disbond").status == 200
    assert api.call("POST", f"{port}/assign", {"vnid": vlan["id"]}).status == 200
    assert api.get(vlan["href"])["instances"] == [{"href": device["href"]}]
    opened = api.get(f"{device['href']}?include=virtual_networks")["network_ports"][2]["virtual_networks"]
    assert opened[0]["vxlan"] == 1000
    text = ["Cannot delete Virtual Network when port is assigned"]
    assert api.refused("DELETE", vlan["href"]) == text
    api.delete(device["href"])
    assert api.refused("DELETE", vlan["href"]) == text
    api.wait(11)
    api.delete(vlan["href"])
