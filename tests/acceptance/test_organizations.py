"""Organizations and the projects that go from one to another, on the real command line."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.acceptance.conftest import World, applied

ACME = """\
stack: acme
organizations:
  acme: {name: Acme, description: anvils, website: "https://acme.example", address: {city: Rome}}
projects:
  edge: {name: Edge, organization_id: acme}
"""


def organizations(world: World) -> dict[str, dict[str, Any]]:
    found = world.call("GET", "/organizations?per_page=1000")["organizations"]
    return {each["name"]: each for each in found}


def home(world: World, project: str = "Edge") -> str:
    """The name of the organization that a project is in."""
    href = world.call("GET", f"/projects/{world.project_id(project)}")["organization"]["href"]
    return next(name for name, each in organizations(world).items() if each["href"] == href)


def routes(world: World, since: int) -> list[str]:
    return [f"{each['method']} {each['route']}" for each in world.ledger()[since:]]


@pytest.fixture
def acme(world: World) -> World:
    applied(world, world.stack(ACME))
    return world


def test_an_organization_is_made_with_its_project_in_it_and_goes_after_it(acme: World) -> None:
    assert home(acme) == "Acme"
    assert organizations(acme)["Acme"]["address"]["city"] == "Rome"
    begun = len(acme.ledger())
    ran = acme.run("destroy", "stack.yaml", "--yes")
    assert (ran.code, "Resources: 2 destroyed." in ran.out) == (0, True), ran.out + ran.err
    assert routes(acme, begun) == ["DELETE /projects/{id}", "DELETE /organizations/{id}"]
    assert list(organizations(acme)) == ["Emulator Organization"]


def test_its_fields_are_changed_in_place_and_drift_is_put_back(acme: World) -> None:
    acme.edit("stack.yaml", "description: anvils", "description: rockets, customdata: {floor: 3}")
    assert "Resources: 0 added, 1 changed, 0 destroyed." in applied(acme, "stack.yaml")
    shown = organizations(acme)["Acme"]
    assert (shown["description"], shown["customdata"]["floor"]) == ("rockets", 3)
    acme.call("PUT", f"/organizations/{shown['id']}", {"website": "https://else.example"})
    assert acme.run("drift", "stack.yaml").code == 2
    applied(acme, "stack.yaml")
    assert organizations(acme)["Acme"]["website"] == "https://acme.example"


def test_one_that_is_no_longer_declared_is_deleted(world: World) -> None:
    applied(world, world.stack("stack: acme\norganizations: {acme: {name: Acme}}\nprojects: {edge: {name: Edge}}\n"))
    world.stack("stack: acme\nprojects: {edge: {name: Edge}}\n")
    assert "Resources: 0 added, 0 changed, 1 destroyed." in applied(world, "stack.yaml")
    assert list(organizations(world)) == ["Emulator Organization"]


def test_a_lost_answer_does_not_make_a_second_one(world: World) -> None:
    world.faults({"method": "POST", "route": "/organizations", "nth": 1, "kind": "commit_then_drop"})
    applied(world, world.stack(ACME))
    assert len(world.created("/organizations")) == 1
    assert len(organizations(world)) == 2


def test_an_existing_organization_is_named_and_left_alone(world: World) -> None:
    text = "stack: s\norganizations: {home: {existing: Emulator Organization}}\nprojects: {edge: {name: Edge}}\n"
    begun = len(world.ledger())
    applied(world, world.stack(text.replace("{name: Edge}", "{name: Edge, organization_id: home}")))
    assert routes(world, begun) == ["POST /projects"]
    assert world.run("destroy", "stack.yaml", "--yes").code == 0
    assert list(organizations(world)) == ["Emulator Organization"]


def test_one_whose_project_is_kept_for_others_is_kept_with_it(acme: World) -> None:
    theirs = {"facility": "ewr1", "description": "theirs"}
    acme.call("POST", f"/projects/{acme.project_id('Edge')}/virtual-networks", theirs)
    begun = len(acme.ledger())
    ran = acme.run("destroy", "stack.yaml", "--yes")
    assert ran.code == 4, ran.out + ran.err
    assert "organizations.acme is kept: it holds 1 of others' objects (projects.edge)" in ran.out + ran.err
    assert routes(acme, begun) == []


# transfers


def test_a_project_is_transferred_and_keeps_its_id(acme: World) -> None:
    before, begun = acme.project_id("Edge"), len(acme.ledger())
    acme.edit("stack.yaml", "projects:", "  home: {existing: Emulator Organization}\nprojects:")
    acme.edit("stack.yaml", "organization_id: acme", "organization_id: home")
    planned = acme.run("plan", "stack.yaml")
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in planned.out
    assert "the project is transferred" in planned.out
    applied(acme, "stack.yaml")
    assert (home(acme), acme.project_id("Edge")) == ("Emulator Organization", before)
    assert routes(acme, begun) == ["POST /projects/{id}/transfers", "PUT /transfers/{id}"]


def test_a_project_leaves_an_organization_that_is_deleted_for_a_new_one(acme: World) -> None:
    acme.stack(
        ACME.replace("  acme: {name: Acme", "  next: {name: Next").replace(
            "organization_id: acme", "organization_id: next"
        )
    )
    assert "Resources: 1 added, 1 changed, 1 destroyed." in applied(acme, "stack.yaml")
    assert (home(acme), sorted(organizations(acme))) == ("Next", ["Emulator Organization", "Next"])


def test_a_transfer_that_waits_is_accepted_and_not_asked_for_again(acme: World) -> None:
    identifier = organizations(acme)["Emulator Organization"]["id"]
    acme.call("POST", f"/projects/{acme.project_id('Edge')}/transfers", {"target_organization_id": identifier})
    begun = len(acme.ledger())
    acme.edit("stack.yaml", "name: Edge, organization_id: acme", f"name: Edges, organization_id: {identifier}")
    applied(acme, "stack.yaml")
    assert routes(acme, begun) == ["PUT /projects/{id}", "PUT /transfers/{id}"]


@pytest.mark.parametrize(("method", "route"), [("POST", "/projects/{id}/transfers"), ("PUT", "/transfers/{id}")])
def test_a_transfer_whose_answers_are_lost_is_done_once(acme: World, method: str, route: str) -> None:
    identifier = organizations(acme)["Emulator Organization"]["id"]
    acme.edit("stack.yaml", "organization_id: acme", f"organization_id: {identifier}")
    acme.faults({"method": method, "route": route, "nth": 1, "kind": "commit_then_drop"})
    applied(acme, "stack.yaml")
    assert len(acme.created("/projects/{id}/transfers")) == 1
    assert home(acme) == "Emulator Organization"


def test_a_token_that_may_not_accept_leaves_the_request_and_says_who_has_to(world: World) -> None:
    """The other organization is somebody else's: its owner accepts, and finds the project as it is wished."""
    other = world.call("POST", "/_emulator/users", {"email": "jo@example.com"})["token"]
    theirs = as_user(world, other, "POST", "/organizations", {"name": "Theirs"})["id"]
    applied(world, world.stack("stack: s\nprojects: {edge: {name: Edge}}\n"))
    world.edit("stack.yaml", "{name: Edge}", f"{{name: Edge, organization_id: {theirs}}}")
    for _ in range(2):
        ran = world.run("apply", "stack.yaml", "--yes")
        assert ran.code == 4, ran.out + ran.err
        assert "an owner of the other organization has to accept" in ran.err
    (transfer,) = as_user(world, other, "GET", f"/organizations/{theirs}/transfers")["transfers"]
    as_user(world, other, "PUT", f"/transfers/{transfer['id']}")
    again = world.run("plan", "stack.yaml", "--detailed-exitcode", environment={"PACKET_AUTH_TOKEN": other})
    assert again.code == 0, again.out + again.err


def as_user(world: World, token: str, method: str, path: str, body: Any = None) -> Any:
    answer = requests.request(
        method, f"{world.emulator.url}{path}", json=body, headers={"X-Auth-Token": token}, timeout=10
    )
    answer.raise_for_status()
    return answer.json() if answer.content else None


def test_one_that_is_replaced_is_made_before_its_project_leaves_the_old_one(acme: World) -> None:
    (before, project), begun = (organizations(acme)["Acme"]["id"], acme.project_id("Edge")), len(acme.ledger())
    applied(acme, "stack.yaml", "--replace", "organizations.acme")
    assert (home(acme), acme.project_id("Edge")) == ("Acme", project)
    assert organizations(acme)["Acme"]["id"] != before
    assert routes(acme, begun) == [
        "POST /organizations",
        "POST /projects/{id}/transfers",
        "PUT /transfers/{id}",
        "DELETE /organizations/{id}",
    ]
