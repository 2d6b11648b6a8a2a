"""`reconciler validate`: every mistake in a stack that can be found without the API."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.exits import Exit
from reconciler.cli.formats import sarif_of
from reconciler.cli.many import stacks_below
from reconciler.cli.options import (
    StackCommand,
    account_options,
    input_options,
    no_color_option,
    recursive_option,
    stack_arguments,
)
from reconciler.cli.session import Session
from reconciler.diagnostics import Diagnostic, Refused, Severity, has_errors

_WITH_WARNINGS = "Success! The configuration is valid, but there were some validation warnings as shown above.\n"


@click.command("validate", cls=StackCommand)
@stack_arguments
@recursive_option
@click.option("--live", is_flag=True, help="Ask the API what can be ordered, instead of the catalogue of 2019.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif"]),
    help="How to print the findings; SARIF 2.1.0 is what code hosts and editors read.  [default: text]",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@input_options
@account_options
@no_color_option
def command(
    paths: tuple[Path, ...],
    recursive: bool,
    live: bool,
    form: str | None,
    as_json: bool,
    variables: tuple[str, ...],
    var_files: tuple[Path, ...],
    overlays: tuple[Path, ...],
    api_url: str | None,
    emulator: str | None,
    no_color: bool,
) -> int:
    """Check a stack offline: its YAML, its fields, its references and what they mean. All findings come in one run.

    Plans, facilities and operating systems are checked against a catalogue of mid-2019 that is shipped: what it does
    not list is a warning, what it knows to be impossible an error. With --live the API's own lists are asked.

    \b
      reconciler validate stack.yaml
      reconciler validate stack.yaml --live --emulator
      reconciler validate stacks/edge --var facility=ams1 --json
      reconciler validate stacks --recursive
      reconciler validate stack.yaml --format sarif > findings.sarif
    """
    if as_json and form not in (None, "json"):
        raise click.UsageError(f"--json and --format {form} exclude each other")
    form = "json" if as_json else form or "text"
    with Session(no_color=no_color) as session:
        from reconciler import app

        if emulator is not None and not live:
            raise click.UsageError("--emulator is of use with --live only: nothing else asks an API.")
        offers = app.read_offers(session.connect(api_url, emulator, read_only=True)) if live else app.shipped_offers()
        every: list[Diagnostic] = []
        stacks = stacks_below(session, paths) if recursive else [None]
        broken = 0
        for each in stacks:
            found: tuple[Diagnostic, ...]
            try:
                read = each.paths if each is not None else paths
                found = session.read(read, variables, var_files, overlays, offers=offers).warnings
            except Refused as refused:
                found = refused.diagnostics
            every += found
            valid = not has_errors(found)
            broken += not valid
            if form != "text":
                continue
            if each is not None:
                session.sink.line(f"# {each.title} (stack {each.name})")
            if found:
                session.sink.diagnostics(found)
            if valid:
                session.sink.data(_WITH_WARNINGS if found else "Success! The configuration is valid.\n")
        if form == "sarif":
            session.sink.json(sarif_of(every))
        elif form == "json":
            session.sink.json(_document(tuple(every)))
        elif recursive:
            session.sink.data(f"\n{len(stacks)} stacks: {len(stacks) - broken} valid, {broken} with mistakes.\n")
        return Exit.ERROR if broken else Exit.DONE


def _document(found: tuple[Diagnostic, ...]) -> dict[str, object]:
    """In the shape of `terraform validate -json`."""
    from reconciler.report.plan_json import diagnostic_json

    return {
        "format_version": "1.0",
        "valid": not has_errors(found),
        "error_count": sum(1 for each in found if each.severity is Severity.ERROR),
        "warning_count": sum(1 for each in found if each.severity is Severity.WARNING),
        "diagnostics": [diagnostic_json(each) for each in found],
    }
