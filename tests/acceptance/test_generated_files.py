"""Files that a stack generates: written after an apply, below their folder and nowhere else."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.acceptance.conftest import World, applied
from tests.acceptance.stacks import WEB

FILES = """\
files:
  inventory.ini: |
    [web]
    ${{ projects.web.devices.web | map(attribute='public_ipv4') | join(' ') }}
  secret/key: ${{ derive('key', 24) }}
"""
FOLDER = Path(".reconciler/files/web")


def addresses(world: World) -> str:
    by_name = {each["hostname"]: each for each in world.devices("Web")}
    return " ".join(
        next(
            each["address"] for each in by_name[name]["ip_addresses"] if each["public"] and each["address_family"] == 4
        )
        for name in sorted(by_name)
    )


def test_an_apply_writes_the_files_with_what_it_made(world: World) -> None:
    planned = world.run("plan", world.stack(WEB + FILES))
    assert "Files to write after the apply: inventory.ini, secret/key" in planned.out
    assert not (world.folder / FOLDER).exists()
    applied(world)
    inventory, key = world.folder / FOLDER / "inventory.ini", world.folder / FOLDER / "secret" / "key"
    assert inventory.read_text() == f"[web]\n{addresses(world)}\n"
    assert stat.S_IMODE(inventory.stat().st_mode) == 0o644
    assert (len(key.read_text()), stat.S_IMODE(key.stat().st_mode)) == (24, 0o600)
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700


def test_no_output_and_no_plan_holds_what_is_derived(world: World) -> None:
    stack = world.stack(WEB + FILES)
    saved = world.run("plan", stack, "-o", "plan.json")
    done = world.run("apply", "plan.json", "--json")
    assert done.code == 0, done.out + done.err
    key = (world.folder / FOLDER / "secret" / "key").read_text()
    printed = [saved.out, saved.err, done.out, done.err, (world.folder / "plan.json").read_text()]
    assert not any(key in each for each in printed)
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert [each["file"]["path"] for each in lines if each["type"] == "file"] == ["inventory.ini", "secret/key"]


def test_what_is_as_it_should_be_is_not_written_again(world: World) -> None:
    applied(world, world.stack(WEB + FILES))
    inventory = world.folder / FOLDER / "inventory.ini"
    before = inventory.stat().st_ino
    again = world.run("apply", "stack.yaml", "--yes")
    assert (inventory.stat().st_ino, "Wrote" in again.err) == (before, False)
    inventory.write_text("by hand")
    assert "Wrote" in world.run("files", "stack.yaml").err
    assert inventory.read_text().startswith("[web]")


def test_the_folder_can_be_named(world: World) -> None:
    applied(world, world.stack(WEB + FILES), "--files", "out")
    assert (world.folder / "out" / "inventory.ini").exists()
    assert not (world.folder / FOLDER).exists()


@pytest.mark.parametrize("place", ["inventory.ini", "secret"])
def test_a_link_is_not_followed(world: World, tmp_path: Path, place: str) -> None:
    folder, elsewhere = world.folder / FOLDER, tmp_path / "elsewhere"
    folder.mkdir(parents=True)
    elsewhere.mkdir()
    (folder / place).symlink_to(elsewhere)
    done = world.run("apply", world.stack(WEB + FILES), "--yes")
    assert done.code == 1, done.out + done.err
    assert "file-not-written" in done.err
    assert list(elsewhere.iterdir()) == []


def test_nothing_is_written_when_not_all_is_as_it_should_be(world: World) -> None:
    world.faults(
        {"method": "POST", "route": "/projects/{id}/virtual-networks", "nth": 1, "kind": "status", "status": 422}
    )
    done = world.run("apply", world.stack(WEB + FILES), "--yes")
    assert done.code == 4, done.out + done.err
    assert "files were not written" in done.err
    assert not (world.folder / FOLDER).exists()


def test_files_before_an_apply_say_what_they_wait_for(world: World) -> None:
    done = world.run("files", world.stack(WEB + FILES))
    assert done.code == 1
    assert "its content waits for projects.web.devices.web[0]" in done.err
