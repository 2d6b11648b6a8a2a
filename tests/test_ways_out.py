"""Everything that leaves the process goes through a few doors, and these are they: whoever opens another one has to say
so here, and to take secrets out and to make foreign text harmless on the way.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "reconciler"
DOORS = {
    "cli/sink.py": "stdout and stderr: secrets are taken out",
    "cli/main.py": "the streams' end; `Interrupted.` and `Terminated.`, which quote nothing",
    "cli/interrupts.py": "the notice of an interrupt, from a signal handler",
    "cli/init.py": "the answers to a person's own questions, and the stack that they make",
    "cli/completion.py": "what a shell completes",
    "report/live.py": "the live table, over the sink's stream: scrubbed and made safe piece by piece",
    "app/text_files.py": "plan files and formatted stacks: whole, or not at all",
    "app/files.py": "generated files, below their folder",
    "app/journal.py": "the journal: addresses, kinds, ids and digests",
    "app/lock.py": "who holds the lock: a process, a command and a moment",
}
_NAMES = {
    *(f"sys.{each}" for each in ("stdout", "stderr", "__stdout__", "__stderr__")),
    *(f"os.{each}" for each in ("O_WRONLY", "O_RDWR", "O_CREAT", "O_APPEND")),
}
_PRINTERS = ("print", "click.echo", "click.secho", "os.write")
_WRITERS = ("write", "writelines", "write_text", "write_bytes", "print")
_MODE = re.compile(r"(?=.*[wax+])[rwaxbt+]{1,4}")


def ways_out(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Lines that write to a stream or a file, print, or open one to write."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and f"{ast.unparse(node.value)}.{node.attr}" in _NAMES:
            yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            name = called.rpartition(".")[2]
            writes = called in _PRINTERS or ("." in called and name in _WRITERS)
            if writes or (name in ("open", "fdopen") and any(map(_MODE.fullmatch, _texts(node)))):
                yield node.lineno, called


def _texts(call: ast.Call) -> list[str]:
    given = (*call.args, *(each.value for each in call.keywords))
    return [each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def test_nothing_leaves_by_another_door() -> None:
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith("emulator/") or name in DOORS:
            continue
        found += [f"{name}:{line}: {what}" for line, what in ways_out(ast.parse(path.read_text("utf-8")))]
    assert found == []


def test_each_door_is_one() -> None:
    closed = [name for name in DOORS if not list(ways_out(ast.parse((ROOT / name).read_text("utf-8"))))]
    assert closed == []


@pytest.mark.parametrize(
    "line",
    [
        "print(token)", "sys.stderr.write(text)", "out = sys.stdout", "Path(p).write_text(t)", "open(p, 'w')",
        "path.open('ab')", "os.write(1, b)", "os.open(p, os.O_WRONLY)", "click.echo(x)", "os.fdopen(h, mode='wb')",
    ],
)  # fmt: skip
def test_a_new_door_is_seen(line: str) -> None:
    assert list(ways_out(ast.parse(line)))


@pytest.mark.parametrize("line", ["path.open('rb')", "open(p)", "sys.stdin.read()", "os.open(p, os.O_RDONLY)"])
def test_a_way_in_is_none(line: str) -> None:
    assert not list(ways_out(ast.parse(line)))
