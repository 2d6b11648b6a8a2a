"""`reconciler explain`: what a diagnostic code means, and the way out."""

from __future__ import annotations

import textwrap

import click

from reconciler.cli.exits import Exit
from reconciler.cli.session import Session
from reconciler.codes import CODES
from reconciler.diagnostics import Refused, did_you_mean, error

_WIDTH = 100


@click.command("explain")
@click.argument("code", required=False)
def command(code: str | None) -> int:
    """Say what a diagnostic code means, and the way out. Without CODE: the list of all codes.

    \b
      reconciler explain unknown-key
      reconciler explain
    """
    with Session() as session:
        if code is None:
            widest = max(map(len, CODES))
            session.sink.data("".join(f"{each.ljust(widest)}  {CODES[each].meaning}\n" for each in sorted(CODES)))
            return Exit.DONE
        name = code.strip().removeprefix("error[").removeprefix("warning[").removesuffix("]")
        if name not in CODES:
            hint = did_you_mean(name, CODES) or "`reconciler explain` lists all of them"
            raise Refused([error("unknown-code", f"there is no code `{name}`", hint=hint)])
        page = CODES[name]
        meaning, way_out = (textwrap.fill(each, _WIDTH) for each in (page.meaning, page.way_out))
        session.sink.data(f"{name}\n\n{meaning}\n\n{way_out}\n")
        return Exit.DONE
