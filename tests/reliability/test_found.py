"""What campaigns found, reduced. Each was played again by the command in its docstring before it was put right."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.campaigns import simulation, sweep
from tests.worlds.account import Account
from tests.worlds.live import ours
from tests.worlds.running import applied, plan, read

ADDRESS = """\
stack: twice
projects:
  lab:
    name: Lab
    ssh_keys: {ops: {key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFjY2VwdGFuY2VhY2NlcHRhbmNlYWNjZXB0YW5jZWFj ops"}}
    ip_reservations: {front: {type: public_ipv4, quantity: 1, facility: ewr1}}
    devices:
      web:
        hostname: web
        facility: ewr1
        plan: c2.medium.x86
        operating_system: ubuntu_18_04
        ip_assignments: {front: "${{ project.ip_reservations.front }}"}
"""


def test_the_second_of_two_blocks_is_left_alone_while_an_address_of_it_is_on_a_machine(account: Account) -> None:
    """Two runs at once reserved a block each and put each on the machine; the plan then tried to delete the second
    block for ever, which the API refuses while its address is assigned.

    python -m tests.campaigns simulation --replay 2000708
    """
    stack = read(account, ADDRESS)
    assert applied(account, stack).complete
    there = {each.kind: each for each in ours(account, "twice")}
    block, bound, device = (there[kind] for kind in ("ip_reservation", "ip_assignment", "device"))
    wanted = {"type": "public_ipv4", "quantity": 1, "facility": "ewr1", "tags": block.body["tags"]}
    wanted |= {"customdata": block.body["customdata"]}
    second = account.call("POST", f"/projects/{block.project}/ips", wanted)
    body = {"address": f"{second['address']}/32", "customdata": bound.body["customdata"]}
    assigned = account.call("POST", f"/devices/{device.id}/ips", body)

    planned = plan(account, stack)

    assert [each.id for each in planned.plan.steps] == []
    told = " ".join(each.summary for each in planned.plan.diagnostics if each.code == "twin")
    assert second["id"] in told
    assert assigned["id"] in told
    account.call("DELETE", f"/ips/{assigned['id']}")
    assert applied(account, stack).complete
    assert [each.id for each in ours(account, "twice") if each.kind == "ip_reservation"] == [block.id]


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_of_two_projects_made_by_one_call_the_one_with_our_machines_in_it_is_kept(tmp_path: Path, seed: int) -> None:
    """The server made the project twice in one second. The next plan kept the empty one, and destroyed and bought anew
    the machine in the other.

    python -m tests.campaigns sweep --replay device/apply/journal/15:twice
    """
    account = Account.found(tmp_path, {}, seed)
    account.faults([{"method": "POST", "route": "/projects", "kind": "twice"}])
    stack = read(account, ADDRESS)
    assert [each.code for each in applied(account, stack).diagnostics] == ["twin"]
    (machine,) = (each.id for each in ours(account, "twice") if each.kind == "device")
    assert applied(account, stack).complete
    left = {each.kind: each.id for each in ours(account, "twice")}
    assert left["device"] == machine
    assert len([each for each in ours(account, "twice") if each.kind == "project"]) == 1
    account.emulator.stop()


def test_a_run_whose_lists_show_two_machines_of_one_mark_is_no_success() -> None:
    """A server that made two of one call: the run waited for the one, saw the other in the same list, and ended with 0.

    `python -m tests.campaigns sweep --replay 'address/apply/journal/16:twice'`
    """
    assert sweep.play("address/apply/journal/16:twice") == []


WIRED = """\
stack: wired
projects:
  lab:
    name: Lab
    ssh_keys: {ops: {key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFjY2VwdGFuY2VhY2NlcHRhbmNlYWNjZXB0YW5jZWFj ops"}}
    vlans: {lan: {facility: ewr1, description: lan}}
"""


def theirs_with_a_port_in(account: Account, project: str, vlan: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """A machine that somebody else has put there, with its bond in the VLAN; and the id of the bond."""
    machine = {"hostname": "theirs", "facility": "ewr1", "plan": "c2.medium.x86", "operating_system": "ubuntu_18_04"}
    device: dict[str, Any] = account.call("POST", f"/projects/{project}/devices", machine)
    account.clock.sleep(600)
    bond: str = next(each["id"] for each in device["network_ports"] if each["name"] == "bond0")
    account.call("POST", f"/ports/{bond}/convert/layer-2", {})
    account.call("POST", f"/ports/{bond}/assign", {"vnid": vlan["id"]})
    return device, bond


def test_the_second_of_two_vlans_is_left_alone_while_a_machine_has_a_port_in_it(account: Account) -> None:
    """Two versions of a stack, applied at once, made a VLAN each, and a machine that was left to a person had a port in
    the second. Each run then tried to delete that VLAN, which the API refuses, and ended with 4.

    python -m tests.campaigns simulation --replay 100009155
    """
    stack = read(account, WIRED)
    assert applied(account, stack).complete
    vlan = next(each for each in ours(account, "wired") if each.kind == "vlan")
    vlans = f"/projects/{vlan.project}/virtual-networks"
    second = account.call("POST", vlans, {"facility": "ewr1", "description": vlan.body["description"]})
    _, bond = theirs_with_a_port_in(account, vlan.project, second)

    planned = plan(account, stack)

    assert [each.id for each in planned.plan.steps] == []
    told = " ".join(each.summary for each in planned.plan.diagnostics if each.code == "twin")
    assert second["id"] in told
    assert "device theirs hang on it" in told
    assert applied(account, stack).complete
    account.call("POST", f"/ports/{bond}/unassign", {"vnid": second["id"]})
    account.clock.sleep(600)
    assert applied(account, stack).complete
    assert [each.id for each in ours(account, "wired") if each.kind == "vlan"] == [vlan.id]


def test_what_one_list_has_shown_and_the_next_one_does_not_is_not_made_again() -> None:
    """The lists of the run were a second old, those of the next one, at once after it, four. What the first had shown
    was made again, since its entry in the journal was closed.

    python -m tests.campaigns simulation --replay 54180
    """
    assert simulation.play("54180") == []


def test_the_older_of_two_vlans_is_left_alone_while_a_machine_has_a_port_in_it(account: Account) -> None:
    """Two runs at once made the project twice, and somebody changed the machine of one by hand, so it was left to a
    person. Then the stack replaced its VLAN. Each run after that tried to delete the VLAN of the other project, which
    was the older one now. The API refuses that while a machine has a port in it, and the run ended with 4.

    python -m tests.campaigns simulation --replay 76026776
    """
    assert simulation.play("76026776") == []

    assert applied(account, read(account, WIRED)).complete
    there = {each.kind: each for each in ours(account, "wired")}
    project, vlan = there["project"], there["vlan"]
    twin = account.call("POST", "/projects", {"name": "Lab", "customdata": project.body["customdata"]})
    vlans = f"/projects/{twin['id']}/virtual-networks"
    second = account.call("POST", vlans, {"facility": "ewr1", "description": vlan.body["description"]})
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHRoZWlyc3RoZWlyc3RoZWlyc3RoZWlyc3RoZWlyc3Ro theirs"
    account.call("POST", f"/projects/{twin['id']}/ssh-keys", {"label": "theirs", "key": key})
    device, _ = theirs_with_a_port_in(account, twin["id"], second)
    elsewhere = read(account, WIRED.replace("facility: ewr1", "facility: sjc1"))

    for _ in range(2):
        assert applied(account, elsewhere).complete
        assert second["id"] in {each.id for each in ours(account, "wired") if each.kind == "vlan"}

    told = " ".join(each.summary for each in plan(account, elsewhere).plan.diagnostics if each.code == "twin")
    assert second["id"] in told
    assert "device theirs hang on it" in told
    account.call("DELETE", f"/devices/{device['id']}")
    account.clock.sleep(600)
    assert applied(account, elsewhere).complete
    assert len([each for each in ours(account, "wired") if each.kind == "vlan"]) == 1
