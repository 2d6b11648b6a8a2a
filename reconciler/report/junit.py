"""Plans, drift and runs as JUnit XML, which every CI system shows as a list of tests.

A suite is a stack. In a plan each pending change is a test that passes, since a change is no mistake; what stops an
apply is a failure. In drift each resource is a test, and what differs from the stack fails. In a run each step is a
test with its time: failed, skipped because of another, or in error where it was interrupted and nobody knows its end.
There is always one test at least: some viewers take an empty file for a broken one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from reconciler.diagnostics import Diagnostic, Place, Severity
from reconciler.model.event import Ended, Result
from reconciler.model.kind import Verb
from reconciler.model.look import Look, NotLooked
from reconciler.model.plan import Action, Change, Plan
from reconciler.report.diagnostics_text import diagnostics_page
from reconciler.report.drift import accepted_page, drift_page
from reconciler.report.ending import Ending, State, failure
from reconciler.report.human import change_page
from reconciler.report.money import left_words
from reconciler.report.page import Page
from reconciler.report.words import plan_summary
from reconciler.report.xml_text import xml_lines, xml_text
from reconciler.review.drift import drift_word, drifting

FAILURE: Final = "failure"
ERROR: Final = "error"
SKIPPED: Final = "skipped"


@dataclass(frozen=True)
class Trouble:
    """Why a test has not passed: `result` is the name of its element, `kind` a code."""

    result: str
    message: str
    kind: str = ""
    text: Page = field(default_factory=Page)


@dataclass(frozen=True)
class Case:
    """One test. `group` is what viewers sort it under, `place` its line in the stack, `said` what it printed."""

    name: str
    group: str
    trouble: Trouble | None = None
    seconds: float = 0.0
    place: Place | None = None
    said: Page = field(default_factory=Page)


@dataclass(frozen=True)
class Suite:
    """The tests of one stack."""

    name: str
    cases: tuple[Case, ...]
    said: Page = field(default_factory=Page)


def render_junit(suite: Suite, clean: Callable[[str], str]) -> str:
    """The document of one stack. `clean` takes secrets out of a text; counts and times are those of the tests."""
    return render_suites([suite], clean)


def render_suites(suites: Sequence[Suite], clean: Callable[[str], str]) -> str:
    """The document of several stacks, a suite each."""
    write = _Writer(clean)
    every = [case for each in suites for case in each.cases]
    root = Element("testsuites", {"name": "reconciler", **_totals(every)})
    for suite in suites:
        body = SubElement(root, "testsuite", {"name": write.line(suite.name), **_totals(suite.cases)})
        for each in suite.cases:
            write.case(body, each)
        if suite.said:
            SubElement(body, "system-out").text = write.lines(suite.said)
    indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(root, encoding="unicode")}\n'


def _totals(cases: Sequence[Case]) -> dict[str, str]:
    results = [each.trouble.result for each in cases if each.trouble is not None]
    counts = {name: results.count(result) for name, result in _COUNTED}
    return {"tests": str(len(cases)), **{name: str(count) for name, count in counts.items()}, "time": _time(cases)}


_COUNTED: Final = (("failures", FAILURE), ("errors", ERROR), ("skipped", SKIPPED))


def _time(cases: Sequence[Case]) -> str:
    return f"{sum(each.seconds for each in cases):.3f}"


@dataclass(frozen=True, slots=True)
class _Writer:
    clean: Callable[[str], str]

    def line(self, text: str) -> str:
        return xml_text(self.clean(text))

    def lines(self, page: Page) -> str:
        return f"{self.clean(xml_lines(page)).rstrip()}\n"

    def case(self, suite: Element, case: Case) -> None:
        names = {"classname": self.line(case.group), "name": self.line(case.name), "time": _time([case])}
        place = {"file": self.line(case.place.file), "line": str(case.place.line)} if case.place is not None else {}
        element = SubElement(suite, "testcase", {**names, **place})
        if case.trouble is not None:
            told = {"message": self.line(case.trouble.message), "type": self.line(case.trouble.kind)}
            SubElement(element, case.trouble.result, told).text = self.lines(case.trouble.text)
        if case.said:
            SubElement(element, "system-out").text = self.lines(case.said)


# what becomes a test


def plan_suite(plan: Plan) -> Suite:
    """Each pending change, and each finding that is an error."""
    cases = [_planned(plan.stack, each) for each in plan.pending]
    cases += [_found(plan.stack, each, FAILURE) for each in plan.diagnostics if each.severity is Severity.ERROR]
    said = diagnostics_page(each for each in plan.diagnostics if each.severity is not Severity.ERROR)
    said.line(plan_summary(plan.count()))
    return Suite(plan.stack, tuple(cases) or (Case("no changes", plan.stack),), said)


def findings_suite(findings: Sequence[Diagnostic], name: str = "reconciler") -> Suite:
    """What a command was refused for, before there was a plan."""
    return Suite(name, tuple(_found(name, each, ERROR) for each in findings))


def drift_suite(plan: Plan) -> Suite:
    """Each resource of the stack and of the account; what differs fails, and what is accepted is only said."""
    differing = {each.address for each in drifting(plan)}
    cases = [_compared(plan.stack, each, drifted=each.address in differing) for each in plan.changes]
    cases += [_found(plan.stack, each, FAILURE) for each in plan.diagnostics if each.severity is Severity.ERROR]
    return Suite(plan.stack, tuple(cases) or (Case("no drift", plan.stack),))


def drift_suites(looks: Sequence[Look]) -> list[Suite]:
    """A suite for each stack; why one could not be looked at is in its own."""
    return [
        findings_suite(each.findings, each.stack) if isinstance(each, NotLooked) else drift_suite(each.plan)
        for each in looks
    ]


def ending_suite(ending: Ending) -> Suite:
    """Each step of a run, what is left after a destroy, and what else went wrong."""
    name = ending.stack or "reconciler"
    report = ending.report
    steps = [each for each in report.ended if each.verb is not Verb.JOIN] if report is not None else []
    cases = [_step(name, each) for each in steps]
    of_steps = {failure(each) for each in steps if each.result is Result.FAILED}
    result = FAILURE if report is not None else ERROR
    cases += [_found(name, each, result) for each in ending.told if each not in of_steps]
    for each in report.remains if report is not None else ():
        trouble = Trouble(FAILURE, f"still there after the destroy: {left_words(each)}", "remains")
        cases.append(Case(f"{each.address} is gone", f"{name}.{each.kind}", trouble))
    if ending.state is State.INTERRUPTED:
        cases.append(Case(f"{ending.operation} ends", name, Trouble(ERROR, ending.headline, "interrupted")))
    said = Page()
    said.line(ending.headline)
    return Suite(name, tuple(cases) or (Case("no changes", name),), said)


def _planned(stack: str, change: Change) -> Case:
    word = "move" if change.action is Action.NOOP else " and ".join(change.action.words)
    return Case(f"{word} {change.address}", f"{stack}.{change.kind}", place=change.place, said=change_page(change))


def _found(stack: str, found: Diagnostic, result: str) -> Case:
    name = f"{found.code}: {found.address}" if found.address else found.code
    return Case(name, stack, Trouble(result, found.summary, found.code, diagnostics_page([found])), place=found.place)


def _compared(stack: str, change: Change, *, drifted: bool) -> Case:
    trouble = None
    if drifted:
        word = drift_word(change)
        trouble = Trouble(FAILURE, f"{change.address} {_DRIFTED[word]}", word, drift_page(change))
    said = accepted_page(change)
    return Case(str(change.address), f"{stack}.{change.kind}", trouble, place=change.place, said=said)


_DRIFTED: Final = {"missing": "is missing", "unexpected": "is unexpected", "changed": "has changed"}


def _step(stack: str, ended: Ended) -> Case:
    place = ended.diagnostic.place if ended.diagnostic is not None else None
    return Case(f"{ended.verb} {ended.address}", f"{stack}.{ended.kind}", _trouble(ended), ended.elapsed, place)


def _trouble(ended: Ended) -> Trouble | None:
    match ended.result:
        case Result.FAILED:
            found = failure(ended)
            return Trouble(FAILURE, found.summary, found.code, diagnostics_page([found]))
        case Result.SKIPPED:
            return Trouble(SKIPPED, ended.reason or "something that it needs failed", "skipped")
        case Result.ABANDONED:
            return Trouble(ERROR, ended.reason or "interrupted: the next run finds out how it ended", "interrupted")
        case _:
            return None
