"""`reconciler completion`: the script for a shell, and what it asks for when somebody presses Tab.

The scripts are click's, save for bash: click's splits and globs what it gets, and `web["a"]` would not survive that.
Everything here is silent when it goes wrong: a message between the letters that somebody types helps nobody.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ShellComplete, ZshComplete

from reconciler.cli.exits import Exit

if TYPE_CHECKING:
    from reconciler.model.resource import Stack

VARIABLE = "_RECONCILER_COMPLETE"
"""Set by the scripts, to `bash_complete` and the like."""


class Bash(BashComplete):
    """`-o filenames` lets bash itself quote what is inserted, also inside of quotes that are open."""

    source_template = """\
%(complete_func)s() {
    local response type value
    COMPREPLY=()
    response=$(IFS=$'\\n'; env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD %(complete_var)s=bash_complete \
"$1" 2>/dev/null)
    while IFS=',' read -r type value; do
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) compopt -o filenames; COMPREPLY+=("$value") ;;
        esac
    done <<< "$response"
}
complete -o nosort -F %(complete_func)s %(prog_name)s 2>/dev/null || complete -F %(complete_func)s %(prog_name)s
"""

    @staticmethod
    def _check_version() -> None:
        """The script says by itself what an old bash can do; click's check runs a bash to find out."""

    def get_completion_args(self) -> tuple[list[str], str]:
        words, incomplete = super().get_completion_args()
        # bash breaks words at `=`: `--target=web` comes in three
        return [each for each in words if each != "="], incomplete.removeprefix("=")


SHELLS: dict[str, type[ShellComplete]] = {"bash": Bash, "zsh": ZshComplete, "fish": FishComplete}


@click.command("completion")
@click.argument("shell", type=click.Choice(list(SHELLS)))
def command(shell: str) -> int:
    """Print the completion script for a shell. It completes commands, options, files, addresses of the stack, and, with
    a token in the environment, the account's projects.

    \b
      source <(reconciler completion bash)                     # in ~/.bashrc
      source <(reconciler completion zsh)                      # in ~/.zshrc, after compinit
      reconciler completion fish > ~/.config/fish/completions/reconciler.fish
    """
    click.echo(_completer(shell, click.Group()).source(), nl=False)
    return Exit.DONE


def answer(cli: click.Command, instruction: str) -> int:
    """Print what a script asks for: the words that may stand where the cursor is."""
    shell = instruction.removesuffix("_complete")
    if shell not in SHELLS:
        return Exit.ERROR
    try:
        click.echo(_completer(shell, cli).complete())
    except Exception:  # noqa: BLE001 - see above
        return Exit.ERROR
    return Exit.DONE


def _completer(shell: str, cli: click.Command) -> ShellComplete:
    return SHELLS[shell](cli, {}, "reconciler", VARIABLE)


def targets(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """What --target takes: resources, whole blocks, groups."""
    stack = _stack(ctx)
    found: set[str] = set()
    for resource in stack.resources if stack is not None else ():
        for here in resource.address.outwards():
            found |= {str(here), str(here.at_index(None))}
    return _items(sorted(found), incomplete)


def resources(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """The addresses of all resources of the stack."""
    stack = _stack(ctx)
    return _items((str(each.address) for each in stack.resources) if stack is not None else (), incomplete)


def outputs(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """The names of a stack's outputs behind the stack, else a file."""
    stack = _stack(ctx)
    names = _items((each.name for each in stack.outputs) if stack is not None else (), incomplete)
    return names or [CompletionItem(incomplete, type="file")]


def _items(words: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(each) for each in words if each.startswith(incomplete)]


def _stack(ctx: click.Context) -> Stack | None:
    """The stack that the words before the cursor name, read offline; None when there is none or it has mistakes."""
    from reconciler import app
    from reconciler.diagnostics import Refused
    from reconciler.stack import Inputs

    given = ctx.params
    paths = tuple(Path(each) for each in given.get("paths") or given.get("words") or ())
    if not paths:
        return None
    inputs = Inputs(
        tuple(given.get("variables") or ()),
        tuple(given.get("var_files") or ()),
        os.environ,
        tuple(given.get("overlays") or ()),
    )
    try:
        return app.read_stack(paths, inputs)
    except (Refused, OSError):
        return None
