"""`reconciler why`: the chain of reasons behind one change, down to the line of the stack."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import (
    StackCommand,
    account_options,
    input_options,
    no_color_option,
    replace_option,
    stack_arguments,
)
from reconciler.cli.planfile import is_plan_file, plan_from
from reconciler.cli.session import Session


@click.command("why", cls=StackCommand)
@click.argument("address")
@stack_arguments
@click.option("--destroy", is_flag=True, help="Why a destroy would do it.")
@replace_option
@input_options
@account_options
@no_color_option
def command(
    address: str,
    paths: tuple[Path, ...],
    destroy: bool,
    replace: tuple[str, ...],
    variables: tuple[str, ...],
    var_files: tuple[Path, ...],
    overlays: tuple[Path, ...],
    api_url: str | None,
    emulator: str | None,
    no_color: bool,
) -> int:
    """Say why a plan does what it does to the resource at ADDRESS. STACK may be a plan file of `plan -o`.

    \b
      reconciler why 'projects.edge.devices.web[0]' stack.yaml
      reconciler why projects.edge.vlans.storage today.plan
    """
    with Session(no_color=no_color) as session:
        from reconciler import app
        from reconciler.diagnostics import Refused, did_you_mean, error
        from reconciler.model.plan import Options
        from reconciler.report.why import render_why
        from reconciler.review.why import why

        if len(paths) == 1 and is_plan_file(paths[0]):
            plan = plan_from(app.open_plan(paths[0]).document, paths[0])
        else:
            stack = session.read(paths, variables, var_files, overlays)
            account = session.connect(api_url, emulator, read_only=True)
            plan = session.plan(stack, account, Options(destroy, replace=replace)).plan
        found = {str(each.address): each for each in plan.changes}
        change = found.get(address)
        if change is None:
            hint = did_you_mean(address, found) or "`plan --format json` lists all addresses"
            raise Refused([error("unknown-address", f"the plan has nothing at `{address}`", hint=hint)])
        steps = [each for each in plan.steps if each.address == change.address]
        text = render_why(
            why(plan, change.address), change, steps, colour=session.sink.colour_out, rollouts=plan.rollouts
        )
        session.sink.data(text)
        return Exit.DONE
