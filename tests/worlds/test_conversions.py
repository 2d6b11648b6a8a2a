"""Who reads a machine's addresses waits for the conversion that gives or takes them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.worlds.account import Account
from tests.worlds.running import applied, plan, read
from tests.worlds.stacks import public_key


def stack_of(network_type: str) -> dict[str, Any]:
    machine = {"facility": "ewr1", "plan": "c2.medium.x86", "operating_system": "ubuntu_18_04"}
    reads = "${{ project.devices.gateway.private_ipv4 | default('nothing', true) }}"
    devices = {
        "gateway": {**machine, "hostname": "gateway", "network_type": network_type},
        "node": {**machine, "hostname": "node", "description": reads},
    }
    keys = {"ops": {"label": "ops", "key": public_key(1)}}
    return {"stack": "lab", "projects": {"lab": {"name": "Lab", "ssh_keys": keys, "devices": devices}}}


def read_by_node(account: Account) -> tuple[str, str]:
    """The gateway's private address, and what the node has of it."""
    (project,) = account.listed("/projects", "projects")
    devices = {each["hostname"]: each for each in account.listed(f"/projects/{project['id']}/devices", "devices")}
    private = [each["address"] for each in devices["gateway"]["ip_addresses"] if not each["public"]]
    return (private or ["nothing"])[0], devices["node"]["description"]


@pytest.mark.parametrize("born", ["layer3", "hybrid", "layer2-bonded", "layer2-individual"])
@pytest.mark.parametrize("then", ["layer3", "layer2-individual"])
def test_addresses_are_read_as_a_conversion_leaves_them(account: Account, born: str, then: str) -> None:
    for wanted in (born, then):
        stack = read(account, stack_of(wanted))
        report = applied(account, stack, parallelism=4)
        assert report.complete, report.diagnostics
        there, noted = read_by_node(account)
        assert noted == there
        assert plan(account, stack).plan.empty


def test_a_conversion_that_keeps_the_addresses_changes_nothing_that_reads_them(account: Account) -> None:
    assert applied(account, read(account, stack_of("layer3"))).complete
    planned = plan(account, read(account, stack_of("hybrid")))
    assert [str(each.address) for each in planned.plan.pending] == ["projects.lab.devices.gateway.network_type"]


def test_a_port_that_is_to_stay_out_is_taken_out_again_after_its_bond_was_formed(account: Account) -> None:
    apart = stack_of("layer2-individual")
    assert applied(account, read(account, apart)).complete
    gateway = apart["projects"]["lab"]["devices"]["gateway"]
    del gateway["network_type"]
    gateway["ports"] = {"bond0": {"bonded": True}, "eth0": {"bonded": True}, "eth1": {"bonded": False}}
    stack = read(account, apart)
    changes = {str(each.address): each.because for each in plan(account, stack).plan.pending}
    assert "ports.bond0 may undo it" in changes["projects.lab.devices.gateway.ports.eth1"]
    assert applied(account, stack).complete
    assert plan(account, stack).plan.empty
