"""Devices, as users met them: what the API says, and what the reconciler makes of it."""

from __future__ import annotations

import pytest

from reconciler.api import endpoints
from reconciler.diagnostics import Refused
from reconciler.wire import WireError
from tests.emulator.client import Answer, Client
from tests.traces.answered import answered
from tests.traces.desk import KEYS, STACK, Desk
from tests.traces.seen import SEEN

DEVICES = "/projects/{id}/devices"
WEB = """\
    devices:
      web: {hostname: web, facility: ewr1, plan: baremetal_0, operating_system: ubuntu_16_04}
"""
EVERYTHING = STACK + KEYS + WEB


def post_device(api: Client, **fields: object) -> Answer:
    project = api.project()
    asked = {"hostname": "web", "plan": "baremetal_0", "facility": "ewr1", "operating_system": "ubuntu_16_04"}
    return api.call("POST", f"/projects/{project}/devices", {**asked, "billing_cycle": "hourly", **fields})


# device-facility-blank


def test_a_list_of_facilities_that_cannot_serve_the_plan_is_said_to_be_blank(desk: Desk) -> None:
    """The plan is offered neither in hkg1 nor in sin1."""
    fields = {"facility": ["hkg1", "sin1"], "project_id": "as in the path", "userdata": "", "tags": None}
    answered(post_device(desk.api, **fields), "device-facility-blank")


def test_the_reconciler_says_beforehand_that_no_facility_has_the_plan(desk: Desk) -> None:
    with pytest.raises(Refused, match=r"t1\.small\.x86 is in none of hkg1, sin1"):
        desk.plan(EVERYTHING.replace("facility: ewr1", "facility: [hkg1, sin1]"))


def test_facilities_that_the_api_does_not_know_are_refused_in_the_plan(desk: Desk) -> None:
    with pytest.raises(Refused, match="the API knows no facility 'xyz9'"):
        desk.plan(EVERYTHING.replace("facility: ewr1", "facility: [ewr1, xyz9]"))


# device-facility-list-500


def test_a_create_that_fails_with_500_makes_nothing(desk: Desk) -> None:
    desk.fault("status", "POST", DEVICES, status=500)
    answer = post_device(desk.api, facility=["sjc1", "ams1", "dfw2", "iad2", "nrt1", "ewr1", "iah1"])
    answered(answer, "device-facility-list-500")
    (project,) = desk.api.get("/projects")["projects"]
    assert desk.api.get(f"/projects/{project['id']}/devices")["devices"] == []


@pytest.mark.parametrize(("kind", "posts"), [("status", 2), ("commit_then_status", 1)])
def test_after_a_500_the_reconciler_looks_before_it_creates_again(desk: Desk, kind: str, posts: int) -> None:
    desk.fault(kind, "POST", DEVICES, status=500)
    desk.apply(EVERYTHING)
    assert desk.sent("POST", DEVICES) == posts
    (project,) = desk.api.get("/projects")["projects"]
    assert len(desk.api.get(f"/projects/{project['id']}/devices")["devices"]) == 1


# device-vanishes-403


def test_a_device_that_failed_to_provision_is_taken_away_and_answers_403(desk: Desk) -> None:
    desk.fault("fail_provisioning", "POST", DEVICES)
    device = post_device(desk.api).json
    desk.api.wait(400)
    answered(desk.api.call("GET", f"/devices/{device['id']}"), "device-vanishes-403")


def test_the_reconciler_says_that_it_failed_and_the_next_apply_makes_another(desk: Desk) -> None:
    desk.fault("fail_provisioning", "POST", DEVICES)
    said = desk.failed(EVERYTHING)
    assert "projects.edge.devices.web" in said
    assert "failed" in said
    desk.api.wait(400)
    desk.apply(EVERYTHING)
    assert desk.sent("POST", DEVICES) == 2


# device-needs-ssh-key


def test_a_device_needs_a_key_somewhere(desk: Desk) -> None:
    project = desk.api.project(key=None)
    asked = {"hostname": "web", "plan": "baremetal_0", "facility": "ewr1", "operating_system": "ubuntu_16_04"}
    answered(desk.api.call("POST", f"/projects/{project}/devices", asked), "device-needs-ssh-key")
    assert desk.api.call("POST", f"/projects/{project}/devices", {**asked, "no_ssh_keys": True}).status == 201


def test_the_reconciler_says_where_a_key_is_declared(desk: Desk) -> None:
    said = desk.failed(STACK + WEB)
    assert "must have at least one SSH key" in said
    assert "`ssh_keys`" in said
    desk.apply(EVERYTHING)


# device-invalid-plan


def test_an_unknown_plan_is_told_by_name(desk: Desk) -> None:
    answered(post_device(desk.api, plan="baremetal_9"), "device-invalid-plan", value="baremetal_9")


def test_the_reconciler_refuses_an_unknown_plan_before_anything_is_made(desk: Desk) -> None:
    with pytest.raises(Refused, match="the API knows no plan 'baremetal_9'"):
        desk.plan(EVERYTHING.replace("baremetal_0", "baremetal_9"))


# device-subnet-too-big


def test_a_large_subnet_needs_space_that_the_project_holds(desk: Desk) -> None:
    """The address in the text was support@packet.com before the service was renamed."""
    answer = post_device(desk.api, public_ipv4_subnet_size=29)
    assert answer.status == SEEN["device-subnet-too-big"].status
    before_the_name, _ = SEEN["device-subnet-too-big"].errors[0].split("support@")
    assert answer.errors[0].startswith(before_the_name)


def test_the_reconciler_says_that_a_large_subnet_comes_out_of_a_reservation(desk: Desk) -> None:
    said = desk.failed(EVERYTHING.replace("hostname: web", "hostname: web, public_ipv4_subnet_size: 29"))
    assert "insufficient public IPv4 space" in said
    assert "`ip_reservations`" in said


# device-delete-while-provisioning


def test_a_device_cannot_be_deleted_while_it_is_provisioning(desk: Desk) -> None:
    device = post_device(desk.api).json
    desk.api.wait(100)
    answered(desk.api.call("DELETE", f"/devices/{device['id']}"), "device-delete-while-provisioning")


def test_the_reconciler_waits_until_it_can_be_deleted(desk: Desk) -> None:
    desk.api.control("settings", {"provision_seconds": 3000})
    assert "not ready after 1800 s" in desk.failed(EVERYTHING)
    desk.destroy(EVERYTHING)
    assert desk.sent("DELETE", "/devices/{id}") > 1


# device-404-empty-id


def test_an_empty_id_is_not_found(desk: Desk) -> None:
    answered(desk.api.call("GET", "/devices?include=facility"), "device-404-empty-id")


def test_the_client_does_not_ask_for_an_empty_id(desk: Desk) -> None:
    with pytest.raises(WireError, match="refused to send"):
        desk.account.send(endpoints.get_device(""))
    assert desk.api.control("stats")["total"] == 0


# device-create-events


def test_a_new_devices_events_come_in_the_order_that_was_seen(desk: Desk) -> None:
    """A readme of 2016 counts 0, 46, 57, 77, 215 and 271 seconds for them; the words are those of 2019."""
    made = post_device(desk.api).json
    desk.api.wait(299)
    device = desk.api.get(f"/devices/{made['id']}")
    *happened, last = device["provisioning_events"]
    assert (device["state"], last["created_at"]) == ("provisioning", None)
    assert all(each["created_at"] for each in happened)
    bodies = [each["body"] for each in (*happened, last)]
    order = ["started", "Network configured with addresses", "Configuration written, restarting device",
             "Connected to magic install system", "Installation finished, rebooting server", "ready to go"]  # fmt: skip
    places = [next(place for place, body in enumerate(bodies) if words in body) for words in order]
    assert places == sorted(places)
    times = [each["created_at"] for each in happened]
    assert times == sorted(times)
    network = next(body for body in bodies if "Network configured" in body)
    assert all(each["address"] in network for each in device["ip_addresses"])
    desk.api.wait(1)
    assert desk.api.get(f"/devices/{made['id']}")["state"] == "active"


def test_the_reconciler_shows_them_while_it_waits(desk: Desk) -> None:
    desk.apply(EVERYTHING)
    assert any("Installation finished, rebooting server" in each for each in desk.progress())
