"""The embedded emulator: for one command (`--emulator`), or as a server (`reconciler emulator serve`).

This is the only module of the package that knows the emulator.
"""

from __future__ import annotations

import os
import re
import secrets
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.exits import Exit
from reconciler.cli.session import Session
from reconciler.diagnostics import Refused, error

if TYPE_CHECKING:
    from reconciler.emulator import Emulator

TOKEN_VARIABLE = "RECONCILER_EMULATOR_TOKEN"
_UNITS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "h": 3600.0}


@contextmanager
def embedded(database: Path) -> Iterator[tuple[str, str]]:
    """An emulator for the time of one command: its URL and token. Its world is kept in `database`. Raises `Refused`."""
    with _emulator(database, secrets.token_hex(16)) as emulator:
        yield emulator.url, emulator.token


class Seconds(click.ParamType[float]):
    """A length of time: `50ms`, `2s`, `1.5m`; a bare number is seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|)", str(value).strip())
        if match is None:
            self.fail(f"{value!r} is not a length of time such as 50ms, 2s or 1m", param, ctx)
        return float(match[1]) * _UNITS[match[2]]


@click.group("emulator")
def command() -> None:
    """A Packet API on this machine, for trying things and for tests. It needs no account and no network.

    \b
      reconciler emulator serve --port 8899 --db world.db --latency 50ms
    """


@command.command("serve")
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="[default: any free port]")
@click.option(
    "--db",
    "database",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep the world in FILE. [default: in memory]",
)
@click.option(
    "--token",
    envvar=TOKEN_VARIABLE,
    show_envvar=True,
    metavar="T",
    help="The token that clients must send. [default: a random one, printed at the start]",
)
@click.option("--latency", "latency_seconds", type=Seconds(), metavar="TIME", help="Added to each call, such as 50ms.")
@click.option("--provision-seconds", type=Seconds(), metavar="TIME", help="How long a machine takes to come up.")
@click.option(
    "--rate-limit", "rate_limit_per_minute", type=click.IntRange(1), metavar="N", help="Calls a minute before 429."
)
@click.option("--list-lag", "list_lag_seconds", type=Seconds(), metavar="TIME", help="How far behind lists are.")
def serve(port: int, database: Path | None, token: str | None, **changes: float | int | None) -> int:
    """Serve the API on this machine only, until Ctrl-C. The two lines on stdout are for a shell that wants to use it.

    \b
      reconciler emulator serve --port 8899
      reconciler emulator serve --db world.db --latency 50ms --provision-seconds 2
    """
    with Session() as session:
        given = {name: value for name, value in changes.items() if value is not None}
        own = token or secrets.token_hex(16)
        from_environment = bool(token) and token == os.environ.get(TOKEN_VARIABLE)
        known = f'"${TOKEN_VARIABLE}"' if from_environment else shlex.quote(own)
        emulator = _emulator(database, own, port, given)
        with suppress(KeyboardInterrupt, SystemExit):
            session.sink.note(f"The Packet API emulator listens on {emulator.listen()}; Ctrl-C stops it.")
            session.sink.reveal(f"export PACKET_API_URL={emulator.url}\nexport PACKET_AUTH_TOKEN={known}\n")
            emulator.serve_forever()
        return Exit.DONE


@command.command("openapi")
def openapi() -> int:
    """Print the OpenAPI document of the API that the emulator has; a served one answers with it too.

    \b
      reconciler emulator openapi > packet.json
    """
    with Session() as session:
        from reconciler.emulator.openapi.document import document
        from reconciler.emulator.routes import all_routes

        session.sink.json(document(all_routes()))
        return Exit.DONE


def _emulator(
    database: Path | None, token: str, port: int = 0, changes: Mapping[str, float | int] | None = None
) -> Emulator:
    """An emulator that does not listen yet. Raises `Refused` for a file that holds no world."""
    from reconciler.emulator import Emulator, Settings, UnusableFile

    if database is not None:
        database.parent.mkdir(parents=True, exist_ok=True)
    try:
        return Emulator(db=database, token=token, port=port, settings=Settings().changed(changes or {}))
    except UnusableFile as problem:
        raise Refused([error("no-world", str(problem), hint="give --emulator=FILE (or --db FILE)")]) from problem
