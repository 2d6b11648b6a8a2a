"""Foreign text that a command prints by itself, past the renderers: file names, raw answers, values, tracebacks."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.api import Client
from tests.cli.conftest import Ran, Shell
from tests.report.test_hostile_text import PAYLOADS, check

NAME = "a\n::error::\x1b[2J##[x]\u202e"
"""What a file may be called: everything but a slash and NUL."""


def harmless(ran: Ran) -> None:
    check(ran.out)
    check(ran.err)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_an_answer_that_is_no_json_is_shown_and_not_obeyed(shell: Shell, payload: str) -> None:
    for answer in (payload, f"<p>\n{payload}\n</p>".encode()):
        shell.monkeypatch.setattr(Client, "raw", lambda *_, given=answer: (502, {}, given))
        ran = shell.run("api", "GET", "/projects", shell.world)
        harmless(ran)
        assert ran.out.endswith("\n")


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_a_traceback_is_shown_and_not_obeyed(shell: Shell, payload: str) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError(payload)

    shell.monkeypatch.setenv("RECONCILER_DEBUG", "1")
    shell.monkeypatch.setattr(Client, "raw", broken)
    ran = shell.run("api", "GET", "/projects", shell.world)
    assert "Traceback" in ran.err
    assert "\n  File " in ran.err
    harmless(ran)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
@pytest.mark.parametrize("form", ["json", "yaml"])
def test_a_value_that_the_console_prints_is_not_obeyed(shell: Shell, payload: str, form: str) -> None:
    quoted = "".join(f"\\U{ord(each):08x}" for each in payload)
    shell.edit("stack.yaml", "default: storage", f'default: "{quoted}"')
    for asked in ("var.description", "[var.description]", "{'a': var.description ~ '\\nb'}"):
        harmless(shell.run("console", "stack.yaml", "--offline", "-e", asked, "--format", form))


@pytest.mark.parametrize("command", ["validate", "plan"])
def test_folders_of_stacks_are_named_harmlessly(shell: Shell, command: str) -> None:
    (shell.folder / "all" / NAME).mkdir(parents=True)
    text = (shell.folder / "stack.yaml").read_text(encoding="utf-8")
    (shell.folder / "all" / NAME / "stack.yaml").write_text(text, encoding="utf-8")
    world = () if command == "validate" else (shell.world,)
    ran = shell.run(command, "--recursive", "all", *world)
    assert "(stack small)" in ran.out
    harmless(ran)


def test_files_that_fmt_lays_out_are_named_harmlessly(shell: Shell) -> None:
    shell.write(f"{NAME}.yaml", "a:   1\n")
    ran = shell.run("fmt", "--check", f"{NAME}.yaml")
    assert ran.out.endswith(".yaml\n")
    harmless(ran)
