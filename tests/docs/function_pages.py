# ruff: noqa: E501 - a row of a table is a line
"""The page of functions, made from their own words.

.venv/bin/python -m tests.docs.function_pages        writes docs/functions.md anew
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from reconciler.stack.functions.cidr import CIDR
from reconciler.stack.functions.encoding import ENCODING
from reconciler.stack.functions.lists import LISTS
from reconciler.stack.vocabulary import FILTERS, PURE_FUNCTIONS, TESTS

PAGE = Path(__file__).parents[2] / "docs" / "functions.md"
TOPICS = (("Lists and mappings", LISTS), ("Addresses", CIDR), ("Encoding", ENCODING))
_HEAD = """\
# Functions

What expressions (`${{ ... }}`) and templates can call. Made from the code; a test evaluates every example.

Where the first argument is the thing that a function is about, it can stand before a bar as well:
`var.machines | keyed('name')` is `keyed(var.machines, 'name')`. Functions take lists, mappings and whole pools of resources,
also with parts that are known only after apply. What they make is limited: 100,000 values, 1,048,576 characters.

## Files and secrets

| | |
|---|---|
| `file('keys/ops.pub')` | the text of a file below the stack's folder |
| `template('files/web.yaml.j2', vip=...)` | the text that a template makes with the names that it is given |
| `derive('join-token', 32)` | a secret text that is worked out and not stored: the same key, stack and name give the same text. 6 to 256 letters and digits, of each sort one at least; `alphabet='hex'` or `'base64'` for others |
| `derive_ssh_key('cluster').public`, `.private` | an Ed25519 key, as a line of authorized_keys and as OpenSSH's file |
| `range(3)` | the numbers 0, 1, 2; `\\| list` makes a list of them |

What can be asked of the API (`cheapest_plan`, `spot_price`, `reserved_hardware`) stands in [lookups.md](lookups.md).

The key of `derive` and `derive_ssh_key` is the environment's `RECONCILER_DERIVE_KEY`, 16 characters or more. Whoever has it
and the stack can work out the secrets, so keep it where you keep other secrets; another key gives other secrets, and so
replaces what is made of them.
"""


def examples(function: Callable[..., Any]) -> Iterator[tuple[str, str]]:
    """The expressions in a function's docstring, each with what it comes to."""
    yield from re.findall(r">>> (.+)\n\s*(.+)", inspect.getdoc(function) or "")


def render() -> str:
    parts = [_HEAD]
    for title, functions in TOPICS:
        parts += [f"## {title}\n", "| | | |\n|---|---|---|"]
        for name, function in functions.items():
            words = " ".join((inspect.getdoc(function) or "").split(">>>")[0].split())
            shown = "<br>".join(f"`{_cell(text)}` is `{_cell(value)}`" for text, value in examples(function))
            parts.append(f"| `{name}` | {_cell(words)} | {shown} |")
        parts.append("")
    jinja = FILTERS - PURE_FUNCTIONS
    parts += [
        "## Filters and tests of Jinja\n",
        f"Filters, behind a bar: {' '.join(f'`{each}`' for each in sorted(jinja))}.\n",
        f"Tests, behind `is`: {' '.join(f'`{each}`' for each in sorted(TESTS))}.",
    ]
    return "\n".join(parts) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
