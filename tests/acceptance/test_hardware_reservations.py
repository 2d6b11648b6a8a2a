"""Reserved machines, on the real command line: moved into the project that uses them, never ended."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.conftest import World, applied
from tests.acceptance.test_organizations import routes

POOL, EDGE = "Pool", "Edge"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFjY2VwdGFuY2VhY2NlcHRhbmNlYWNjZXB0YW5jZWFj ops"


def reserved(world: World, project: str = POOL) -> str:
    """A machine in a project of its own; returns the reservation's uuid."""
    made = world.call("POST", "/projects", {"name": project})
    wish = {"project_id": made["id"], "plan": "t1.small.x86", "facility": "ewr1"}
    (found,) = world.call("POST", "/_emulator/hardware-reservations", wish)["hardware_reservations"]
    return str(found["id"])


def stack_of(identifier: str, more: str = "") -> str:
    return f"stack: metal\nprojects:\n  edge:\n    name: Edge\n    hardware_reservations: {{r1: {identifier}}}\n{more}"


def home(world: World, identifier: str) -> str:
    href = world.call("GET", f"/hardware-reservations/{identifier}")["project"]["href"]
    return str(world.call("GET", href)["name"])


def order(world: World, project: str, **more: Any) -> Any:
    wish = {"plan": "t1.small.x86", "facility": "ewr1", "operating_system": "ubuntu_18_04", **more}
    world.call("POST", "/ssh-keys", {"label": "ops", "key": KEY})
    return world.call("POST", f"/projects/{world.project_id(project)}/devices", wish)


@pytest.fixture
def machine(world: World) -> str:
    return reserved(world)


def test_a_reservation_is_moved_into_its_project(world: World, machine: str) -> None:
    world.stack(stack_of(machine))
    planned = world.run("plan", "stack.yaml")
    assert "the reserved machine is moved into the project" in planned.out
    begun = len(world.ledger())
    applied(world, "stack.yaml")
    assert routes(world, begun) == ["POST /projects", "POST /hardware-reservations/{id}/move"]
    assert home(world, machine) == EDGE


def test_a_device_is_put_on_it_in_the_same_run(world: World, machine: str) -> None:
    device = f"""\
    ssh_keys: {{ops: {{key: {KEY}}}}}
    devices:
      web:
        plan: ${{{{ project.hardware_reservations.r1.plan }}}}
        operating_system: ubuntu_18_04
        hardware_reservation_id: ${{{{ project.hardware_reservations.r1 }}}}
"""
    applied(world, world.stack(stack_of(machine, device)))
    (there,) = world.devices(EDGE)
    assert there["hardware_reservation"]["href"].endswith(machine)


def test_one_that_was_moved_away_is_moved_back(world: World, machine: str) -> None:
    applied(world, world.stack(stack_of(machine)))
    world.call("POST", f"/hardware-reservations/{machine}/move", {"project_id": world.project_id(POOL)})
    assert world.run("drift", "stack.yaml").code == 2
    applied(world, "stack.yaml")
    assert home(world, machine) == EDGE


def test_one_that_is_no_longer_declared_stays_where_it_is(world: World, machine: str) -> None:
    applied(world, world.stack(stack_of(machine)))
    begun = len(world.ledger())
    world.stack("stack: metal\nprojects: {edge: {name: Edge, hardware_reservations: {}}}\n")
    applied(world, "stack.yaml")
    assert (routes(world, begun), home(world, machine)) == ([], EDGE)


def test_another_uuid_moves_another_machine(world: World, machine: str) -> None:
    applied(world, world.stack(stack_of(machine)))
    other = reserved(world, "Second pool")
    world.edit("stack.yaml", machine, other)
    applied(world, "stack.yaml")
    assert (home(world, machine), home(world, other)) == (EDGE, EDGE)


def test_one_that_is_in_use_elsewhere_is_left_there(world: World, machine: str) -> None:
    device = order(world, POOL, hardware_reservation_id=machine)
    ran = world.run("apply", world.stack(stack_of(machine)), "--yes")
    assert ran.code == 4
    assert f"it is in use, by device {device['id']}" in ran.err
    assert (world.created("/hardware-reservations/{id}/move"), home(world, machine)) == ([], POOL)


def test_one_of_another_organization_is_refused_with_the_reason(world: World, machine: str) -> None:
    text = stack_of(machine).replace("name: Edge", "name: Edge\n    organization_id: acme")
    ran = world.run("apply", world.stack(f"{text}organizations: {{acme: {{name: Acme}}}}\n"), "--yes")
    assert (ran.code, "between projects of one organization only" in ran.err) == (4, True), ran.err


def test_an_unknown_uuid_is_told_as_one(world: World) -> None:
    ran = world.run("apply", world.stack(stack_of("00000000-0000-4000-8000-000000000000")), "--yes")
    assert (ran.code, "no reservation has this uuid" in ran.err) == (4, True), ran.err


def test_a_lost_answer_moves_it_once(world: World, machine: str) -> None:
    route = "/hardware-reservations/{id}/move"
    world.faults({"method": "POST", "route": route, "nth": 1, "kind": "commit_then_drop"})
    applied(world, world.stack(stack_of(machine)))
    assert home(world, machine) == EDGE


def test_a_project_is_kept_as_long_as_a_reserved_machine_is_in_it(world: World, machine: str) -> None:
    """The contract would go with it, for all that is known."""
    applied(world, world.stack(stack_of(machine)))
    ran = world.run("destroy", "stack.yaml", "--yes")
    assert (ran.code, "projects.edge is kept: it holds 1 of others' objects (hardware_reservation" in ran.out) == (
        4,
        True,
    )
    ran = world.run("apply", "stack.yaml", "--yes", "--replace", "projects.edge")
    assert (ran.code, "projects.edge cannot be replaced" in ran.err) == (3, True), ran.err
    assert home(world, machine) == EDGE
    world.call("POST", f"/hardware-reservations/{machine}/move", {"project_id": world.project_id(POOL)})
    assert world.run("destroy", "stack.yaml", "--yes").code == 0
