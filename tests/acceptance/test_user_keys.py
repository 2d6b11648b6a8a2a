"""SSH keys of the token's user, at the top of a stack, on the real command line."""

from __future__ import annotations

import pytest

from tests.acceptance.conftest import World, applied
from tests.acceptance.test_organizations import routes

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFjY2VwdGFuY2VhY2NlcHRhbmNlYWNjZXB0YW5jZWFj ops@example.com"
OTHER = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFjY2VwdGFuY2VhY2NlcHRhbmNlYWNjZXB0YW5jZWFk ops@example.com"
STACK = f"stack: keys\nssh_keys:\n  ops: {{label: Operations, key: {KEY}}}\n"


def labels(world: World) -> list[str]:
    return [each["label"].split(" [")[0] for each in world.call("GET", "/ssh-keys")["ssh_keys"]]


@pytest.fixture
def made(world: World) -> World:
    applied(world, world.stack(STACK))
    return world


def test_label_and_key_are_changed_in_place_and_drift_is_put_back(made: World) -> None:
    begun = len(made.ledger())
    made.edit("stack.yaml", "Operations", "On call")
    made.edit("stack.yaml", KEY, OTHER)
    applied(made, "stack.yaml")
    (there,) = made.call("GET", "/ssh-keys")["ssh_keys"]
    made.call("PUT", f"/ssh-keys/{there['id']}", {"key": KEY})
    assert made.run("drift", "stack.yaml").code == 2
    applied(made, "stack.yaml")
    assert (labels(made), set(routes(made, begun))) == (["On call"], {"PUT /ssh-keys/{id}"})


def test_keys_that_are_no_longer_declared_and_only_those_are_deleted(made: World) -> None:
    made.call("POST", "/ssh-keys", {"label": "mine", "key": OTHER})
    made.stack("stack: keys\nprojects: {edge: {name: Edge}}\n")
    applied(made, "stack.yaml")
    assert labels(made) == ["mine"]


def test_a_lost_answer_does_not_make_a_second_key(world: World) -> None:
    world.faults({"method": "POST", "route": "/ssh-keys", "nth": 1, "kind": "commit_then_drop"})
    applied(world, world.stack(STACK))
    assert (len(world.created("/ssh-keys")), labels(world)) == (1, ["Operations"])


def test_a_key_that_is_in_the_account_already_is_told_as_such(world: World) -> None:
    world.call("POST", "/ssh-keys", {"label": "by hand", "key": KEY})
    ran = world.run("apply", world.stack(STACK), "--yes")
    assert (ran.code, labels(world)) == (4, ["by hand"])
    assert "is there already" in ran.err


def test_a_destroy_leaves_none(made: World) -> None:
    ran = made.run("destroy", "stack.yaml", "--yes")
    assert (ran.code, labels(made)) == (0, []), ran.out + ran.err
