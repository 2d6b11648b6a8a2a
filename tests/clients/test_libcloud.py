"""apache-libcloud's Equinix Metal driver: parameters in the query, the prefix `/metal/v1`, and metros of 2021.

The emulator has no metros, which came after 2019: a node's place is given as `facility`, beside the metro that the
driver insists on.
"""

from __future__ import annotations

from typing import Any

import pytest
from libcloud.compute.base import Node, NodeLocation
from libcloud.compute.drivers.equinixmetal import EquinixMetalNodeDriver
from libcloud.compute.types import InvalidCredsError, NodeState

from reconciler.emulator import Emulator
from tests.clients.conftest import TOKEN
from tests.clients.pointing import libcloud_driver
from tests.emulator.client import public_key


@pytest.fixture
def project(server: Emulator, driver: EquinixMetalNodeDriver) -> str:
    """The id of a project; the driver has no call that makes one. The user has a key."""
    driver.create_key_pair("ops", public_key(1))
    made: str = driver.connection.request("/metal/v1/projects", params={"name": "clients"}, method="POST").object["id"]
    return made


def node(driver: EquinixMetalNodeDriver, project: str, name: str = "edge-01", **fields: Any) -> Node:
    return driver.create_node(
        name=name,
        size=next(each for each in driver.list_sizes(project) if each.id == "c2.medium.x86"),
        image=next(each for each in driver.list_images() if each.id == "ubuntu_18_04"),
        location=NodeLocation("ewr1", "Parsippany", None, driver, {"code": "ny"}),
        ex_project_id=project,
        **{"facility": "ewr1", **fields},
    )


def only_node(driver: EquinixMetalNodeDriver, project: str) -> Node:
    (found,) = driver.list_nodes(project)
    return found


def test_a_wrong_token_is_told_as_such(server: Emulator) -> None:
    with libcloud_driver(server.url, "wrong") as client, pytest.raises(InvalidCredsError) as refused:
        client.ex_list_projects()
    assert str(refused.value) == "'Invalid authentication token'"


def test_a_refusal_carries_the_texts_of_the_api(driver: EquinixMetalNodeDriver, project: str) -> None:
    with pytest.raises(Exception, match="Facility can't be blank"):
        node(driver, project, facility="")


def test_projects_are_found_by_name(server: Emulator, driver: EquinixMetalNodeDriver, project: str) -> None:
    assert [(each.id, each.name) for each in driver.projects] == [(project, "clients")]
    with libcloud_driver(server.url, TOKEN, project="clients") as client:
        assert client.projects
        assert client.project_id == project


def test_the_catalogue_is_read(driver: EquinixMetalNodeDriver) -> None:
    size = next(each for each in driver.list_sizes() if each.id == "c2.medium.x86")
    assert (size.ram, size.price, size.extra["line"]) == (65536, 1.0, "baremetal")
    image = next(each for each in driver.list_images() if each.id == "ubuntu_18_04")
    assert (image.extra["distro"], image.extra["version"]) == ("ubuntu", "18.04")


def test_metros_came_later(driver: EquinixMetalNodeDriver) -> None:
    with pytest.raises(Exception, match="Not found"):
        driver.list_locations()


def test_a_node_is_made_changed_and_destroyed(driver: EquinixMetalNodeDriver, project: str) -> None:
    made = node(driver, project, cloud_init="#cloud-config\n", tags=["edge"])
    assert (made.name, made.size.id, made.image.id) == ("edge-01", "c2.medium.x86", "ubuntu_18_04")
    running = only_node(driver, project)
    assert (running.id, running.state, running.extra["userdata"]) == (made.id, NodeState.RUNNING, "#cloud-config\n")
    assert (len(running.public_ips), len(running.private_ips)) == (2, 1)
    assert driver.ex_update_node(running, description="by libcloud", hostname="edge-02")
    changed = only_node(driver, project)
    assert (changed.name, changed.extra["description"]) == ("edge-02", "by libcloud")
    driver.destroy_node(changed)
    assert driver.list_nodes(project) == []


def test_nodes_of_all_projects_are_listed(driver: EquinixMetalNodeDriver, project: str) -> None:
    made = node(driver, project)
    assert [each.id for each in driver.list_nodes()] == [made.id]


def test_a_node_takes_actions(driver: EquinixMetalNodeDriver, project: str) -> None:
    """The driver wants 200 and is given 202, as the service did: its answers are False, and the work is done."""
    made = node(driver, project)
    driver.stop_node(made)
    assert only_node(driver, project).state in {NodeState.REBOOTING, NodeState.STOPPED}


def test_a_key_pair_is_made_and_deleted(driver: EquinixMetalNodeDriver) -> None:
    made = driver.create_key_pair("laptop", public_key(2))
    assert (made.extra["label"], made.public_key) == ("laptop", public_key(2))
    assert [each.fingerprint for each in driver.list_key_pairs()] == [made.fingerprint]
    assert driver.delete_key_pair(made)
    assert driver.list_key_pairs() == []


def test_an_address_is_reserved_assigned_and_taken_off(driver: EquinixMetalNodeDriver, project: str) -> None:
    path = f"/metal/v1/projects/{project}/ips"
    wanted = {"type": "public_ipv4", "quantity": 1, "facility": "ewr1", "comments": "by libcloud"}
    block = driver.connection.request(path, params=wanted, method="POST").object
    assert driver.ex_describe_address(block["id"])["network"] == block["network"]
    made = node(driver, project)
    address = driver.ex_associate_address_with_node(made, f"{block['network']}/32", manageable=True)
    assigned = driver.ex_list_ip_assignments_for_node(made)["ip_addresses"]
    assert address["id"] in [each["id"] for each in assigned]
    used = driver.ex_describe_all_addresses_for_project(project, only_associated=True)
    assert block["id"] in [each["id"] for each in used]
    driver.ex_disassociate_address(address["id"])
    assert driver.ex_describe_address(block["id"])["assignments"] == []


def test_a_global_address_is_reserved(driver: EquinixMetalNodeDriver, project: str) -> None:
    made = driver.ex_request_address_reservation(project, comments="anycast", customdata='{"a": 1}')
    assert (made["global_ip"], made["customdata"], made["cidr"]) == (True, {"a": 1}, 32)


def test_bgp_is_read_and_a_session_made(driver: EquinixMetalNodeDriver, project: str) -> None:
    assert driver.ex_get_bgp_config(project) == []
    wanted = {"deployment_type": "local", "asn": 65000}
    driver.connection.request(f"/metal/v1/projects/{project}/bgp-configs", params=wanted, method="POST")
    assert [each["asn"] for each in driver.ex_get_bgp_config()] == [65000]
    made = node(driver, project)
    session = driver.ex_create_bgp_session(made, "ipv4")
    assert driver.ex_get_bgp_session(session["id"])["address_family"] == "ipv4"
    assert [each["id"] for each in driver.ex_list_bgp_sessions_for_node(made)["bgp_sessions"]] == [session["id"]]
    assert [each["id"] for each in driver.ex_list_bgp_sessions()] == [session["id"]]
    driver.ex_delete_bgp_session(session["id"])
    assert driver.ex_list_bgp_sessions(project) == []


def test_events_and_bandwidth_are_read(driver: EquinixMetalNodeDriver, project: str) -> None:
    made = node(driver, project)
    assert len(driver.ex_list_events_for_node(made, per_page=3)["events"]) == 3
    series = driver.ex_get_node_bandwidth(made, 1552942900, 1552943900)["bandwidth"]
    assert [each["target"] for each in series] == ["inbound", "outbound"]
