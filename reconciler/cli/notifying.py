"""`--notify`: short messages about what a command found. Where to send them is secret, so it is in no argument."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.diagnostics import Refused, error
from reconciler.secret import Secret

if TYPE_CHECKING:
    from reconciler.app.notify import Services
    from reconciler.cli.session import Session
    from reconciler.model.message import Message

VARIABLE = "RECONCILER_NOTIFY_URLS"


def notify_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--notify and --notify-config."""
    for option in (
        click.option(
            "--notify-config",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            metavar="FILE",
            help=f"Send it where the URLs in FILE say, one on a line, instead of those in {VARIABLE}.",
        ),
        click.option(
            "--notify",
            is_flag=True,
            help=f"Send a short message to each apprise URL in {VARIABLE}, if there is something to tell.",
        ),
    ):
        command = option(command)
    return command


def open_notifier(
    session: Session, notify: bool, config: Path | None, environment: Mapping[str, str] | None = None
) -> Services | None:
    """Where messages go; None where none were asked for. The URLs are hidden from here on. Raises `Refused`."""
    if not notify and config is None:
        return None
    urls = _urls(os.environ if environment is None else environment, config)
    session.sink.hide(urls)
    try:
        from reconciler.app.notify import open_services
    except ModuleNotFoundError as problem:
        if problem.name != "apprise":
            raise
        hint = "pip install apprise"
        raise Refused([error("no-apprise", "notifications need apprise, which is not installed", hint=hint)]) from None
    return open_services(urls)


def send(session: Session, services: Services, message: Message) -> bool:
    """Send a message. Whoever did not take it is told; whether all took it."""
    missed = services.send(message)
    hint = "it is sent again by the next run that has something to tell"
    for each in missed:
        summary = f"notification {each.service} was not delivered: {each.why or 'no reason was given'}"
        session.sink.diagnostics([error("not-notified", summary, hint=hint)])
    return not missed


def _urls(environment: Mapping[str, str], config: Path | None) -> list[Secret]:
    from reconciler.app.text_files import read_text

    if config is None:
        found, where = environment.get(VARIABLE, "").split(), VARIABLE
    else:
        try:
            text = read_text(config)
        except ValueError:
            text = ""
        lines = (each.strip() for each in text.splitlines())
        found, where = [each for each in lines if each and not each.startswith("#")], str(config)
    if not found:
        hint = "one apprise URL on a line, for example jsons://hooks.example.com/drift; https://appriseit.com has more"
        raise Refused([error("no-notification-url", f"{where} says no URL to send notifications to", hint=hint)])
    return [Secret(each) for each in found]
