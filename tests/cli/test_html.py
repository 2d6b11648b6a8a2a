"""`plan` and `show` as a page: what is printed is the page and nothing else, and no secret is in it."""

from __future__ import annotations

import re

from tests.cli.conftest import Shell


def test_a_plan_is_printed_as_a_page_and_a_saved_one_as_the_same(shell: Shell) -> None:
    shell.edit("stack.yaml", "name: Small", "name: Small & ${{ var.password }}")
    planned = shell.run("plan", "stack.yaml", "--format", "html", "-o", "saved.plan", shell.world)
    assert planned.code == 0
    assert planned.out.startswith("<!doctype html>\n")
    assert planned.out.endswith("</html>\n")
    assert "canary-of-2019" not in planned.out
    digest = re.search(r'<code class="digest">([0-9a-f]{64})</code>', planned.out)
    assert digest is not None
    assert digest[1] in planned.err  # what was saved is what is shown
    shown = shell.run("show", "saved.plan", "--format", "html")
    assert shown.code == 0
    assert shown.out == planned.out


def test_folders_of_stacks_have_no_page(shell: Shell) -> None:
    ran = shell.run("plan", "--recursive", ".", "--format", "html", shell.world)
    assert ran.code == 1
    assert "--recursive goes with neither" in ran.err
