"""Tokens for other programs, on the real command line: made, found again, replaced, and never shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.acceptance.conftest import World, applied
from tests.acceptance.stacks import KEY
from tests.acceptance.test_organizations import as_user, routes

KEYS = """\
stack: keys
api_keys:
  look: {description: dashboard, read_only: true}
projects:
  edge:
    name: Edge
    api_keys:
      ci: {description: for CI}
outputs:
  ci: {value: "${{ projects.edge.api_keys.ci.token }}", secret: true}
"""


def keys(world: World) -> dict[str, dict[str, Any]]:
    """All keys by description, without the mark."""
    found = world.call("GET", "/user/api-keys")["api_keys"]
    for project in world.call("GET", "/projects")["projects"]:
        found += world.call("GET", f"/projects/{project['id']}/api-keys")["api_keys"]
    return {str(each["description"]).split(" [")[0]: each for each in found}


@pytest.fixture
def made(world: World) -> World:
    applied(world, world.stack(KEYS))
    return world


def test_keys_are_made_and_open_what_they_are_for(made: World) -> None:
    found = keys(made)
    assert (found["dashboard"]["read_only"], found["for CI"]["read_only"]) == (True, False)
    seen = as_user(made, found["for CI"]["token"], "GET", "/projects")["projects"]
    assert [each["name"] for each in seen] == ["Edge"]


def test_a_token_is_in_no_output_and_no_plan_file(made: World) -> None:
    made.edit("stack.yaml", "read_only: true", "read_only: false")
    tokens = [each["token"] for each in keys(made).values()]
    said = [made.run("plan", "stack.yaml", "-o", "saved.plan", "--format", "json"), made.run("drift", "stack.yaml")]
    said += [made.run("output", "stack.yaml"), made.run("apply", "saved.plan", "--yes"), made.run("plan", "stack.yaml")]
    text = "".join(each.out + each.err for each in said) + (made.folder / "saved.plan").read_text(encoding="utf-8")
    assert [each for each in tokens if each in text] == []
    asked = made.run("output", "stack.yaml", "ci", "--raw")
    assert asked.out.strip() == keys(made)["for CI"]["token"], "whoever asks for it by name has it"


def test_a_token_that_is_read_without_saying_secret_is_refused(world: World) -> None:
    text = KEYS.replace(
        '{value: "${{ projects.edge.api_keys.ci.token }}", secret: true}', "${{ projects.edge.api_keys.ci.token }}"
    )
    ran = world.run("validate", world.stack(text))
    assert (ran.code, "secret" in ran.err + ran.out) == (1, True)


def test_a_change_makes_another_token(made: World) -> None:
    old = keys(made)["for CI"]["token"]
    made.edit("stack.yaml", "for CI}", "for CI, read_only: true}")
    planned = made.run("plan", "stack.yaml")
    assert "# forces replacement" in planned.out
    assert "whoever uses the old token is locked out" in planned.out
    applied(made, "stack.yaml")
    assert keys(made)["for CI"]["token"] != old


def test_the_new_token_may_come_before_the_old_one_goes(made: World) -> None:
    begun = len(made.ledger())
    made.edit("stack.yaml", "for CI}", "for build, lifecycle: {create_before_destroy: true}}")
    applied(made, "stack.yaml")
    assert routes(made, begun) == ["POST /projects/{id}/api-keys", "DELETE /api-keys/{id}"]


def test_a_device_may_be_given_a_token_without_anybody_seeing_it(made: World) -> None:
    device = """\
    ssh_keys: {ops: {key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFjY2VwdGFuY2VhY2NlcHRhbmNlYWNjZXB0YW5jZWFj ops}}
    devices:
      web:
        plan: t1.small.x86
        facility: ewr1
        operating_system: ubuntu_18_04
        userdata: token=${{ project.api_keys.ci.token }}
"""
    made.edit("stack.yaml", "outputs:", f"{device}outputs:")
    planned = made.run("plan", "stack.yaml")
    assert "(sensitive value)" in planned.out
    applied(made, "stack.yaml")
    (there,) = made.devices("Edge")
    assert there["userdata"] == f"token={keys(made)['for CI']['token']}"


def test_keys_that_are_no_longer_declared_are_deleted_with_their_sections(made: World) -> None:
    made.stack("stack: keys\nprojects: {edge: {name: Edge}}\n")
    assert "Resources: 0 added, 0 changed, 2 destroyed." in applied(made, "stack.yaml")
    assert keys(made) == {}


@pytest.mark.parametrize("route", ["/user/api-keys", "/projects/{id}/api-keys"])
def test_a_lost_answer_does_not_make_a_second_key(world: World, route: str) -> None:
    world.faults({"method": "POST", "route": route, "nth": 1, "kind": "commit_then_drop"})
    applied(world, world.stack(KEYS))
    assert (len(world.created(route)), len(keys(world))) == (1, 2)


def test_a_destroy_leaves_none(made: World) -> None:
    ran = made.run("destroy", "stack.yaml", "--yes")
    assert (ran.code, "Resources: 3 destroyed." in ran.out) == (0, True), ran.out + ran.err
    assert keys(made) == {}


def test_a_projects_own_key_is_enough_for_a_stack_that_has_no_keys(made: World) -> None:
    """A project's key may see neither the user's keys, nor organizations, nor the project's API keys."""
    token = keys(made)["for CI"]["token"]
    made.stack("stack: tenant\nprojects: {edge: {existing: Edge, vlans: {v: {facility: ewr1}}}}\n", "tenant.yaml")
    mine = {"PACKET_AUTH_TOKEN": token}
    ran = made.run("apply", "tenant.yaml", "--yes", environment=mine)
    assert ran.code == 0, ran.out + ran.err
    assert made.run("plan", "tenant.yaml", "--detailed-exitcode", environment=mine).code == 0
    assert made.run("drift", "tenant.yaml", environment=mine).code == 0
    assert "note[not-seen]" in ran.err + ran.out, "what is not looked at is told"
    assert made.run("destroy", "tenant.yaml", "--yes", environment=mine).code == 0
    refused = made.run("plan", "stack.yaml", environment=mine)
    assert (refused.code, "/user/api-keys" in refused.err) == (1, True)


def test_the_json_events_of_an_apply_show_no_token(world: World) -> None:
    ran = world.run("apply", world.stack(KEYS), "--yes", "--json")
    assert ran.code == 0
    assert [each["token"] for each in keys(world).values() if each["token"] in ran.out + ran.err] == []
    assert all(json.loads(line) for line in ran.out.splitlines())


def test_a_key_that_somebody_deleted_is_drift_and_made_again(made: World) -> None:
    made.call("DELETE", f"/api-keys/{keys(made)['for CI']['id']}")
    assert made.run("drift", "stack.yaml").code == 2
    assert "Resources: 1 added, 0 changed, 0 destroyed." in applied(made, "stack.yaml")
    assert sorted(keys(made)) == ["dashboard", "for CI"]


def test_a_token_in_userdata_is_not_shown_when_the_machine_is_destroyed(world: World) -> None:
    machine = {
        "hostname": "runner",
        "facility": "ewr1",
        "plan": "c1.small.x86",
        "operating_system": "ubuntu_18_04",
        "userdata": "#!/bin/sh\nexport TOKEN=${{ project.api_keys.ci.token }}\n",
    }
    lab = {
        "name": "Lab",
        "ssh_keys": {"ops": {"key": KEY}},
        "api_keys": {"ci": {"description": "builds"}},
        "devices": {"runner": machine},
    }
    output = {"token": {"value": "${{ projects.lab.api_keys.ci.token }}", "secret": True}}
    stack = world.stack(json.dumps({"stack": "robots", "projects": {"lab": lab}, "outputs": output}))
    assert world.run("apply", stack, "--yes").code == 0
    token = world.run("output", stack, "token", "--raw").out.strip()
    assert token
    assert token in world.devices("Lab")[0]["userdata"]
    planned = world.run("plan", stack, "--destroy", "-o", "saved.plan")
    shown = world.run("plan", stack, "--destroy", "--format", "json")
    lab["devices"] = {}
    world.stack(json.dumps({"stack": "robots", "projects": {"lab": lab}, "outputs": output}))
    removed = world.run("plan", stack)
    assert "userdata         = (sensitive value)" in removed.out
    done = world.run("destroy", stack, "--yes")
    assert done.code == 0, done.err
    saved = (world.folder / "saved.plan").read_text(encoding="utf-8")
    for each in (planned, shown, removed, done):
        assert token not in each.out + each.err
        assert "export TOKEN" not in each.out
    assert token not in saved
    assert "export TOKEN" not in saved


def test_a_misspelt_field_of_a_key_is_told_in_good_grammar(world: World) -> None:
    world.stack(KEYS.replace("read_only", "readonly"))
    refused = world.run("validate", "stack.yaml")
    assert refused.code == 1
    assert "an api_key has no `readonly`" in refused.err
    assert "did you mean `read_only`?" in refused.err
