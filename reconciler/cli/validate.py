"""`reconciler validate`: every mistake in a stack that can be found without the API."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import StackCommand, input_options, no_color_option, stack_arguments
from reconciler.cli.session import Session
from reconciler.diagnostics import Diagnostic, Refused, Severity


@click.command("validate", cls=StackCommand)
@stack_arguments
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@input_options
@no_color_option
def command(
    paths: tuple[Path, ...],
    as_json: bool,
    variables: tuple[str, ...],
    var_files: tuple[Path, ...],
    overlays: tuple[Path, ...],
    no_color: bool,
) -> int:
    """Check a stack offline: its YAML, its fields, its references and what they mean. All findings come in one run.

    \b
      reconciler validate stack.yaml
      reconciler validate stacks/edge --var facility=ams1 --json
    """
    with Session(no_color=no_color) as session:
        found: tuple[Diagnostic, ...] = ()
        try:
            session.read(paths, variables, var_files, overlays)
        except Refused as refused:
            found = refused.diagnostics
        if as_json:
            session.sink.json(_document(found))
        elif found:
            session.sink.diagnostics(found)
        else:
            session.sink.data("Success! The configuration is valid.\n")
        return Exit.ERROR if found else Exit.DONE


def _document(found: tuple[Diagnostic, ...]) -> dict[str, object]:
    """In the shape of `terraform validate -json`."""
    from reconciler.report.plan_json import diagnostic_json

    return {
        "format_version": "1.0",
        "valid": not found,
        "error_count": sum(1 for each in found if each.severity is Severity.ERROR),
        "warning_count": sum(1 for each in found if each.severity is Severity.WARNING),
        "diagnostics": [diagnostic_json(each) for each in found],
    }
