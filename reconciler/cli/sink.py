"""The only way out: everything that a command prints passes here. Secrets are taken out on the way, and what a terminal
or a CI runner would act upon is made visible, whoever wrote the text.

Data goes to stdout, all else to stderr. A reader that went away (`| head`) is no error.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from reconciler.diagnostics import Diagnostic
    from reconciler.model.plan import Plan
    from reconciler.report.scrub import Scrubber
    from reconciler.secret import Secret


class Sink:
    """Two streams, the secrets to keep out of them, and whether colour is wanted."""

    def __init__(
        self, out: TextIO, err: TextIO, *, environment: Mapping[str, str] | None = None, no_color: bool = False
    ) -> None:
        self._out = out
        self._err = err
        environment = os.environ if environment is None else environment
        plain = no_color or bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"
        self.colour_out = not plain and _is_terminal(out)
        self.colour_err = not plain and _is_terminal(err)
        self.err_is_terminal = _is_terminal(err) and environment.get("TERM") != "dumb"
        self._secrets: tuple[Secret, ...] = ()
        self._built: tuple[tuple[Secret, ...], Scrubber] | None = None

    @property
    def err(self) -> TextIO:
        return self._err

    def hide(self, secrets: Iterable[Secret]) -> None:
        """Keep these texts out of everything that follows."""
        self._secrets = (*self._secrets, *secrets)

    @property
    def scrubber(self) -> Scrubber:
        """Of the secrets that are known now; threads may ask while more become known."""
        secrets, built = self._secrets, self._built
        if built is None or built[0] is not secrets:
            from reconciler.report.scrub import Scrubber

            built = self._built = (secrets, Scrubber(secrets))
        return built[1]

    def data(self, text: str) -> None:
        """Lines for stdout."""
        _write(self._out, self._clean(text, colour=self.colour_out))

    def line(self, text: str) -> None:
        """One line for stdout that may quote foreign text."""
        from reconciler.report.page import line_text

        self.data(f"{line_text((text,), colour=False)}\n")

    def foreign(self, text: str) -> None:
        """Lines for stdout that somebody else wrote, all of them: not even colours are theirs to set."""
        _write(self._out, self._clean(text, colour=False))

    def json(self, value: Any, *, line: bool = False) -> None:
        """A JSON value for stdout: indented, or on one line."""
        import json

        from reconciler.report.events import dump
        from reconciler.report.page import safe_json

        clean = self.scrubber.value(value)
        _write(self._out, f"{dump(clean) if line else safe_json(json.dumps(clean, indent=2))}\n")

    def page(self, plan: Plan, approval: str) -> None:
        """An HTML page for stdout. Secrets are taken out of its texts before they are markup, where they would be spelt
        otherwise; to take them out of the page would break its style and script wherever a secret is a word of those.
        """
        from reconciler.report.html.page import render_page

        _write(self._out, render_page(plan, approval=approval, hide=self.scrubber.text))

    def reveal(self, text: str) -> None:
        """Text for stdout as it is: for a secret that was asked for by its name."""
        _write(self._out, text)

    def verbatim(self, text: str) -> None:
        """Text for stdout that was given to be given back, for a program to read: only secrets are taken out."""
        _write(self._out, self.scrubber.text(text))

    def composed(self, text: str) -> None:
        """Text for stdout that is held together by markup, for a program to read. Whoever composed it has taken the
        secrets out of its parts: to do so here could take the markup apart.
        """
        from reconciler.report.page import harmless

        _write(self._out, harmless(text, colour=False))

    def say(self, text: str) -> None:
        """Lines for stderr."""
        _write(self._err, self._clean(text, colour=self.colour_err))

    def trace(self, text: str) -> None:
        """Lines for stderr that quote who knows what: a traceback."""
        _write(self._err, self._clean(text, colour=False))

    def note(self, text: str) -> None:
        """One line for stderr that may quote foreign text."""
        from reconciler.report.page import line_text

        self.say(f"{line_text((text,), colour=False)}\n")

    def diagnostics(self, found: Sequence[Diagnostic]) -> None:
        """Findings for stderr."""
        from reconciler.cli.excerpts import with_excerpt
        from reconciler.report.diagnostics_text import render_diagnostics

        self.say(render_diagnostics([with_excerpt(each) for each in found], colour=self.colour_err))

    def _clean(self, text: str, *, colour: bool) -> str:
        from reconciler.report.page import harmless

        return harmless(self.scrubber.text(text), colour=colour)


def standard_sink(*, no_color: bool = False) -> Sink:
    return Sink(sys.stdout, sys.stderr, no_color=no_color)


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except OSError as problem:
        if problem.errno != errno.EPIPE:
            raise
        _forget(stream)


def _forget(stream: TextIO) -> None:
    """Nobody reads this stream any more: let it write into nothing, at exit too."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, stream.fileno())
    os.close(nothing)


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False
