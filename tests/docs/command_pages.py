"""docs/commands.md, made from the help of the commands themselves.

.venv/bin/python -m tests.docs.command_pages        writes it anew
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from reconciler.cli.main import cli

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"
_WIDTH = 100
_HEAD = """\
# Commands

Every command with all of its options. Made from `--help`; a test keeps it so.
"""


def render() -> str:
    """The whole page."""
    root = click.Context(cli, info_name="reconciler", max_content_width=_WIDTH, terminal_width=_WIDTH)
    parts = [_HEAD, *(_section(context) for context in _contexts(root))]
    return "\n".join(parts)


def _contexts(above: click.Context) -> Iterator[click.Context]:
    group = above.command
    assert isinstance(group, click.Group)
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        assert command is not None
        context = click.Context(
            command, above, info_name=name, max_content_width=_WIDTH, terminal_width=_WIDTH, **command.context_settings
        )
        yield context
        if isinstance(command, click.Group):
            yield from _contexts(context)


def _section(context: click.Context) -> str:
    name = context.command_path.removeprefix("reconciler ")
    text = context.command.get_help(context)
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return f"## {name}\n\n```\n{lines}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
