"""`reconciler comment`: keeps one comment of a pull request or merge request up to date."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.exits import Exit
from reconciler.cli.session import Session
from reconciler.diagnostics import Refused, error
from reconciler.secret import Secret

if TYPE_CHECKING:
    from reconciler.forge.comments import Thread

_LONGEST = 4 << 20
"""Bytes of a file to read: no comment has more."""


@click.command("comment")
@click.argument(
    "file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    required=False,
)
@click.option(
    "--approved", metavar="STACK", help="Print the approval digest of this stack's comment, and write nothing."
)
@click.option("--number", type=click.IntRange(1), help="The pull request. [default: the one that the job runs for]")
@click.option("--author", metavar="LOGIN", help="On GitHub: who the token writes as. [default: github-actions[bot]]")
def command(file: Path | None, approved: str | None, number: int | None, author: str | None) -> int:
    """Write FILE (- for stdin) as the comment of a pull request; written again, the same comment is updated.

    FILE is what `plan --format markdown` or `show --format markdown` printed. In a job of GitHub Actions or GitLab CI
    everything else is known: the token is read from GITHUB_TOKEN or GITLAB_TOKEN, the rest from the job's variables.
    With --approved, after a merge on GitHub, it is the pull request that the commit came with.

    \b
      reconciler plan stack.yaml --format markdown | reconciler comment -
      reconciler show today.plan --format markdown > plan.md && reconciler comment plan.md --number 17
      reconciler apply stack.yaml --yes --digest "$(reconciler comment --approved edge)"
    """
    if (file is None) is (approved is None):
        raise click.UsageError("Give either FILE or --approved STACK.")
    with Session() as session:
        from reconciler.forge.web import ForgeError

        try:
            thread = _thread(session, os.environ, number, author, merged=approved is not None)
            if approved is not None:
                _print_approved(session, thread, approved)
            elif file is not None:
                _write(session, thread, file)
        except ForgeError as problem:
            hint = "the token needs `pull-requests: write` (GitHub) or the scope `api` (GitLab)"
            raise Refused([error("no-comment", str(problem), hint=hint)]) from None
        return Exit.DONE


def _write(session: Session, thread: Thread, file: Path) -> None:
    from reconciler.forge.comments import Outcome, upsert

    try:
        outcome = upsert(thread, _text(file))
    except ValueError as problem:
        hint = "write it with `plan --format markdown` or `show --format markdown`"
        raise Refused([error("no-comment", f"{file} is no comment: {problem}", hint=hint)]) from None
    session.sink.note("The comment is up to date." if outcome is Outcome.SAME else f"The comment was {outcome}.")


def _print_approved(session: Session, thread: Thread, stack: str) -> None:
    from reconciler.forge.comments import approved

    digest = approved(thread, stack)
    if not digest:
        hint = "`plan --format markdown | reconciler comment -` writes it, on the pull request"
        raise Refused([error("no-comment", f"there is no comment with a plan of the stack `{stack}`", hint=hint)])
    session.sink.line(digest)


def _text(file: Path) -> str:
    raw = sys.stdin.buffer.read(_LONGEST) if str(file) == "-" else file.read_bytes()[:_LONGEST]
    return raw.decode("utf-8", "replace")


def _thread(
    session: Session, environment: Mapping[str, str], number: int | None, author: str | None, *, merged: bool
) -> Thread:
    """The thread that the job's variables lead to; of a `merged` one, by its commit. Raises `Refused` where they lead
    nowhere, and `ForgeError`.
    """
    if environment.get("GITLAB_CI") or environment.get("CI_API_V4_URL"):
        from reconciler.forge.gitlab import GitLabThread

        token = _token(session, environment, "GITLAB_TOKEN")
        url, project = (_said(environment, each) for each in ("CI_API_V4_URL", "CI_PROJECT_ID"))
        return GitLabThread(token, project, number or _number(environment.get("CI_MERGE_REQUEST_IID")), url=url)
    from reconciler.forge.github import AUTHOR, URL, GitHubThread

    token = _token(session, environment, "GITHUB_TOKEN")
    repository, url = _said(environment, "GITHUB_REPOSITORY"), environment.get("GITHUB_API_URL") or URL
    author = author or AUTHOR
    if merged and number is None:
        return GitHubThread.of_commit(token, repository, _said(environment, "GITHUB_SHA"), url=url, author=author)
    return GitHubThread(token, repository, number or _of_event(environment), url=url, author=author)


def _token(session: Session, environment: Mapping[str, str], name: str) -> Secret:
    token = Secret(_said(environment, name))
    session.sink.hide([token])
    return token


def _said(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "").strip()
    if not value:
        hint = "a job of GitHub Actions or GitLab CI has it; docs/pipelines.md shows whole workflows"
        raise Refused([error("no-comment", f"it is not known where to write: {name} is not set", hint=hint)])
    return value


def _of_event(environment: Mapping[str, str]) -> int:
    """The pull request of the event that a workflow of GitHub runs for."""
    try:
        event = json.loads(Path(_said(environment, "GITHUB_EVENT_PATH")).read_bytes())
        return _number(event["pull_request"]["number"])
    except (OSError, ValueError, LookupError, TypeError):
        return _number(None)


def _number(value: object) -> int:
    text = str(value or "")
    if not text.isdecimal() or int(text) < 1:
        hint = "say it with --number, or run this for a pull request"
        raise Refused([error("no-comment", "the job does not run for a pull request", hint=hint)])
    return int(text)
