"""A look at a stack and its account: what was compared and when, or why it could not be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reconciler.diagnostics import Diagnostic
from reconciler.model.plan import Plan


@dataclass(frozen=True, slots=True)
class Looked:
    """A stack that was compared with the account `at` a moment, by a plan that nobody is going to apply. `title` is
    the file or folder that it is written in, for a person; `findings` are the warnings of its files.
    """

    plan: Plan
    at: datetime
    title: str = ""
    findings: tuple[Diagnostic, ...] = ()

    @property
    def stack(self) -> str:
        return self.plan.stack


@dataclass(frozen=True, slots=True)
class NotLooked:
    """A stack that could not be compared: `findings` say why, `code` is what a command would exit with. `stack` is its
    name as far as that is known, else the title.
    """

    stack: str
    title: str
    findings: tuple[Diagnostic, ...]
    code: int


Look = Looked | NotLooked
