"""What the tool writes never goes through a link, into a pipe or over a folder, is whole or not there, and private."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.app.text_files import read_text, replace_text
from tests.cli.conftest import Shell, shell

__all__ = ["shell"]

FILES = """\
stack: small
projects:
  web: {name: Small}
files:
  hosts: {content: "10.0.0.1 web\\n"}
"""


def link(path: Path, other: Path) -> None:
    path.symlink_to(other)


def dangling(path: Path, other: Path) -> None:
    path.symlink_to(other.with_name("not there"))


def second_name(path: Path, other: Path) -> None:
    path.hardlink_to(other)


def pipe(path: Path, _other: Path) -> None:
    os.mkfifo(path)


def folder(path: Path, _other: Path) -> None:
    path.mkdir()


Put = Callable[[Path, Path], None]
IN_PLACE = pytest.mark.parametrize("put", [link, dangling, second_name, pipe, folder])


@pytest.fixture
def other(shell: Shell) -> Path:
    """A file of somebody else's."""
    path = shell.folder / "theirs"
    path.write_text("untouched", encoding="utf-8")
    return path


def untouched(other: Path) -> bool:
    return other.read_text(encoding="utf-8") == "untouched" and not other.with_name("not there").exists()


@IN_PLACE
def test_a_plan_file_replaces_what_has_its_name(shell: Shell, other: Path, put: Put) -> None:
    plan = shell.folder / "plan.json"
    put(plan, other)
    done = shell.run("plan", "stack.yaml", shell.world, "-o", "plan.json")
    assert untouched(other)
    if put is folder:
        assert done.code == 1
        return
    assert done.code == 0, done.err
    assert stat.S_ISREG(plan.lstat().st_mode)
    assert stat.S_IMODE(plan.lstat().st_mode) == 0o600
    assert shell.run("show", "plan.json").code == 0


@IN_PLACE
def test_a_generated_file_replaces_no_link_and_no_pipe(shell: Shell, other: Path, put: Put) -> None:
    shell.write("stack.yaml", FILES)
    place = shell.folder / ".reconciler" / "files" / "small"
    place.mkdir(parents=True)
    put(place / "hosts", other)
    done = shell.run("apply", "stack.yaml", shell.world, "--yes")
    assert untouched(other)
    assert [each.name for each in place.iterdir()] == ["hosts"]
    if put is second_name:
        assert done.code == 0, done.err
        assert (place / "hosts").stat().st_nlink == 1
    else:
        assert done.code == 1
        assert "file-not-written" in done.err


@pytest.mark.parametrize("part", [".reconciler", ".reconciler/files", ".reconciler/files/small"])
def test_the_folder_that_nobody_chose_is_not_looked_for_behind_links(shell: Shell, part: str) -> None:
    """A repository can hold a link, and a stack of that repository a file for where it leads to."""
    shell.write("stack.yaml", FILES)
    home = shell.folder / "home"
    (home / "files" / "small").mkdir(parents=True)
    (home / "small").mkdir()
    link = shell.folder / part
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(home)
    done = shell.run("apply", "stack.yaml", shell.world, "--yes", "--no-journal")
    assert done.code == 1
    assert "links are not followed" in done.err
    assert not list(home.rglob("hosts"))
    link.unlink()
    assert shell.run("files", "stack.yaml", shell.world).code == 0
    link = shell.folder / "chosen"
    link.symlink_to(home)
    assert shell.run("files", "stack.yaml", shell.world, "--files", "chosen").code == 0
    assert (home / "hosts").read_text(encoding="utf-8") == "10.0.0.1 web\n"


@IN_PLACE
def test_the_emulated_world_is_kept_in_a_file_only(shell: Shell, other: Path, put: Put) -> None:
    """A pipe or a folder was told as a bug of the tool; a link's target was made readable for everybody."""
    put(shell.folder / "world.db", other)
    done = shell.run("plan", "stack.yaml", shell.world)
    assert untouched(other)
    assert done.code == 1
    assert "no-world" in done.err


def test_the_emulated_world_is_private(shell: Shell) -> None:
    before = os.umask(0)
    try:
        assert shell.run("apply", "stack.yaml", shell.world, "--yes").code == 0
    finally:
        os.umask(before)
    made = [each for each in shell.folder.rglob("*") if each.name != "stack.yaml"]
    assert {"world.db", "journal"} <= {each.name for each in made}
    others = [each for each in made if each.is_file() and stat.S_IMODE(each.stat().st_mode) & 0o077]
    assert others == []


@pytest.mark.parametrize("command", [("show",), ("apply", "--yes"), ("graph",)])
def test_a_pipe_is_no_plan_file(shell: Shell, command: tuple[str, ...]) -> None:
    """`show` waited for ever for somebody to write into it."""
    os.mkfifo(shell.folder / "plan.json")
    done = shell.run(command[0], "plan.json", *command[1:], *(() if command == ("show",) else (shell.world,)))
    assert done.code == 1
    assert "it is no regular file" in done.err


def test_a_link_among_the_schemas_is_replaced(shell: Shell, other: Path) -> None:
    (shell.folder / "schemas").mkdir()
    (shell.folder / "schemas" / "plan.schema.json").symlink_to(other)
    assert shell.run("schema").code == 0
    assert untouched(other)


def test_what_cannot_be_written_whole_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "plan.json"
    path.write_text("old", encoding="utf-8")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace_text(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["plan.json"]


def test_a_device_is_not_replaced(tmp_path: Path) -> None:
    """Root may replace `/dev/null`, for everybody on the machine."""
    path = tmp_path / "null"
    try:
        os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root makes devices")
    with pytest.raises(OSError, match="it is a device"):
        replace_text(path, "new")
    assert stat.S_ISCHR(path.lstat().st_mode)


def test_what_is_too_large_to_be_ours_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "drift.json"
    path.touch()
    os.truncate(path, 1 << 40)
    with pytest.raises(OSError, match="it is larger than"):
        read_text(path)


def test_the_file_and_its_name_are_on_the_disk_when_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bool] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(handle).st_mode))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    replace_text(tmp_path / "plan.json", "new")
    assert synced == [False, True]
