"""`reconciler watch`: drift, again and again, for where nothing else repeats it; and what is safe is set right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli.auditing import audit_folder, audit_options
from reconciler.cli.exits import Exit
from reconciler.cli.notifying import notify_options
from reconciler.cli.options import (
    StackCommand,
    account_options,
    input_options,
    keeping_options,
    no_color_option,
    parallelism_option,
    policy_option,
    recursive_option,
    stack_arguments,
)
from reconciler.cli.rounds import RECORDS, Round
from reconciler.cli.session import Keeping
from reconciler.clock import Clock, SystemClock

if TYPE_CHECKING:
    from reconciler.model.gravity import Gravity

_CLASSES = ("cosmetic", "disruptive", "security")
_SHORTEST = timedelta(seconds=10)


class Span(click.ParamType[timedelta]):
    """A while such as `90s`, `15m` or `1h30m`."""

    name = "span"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        from reconciler.model.lifetime import span

        text = str(value)
        seconds = re.fullmatch(r"([0-9]{1,6})s", text)
        found = timedelta(seconds=int(seconds[1])) if seconds else span(text)
        if found is None or not _SHORTEST <= found <= timedelta(days=7):
            self.fail(f"{value!r} is no time span between 10s and 7d, such as 90s, 15m or 1h30m", param, ctx)
        return found


def repair_classes(_context: click.Context, _parameter: click.Parameter, value: Iterable[str]) -> frozenset[Gravity]:
    from reconciler.model.gravity import Gravity

    return frozenset(map(Gravity, value))


@click.command("watch", cls=StackCommand)
@stack_arguments
@recursive_option
@click.option(
    "--every",
    type=Span(),
    default="15m",
    show_default=True,
    metavar="SPAN",
    help="From the beginning of one look to that of the next: 90s, 15m, 1h30m; 10s to 7d.",
)
@click.option("--rounds", type=click.IntRange(1), metavar="N", help="End after N looks. [default: go on]")
@click.option(
    "--repair",
    "classes",
    type=click.Choice(_CLASSES),
    multiple=True,
    callback=repair_classes,
    help="Set drift of this class right, with nobody asked; nothing is ever destroyed or wiped. Repeatable.",
)
@click.option(
    "--since",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help=f"Remember in FILE what was reported, and print nothing while that is still so. [default: one in {RECORDS}]",
)
@click.option(
    "--metrics",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write FILE anew at each look, for Prometheus (a textfile).",
)
@notify_options
@policy_option
@keeping_options
@audit_options
@input_options
@account_options
@parallelism_option
@no_color_option
def command(
    paths: tuple[Path, ...],
    recursive: bool,
    every: timedelta,
    rounds: int | None,
    classes: frozenset[Gravity],
    since: Path | None,
    metrics: Path | None,
    notify: bool,
    notify_config: Path | None,
    policies: tuple[Path, ...],
    journal: Path | None,
    no_journal: bool,
    settle_seconds: float | None,
    lock_timeout: float,
    drain_seconds: float,
    as_json: bool,
    audit: Path | None,
    no_audit: bool,
    variables: tuple[str, ...],
    var_files: tuple[Path, ...],
    overlays: tuple[Path, ...],
    api_url: str | None,
    emulator: str | None,
    parallelism: int,
    no_color: bool,
) -> int:
    """Look for drift again and again, until interrupted. What is still as it was reported is not told again.

    Files are read anew at each look. A look that fails is told, and the next one comes in its time. Without --repair
    nothing is changed.

    \b
      reconciler watch stack.yaml --every 5m
      reconciler watch stacks --recursive --notify --metrics /var/lib/node_exporter/stacks.prom
      reconciler watch stack.yaml --repair cosmetic
    """
    if policies and not classes:
        raise click.UsageError("--policy says what may be done, and without --repair nothing is.")
    look = Round(
        paths=paths,
        recursive=recursive,
        classes=classes,
        since=since,
        metrics=metrics,
        notify=(notify, notify_config),
        policies=policies,
        keeping=Keeping.said(journal, no_journal, settle_seconds),
        lock_timeout=lock_timeout,
        drain_seconds=drain_seconds,
        as_json=as_json,
        audit=audit_folder(audit, no_audit),
        inputs=(variables, var_files, overlays),
        account=(api_url, emulator),
        parallelism=parallelism,
        no_color=no_color,
    )
    return repeat(look.look, SystemClock(), every, rounds)


def repeat(look: Callable[[], int], clock: Clock, every: timedelta, rounds: int | None) -> int:
    """Look, `every` so often, `rounds` times (None: for ever) or until a look is interrupted; how the last one ended.
    A look that takes longer than that has the next one right after it.
    """
    done = 0
    while True:
        began = clock.now()
        code = look()
        done += 1
        if code in (Exit.INTERRUPTED, Exit.TERMINATED) or done == rounds:
            return code
        clock.sleep(max(0.0, began + every.total_seconds() - clock.now()))
