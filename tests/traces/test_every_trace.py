"""No trace is forgotten: each is named in the module that tests it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.traces.seen import SEEN

TESTS = "\n".join(each.read_text(encoding="utf-8") for each in sorted(Path(__file__).parent.glob("test_*.py")))


@pytest.mark.parametrize("trace", SEEN)
def test_a_trace_is_tested(trace: str) -> None:
    assert trace in TESTS
