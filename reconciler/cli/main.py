"""The entry point: finds the command, and turns whatever goes wrong into a short message and an exit code."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from types import FrameType, MappingProxyType
from typing import NoReturn, TextIO

import click

from reconciler import __version__
from reconciler.cli.exits import Exit
from reconciler.cli.memory import collect_seldom
from reconciler.cli.tracing import Endings

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "init": "Write a first stack.",
        "validate": "Check a stack offline.",
        "plan": "Show what an apply would change.",
        "apply": "Make the account as the stack says.",
        "destroy": "Remove everything that a stack owns.",
        "reap": "Destroy what has expired.",
        "drift": "Report where the account differs from the stack.",
        "watch": "Look for drift again and again, and set right what is safe.",
        "history": "Tell who changed what, and when.",
        "show": "Print a saved plan.",
        "why": "Say why a plan does what it does to a resource.",
        "comment": "Keep the comment of a pull request up to date.",
        "graph": "Print the steps of a plan as a graph.",
        "output": "Print the outputs of a stack.",
        "console": "Try expressions against a stack.",
        "explain": "Say what a diagnostic code means.",
        "files": "Write the files that a stack generates.",
        "fmt": "Lay out stack files in the canonical form.",
        "completion": "Print the completion script for a shell.",
        "schema": "Write the JSON Schemas for editors and tools.",
        "api": "Send one raw call to the API.",
        "emulator": "Run a Packet API on this machine.",
    }
)
"""The commands in the order of the help text, each with its line there; one module each, imported when it is used."""


class LazyGroup(click.Group):
    """A group that imports a command when that command is run, and none of them for its own help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"reconciler.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean `{near[0]}`?" if near else ""
            ctx.fail(f"No such command `{args[0]}`.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="reconciler", message="%(prog)s %(version)s")
def cli() -> None:
    """Keep a Packet bare-metal account the way a YAML stack says.

    The API itself is the only state: there is no state file. The token is read from PACKET_AUTH_TOKEN (or
    METAL_AUTH_TOKEN); --emulator needs none.

    \b
      reconciler plan stack.yaml                      see what would change
      reconciler apply stack.yaml                     change it, after asking
      reconciler apply stack.yaml --emulator --yes    try it on this machine only

    \b
    Exit codes: 0 done, 1 error, 2 changes (plan --detailed-exitcode) or drift,
    3 refused by a safety rail, 4 partly applied, 5 the saved plan is stale,
    130/143 interrupted (safe to run again).
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return what the process should end with. Never raises, save for SystemExit."""
    if instruction := os.environ.get("_RECONCILER_COMPLETE"):
        return import_module("reconciler.cli.completion").answer(cli, instruction)  # type: ignore[no-any-return]
    endings, code = Endings(), int(Exit.ERROR)
    try:
        code = _run(arguments, endings)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else code
        raise
    finally:
        endings.tell(code)
    return code


def _run(arguments: Sequence[str] | None, endings: Endings) -> int:
    try:
        result = cli.main(
            args=list(arguments) if arguments is not None else None,
            prog_name="reconciler",
            standalone_mode=False,
            obj=endings,
        )
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as problem:
        _show(problem)
        return Exit.ERROR  # click's own code for wrong usage is 2, which means "there are changes" here
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nInterrupted.", err=True)
        return Exit.INTERRUPTED
    except Exception as problem:  # noqa: BLE001 - the last resort: a session has had its chance before
        return _failed(problem)
    return int(result) if isinstance(result, int) else Exit.DONE


def main() -> NoReturn:
    """The console script."""
    collect_seldom()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    signal.signal(signal.SIGTERM, _terminated)
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        code = run()
    except KeyboardInterrupt:  # a second one, while the first was told
        code = Exit.INTERRUPTED
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else Exit.ERROR
        if code == Exit.TERMINATED:
            with suppress(OSError):
                click.echo("\nTerminated.", err=True)
    # Threads of the HTTP pool may still wait for an answer that nobody wants.
    os._exit(_flushed(code))


def _terminated(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(Exit.TERMINATED)


def _failed(problem: Exception) -> int:
    from reconciler.cli.failure import findings
    from reconciler.cli.sink import standard_sink

    found, code = findings(problem)
    with suppress(OSError):  # nobody can be told, where stderr is on a full disk; the code still says it
        standard_sink().diagnostics(found)
    return code


def _show(problem: click.ClickException) -> None:
    """Wrong usage quotes what was given, such as names of files that a pull request has brought."""
    from reconciler.cli.sink import standard_sink

    shown, sink = io.StringIO(), standard_sink()
    problem.show(file=shown)
    with suppress(OSError):
        for line in shown.getvalue().rstrip("\n").split("\n"):
            sink.note(line)


def _flushed(code: int) -> int:
    """What to end with when all has been written. After a signal nothing is waited for: stdout may be a pipe that is
    full and that nobody reads.
    """
    if code in (Exit.INTERRUPTED, Exit.TERMINATED):
        return code
    try:
        return max(code, _flush(sys.stdout), _flush(sys.stderr))
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except SystemExit:
        return Exit.TERMINATED


def _flush(stream: TextIO) -> int:
    try:
        stream.flush()
    except BrokenPipeError:
        return Exit.DONE
    except (OSError, ValueError):
        return Exit.ERROR
    return Exit.DONE
