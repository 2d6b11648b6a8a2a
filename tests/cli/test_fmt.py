"""`fmt` writes only what it has proved, says which files it wrote, and --check writes nothing."""

from __future__ import annotations

import os
from pathlib import Path

from tests.cli.conftest import STACK, Shell
from tests.forks.client import run

UGLY = "stack:   ugly\nprojects:\n    web:\n        name: Ugly   # a note\n"
NICE = "stack: ugly\nprojects:\n  web:\n    name: Ugly   # a note\n"


def test_a_file_is_laid_out_in_place_and_named(shell: Shell) -> None:
    shell.write("ugly.yaml", UGLY)
    (shell.folder / "ugly.yaml").chmod(0o640)
    ran = shell.run("fmt", "ugly.yaml", "stack.yaml")
    assert (ran.code, ran.out, ran.err) == (0, "ugly.yaml\n", "")
    assert (shell.folder / "ugly.yaml").read_text() == NICE
    assert (shell.folder / "ugly.yaml").stat().st_mode & 0o777 == 0o640
    assert (shell.folder / "stack.yaml").read_text() == STACK
    assert sorted(each.name for each in shell.folder.iterdir()) == ["stack.yaml", "ugly.yaml"]


def test_check_names_files_and_writes_nothing(shell: Shell) -> None:
    shell.write("ugly.yaml", UGLY)
    ran = shell.run("fmt", "--check", ".")
    assert (ran.code, ran.out) == (1, "ugly.yaml\n")
    assert (shell.folder / "ugly.yaml").read_text() == UGLY
    assert shell.run("fmt", "--check", "stack.yaml").code == 0


def test_diff_shows_what_changes(shell: Shell) -> None:
    shell.write("ugly.yaml", UGLY)
    ran = shell.run("fmt", "--check", "--diff", "ugly.yaml")
    assert ran.code == 1
    assert "-stack:   ugly\n" in ran.out
    assert "+stack: ugly\n" in ran.out


def test_a_folder_is_searched_without_hidden_ones_and_links(shell: Shell) -> None:
    for name in ("a", ".git", "b"):
        (shell.folder / name).mkdir()
        shell.write(f"{name}/x.yml", UGLY)
    (shell.folder / "b" / "link.yaml").symlink_to("x.yml")
    assert shell.run("fmt", ".", "a/x.yml").out == "a/x.yml\nb/x.yml\n"
    assert (shell.folder / ".git" / "x.yml").read_text() == UGLY


def test_a_link_stays_a_link(shell: Shell) -> None:
    shell.write("ugly.yaml", UGLY)
    (shell.folder / "link.yaml").symlink_to("ugly.yaml")
    assert shell.run("fmt", "link.yaml").code == 0
    assert (shell.folder / "link.yaml").is_symlink()
    assert (shell.folder / "ugly.yaml").read_text() == NICE


def test_what_is_no_yaml_is_told_and_the_other_files_are_laid_out(shell: Shell) -> None:
    shell.write("broken.yaml", "a: [1\n")
    shell.write("ugly.yaml", UGLY)
    ran = shell.run("fmt", "broken.yaml", "ugly.yaml")
    assert (ran.code, ran.out) == (1, "ugly.yaml\n")
    assert "broken.yaml" in ran.err
    assert (shell.folder / "broken.yaml").read_text() == "a: [1\n"


def test_stdin_is_printed_laid_out(tmp_path: Path) -> None:
    assert run(("fmt", "-"), tmp_path, os.environ, UGLY).out == NICE
    done = run(("fmt", "-", "--check"), tmp_path, os.environ, UGLY)
    assert (done.code, done.out) == (1, "<stdin>\n")
