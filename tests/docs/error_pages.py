"""The page of diagnostic codes, made from their table and from the broken stacks that show them.

.venv/bin/python -m tests.docs.error_pages        writes docs/errors.md anew
"""

from __future__ import annotations

import re
from pathlib import Path

from reconciler.codes import CODES
from tests.diagnostics.snapshots import BROKEN, NAMES

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"
_HEAD = """\
# Errors

Every code that a message can have, what it means, and the way out. `reconciler explain CODE` prints the same. Made from
the code; the examples are what `reconciler validate` prints, and a test keeps them so.
"""


def render() -> str:
    parts = [_HEAD]
    examples = _examples()
    for code in sorted(CODES):
        page = CODES[code]
        parts.append(f"## {code}\n\n{page.meaning} {page.way_out}\n")
        if code in examples:
            parts.append(f"```\n{examples[code]}\n```\n")
    return "\n".join(parts)


def _examples() -> dict[str, str]:
    """The first broken stack of each code."""
    found: dict[str, str] = {}
    for name in NAMES:
        told = (BROKEN / f"{name}.txt").read_text(encoding="utf-8")
        for code in re.findall(r"error\[([a-z-]+)\]", told):
            found.setdefault(code, told.rpartition("exit ")[0].rstrip())
    return found


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
