"""`reconciler drift`: where the account differs from the stack. Made for cron: it only reads."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler import __version__
from reconciler.cli.exits import Exit
from reconciler.cli.formats import print_drift_as_junit, print_refusals
from reconciler.cli.options import (
    StackCommand,
    account_options,
    input_options,
    no_color_option,
    parallelism_option,
    stack_arguments,
    target_option,
)
from reconciler.cli.session import Session


@click.command("drift", cls=StackCommand)
@stack_arguments
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "junit", "prometheus"]),
    default="text",
    show_default=True,
    help="What to print; in junit each resource is a test, and what differs fails; prometheus is a textfile.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines of events instead.")
@target_option
@input_options
@account_options
@parallelism_option
@no_color_option
def command(
    paths: tuple[Path, ...],
    form: str,
    as_json: bool,
    targets: tuple[str, ...],
    variables: tuple[str, ...],
    var_files: tuple[Path, ...],
    overlays: tuple[Path, ...],
    api_url: str | None,
    emulator: str | None,
    parallelism: int,
    no_color: bool,
) -> int:
    """Report where the account differs from the stack. Nothing is changed.

    Exit code 0: no drift; 2: something is missing, changed or unexpected. Strangers (objects in the stack's projects
    that it does not own) are listed, but they are not drift.

    \b
      reconciler drift stack.yaml
      reconciler drift stack.yaml --format json
      reconciler drift stack.yaml --format prometheus > /var/lib/node_exporter/edge.prom
    """
    with Session(no_color=no_color, as_json=as_json) as session:
        print_refusals(session, form)
        from reconciler.model.plan import Options
        from reconciler.report.drift import drift_document, drifted, render_drift

        stack = session.read(paths, variables, var_files, overlays)
        account = session.connect(api_url, emulator, parallelism=parallelism, read_only=True)
        plan = session.plan(stack, account, Options(targets=targets), parallelism=parallelism, guarded=False).plan
        if session.lines is not None:
            for line in (session.lines.version(__version__), *session.lines.drifted(plan)):
                session.sink.json(line, line=True)
        elif form == "json":
            session.sink.json(drift_document(plan, tool_version=__version__))
        elif form == "prometheus":
            from reconciler.report.metrics import render_metrics

            session.sink.composed(render_metrics(plan, at=session.clock.wall()))
        elif form == "junit":
            print_drift_as_junit(session, plan)
        else:
            session.sink.data(render_drift(plan, colour=session.sink.colour_out))
        return Exit.CHANGES if drifted(plan) else Exit.DONE
