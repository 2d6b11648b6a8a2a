"""Plans, drift and runs in other forms than text: for pull requests, and for the viewers that CI systems have."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.excerpts import with_excerpt

if TYPE_CHECKING:
    from reconciler.cli.options import Function
    from reconciler.cli.session import Session
    from reconciler.diagnostics import Diagnostic
    from reconciler.model.plan import Plan
    from reconciler.report.markdown.plan import HowTo

PLAN_FORMS = ("text", "json", "markdown", "html", "junit", "sarif")


def plan_format_option(function: Function) -> Function:
    return click.option(
        "--format",
        "form",
        type=click.Choice(PLAN_FORMS),
        default="text",
        show_default=True,
        help="What to print: markdown is a comment for a pull request, html a page; junit and sarif are for CI.",
    )(function)


def print_plan_as(session: Session, form: str, plan: Plan, how_to: HowTo) -> None:
    """Print a plan in one of the forms that are neither text nor JSON."""
    clean = session.sink.scrubber.text
    if form == "markdown":
        from reconciler.report.markdown.plan import render_markdown

        session.sink.composed(render_markdown(plan, how_to, clean))
    elif form == "html":
        session.sink.page(plan, how_to.digest)
    elif form == "junit":
        from reconciler.report.junit import plan_suite, render_junit

        session.sink.composed(render_junit(plan_suite(plan), clean))
    else:
        session.sink.json(sarif_of([with_excerpt(each) for each in plan.diagnostics]))


def print_refusals(session: Session, form: str) -> None:
    """Have what a command is refused for printed in the form of its findings too, so that CI shows it. Text goes to
    stderr in any case, and other forms have no room for it.
    """

    def junit(found: Sequence[Diagnostic]) -> None:
        from reconciler.report.junit import findings_suite, render_junit

        session.sink.composed(render_junit(findings_suite(found), session.sink.scrubber.text))

    def sarif(found: Sequence[Diagnostic]) -> None:
        session.sink.json(sarif_of([with_excerpt(each) for each in found]))

    if form in ("junit", "sarif"):
        session.on_refusal = junit if form == "junit" else sarif


def sarif_of(found: Iterable[Diagnostic], *, successful: bool | None = None) -> dict[str, object]:
    from reconciler import __version__
    from reconciler.codes import CODES
    from reconciler.report.sarif import sarif

    meanings = {code: page.meaning for code, page in CODES.items()}
    return sarif(found, version=__version__, meanings=meanings, successful=successful)


def how_to_apply(
    paths: Sequence[Path],
    digest: str,
    options: Iterable[tuple[str, Iterable[object]]],
    variables: Iterable[str],
    *,
    emulator: str | None,
    destroy: bool,
) -> HowTo:
    """How to do what `plan` with these arguments has shown. Values of variables, which may be secret, are left out."""
    from reconciler.report.markdown.plan import HowTo

    words = ["reconciler", "destroy" if destroy else "apply", *map(str, paths)]
    for name, values in options:
        words += [word for each in values for word in (name, str(each))]
    words += [word for each in variables for word in ("--var", f"{each.partition('=')[0]}=...")]
    words += [f"--emulator={emulator}"] if emulator is not None else []
    return HowTo(digest, shlex.join([*words, "--digest", digest]))


def how_to_apply_saved(path: Path, digest: str) -> HowTo:
    from reconciler.report.markdown.plan import HowTo

    return HowTo(digest, shlex.join(["reconciler", "apply", str(path)]))
