"""Plans in other forms than text and JSON: for pull requests, and for the viewers that CI systems have."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from reconciler.cli.options import Function
    from reconciler.cli.session import Session
    from reconciler.model.plan import Plan
    from reconciler.report.markdown.plan import HowTo

PLAN_FORMS = ("text", "json", "markdown", "junit", "sarif")


def plan_format_option(function: Function) -> Function:
    return click.option(
        "--format",
        "form",
        type=click.Choice(PLAN_FORMS),
        default="text",
        show_default=True,
        help="What to print: markdown is one comment for a pull request, junit and sarif are for CI systems.",
    )(function)


def print_plan_as(session: Session, form: str, plan: Plan, how_to: HowTo) -> None:
    """Print a plan in one of the forms that are neither text nor JSON."""
    clean = session.sink.scrubber.text
    if form == "markdown":
        from reconciler.report.markdown.plan import render_markdown

        session.sink.composed(render_markdown(plan, how_to, clean))


def how_to_apply(
    paths: Sequence[Path],
    digest: str,
    options: Iterable[tuple[str, Iterable[object]]],
    variables: Iterable[str],
    *,
    destroy: bool,
) -> HowTo:
    """How to do what `plan` with these arguments has shown. Values of variables, which may be secret, are left out."""
    from reconciler.report.markdown.plan import HowTo

    words = ["reconciler", "destroy" if destroy else "apply", *map(str, paths)]
    for name, values in options:
        words += [word for each in values for word in (name, str(each))]
    words += [word for each in variables for word in ("--var", f"{each.partition('=')[0]}=...")]
    if destroy:  # it takes no digest: only a saved plan binds it
        return HowTo("", shlex.join(words), exact=False)
    return HowTo(digest, shlex.join([*words, "--digest", digest]))


def how_to_apply_saved(path: Path, digest: str) -> HowTo:
    from reconciler.report.markdown.plan import HowTo

    return HowTo(digest, shlex.join(["reconciler", "apply", str(path)]))
