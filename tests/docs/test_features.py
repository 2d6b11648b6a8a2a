"""The table of what real stacks need: each row has a way to say it, a page and a test that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in (ROOT / "docs" / "features.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d+ \|", line)
]


def test_all_of_them_are_there() -> None:
    assert [int(row[0]) for row in ROWS] == list(range(1, 45))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_names_a_page_and_a_test_that_are_there(row: list[str]) -> None:
    _, _, _, how, page, test = row
    assert how
    if "of a later API" in how:
        return
    assert (ROOT / "docs" / re.findall(r"\(([^)]+)\)", page)[0]).exists()
    file, name = test.split("::")
    assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")
