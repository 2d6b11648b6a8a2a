"""What a token may do, as users met it."""

from __future__ import annotations

from dataclasses import replace

from tests.emulator.client import Client, public_key
from tests.traces.answered import answered
from tests.traces.desk import KEYS, STACK, Desk

KEY_ROUTE = "/projects/{id}/ssh-keys"


def with_a_projects_key(desk: Desk, project: str) -> Client:
    """A client whose token is the project's own."""
    token = desk.api.make(f"/projects/{project}/api-keys", {"description": "robot", "read_only": False})["token"]
    return replace(desk.api, headers={**desk.api.headers, "X-Auth-Token": token})


# ssh-key-project-token-404


def test_a_projects_own_token_makes_a_key_and_is_told_that_it_is_not_found(desk: Desk) -> None:
    project = desk.api.project(key=None)
    robot = with_a_projects_key(desk, project)
    asked = {"label": "ops", "key": public_key(2)}
    answered(robot.call("POST", f"/projects/{project}/ssh-keys", asked), "ssh-key-project-token-404")
    assert [each["label"] for each in robot.get(f"/projects/{project}/ssh-keys")["ssh_keys"]] == ["ops"]


def test_the_reconciler_finds_the_key_that_a_404_hid(desk: Desk) -> None:
    project = desk.api.project(key=None)
    desk.use(str(with_a_projects_key(desk, project).headers["X-Auth-Token"]))
    desk.apply(STACK.replace("name: Edge", f"existing: {project}") + KEYS)
    assert desk.sent("POST", KEY_ROUTE) == 1
    assert len(desk.api.get(f"/projects/{project}/ssh-keys")["ssh_keys"]) == 1


def test_the_reconciler_believes_a_404_when_there_is_no_key(desk: Desk) -> None:
    desk.fault("status", "POST", KEY_ROUTE, status=404)
    assert "Not found (HTTP 404" in desk.failed(STACK + KEYS)
    desk.apply(STACK + KEYS)


# project-create-404


def test_a_project_is_not_found_when_the_token_may_not_make_one(desk: Desk) -> None:
    project = desk.api.project()
    robot = with_a_projects_key(desk, project)
    answered(robot.call("POST", "/projects", {"name": "PACKNGO_TEST_DELME_2d768716"}), "project-create-404")
    assert [each["id"] for each in desk.api.get("/projects")["projects"]] == [project]


def test_the_reconciler_says_what_a_404_for_a_new_project_means(desk: Desk) -> None:
    desk.use(str(with_a_projects_key(desk, desk.api.project()).headers["X-Auth-Token"]))
    said = desk.failed(STACK + KEYS)
    assert "Not found (HTTP 404" in said
    assert "a project's own API key cannot make projects" in said
