"""`reconciler graph`: the steps of a plan and their order, for Graphviz or Mermaid, or drawn."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import (
    StackCommand,
    account_options,
    input_options,
    stack_arguments,
    target_option,
)
from reconciler.cli.planfile import is_plan_file, plan_from
from reconciler.cli.session import Session


@click.command("graph", cls=StackCommand)
@stack_arguments
@click.option(
    "--format",
    "form",
    type=click.Choice(["dot", "mermaid", "svg"]),
    default="dot",
    show_default=True,
    help="What to print; svg is a finished image.",
)
@click.option("--destroy", is_flag=True, help="The steps of a destroy.")
@target_option
@input_options
@account_options
def command(
    paths: tuple[Path, ...],
    form: str,
    destroy: bool,
    targets: tuple[str, ...],
    variables: tuple[str, ...],
    var_files: tuple[Path, ...],
    overlays: tuple[Path, ...],
    api_url: str | None,
    emulator: str | None,
) -> int:
    """Print the steps that an apply would take, as a graph. STACK may be a plan file of `plan -o`.

    \b
      reconciler graph stack.yaml | dot -Tsvg > plan.svg
      reconciler graph today.plan --format mermaid
      reconciler graph today.plan --format svg > plan.svg
    """
    with Session() as session:
        from reconciler import app
        from reconciler.model.plan import Options
        from reconciler.report.graph import render_dot, render_mermaid
        from reconciler.report.svg import render_svg

        if len(paths) == 1 and is_plan_file(paths[0]):
            plan = plan_from(app.open_plan(paths[0]).document, paths[0])
        else:
            stack = session.read(paths, variables, var_files, overlays)
            account = session.connect(api_url, emulator, read_only=True)
            plan = session.plan(stack, account, Options(destroy, targets)).plan
        if form == "svg":
            session.sink.composed(render_svg(plan, session.sink.scrubber.text))
        else:
            session.sink.data(render_dot(plan) if form == "dot" else render_mermaid(plan))
        return Exit.DONE
