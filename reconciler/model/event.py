"""What happens while a plan is applied, as values: a terminal, plain lines and JSON lines all read these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from reconciler.diagnostics import Diagnostic
from reconciler.model.kind import Verb
from reconciler.model.plan import Counts


class Result(StrEnum):
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"  # something that it needs failed
    ABANDONED = "abandoned"  # interrupted before it ended; the next run picks it up by its mark


@dataclass(frozen=True, slots=True)
class Started:
    """A step's call is about to be sent. `at` is seconds since the run began."""

    address: str
    kind: str
    verb: Verb
    at: float
    id: str = ""


@dataclass(frozen=True, slots=True)
class Progressed:
    """A slow object is on its way: the API's percentage (0-100) and its latest provisioning event."""

    address: str
    kind: str
    verb: Verb
    at: float
    elapsed: float
    percentage: float | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """A step is over. `reason` is set unless it is done; `diagnostic` leads to the YAML line that is to blame."""

    address: str
    kind: str
    verb: Verb
    at: float
    result: Result
    elapsed: float = 0.0
    id: str = ""
    reason: str = ""
    diagnostic: Diagnostic | None = None
    implied: bool = False


@dataclass(frozen=True, slots=True)
class Noted:
    """Something a person should know that belongs to no step (a retry, a pause for a rate limit, an interrupt)."""

    message: str
    at: float


Event = Started | Progressed | Ended | Noted


@dataclass(frozen=True, slots=True)
class Remains:
    """An object of ours that is still listed after a destroy.

    `hourly` is what it and the strangers in it cost an hour, where they are `billed`; None where no price is known.
    """

    address: str
    kind: str
    id: str
    reason: str = ""
    billed: bool = False
    hourly: Decimal | None = None


@dataclass(frozen=True)
class Report:
    """How a run ended. `ended` has one entry a step, in the order they ended."""

    operation: str
    counts: Counts
    ended: tuple[Ended, ...]
    outputs: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    secret_outputs: frozenset[str] = frozenset()
    diagnostics: tuple[Diagnostic, ...] = ()
    interrupted: bool = False
    remains: tuple[Remains, ...] = ()
    unproven: bool = False
    """Whether the lists did not show in the end what should be there or gone; `diagnostics` say what."""

    @property
    def complete(self) -> bool:
        stopped = self.interrupted or self.unproven or bool(self.remains)
        return not stopped and all(each.result is Result.DONE for each in self.ended)
