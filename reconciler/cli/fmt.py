"""`reconciler fmt`: stack files in the canonical layout."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import no_color_option
from reconciler.cli.session import Session
from reconciler.diagnostics import Diagnostic, Refused

STDIN = Path("-")


@click.command("fmt")
@click.argument(
    "paths", metavar="PATH...", type=click.Path(exists=True, allow_dash=True, path_type=Path), nargs=-1, required=True
)
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 and name the files that are not laid out.")
@click.option("--diff", "show_diff", is_flag=True, help="Print what changes. With --check nothing is written.")
@no_color_option
def command(paths: tuple[Path, ...], check: bool, show_diff: bool, no_color: bool) -> int:
    """Lay out YAML files in the canonical form: indentation, spaces and blank lines, nothing else.

    PATH is a file, a directory (all YAML files below it), or - for stdin, which is printed to stdout. Prints the names
    of the files that it writes. A file is written only after it was proved to mean what it meant before.

    \b
      reconciler fmt stack.yaml
      reconciler fmt --check --diff stacks
      reconciler fmt - < stack.yaml
    """
    with Session(no_color=no_color) as session:
        from reconciler.app.text_files import replace_text
        from reconciler.stack.layout import formatted
        from reconciler.stack.problems import Problem

        problems: list[Diagnostic] = []
        changed = False
        for path in _files(paths):
            data = sys.stdin.buffer.read() if path == STDIN else path.read_bytes()
            name = "<stdin>" if path == STDIN else str(path)
            try:
                text = formatted(data, name)
            except Problem as problem:
                problems.append(problem.diagnostic)
                continue
            differs = text.encode() != data
            changed = changed or differs
            if path == STDIN and not (check or show_diff):
                session.sink.verbatim(text)
                continue
            if not differs:
                continue
            if show_diff:
                session.sink.data(_diff(data, text, name))
            else:
                session.sink.line(name)
            if not check and path != STDIN:
                target = path.resolve()  # a link stays, and what it leads to is replaced
                replace_text(target, text, target.stat().st_mode & 0o7777)
        if problems:
            raise Refused(problems)
        return Exit.ERROR if check and changed else Exit.DONE


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    """The files behind the arguments, each once; a directory's in order of path, hidden ones and links left out."""
    from reconciler.app.text_files import yaml_files

    seen: set[Path] = set()
    for path in paths:
        folder = path != STDIN and path.is_dir()
        for each in sorted(chain.from_iterable(yaml_files(path))) if folder else (path,):
            if each not in seen:
                seen.add(each)
                yield each


def _diff(data: bytes, text: str, name: str) -> str:
    from difflib import unified_diff

    from reconciler.report.page import Page

    before = data.decode("utf-8", "replace").split("\n")
    page = Page()
    for line in unified_diff(before, text.split("\n"), name, f"{name} (laid out)", lineterm=""):
        page.line(line)
    return page.text(colour=False)
