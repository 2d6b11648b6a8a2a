"""Findings shown like a good compiler's."""

from __future__ import annotations

from reconciler.diagnostics import Place, error, warning
from reconciler.report.diagnostics_text import render_diagnostics


def test_a_finding_with_all_its_parts() -> None:
    found = error(
        "unknown-key",
        "no such field `facilty`",
        address="projects.a.devices.b",
        place=Place("stacks/edge.yaml", 12, 9, 7),
        hint="did you mean `facility`?",
        excerpt="        facilty: ewr1",
    )
    assert render_diagnostics([found], colour=False) == (
        """\
error[unknown-key]: no such field `facilty`
  --> stacks/edge.yaml:12:9
   |
12 |         facilty: ewr1
   |         ^^^^^^^
   = resource: projects.a.devices.b
   = help: did you mean `facility`?

"""
    )


def test_several_are_counted_in_the_end() -> None:
    found = [error("a", "one"), error("b", "two"), warning("c", "three")]
    assert render_diagnostics(found, colour=False).endswith("warning[c]: three\n\n2 errors, 1 warning\n")


def test_an_address_that_the_summary_tells_is_not_repeated() -> None:
    assert "resource:" not in render_diagnostics([error("a", "projects.a is odd", address="projects.a")], colour=False)


def caret_line(excerpt: str, column: int, width: int) -> tuple[str, str]:
    shown = render_diagnostics([error("a", "b", place=Place("f", 1, column, width), excerpt=excerpt)], colour=False)
    source, carets = shown.split("\n")[3:5]
    return source, carets


def test_carets_stand_under_the_value_whatever_comes_before() -> None:
    assert caret_line("\tkey: value", 7, 5) == ("1 |  key: value", "  |       ^^^^^")
    assert caret_line("名: value", 4, 5) == ("1 | 名: value", "  |     ^^^^^")
    assert caret_line("a\u202eb: value", 6, 5) == ("1 | a\\u202eb: value", "  |           ^^^^^")


def test_a_very_long_line_is_cut_around_the_column() -> None:
    source, carets = caret_line("x" * 5000 + "HERE" + "y" * 5000, 5001, 4)
    assert len(source) < 200
    start = carets.index("^")
    assert source[start : start + 4] == "HERE"


def test_a_hint_of_several_lines_keeps_its_lines() -> None:
    shown = render_diagnostics([error("a", "b\nc", hint="first\nsecond")], colour=False)
    assert shown == "error[a]: b\n   c\n = help: first\n         second\n\n"
