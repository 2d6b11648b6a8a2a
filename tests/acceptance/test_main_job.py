"""Apply, plan, change, drift, destroy: the path that the README promises."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance.conftest import EXAMPLES, World
from tests.acceptance.stacks import WEB
from tests.cassettes.recording import NAMES


def test_the_embedded_emulator_runs_the_quickstart(world: World) -> None:
    stack, emulator = world.example("quickstart"), f"--emulator={world.folder}/world.db"
    applied = world.run("apply", stack, emulator, "--yes")
    assert applied.code == 0, applied.err
    assert "Apply complete! Resources: 8 added, 0 changed, 0 destroyed." in applied.out
    assert "emulator" in applied.err
    again = world.run("plan", stack, emulator, "--detailed-exitcode")
    assert again.code == 0, again.out + again.err
    assert "No changes. Your infrastructure matches the configuration." in again.out
    world.edit(stack, "tags: [balancer, quickstart]", "tags: [balancer, edited]")
    changed = world.run("plan", stack, emulator, "--detailed-exitcode")
    assert changed.code == 2, changed.out + changed.err
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in changed.out
    assert "projects.web.devices.balancer will be updated in-place" in changed.out


def changed_by_hand(world: World) -> None:
    """Somebody renames the project, and takes the VLANs off each port, in the portal."""
    for project in world.call("GET", "/projects?per_page=100")["projects"]:
        world.call("PUT", f"/projects/{project['id']}", {"name": "Renamed by hand"})
    for device in world.devices("Renamed by hand"):
        for port in device["network_ports"]:
            for vlan in port["virtual_networks"]:
                world.call("POST", f"/ports/{port['id']}/unassign", {"vnid": vlan["href"].rsplit("/", 1)[-1]})


@pytest.mark.parametrize("name", sorted(each.stem for each in EXAMPLES.glob("*.yaml")))
def test_every_example_applies_replans_empty_and_leaves_nothing(world: World, name: str) -> None:
    before = world.whole()
    stack = world.example(name)
    applied = world.run("apply", stack, "--yes")
    assert applied.code == 0, applied.out + applied.err
    again = world.run("plan", stack, "--detailed-exitcode")
    assert again.code == 0, again.out + again.err
    if name in NAMES:  # those that have a cassette: the others hold nothing else that could drift
        changed_by_hand(world)
        drifted = world.run("drift", stack)
        assert drifted.code == 2, drifted.out + drifted.err
        mended = world.run("apply", stack, "--yes")
        assert mended.code == 0, mended.out + mended.err
        assert world.run("drift", stack).code == 0
    destroyed = world.run("destroy", stack, "--yes")
    assert destroyed.code == 0, destroyed.out + destroyed.err
    assert "Destroy complete! Resources:" in destroyed.out
    assert world.whole() == before


def test_each_mutation_is_sent_once(world: World) -> None:
    assert world.run("apply", world.stack(WEB), "--yes").code == 0
    routes = sorted((each["method"], each["route"]) for each in world.ledger())
    assert routes == [
        ("POST", "/projects"),
        ("POST", "/projects/{id}/devices"),
        ("POST", "/projects/{id}/devices"),
        ("POST", "/projects/{id}/devices"),
        ("POST", "/projects/{id}/ssh-keys"),
        ("POST", "/projects/{id}/virtual-networks"),
    ]


def test_deleting_a_block_shows_exactly_that_destroy(world: World) -> None:
    stack = world.stack(WEB)
    assert world.run("apply", stack, "--yes").code == 0
    world.edit(stack, "    vlans:\n      storage: {facility: ewr1, description: storage}\n", "")
    planned = world.run("plan", stack)
    assert "Plan: 0 to add, 0 to change, 1 to destroy." in planned.out
    assert "projects.web.vlans.storage will be destroyed" in planned.out
    assert world.run("apply", stack, "--yes").code == 0
    assert world.call("GET", f"/projects/{world.project_id('Web')}/virtual-networks")["virtual_networks"] == []


def test_renaming_a_hostname_updates_the_machine_in_place(world: World) -> None:
    stack = world.stack(WEB)
    assert world.run("apply", stack, "--yes").code == 0
    before = sorted(each["id"] for each in world.devices("Web"))
    world.edit(stack, "hostname: web-", "hostname: www-")
    assert "Plan: 0 to add, 3 to change, 0 to destroy." in world.run("plan", stack).out
    assert world.run("apply", stack, "--yes").code == 0
    assert sorted(each["id"] for each in world.devices("Web")) == before
    assert sorted(each["hostname"] for each in world.devices("Web")) == ["www-0", "www-1", "www-2"]


def test_tags_of_others_survive_our_update(world: World) -> None:
    stack = world.stack(WEB)
    assert world.run("apply", stack, "--yes").code == 0
    device = world.devices("Web")[0]
    world.call("PATCH", f"/devices/{device['id']}", {"tags": [*device["tags"], "theirs"]})
    assert world.run("plan", stack, "--detailed-exitcode").code == 0
    world.edit(stack, "tags: [web]", "tags: [web, more]")
    assert world.run("apply", stack, "--yes").code == 0
    tags = world.call("GET", f"/devices/{device['id']}")["tags"]
    assert {"theirs", "web", "more"} <= set(tags)
    assert world.run("plan", stack, "--detailed-exitcode").code == 0


def test_a_copy_under_another_name_touches_nothing_of_the_first(world: World) -> None:
    assert world.run("apply", world.stack(WEB), "--yes").code == 0
    ids = {each["id"] for each in world.devices("Web")}
    copy = world.stack(WEB.replace("stack: web", "stack: copy").replace("name: Web", "name: Copy"), "copy.yaml")
    assert world.run("apply", copy, "--yes").code == 0
    assert world.run("destroy", copy, "--yes").code == 0
    assert {each["id"] for each in world.devices("Web")} == ids
    assert world.run("plan", "stack.yaml", "--detailed-exitcode").code == 0


def test_destroy_leaves_strangers_alone_and_lists_them(world: World) -> None:
    project = world.call("POST", "/projects", {"name": "Shared"})
    theirs = world.call("POST", f"/projects/{project['id']}/virtual-networks", {"facility": "ewr1", "description": "x"})
    stack = world.stack(WEB.replace("name: Web", f"existing: {project['id']}"))
    assert world.run("apply", stack, "--yes").code == 0
    destroyed = world.run("destroy", stack, "--yes")
    assert destroyed.code == 0, destroyed.out + destroyed.err
    assert theirs["id"] in destroyed.out + destroyed.err
    left = world.call("GET", f"/projects/{project['id']}/virtual-networks")["virtual_networks"]
    assert [each["id"] for each in left] == [theirs["id"]]
    assert world.call("GET", f"/projects/{project['id']}/ssh-keys")["ssh_keys"] == []


def test_a_project_that_holds_strangers_is_kept_and_the_destroy_says_so(world: World) -> None:
    stack = world.stack(WEB)
    assert world.run("apply", stack, "--yes").code == 0
    project = world.project_id("Web")
    theirs = world.call("POST", f"/projects/{project}/virtual-networks", {"facility": "ewr1", "description": "x"})
    destroyed = world.run("destroy", stack, "--yes")
    assert destroyed.code == 4, destroyed.out + destroyed.err
    assert theirs["id"] in destroyed.out + destroyed.err
    assert world.project_id("Web") == project
    assert world.devices("Web") == []
    again = world.run("destroy", stack, "--yes")
    assert (again.code, theirs["id"] in again.out + again.err) == (4, True), "also when there is nothing left to do"


def test_drift_names_the_field_and_both_values_and_only_reads(world: World) -> None:
    stack = world.stack(WEB)
    assert world.run("apply", stack, "--yes").code == 0
    assert world.run("drift", stack).code == 0
    device = world.devices("Web")[0]
    assert world.run("api", "PATCH", f"/devices/{device['id']}", '{"hostname": "by-hand"}').code == 0
    before = world.requests_by_method()
    drifted = world.run("drift", stack)
    after = world.requests_by_method()
    assert drifted.code == 2, drifted.out + drifted.err
    assert "hostname" in drifted.out
    assert "by-hand" in drifted.out
    assert device["hostname"] in drifted.out
    assert {method for method in after if after[method] != before.get(method, 0)} == {"GET"}


def test_the_number_of_reads_does_not_grow_with_the_devices(world: World) -> None:
    stack = world.stack(WEB)
    assert world.run("apply", stack, "--yes").code == 0
    start = world.requests_by_method()["GET"]
    assert world.run("plan", stack).code == 0
    few = world.requests_by_method()["GET"] - start
    world.edit(stack, "count: 3", "count: 40")
    assert world.run("apply", stack, "--yes").code == 0
    start = world.requests_by_method()["GET"]
    assert world.run("plan", stack).code == 0
    assert world.requests_by_method()["GET"] - start == few <= 12


def test_plan_as_json_fits_its_schema(world: World) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((Path(__file__).parents[2] / "schemas" / "plan.schema.json").read_text(encoding="utf-8"))
    stack = world.stack(WEB)
    for _ in range(2):
        document = json.loads(world.run("plan", stack, "--format", "json").out)
        jsonschema.validate(document, schema)
        assert world.run("apply", stack, "--yes").code == 0
    assert {tuple(each["change"]["actions"]) for each in document["resource_changes"]} == {("no-op",)}


def test_output_does_not_depend_on_the_hash_seed(world: World) -> None:
    stack = world.example("kubernetes-bgp-metallb")
    seen = {world.run("plan", stack, "--format", "json", environment={"PYTHONHASHSEED": seed}).out for seed in "123"}
    assert len(seen) == 1
