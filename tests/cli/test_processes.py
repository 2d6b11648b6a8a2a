"""What only a process of its own can show: signals, broken pipes, full disks, the emulator as a server."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import IO

import pytest

from reconciler.cli.main import COMMANDS
from tests.cli.conftest import Shell
from tests.docs.recorded import PAGES

ROOT = Path(__file__).parents[2]
MAIN = (sys.executable, "-m", "reconciler")


def start(*command: str, stdout: IO[str] | int = subprocess.PIPE) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, text=True
    )


def wait_for_line(process: subprocess.Popen[str], words: str) -> str:
    assert process.stderr is not None
    seen = ""
    for line in process.stderr:
        seen += line
        if words in line:
            return seen
    raise AssertionError(f"{words!r} never came: {seen}")


def interruptible(shell: Shell, *more: str) -> subprocess.Popen[str]:
    process = start(sys.executable, "-m", "tests.cli.patched_apply", "apply", "stack.yaml", shell.world, "--yes", *more)
    wait_for_line(process, "projects.web: Creating...")
    return process


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_first_signal_drains(shell: Shell, number: signal.Signals, code: int) -> None:
    process = interruptible(shell, "--report", "done.json")
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == code
    assert json.loads((shell.folder / "done.json").read_text())["state"] == "interrupted"
    assert "Interrupt received. Nothing new is started" in err
    assert "Apply interrupted." in out
    assert "run the same command again" in err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_second_signal_leaves_at_once(shell: Shell, number: signal.Signals, code: int) -> None:
    process = interruptible(shell, "--stubborn", "--report", "done.json")
    process.send_signal(signal.SIGINT)
    wait_for_line(process, "Interrupt again to leave at once")
    process.send_signal(number)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == code
    assert "Apply" not in out
    assert json.loads((shell.folder / "done.json").read_text())["state"] == "unfinished"


FRESH = {
    "why": ("projects.web", "stack.yaml", "--emulator=world.db"),
    "watch": ("stack.yaml", "--emulator=world.db", "--rounds", "1", "--repair", "disruptive", "--repair", "security"),
    "graph": ("stack.yaml", "--emulator=world.db"),
    "explain": ("missing-field",),
    "files": ("stack.yaml", "--emulator=world.db"),
    "fmt": ("stack.yaml",),
    "completion": ("bash",),
    "schema": ("schemas",),
    "emulator": ("serve", "--help"),
}
"""A command line of each command that no page of the docs starts as a process of its own in its test."""


def test_no_command_needs_that_another_has_been_imported(shell: Shell) -> None:
    """The other tests run commands where all of them are loaded, which would hide an import that goes in a circle."""
    pages = "".join(each.read_text(encoding="utf-8") for each in PAGES)
    assert set(COMMANDS) - set(FRESH) <= set(re.findall(r"^\$ reconciler (\w+)", pages, re.MULTILINE))
    for name, arguments in FRESH.items():
        process = start(*MAIN, name, *arguments)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, f"{name}: {out}{err}"


def test_a_reader_that_goes_away_is_no_error(shell: Shell) -> None:
    process = start(*MAIN, "plan", "stack.yaml", shell.world)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    assert process.wait(timeout=20) == 0
    assert "Traceback" not in err
    assert "BrokenPipe" not in err
    process.stderr.close()


def test_a_full_disk_under_stdout_is_an_error(shell: Shell) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        process = start(*MAIN, "plan", "stack.yaml", shell.world, stdout=full)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "No space left on device" in err
    assert "Traceback" not in err


def test_a_terminal_that_knows_ascii_only_gets_escapes(shell: Shell) -> None:
    shell.edit("stack.yaml", "name: Small", "name: Smäll")
    shell.monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    process = start(*MAIN, "plan", "stack.yaml", shell.world)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert r"Sm\xe4ll" in out


def test_the_emulator_serves_until_it_is_told_to_stop(shell: Shell) -> None:
    shell.monkeypatch.setenv("RECONCILER_EMULATOR_TOKEN", "given-token")
    process = start(
        *MAIN, "emulator", "serve", "--latency", "1ms", "--provision-seconds", "0.5", "--db", "new/world.db"
    )
    assert process.stdout is not None
    first, second = process.stdout.readline(), process.stdout.readline()
    assert first.startswith("export PACKET_API_URL=http://127.0.0.1:")
    assert second == 'export PACKET_AUTH_TOKEN="$RECONCILER_EMULATOR_TOKEN"\n'
    url = first.strip().partition("=")[2]
    request = urllib.request.Request(f"{url}/projects", headers={"X-Auth-Token": "given-token"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert json.load(answer)["projects"] == []
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert out == ""
    assert "listens on" in err
    assert "Traceback" not in err


def test_a_token_is_made_up_when_none_is_given(shell: Shell) -> None:
    process = start(*MAIN, "emulator", "serve")
    assert process.stdout is not None
    process.stdout.readline()
    token = process.stdout.readline().strip().partition("=")[2]
    assert len(token) == 32
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 0
