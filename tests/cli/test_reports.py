"""Plans in the forms of CI systems, and `--report` of apply and destroy, from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from junitparser import Error, JUnitXml

from tests.cli.conftest import Shell
from tests.cli.test_sarif import PARTS


def document(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_plan_in_each_form(shell: Shell) -> None:
    text = shell.run("plan", "stack.yaml", shell.world, "--format", "markdown", "-o", "saved.plan").out
    assert text.startswith("<!-- reconciler:plan:small -->\n### Plan for stack `small`\n\n**Plan: 3 to add")
    assert text.endswith("```sh\nreconciler apply saved.plan\n```\n")
    assert "canary-of-2019" not in text
    assert shell.run("show", "saved.plan", "--format", "markdown").out == text
    (suite,) = JUnitXml.fromstring(shell.run("show", "saved.plan", "--format", "junit").out.encode())
    assert (suite.name, suite.tests, suite.failures) == ("small", 3, 0)
    found = json.loads(shell.run("show", "saved.plan", "--format", "sarif").out)
    jsonschema.validate(found, PARTS)


def test_the_comment_tells_the_command_without_values_of_variables(shell: Shell) -> None:
    given = ("--var", "password=hunter2", "--target", "projects.web.vlans.storage")
    text = shell.run("plan", "stack.yaml", shell.world, "--format", "markdown", *given).out
    words = "--target projects.web.vlans.storage --var password=... --emulator=world.db --digest "
    assert f"reconciler apply stack.yaml {words}" in text
    assert "hunter2" not in text
    text = shell.run("plan", "stack.yaml", shell.world, "--format", "markdown", "--destroy").out
    assert "**No changes.** No objects need to be destroyed." in text


def test_a_plan_that_is_refused_is_told_in_the_form_too(shell: Shell) -> None:
    shell.edit("stack.yaml", "vlans:", "vlan:")
    ran = shell.run("plan", "stack.yaml", shell.world, "--format", "junit")
    (suite,) = JUnitXml.fromstring(ran.out.encode())
    assert [type(each) for case in suite for each in case.result] == [Error]
    assert ran.code == 1
    assert "error[unknown-key]" in ran.err
    found = json.loads(shell.run("plan", "stack.yaml", shell.world, "--format", "sarif").out)
    jsonschema.validate(found, PARTS)
    (result,) = found["runs"][0]["results"]
    assert result["ruleId"] == "unknown-key"
    assert "snippet" in result["locations"][0]["physicalLocation"]["region"]


def test_drift_as_tests(shell: Shell) -> None:
    ran = shell.run("drift", "stack.yaml", shell.world, "--format", "junit")
    (suite,) = JUnitXml.fromstring(ran.out.encode())
    assert (ran.code, suite.tests, suite.failures) == (2, 3, 3)


def test_a_report_has_the_form_of_its_suffix(shell: Shell) -> None:
    assert shell.run("apply", "stack.yaml", shell.world, "--yes", "--report", "done.json").code == 0
    report = document(shell.folder / "done.json")
    assert (report["state"], report["stack"], report["summary"]["add"]) == ("complete", "small", 3)
    assert report["outputs"]["password"]["value"] is None
    assert "canary-of-2019" not in json.dumps(report)
    assert shell.run("apply", "stack.yaml", shell.world, "--yes", "--report", "done.sarif").code == 0
    found = document(shell.folder / "done.sarif")
    (run,) = found["runs"]
    assert run.pop("invocations") == [{"executionSuccessful": True}]
    jsonschema.validate(found, PARTS)
    assert shell.run("destroy", "stack.yaml", shell.world, "--yes", "--report", "done.xml").code == 0
    (suite,) = JUnitXml.fromfile(str(shell.folder / "done.xml"))
    assert {each.name for each in suite if not each.result} >= {"delete projects.web.vlans.storage"}
    assert shell.run("apply", "stack.yaml", shell.world, "--yes", "--report", "done.md").code == 0
    text = (shell.folder / "done.md").read_text(encoding="utf-8")
    assert text.startswith("<!-- reconciler:apply:small -->\n### Apply of stack `small`\n\n**Apply complete! ")
    assert (shell.folder / "done.md").stat().st_mode & 0o777 == 0o644
    assert shell.run("destroy", "stack.yaml", shell.world, "--yes", "--report", "done.html").code == 0
    page = (shell.folder / "done.html").read_text(encoding="ascii")
    assert "the end waited for those in bold (2)." in page
    assert "<title>delete projects.web.vlans.storage: " in page


def test_a_report_tells_a_refusal(shell: Shell) -> None:
    refused = shell.run("apply", "stack.yaml", shell.world, "--report", "done.json")  # there is nobody to ask
    assert refused.code == 1
    report = document(shell.folder / "done.json")
    assert (report["state"], report["stack"]) == ("refused", "small")
    assert [each["code"] for each in report["diagnostics"]] == ["not-approved"]
    shell.run("apply", "stack.yaml", shell.world, "--report", "done.xml", stdin="no\n")
    (suite,) = JUnitXml.fromfile(str(shell.folder / "done.xml"))
    assert [each.message for case in suite for each in case.result] == ["the plan was shown, and not approved"]
    shell.edit("stack.yaml", "vlans:", "vlan:")
    shell.run("apply", "stack.yaml", shell.world, "--yes", "--report", "done.json")
    assert [each["code"] for each in document(shell.folder / "done.json")["diagnostics"]] == ["unknown-key"]


@pytest.mark.parametrize("name", ["done.txt", "done", "done.JSON"])
def test_a_suffix_that_says_no_form_is_wrong_usage(shell: Shell, name: str) -> None:
    ran = shell.run("apply", "stack.yaml", shell.world, "--yes", "--report", name)
    assert ran.code == 1
    assert ".md (Markdown), .html (a page), .xml (JUnit), .sarif (SARIF), .json (JSON)" in ran.err


def test_a_report_that_cannot_be_written_stops_the_run_before_it_begins(shell: Shell) -> None:
    ran = shell.run("apply", "stack.yaml", shell.world, "--yes", "--report", "nowhere/done.md")
    assert ran.code == 1
    assert "error[unwritable-report]" in ran.err
    assert "Apply complete" not in ran.out


def test_a_report_replaces_a_link_and_does_not_follow_it(shell: Shell) -> None:
    (shell.folder / "precious.json").write_text("{}")
    (shell.folder / "done.json").symlink_to("precious.json")
    shell.run("apply", "stack.yaml", shell.world, "--report", "done.json")
    assert (shell.folder / "precious.json").read_text() == "{}"
    assert document(shell.folder / "done.json")["state"] == "refused"
