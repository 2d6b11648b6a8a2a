"""Every command of the pages that show commands with their output does what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.recorded import PAGES, run


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page_print_what_it_shows(page: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert run(text, tmp_path) == text
