"""`reconciler output`: the outputs of a stack, read from the live account."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import StackCommand, account_options, complete_outputs, input_options, no_color_option
from reconciler.cli.session import Session
from reconciler.diagnostics import Refused, did_you_mean, error


@click.command("output", cls=StackCommand)
@click.argument("words", metavar="STACK... [NAME]", nargs=-1, required=True, shell_complete=complete_outputs)
@click.option("--raw", is_flag=True, help="With NAME: the bare text, secret or not, for a script.")
@click.option("--json", "as_json", is_flag=True, help="As JSON; with NAME the bare value, secret or not.")
@input_options
@account_options
@no_color_option
def command(
    words: tuple[str, ...],
    raw: bool,
    as_json: bool,
    variables: tuple[str, ...],
    var_files: tuple[Path, ...],
    overlays: tuple[Path, ...],
    api_url: str | None,
    emulator: str | None,
    no_color: bool,
) -> int:
    """Print the outputs of a stack. The last word is a NAME when no file or directory is called so.

    Secret outputs are shown only when asked for by NAME, with --raw or --json.

    \b
      reconciler output stack.yaml
      ssh root@$(reconciler output stack.yaml address --raw)
    """
    paths, name = _split(words)
    if raw and name is None:
        raise click.UsageError("--raw needs the NAME of one output.")
    with Session(no_color=no_color) as session:
        from reconciler import app
        from reconciler.report.events import dump, outputs_json
        from reconciler.report.outcome import render_outputs
        from reconciler.report.plan_json import plain

        stack = session.read(paths, variables, var_files, overlays)
        account = session.connect(api_url, emulator, read_only=True)
        values, secrets = app.read_outputs(stack, account)
        if name is None:
            if as_json:
                session.sink.json(outputs_json(values, secrets))
            else:
                session.sink.data(render_outputs(values, secrets, colour=session.sink.colour_out))
            return Exit.DONE
        if name not in values:
            hint = did_you_mean(name, values) or f"there are: {', '.join(sorted(values)) or 'none'}"
            raise Refused([error("unknown-output", f"the stack has no output `{name}`", hint=hint)])
        value = plain(values[name])
        if as_json:
            session.sink.reveal(f"{dump(value)}\n")
        elif raw:
            session.sink.reveal(_raw(name, value))
        else:
            session.sink.data(render_outputs({name: values[name]}, secrets, colour=session.sink.colour_out))
        return Exit.DONE


def _split(words: tuple[str, ...]) -> tuple[tuple[Path, ...], str | None]:
    name = words[-1] if len(words) > 1 and not Path(words[-1]).exists() else None
    paths = tuple(map(Path, words if name is None else words[:-1]))
    for each in paths:
        if not each.exists():
            raise click.BadParameter(f"Path '{each}' does not exist.", param_hint="STACK")
    return paths, name


def _raw(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    hint = "use --json for lists and maps"
    raise Refused([error("not-a-text", f"--raw prints single texts and numbers, and `{name}` is none", hint=hint)])
