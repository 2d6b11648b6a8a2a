"""`moved`: what is written at another address of the file goes on being the same object."""

from __future__ import annotations

import json

import pytest

from tests.acceptance.conftest import World, applied
from tests.acceptance.stacks import KEY

HEAD = f"""\
stack: moved
projects:
  lab:
    name: Lab
    ssh_keys:
      ops: {{key: "{KEY}"}}
"""
BODY = "{hostname: web, facility: ewr1, plan: c1.small.x86, operating_system: ubuntu_18_04}"
ONE = HEAD + f"    devices:\n      old: {BODY}\n"
RENAMED = HEAD + f"    devices:\n      new: {BODY}\n"
ENTRY = "moved:\n  projects.lab.devices.old: projects.lab.devices.new\n"


def machine_ids(world: World) -> set[str]:
    return {each["id"] for each in world.devices("Lab")}


def marks(world: World) -> set[str]:
    """The addresses that the machines' marks say."""
    tags = [tag for each in world.devices("Lab") for tag in each["tags"] if tag.startswith("reconciler:")]
    return {tag.split(":", 2)[2] for tag in tags}


def moved_only(world: World, stack: str) -> None:
    """The plan does nothing but rewrite marks, the apply touches no machine otherwise, and the next plan is empty."""
    ids = machine_ids(world)
    planned = world.run("plan", stack, "--detailed-exitcode")
    assert planned.code == 2, planned.out + planned.err
    assert "Plan: 0 to add, 0 to change, 0 to destroy." in planned.out
    applied(world, stack)
    assert machine_ids(world) == ids


def test_a_renamed_machine_keeps_running_and_its_mark_says_the_new_address(world: World) -> None:
    applied(world, world.stack(ONE))
    stack = world.stack(RENAMED + ENTRY)
    planned = world.run("plan", stack)
    assert "  # projects.lab.devices.old has moved to projects.lab.devices.new" in planned.out
    assert "Resource actions are indicated" not in planned.out
    moved_only(world, stack)
    assert marks(world) == {"projects.lab.devices.new"}


def test_the_entry_can_be_taken_out_after_the_apply(world: World) -> None:
    applied(world, world.stack(ONE))
    applied(world, world.stack(RENAMED + ENTRY))
    assert world.run("plan", world.stack(RENAMED), "--detailed-exitcode").code == 0


def test_an_entry_that_applies_to_nothing_changes_nothing(world: World) -> None:
    applied(world, world.stack(RENAMED))
    ran = world.run("plan", world.stack(RENAMED + ENTRY), "--detailed-exitcode")
    assert (ran.code, "moved" in ran.out) == (0, False)


def test_json_says_the_previous_address(world: World) -> None:
    applied(world, world.stack(ONE))
    document = json.loads(world.run("plan", world.stack(RENAMED + ENTRY), "--format", "json").out)
    (change,) = (each for each in document["resource_changes"] if each["type"] == "device")
    assert change["previous_address"] == "projects.lab.devices.old"
    assert change["address"] == "projects.lab.devices.new"
    assert change["change"]["actions"] == ["no-op"]


def test_a_moved_machine_can_be_changed_in_the_same_run(world: World) -> None:
    applied(world, world.stack(ONE))
    ids = machine_ids(world)
    stack = world.stack(RENAMED.replace("hostname: web", "hostname: app, tags: [blue]") + ENTRY)
    planned = world.run("plan", stack)
    assert "  # projects.lab.devices.new will be updated in-place" in planned.out
    assert "  # (moved from projects.lab.devices.old)" in planned.out
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in planned.out
    applied(world, stack)
    assert machine_ids(world) == ids
    assert [each["hostname"] for each in world.devices("Lab")] == ["app"]


def test_a_moved_machine_that_is_replaced_leaves_nothing_at_the_old_address(world: World) -> None:
    applied(world, world.stack(ONE))
    for first in ("false", "true"):
        text = RENAMED.replace("c1.small.x86", "c2.medium.x86" if first == "false" else "t1.small.x86")
        text = text.replace("{hostname", f"{{lifecycle: {{create_before_destroy: {first}}}, hostname")
        applied(world, world.stack(text + ENTRY))
        assert marks(world) == {"projects.lab.devices.new"}
        assert len(world.devices("Lab")) == 1
        applied(world, world.stack(text.replace("new:", "old:")))  # and back, by name only


def test_from_count_to_for_each(world: World) -> None:
    counted = HEAD + f"    devices:\n      web: {BODY.replace('{', '{count: 2, ', 1)}\n"
    keyed = HEAD + f"    devices:\n      web: {BODY.replace('{', '{for_each: [a, b], ', 1)}\n"
    applied(world, world.stack(counted))
    entries = 'moved:\n  projects.lab.devices.web[0]: projects.lab.devices.web["a"]\n'
    entries += "  projects.lab.devices.web[1]: projects.lab.devices.web['b']\n"
    moved_only(world, world.stack(keyed + entries))
    assert marks(world) == {'projects.lab.devices.web["a"]', 'projects.lab.devices.web["b"]'}


def test_a_whole_block_keeps_its_indices(world: World) -> None:
    counted = HEAD + f"    devices:\n      web: {BODY.replace('{', '{count: 2, ', 1)}\n"
    applied(world, world.stack(counted))
    renamed = counted.replace("      web:", "      site:")
    moved_only(world, world.stack(renamed + "moved:\n  projects.lab.devices.web: projects.lab.devices.site\n"))
    assert marks(world) == {"projects.lab.devices.site[0]", "projects.lab.devices.site[1]"}


@pytest.mark.parametrize("back", [False, True])
def test_a_single_machine_becomes_the_first_of_several_and_back(world: World, back: bool) -> None:
    single = HEAD + f"    devices:\n      web: {BODY}\n"
    counted = HEAD + f"    devices:\n      web: {BODY.replace('{', '{count: 1, ', 1)}\n"
    before, after = (counted, single) if back else (single, counted)
    addresses = ["projects.lab.devices.web", "projects.lab.devices.web[0]"]
    old, new = reversed(addresses) if back else addresses
    applied(world, world.stack(before))
    moved_only(world, world.stack(f"{after}moved:\n  {old}: {new}\n"))
    assert marks(world) == {new}


WHOLE = (
    HEAD
    + """\
    vlans:
      storage: {facility: ewr1, description: storage}
    ip_reservations:
      vip: {type: public_ipv4, quantity: 1, facility: ewr1, tags: [edge]}
    volumes:
      data: {plan: storage_1, size: 100, facility: ewr1}
    devices:
      web:
        hostname: web
        facility: ewr1
        plan: c2.medium.x86
        operating_system: ubuntu_18_04
        network_type: hybrid
        ports: {eth1: {vlans: [storage]}}
        ip_assignments: {vip: "${{ project.ip_reservations.vip }}"}
        volume_attachments: {data: data}
"""
)


def test_all_that_is_in_a_renamed_project_moves_with_it(world: World) -> None:
    applied(world, world.stack(WHOLE))
    before = {each["id"] for each in world.call("GET", "/projects")["projects"]}
    renamed = WHOLE.replace("  lab:\n", "  works:\n")
    moved_only(world, world.stack(renamed + "moved: {projects.lab: projects.works}\n"))
    assert {each["id"] for each in world.call("GET", "/projects")["projects"]} == before
    assert marks(world) == {"projects.works.devices.web"}


def test_a_vlan_in_use_keeps_its_mark_and_is_known_by_the_entry(world: World) -> None:
    applied(world, world.stack(WHOLE))
    renamed = WHOLE.replace("      storage: {", "      data: {").replace("[storage]", "[data]")
    stack = world.stack(renamed + "moved: {projects.lab.vlans.storage: projects.lab.vlans.data}\n")
    planned = world.run("plan", stack, "--detailed-exitcode")
    assert planned.code == 0, planned.out
    told = "note[mark-stays]: projects.lab.vlans.data goes on being marked as projects.lab.vlans.storage"
    assert told in planned.out
    assert "keep the entry in `moved`" in planned.out


def test_an_assigned_address_and_an_attached_volume_move_in_place(world: World) -> None:
    applied(world, world.stack(WHOLE))
    text = WHOLE.replace("      vip: {type", "      front: {type").replace(
        "ip_reservations.vip }", "ip_reservations.front }"
    )
    text = text.replace("      data: {plan", "      disk: {plan").replace("{data: data}", "{data: disk}")
    text = text.replace("ip_assignments: {vip:", "ip_assignments: {front:")
    entries = """\
moved:
  projects.lab.ip_reservations.vip: projects.lab.ip_reservations.front
  projects.lab.volumes.data: projects.lab.volumes.disk
  projects.lab.devices.web.ip_assignments.vip: projects.lab.devices.web.ip_assignments.front
"""
    moved_only(world, world.stack(text + entries))
    assert world.run("plan", world.stack(text), "--detailed-exitcode").code == 0


GROUP = f"""\
devices:
  db: {BODY}
"""


def test_a_machine_moves_into_a_group(world: World) -> None:
    applied(world, world.stack(ONE))
    world.stack(GROUP, "storage.yaml")
    text = HEAD + "    groups:\n      storage: {from: storage.yaml}\n"
    entry = "moved: {projects.lab.devices.old: projects.lab.groups.storage.devices.db}\n"
    moved_only(world, world.stack(text + entry, "stack.yaml"))
    assert marks(world) == {"projects.lab.groups.storage.devices.db"}


def test_a_group_is_renamed_with_all_that_is_in_it(world: World) -> None:
    world.stack(GROUP, "storage.yaml")
    text = HEAD + "    groups:\n      storage: {from: storage.yaml}\n"
    applied(world, world.stack(text, "stack.yaml"))
    renamed = text.replace("      storage: {", "      disks: {")
    entry = "moved: {projects.lab.groups.storage: projects.lab.groups.disks}\n"
    moved_only(world, world.stack(renamed + entry, "stack.yaml"))
    assert marks(world) == {"projects.lab.groups.disks.devices.db"}


def test_entries_follow_each_other(world: World) -> None:
    applied(world, world.stack(ONE))
    last = RENAMED.replace("      new:", "      newest:")
    entries = ENTRY + "  projects.lab.devices.new: projects.lab.devices.newest\n"
    moved_only(world, world.stack(last + entries))
    assert marks(world) == {"projects.lab.devices.newest"}


def test_two_machines_that_come_to_one_address_are_an_error_that_names_both(world: World) -> None:
    applied(world, world.stack(ONE))
    (old,) = machine_ids(world)
    both = HEAD + f"    devices:\n      old: {BODY}\n      new: {BODY}\n"
    applied(world, world.stack(both))
    (new,) = machine_ids(world) - {old}
    ran = world.run("plan", world.stack(RENAMED + ENTRY))
    assert ran.code == 1
    assert "error[moved-clash]" in ran.err
    assert old in ran.err
    assert new in ran.err
    destroyed = world.run("destroy", "stack.yaml", "--yes")
    assert destroyed.code == 0, destroyed.err
    assert world.call("GET", "/projects")["projects"] == []


def test_a_destroy_finds_what_was_never_moved(world: World) -> None:
    applied(world, world.stack(ONE))
    ran = world.run("destroy", world.stack(RENAMED + ENTRY), "--yes")
    assert ran.code == 0, ran.err
    assert "Destroy complete! Resources: 3 destroyed." in ran.out
    assert world.call("GET", "/projects")["projects"] == []


def test_a_saved_plan_carries_out_a_move(world: World) -> None:
    applied(world, world.stack(ONE))
    ids = machine_ids(world)
    world.run("plan", world.stack(RENAMED + ENTRY), "-o", "plan.json")
    assert "has moved to" in world.run("show", "plan.json").out
    ran = world.run("apply", "plan.json", "--yes")
    assert ran.code == 0, ran.err
    assert (machine_ids(world), marks(world)) == (ids, {"projects.lab.devices.new"})
    assert world.run("apply", "plan.json", "--yes").code == 5


def test_a_move_that_is_due_is_no_drift(world: World) -> None:
    applied(world, world.stack(ONE))
    ran = world.run("drift", world.stack(RENAMED + ENTRY))
    assert (ran.code, "stranger" in ran.out) == (0, False), ran.out


def test_a_move_that_was_cut_off_half_way_goes_on(world: World) -> None:
    """Of two machines in a renamed project only one has its new mark."""
    counted = HEAD + f"    devices:\n      web: {BODY.replace('{', '{count: 2, ', 1)}\n"
    applied(world, world.stack(counted))
    first = world.devices("Lab")[0]
    tags = [tag.replace("projects.lab.", "projects.works.") for tag in first["tags"]]
    world.call("PUT", f"/devices/{first['id']}", {"tags": tags})
    text = counted.replace("  lab:\n", "  works:\n")
    moved_only(world, world.stack(text + "moved: {projects.lab: projects.works}\n"))
    assert marks(world) == {"projects.works.devices.web[0]", "projects.works.devices.web[1]"}


def test_a_batch_is_renamed_by_rewriting_the_marks_of_its_machines(world: World) -> None:
    batch = "{quantity: 2, hostname: w, facility: ewr1, plan: c1.small.x86, operating_system: ubuntu_18_04}"
    text = HEAD + f"    device_batches:\n      workers: {batch}\n"
    applied(world, world.stack(text))
    renamed = text.replace("      workers:", "      hands:")
    entry = "moved: {projects.lab.device_batches.workers: projects.lab.device_batches.hands}\n"
    moved_only(world, world.stack(renamed + entry))
    assert marks(world) == {"projects.lab.device_batches.hands"}


def test_only_what_is_aimed_at_is_moved(world: World) -> None:
    two = HEAD + f"    devices:\n      a: {BODY}\n      b: {BODY}\n"
    applied(world, world.stack(two))
    text = HEAD + f"    devices:\n      c: {BODY}\n      d: {BODY}\n"
    entries = (
        "moved:\n  projects.lab.devices.a: projects.lab.devices.c\n  projects.lab.devices.b: projects.lab.devices.d\n"
    )
    stack = world.stack(text + entries)
    ran = world.run("apply", stack, "--yes", "--target", "projects.lab.devices.c")
    assert ran.code == 0, ran.err
    assert marks(world) == {"projects.lab.devices.c", "projects.lab.devices.b"}
    moved_only(world, stack)
