"""`reconciler files`: the generated files of a stack, written from what is live now."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import (
    StackCommand,
    account_options,
    files_option,
    input_options,
    no_color_option,
    stack_arguments,
)
from reconciler.cli.session import Session


@click.command("files", cls=StackCommand)
@stack_arguments
@files_option
@input_options
@account_options
@no_color_option
def command(
    paths: tuple[Path, ...],
    files: Path | None,
    variables: tuple[str, ...],
    var_files: tuple[Path, ...],
    overlays: tuple[Path, ...],
    api_url: str | None,
    emulator: str | None,
    no_color: bool,
) -> int:
    """Write the files that a stack generates, from what is live now. Nothing in the account is changed.

    An apply writes them at its end by itself.

    \b
      reconciler files stack.yaml
      reconciler files stack.yaml --files inventory
    """
    with Session(no_color=no_color) as session:
        from reconciler.model.plan import Options

        stack = session.read(paths, variables, var_files, overlays)
        account = session.connect(api_url, emulator, read_only=True)
        session.write_files(session.plan(stack, account, Options(), guarded=False), files)
        return Exit.DONE
