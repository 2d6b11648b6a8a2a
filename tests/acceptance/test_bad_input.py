"""Mistakes of every sort: each is a message with the place and the way out, exit 1, and nothing changed."""

from __future__ import annotations

import re

import pytest

from tests.acceptance.conftest import World
from tests.acceptance.stacks import KEY, WEB

CASES = {
    "hostname with an underscore": ("hostname: web-${{ index }}", "hostname: web_0", r"stack\.yaml:12:\d+", "hostname"),
    "wrong type": ("count: 3", "count: three", r"stack\.yaml:11:\d+", "count"),
    "unknown key": ("facility: ewr1\n        plan", "facilty: ewr1\n        plan", r"stack\.yaml:13:\d+", "facility"),
    "duplicate key": ("        tags: [web]", "        tags: [web]\n        tags: [web]", r"stack\.yaml:17:\d+", "tags"),
    "reference to nothing": ("tags: [web]", "tags: ['${{ project.vlans.nope.id }}']", r"stack\.yaml:16:\d+", "nope"),
    "unset variable": (
        "stack: web\n",
        "stack: web\nvariables: {size: {type: integer}}\n",
        r"stack\.yaml:2:\d+",
        "size",
    ),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_mistake_is_shown_with_its_place(world: World, name: str) -> None:
    old, new, place, word = CASES[name]
    stack = world.stack(WEB)
    world.edit(stack, old, new)
    for command in (("validate", stack), ("plan", stack), ("apply", stack, "--yes")):
        ran = world.run(*command)
        assert ran.code == 1, ran.out + ran.err
        assert re.search(place, ran.err), ran.err
        assert word in ran.err
    assert world.ledger() == []


RESERVATIONS = {
    "no power of two": ("{type: public_ipv4, quantity: 3, facility: ewr1}", "power of two"),
    "public without facility": ("{type: public_ipv4, quantity: 1}", "facility"),
}


@pytest.mark.parametrize("name", sorted(RESERVATIONS))
def test_a_bad_reservation_is_refused_offline(world: World, name: str) -> None:
    block, word = RESERVATIONS[name]
    stack = world.stack(f"stack: ips\nprojects:\n  a:\n    ip_reservations:\n      vip: {block}\n")
    ran = world.run("validate", stack)
    assert ran.code == 1
    assert "stack.yaml:5:" in ran.err
    assert word in ran.err


CATALOGUE = {
    "plan": ("plan: c1.small.x86", "plan: c1.smal.x86", "c1.smal.x86", 14),
    "facility": ("facility: ewr1\n        plan", "facility: ewr9\n        plan", "ewr9", 13),
    "operating system": ("ubuntu_18_04", "ubuntu_18_4", "ubuntu_18_4", 15),
}


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_an_unknown_catalogue_name_changes_nothing(world: World, name: str) -> None:
    old, new, word, line = CATALOGUE[name]
    stack = world.stack(WEB)
    world.edit(stack, old, new)
    ran = world.run("apply", stack, "--yes")
    assert ran.code == 1, ran.out + ran.err
    assert word in ran.err
    assert f"stack.yaml:{line}:" in ran.err
    assert world.ledger() == []


def test_a_cycle_is_shown_with_its_addresses_and_lines(world: World) -> None:
    stack = world.stack(
        """\
stack: loop
projects:
  a:
    devices:
      one: {hostname: one, facility: ewr1, plan: c1.small.x86, operating_system: ubuntu_18_04,
            userdata: "${{ project.devices.two.public_ipv4 }}"}
      two: {hostname: two, facility: ewr1, plan: c1.small.x86, operating_system: ubuntu_18_04,
            userdata: "${{ project.devices.one.public_ipv4 }}"}
"""
    )
    ran = world.run("plan", stack)
    assert ran.code == 1
    assert "projects.a.devices.one" in ran.err
    assert "projects.a.devices.two" in ran.err
    assert "stack.yaml:6" in ran.err
    assert "stack.yaml:8" in ran.err


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_an_empty_stack_never_destroys_a_world(world: World, command: str) -> None:
    stack = world.stack(WEB)
    assert world.run("apply", stack, "--yes").code == 0
    world.stack("stack: web\n")
    ran = world.run(command, stack, *(["--yes"] if command == "apply" else []))
    assert ran.code == 1
    assert "destroy" in ran.err
    assert len(world.devices("Web")) == 3


def test_a_missing_token_is_named(world: World) -> None:
    ran = world.run("plan", world.stack(WEB), environment={"PACKET_AUTH_TOKEN": ""})
    assert ran.code == 1
    assert "PACKET_AUTH_TOKEN" in ran.err


def test_a_refused_token_is_named(world: World) -> None:
    ran = world.run("plan", world.stack(WEB), environment={"PACKET_AUTH_TOKEN": "wrong"})
    assert ran.code == 1
    assert "PACKET_AUTH_TOKEN" in ran.err
    assert "Traceback" not in ran.err


def test_an_unreachable_api_is_named(world: World) -> None:
    ran = world.run("plan", world.stack(WEB), environment={"PACKET_API_URL": "http://127.0.0.1:9"})
    assert ran.code == 1
    assert "127.0.0.1:9" in ran.err
    assert "Traceback" not in ran.err


def test_an_existing_project_that_is_not_there_lists_the_candidates(world: World) -> None:
    world.call("POST", "/projects", {"name": "Alpha"})
    world.call("POST", "/projects", {"name": "Beta"})
    world.call("POST", "/projects", {"name": "Beta"})
    missing = world.run("plan", world.stack(WEB.replace("name: Web", "existing: Gamma")))
    assert missing.code == 1
    assert "Alpha" in missing.err
    several = world.run("plan", world.stack(WEB.replace("name: Web", "existing: Beta")))
    assert several.code == 1
    assert several.err.count("Beta (") == 2


def test_a_changed_bgp_config_is_refused_with_the_reason(world: World) -> None:
    text = WEB.replace("    name: Web\n", "    name: Web\n    bgp_config: {deployment_type: local, asn: 65000}\n")
    stack = world.stack(text)
    assert world.run("apply", stack, "--yes").code == 0
    world.edit(stack, "asn: 65000", "asn: 65001")
    ran = world.run("plan", stack)
    assert ran.code == 1
    assert "cannot" in ran.err
    assert "stack.yaml:5:" in ran.err


LAB = f"""\
stack: places
projects:
  lab:
    name: Lab
    ssh_keys:
      ops: {{key: "{KEY}"}}
    vlans: {{v: {{facility: sjc1}}}}
    volumes: {{v: {{plan: storage_1, size: 10, facility: sjc1}}}}
    ip_reservations:
      v: {{type: public_ipv4, quantity: 1, facility: sjc1}}
      everywhere: {{type: global_ipv4, quantity: 1}}
    devices:
      db:
        hostname: db
        facility: ewr1
        plan: c2.medium.x86
        operating_system: ubuntu_18_04
        network_type: hybrid
"""


@pytest.mark.parametrize(
    ("inside", "section"),
    [
        ("ports: {eth1: {vlans: [v]}}", "vlans"),
        ("volume_attachments: {v: v}", "volumes"),
        ('ip_assignments: {v: "${{ project.ip_reservations.v }}"}', "ip_reservations"),
    ],
)
def test_what_is_of_another_facility_is_refused_before_anything_is_sent(
    world: World, inside: str, section: str
) -> None:
    ran = world.run("apply", world.stack(f"{LAB}        {inside}\n"), "--yes")
    assert ran.code == 1, ran.out + ran.err
    assert f"projects.lab.{section}.v is in sjc1, and projects.lab.devices.db in ewr1" in ran.err
    assert "stack.yaml:19:" in ran.err
    assert world.ledger() == []


def test_a_device_that_may_come_to_be_in_the_facility_is_let_through(world: World) -> None:
    text = f"{LAB}        ports: {{eth1: {{vlans: [v]}}}}\n".replace("facility: ewr1", "facility: [ewr1, sjc1]")
    assert world.run("plan", world.stack(text)).code == 0
    anycast = f'{LAB}        ip_assignments: {{v: "${{{{ project.ip_reservations.everywhere }}}}"}}\n'
    assert world.run("plan", world.stack(anycast)).code == 0
