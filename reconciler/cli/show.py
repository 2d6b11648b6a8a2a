"""`reconciler show`: a saved plan, for people or for tools. It needs neither the stack nor the API."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.exits import Exit
from reconciler.cli.formats import how_to_apply_saved, plan_format_option, print_plan_as
from reconciler.cli.options import no_color_option, verbose_option
from reconciler.cli.planfile import plan_from
from reconciler.cli.session import Session


@click.command("show")
@click.argument("plan_file", metavar="PLANFILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@plan_format_option
@verbose_option
@no_color_option
def command(plan_file: Path, form: str, verbose: bool, no_color: bool) -> int:
    """Print a plan that `plan -o` saved.

    \b
      reconciler show today.plan
      reconciler show today.plan --format json | conftest test -
      reconciler show today.plan --format markdown > comment.md
      reconciler show today.plan --format html > plan.html
    """
    with Session(no_color=no_color) as session:
        from reconciler import app
        from reconciler.report.human import render_plan

        document = app.open_plan(plan_file).document
        if form == "json":
            session.sink.json(document)
            return Exit.DONE
        plan = plan_from(document, plan_file)
        approval = str(document["x_reconciler"].get("approval", ""))
        if form != "text":
            print_plan_as(session, form, plan, how_to_apply_saved(plan_file, approval))
            return Exit.DONE
        session.sink.data(render_plan(plan, colour=session.sink.colour_out, approval=approval, whole=verbose))
        return Exit.DONE
