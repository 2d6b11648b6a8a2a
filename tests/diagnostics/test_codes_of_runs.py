"""Codes of the rooms behind the reader: the planner's, the executor's and the command line's."""

from __future__ import annotations

import json

from tests.acceptance.conftest import World, applied
from tests.acceptance.conftest import world as world
from tests.acceptance.stacks import WEB

OUTPUTS = WEB + "outputs: {names: [a, b]}\n"
TWO = """\
stack: two
projects:
  two:
    name: Two
    ssh_keys: {ops: {key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFjY2VwdGFuY2VhY2NlcHRhbmNlYWNjZXB0YW5jZWFj ops"}}
    ip_reservations: {vip: {type: public_ipv4, quantity: 1, facility: ams1}}
    devices:
      web:
        facility: ewr1
        plan: c1.small.x86
        operating_system: ubuntu_18_04
        ip_assignments: {vip: "${{ project.ip_reservations.vip }}"}
"""


def test_a_stack_without_resources_is_no_way_to_destroy(world: World) -> None:
    assert "error[empty-stack]" in world.run("plan", world.stack("stack: nothing\n")).err


def test_files_that_are_no_plans_are_told_apart(world: World) -> None:
    (world.folder / "some.json").write_text('{"format_version": "1.2", "resource_changes": []}')
    assert "error[not-a-plan]" in world.run("apply", "some.json").err
    assert world.run("plan", world.stack(WEB), "-o", "plan.json").code == 0
    path = world.folder / "plan.json"
    document = json.loads(path.read_text())
    document["errored"] = True
    path.write_text(json.dumps(document))
    assert "error[plan-changed]" in world.run("apply", "plan.json").err


def test_outputs_that_cannot_be_printed(world: World) -> None:
    applied(world, world.stack(OUTPUTS))
    assert "error[not-a-text]" in world.run("output", "stack.yaml", "names", "--raw").err
    wrong = world.run("output", "stack.yaml", "nams").err
    assert "error[unknown-output]" in wrong
    assert "did you mean `names`?" in wrong


def test_an_address_of_another_facility_is_found_before_anything_is_made(world: World) -> None:
    done = world.run("apply", world.stack(TWO), "--yes")
    assert "error[another-facility]" in done.err
    assert world.ledger() == []


def test_a_lost_answer_to_a_raw_call_is_in_doubt(world: World) -> None:
    world.faults({"method": "POST", "route": "/projects", "nth": 1, "kind": "commit_then_drop"})
    assert "error[in-doubt]" in world.run("api", "POST", "/projects", '{"name": "x"}').err


def test_a_refused_step_shows_the_line_that_set_the_value(world: World) -> None:
    world.call("POST", "/_emulator/settings", {"stock": {"ewr1/c1.small.x86": 2}})
    done = world.run("apply", world.stack(WEB), "--yes", "--no-preflight")
    assert "error[step-failed]" in done.err
    line = next(number for number, each in enumerate(WEB.splitlines(), 1) if each.startswith("        facility"))
    assert f"--> stack.yaml:{line}:19" in done.err
    assert "        facility: ewr1\n   |                   ^^^^" in done.err


def test_what_the_api_cannot_remove_is_not_replaced(world: World) -> None:
    stack = world.stack(WEB.replace("    vlans:", "    bgp_config: {deployment_type: local, asn: 65000}\n    vlans:"))
    applied(world, stack)
    assert "error[cannot-replace]" in world.run("plan", stack, "--replace", "projects.web.bgp_config").err


def test_explain_knows_the_nearest_code(world: World) -> None:
    done = world.run("explain", "error[unknwon-key]")
    assert done.code == 1
    assert "error[unknown-code]" in done.err
    assert "did you mean `unknown-key`?" in done.err


def test_a_journal_that_cannot_be_written_stops_an_apply_that_creates(world: World) -> None:
    (world.folder / "taken").mkdir()
    (world.folder / "taken" / "journal").write_text("no folder")
    refused = world.run("apply", world.stack(WEB), "--yes", "--journal", "taken/journal/deeper")
    assert refused.code == 1
    assert "error[no-journal]" in refused.err
    assert world.ledger() == []
    applied(world, "stack.yaml", "--no-journal")
    assert not (world.folder / ".reconciler" / "journal").exists()
