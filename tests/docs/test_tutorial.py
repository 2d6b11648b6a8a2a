"""Every command of the tutorial does what the page says."""

from __future__ import annotations

from pathlib import Path

from tests.docs.tutorial_page import PAGE, run


def test_the_commands_of_the_tutorial_print_what_it_shows(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert run(text, tmp_path) == text
