"""POST /projects/{id}/devices: what comes back, and what is made along with a device."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.emulator.client import DEVICE, Client, public_key

RECORDED_IN_2019 = {
    "id", "short_id", "hostname", "description", "state", "tags", "image_url", "billing_cycle", "user", "iqn",
    "locked", "bonding_mode", "created_at", "updated_at", "ipxe_script_url", "always_pxe", "storage", "customdata",
    "operating_system", "facility", "project", "ssh_keys", "project_lite", "volumes", "ip_addresses", "plan",
    "userdata", "switch_uuid", "network_ports", "href",
}  # fmt: skip
"""Fields of an active device in a list of March 2019."""


def test_the_answer_is_a_queued_device_with_all_its_events_still_to_come(api: Client, project: str) -> None:
    made = api.device(project)
    assert set(made) >= RECORDED_IN_2019
    assert (made["state"], made["provisioning_percentage"], made["ip_addresses"]) == ("queued", 0.0, [])
    events = made["provisioning_events"]
    assert [event["type"] for event in events] == [f"provisioning.{code}" for code in range(101, 111)]
    assert all(event["id"] is None and event["created_at"] is None for event in events)
    assert [port["name"] for port in made["network_ports"]] == ["bond0", "eth0", "eth1"]
    assert made["project"] == made["project_lite"] == {"href": f"/projects/{project}"}


def test_ids_and_names_have_the_apis_form(api: Client, project: str) -> None:
    made = api.device(project, hostname=None)
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", made["id"])
    assert made["short_id"] == made["id"][:8]
    assert made["hostname"] == f"{made['short_id']}.packethost.net"
    assert made["iqn"] == f"iqn.{made['created_at'][:7]}.net.packet:device.{made['short_id']}"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", made["created_at"])
    assert made["href"] == f"/devices/{made['id']}"


def test_what_was_asked_for_comes_back(api: Client, project: str) -> None:
    asked = {
        "description": "d", "tags": ["a", "b"], "userdata": "#!/bin/sh\necho ${HOME}\n", "locked": True,
        "billing_cycle": "monthly", "customdata": {"a": 1}, "always_pxe": True,
    }  # fmt: skip
    made = api.device(project, **asked)
    assert {name: made[name] for name in asked} == asked


def test_the_defaults_are_the_documented_ones(api: Client, project: str) -> None:
    made = api.device(project)
    expected: dict[str, object] = {
        "description": None, "tags": [], "billing_cycle": "hourly", "locked": False, "customdata": {}, "userdata": "",
        "always_pxe": False, "spot_instance": False, "image_url": None, "user": "root", "volumes": [],
    }  # fmt: skip
    assert {name: made[name] for name in expected} == expected


def test_slugs_old_slugs_and_ids_are_all_understood(api: Client, project: str) -> None:
    plan = next(plan for plan in api.get("/plans")["plans"] if plan["slug"] == "t1.small.x86")
    system = next(s for s in api.get("/operating-systems")["operating_systems"] if s["slug"] == "ubuntu_16_04")
    place = next(f for f in api.get("/facilities")["facilities"] if f["code"] == "ewr1")
    by_id = api.device(project, plan=plan["id"], operating_system=system["id"], facility=place["id"])
    by_old_slug = api.device(project, plan="baremetal_0", operating_system="ubuntu_16_04")
    for made in (by_id, by_old_slug):
        assert (made["plan"]["slug"], made["plan"]["class"]) == ("t1.small.x86", "t1.small.x86")
        assert (made["operating_system"]["slug"], made["facility"]["code"]) == ("ubuntu_16_04", "ewr1")


def test_the_first_facility_with_such_a_machine_is_taken(new_api: Callable[..., Client]) -> None:
    api = new_api(stock={"ewr1/c2.medium.x86": 1, "ams1/c2.medium.x86": 1, "nrt1/c2.medium.x86": 0})
    project = api.project()
    wish = ["ewr1", "nrt1", "nowhere", "ams1", "any"]
    assert [api.device(project, facility=wish)["facility"]["code"] for _ in range(3)] == ["ewr1", "ams1", "sjc1"]
    assert api.device(project, facility="any")["facility"]["code"] == "sjc1"


def test_the_keys_of_project_and_user_are_installed_unless_some_are_named(api: Client, project: str) -> None:
    of_project = api.get(f"/projects/{project}/ssh-keys")["ssh_keys"][0]
    of_user = api.make("/ssh-keys", {"label": "mine", "key": public_key(2)})
    user = api.get("/user")["id"]

    def installed(**fields: object) -> set[str]:
        return {key["href"] for key in api.device(project, **fields)["ssh_keys"]}

    assert installed() == {of_project["href"], of_user["href"]}
    assert installed(project_ssh_keys=[of_project["id"]]) == {of_project["href"]}
    assert installed(user_ssh_keys=[user]) == {of_user["href"]}
    assert installed(no_ssh_keys=True) == set()


def test_the_list_of_keys_is_frozen(api: Client, project: str) -> None:
    device = api.device(project)
    api.make(f"/projects/{project}/ssh-keys", {"label": "later", "key": public_key(5)})
    assert len(api.get(f"/devices/{device['id']}")["ssh_keys"]) == 1
    assert [key["label"] for key in api.get(f"/devices/{device['id']}/ssh-keys")["ssh_keys"]] == ["ops"]


def test_a_user_key_alone_is_enough(api: Client) -> None:
    project = api.project(key=None)
    api.make("/ssh-keys", {"label": "mine", "key": public_key(2)})
    assert api.device(project)["state"] == "queued"


def test_custom_ipxe_has_four_events_and_is_active_early(api: Client, project: str) -> None:
    made = api.device(project, operating_system="custom_ipxe", ipxe_script_url="https://boot.example/x.ipxe")
    assert [e["type"][-3:] for e in made["provisioning_events"]] == ["101", "102", "103", "110"]
    api.wait(1)
    assert api.get(f"/devices/{made['id']}")["state"] == "active"
    assert api.device(project, operating_system="custom_ipxe", userdata="#!iPXE\nboot")["ipxe_script_url"] is None


def test_a_spot_instance_shows_its_terms(api: Client, project: str) -> None:
    made = api.device(project, spot_instance=True, spot_price_max="0.9")
    assert (made["spot_instance"], made["spot_price_max"]) == (True, 0.9)


def test_ports_are_bonded_and_lead_to_each_other(api: Client, project: str) -> None:
    device = api.active_device(project)
    bond, eth0, eth1 = device["network_ports"]
    assert (bond["type"], bond["data"], bond["network_type"]) == ("NetworkBondPort", {"bonded": True}, "layer3")
    assert "mac" not in bond["data"]
    assert bond["connected_port"] is None
    for port in (eth0, eth1):
        assert port["type"] == "NetworkPort"
        assert port["bond"] == {"id": bond["id"], "name": "bond0"}
        assert re.fullmatch(r"02(:[0-9a-f]{2}){5}", port["data"]["mac"])
        assert "network_type" not in port
        assert port["connected_port"]["href"].startswith("/ports/")
    assert eth0["data"]["mac"] != eth1["data"]["mac"]
    for port in (bond, eth0, eth1):
        assert (port["virtual_networks"], port["native_virtual_network"]) == ([], None)
        assert api.get(port["href"]) == port
    assert {address["interface"]["href"] for address in device["ip_addresses"]} == {bond["href"]}


def test_a_four_port_plan_has_two_bonds(api: Client, project: str) -> None:
    ports = api.device(project, plan="n2.xlarge.x86")["network_ports"]
    names = {port["name"]: port.get("bond", {}).get("name") for port in ports}
    assert names == {
        "bond0": None, "bond1": None, "eth0": "bond0", "eth1": "bond1", "eth2": "bond0", "eth3": "bond1",
    }  # fmt: skip


def test_a_hybrid_only_plan_is_born_hybrid(api: Client, project: str) -> None:
    ports = api.device(project, plan="x1.small.x86", facility="sin1")["network_ports"]
    assert [port["data"]["bonded"] for port in ports] == [True, True, False]
    assert ports[0]["network_type"] == "hybrid"


def test_the_same_hostname_may_repeat(api: Client, project: str) -> None:
    for _ in range(3):
        api.make(f"/projects/{project}/devices", DEVICE)
    assert api.get(f"/projects/{project}/devices")["meta"]["total"] == 3
