"""Help answers at once and reads well; wrong usage is exit 1, since 2 means that there are changes."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from reconciler import __version__
from reconciler.cli.main import COMMANDS, LazyGroup, cli
from tests.cli.conftest import Shell

HEAVY = ("apprise", "opentelemetry", "pydantic", "networkx", "requests", "deepdiff", "minijinja", "yaml", "rich")


@pytest.mark.parametrize("arguments", [["--help"], ["drift", "--help"], ["--version"], ["emulator", "serve", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys; from reconciler.cli.main import run; code = run(sys.argv[1:]);"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


def test_python_m_is_the_same() -> None:
    done = subprocess.run([sys.executable, "-m", "reconciler", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"reconciler {__version__}\n"


def test_the_help_names_every_command_and_the_exit_codes(shell: Shell) -> None:
    ran = shell.run("--help")
    assert ran.code == 0
    for name in COMMANDS:
        assert f"  {name} " in ran.out
    assert "Exit codes: 0 done, 1 error, 2 changes" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80


def commands() -> dict[str, click.Command]:
    context = click.Context(cli)
    assert isinstance(cli, LazyGroup)
    found = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
    emulator = found["emulator"]
    assert isinstance(emulator, click.Group)
    return {**{name: each for name, each in found.items() if each}, **emulator.commands}


@pytest.mark.parametrize("name", commands())
def test_every_command_explains_itself_with_an_example(name: str) -> None:
    command = commands()[name]
    text = command.get_help(click.Context(command, info_name=name))
    assert f"reconciler {name}" in text or f"reconciler emulator {name}" in text
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, option.name


@pytest.mark.parametrize(
    "arguments",
    [
        ["plann"],
        ["plan"],
        ["plan", "no-such-file.yaml"],
        ["plan", "stack.yaml", "--wrong"],
        ["plan", "stack.yaml", "--format", "pdf"],
        ["apply", "stack.yaml", "--parallelism", "0"],
        ["output", "no-such-file.yaml"],
        ["output", "stack.yaml", "--raw"],
        ["api", "FETCH", "/projects"],
        ["api", "POST", "/projects", "{not json"],
        ["api", "POST", "/projects", "@no-such-file.json"],
        ["emulator", "serve", "--latency", "soon"],
    ],
)
def test_wrong_usage_is_exit_1_on_stderr(shell: Shell, arguments: list[str]) -> None:
    ran = shell.run(*arguments)
    assert ran.code == 1
    assert ran.out == ""
    assert "Error: " in ran.err
    assert "Traceback" not in ran.err


def test_a_mistyped_command_gets_a_hint(shell: Shell) -> None:
    assert "Did you mean `destroy`?" in shell.run("destory").err
