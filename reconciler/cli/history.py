"""`reconciler history`: what was done to stacks, by whom, and what each call was answered. It reads files only."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler import __version__
from reconciler.cli.auditing import AUDITS
from reconciler.cli.exits import Exit
from reconciler.cli.options import no_color_option
from reconciler.cli.session import Session
from reconciler.diagnostics import Refused, error, warning

DEFAULT_LIMIT = 20


@click.command("history")
@click.argument("paths", metavar="[STACK]...", type=click.Path(exists=True, path_type=Path), nargs=-1)
@click.option("--name", "names", multiple=True, metavar="NAME", help="A stack by its name, without a file. Repeatable.")
@click.option(
    "--address",
    "what",
    default="",
    metavar="ADDRESS|ID",
    help="All that was done to a resource and to what is in it, or to an object.",
)
@click.option("--run", "run", default="", metavar="RUN", help="One run in full, by its id or the beginning of it.")
@click.option(
    "--limit",
    type=click.IntRange(0),
    default=DEFAULT_LIMIT,
    show_default=True,
    metavar="N",
    help="The newest N runs; 0 for all. Those that --run asks for are all shown.",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="What to print."
)
@click.option(
    "--audit",
    "audit",
    type=click.Path(file_okay=False, path_type=Path),
    default=AUDITS,
    show_default=True,
    envvar="RECONCILER_AUDIT",
    show_envvar=True,
    metavar="DIR",
    help="Where the runs are written down.",
)
@no_color_option
def command(
    paths: tuple[Path, ...],
    names: tuple[str, ...],
    what: str,
    run: str,
    limit: int,
    form: str,
    audit: Path,
    no_color: bool,
) -> int:
    """Tell who changed what, and when: each apply, destroy, reap and repair that was begun, the newest first.

    Without a STACK or a NAME it tells of all stacks that have a log in the folder. No API is asked.

    \b
      reconciler history
      reconciler history stack.yaml --address projects.edge.devices
      reconciler history --name edge --run 3f2a9c1b7d4e
    """
    if run and what:
        raise click.UsageError("--run shows all of one run, and --address what was done to something: choose one.")
    with Session(no_color=no_color) as session:
        from reconciler.app.history import Wanted, read_history, this_machine
        from reconciler.report.history import history_document, render_deeds, render_run, render_runs

        wanted = Wanted(_stacks(paths, names), run, what)
        found = read_history(audit, wanted, this_machine())
        for name, why in found.wrong.items():
            session.sink.diagnostics([warning("unreadable-audit", f"{audit / name}: {why}")])
        if run and not found.runs:
            summary = f"no run that begins with `{run}` is written down in {audit}"
            hint = "`reconciler history` lists the runs; --audit says where they are written down"
            raise Refused([error("unknown-run", summary, hint=hint)])
        shown = found.runs[:limit] if limit and not run else found.runs
        if form == "json":
            steps = bool(run or what)
            session.sink.json(history_document(shown, len(found.runs), steps=steps, tool_version=__version__))
        elif run:
            session.sink.data("\n".join(render_run(each, colour=session.sink.colour_out) for each in found.runs))
        elif not shown:
            session.sink.note(_nothing(wanted.stacks, what, audit))
        elif what:
            session.sink.data(render_deeds(found.runs, limit, colour=session.sink.colour_out))
        else:
            session.sink.data(render_runs(found.runs, limit, colour=session.sink.colour_out))
        return Exit.DONE


def _stacks(paths: tuple[Path, ...], names: tuple[str, ...]) -> frozenset[str] | None:
    """The names of the stacks that are asked for; None for all. Raises `Refused`."""
    if not paths:
        return frozenset(names) or None
    from reconciler.app.stacks import stack_names

    found = stack_names(paths)
    if not found:
        where = ", ".join(map(str, paths))
        hint = "a stack file has a line `stack: NAME`; --name NAME needs no file"
        raise Refused([error("no-stack-file", f"there is no stack in {where}", hint=hint)])
    return found.union(names)


def _nothing(stacks: frozenset[str] | None, what: str, folder: Path) -> str:
    of = f" of {', '.join(sorted(stacks))}" if stacks is not None else ""
    done = f"Nothing that was done to `{what}` is" if what else f"No run{of} is"
    return f"{done} written down in {folder}."
