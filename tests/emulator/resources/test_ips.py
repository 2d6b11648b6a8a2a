"""Address space: reservations, assignments, and the addresses a device is born with."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.client import DEVICE, Client

RECORDED_RESERVATION = {
    "id", "address_family", "netmask", "created_at", "details", "public", "cidr", "management", "manageable", "enabled",
    "global_ip", "customdata", "addon", "bill", "project", "project_lite", "assignments", "facility", "network",
    "address", "gateway", "available", "href", "tags",
}  # fmt: skip
RECORDED_ASSIGNMENT = {
    "id", "address_family", "netmask", "created_at", "details", "public", "cidr", "management", "manageable", "enabled",
    "global_ip", "customdata", "project", "project_lite", "facility", "assigned_to", "interface", "network", "address",
    "gateway", "href",
}  # fmt: skip


def reserve(api: Client, project: str, quantity: int = 4, **fields: object) -> Any:
    body = {"type": "public_ipv4", "quantity": quantity, "facility": "ewr1", **fields}
    return api.make(f"/projects/{project}/ips", body)


def assign(api: Client, device: Any, address: str, **fields: object) -> Any:
    return api.make(f"{device['href']}/ips", {"address": address, **fields})


def test_a_block_has_the_recorded_shape(api: Client, project: str) -> None:
    block = reserve(api, project, details="d", tags=["t"], customdata={"a": 1})
    assert set(block) == RECORDED_RESERVATION
    expected = {
        "address_family": 4, "netmask": "255.255.255.252", "cidr": 30, "public": True, "management": False,
        "manageable": True, "enabled": True, "global_ip": False, "addon": True, "bill": True, "assignments": [],
        "details": "d", "tags": ["t"], "customdata": {"a": 1}, "project": {"href": f"/projects/{project}"},
        "available": f"/ips/{block['id']}/available",
    }  # fmt: skip
    assert {name: block[name] for name in expected} == expected
    assert block["facility"]["code"] == "ewr1"
    network = ipaddress.ip_address(block["network"])
    assert [block["gateway"], block["address"]] == [str(network + 1), str(network + 2)]
    assert api.get(block["href"]) == block
    assert api.get(f"/projects/{project}/ips") == {"ip_addresses": [block]}


@pytest.mark.parametrize(("quantity", "cidr"), [(1, 32), (2, 31), (4, 30), (8, 29), (16, 28)])
def test_one_request_is_one_block_of_that_size(api: Client, project: str, quantity: int, cidr: int) -> None:
    block = reserve(api, project, quantity)
    assert block["cidr"] == cidr
    first = int(ipaddress.ip_address(block["network"]))
    offsets = [int(ipaddress.ip_address(block[name])) - first for name in ("gateway", "address")]
    assert offsets == {32: [0, 0], 31: [0, 1]}.get(cidr, [1, 2])


def test_blocks_never_overlap_and_are_reused_after_release(api: Client, project: str) -> None:
    blocks = [reserve(api, project, quantity) for quantity in (1, 16, 2, 8, 1, 4, 2)]
    networks = [ipaddress.ip_network(f"{block['network']}/{block['cidr']}") for block in blocks]
    assert not any(a.overlaps(b) for n, a in enumerate(networks) for b in networks[:n])
    for block in blocks:
        api.delete(block["href"])
    assert api.get(f"/projects/{project}/ips") == {"ip_addresses": []}
    assert reserve(api, project, 16)["network"] == "198.18.0.0"


def test_a_global_block_has_no_facility(api: Client, project: str) -> None:
    block = api.make(f"/projects/{project}/ips", {"type": "global_ipv4", "quantity": 1})
    assert (block["facility"], block["global_ip"], block["cidr"]) == (None, True, 32)
    assert block["network"] == block["address"] == block["gateway"]


REFUSED: list[tuple[dict[str, object], str]] = [
    ({"type": None}, "Type can't be blank"),
    ({"type": "private_ipv4"}, "private_ipv4 is not a valid type"),
    ({"quantity": None}, "Quantity can't be blank"),
    ({"quantity": 3}, "Quantity is invalid"),
    ({"quantity": 0}, "Quantity is invalid"),
    ({"quantity": 512}, "Quantity is invalid"),
    ({"quantity": "many"}, "Quantity is invalid"),
    ({"facility": None}, "Facility can't be blank"),
    ({"facility": "ny5"}, "ny5 is not a valid facility"),
    ({"type": "global_ipv4"}, "Facility must be blank"),
    ({"quantity": 32, "fail_on_approval_required": True}, "This request requires approval"),
]


@pytest.mark.parametrize(("fields", "text"), REFUSED)
def test_a_wrong_request_is_refused(api: Client, project: str, fields: dict[str, object], text: str) -> None:
    body = {"type": "public_ipv4", "quantity": 4, "facility": "ewr1", **fields}
    assert api.refused("POST", f"/projects/{project}/ips", body) == [text]


def test_a_large_block_is_only_acknowledged_as_in_2019(api: Client, project: str) -> None:
    body = {"type": "public_ipv4", "quantity": 32, "facility": "ewr1"}
    rows = len(api.control("ledger")["ledger"])
    answer = api.make(f"/projects/{project}/ips", body)
    assert set(answer) == {"message"}
    assert set(answer["message"]) == {"reasons", "address"}
    assert api.get(f"/projects/{project}/ips") == {"ip_addresses": []}
    assert len(api.control("ledger")["ledger"]) == rows


def test_more_than_a_slash_30_of_global_addresses_is_over_quota(api: Client, project: str) -> None:
    path = f"/projects/{project}/ips"
    api.make(path, {"type": "global_ipv4", "quantity": 2})
    api.make(path, {"type": "global_ipv4", "quantity": 2})
    assert "message" in api.make(path, {"type": "global_ipv4", "quantity": 1})


def test_over_quota_may_be_pending_until_it_is_granted(new_api: Callable[..., Client]) -> None:
    api = new_api(over_quota="pending", review_seconds=60)
    project = api.project()
    block = reserve(api, project, 64)
    assert (block["state"], block["address"], block["enabled"]) == ("pending", None, False)
    device = api.active_device(project)
    assert api.refused("POST", f"{device['href']}/ips", {"address": "198.18.0.0/32"})
    api.wait(61)
    granted = api.get(block["href"])
    assert (granted["state"], granted["cidr"]) == ("created", 26)
    assign(api, device, f"{granted['network']}/32")


def test_a_pending_block_has_nothing_to_give_and_may_be_denied(new_api: Callable[..., Client]) -> None:
    api = new_api(over_quota="pending", review_seconds=60, review_outcome="denied")
    project = api.project()
    block, device = reserve(api, project, 32), api.active_device(project)
    wish = {**DEVICE, "public_ipv4_subnet_size": 29}
    api.call("POST", f"/projects/{project}/bgp-configs", {"deployment_type": "local"})
    api.make(f"{device['href']}/bgp/sessions", {"address_family": "ipv4"})
    for state in ("pending", "denied"):
        seen = api.get(block["href"])
        assert (seen["state"], seen["enabled"], seen["network"], seen["cidr"]) == (state, False, None, None)
        assert api.get(block["available"]) == {"available": []}
        assert api.refused("POST", f"/projects/{project}/devices", wish)
        (neighbor,) = api.get(f"{device['href']}/bgp/neighbors")["bgp_neighbors"]
        assert [route["route"] for route in neighbor["routes_in"]] == ["10.0.0.0/25"]
        api.wait(60)
    api.delete(block["href"])


def test_a_device_takes_its_subnet_out_of_a_block_that_was_granted(new_api: Callable[..., Client]) -> None:
    api = new_api(over_quota="pending", review_seconds=60)
    project = api.project()
    block = reserve(api, project, 32)
    api.wait(60)
    device = api.active_device(project, public_ipv4_subnet_size=29)
    assert device["ip_addresses"][0]["parent_block"]["href"] == block["href"]


def test_over_quota_may_be_denied(new_api: Callable[..., Client]) -> None:
    api = new_api(over_quota="deny")
    body = {"type": "public_ipv4", "quantity": 32, "facility": "ewr1"}
    assert api.refused("POST", f"/projects/{api.project()}/ips", body) == ["This request requires approval"]


def test_a_block_can_be_described_anew(api: Client, project: str) -> None:
    block = reserve(api, project)
    changes = {"details": "new", "tags": ["new"], "customdata": {"new": 1}}
    for name, value in changes.items():
        assert api.call("PATCH", block["href"], {name: value}).json[name] == value
    got = api.get(block["href"])
    assert {name: got[name] for name in changes} == changes
    for path in (f"{block['href']}/customdata", f"/projects/{project}/ips/{block['id']}/customdata"):
        assert api.get(path) == {"new": 1}
    other = api.make("/projects", {"name": "other"})
    assert api.call("GET", f"/projects/{other['id']}/ips/{block['id']}/customdata").status == 404


def test_available_lists_the_free_blocks_of_a_size(api: Client, project: str) -> None:
    block, device = reserve(api, project, 4), api.active_device(project)
    start = ipaddress.ip_address(block["network"])
    assert api.get(f"{block['available']}?cidr=31") == {"available": [f"{start}/31", f"{start + 2}/31"]}
    assign(api, device, f"{start + 1}/32")
    assert api.get(f"{block['available']}?cidr=32") == {"available": [f"{start + n}/32" for n in (0, 2, 3)]}
    assert api.get(block["available"]) == api.get(f"{block['available']}?cidr=32")
    assert api.get(f"{block['available']}?cidr=30") == {"available": []}
    assert api.refused("GET", f"{block['available']}?cidr=29") == ["Cidr is invalid"]


def test_an_assignment_has_the_recorded_shape_and_shows_on_device_and_block(api: Client, project: str) -> None:
    block, device = reserve(api, project, 2), api.active_device(project)
    made = assign(api, device, f"{block['network']}/32", customdata={"a": 1})
    assert set(made) - {"tags"} == RECORDED_ASSIGNMENT | {"parent_block"}
    assert (made["management"], made["manageable"], made["cidr"]) == (False, True, 32)
    assert made["network"] == made["address"] == made["gateway"] == block["network"]
    assert made["assigned_to"] == {"href": device["href"]}
    assert made["interface"] == {"href": device["network_ports"][0]["href"]}
    parent = {"network": block["network"], "netmask": "255.255.255.254", "cidr": 31, "href": block["href"]}
    assert made["parent_block"] == parent
    assert api.get(block["href"])["assignments"] == [{"href": made["href"]}]
    assert api.get(f"{device['href']}/ips")["ip_addresses"][-1] == made
    assert api.get(device["href"])["ip_addresses"][-1] == made
    assert api.get(f"{device['href']}/ips/{made['id']}/customdata") == {"a": 1}


def test_an_address_alone_is_one_address(api: Client, project: str) -> None:
    block, device = reserve(api, project, 2), api.active_device(project)
    assert assign(api, device, block["address"])["cidr"] == 32


def test_an_unassigned_address_is_free_again(api: Client, project: str) -> None:
    block, device = reserve(api, project, 1), api.active_device(project)
    made = assign(api, device, f"{block['address']}/32")
    assert api.refused("POST", f"{device['href']}/ips", {"address": block["address"]}) == [
        "Address is already assigned"
    ]
    api.delete(made["href"])
    assert api.call("GET", made["href"]).status == 404
    assert api.get(block["href"])["assignments"] == []
    assign(api, device, block["address"])


def test_addresses_that_cannot_be_assigned_are_told_in_the_apis_words(api: Client, project: str) -> None:
    block, device = reserve(api, project), api.active_device(project)
    elsewhere = reserve(api, project, facility="ams1")
    path = f"{device['href']}/ips"
    unknown = ["Address is not reserved for the project", "Facility is required"]
    assert api.refused("POST", path, {"address": "203.0.113.9/32"}) == unknown
    assert api.refused("POST", path, {"address": f"{elsewhere['address']}/32"}) == unknown
    assert api.refused("POST", path, {"address": f"{block['network']}/28"}) == unknown
    assert api.refused("POST", path, {"address": "147.75.68.6/32}"}) == ["Facility can't be blank"]
    assert api.refused("POST", path, {}) == ["Address can't be blank"]


def test_a_global_address_goes_once_into_each_facility(api: Client, project: str) -> None:
    block = api.make(f"/projects/{project}/ips", {"type": "global_ipv4", "quantity": 1})
    here, there = api.active_device(project), api.active_device(project, facility="ams1")
    second_here = api.active_device(project)
    edge = api.active_device(project, facility="sin1", plan="x1.small.x86")
    first = assign(api, here, f"{block['address']}/32")
    second = assign(api, there, f"{block['address']}/32")
    assert (first["global_ip"], first["facility"]["code"], second["facility"]["code"]) == (True, "ewr1", "ams1")
    assert len(api.get(block["href"])["assignments"]) == 2
    address = {"address": block["address"]}
    assert api.refused("POST", f"{second_here['href']}/ips", address) == ["Address is already assigned"]
    assert api.refused("POST", f"{edge['href']}/ips", address) == ["sin1 does not support global IPs"]
    for made in (first, second):
        api.delete(made["href"])
    api.delete(block["href"])


def test_a_block_in_use_cannot_be_released(api: Client, project: str) -> None:
    block, device = reserve(api, project), api.active_device(project)
    made = assign(api, device, block["address"])
    text = "Cannot delete an IP reservation while it has assignments"
    assert api.refused("DELETE", block["href"]) == [text]
    api.delete(made["href"])
    api.delete(block["href"])
    assert api.call("GET", block["href"]).status == 404


def test_management_addresses_and_automatic_blocks_cannot_be_deleted(api: Client, project: str) -> None:
    device = api.active_device(project)
    assert api.refused("DELETE", device["ip_addresses"][0]["href"]) == ["Cannot delete a management IP address"]
    for block in api.get(f"/projects/{project}/ips")["ip_addresses"]:
        assert api.refused("DELETE", block["href"]) == ["Cannot delete an IP block that is managed by the project"]


def test_a_device_is_born_with_three_addresses_in_the_recorded_order(api: Client, project: str) -> None:
    addresses = api.active_device(project)["ip_addresses"]
    assert [(a["address_family"], a["public"], a["cidr"]) for a in addresses] == [
        (4, True, 31), (6, True, 127), (4, False, 31),
    ]  # fmt: skip
    for a in addresses:
        assert (a["management"], a["manageable"], a["enabled"], a["global_ip"]) == (True, True, True, None)
        assert (a["project"], a["project_lite"]) == ({}, {})
        network = ipaddress.ip_address(a["network"])
        assert (a["gateway"], a["address"]) == (str(network), str(network + 1))
    assert addresses[1]["netmask"] == "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"


def test_the_first_device_in_a_facility_brings_two_blocks_that_survive_it(api: Client, project: str) -> None:
    assert api.get(f"/projects/{project}/ips")["ip_addresses"] == []
    device = api.active_device(project)
    blocks = api.get(f"/projects/{project}/ips")["ip_addresses"]
    shapes = [(b["address_family"], b["public"], b["cidr"], b["addon"], b["bill"], b["global_ip"]) for b in blocks]
    assert shapes == [(6, True, 56, False, False, None), (4, False, 25, False, False, None)]
    used = {device["ip_addresses"][1]["href"], device["ip_addresses"][2]["href"]}
    assert {a["href"] for b in blocks for a in b["assignments"]} == used
    for block, address in zip(blocks, device["ip_addresses"][1:], strict=True):
        network = ipaddress.ip_network(f"{block['network']}/{block['cidr']}")
        assert ipaddress.ip_address(address["address"]) in network
        assert address["network"] == block["address"]  # .130 of .128/25, ::2 of ::/56
    api.delete(device["href"])
    api.wait(2)
    after = api.get(f"/projects/{project}/ips")["ip_addresses"]
    assert [(b["id"], b["assignments"]) for b in after] == [(b["id"], []) for b in blocks]


def test_a_full_private_block_is_followed_by_another(api: Client, project: str) -> None:
    for _ in range(64):
        api.device(project)
    private = [b for b in api.get(f"/projects/{project}/ips?ipv4=true")["ip_addresses"] if not b["public"]]
    assert [block["cidr"] for block in private] == [25, 25]


def test_the_list_is_narrowed_by_family_and_publicity(api: Client, project: str) -> None:
    api.active_device(project)
    reserve(api, project)
    path = f"/projects/{project}/ips"
    assert [b["cidr"] for b in api.get(f"{path}?ipv6=true")["ip_addresses"]] == [56]
    assert [b["cidr"] for b in api.get(f"{path}?ipv4=true&public=true")["ip_addresses"]] == [30]
    assert [b["cidr"] for b in api.get(f"{path}?public=false")["ip_addresses"]] == [25]


@pytest.mark.parametrize(("types", "cidrs"), [
    ("public_ipv4", [30]), ("private_ipv4", [25]), ("public_ipv6", [56]), ("global_ipv4", [31]),
    ("public_ipv4,global_ipv4", [30, 31]), ("other", []), ("", [56, 25, 30, 31]),
])  # fmt: skip
def test_the_list_is_narrowed_by_type(api: Client, project: str, types: str, cidrs: list[int]) -> None:
    api.active_device(project)
    reserve(api, project)
    api.make(f"/projects/{project}/ips", {"type": "global_ipv4", "quantity": 2})
    assert [b["cidr"] for b in api.get(f"/projects/{project}/ips?types={types}")["ip_addresses"]] == cidrs


def test_private_and_ipv6_space_can_be_assigned_too(api: Client, project: str) -> None:
    device = api.active_device(project)
    ipv6, ipv4 = api.get(f"/projects/{project}/ips")["ip_addresses"]
    wide = api.get(f"{ipv6['available']}?cidr=64")["available"][0]
    narrow = api.get(f"{ipv4['available']}?cidr=29")["available"][0]
    for text, block in ((wide, ipv6), (narrow, ipv4)):
        made = assign(api, device, text)
        assert f"{made['network']}/{made['cidr']}" == text
        assert (made["public"], made["management"]) == (block["public"], False)
        assert {"href": made["href"]} in api.get(block["href"])["assignments"]
        assert text not in api.get(f"{block['available']}?cidr={made['cidr']}")["available"]


def test_the_named_blocks_are_tried_one_after_the_other(api: Client, project: str) -> None:
    first, second = reserve(api, project, 4), reserve(api, project, 8)
    public = {"address_family": 4, "public": True, "cidr": 30, "ip_reservations": [first["id"], second["id"]]}
    wish = [{"address_family": 4, "public": False}, public]
    parents = [
        api.active_device(project, ip_addresses=wish)["ip_addresses"][0]["parent_block"]["href"] for _ in range(3)
    ]
    assert parents == [first["href"], second["href"], second["href"]]
    assert len(api.refused("POST", f"/projects/{project}/devices", {**DEVICE, "ip_addresses": wish})) == 1


def test_a_devices_addresses_can_be_chosen(api: Client, project: str) -> None:
    private_only = api.active_device(project, ip_addresses=[{"address_family": 4, "public": False}])
    assert [a["public"] for a in private_only["ip_addresses"]] == [False]
    wider = api.active_device(project, public_ipv4_subnet_size=30)
    assert wider["ip_addresses"][0]["cidr"] == 30
    windows = api.active_device(project, operating_system="windows_2012_rc2")
    assert windows["ip_addresses"][0]["cidr"] == 30
    esxi = api.active_device(project, operating_system="vmware_esxi_6")
    first = ipaddress.ip_address(esxi["ip_addresses"][0]["network"])
    numbers = {name: esxi["ip_addresses"][0][name] for name in ("cidr", "gateway", "address")}
    assert numbers == {"cidr": 29, "gateway": str(first + 1), "address": str(first + 2)}


def test_a_device_takes_its_public_address_out_of_a_named_block(api: Client, project: str) -> None:
    block = reserve(api, project, 8)
    wish = [
        {"address_family": 4, "public": False},
        {"address_family": 4, "public": True, "cidr": 29, "ip_reservations": [block["id"]]},
    ]
    device = api.active_device(project, ip_addresses=wish)
    public = device["ip_addresses"][0]
    assert (public["network"], public["management"]) == (block["network"], True)
    assert api.get(block["href"])["assignments"] == [{"href": public["href"]}]
    assert len(api.refused("POST", f"/projects/{project}/devices", {**DEVICE, "ip_addresses": wish})) == 1
    api.delete(device["href"])
    api.wait(2)
    assert api.get(block["href"])["assignments"] == []


def test_a_large_subnet_comes_out_of_the_projects_own_space(api: Client, project: str) -> None:
    block = reserve(api, project, 16)
    device = api.active_device(project, public_ipv4_subnet_size=29)
    assert device["ip_addresses"][0]["network"] == block["network"]


def test_addresses_of_a_deleted_device_come_free_when_it_is_gone(api: Client, project: str) -> None:
    block, device = reserve(api, project, 1), api.active_device(project)
    assign(api, device, block["address"])
    api.delete(device["href"])
    assert api.refused("DELETE", block["href"])
    other = api.active_device(project)
    api.wait(2)
    assert api.get(block["href"])["assignments"] == []
    assign(api, other, block["address"])


def test_nothing_can_be_put_on_a_device_that_is_going(api: Client, project: str) -> None:
    block, device = reserve(api, project, 1), api.active_device(project)
    api.delete(device["href"])
    body = {"address": block["address"]}
    assert api.refused("POST", f"{device['href']}/ips", body) == ["Device is being deprovisioned"]
