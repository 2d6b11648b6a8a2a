"""Licences on the real command line, and their keys, which nothing may show."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.conftest import World

STACK = """\
stack: software
projects:
  lab:
    name: Lab
    licenses:
      db: {licensee_product_id: db-standard, size: 2, description: database}
outputs:
  key: {value: "${{ projects.lab.licenses.db.license_key }}", secret: true}
"""


def licenses(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.call("GET", f"/projects/{world.project_id('Lab')}/licenses")["licenses"]
    return found


def applied(world: World) -> str:
    done = world.run("apply", "stack.yaml", "--yes")
    assert done.code == 0, done.out + done.err
    again = world.run("plan", "stack.yaml", "--detailed-exitcode")
    assert again.code == 0, again.out + again.err
    return done.out + done.err


@pytest.fixture
def licensed(world: World) -> World:
    world.stack(STACK)
    applied(world)
    return world


def test_a_license_is_changed_in_place_but_for_its_product(licensed: World) -> None:
    (before,) = licenses(licensed)
    licensed.edit("stack.yaml", "size: 2, description: database", "size: 4, description: the cluster's")
    applied(licensed)
    (after,) = licenses(licensed)
    assert (after["id"], after["size"]) == (before["id"], 4)
    assert after["description"].startswith("the cluster's [reconciler:software:")
    licensed.edit("stack.yaml", "db-standard", "db-enterprise")
    planned = licensed.run("plan", "stack.yaml")
    assert "must be replaced" in planned.out
    assert "Impact: the licence key changes" in planned.out
    applied(licensed)
    assert [each["id"] for each in licenses(licensed)] != [before["id"]]


def test_the_key_is_shown_only_when_it_is_asked_for_by_name(licensed: World) -> None:
    (found,) = licenses(licensed)
    key = found["license_key"]
    shown = [licensed.run(*command, "stack.yaml") for command in (("plan",), ("plan", "--format", "json"), ("drift",))]
    shown += [licensed.run("apply", "stack.yaml", "--yes", "--json"), licensed.run("output", "stack.yaml")]
    assert all(key not in each.out + each.err for each in shown)
    assert licensed.run("output", "stack.yaml", "key", "--raw").out.strip() == key


def test_an_output_that_reads_the_key_has_to_be_secret(world: World) -> None:
    world.stack(STACK.replace(", secret: true", ""))
    found = world.run("validate", "stack.yaml")
    assert found.code == 1
    assert "secret" in found.err


def test_a_license_taken_out_is_destroyed(licensed: World) -> None:
    licensed.stack("stack: software\nprojects: {lab: {name: Lab}}\n")
    applied(licensed)
    assert licenses(licensed) == []


def test_a_lost_answer_does_not_make_a_second_license(world: World) -> None:
    world.faults({"method": "POST", "route": "/projects/{id}/licenses", "nth": 1, "kind": "commit_then_drop"})
    world.stack(STACK)
    applied(world)
    assert len(licenses(world)) == 1
