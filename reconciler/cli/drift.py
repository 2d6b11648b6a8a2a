"""`reconciler drift`: where the account differs from the stack. Made for cron: it only reads."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.drift_output import FORMS
from reconciler.cli.drift_report import Reporter
from reconciler.cli.formats import print_refusals
from reconciler.cli.looks import How, look_at_each
from reconciler.cli.many import stacks_below
from reconciler.cli.notifying import notify_options, open_notifier
from reconciler.cli.options import (
    StackCommand,
    account_options,
    input_options,
    no_color_option,
    parallelism_option,
    recursive_option,
    stack_arguments,
    target_option,
)
from reconciler.cli.session import Session


@click.command("drift", cls=StackCommand)
@stack_arguments
@recursive_option
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMS),
    default="text",
    show_default=True,
    help="What to print; in junit each resource is a test, and what differs fails; prometheus is a textfile.",
)
@click.option(
    "--since",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Remember in FILE what was reported, and print nothing while that is still so.",
)
@notify_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines of events instead.")
@target_option
@input_options
@account_options
@parallelism_option
@no_color_option
def command(
    paths: tuple[Path, ...],
    recursive: bool,
    form: str,
    since: Path | None,
    notify: bool,
    notify_config: Path | None,
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

    Exit code 0: no drift; 2: something is missing, changed or unexpected; 1: it could not be looked at. Strangers
    (objects in the stack's projects that it does not own) are listed with their age, price and maker, and what differs
    in fields under `lifecycle.ignore_changes` as accepted; neither is drift.

    \b
      reconciler drift stack.yaml
      reconciler drift stack.yaml --format json
      reconciler drift stacks --recursive --since /var/lib/reconciler/drift.json --notify
      reconciler drift stacks --recursive --format prometheus > /var/lib/node_exporter/stacks.prom
    """
    if recursive and (targets or as_json):
        raise click.UsageError("--recursive goes with neither --target nor --json; --format json has all stacks.")
    if since is not None and targets:
        raise click.UsageError("--since remembers whole stacks, so it does not go with --target.")
    with Session(no_color=no_color, as_json=as_json) as session:
        print_refusals(session, form)
        from reconciler.app.stacks import said_stack

        stacks = stacks_below(session, paths) if recursive else [said_stack(paths)]
        services = open_notifier(session, notify, notify_config)
        reporter = Reporter(session, form, stacks, recursive=recursive, since=since, services=services)
        session.on_refusal = reporter.refused
        account = session.connect(api_url, emulator, parallelism=parallelism, read_only=True)
        how = How(variables, var_files, overlays, targets, account, parallelism)
        return reporter.report(look_at_each(session, stacks, how))
