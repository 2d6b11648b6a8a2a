"""Progress on a terminal: finished lines scroll by, below them stands a table of what is running now.

The table shows the resources that have run longest and only counts the rest, so a thousand at once fit on a small
screen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from reconciler.model.event import Ended, Event, Noted, Progressed, Started
from reconciler.model.kind import Verb
from reconciler.report import words
from reconciler.report.page import Span, Style, safe
from reconciler.report.progress import event_line

SHOWN = 15
_RICH = {
    Style.PLAIN: "",
    Style.BOLD: "bold",
    Style.DIM: "bright_black",
    Style.RED: "red",
    Style.GREEN: "green",
    Style.YELLOW: "yellow",
    Style.CYAN: "cyan",
    Style.BOLD_RED: "bold red",
    Style.BOLD_GREEN: "bold green",
    Style.BOLD_YELLOW: "bold yellow",
}
SHOW_CURSOR = "\x1b[?25h"
"""What undoes the display's hiding of the cursor, for an exit that runs no clean-up."""


@dataclass(frozen=True, slots=True)
class Running:
    """A step under way; `since` is in the display's own seconds."""

    address: str
    verb: Verb
    since: float
    percentage: float | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class _TheEnd:
    """A line that loses its beginning where it is too long: addresses differ in their ends."""

    text: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        end = len(self.text)
        cut = next((each for each in range(end) if self._room(each) <= options.max_width), end)
        yield Text.assemble("…", self.text[cut:]) if cut else self.text

    def _room(self, cut: int) -> int:
        """How many columns it takes without its first `cut` characters."""
        return self.text[cut:].cell_len + 1 if cut else self.text.cell_len


class LiveProgress:
    """Listens to the events of a run and keeps the display; a context manager. `total` is the number of steps.

    `now` gives monotonic seconds; `scrub` takes secrets out of a text. Events may come from one thread while the
    display refreshes in another.
    """

    def __init__(
        self,
        console: Console,
        total: int,
        now: Callable[[], float],
        scrub: Callable[[str], str] = lambda text: text,
    ) -> None:
        self._console = console
        self._total = total
        self._now = now
        self._scrub = scrub
        self._lock = threading.Lock()
        self._running: dict[tuple[str, Verb], Running] = {}
        self._finished = 0
        self._footer = ""
        self._began = now()
        self._live = Live(console=console, transient=True, refresh_per_second=5, get_renderable=self.table)

    def __enter__(self) -> LiveProgress:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._live.stop()

    def say(self, text: str) -> None:
        """Keep these lines below the table."""
        self._footer = text

    def __call__(self, event: Event) -> None:
        with self._lock:
            self._take(event)
        if isinstance(event, Ended | Noted):
            self._console.print(self._text(event_line(event)), soft_wrap=True)

    def _take(self, event: Event) -> None:
        match event:
            case Started():
                self._running[event.address, event.verb] = Running(event.address, event.verb, self._now())
            case Progressed():
                since = self._now() - event.elapsed
                known = self._running.get((event.address, event.verb))
                since = known.since if known is not None else since
                latest = Running(event.address, event.verb, since, event.percentage, event.message)
                self._running[event.address, event.verb] = latest
            case Ended():
                self._running.pop((event.address, event.verb), None)
                self._finished += 1

    def table(self) -> RenderableType:
        """What stands below the finished lines at this moment."""
        with self._lock:
            running = sorted(self._running.values(), key=lambda each: (each.since, each.address))
            finished = self._finished
        now = self._now()
        rows = Table.grid(padding=(0, 1), expand=True)
        rows.add_column(ratio=3, no_wrap=True)
        rows.add_column(ratio=2, no_wrap=True, overflow="ellipsis")
        rows.add_column(width=10)
        rows.add_column(justify="right", width=7)
        for each in running[:SHOWN]:
            stage = words.stage(each.verb, each.percentage, each.message) or f"{words.doing(each.verb).lower()}..."
            rows.add_row(
                _TheEnd(self._text((each.address,))),
                self._text(((stage, Style.DIM),)),
                ProgressBar(total=100, completed=each.percentage or 0, width=10) if each.percentage is not None else "",
                words.duration(now - each.since),
            )
        more = f", {len(running) - SHOWN} more not shown" if len(running) > SHOWN else ""
        total = f"{finished}/{self._total} done, {len(running)} running{more}, {words.duration(now - self._began)}"
        lines: list[RenderableType] = [rows, self._text(((total, Style.BOLD),))]
        lines += [self._text(((each, Style.YELLOW),)) for each in self._footer.splitlines()]
        return Group(*lines)

    def _text(self, spans: tuple[Span, ...]) -> Text:
        styled = ((each, Style.PLAIN) if isinstance(each, str) else each for each in spans)
        return Text.assemble(*((self._scrub(safe(text)), _RICH[style]) for text, style in styled))
