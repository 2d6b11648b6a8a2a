"""Progress as plain lines, for logs and pipes: what began, a sign of life now and then, what ended."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.model.event import Ended, Event, Noted, Progressed, Result, Started
from reconciler.model.kind import Verb
from reconciler.report import words
from reconciler.report.page import Span, Style, line_text

EVERY = 10.0
"""Seconds between two signs of life of one resource."""


def event_line(event: Event) -> tuple[Span, ...]:
    """One event in one line."""
    match event:
        case Started():
            return _bold_address(event.address, words.started(event))
        case Progressed():
            return _bold_address(event.address, words.progressed(event))
        case Ended():
            line = _bold_address(event.address, words.ended(event))
            if event.result is Result.DONE:
                return line
            reason = f": {event.reason}" if event.reason else ""
            style = Style.RED if event.result is Result.FAILED else Style.YELLOW
            return (line[0], (f"{words.ended(event).removeprefix(event.address)}{reason}", style))
        case Noted():
            return ((event.message, Style.DIM),)


class PlainProgress:
    """Listens to the events of a run and writes lines."""

    def __init__(self, write: Callable[[str], None], *, colour: bool = False) -> None:
        self._write = write
        self._colour = colour
        self._last: dict[str, float] = {}

    def __call__(self, event: Event) -> None:
        match event:
            case Started():
                self._last[event.address] = event.at
            case Progressed():
                if event.at - self._last.get(event.address, event.at - event.elapsed) < EVERY:
                    return
                self._last[event.address] = event.at
            case Ended(verb=Verb.CHECK, result=Result.SKIPPED):
                return  # nothing was there to be checked
            case Ended():
                self._last.pop(event.address, None)
        self._write(f"{line_text(event_line(event), colour=self._colour)}\n")


def _bold_address(address: str, text: str) -> tuple[Span, Span]:
    return (address, Style.BOLD), text.removeprefix(address)
