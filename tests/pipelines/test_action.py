"""What the action does in a job: the plan as a comment, and on merge exactly that."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.conftest import Ran, World, world  # noqa: F401
from tests.acceptance.stacks import KEY
from tests.forge.fake import TOKEN, Forge, forge

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "examples" / "pipelines" / "github" / "run.sh"
STACK = f"""\
stack: edge
projects:
  edge:
    name: Edge
    ssh_keys:
      ops: {{key: "{KEY}"}}
    vlans:
      storage: {{facility: ewr1, description: storage}}
"""


@pytest.fixture
def server() -> Iterator[Forge]:
    with forge() as state:
        yield state


def job(world: World, server: Forge, command: str, event: str, **more: str) -> Ran:  # noqa: F811
    """A job of this command, for this event of pull request 17."""
    tools = world.folder / "bin"
    if not tools.exists():
        tools.mkdir()
        for name, line in (("reconciler", "-m reconciler"), ("python", "")):
            (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {line} "$@"\n', encoding="utf-8")
            (tools / name).chmod(0o755)
    (world.folder / "event.json").write_text('{"pull_request": {"number": 17}}', encoding="utf-8")
    environment = world.environment() | {
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "COMMAND": command,
        "STACK": "stack.yaml",
        "GITHUB_EVENT_NAME": event,
        "GITHUB_EVENT_PATH": "event.json",
        "GITHUB_SHA": "5ca1ab1e",
        "GITHUB_REPOSITORY": "team/stacks",
        "GITHUB_API_URL": server.url,
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_STEP_SUMMARY": "summary.md",
        "GITHUB_OUTPUT": "outputs",
        **more,
    }
    done = subprocess.run(
        ["bash", str(SCRIPT)], env=environment, cwd=world.folder, capture_output=True, text=True, check=False
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def outputs(world: World) -> dict[str, str]:  # noqa: F811
    lines = (world.folder / "outputs").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_the_plan_is_one_comment_and_on_merge_exactly_that_is_applied(world: World, server: Forge) -> None:  # noqa: F811
    world.stack(STACK)
    planned = job(world, server, "plan", "pull_request")
    assert planned.code == 0, planned.err
    (comment,) = server.texts
    assert "Plan: 3 to add, 0 to change, 0 to destroy." in comment
    found = outputs(world)
    assert found["changes"] == "true"
    assert found["digest"] in comment
    world.edit("stack.yaml", "description: storage", "description: backup")
    stale = job(world, server, "apply", "push", NAME="edge")
    assert stale.code == 5
    assert world.ledger() == []
    world.edit("stack.yaml", "description: backup", "description: storage")
    merged = job(world, server, "apply", "push", NAME="edge")
    assert merged.code == 0, merged.err
    assert len(world.ledger()) == 3
    assert "Apply complete!" in (world.folder / "summary.md").read_text(encoding="utf-8")


def test_no_comment_that_was_approved_and_nothing_is_applied(world: World, server: Forge) -> None:  # noqa: F811
    world.stack(STACK)
    refused = job(world, server, "apply", "push", NAME="edge")
    assert refused.code == 1
    assert "there is no comment with a plan of the stack `edge`" in refused.err
    assert job(world, server, "nonsense", "push").code == 1
    assert world.ledger() == []
