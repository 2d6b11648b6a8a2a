"""What a device create is told when it cannot be; the texts are those that clients match on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.emulator.client import DEVICE, Client

NO_SPACE = (
    "The specified project contains insufficient public IPv4 space to complete the request. "
    "Please e-mail support@packet.com."
)

CASES: dict[str, tuple[dict[str, object], str]] = {
    "no plan": ({"plan": None}, "Plan can't be blank"),
    "unknown plan": ({"plan": "c9.huge"}, "c9.huge is not a valid plan"),
    "storage plan": ({"plan": "storage_1"}, "storage_1 is not a valid plan"),
    "no system": ({"operating_system": ""}, "Operating system can't be blank"),
    "unknown system": ({"operating_system": "beos"}, "beos is not a valid operating system"),
    "system not for plan": (
        {"operating_system": "windows_2012_rc2", "plan": "c1.large.arm"},
        "Operating system windows_2012_rc2 is not provisionable on c1.large.arm",
    ),
    "no facility": ({"facility": None}, "Facility can't be blank"),
    "empty list": ({"facility": []}, "Facility can't be blank"),
    "list of unknown": ({"facility": ["xxx1", "yyy1"]}, "Facility can't be blank"),
    "list of places that do not have the plan": ({"facility": ["sin1", "hkg1"]}, "Facility can't be blank"),
    "unknown facility": ({"facility": "ny5"}, "ny5 is not a valid facility"),
    "plan not offered there": (
        {"facility": "sin1"},
        "The facility sin1 has no provisionable c2.medium.x86 servers matching your criteria",
    ),
    "underscore": ({"hostname": "web_1"}, "Hostname is invalid"),
    "unknown reservation": (
        {"hardware_reservation_id": "b1a6a5a4-0000-4000-8000-000000000000"},
        "There are no available hardware reservations for selected plan and facility",
    ),
    "next available": (
        {"hardware_reservation_id": "next-available"},
        "There are no available hardware reservations for selected plan and facility",
    ),
    "unknown key": ({"project_ssh_keys": ["nope"]}, "Project SSH keys are invalid"),
    "unknown user": ({"user_ssh_keys": ["nope"]}, "User SSH keys are invalid"),
    "large subnet": ({"public_ipv4_subnet_size": 29}, NO_SPACE),
    "subnet too large": ({"public_ipv4_subnet_size": 27}, "Public ipv4 subnet size is invalid"),
    "no private address": ({"ip_addresses": [{"address_family": 4, "public": True}]}, "Private IPv4 is required"),
    "two public addresses": (
        {"ip_addresses": [{"address_family": 4, "public": p} for p in (True, True, False)]},
        "Only one public IPv4 entry is allowed",
    ),
    "public address needed": (
        {"operating_system": "windows_2012_rc2", "ip_addresses": [{"address_family": 4, "public": False}]},
        "Public IPv4 is required",
    ),
    "no such block": (
        {"ip_addresses": [
            {"address_family": 4, "public": False},
            {"address_family": 4, "public": True, "cidr": 30, "ip_reservations": ["nope"]},
        ]},
        NO_SPACE,
    ),
    "ipxe without script": ({"operating_system": "custom_ipxe"}, "Ipxe script url can't be blank"),
    "ipxe script twice": (
        {"operating_system": "custom_ipxe", "ipxe_script_url": "http://x", "userdata": "#!ipxe"},
        "Ipxe script url and an iPXE script in userdata cannot be used together",
    ),
    "ipxe script for another system": (
        {"ipxe_script_url": "http://x"},
        "Ipxe script url can only be used with custom_ipxe",
    ),
    "low bid": (
        {"spot_instance": True, "spot_price_max": 0.01},
        "Spot price max is lower than the current market price",
    ),
    "no bid": ({"spot_instance": True}, "Spot price max can't be blank"),
    "past end": ({"termination_time": "2001-01-01T00:00:00Z"}, "Termination time must be in the future"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_create_is_refused_and_changes_nothing(api: Client, project: str, name: str) -> None:
    fields, text = CASES[name]
    ledger = api.control("ledger")
    assert api.refused("POST", f"/projects/{project}/devices", {**DEVICE, **fields}) == [text]
    assert api.get(f"/projects/{project}/devices")["devices"] == []
    assert api.get(f"/projects/{project}/ips")["ip_addresses"] == []
    assert api.control("ledger") == ledger


def test_a_project_and_user_without_any_key_cannot_have_a_device(api: Client) -> None:
    project = api.project(key=None)
    assert api.refused("POST", f"/projects/{project}/devices", DEVICE) == ["must have at least one SSH key"]
    api.control("settings", {"require_ssh_key": False})
    assert api.device(project)["ssh_keys"] == []


def test_a_facility_runs_out_of_machines_and_gets_them_back(new_api: Callable[..., Client]) -> None:
    api = new_api(stock={"ewr1/c2.medium.x86": 2}, deprovision_seconds=5)
    project = api.project()
    first = api.active_device(project)
    api.device(project)
    text = "The facility ewr1 has no provisionable c2.medium.x86 servers matching your criteria"
    assert api.refused("POST", f"/projects/{project}/devices", DEVICE) == [text]
    api.delete(f"/devices/{first['id']}")
    assert api.refused("POST", f"/projects/{project}/devices", DEVICE) == [text]
    api.wait(6)
    api.device(project)


def test_an_unknown_project_is_404(api: Client) -> None:
    answer = api.call("POST", "/projects/b1a6a5a4-0000-4000-8000-000000000000/devices", DEVICE)
    assert (answer.status, answer.errors) == (404, ["Not found"])
