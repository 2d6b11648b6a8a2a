"""Looking at stacks without changing anything: what `drift` does for one or for all of a repository."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.exits import Exit, worst
from reconciler.clock import day_of, instant

if TYPE_CHECKING:
    from reconciler.api import Client
    from reconciler.app.stacks import Found
    from reconciler.cli.session import Session
    from reconciler.model.look import Look, Looked


@dataclass(frozen=True)
class How:
    """What holds for all stacks: where values come from, which part is looked at, and the account."""

    variables: tuple[str, ...]
    var_files: tuple[Path, ...]
    overlays: tuple[Path, ...]
    targets: tuple[str, ...]
    account: Client
    parallelism: int


def look_at(session: Session, paths: Sequence[Path], title: str, how: How) -> Looked:
    """Compare one stack with its account, by reads alone. Raises what `Session.read` and `Session.plan` do. Nothing is
    printed; the warnings of the stack are in what comes back.
    """
    from reconciler.engine.rails import expired_waivers
    from reconciler.model.look import Looked
    from reconciler.model.plan import Options

    with session.trace.stack(title):
        stack = session.read(paths, how.variables, how.var_files, how.overlays, warn=False)
        options = Options(targets=how.targets)
        planned = session.plan(stack, how.account, options, parallelism=how.parallelism, guarded=False, strangers=True)
        session.trace.looked(planned.plan)
    at = instant(session.clock)
    told = (*planned.plan.diagnostics, *expired_waivers(stack.rails, day_of(at)))
    return Looked(replace(planned.plan, diagnostics=told), at, title, stack.warnings)


def look_at_each(session: Session, stacks: Sequence[Found], how: How) -> list[Look]:
    """Compare each stack of several; one that fails does not keep the others from their turn."""
    from reconciler.model.look import NotLooked

    looks: list[Look] = []
    for each in stacks:
        try:
            looks.append(look_at(session, each.paths, each.title, how))
        except Exception as problem:  # noqa: BLE001 - the others have their turn; a session would say the same of it
            found, code = session.explained(problem)
            looks.append(NotLooked(each.name, each.title, tuple(found), code))
    return looks


def exit_code(looks: Sequence[Look]) -> int:
    """The worst of all: what could not be looked at comes before drift."""
    from reconciler.model.look import NotLooked
    from reconciler.review.drift import drifted

    return worst(
        look.code if isinstance(look, NotLooked) else Exit.CHANGES if drifted(look.plan) else Exit.DONE
        for look in looks
    )
