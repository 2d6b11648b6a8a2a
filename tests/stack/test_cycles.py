"""Resources that wait for each other are found without the API, and every step of the circle is shown."""

from __future__ import annotations

import pytest

from reconciler.diagnostics import Diagnostic, Refused
from tests.stack.conftest import Read


def cycle(read: Read, stack: str) -> Diagnostic:
    with pytest.raises(Refused) as refused:
        read(stack)
    (found,) = refused.value.diagnostics
    assert found.code == "cycle"
    return found


def test_each_step_of_a_circle_is_shown_where_it_is_written(read: Read) -> None:
    found = cycle(
        read,
        """\
stack: s
sites:
  a:
    boxes:
      one: {script: "${{ site.boxes.two.ip }}"}
      two: {after: [site.boxes.three]}
      three: {script: "${{ site.boxes.one.ip }}"}
""",
    )
    assert found.summary.endswith("sites.a.boxes.one -> sites.a.boxes.two -> sites.a.boxes.three -> sites.a.boxes.one")
    assert [(each.label, each.place.line) for each in found.via] == [
        ("sites.a.boxes.two waits for sites.a.boxes.three", 6),
        ("sites.a.boxes.three waits for sites.a.boxes.one", 7),
    ]
    assert found.via[0].excerpt == "      two: {after: [site.boxes.three]}"


def test_a_long_circle_is_shown_in_part(read: Read) -> None:
    found = cycle(
        read,
        """\
stack: s
sites:
  a:
    boxes:
      b: {count: 300, script: "${{ site.boxes.b[(index + 1) % 300].ip }}"}
""",
    )
    assert "... (293 more) -> sites.a.boxes.b[0]" in found.summary
    assert len(found.via) == 7


def test_readers_of_one_large_pool_make_no_circle(read: Read) -> None:
    stack = read(
        """\
stack: s
sites:
  a:
    boxes:
      b: {count: 300}
      c: {count: 300, script: "${{ site.boxes.b | map(attribute='ip') | join(' ') }}"}
"""
    )
    assert len(stack.resources) == 601
