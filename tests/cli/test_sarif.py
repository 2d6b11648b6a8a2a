"""`validate --format sarif`: the parts of SARIF 2.1.0 that are used, with nothing beside them and nothing missing."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest

from reconciler.diagnostics import Diagnostic, Place, Severity
from reconciler.report.sarif import sarif
from tests.cli.conftest import Shell
from tests.diagnostics.snapshots import BROKEN


def _closed(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


_TEXT = {"type": "string", "minLength": 1}
_COUNT = {"type": "integer", "minimum": 1}
_MESSAGE = _closed({"text": _TEXT})
_REGION = _closed({"startLine": _COUNT, "startColumn": _COUNT, "endColumn": _COUNT}, snippet=_MESSAGE)
_PHYSICAL = _closed({"artifactLocation": _closed({"uri": _TEXT}), "region": _REGION})
_LOGICAL = {"type": "array", "items": _closed({"fullyQualifiedName": _TEXT, "kind": _TEXT})}
_RESULT = _closed(
    {
        "ruleId": _TEXT,
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": _MESSAGE,
    },
    locations={"type": "array", "items": _closed({}, physicalLocation=_PHYSICAL, logicalLocations=_LOGICAL)},
    relatedLocations={
        "type": "array",
        "uniqueItems": True,
        "items": _closed({"physicalLocation": _PHYSICAL, "message": _MESSAGE, "id": {"type": "integer", "minimum": 0}}),
    },
)
_RULE = _closed({"id": _TEXT}, shortDescription=_MESSAGE)
_DRIVER = _closed({"name": _TEXT, "version": _TEXT, "rules": {"type": "array", "uniqueItems": True, "items": _RULE}})
_RUN = _closed(
    {
        "tool": _closed({"driver": _DRIVER}),
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": {"type": "array", "items": _RESULT},
    }
)
PARTS = _closed(
    {"$schema": _TEXT, "version": {"const": "2.1.0"}, "runs": {"type": "array", "items": _RUN, "minItems": 1}}
)
"""The names, types and required keys of the standard (OASIS SARIF 2.1.0, section 3), closed over what is used."""


def run_of(shell: Shell, name: str, code: int) -> dict[str, Any]:
    shell.monkeypatch.chdir(BROKEN)
    ran = shell.run("validate", name, "--format", "sarif")
    assert (ran.code, ran.err) == (code, "")
    document = json.loads(ran.out)
    jsonschema.validate(document, PARTS)
    run: dict[str, Any] = document["runs"][0]
    return run


def test_a_finding_is_a_result_at_its_region_under_the_rule_of_its_code(shell: Shell) -> None:
    run = run_of(shell, "unknown-field.yaml", 1)
    (result,) = run["results"]
    assert result["ruleId"] == run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "unknown-key"
    assert result["level"] == "error"
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == "unknown-field.yaml"
    region = physical["region"]
    line = (BROKEN / "unknown-field.yaml").read_text().split("\n")[region["startLine"] - 1]
    assert region["snippet"]["text"] == line
    assert f"`{line[region['startColumn'] - 1 : region['endColumn'] - 1]}`" in result["message"]["text"]


def test_the_way_to_a_place_is_told_as_related_locations(shell: Shell) -> None:
    (result,) = run_of(shell, "group-attribute.yaml", 1)["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "groups/site.yaml"
    (call,) = result["relatedLocations"]
    assert call["physicalLocation"]["artifactLocation"]["uri"] == "group-attribute.yaml"
    assert call["physicalLocation"]["region"]["startLine"] == 9
    assert "projects.edge.groups.site" in call["message"]["text"]


@pytest.mark.parametrize("name", sorted(each.name for each in BROKEN.glob("*.yaml"))[::6])
def test_broken_stacks_make_sound_documents(shell: Shell, name: str) -> None:
    assert run_of(shell, name, 1)["results"]


def test_a_sound_stack_is_a_run_without_results(shell: Shell) -> None:
    ran = shell.run("validate", "stack.yaml", "--format", "sarif")
    document = json.loads(ran.out)
    jsonschema.validate(document, PARTS)
    assert document["runs"][0]["results"] == []
    assert ran.code == 0


def test_the_line_of_a_secret_is_not_in_it(shell: Shell) -> None:
    (result,) = run_of(shell, "secret-of-another-type.yaml", 1)["results"]
    assert "snippet" not in result["locations"][0]["physicalLocation"]["region"]


def test_two_formats_at_once_are_refused(shell: Shell) -> None:
    ran = shell.run("validate", "stack.yaml", "--json", "--format", "sarif")
    assert ran.code == 1
    assert "exclude each other" in ran.err


def test_format_json_is_the_json_option(shell: Shell) -> None:
    by_name = shell.run("validate", "stack.yaml", "--format", "json")
    assert by_name == shell.run("validate", "stack.yaml", "--json")


@pytest.mark.parametrize("severity", Severity)
def test_every_severity_is_a_level(severity: Severity) -> None:
    document = sarif([Diagnostic(severity, "a-code", "said")], version="1", meanings={})
    jsonschema.validate(document, PARTS)
    assert document["runs"][0]["results"][0]["level"] == severity.value


@pytest.mark.parametrize("file", ["a b/ü#1.yaml", "/srv/100%/a.yaml", "c:d.yaml"])
def test_a_path_is_a_uri_reference_that_leads_to_the_file(file: str) -> None:
    found = Diagnostic(Severity.ERROR, "a-code", "said", place=Place(file))
    document = sarif([found], version="1", meanings={})
    uri = document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    parts = urlsplit(uri)
    assert uri.isascii()
    assert not parts.fragment
    assert parts.scheme == ("file" if file.startswith("/") else "")
