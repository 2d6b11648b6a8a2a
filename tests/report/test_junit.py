"""Plans, drift and runs as tests of a CI system, read by a parser that nobody here wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from reconciler.diagnostics import Place, error, warning
from reconciler.model.event import Ended, Remains, Report, Result
from reconciler.model.kind import Verb
from reconciler.model.plan import Action, Counts, FieldChange, Plan
from reconciler.report.ending import Ending
from reconciler.report.junit import Suite, drift_suite, ending_suite, findings_suite, plan_suite, render_junit
from reconciler.report.scrub import Scrubber
from reconciler.secret import Secret
from tests.report import samples
from tests.report.test_markdown import MARKUP, SAMPLE, hostile_plan

BLAMED = error("api", "no more VLANs", address="projects.edge.vlans.b", place=Place("stack.yaml", 9), hint="wait")
ENDED = (
    Ended("projects.edge.vlans.a", "vlan", Verb.CREATE, 1.0, Result.DONE, 1.25, id="v-1"),
    Ended("projects.edge.vlans.b", "vlan", Verb.CREATE, 1.0, Result.FAILED, 2.0, reason="422", diagnostic=BLAMED),
    Ended("projects.edge.devices.c", "device", Verb.CREATE, 2.0, Result.SKIPPED, reason="it needs vlans.b"),
    Ended("projects.edge.devices.d", "device", Verb.CREATE, 2.0, Result.ABANDONED, 0.5),
)


def read(suite: Suite) -> tuple[TestSuite, Sequence[TestCase]]:
    document = JUnitXml.fromstring(render_junit(suite, lambda text: text).encode())
    (found,) = document
    return found, list(found)


def results(cases: Sequence[TestCase]) -> dict[str, list[type]]:
    return {each.name: [type(result) for result in each.result] for each in cases}


def test_pending_changes_pass_and_what_stops_an_apply_fails() -> None:
    plan = samples.plan(
        samples.update(), samples.create(), diagnostics=(BLAMED, warning("unverified", "capacity was not checked"))
    )
    suite, cases = read(plan_suite(plan))
    assert (suite.name, suite.tests, suite.failures, suite.errors, suite.skipped) == ("edge", 3, 1, 0, 0)
    assert results(cases) == {
        "update projects.edge": [],
        "create projects.edge.devices.web[0]": [],
        "api: projects.edge.vlans.b": [Failure],
    }
    assert [each.classname for each in cases] == ["edge.project", "edge.device", "edge"]
    assert '~ name = "Old" -> "New"' in cases[0].system_out
    assert cases[2].result[0].message == "no more VLANs"
    assert "help: wait" in cases[2].result[0].text
    assert cases[2]._elem.get("line") == "9"
    assert "capacity was not checked" in suite._elem.findtext("system-out")


def test_an_empty_plan_is_one_test_that_passes() -> None:
    suite, (case,) = read(plan_suite(samples.plan()))
    assert (suite.tests, case.name, case.result) == (1, "no changes", [])


def test_each_resource_is_a_test_of_drift_and_what_differs_fails() -> None:
    same = samples.change("projects.edge.vlans.storage", "vlan", Action.NOOP)
    secret = FieldChange(("md5",), "canary-1", "canary-2", secret=True)
    config = samples.change("projects.edge.bgp_config", "bgp_config", Action.UPDATE, fields=(secret,))
    plan = samples.plan(samples.create(), samples.update(), samples.delete(), same, config)
    suite, cases = read(drift_suite(plan))
    assert (suite.tests, suite.failures) == (5, 4)
    failed = {each.name: each.result[0].message.rpartition(" is ")[2] for each in cases if each.result}
    assert failed["projects.edge.devices.web[0]"] == "missing"
    assert failed["projects.edge.vlans.old"] == "unexpected"
    assert 'name: live "Old", wanted "New"' in cases[1].result[0].text
    assert "(sensitive value)" in cases[4].result[0].text
    assert "canary" not in render_junit(drift_suite(plan), lambda text: text)


def test_each_step_of_a_run_is_a_test_with_its_time() -> None:
    report = Report("apply", Counts(1), ENDED, diagnostics=(BLAMED,), interrupted=True)
    suite, cases = read(ending_suite(Ending("apply", "edge", report)))
    assert results(cases) == {
        "create projects.edge.vlans.a": [],
        "create projects.edge.vlans.b": [Failure],
        "create projects.edge.devices.c": [Skipped],
        "create projects.edge.devices.d": [Error],
        "apply ends": [Error],
    }
    assert (suite.tests, suite.failures, suite.errors, suite.skipped, suite.time) == (5, 1, 2, 1, 3.75)


def test_what_is_left_after_a_destroy_fails() -> None:
    report = Report("destroy", Counts(), (), remains=(Remains("projects.edge.vlans.a", "vlan", "v-1", "in use"),))
    _, (case,) = read(ending_suite(Ending("destroy", "edge", report)))
    assert case.name == "projects.edge.vlans.a is gone"
    assert case.result[0].message == "still there after the destroy: projects.edge.vlans.a (vlan v-1): in use"


def test_a_refusal_is_an_error_and_so_is_a_run_that_never_ended() -> None:
    for suite in (
        findings_suite([BLAMED]),
        ending_suite(Ending("apply", findings=(BLAMED,))),
        ending_suite(Ending("apply")),
    ):
        _, (case,) = read(suite)
        assert [type(each) for each in case.result] == [Error]


def test_a_run_without_steps_passes() -> None:
    _, (case,) = read(ending_suite(Ending("apply", "edge", Report("apply", Counts(), ()))))
    assert (case.name, case.result) == ("no changes", [])


@pytest.mark.parametrize("payload", [*MARKUP[::2], *SAMPLE, "\ufffe", "]]>"], ids=lambda text: ascii(text)[:40])
def test_foreign_text_stays_text(payload: str) -> None:
    plan = hostile_plan(payload)
    failed = Ended(payload, payload, Verb.CREATE, 1.0, Result.FAILED, reason=payload, diagnostic=plan.diagnostics[0])
    ending = Ending("apply", payload, Report("apply", Counts(), (failed,)))
    for suite, plain in (
        (plan_suite(plan), plan_suite(hostile_plan("plain"))),
        (drift_suite(plan), drift_suite(hostile_plan("plain"))),
        (ending_suite(ending), None),
    ):
        text = render_junit(suite, lambda text: text)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text)
        assert not [line for line in text.split("\n") if line.lstrip().startswith("::")]
        _, cases = read(suite)
        assert len(cases) == (len(plain.cases) if plain is not None else 1)


def test_a_secret_that_is_part_of_the_markup_does_not_break_it() -> None:
    plan = samples.plan(samples.update(), diagnostics=(error("x", f"said {json.dumps('canary-1')}"),))
    clean = Scrubber([Secret("testcase"), Secret("</failure>"), Secret("canary-1")]).text
    text = render_junit(plan_suite(plan), clean)
    assert "canary-1" not in text
    (suite,) = JUnitXml.fromstring(text.encode())
    assert suite.tests == len(list(suite)) == 2


def test_the_stack_of_a_plan_may_be_any_text() -> None:
    suite, _ = read(plan_suite(Plan("<x>&\x00", (), ())))
    assert suite.name == "<x>&\\x00"
