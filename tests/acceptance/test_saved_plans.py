"""A saved plan is done as saved, or refused."""

from __future__ import annotations

from tests.acceptance.conftest import World
from tests.acceptance.stacks import WEB


def test_a_saved_plan_applies_as_saved(world: World) -> None:
    stack = world.stack(WEB)
    assert world.run("plan", stack, "-o", "plan.json").code == 0
    assert (world.folder / "plan.json").stat().st_mode & 0o777 == 0o600
    applied = world.run("apply", "plan.json", "--yes")
    assert applied.code == 0, applied.out + applied.err
    assert "Apply complete! Resources: 6 added, 0 changed, 0 destroyed." in applied.out
    assert world.run("plan", stack, "--detailed-exitcode").code == 0


def test_a_saved_plan_is_stale_after_a_live_change(world: World) -> None:
    stack = world.stack(WEB)
    assert world.run("apply", stack, "--yes").code == 0
    world.edit(stack, "tags: [web]", "tags: [web, more]")
    assert world.run("plan", stack, "-o", "plan.json").code == 0
    device = world.devices("Web")[0]
    world.call("PATCH", f"/devices/{device['id']}", {"hostname": "by-hand"})
    before = len(world.ledger())
    refused = world.run("apply", "plan.json", "--yes")
    assert refused.code == 5, refused.out + refused.err
    assert "projects.web.devices.web[" in refused.err
    assert len(world.ledger()) == before


def test_a_saved_plan_cannot_be_applied_twice(world: World) -> None:
    stack = world.stack(WEB)
    assert world.run("plan", stack, "-o", "plan.json").code == 0
    assert world.run("apply", "plan.json", "--yes").code == 0
    assert world.run("apply", "plan.json", "--yes").code == 5


def test_a_saved_plan_is_stale_when_the_stack_changed(world: World) -> None:
    stack = world.stack(WEB)
    assert world.run("plan", stack, "-o", "plan.json").code == 0
    world.edit(stack, "count: 3", "count: 4")
    refused = world.run("apply", "plan.json", "--yes")
    assert refused.code == 5
    assert "stack.yaml" in refused.err


def test_an_edited_plan_file_is_refused(world: World) -> None:
    stack = world.stack(WEB)
    assert world.run("plan", stack, "-o", "plan.json").code == 0
    world.edit("plan.json", "c1.small.x86", "c1.xlarge.x86")
    refused = world.run("apply", "plan.json", "--yes")
    assert refused.code == 1
    assert world.ledger() == []


def test_a_saved_destroy_destroys(world: World) -> None:
    stack = world.stack(WEB)
    assert world.run("apply", stack, "--yes").code == 0
    assert world.run("plan", stack, "--destroy", "-o", "plan.json").code == 0
    assert world.run("apply", "plan.json", "--yes").code == 0
    assert world.call("GET", "/projects")["projects"] == []


def test_no_secret_is_in_a_plan_file_or_on_a_stream(world: World) -> None:
    secret = "Canary2019Canary"
    stack = world.stack(
        "stack: web\nvariables:\n  md5: {type: string, secret: true}\n"
        + WEB.removeprefix("stack: web\n").replace(
            "    name: Web\n",
            "    name: Web\n    bgp_config: {deployment_type: local, asn: 65000, md5: '${{ var.md5 }}'}\n",
        )
        + "        userdata: token ${{ var.md5 }}\n"
    )
    environment = {"RECONCILER_VAR_md5": secret}
    planned = world.run("plan", stack, "-o", "plan.json", environment=environment)
    applied = world.run("apply", "plan.json", "--yes", environment=environment)
    as_json = world.run("plan", stack, "--format", "json", environment=environment)
    drifted = world.run("drift", stack, "--json", environment=environment)
    assert (planned.code, applied.code, as_json.code, drifted.code) == (0, 0, 0, 0), applied.err
    everything = [(world.folder / "plan.json").read_text(encoding="utf-8")]
    everything += [text for ran in (planned, applied, as_json, drifted) for text in (ran.out, ran.err)]
    assert not any(secret in text for text in everything)
