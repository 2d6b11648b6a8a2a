"""The documents say what is so: the two commands word for word, links that lead somewhere, kinds as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs import command_pages
from tests.docs.kind_pages import PAGE, render

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md"), ROOT / "benchmarks" / "README.md"])
APPLY = (
    "python3 -m venv .venv && .venv/bin/pip install -q . && "
    ".venv/bin/reconciler apply examples/stacks/quickstart.yaml --emulator --yes"
)
TEST = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && .venv/bin/pytest"


@pytest.mark.parametrize("command", [APPLY, TEST])
def test_the_readme_prints_both_commands_on_a_line_of_their_own(command: str) -> None:
    assert command in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()


def test_ci_runs_the_readmes_test_command() -> None:
    assert TEST in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("page", PAGES, ids=lambda each: each.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [each for each in links if not (page.parent / each).exists()] == []


def test_the_page_of_kinds_is_what_the_kinds_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == render()


def test_the_page_of_commands_is_what_their_help_says() -> None:
    assert command_pages.PAGE.read_text(encoding="utf-8") == command_pages.render()
