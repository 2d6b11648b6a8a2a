"""Holds an answer of the emulator against one that was seen."""

from __future__ import annotations

from tests.emulator.client import Answer
from tests.traces.seen import SEEN


def answered(answer: Answer, trace: str, **values: object) -> None:
    """The same status and texts; `values` fill the places that the text leaves open."""
    seen = SEEN[trace]
    assert answer.status == seen.status, answer
    assert answer.errors == [text.format(**values) for text in seen.errors]
