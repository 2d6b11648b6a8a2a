"""Broken stacks, one mistake each, and what `validate` says of them, kept as it is printed.

    .venv/bin/python -m tests.diagnostics.snapshots        writes tests/diagnostics/broken/*.txt anew

Read what has changed before you keep it: is the caret under the wrong word, is the hint the way out, is nothing said
twice?
"""

from __future__ import annotations

import os
from pathlib import Path

from tests.forks.client import run

BROKEN = Path(__file__).parent / "broken"
NAMES = tuple(sorted(each.stem for each in BROKEN.glob("*.yaml")))


def said(name: str) -> str:
    """All that the command prints on a broken stack, and its exit code."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("RECONCILER")}
    done = run(("validate", f"{name}.yaml"), BROKEN, {**kept, "NO_COLOR": "1"})
    return f"{done.out}{done.err}exit {done.code}\n"


if __name__ == "__main__":
    for name in NAMES:
        (BROKEN / f"{name}.txt").write_text(said(name), encoding="utf-8")
