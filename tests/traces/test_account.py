"""What a token may do, as users met it."""

from __future__ import annotations

from tests.traces.answered import answered
from tests.traces.desk import KEYS, STACK, Desk

KEY_ROUTE = "/projects/{id}/ssh-keys"

# ssh-key-project-token-404


def test_the_reconciler_finds_the_key_that_a_404_hid(desk: Desk) -> None:
    """With a project's own token the API makes the key, and then answers 404."""
    desk.fault("commit_then_status", "POST", KEY_ROUTE, status=404)
    desk.apply(STACK + KEYS)
    assert desk.sent("POST", KEY_ROUTE) == 1


def test_the_reconciler_believes_a_404_when_there_is_no_key(desk: Desk) -> None:
    desk.fault("status", "POST", KEY_ROUTE, status=404)
    assert "Not found (HTTP 404" in desk.failed(STACK + KEYS)
    desk.apply(STACK + KEYS)


# project-create-404


def test_a_project_is_not_found_when_the_token_may_not_make_one(desk: Desk) -> None:
    desk.fault("status", "POST", "/projects", status=404)
    answered(desk.api.call("POST", "/projects", {"name": "PACKNGO_TEST_DELME_2d768716"}), "project-create-404")
    assert desk.api.get("/projects")["projects"] == []


def test_the_reconciler_says_what_a_404_for_a_new_project_means(desk: Desk) -> None:
    desk.fault("status", "POST", "/projects", status=404)
    said = desk.failed(STACK + KEYS)
    assert "Not found (HTTP 404" in said
    assert "a project's own API key cannot make projects" in said
