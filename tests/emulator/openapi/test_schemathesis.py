"""schemathesis finds nothing in a short run, and would find something if it were there. `campaign.py` has long runs."""

from __future__ import annotations

import pytest

from reconciler.emulator import VirtualClock
from reconciler.emulator.errors import ApiError
from reconciler.emulator.records import Event
from reconciler.emulator.rendering import Scene, View
from reconciler.emulator.resources import events
from reconciler.emulator.routes import devices
from tests.emulator.openapi.campaign import Outcome, quick, run
from tests.emulator.openapi.described import Document
from tests.emulator.openapi.furnishing import AT_ONCE
from tests.emulator.openapi.sequences import run_sequences


def test_generated_calls_are_answered_as_described(document: Document) -> None:
    outcome = quick()
    assert outcome.code == 0, outcome.output
    assert set(outcome.answers) == {f"{method} {template}" for method, template in document.operations}
    assert len(outcome.unreached()) < len(outcome.answers) / 5, outcome.unreached()


def test_sequences_along_the_links_are_answered_as_described() -> None:
    runs = [run_sequences(10, 10, seed) for seed in (1, 2)]  # one alone may be unlucky with what it draws
    reached = {name for answers in runs for name, counts in answers.items() if any(status < 300 for status in counts)}
    assert len(reached) > 35


def only_events() -> Outcome:
    options = ("--max-examples", "1", "--include-path", "/events", "--phases", "fuzzing", "--generation-deterministic")
    return run(*options, clock=VirtualClock(), settings=AT_ONCE)


def test_an_answer_that_is_not_as_described_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_a_surprise(event: Event, scene: Scene) -> View:
        return {**events.show_event(event, scene), "surprise": 1}

    monkeypatch.setitem(devices.VIEWS, Event, with_a_surprise)
    outcome = only_events()
    assert outcome.code == 1
    assert "surprise" in outcome.output


def test_a_status_that_is_not_described_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(event: Event, scene: Scene) -> View:
        raise ApiError(418, "I am a teapot")

    monkeypatch.setitem(devices.VIEWS, Event, refuse)
    outcome = only_events()
    assert outcome.code == 1
    assert "418" in outcome.output
