"""`reconciler apply`: plan, ask, do; or do a saved plan exactly as it was saved."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.cli.auditing import Auditing, audit_folder, audit_options
from reconciler.cli.options import (
    StackCommand,
    account_options,
    approval_options,
    files_option,
    input_options,
    no_color_option,
    parallelism_option,
    policy_option,
    preflight_option,
    replace_option,
    run_options,
    stack_arguments,
    target_option,
    vanished_option,
)
from reconciler.cli.planfile import is_plan_file
from reconciler.cli.report_file import report_option
from reconciler.cli.running import Terms, carry_out
from reconciler.cli.session import Keeping, Session


@click.command("apply", cls=StackCommand)
@stack_arguments
@run_options
@audit_options
@report_option
@policy_option
@target_option
@replace_option
@preflight_option
@vanished_option
@approval_options
@files_option
@input_options
@account_options
@parallelism_option
@no_color_option
def command(
    paths: tuple[Path, ...],
    yes: bool,
    allow_deletes: int | None,
    journal: Path | None,
    no_journal: bool,
    settle_seconds: float | None,
    lock_timeout: float,
    drain_seconds: float,
    as_json: bool,
    audit: Path | None,
    no_audit: bool,
    report: Path | None,
    policies: tuple[Path, ...],
    targets: tuple[str, ...],
    replace: tuple[str, ...],
    no_preflight: bool,
    accept_vanished: bool,
    approved: str | None,
    plan_max_age: float,
    files: Path | None,
    variables: tuple[str, ...],
    var_files: tuple[Path, ...],
    overlays: tuple[Path, ...],
    api_url: str | None,
    emulator: str | None,
    parallelism: int,
    no_color: bool,
) -> int:
    """Make the account as the stack says: plan, ask, do.

    STACK may be a plan file of `plan -o`. It is done as it was saved, without asking, or refused (exit 5) when the
    stack or the account has changed since.

    \b
      reconciler apply stack.yaml
      reconciler apply stack.yaml --yes --allow-deletes 0
      reconciler apply today.plan --report result.md
    """
    with Session(no_color=no_color, as_json=as_json) as session:
        from reconciler import app
        from reconciler.model.plan import Options

        saved = any(map(is_plan_file, paths))
        if saved and len(paths) > 1:
            raise click.UsageError("A saved plan is applied alone: it says of which stack it is.")
        if saved and (targets or replace or variables or var_files or overlays):
            raise click.UsageError("A saved plan is done as saved: give --target, --replace and --var to `plan`.")
        session.report_to(report, "apply")
        rules = session.policies(policies)
        keeping = Keeping.said(journal, no_journal, settle_seconds)
        if saved:
            opened = app.open_plan(paths[0])
            session.trace.concerns(opened.stack, opened.paths[0], os.environ)
            app.check_age(opened, paths[0], session.clock, plan_max_age)
            account = session.connect(api_url, emulator, parallelism=parallelism)
            session.lock(opened.stack, "apply", lock_timeout)

            def make() -> app.Planned:
                with session.trace.phase("plan"):
                    planned = app.replan(
                        opened, account, os.environ, parallelism=parallelism, preflight=not no_preflight
                    )
                session.sink.hide(planned.secrets())
                session.trace.planned(planned.plan, binding=True)
                return planned

        else:
            stack = session.read(paths, variables, var_files, overlays)
            account = session.connect(api_url, emulator, parallelism=parallelism)
            session.lock(stack.name, "apply", lock_timeout)

            def make() -> app.Planned:
                options = Options(False, targets, replace)
                return session.plan(stack, account, options, parallelism=parallelism, preflight=not no_preflight)

        planned, kept = session.settled(lambda: session.judged(make(), rules), keeping)
        if approved is not None:
            app.check_approved(planned, approved)
        auditing = Auditing(
            *audit_folder(audit, no_audit),
            command="apply",
            paths=opened.paths if saved else paths,
            approved="saved plan" if saved else "--yes" if yes else "question",
            bound=approved is not None,
        )
        terms = Terms(
            ask=not yes and not saved,
            show=not saved,
            allow_deletes=allow_deletes,
            parallelism=parallelism,
            drain_seconds=drain_seconds,
            kept=kept,
            auditing=auditing,
            files=files,
            accept_vanished=accept_vanished,
        )
        return carry_out(session, planned, account, terms)
