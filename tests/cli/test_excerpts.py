"""The line of a finding is read from regular files only."""

from __future__ import annotations

import os

from reconciler.cli.excerpts import with_excerpt
from reconciler.diagnostics import Place, error
from tests.cli.conftest import Shell


def test_a_finding_of_the_planner_shows_its_line(shell: Shell) -> None:
    found = with_excerpt(error("any", "summary", place=Place("stack.yaml", 2)))

    assert found.excerpt == "variables:"


def test_the_line_of_a_pipe_is_not_waited_for(shell: Shell) -> None:
    os.mkfifo("pipe.yaml")

    ran = shell.run("validate", "pipe.yaml")

    assert ran.code == 1
    assert "regular file" in ran.err


def test_a_link_out_of_a_directory_shows_nothing_of_what_it_leads_to(shell: Shell) -> None:
    (shell.folder / "other.txt").write_text("hush: hush\n")
    (shell.folder / "stacks").mkdir()
    (shell.folder / "stacks" / "a.yaml").symlink_to(shell.folder / "other.txt")

    ran = shell.run("validate", "stacks")

    assert "leads out of the directory" in ran.err
    assert "hush" not in ran.err


def test_a_line_beyond_the_end_is_empty(shell: Shell) -> None:
    assert with_excerpt(error("any", "summary", place=Place("stack.yaml", 999))).excerpt == ""
