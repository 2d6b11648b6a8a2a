"""Tab completes commands, options, and what the stack has, in real shells; mistakes are silent."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.emulator import Emulator
from tests.cli.conftest import STACK, Shell
from tests.forks.client import run

KEYED = """\
      net:
        for_each: [a, b]
        facility: ewr1
        description: net ${{ key }}
"""


def asked(folder: Path, *words: str, shell: str = "bash", **variables: str) -> list[str]:
    """What is offered for the last word, with these variables in the environment."""
    line = "\n".join(("reconciler", *words)) if shell == "bash" else " ".join(("reconciler", *words))
    environment = {**os.environ, "COMP_WORDS": line, "COMP_CWORD": str(len(words)), **variables}
    if shell == "fish":
        environment["COMP_CWORD"] = words[-1]
    environment["_RECONCILER_COMPLETE"] = f"{shell}_complete"
    done = run((), folder, environment)
    assert done.err == ""
    return done.out.splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "stack.yaml").write_text(STACK.replace("    vlans:\n", f"    vlans:\n{KEYED}"))
    (tmp_path / "broken.yaml").write_text("stack: [\n")
    return tmp_path


def test_commands_and_options_are_offered(folder: Path) -> None:
    assert asked(folder, "va") == ["plain,validate"]
    assert "plain,--detailed-exitcode" in asked(folder, "plan", "--det")
    assert asked(folder, "completion", "") == ["plain,bash", "plain,zsh", "plain,fish"]
    assert asked(folder, "validate", "") == ["file,"]


def test_targets_are_resources_and_whole_blocks(folder: Path) -> None:
    assert asked(folder, "plan", "stack.yaml", "--target", "projects.web.v") == [
        "plain,projects.web.vlans.net",
        'plain,projects.web.vlans.net["a"]',
        'plain,projects.web.vlans.net["b"]',
        "plain,projects.web.vlans.storage",
    ]
    assert "plain,projects.web.vlans.storage" in asked(folder, "destroy", "stack.yaml", "--target", "=", "projects")


def test_replace_and_at_are_resources(folder: Path) -> None:
    words = ["plain,projects.web.ssh_keys.ops"]
    assert asked(folder, "plan", "stack.yaml", "--replace", "projects.web.s") == words
    assert asked(folder, "console", "stack.yaml", "--at", "projects.web.s") == words


def test_outputs_are_offered_behind_their_stack(folder: Path) -> None:
    assert asked(folder, "output", "stack.yaml", "p") == ["plain,password"]
    assert asked(folder, "output", "st") == ["file,st"]


def test_the_projects_of_the_account_are_offered(folder: Path) -> None:
    with Emulator(token="a-token") as emulator:
        account = {"PACKET_API_URL": emulator.url, "PACKET_AUTH_TOKEN": "a-token"}
        headers = {"X-Auth-Token": "a-token", "Content-Type": "application/json"}
        ids = [
            json.loads(emulator.handle("POST", "/projects", headers, json.dumps({"name": name}).encode()).body)["id"]
            for name in ("edge", "Test lab", "twice", "twice")
        ]
        names = ["plain,Test lab", "plain,edge", *(f"plain,{each}" for each in sorted(ids[2:]))]
        assert asked(folder, "init", "--existing", "", **account) == names
        assert asked(folder, "init", "--existing", "edg", **account) == ["plain,edge"]  # no UUID has a "g"
        assert asked(folder, "api", "GET", f"/projects/{ids[0]}", **account) == [f"plain,/projects/{ids[0]}"]
        assert asked(folder, "api", "GET", f"/projects/{ids[0]}/dev", **account) == [
            f"plain,/projects/{ids[0]}/devices"
        ]
        assert asked(folder, "api", "GET", "/pl", **account) == ["plain,/plans"]

    assert asked(folder, "init", "--existing", "", **account) in ([], [""])
    assert asked(folder, "init", "--existing", "", **{**account, "PACKET_AUTH_TOKEN": ""}) in ([], [""])


def test_a_project_with_a_hostile_name_is_offered_by_its_uuid(folder: Path) -> None:
    with Emulator(token="a-token") as emulator:
        account = {"PACKET_API_URL": emulator.url, "PACKET_AUTH_TOKEN": "a-token"}
        headers = {"X-Auth-Token": "a-token", "Content-Type": "application/json"}
        made = emulator.handle("POST", "/projects", headers, json.dumps({"name": "a\nplain,--yes\x1b[2J"}).encode())
        assert asked(folder, "init", "--existing", "", **account) == [f"plain,{json.loads(made.body)['id']}"]


def test_a_broken_stack_is_silent(folder: Path) -> None:
    assert asked(folder, "plan", "broken.yaml", "--target", "") in ([], [""])
    assert asked(folder, "plan", "missing.yaml", "--target", "") in ([], [""])
    assert asked(folder, "plan", "--target", "") in ([], [""])


def test_an_unknown_shell_is_refused(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell.run("completion", "tcsh").code == 1
    monkeypatch.setenv("_RECONCILER_COMPLETE", "tcsh_complete")
    assert shell.run().code == 1


def commands(tmp_path: Path) -> dict[str, str]:
    """An environment in which `reconciler` is this one."""
    (tmp_path / "bin").mkdir(exist_ok=True)
    script = tmp_path / "bin" / "reconciler"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m reconciler "$@"\n')
    script.chmod(0o755)
    return {**os.environ, "PATH": f"{script.parent}:{os.environ['PATH']}"}


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ('reconciler plan stack.yaml --target "projects.web.vlans.n"', 'projects.web.vlans.net["a"]'),
        ("reconciler val", "validate"),
    ],
)
def test_in_bash(folder: Path, words: str, offered: str) -> None:
    script = f"""
        compopt() {{ :; }}   # there is no completion under way that it could change
        source <(reconciler completion bash)
        touch "projects.web.vlans.net[a]"   # nothing is taken for a pattern
        COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        _reconciler_completion reconciler
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=commands(folder), capture_output=True, text=True)
    assert done.stderr == ""
    assert offered in done.stdout.splitlines()


@pytest.mark.skipif(shutil.which("fish") is None, reason="needs fish")
def test_in_fish(folder: Path) -> None:
    script = (
        "reconciler completion fish | source; complete -C 'reconciler plan stack.yaml --target projects.web.vlans.n'"
    )
    done = subprocess.run(["fish", "-c", script], cwd=folder, env=commands(folder), capture_output=True, text=True)
    assert 'projects.web.vlans.net["a"]' in done.stdout.replace("\\", "")


@pytest.mark.skipif(shutil.which("zsh") is None, reason="needs zsh")
def test_the_script_is_one_that_zsh_reads(folder: Path) -> None:
    script = "autoload -U compinit; compinit -u; source <(reconciler completion zsh); print $_comps[reconciler]"
    done = subprocess.run(["zsh", "-c", script], cwd=folder, env=commands(folder), capture_output=True, text=True)
    assert done.stdout == "_reconciler_completion\n"
