"""What conversions do to a device's addresses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.client import Client
from tests.emulator.ports.machine import USUAL_ADDRESSES, Machine


@pytest.fixture
def machine(api: Client, project: str) -> Machine:
    return Machine.of(api, project)


def elastic(machine: Machine) -> Any:
    """An elastic address on the machine."""
    path = f"/projects/{machine.project}/ips"
    block = machine.api.make(path, {"type": "public_ipv4", "quantity": 1, "facility": "ewr1"})
    return machine.api.make(f"{machine.href}/ips", {"address": f"{block['address']}/32"})


def test_layer_2_takes_every_address_and_gives_elastic_ones_back_to_their_block(machine: Machine) -> None:
    address = elastic(machine)
    machine.act("bond0", "convert/layer-2")
    assert machine.get()["ip_addresses"] == machine.api.get(f"{machine.href}/ips")["ip_addresses"] == []
    assert machine.api.call("GET", address["href"]).status == 404
    block = machine.api.get(address["parent_block"]["href"])
    assert block["assignments"] == []
    machine.api.delete(block["href"])


def test_layer_3_gives_new_ones(machine: Machine) -> None:
    before = {a["address"] for a in machine.get()["ip_addresses"]}
    machine.act("bond0", "convert/layer-2")
    machine.act("bond0", "convert/layer-3")
    after = machine.get()["ip_addresses"]
    assert [(a["address_family"], a["public"]) for a in after] == USUAL_ADDRESSES
    assert not before & {a["address"] for a in after}
    for address in after:
        assert address["management"] is True
        assert address["interface"]["href"] == machine.ports()["bond0"]["href"]
        assert address["assigned_to"]["href"] == machine.href
    again = Machine.of(machine.api, machine.project).get()["ip_addresses"]
    assert before == {a["address"] for a in again}, "what was lost is free for others"


@pytest.mark.parametrize(("asked", "given"), [
    ([], USUAL_ADDRESSES),
    ([{"address_family": 4, "public": False}], [(4, False)]),
    ([{"address_family": 4, "public": False}, {"address_family": 4, "public": True}], [(4, True), (4, False)]),
    ([{"address_family": 6}, {"address_family": 6, "public": True}], [(6, True)]),
])  # fmt: skip
def test_the_addresses_asked_for_are_given(machine: Machine, asked: object, given: list[tuple[int, bool]]) -> None:
    machine.act("bond0", "convert/layer-2")
    machine.act("bond0", "convert/layer-3", {"request_ips": asked})
    assert machine.addresses() == given


@pytest.mark.parametrize("asked", [
    [{"address_family": 6, "public": False}], [{"address_family": 5, "public": True}], [{}], "4", [4],
])  # fmt: skip
def test_addresses_of_no_known_kind_are_refused(machine: Machine, asked: object) -> None:
    machine.act("bond0", "convert/layer-2")
    assert machine.refused("bond0", "convert/layer-3", {"request_ips": asked}) == "Request ips is invalid"


def test_windows_gets_its_larger_subnet_again(api: Client, project: str) -> None:
    machine = Machine.of(api, project, plan="c1.xlarge.x86", operating_system="windows_2012_rc2")
    machine.act("bond0", "convert/layer-2")
    machine.act("bond0", "convert/layer-3")
    assert machine.get()["ip_addresses"][0]["cidr"] == 30


def test_no_address_can_be_assigned_in_layer_2(machine: Machine) -> None:
    path = f"/projects/{machine.project}/ips"
    block = machine.api.make(path, {"type": "public_ipv4", "quantity": 1, "facility": "ewr1"})
    body = {"address": f"{block['address']}/32"}
    machine.act("bond0", "convert/layer-2")
    assert machine.api.refused("POST", f"{machine.href}/ips", body) == ["bond0 is configured for Layer 2"]
    machine.act("bond0", "convert/layer-3")
    machine.api.make(f"{machine.href}/ips", body)


def test_breaking_a_member_out_leaves_the_addresses(machine: Machine) -> None:
    before = machine.get()["ip_addresses"]
    machine.act("eth1", "disbond")
    assert machine.get()["ip_addresses"] == before


def test_the_second_bond_never_has_addresses(api: Client, project: str) -> None:
    machine = Machine.of(api, project, plan="n2.xlarge.x86")
    before = machine.get()["ip_addresses"]
    machine.act("bond1", "convert/layer-2")
    machine.act("bond1", "convert/layer-3", {"request_ips": [{"address_family": 4, "public": True}]})
    assert machine.get()["ip_addresses"] == before


def test_the_ledger_names_the_addresses_that_went_and_came(machine: Machine) -> None:
    lost = {a["id"] for a in machine.get()["ip_addresses"]}
    machine.act("bond0", "convert/layer-2")
    machine.act("bond0", "convert/layer-3")
    away, back = machine.api.control("ledger")["ledger"][-2:]
    assert (set(away["deleted"]), away["created"]) == (lost, [])
    assert (set(back["created"]), back["deleted"]) == ({a["id"] for a in machine.get()["ip_addresses"]}, [])


def test_a_world_read_from_its_file_knows_what_was_lost(new_api: Callable[..., Client], tmp_path: Path) -> None:
    file = str(tmp_path / "world.db")
    first = new_api(db=file)
    machine = Machine.of(first, first.project())
    before = {a["address"] for a in machine.get()["ip_addresses"]}
    machine.act("bond0", "convert/layer-2")
    first.emulator.stop()
    again = Machine(new_api(db=file), machine.project, machine.href)
    assert again.state()[0] == ["layer2-bonded"]
    again.act("bond0", "convert/layer-3")
    assert not before & {a["address"] for a in again.get()["ip_addresses"]}
