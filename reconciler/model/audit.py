"""What is known afterwards of a run that changed, or was to change, an account: who, of which commit, what, and how.

Texts of the environment, of stacks and of the API are foreign in all of these. There are no values of resources.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reconciler.model.plan import Counts

FORMAT: Final = 1
"""Of the log's lines; the first line of a run says it."""


class Entry(StrEnum):
    """What a line of the log is about."""

    BEGIN = "begin"
    START = "start"  # a step's first call is about to be sent
    CALL = "call"  # one attempt to send a call of a step
    STEP = "step"  # a step is over
    END = "end"


class CommitFrom(StrEnum):
    """How a commit is known."""

    CHECKOUT = "checkout"  # it is checked out where the stack's files are
    CI = "ci"  # the CI system says so


class State(StrEnum):
    """How far a run has come."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"  # some steps failed, or it is not proven that all is as it should be
    INTERRUPTED = "interrupted"
    FAILED = "failed"  # refused, or broken off by a mistake
    UNDER_WAY = "under way"  # its process is there
    CUT_OFF = "cut off"  # its process is gone, and wrote no end
    UNKNOWN = "no end"  # it wrote no end, on another machine


@dataclass(frozen=True, slots=True)
class Origin:
    """Who runs something, where, and of which commit of the stack's repository; empty where it is not known.

    `actor` is whom the CI system names, else the `login` on the machine. `ci_commit` is the commit that the CI system
    names, which need not be the one that is checked out. Nothing says whether the files were changed since.
    """

    actor: str
    login: str
    host: str
    ci: str = ""
    ci_run: str = ""
    ci_url: str = ""
    commit: str = ""
    commit_from: CommitFrom | None = None
    ci_commit: str = ""


@dataclass(frozen=True, slots=True)
class Lifted:
    """A waiver without which the plan would have been refused. `until` is a day (UTC), `targets` is empty for all."""

    rail: str
    reason: str
    until: str
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a run when it begins. `api` is the API's URL, or the file of the embedded emulator's world where
    `emulated`. `approved` says by what: `question`, `--yes`, `--repair` or `saved plan`; `digest` is the plan's
    approval digest, and `bound` that the run was to do that plan only. `allow_deletes` is None where nobody said a
    number.
    """

    run: str
    command: str
    stack: str
    api: str
    emulated: bool
    tool: str
    pid: int
    origin: Origin
    digest: str
    planned: Counts
    approved: str
    bound: bool = False
    targets: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    allow_deletes: int | None = None
    accept_vanished: bool = False
    waivers: tuple[Lifted, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One attempt to send a call of a step: see `wire.Attempt`. `at` is seconds since the epoch."""

    at: float
    method: str
    route: str
    ending: str
    status: int = 0
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """One step of a run; `result` is empty while it has not ended, and `begun` None where it never began. `code` is
    that of the finding that a failed step left. Times are seconds since the epoch.
    """

    address: str
    kind: str
    verb: str
    begun: float | None = None
    ended: float | None = None
    result: str = ""
    id: str = ""
    code: str = ""
    implied: bool = False
    requests: tuple[Request, ...] = ()

    def concerns(self, what: str) -> bool:
        """Whether it was done to an address, to something in it or an instance of it, or to an object by its id."""
        if what in (self.address, self.id):
            return True
        return self.address.startswith((f"{what}.", f"{what}["))


@dataclass(frozen=True, slots=True)
class Run:
    """A run as the log has it. `done` counts what its steps did, `failed` those that failed, `left` those that were
    skipped, interrupted or never ended. `deeds` are those that were asked for. Times are seconds since the epoch.
    """

    head: Head
    begun: float
    ended: float | None
    exit_code: int | None
    state: State
    done: Counts
    failed: int = 0
    left: int = 0
    deeds: Sequence[Deed] = ()
