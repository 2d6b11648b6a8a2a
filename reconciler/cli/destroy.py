"""`reconciler destroy`: removes what the stack owns, then lists again to prove that nothing is left."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.auditing import Auditing, audit_folder, audit_options
from reconciler.cli.options import (
    StackCommand,
    account_options,
    digest_option,
    input_options,
    no_color_option,
    parallelism_option,
    policy_option,
    run_options,
    stack_arguments,
    target_option,
)
from reconciler.cli.report_file import report_option
from reconciler.cli.running import Terms, carry_out
from reconciler.cli.session import Keeping, Session


@click.command("destroy", cls=StackCommand)
@stack_arguments
@run_options
@audit_options
@report_option
@policy_option
@target_option
@digest_option
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
    approved: str | None,
    variables: tuple[str, ...],
    var_files: tuple[Path, ...],
    overlays: tuple[Path, ...],
    api_url: str | None,
    emulator: str | None,
    parallelism: int,
    no_color: bool,
) -> int:
    """Remove everything that the stack owns, in the right order, and prove that it is gone.

    Objects that carry no mark of this stack are left alone. `plan --destroy` shows beforehand what would go.

    \b
      reconciler destroy stack.yaml
      reconciler destroy stack.yaml --target projects.edge.devices.web --yes
      reconciler destroy stack.yaml --yes --digest "$APPROVED"
    """
    with Session(no_color=no_color, as_json=as_json) as session:
        from reconciler import app
        from reconciler.model.plan import Options

        session.report_to(report, "destroy")
        rules = session.policies(policies)
        stack = session.read(paths, variables, var_files, overlays)
        account = session.connect(api_url, emulator, parallelism=parallelism)
        session.lock(stack.name, "destroy", lock_timeout)
        keeping = Keeping.said(journal, no_journal, settle_seconds)
        planned, kept = session.settled(
            lambda: session.judged(
                session.plan(stack, account, Options(True, targets), parallelism=parallelism), rules
            ),
            keeping,
        )
        if approved is not None:
            app.check_approved(planned, approved)
        auditing = Auditing(
            *audit_folder(audit, no_audit),
            command="destroy",
            paths=paths,
            approved="--yes" if yes else "question",
            bound=approved is not None,
        )
        terms = Terms(not yes, True, allow_deletes, parallelism, drain_seconds, kept, auditing)
        return carry_out(session, planned, account, terms)
