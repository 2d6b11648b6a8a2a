"""Events of devices, projects, organizations and the user."""

from __future__ import annotations

import pytest

from tests.emulator.client import Client

RECORDED = {
    "id", "type", "body", "state", "created_at", "relationships", "ip", "modified_by", "interpolated", "href",
}  # fmt: skip


def test_a_devices_events_are_paged_and_newest_first(api: Client, project: str) -> None:
    device = api.active_device(project)
    page = api.get(f"{device['href']}/events")
    assert [event["type"] for event in page["events"]] == [f"provisioning.{code}" for code in range(110, 100, -1)]
    assert all(set(event) == RECORDED for event in page["events"])
    assert page["meta"]["total"] == 11


def test_the_first_event_tells_who_deployed_what(api: Client, project: str) -> None:
    device = api.active_device(project, plan="baremetal_0", operating_system="ubuntu_16_04", hostname="web")
    first = api.get(f"{device['href']}/events?per_page=50")["events"][-1]
    name = device["plan"]["name"]
    assert first["body"] == f'"%device%" ({name}) was deployed to project "%project%" by %user%'
    assert first["interpolated"] == f'"web" ({name}) was deployed to project "edge" by Emulator User'
    assert (first["created_at"], first["modified_by"]["full_name"]) == (device["created_at"], "Emulator User")
    assert api.get(first["href"]) == first


def test_events_appear_as_they_happen(api: Client, project: str) -> None:
    device = api.device(project)
    kinds = ["provisioning.102", "provisioning.101", "instance.created"]
    assert [e["type"] for e in api.get(f"{device['href']}/events")["events"]] == kinds[2:]
    api.wait(0.5)
    assert [e["type"] for e in api.get(f"{device['href']}/events")["events"]] == kinds


def test_an_event_can_be_read_alone(api: Client, project: str) -> None:
    device = api.active_device(project)
    api.call("POST", f"{device['href']}/actions", {"type": "reboot"})
    for event in api.get(f"{device['href']}/events?per_page=50")["events"]:
        assert api.get(event["href"]) == event


@pytest.mark.parametrize(
    "identifier", ["x", "b1a6a5a4-0000-4000-8000-000000000000", "b1a6a5a4-0000-4000-8000-zzzzzzzzzzzz"]
)
def test_an_unknown_event_is_404(api: Client, identifier: str) -> None:
    assert api.call("GET", f"/events/{identifier}").status == 404


def test_what_is_done_to_a_project_is_told_there_and_to_the_user(api: Client, project: str) -> None:
    api.make(f"/projects/{project}/ips", {"type": "public_ipv4", "quantity": 2, "facility": "ewr1"})
    api.wait(1)
    api.call("POST", f"/projects/{project}/bgp-configs", {"deployment_type": "local"})
    events = api.get(f"/projects/{project}/events")["events"]
    assert [event["type"] for event in events] == ["bgp_config.requested", "ip_reservation.assigned"]
    assert events[0]["interpolated"] == 'Local BGP was requested to be enabled on project "edge"'
    assert events[1]["body"].endswith('added to "%project%" in ewr1 and got assigned 198.18.0.0/31.')
    organization = api.get("/organizations")["organizations"][0]
    assert api.get(f"{organization['href']}/events")["events"] == api.get("/events")["events"] == events


def test_an_event_tells_who_it_was_and_what_it_is_about(api: Client, project: str) -> None:
    api.call("POST", f"/projects/{project}/bgp-configs", {"deployment_type": "local"})
    api.wait(1)
    api.make(f"/projects/{project}/virtual-networks", {"facility": "ewr1"})
    api.wait(1)
    api.make(f"/projects/{project}/ips", {"type": "public_ipv4", "quantity": 2, "facility": "ewr1"})
    events = api.get(f"/projects/{project}/events")["events"]
    assert [(event["type"], len(event["relationships"])) for event in events] == [  # as recorded
        ("ip_reservation.assigned", 3),
        ("virtual_network.assigned", 2),
        ("bgp_config.requested", 2),
    ]
    user = api.get("/user")
    for event in events:
        assert event["modified_by"]["id"] == user["id"]
        assert event["modified_by"]["full_name"] == f"{user['first_name']} {user['last_name']}"
        assert event["ip"] is not None
        assert all(link["href"].startswith("#") for link in event["relationships"])


def test_what_the_platform_does_has_no_author(api: Client, project: str) -> None:
    device = api.active_device(project)
    api.call("POST", f"{device['href']}/actions", {"type": "reboot"})
    api.wait(2)
    by_type = {event["type"]: event for event in api.get(f"{device['href']}/events?per_page=50")["events"]}
    assert by_type["power.200"]["modified_by"] is not None
    for kind in ("power.203", "provisioning.101"):
        assert (by_type[kind]["modified_by"], by_type[kind]["ip"]) == (None, None)
        assert len(by_type[kind]["relationships"]) == 1


def test_a_projects_events_include_those_of_its_devices(api: Client, project: str) -> None:
    device = api.active_device(project)
    other = api.project("other", key=2)
    of_device = api.get(f"{device['href']}/events?per_page=50")["events"]
    assert len(of_device) == 11
    for path in (f"/projects/{project}/events", "/events"):
        assert api.get(f"{path}?per_page=50")["events"] == of_device
    assert api.get(f"/projects/{other}/events")["events"] == []
    page = api.get(f"/projects/{project}/events?page=2&per_page=4")
    assert page["events"] == of_device[4:8]
    assert page["meta"]["total"] == 11
