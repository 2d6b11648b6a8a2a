"""Options that several commands share, and the command class that reads `--emulator` rightly."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

DEFAULT_API_URL = "https://api.packet.net"
DEFAULT_DATABASE = ".reconciler/emulator.db"
DEFAULT_PARALLELISM = 16

Function = TypeVar("Function", bound=Callable[..., Any])


class StackCommand(click.Command):
    """A command on which `--emulator` takes a value only behind `=`, so that a stack may follow it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        until = args.index("--") if "--" in args else len(args)
        head = [f"--emulator={DEFAULT_DATABASE}" if each == "--emulator" else each for each in args[:until]]
        if ctx.resilient_parsing and until == len(args) and args and args[-1].startswith("-"):
            head.pop()  # while its value is being completed click would forget all arguments for want of it
        return super().parse_args(ctx, head + args[until:])


def stack_arguments(function: Function) -> Function:
    kind = click.Path(exists=True, path_type=Path)
    return click.argument("paths", metavar="STACK...", type=kind, nargs=-1, required=True)(function)


def recursive_option(function: Function) -> Function:
    return click.option(
        "--recursive",
        is_flag=True,
        help="Every stack below the folders, each by itself: a file that says `stack: NAME` is one.",
    )(function)


def account_options(function: Function) -> Function:
    """Which API to talk to."""
    function = click.option(
        "--emulator",
        metavar="[=FILE]",
        help=f"Use the embedded emulator instead of an API. Its world is kept in FILE [default: {DEFAULT_DATABASE}].",
    )(function)
    return click.option(
        "--api-url",
        envvar="PACKET_API_URL",
        show_envvar=True,
        metavar="URL",
        help=f"The API to talk to. [default: {DEFAULT_API_URL}]",
    )(function)


def input_options(function: Function) -> Function:
    """Values for the stack's variables, and what an environment says otherwise."""
    function = click.option(
        "--overlay",
        "overlays",
        multiple=True,
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Lay a YAML file over the stack: mappings merge, null takes away. Repeatable.",
    )(function)
    function = click.option(
        "--var-file",
        "var_files",
        multiple=True,
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Read variables from a YAML file. Repeatable.",
    )(function)
    return click.option(
        "--var",
        "variables",
        multiple=True,
        metavar="NAME=VALUE",
        help="Set a variable (the last word on it). Repeatable.",
    )(function)


def files_option(function: Function) -> Function:
    return click.option(
        "--files",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        help="Write the stack's generated files below DIR. [default: .reconciler/files/STACK]",
    )(function)


def parallelism_option(function: Function) -> Function:
    return click.option(
        "--parallelism",
        type=click.IntRange(1, 64),
        default=DEFAULT_PARALLELISM,
        show_default=True,
        metavar="N",
        help="How many API calls may be under way at once.",
    )(function)


def no_color_option(function: Function) -> Function:
    return click.option("--no-color", is_flag=True, help="No colour, even on a terminal (NO_COLOR does the same).")(
        function
    )


def complete_targets(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from reconciler.cli import completion

    return completion.targets(ctx, incomplete)


def complete_resources(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from reconciler.cli import completion

    return completion.resources(ctx, incomplete)


def complete_projects(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from reconciler.cli import live_names

    return live_names.projects(ctx, incomplete)


def complete_paths(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from reconciler.cli import live_names

    return live_names.paths(ctx, incomplete)


def complete_outputs(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from reconciler.cli import completion

    return completion.outputs(ctx, incomplete)


def target_option(function: Function) -> Function:
    return click.option(
        "--target",
        "targets",
        multiple=True,
        metavar="ADDRESS",
        shell_complete=complete_targets,
        help="Only this resource, what it needs, and what stands below it. Repeatable.",
    )(function)


def replace_option(function: Function) -> Function:
    return click.option(
        "--replace",
        "replace",
        multiple=True,
        metavar="ADDRESS",
        shell_complete=complete_resources,
        help="Destroy this resource and create it anew. Repeatable.",
    )(function)


def preflight_option(function: Function) -> Function:
    return click.option(
        "--no-preflight",
        is_flag=True,
        help="Do not ask whether the machines to be created are in stock, reserved ones free, and quotas wide enough.",
    )(function)


def policy_option(function: Function) -> Function:
    return click.option(
        "--policy",
        "policies",
        multiple=True,
        type=click.Path(exists=True, path_type=Path),
        metavar="FILE",
        help="Rules that the plan must keep to, a file or a folder of them. Repeatable.",
    )(function)


def verbose_option(function: Function) -> Function:
    return click.option(
        "-v", "--verbose", is_flag=True, help="Of what changes, show in the text also what stays as it is."
    )(function)


def vanished_option(function: Function) -> Function:
    return click.option(
        "--accept-vanished",
        is_flag=True,
        help="Create what the stack says although much of what it owned at the last run is not listed any more.",
    )(function)


def _number(_context: click.Context, _parameter: click.Parameter, value: float) -> float:
    """No NaN, which no age is above."""
    if math.isnan(value):
        raise click.BadParameter("it is not a number.")
    return value


def approval_options(function: Function) -> Function:
    """What binds an apply to a plan that somebody has seen."""
    return click.option(
        "--plan-max-age",
        type=click.FloatRange(0),
        callback=_number,
        default=24,
        show_default=True,
        envvar="RECONCILER_PLAN_MAX_AGE",
        show_envvar=True,
        metavar="HOURS",
        help="How old a saved plan may be; 0 for any age.",
    )(digest_option(function))


def digest_option(function: Function) -> Function:
    return click.option(
        "--digest",
        "approved",
        metavar="SHA256",
        help="Refuse (exit 5) any other plan than the one with this digest, `x_reconciler.approval` in its JSON form.",
    )(function)


def run_options(function: Function) -> Function:
    """How to carry out a plan: asking, limits, what is written down, and the form of the output."""
    function = click.option(
        "--allow-deletes",
        type=click.IntRange(0),
        metavar="N",
        help="Refuse (exit 3) when the plan destroys more than N objects; a replacement or a reinstall counts as one.",
    )(keeping_options(function))
    return click.option("--yes", is_flag=True, help="Do not ask.")(function)


def keeping_options(function: Function) -> Function:
    """How calls are waited for, what is written down of them, and the form of the output."""
    function = click.option(
        "--settle",
        "settle_seconds",
        type=click.FloatRange(0, 600),
        envvar="RECONCILER_SETTLE_SECONDS",
        show_envvar=True,
        metavar="SECONDS",
        help="How late a create may show in lists: what an earlier run left under way, and creates whose answer was "
        "lost, are waited for so long. [default: 10; the embedded emulator's lists need no wait before a run]",
    )(function)
    function = click.option(
        "--drain",
        "drain_seconds",
        type=click.FloatRange(0, 600),
        default=5,
        show_default=True,
        envvar="RECONCILER_DRAIN_SECONDS",
        show_envvar=True,
        metavar="SECONDS",
        help="How long calls under way may still take after an interrupt: less than what runs this waits before it "
        "kills.",
    )(function)
    function = click.option(
        "--lock-timeout",
        type=click.FloatRange(0, 86_400),
        default=0,
        metavar="SECONDS",
        help="How long to wait for another run of the stack on this machine. [default: 0, it is refused]",
    )(function)
    function = click.option(
        "--no-journal", is_flag=True, help="Write down nothing; each apply that creates something waits first."
    )(function)
    function = click.option(
        "--journal",
        "journal",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        help="Where to write down what is created. [default: .reconciler/journal]",
    )(function)
    return click.option("--json", "as_json", is_flag=True, help="Print JSON lines of events instead of text.")(function)
