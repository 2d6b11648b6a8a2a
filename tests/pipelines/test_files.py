"""The files for CI systems are what those systems take, by their own schemas, which `check-jsonschema` carries."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PIPELINES = ROOT / "examples" / "pipelines"
WORKFLOWS = sorted((PIPELINES / "github").glob("*.yml"))


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-actions", [ROOT / "action.yml"]),
        ("vendor.github-workflows", WORKFLOWS),
        ("vendor.gitlab-ci", [PIPELINES / "gitlab" / ".gitlab-ci.yml"]),
    ],
)
def test_a_file_fits_its_schema(schema: str, files: list[Path]) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_workflow_runs_a_forks_files_with_secrets_nor_holds_more_than_it_needs(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert "pull_request_target" not in workflow[True], "YAML 1.1 reads `on` so"
    assert workflow["permissions"]["contents"] == "read"
    assert set(workflow["permissions"]) <= {"contents", "pull-requests"}
    for job in workflow["jobs"].values():
        assert "timeout-minutes" in job
        for step in job["steps"]:
            token = step.get("env", {}).get("PACKET_AUTH_TOKEN", "")
            command = step.get("with", {}).get("command", "")
            assert ("WRITE" in token) is (command in ("apply", "reap")), "reading needs no token that may write"


def test_what_is_applied_is_neither_cut_off_nor_done_twice_at_once() -> None:
    workflow = yaml.safe_load((PIPELINES / "github" / "apply.yml").read_text(encoding="utf-8"))
    assert workflow["concurrency"] == {"group": "reconciler-edge", "cancel-in-progress": False}


def test_the_actions_inputs_are_never_a_part_of_a_script() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert not [each for each in action["runs"]["steps"] if "${{" in each.get("run", "")]


def test_hooks_name_commands_that_there_are() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    for hook in hooks:
        name, *rest = hook["entry"].split()
        assert name == "reconciler"
        command = [sys.executable, "-m", "reconciler", rest[0], "--help"]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert all(option in shown for option in rest[1:])
