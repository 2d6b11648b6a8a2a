"""Who is in a project and in an organization, on the real command line."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.conftest import World, applied
from tests.acceptance.test_organizations import as_user, routes

TEAM = """\
stack: team
projects:
  edge:
    name: Edge
    members:
      jo: {email: jo@example.com, roles: [collaborator], message: Welcome}
"""
HOUSE = """\
stack: house
organizations:
  acme:
    name: Acme
    members:
      jo: {email: jo@example.com, roles: [admin]}
"""


def invitations(world: World) -> dict[str, Any]:
    found = world.call("GET", f"/projects/{world.project_id('Edge')}/invitations")["invitations"]
    return {each["invitee"]: each for each in found}


def members(world: World) -> dict[str, list[str]]:
    """The roles of a project's own members, by address."""
    path = f"/projects/{world.project_id('Edge')}/memberships?include=user"
    return {each["user"]["email"]: each["roles"] for each in world.call("GET", path)["memberships"]}


def join(world: World, address: str) -> str:
    """Somebody accepts all that they were invited to; returns a token of theirs."""
    token: str = world.call("POST", "/_emulator/users", {"email": address})["token"]
    for each in as_user(world, token, "GET", "/invitations")["invitations"]:
        as_user(world, token, "PUT", f"/invitations/{each['id']}")
    return token


@pytest.fixture
def team(world: World) -> World:
    applied(world, world.stack(TEAM))
    return world


def test_who_is_declared_is_invited_and_is_the_same_once_they_have_accepted(team: World) -> None:
    (letter,) = invitations(team).values()
    assert (letter["roles"], letter["message"]) == (["collaborator"], "Welcome")
    join(team, "jo@example.com")
    assert (invitations(team), members(team)) == ({}, {"jo@example.com": ["collaborator"]})
    begun = len(team.ledger())
    team.edit("stack.yaml", "jo@example.com", "Jo@Example.com")
    assert "No changes." in team.run("plan", "stack.yaml").out
    assert routes(team, begun) == []


def test_a_members_roles_are_changed_in_place(team: World) -> None:
    join(team, "jo@example.com")
    team.edit("stack.yaml", "[collaborator]", "[billing, admin]")
    assert "Resources: 0 added, 1 changed, 0 destroyed." in applied(team, "stack.yaml")
    assert members(team) == {"jo@example.com": ["billing", "admin"]}


def test_an_invitations_roles_cannot_be_changed_so_another_one_is_sent(team: World) -> None:
    begun = len(team.ledger())
    team.edit("stack.yaml", "[collaborator]", "[admin]")
    planned = team.run("plan", "stack.yaml")
    assert "# forces replacement" in planned.out
    assert "because roles cannot be changed in place" in planned.out
    applied(team, "stack.yaml")
    assert routes(team, begun) == ["DELETE /invitations/{id}", "POST /projects/{id}/invitations"]
    assert invitations(team)["jo@example.com"]["roles"] == ["admin"]


@pytest.mark.parametrize("accepted", [False, True])
def test_who_is_no_longer_declared_is_removed_as_long_as_the_section_is_named(team: World, accepted: bool) -> None:
    if accepted:
        join(team, "jo@example.com")
    team.call("POST", f"/projects/{team.project_id('Edge')}/invitations", {"invitee": "by.hand@example.com"})
    team.stack("stack: team\nprojects: {edge: {name: Edge, members: {}}}\n")
    planned = team.run("plan", "stack.yaml")
    assert "projects.edge.members.jo-example-com will be destroyed" in planned.out
    assert "Resources: 0 added, 0 changed, 2 destroyed." in applied(team, "stack.yaml")
    assert (invitations(team), members(team)) == ({}, {})


def test_without_the_section_nobody_looks_and_nobody_is_removed(team: World) -> None:
    team.stack("stack: team\nprojects: {edge: {name: Edge}}\n")
    before = team.call("GET", "/_emulator/stats")["requests"]["GET"].get("/projects/{id}/invitations", 0)
    applied(team, "stack.yaml")
    after = team.call("GET", "/_emulator/stats")["requests"]["GET"].get("/projects/{id}/invitations", 0)
    assert (list(invitations(team)), before) == (["jo@example.com"], after)


def test_a_lost_answer_does_not_send_a_second_letter(world: World) -> None:
    route = "/projects/{id}/invitations"
    world.faults({"method": "POST", "route": route, "nth": 1, "kind": "commit_then_drop"})
    applied(world, world.stack(TEAM))
    assert (len(world.created(route)), list(invitations(world))) == (1, ["jo@example.com"])


def test_members_go_with_their_project(team: World) -> None:
    join(team, "jo@example.com")
    ran = team.run("destroy", "stack.yaml", "--yes")
    assert (ran.code, "Resources: 2 destroyed." in ran.out) == (0, True), ran.out + ran.err
    assert [each for each in routes(team, 0) if each.startswith("DELETE")] == ["DELETE /projects/{id}"]


# organizations


def test_the_first_owner_and_the_tokens_user_are_never_removed(world: World) -> None:
    applied(world, world.stack(HOUSE))
    token = join(world, "jo@example.com")
    world.stack(
        HOUSE.replace("      jo: {email: jo@example.com, roles: [admin]}\n", "").replace("members:", "members: {}")
    )
    theirs = world.run("plan", "stack.yaml", "--detailed-exitcode", environment={"PACKET_AUTH_TOKEN": token})
    assert theirs.code == 0, "the plan of somebody who would be removed leaves them where they are"
    assert "Plan: 0 to add, 0 to change, 1 to destroy." in world.run("plan", "stack.yaml").out
    applied(world, "stack.yaml")


def test_members_of_an_organization_are_invited_changed_and_removed(world: World) -> None:
    applied(world, world.stack(HOUSE))
    world.edit("stack.yaml", "[admin]", "[billing]")
    applied(world, "stack.yaml")
    join(world, "jo@example.com")
    begun = len(world.ledger())
    world.edit("stack.yaml", "[billing]", "[billing, admin]")
    applied(world, "stack.yaml")
    world.edit("stack.yaml", "      jo: {email: jo@example.com", "      al: {email: al@example.com")
    applied(world, "stack.yaml")
    first, *others = routes(world, begun)
    assert (first, sorted(others)) == (
        "PUT /memberships/{id}",
        ["DELETE /memberships/{id}", "POST /organizations/{id}/invitations"],
    )


def test_in_an_existing_organization_only_those_who_are_declared_are_ours(world: World) -> None:
    home = world.call("GET", "/organizations")["organizations"][0]
    world.call("POST", f"/organizations/{home['id']}/invitations", {"invitee": "theirs@example.com"})
    members = "{jo: {email: jo@example.com, roles: [admin]}}"
    world.stack(f"stack: s\norganizations: {{home: {{existing: {home['id']}, members: {members}}}}}\n")
    applied(world, "stack.yaml")
    planned = world.run("plan", "stack.yaml")
    assert "theirs@example.com" in planned.out, "a stranger is told"
    ran = world.run("destroy", "stack.yaml", "--yes")
    assert (ran.code, "Resources: 1 destroyed." in ran.out) == (0, True), ran.out + ran.err
    left = world.call("GET", f"/organizations/{home['id']}/invitations")["invitations"]
    assert [each["invitee"] for each in left] == ["theirs@example.com"]


def test_an_invitation_to_one_project_is_not_the_organizations(world: World) -> None:
    both = HOUSE + TEAM.split("\n", 1)[1].replace("name: Edge", "name: Edge\n    organization_id: acme")
    applied(world, world.stack(both))
    assert "No changes." in world.run("plan", "stack.yaml").out


def test_roles_that_somebody_else_changed_are_drift_and_put_back(team: World) -> None:
    join(team, "jo@example.com")
    path = f"/projects/{team.project_id('Edge')}/memberships"
    (membership,) = team.call("GET", path)["memberships"]
    team.call("PUT", f"/memberships/{membership['id']}", {"role": ["admin"]})
    assert team.run("drift", "stack.yaml").code == 2
    applied(team, "stack.yaml")
    assert members(team) == {"jo@example.com": ["collaborator"]}


def test_oneself_may_be_declared_but_not_replaced_away(world: World) -> None:
    """The token's user owns the organization: another address in that place would remove them."""
    me = "{me: {email: emulator@example.com, roles: [owner]}}"
    applied(world, world.stack(f"stack: house\norganizations: {{acme: {{name: Acme, members: {me}}}}}\n"))
    ran = world.run("apply", "stack.yaml", "--yes", "--replace", "organizations.acme.members.me")
    assert (ran.code, "came with organizations.acme" in ran.err) == (3, True), ran.err
    assert "error[not-ours]" in ran.err
    world.edit("stack.yaml", "emulator@example.com", "jo@example.com")
    applied(world, "stack.yaml")
    assert [each for each in routes(world, 0) if "DELETE" in each] == []
