"""One table of codes: what is used stands in it, what stands in it is used, and a test triggers each."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from reconciler.cli.main import cli
from reconciler.codes import CODES
from reconciler.diagnostics import one
from tests.docs.error_pages import PAGE, render

ROOT = Path(__file__).parents[2]
MAKERS = {"error": 0, "warning": 0, "fail": 0, "add": 0, "make": 0, "Diagnostic": 1, "Misfit": 1}
"""Functions that make a finding, with the place of the code among their arguments."""


def used() -> Iterator[tuple[str, str]]:
    """Each code that the source gives to a finding, and where."""
    for path in sorted((ROOT / "reconciler").rglob("*.py")):
        if "emulator" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = MAKERS.get(name, -1)
            code = getattr(node.args[place], "value", None) if 0 <= place < len(node.args) else None
            if isinstance(code, str) and re.fullmatch(r"[a-z]+(-[a-z]+)*", code):
                yield code, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_every_code_that_is_used_stands_in_the_table() -> None:
    assert [(code, where) for code, where in used() if code not in CODES and "-" in code] == []


def test_every_code_of_the_table_is_used() -> None:
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "reconciler").rglob("*.py")
        if "emulator" not in path.parts and path.name != "codes.py"
    )
    assert [code for code in CODES if f'"{code}"' not in source] == []


def test_a_test_sees_each_code() -> None:
    seen = "".join(
        path.read_text(encoding="utf-8", errors="replace")
        for suffix in ("py", "yaml", "txt")
        for path in (ROOT / "tests").rglob(f"*.{suffix}")
        if path != Path(__file__)
    )
    assert [code for code in CODES if not re.search(rf"(?<![a-z-]){code}(?![a-z-])", seen)] == []


def test_the_page_of_errors_is_what_the_table_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run `python -m tests.docs.error_pages`"


@pytest.mark.parametrize("code", sorted(CODES))
def test_explain_prints_the_page_of_a_code(code: str) -> None:
    done = CliRunner().invoke(cli, ["explain", code])
    assert done.output.startswith(f"{code}\n\n")
    assert CODES[code].way_out.split()[0] in done.output


def test_a_kind_has_the_article_that_it_is_read_with() -> None:
    nouns = ("device", "vlan", "spot_market_request", "api_key", "ip_reservation", "ssh_key")
    assert [one(each) for each in nouns] == [
        "a device",
        "a vlan",
        "a spot_market_request",
        "an api_key",
        "an ip_reservation",
        "an ssh_key",
    ]
