"""What a trace makes of the events and attempts that it is told, by a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from reconciler.app.tracing import Trace
from reconciler.diagnostics import Refused, error, warning
from reconciler.model.event import Ended, Result, Started
from reconciler.model.kind import Verb
from reconciler.wire import Attempt, Call
from tests.api.scripted import VirtualClock

WEB = "projects.web"


class Run:
    """A trace with its clock, and the spans that it has made."""

    def __init__(self, hide: Callable[[str], str] = str) -> None:
        self.clock = VirtualClock()
        self._spans = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._spans))
        tracer = provider.get_tracer("test")
        self.trace = Trace(tracer, Context(), "reconciler apply", self.clock, hide, self.clock.now())

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self._spans.get_finished_spans()

    def the(self, name: str) -> ReadableSpan:
        (found,) = [each for each in self.spans if each.name == name]
        return found


def seconds(span: ReadableSpan) -> float:
    assert span.start_time is not None
    assert span.end_time is not None
    return (span.end_time - span.start_time) / 1e9


def facts(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def started(verb: Verb = Verb.CREATE, address: str = WEB) -> Started:
    return Started(address, "project", verb, 0.0)


def ended(result: Result = Result.DONE, verb: Verb = Verb.CREATE, **more: Any) -> Ended:
    return Ended(WEB, "project", verb, 0.0, result, **more)


def test_a_step_lasts_from_its_beginning_to_its_end() -> None:
    run = Run()
    run.trace.heard(started())
    run.clock.sleep(4.0)
    run.trace.heard(ended())
    assert seconds(run.the("create project")) == pytest.approx(4.0)


def test_an_attempt_began_before_it_was_told() -> None:
    run = Run()
    run.clock.sleep(10.0)
    run.trace.attempted(Attempt(Call("GET", "/projects", "/projects"), "done", 200, seconds=3.0))
    run.trace.end(0)
    attempt, command = run.the("GET /projects"), run.the("reconciler apply")
    assert seconds(attempt) == pytest.approx(3.0)
    assert attempt.start_time is not None
    assert command.start_time is not None
    assert (attempt.start_time - command.start_time) / 1e9 == pytest.approx(7.0)


def test_the_steps_of_one_address_are_told_apart_by_their_verbs() -> None:
    run = Run()
    run.trace.heard(started(Verb.DELETE))
    run.trace.heard(started(Verb.CREATE))
    for verb in (Verb.DELETE, Verb.CREATE):
        run.trace.attempted(Attempt(Call(verb.value, "/x", "/x", step=f"{WEB}:{verb}"), "done", 200))
    run.trace.heard(ended(verb=Verb.DELETE))
    run.trace.heard(ended(verb=Verb.CREATE))
    for verb in (Verb.DELETE, Verb.CREATE):
        parent, step = run.the(f"{verb} /x").parent, run.the(f"{verb} project")
        assert parent is not None
        assert parent.span_id == step.context.span_id


@pytest.mark.parametrize("result", [Result.FAILED, Result.SKIPPED, Result.ABANDONED])
def test_what_is_not_done_is_an_error_with_its_reason(result: Result) -> None:
    run = Run()
    run.trace.heard(ended(result, reason="because of that", diagnostic=error("some-code", "x")))
    step = run.the("create project")
    assert (step.status.is_ok, step.status.description) == (False, "because of that")
    assert facts(step)["error.type"] == "some-code"
    assert facts(step)["reconciler.result"] == result.value
    assert seconds(step) == 0.0


def test_a_step_of_its_parents_says_so() -> None:
    run = Run()
    run.trace.heard(ended(implied=True))
    assert facts(run.the("create project"))["reconciler.implied"] is True


def test_secrets_that_become_known_meanwhile_are_hidden_wherever_they_stand() -> None:
    known: list[str] = []

    def hide(text: str) -> str:
        for each in known:
            text = text.replace(each, "(hidden)")
        return text

    run = Run(hide)
    run.trace.concerns("canary", Path(), {})
    run.trace.heard(started(address="projects.canary"))
    known.append("canary")
    run.trace.attempted(Attempt(Call("GET", "/canary", "/x"), "done", 200, "r-canary"))
    run.trace.heard(
        Ended("projects.canary", "project", Verb.CREATE, 0.0, Result.FAILED, id="canary", reason="a canary")
    )
    run.trace.end(0)
    told = "".join(each.to_json() for each in run.spans if each.name != "GET /canary")
    assert "canary" not in told
    assert told.count("(hidden)") >= 4
    assert facts(run.the("GET /canary"))["http.response.header.x-request-id"] == ("r-(hidden)",)


def test_texts_of_others_are_shown_as_escapes_and_cut() -> None:
    run = Run()
    run.trace.heard(ended(Result.FAILED, reason="\x1b[31m" + "x" * 9000))
    description = run.the("create project").status.description or ""
    assert description.startswith("\\x1b[31mxxx")
    assert len(description) == 500


def test_what_a_broken_run_leaves_open_is_closed_with_its_phase() -> None:
    run = Run()

    def breaks() -> None:
        with run.trace.phase("apply"):
            run.trace.heard(started())
            raise RuntimeError("a bug")

    with pytest.raises(RuntimeError):
        breaks()
    run.trace.end(1)
    step, phase, command = run.spans
    assert (step.status.description, step.name) == ("the run broke off", "create project")
    assert facts(phase)["error.type"] == "RuntimeError"
    assert (facts(command)["error.type"], command.status.description) == ("exit 1", "exit code 1")


def test_a_refusal_tells_the_codes_of_its_errors_alone() -> None:
    run = Run()
    found = [warning("a-warning", "canary"), error("a-b", "canary"), error("c-d", "canary"), error("a-b", "canary")]
    with pytest.raises(Refused), run.trace.stack("canary.yaml"), run.trace.phase("read"):
        raise Refused(found)
    run.trace.end(0)
    phase, stack, command = run.spans
    for each in (phase, stack):
        assert (facts(each)["error.type"], facts(each)["reconciler.codes"]) == ("a-b", ("a-b", "c-d"))
    assert command.status.is_ok is False or command.status.description is None
    assert "canary" not in phase.to_json()


@pytest.mark.parametrize(("code", "fine"), [(0, True), (2, True), (1, False), (3, False), (4, False), (5, False)])
def test_an_exit_code_that_says_that_something_was_found_is_no_error(code: int, fine: bool) -> None:
    run = Run()
    run.trace.end(code)
    command = run.the("reconciler apply")
    assert (command.status.description is None) is fine
    assert facts(command)["process.exit.code"] == code
