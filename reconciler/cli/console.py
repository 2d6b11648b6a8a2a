"""`reconciler console`: expressions tried against a stack, with what is live now or without an account."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import (
    StackCommand,
    account_options,
    complete_resources,
    input_options,
    no_color_option,
    stack_arguments,
)
from reconciler.cli.session import Session
from reconciler.diagnostics import Refused

if TYPE_CHECKING:
    from reconciler.model.resource import Evaluated, World
    from reconciler.stack import Asker

_PROMPT = "> "
_MORE = "... "
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_LEAVE = ("exit", "quit")


@click.command("console", cls=StackCommand)
@stack_arguments
@click.option("-e", "--expression", "asked", multiple=True, metavar="EXPR", help="Print its value. Repeatable.")
@click.option(
    "--at",
    metavar="ADDRESS",
    default="",
    shell_complete=complete_resources,
    help="See key, value, index and project as this resource does.",
)
@click.option("--offline", is_flag=True, help="Ask no API: what only it can tell is (known after apply).")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "yaml"]),
    default="json",
    show_default=True,
    help="How values are printed.",
)
@input_options
@account_options
@no_color_option
def command(
    paths: tuple[Path, ...],
    asked: tuple[str, ...],
    at: str,
    offline: bool,
    form: str,
    variables: tuple[str, ...],
    var_files: tuple[Path, ...],
    overlays: tuple[Path, ...],
    api_url: str | None,
    emulator: str | None,
    no_color: bool,
) -> int:
    """Try expressions against a stack: values are as a plan sees them. Nothing is changed.

    Without -e, a terminal gets a prompt (a line with open brackets goes on in the next one; Ctrl-D ends it), and a pipe
    is read as one expression a line. Secrets are not shown. No history is kept in a file.

    \b
      reconciler console stack.yaml -e "projects.web.devices.web | length" --offline
      reconciler console stack.yaml --at 'projects.web.devices.web[0]' -e "index + 1"
      echo "var.facility" | reconciler console stack.yaml --offline
    """
    with Session(no_color=no_color) as session:
        from reconciler import app
        from reconciler.app.offline import DeclaredWorld, open_stack

        stack, asker = open_stack(paths, session.inputs(variables, var_files, overlays))
        session.sink.hide(stack.secrets)
        world: World = DeclaredWorld(stack)
        if not offline:
            account = session.connect(api_url, emulator, read_only=True)
            planned = app.make_plan(stack, account, app.Options(), guarded=False, preflight=False)
            session.sink.hide(planned.secrets())
            world = planned.world
        asker.check_address(at)
        prompted = not asked and sys.stdin.isatty()
        failed = False
        for text in asked or (_typed(session.sink.say) if prompted else _piped()):
            try:
                failed = not _answer(session, asker, world, text, at, form) or failed
            except KeyboardInterrupt:
                if not prompted:
                    raise
                session.sink.say("\n")  # Ctrl-C gives up the answer, not the console
        return Exit.ERROR if failed and not prompted else Exit.DONE


def _answer(session: Session, asker: Asker, world: World, text: str, at: str, form: str) -> bool:
    """Print the value of one expression, or what is wrong with it. Whether it has one."""
    try:
        found = asker.ask(text, world, at)
    except Refused as refused:
        session.sink.diagnostics(refused.diagnostics)
        return False
    session.sink.hide(asker.secrets())
    session.sink.foreign(_written(found, form))
    return True


def _written(found: Evaluated, form: str) -> str:
    from reconciler.report.page import safe_json
    from reconciler.report.scrub import SENSITIVE
    from reconciler.values import Unknown

    if found.secret:
        return f"{SENSITIVE}\n"
    if isinstance(found.value, Unknown):
        return "(known after apply)\n"
    return _yaml(found.value) if form == "yaml" else f"{safe_json(_json(found.value))}\n"


def _json(value: Any) -> str:
    import json

    return json.dumps(value, indent=2)


def _yaml(value: Any) -> str:
    from reconciler.stack.functions.encoding import toyaml

    text = toyaml(value)
    return text if text.endswith("\n") else f"{text}\n"


def _piped() -> Iterator[str]:
    for line in sys.stdin:
        text = line.strip()
        if text and not text.startswith("#"):
            yield text


def _typed(say: Callable[[str], None]) -> Iterator[str]:
    """What is typed at a prompt, until Ctrl-D; Ctrl-C gives up the line in hand."""
    with suppress(ImportError):  # without it there is no editing of lines, which Windows does by itself
        import readline  # noqa: F401 - importing it is what gives `input` its editing; it keeps no file by itself

    lines: list[str] = []
    while True:
        try:
            line = input(_MORE if lines else _PROMPT)
        except EOFError:
            say("\n")
            return
        except KeyboardInterrupt:
            say("\n")
            lines = []
            continue
        if not lines and line.strip() in _LEAVE:
            return
        lines.append(line)
        text = "\n".join(lines)
        if _open_brackets(text) and line.strip():
            continue
        lines = []
        if text.strip():
            yield text


def _open_brackets(text: str) -> bool:
    bare = _QUOTED.sub("", text)
    return sum(map(bare.count, "([{")) > sum(map(bare.count, ")]}"))
