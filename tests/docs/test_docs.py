"""The documents say what is so: the two commands word for word, links that lead somewhere, kinds as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reconciler.app import read_stack, shipped_offers
from reconciler.stack import Inputs
from tests.docs.kind_pages import EXAMPLES, FOLDER, render

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), ROOT / "benchmarks" / "README.md"])
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


def test_the_pages_of_kinds_are_what_the_kinds_say() -> None:
    made = render()
    assert {path: (FOLDER / path).read_text(encoding="utf-8") for path in made} == made
    assert {f"kinds/{each.name}" for each in (FOLDER / "kinds").iterdir()} == set(made) - {"kinds.md"}


@pytest.mark.parametrize("kind", EXAMPLES)
def test_the_example_of_a_kind_is_a_valid_stack(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "stack.yaml"
    file.write_text(EXAMPLES[kind], encoding="utf-8")
    stack = read_stack([file], Inputs(), shipped_offers())
    assert kind in {each.kind for each in stack.resources}
    assert stack.warnings == ()
