"""`reconciler show`: a saved plan, for people or for tools. It needs neither the stack nor the API."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import no_color_option
from reconciler.cli.session import Session
from reconciler.diagnostics import Refused, error


@click.command("show")
@click.argument("plan_file", metavar="PLANFILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="What to print."
)
@no_color_option
def command(plan_file: Path, form: str, no_color: bool) -> int:
    """Print a plan that `plan -o` saved.

    \b
      reconciler show today.plan
      reconciler show today.plan --format json | conftest test -
    """
    with Session(no_color=no_color) as session:
        from reconciler import app
        from reconciler.report.human import render_plan
        from reconciler.report.plan_read import read_plan

        document = app.open_plan(plan_file).document
        if form == "json":
            session.sink.json(document)
            return Exit.DONE
        try:
            plan = read_plan(document)
        except (KeyError, ValueError, TypeError, AttributeError, StopIteration) as problem:
            summary = f"{plan_file} is not a plan that this version of reconciler can read"
            raise Refused([error("unreadable-plan", summary, hint="make it anew with `plan -o`")]) from problem
        session.sink.data(render_plan(plan, colour=session.sink.colour_out))
        return Exit.DONE
