"""`reconciler plan`: what an apply would change. It sends nothing but reads, and the question whether there is
stock.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler import __version__
from reconciler.cli.exits import Exit
from reconciler.cli.formats import how_to_apply, how_to_apply_saved, plan_format_option, print_plan_as, print_refusals
from reconciler.cli.many import plan_each, stacks_below
from reconciler.cli.options import (
    StackCommand,
    account_options,
    input_options,
    no_color_option,
    parallelism_option,
    policy_option,
    preflight_option,
    recursive_option,
    replace_option,
    stack_arguments,
    target_option,
    verbose_option,
)
from reconciler.cli.session import Session
from reconciler.clock import today

if TYPE_CHECKING:
    from reconciler.api import Client
    from reconciler.app import Planned
    from reconciler.app.stacks import Found


@click.command("plan", cls=StackCommand)
@stack_arguments
@recursive_option
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Save the plan for `apply FILE`.",
)
@click.option("--destroy", is_flag=True, help="Plan the removal of everything that the stack owns.")
@target_option
@replace_option
@preflight_option
@policy_option
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes.")
@plan_format_option
@verbose_option
@input_options
@account_options
@parallelism_option
@no_color_option
def command(
    paths: tuple[Path, ...],
    recursive: bool,
    out: Path | None,
    destroy: bool,
    targets: tuple[str, ...],
    replace: tuple[str, ...],
    no_preflight: bool,
    policies: tuple[Path, ...],
    detailed_exitcode: bool,
    form: str,
    verbose: bool,
    variables: tuple[str, ...],
    var_files: tuple[Path, ...],
    overlays: tuple[Path, ...],
    api_url: str | None,
    emulator: str | None,
    parallelism: int,
    no_color: bool,
) -> int:
    """Show what an apply would change. Nothing is changed.

    STACK is a YAML file or a directory of them; several make one stack.

    \b
      reconciler plan stack.yaml
      reconciler plan stack.yaml -o today.plan && reconciler apply today.plan
      reconciler plan stack.yaml --detailed-exitcode --format json > plan.json
      reconciler plan stack.yaml --format markdown > comment.md
      reconciler plan stack.yaml --policy policies
      reconciler plan stacks --recursive --detailed-exitcode
    """
    if recursive and (out is not None or targets or replace or form != "text"):
        raise click.UsageError("--recursive goes with neither -o nor --target, --replace or a --format.")
    with Session(no_color=no_color) as session:
        from reconciler import app
        from reconciler.app.foretelling import foretold
        from reconciler.model.approval import approval
        from reconciler.model.plan import Options
        from reconciler.model.policy import denied
        from reconciler.report.human import render_plan
        from reconciler.report.plan_json import plan_document, seal

        print_refusals(session, form)
        rules = session.policies(policies)
        account = session.connect(api_url, emulator, parallelism=parallelism, read_only=True) if recursive else None

        def plan(read: Sequence[Path], client: Client | None) -> Planned:
            stack = session.read(read, variables, var_files, overlays)
            client = client or session.connect(api_url, emulator, parallelism=parallelism, read_only=True)
            options = Options(destroy, targets, replace)
            planned = session.plan(stack, client, options, parallelism=parallelism, preflight=not no_preflight)
            return foretold(session.judged(planned, rules), today(session.clock))

        def print_plan(planned: Planned) -> None:
            digest = approval(planned.plan)
            text = render_plan(planned.plan, colour=session.sink.colour_out, approval=digest, whole=verbose)
            session.sink.data(text)

        def show(each: Found) -> int:
            planned = plan(each.paths, account)
            print_plan(planned)
            return ended(planned)

        def ended(planned: Planned) -> int:
            if denied(planned.plan.diagnostics):
                return Exit.RAIL
            return Exit.CHANGES if detailed_exitcode and not planned.plan.empty else Exit.DONE

        if recursive:
            return plan_each(session, stacks_below(session, paths), show)
        planned = plan(paths, None)
        document = None
        if form == "json" or out is not None:
            document = seal(session.sink.scrubber.value(plan_document(planned.plan, tool_version=__version__)))
        if form == "json":
            session.sink.json(document)
            if planned.plan.diagnostics:
                session.sink.diagnostics(planned.plan.diagnostics)
        elif form == "text":
            print_plan(planned)
        else:
            digest = approval(planned.plan)
            given = (("--target", targets), ("--replace", replace), ("--var-file", var_files), ("--overlay", overlays))
            anew = how_to_apply(paths, digest, given, variables, emulator=emulator, destroy=destroy)
            print_plan_as(session, form, planned.plan, anew if out is None else how_to_apply_saved(out, digest))
        if out is not None and document is not None:
            inputs = session.inputs(variables, var_files, overlays)
            app.save_plan(planned, out, paths, inputs, document, session.clock)
            session.sink.note(f"Saved the plan to {out}. To perform exactly these actions: reconciler apply {out}")
            digest = document["x_reconciler"]["approval"]
            command = "destroy" if destroy else "apply"
            session.sink.note(f"To plan anew and perform only just these: reconciler {command} STACK --digest {digest}")
        return ended(planned)
