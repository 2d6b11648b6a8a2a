"""Limits of the stack file at the command line: what refuses an apply or a destroy, and what then lets it go on."""

from __future__ import annotations

import json

import pytest

from .conftest import Shell

FLEET = """\
stack: fleet
projects:
  web:
    name: Web
    vlans:
      lan: {count: 8, facility: ewr1, description: "lan ${{ index }}"}
"""


@pytest.fixture
def fleet(shell: Shell) -> Shell:
    shell.write("fleet.yaml", FLEET)
    assert shell.run("apply", "fleet.yaml", "--yes", shell.world).code == 0
    return shell


def rails(shell: Shell, text: str) -> None:
    """The stack of one VLAN now, with these rails."""
    shell.write("fleet.yaml", FLEET.replace("count: 8", "count: 1") + f"rails: {text}\n")


def test_an_apply_that_takes_a_large_part_away_has_to_be_told_so(fleet: Shell) -> None:
    rails(fleet, "{}")
    refused = fleet.run("apply", "fleet.yaml", "--yes", fleet.world)
    assert refused.code == 3
    assert "error[too-many-deletes]: the plan destroys 7 of the 9 objects that the stack owns, 78%" in refused.err
    assert "--allow-deletes 7" in refused.err
    assert fleet.run("plan", "fleet.yaml", "-o", "saved.plan", fleet.world).code == 0
    assert fleet.run("apply", "saved.plan", fleet.world).code == 3
    assert fleet.run("apply", "saved.plan", "--allow-deletes", "7", fleet.world).code == 0


def test_a_plan_says_what_an_apply_of_it_is_refused_for(fleet: Shell) -> None:
    rails(fleet, '{waivers: [{rail: max_delete_share, reason: "smaller", until: 2019-12-31}]}')
    planned = fleet.run("plan", "fleet.yaml", fleet.world)
    assert planned.code == 0
    assert "warning[too-many-deletes]: `apply` refuses this as it is: the plan destroys 7 of the 9" in planned.out
    assert "say --allow-deletes 7" in planned.out
    assert "warning[waiver-expired]" in planned.out
    comment = fleet.run("plan", "fleet.yaml", "--format", "markdown", fleet.world).out
    assert "`apply` refuses this as it is" in comment
    rails(fleet, "{max_delete_share: 1}")
    assert "refuses" not in fleet.run("plan", "fleet.yaml", fleet.world).out
    fleet.write("fleet.yaml", FLEET + "rails: {delete_projects: false}\n")
    destroyed = fleet.run("plan", "fleet.yaml", "--destroy", fleet.world).out
    assert "warning[project-delete]: `destroy` refuses this as it is" in destroyed


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{max_delete_share: 0.8}", 0),
        ("{max_deletes: 7, max_delete_share: 1}", 0),
        ("{max_deletes: 6, max_delete_share: 1}", 3),
        ('{waivers: [{rail: max_delete_share, reason: "smaller", until: 9999-12-31}]}', 0),
        ('{waivers: [{rail: max_delete_share, reason: "smaller", until: 2019-12-31}]}', 3),
    ],
)
def test_what_the_stack_says_of_its_own_limits(fleet: Shell, text: str, code: int) -> None:
    rails(fleet, text)
    applied = fleet.run("apply", "fleet.yaml", "--yes", fleet.world)
    assert applied.code == code
    assert ("warning[waiver-expired]" in applied.err) is ("2019" in text)


def test_a_destroy_needs_to_be_told_only_where_the_stack_says_so(fleet: Shell) -> None:
    fleet.write("fleet.yaml", FLEET + "rails: {max_deletes: 3}\n")
    assert fleet.run("destroy", "fleet.yaml", "--yes", fleet.world).code == 3
    fleet.write("fleet.yaml", FLEET + "rails: {delete_projects: false}\n")
    kept = fleet.run("destroy", "fleet.yaml", "--yes", "--allow-deletes", "99", fleet.world)
    assert kept.code == 3
    assert "error[project-delete]" in kept.err
    fleet.write("fleet.yaml", FLEET)
    assert fleet.run("destroy", "fleet.yaml", "--yes", fleet.world).code == 0


def test_creates_have_a_limit_too(shell: Shell) -> None:
    shell.write("fleet.yaml", FLEET + "rails: {max_creates: 8}\n")
    refused = shell.run("apply", "fleet.yaml", "--yes", shell.world)
    assert refused.code == 3
    assert "error[too-many-creates]: the plan creates 9 objects, and the rail `max_creates` allows 8" in refused.err
    shell.edit("fleet.yaml", "max_creates: 8", "max_creates: 9")
    assert shell.run("apply", "fleet.yaml", "--yes", shell.world).code == 0


@pytest.mark.parametrize(("typed", "code"), [("yes\n", 1), ("Fleet\n", 1), ("fleet\n", 0)])
def test_at_a_terminal_a_project_goes_only_when_the_stacks_name_is_typed(fleet: Shell, typed: str, code: int) -> None:
    asked = fleet.run("destroy", "fleet.yaml", fleet.world, stdin=typed)
    assert "Only the name of the stack, 'fleet', will be accepted to confirm." in asked.err
    assert asked.code == code


def test_at_a_terminal_yes_is_enough_for_little(fleet: Shell) -> None:
    little = fleet.run("destroy", "fleet.yaml", "--target", "projects.web.vlans.lan[0]", fleet.world, stdin="yes\n")
    assert "Only 'yes' will be accepted" in little.err
    assert little.code == 0
    several = ("--target", "projects.web.vlans.lan")
    assert fleet.run("destroy", "fleet.yaml", *several, fleet.world, stdin="yes\n").code == 1
    assert fleet.run("destroy", "fleet.yaml", *several, fleet.world, stdin="fleet\n").code == 0


def test_rails_stand_in_the_stacks_own_file_only_and_overlays_can_set_them(fleet: Shell) -> None:
    fleet.write("strict.yaml", "rails: {max_deletes: 0}\n")
    assert fleet.run("destroy", "fleet.yaml", "--overlay", "strict.yaml", "--yes", fleet.world).code == 3
    fleet.write("part.yaml", "rails: {max_deletes: 0}\n")
    fleet.write("fleet.yaml", FLEET + "groups: {part: {from: part.yaml}}\n")
    assert "it stands in the stack's own file" in fleet.run("validate", "fleet.yaml").err


def test_what_has_vanished_is_not_bought_again_before_somebody_says_so(fleet: Shell) -> None:
    """The same stack at an account that shows nothing of it."""
    (fleet.folder / "world.db").unlink()
    refused = fleet.run("apply", "fleet.yaml", "--yes", fleet.world)
    assert refused.code == 3
    assert "error[vanished]: 9 of the 9 objects that the stack owned when the last run ended" in refused.err
    assert "--accept-vanished" in refused.err
    saved = fleet.run("plan", "fleet.yaml", "-o", "saved.plan", fleet.world)
    assert saved.code == 0
    assert fleet.run("apply", "saved.plan", fleet.world).code == 3
    assert fleet.run("apply", "saved.plan", "--accept-vanished", fleet.world).code == 0
    assert fleet.run("apply", "fleet.yaml", "--yes", fleet.world).code == 0


def test_a_plan_says_how_its_deletes_are_paced_and_so_does_a_saved_one(shell: Shell) -> None:
    volume = "{facility: ewr1, plan: storage_1, size: 100, billing_cycle: hourly}"
    volumes = f"    volumes: {{a: {volume}, b: {volume}, c: {volume}}}\n"
    shell.write("fleet.yaml", FLEET.replace("count: 8", "count: 1") + volumes + "rails: {canary: true}\n")
    applied = shell.run("apply", "fleet.yaml", "--yes", shell.world)
    assert applied.code == 0, applied.err
    said = (
        "Deletes of 3 machines and volumes are paced: the first goes alone and has to be gone before the others are "
        "sent; at most 60 a minute."
    )
    planned = shell.run("plan", "fleet.yaml", "--destroy", "-o", "saved.plan", shell.world)
    assert said in planned.out
    assert said in shell.run("show", "saved.plan").out
    document = json.loads(shell.run("show", "saved.plan", "--format", "json").out)
    assert document["x_reconciler"]["pacing"] == {"deletes": 3, "canary": True, "per_minute": 60}
    assert shell.run("apply", "saved.plan", shell.world).code == 0
