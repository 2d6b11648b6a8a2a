"""`--recursive`: the same command for every stack of a repository, each by itself, with a total at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.exits import Exit, worst
from reconciler.cli.failure import findings
from reconciler.cli.session import Session
from reconciler.diagnostics import Refused, error

if TYPE_CHECKING:
    from reconciler.app.stacks import Found


def stacks_below(session: Session, paths: Sequence[Path]) -> list[Found]:
    """The stacks below some folders; stacks of one name are warned of. Raises Refused when there are none."""
    from reconciler.app.stacks import clashes, find_stacks

    found: list[Found] = []
    for path in paths:
        if not path.is_dir():
            raise click.UsageError(f"--recursive looks below folders, and {path} is none.")
        found += [each for each in find_stacks(path) if each not in found]
    if not found:
        where = ", ".join(map(str, paths))
        hint = "a stack file has a line `stack: NAME`"
        raise Refused([error("no-stack-file", f"there is no stack below {where}", hint=hint)])
    session.sink.diagnostics(clashes(found))
    return found


def plan_each(session: Session, stacks: Sequence[Found], show: Callable[[Found], int]) -> int:
    """Show a plan for each stack under a heading, also when it fails for one, and a total. The worst exit code."""
    codes: list[int] = []
    for each in stacks:
        if codes:
            session.sink.data("\n")
        session.sink.line(f"# {each.title} (stack {each.name})")
        try:
            with session.trace.stack(each.title):
                codes.append(show(each))
        except Exception as problem:  # noqa: BLE001 - the others have their turn; a session would say the same of it
            found, code = findings(problem)
            session.sink.diagnostics(found)
            codes.append(code)
    failed = sum(code not in (Exit.DONE, Exit.CHANGES) for code in codes)
    session.sink.data(f"\n{len(codes)} stacks: {len(codes) - failed} planned, {failed} refused.\n")
    return worst(codes)
