"""Short messages to a chat, a mailbox or a webhook, through apprise. Where to send them is a URL that holds a secret.

Nothing of a URL is ever told: a service is called by its number in the list and by what it is. Messages go over TLS
with a certificate that holds, or to this very machine, and where a service says that it has moved, they do not follow.
A service that answers without end is given up: apprise bounds the wait for each part of an answer, not that for all.
"""

from __future__ import annotations

import ctypes
import logging
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from inspect import signature
from io import StringIO
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import unquote

from apprise import Apprise, AppriseAsset, LogCapture, NotifyBase, NotifyFormat, NotifyType, OverflowMode

from reconciler.api.urls import is_loopback
from reconciler.diagnostics import Diagnostic, Refused, error
from reconciler.model.message import Message, Tone
from reconciler.report.scrub import SHORTEST, Scrubber
from reconciler.secret import Secret

_PIECE: Final = re.compile(r"[^/?&=:@#+,\s]+")
_LONGEST: Final = 300
"""Characters of what a service's failure is told with."""
PATIENCE: Final = 30.0
"""Seconds that a service has to take a message."""
_TYPES: Final = MappingProxyType(
    {
        Tone.GOOD: NotifyType.SUCCESS,
        Tone.INFO: NotifyType.INFO,
        Tone.WARNING: NotifyType.WARNING,
        Tone.BAD: NotifyType.FAILURE,
    }
)


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A service that did not take a message: `service` is `1 of 2 (Slack)`, `why` what apprise says of it."""

    service: str
    why: str


class Services:
    """Where messages go. Each of them has `patience` seconds for a message."""

    def __init__(self, urls: Sequence[Secret], plugins: Sequence[NotifyBase], patience: float) -> None:
        self._urls = urls
        self._plugins = plugins
        self._patience = patience

    def send(self, message: Message) -> list[Undelivered]:
        """Send a message to each service; those that did not take it."""
        found = []
        for number, (url, plugin) in enumerate(zip(self._urls, self._plugins, strict=True), start=1):
            with _told(logging.WARNING) as log:
                sent = _within(self._patience, partial(_deliver, plugin, message))
                said = " ".join(log.getvalue().split())
            if sent is None:
                said = f"it took more than {self._patience:g} s"
            if not sent:
                why = Scrubber([*self._urls, *_pieces(url)]).text(said)[:_LONGEST]
                found.append(Undelivered(f"{number} of {len(self._urls)} ({plugin.service_name})", why))
        return found


def _deliver(plugin: NotifyBase, message: Message) -> bool:
    sent = _sender(plugin).notify(
        body=message.body,
        title=message.title,
        notify_type=_TYPES[message.tone],
        body_format=NotifyFormat.MARKDOWN,
    )
    return bool(sent)


def _within(seconds: float, deliver: Callable[[], bool]) -> bool | None:
    """What `deliver` says, None when it takes too long: then it is broken off, as soon as it hears of something."""
    said: list[bool] = []
    raised: list[Exception] = []

    def work() -> None:
        try:
            said.append(deliver())
        except Exception as problem:  # noqa: BLE001 - raised where it is waited for
            raised.append(problem)
        except SystemExit:  # it is broken off, and nobody waits for it
            return

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit))
        return None
    for each in raised:
        raise each
    return said[0]


def open_services(urls: Sequence[Secret], patience: float = PATIENCE) -> Services:
    """The services of some URLs. Raises `Refused` for those that are none, or that anybody could listen to."""
    plugins, problems = [], []
    for number, url in enumerate(urls, start=1):
        where = f"notification URL {number} of {len(urls)}"
        with _told(logging.CRITICAL):  # what apprise says of a URL may quote it
            plugin = Apprise.instantiate(url.reveal(), asset=_asset())
        if not isinstance(plugin, NotifyBase):
            problems.append(_problem(f"{where} is of no service that apprise knows, or lacks a part of one", _KNOWN))
        elif why := _open_to_others(url, plugin):
            problems.append(_problem(f"{where} ({plugin.service_name}) {why}", _SAFE))
        else:
            plugin.redirects = False
            if plugin.overflow_mode is OverflowMode.UPSTREAM:
                plugin.overflow_mode = OverflowMode.SPLIT
            plugins.append(plugin)
    if problems:
        raise Refused(problems)
    return Services(urls, plugins, patience)


_KNOWN: Final = "https://appriseit.com has the services and how their URLs are made up; `jsons://host/path` is one"
_SAFE: Final = "use the form of the URL that is for https (`jsons://` for `json://`), without `verify=no`"


def _problem(summary: str, hint: str) -> Diagnostic:
    return error("notification-url", summary, hint=hint)


def _asset() -> AppriseAsset:
    """No files of its own, no requests beside those that were asked for, no text that becomes another one."""
    # of newer versions: a bound that leaves a thread behind, which keeps the process from ending
    bound: dict[str, Any] = {"service_timeout": 0} if "service_timeout" in signature(AppriseAsset).parameters else {}
    return AppriseAsset(
        app_id="reconciler",
        app_desc="reconciler",
        app_url="",
        async_mode=False,
        http_redirects=False,
        image_url_logo="",
        image_url_mask="",
        interpret_emojis=False,
        interpret_escapes=False,
        storage_mode="memory",
        **bound,
    )


def _told(level: int) -> AbstractContextManager[StringIO]:
    """What apprise says meanwhile, which nobody else hears."""
    return LogCapture(level=level, fmt="%(message)s")  # type: ignore[no-untyped-call]


def _sender(plugin: NotifyBase) -> Apprise:
    sender = Apprise(asset=plugin.asset)
    sender.add(plugin)
    return sender


def _open_to_others(url: Secret, plugin: Any) -> str:
    """Why others could read what is sent, empty where they could not. A service that has no scheme without TLS is
    reached by TLS alone.
    """
    if is_loopback(plugin.host or ""):
        return ""
    if not plugin.verify_certificate:
        return "does not check whom it talks to (`verify=no`)"
    scheme = url.reveal().partition("://")[0].strip().lower()
    plain = plugin.protocol and not plugin.secure and scheme not in _names(plugin.secure_protocol)
    address = str(getattr(plugin, "notify_url", "") or "")
    if plain or address.startswith("http://") or getattr(plugin, "secure_mode", "") == "insecure":
        return "would send in the clear"
    return ""


def _names(schemes: str | Sequence[str] | None) -> tuple[str, ...]:
    return (schemes,) if isinstance(schemes, str) else tuple(schemes or ())


def _pieces(url: Secret) -> Iterator[Secret]:
    """The parts of a URL, each of which may be the token."""
    for each in _PIECE.findall(url.reveal()):
        for text in {each, unquote(each)}:
            if len(text) >= SHORTEST:
                yield Secret(text)
