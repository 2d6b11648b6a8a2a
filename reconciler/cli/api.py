"""`reconciler api`: one raw call with the tool's own transport, for what no kind covers."""

from __future__ import annotations

import json
import sys
from http import HTTPStatus
from pathlib import Path
from typing import Any

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import StackCommand, account_options, complete_paths
from reconciler.cli.session import Session

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@click.command("api", cls=StackCommand)
@click.argument("method", type=click.Choice(METHODS, case_sensitive=False))
@click.argument("path", shell_complete=complete_paths)
@click.argument("body", metavar="[JSON]", required=False)
@account_options
def command(method: str, path: str, body: str | None, api_url: str | None, emulator: str | None) -> int:
    """Send one call and print the JSON of the answer; the status goes to stderr. Exit code 1 on an HTTP error.

    JSON is the body: a text, @FILE, or - for stdin.

    \b
      reconciler api GET /projects
      reconciler api POST /projects '{"name": "Test"}'
      reconciler api PUT /devices/ID @device.json
    """
    payload = _payload(body)
    with Session() as session:
        method = method.upper()
        account = session.connect(api_url, emulator, read_only=method == "GET")
        status, _, answer = account.raw(method, path, payload)
        session.sink.note(f"{status} {_phrase(status)}")
        if isinstance(answer, bytes | str):
            text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
            session.sink.foreign(text if text.endswith("\n") else f"{text}\n")
        elif answer is not None:
            session.sink.json(answer)
        return Exit.ERROR if status >= HTTPStatus.BAD_REQUEST else Exit.DONE


def _payload(body: str | None) -> Any:
    if body is None:
        return None
    if body == "-":
        text = sys.stdin.read()
    elif body.startswith("@"):
        try:
            text = Path(body[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise click.BadParameter(f"cannot read {body[1:]}: {problem}", param_hint="JSON") from None
    else:
        text = body
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise click.BadParameter(f"this is not JSON: {problem}", param_hint="JSON") from None


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
