"""What a run writes down before and after each create, so that the next run knows what may still be on its way.

An aid and an audit log, never the truth: marks and lists decide. Deleting a journal costs one settle wait and nothing
else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Answered(StrEnum):
    """How a create ended, as far as its answer tells."""

    OK = "ok"
    REJECTED = "rejected"  # the server proved that it did nothing
    UNKNOWN = "unknown"  # sent, and no usable answer came


@dataclass(frozen=True, slots=True)
class Intent:
    """A create about to be sent. `body` is a digest of what is sent: bodies may hold secrets."""

    address: str
    kind: str
    body: str


class JournalFailed(Exception):
    """The journal could not be written, so nothing may be sent. The text is for a person."""


class Journal:
    """Called from several threads at once. This one keeps nothing: for runs that have no place to write to."""

    def begin(self, stack: str) -> None:
        """A run that may create something starts. Raises `JournalFailed`."""

    def intend(self, intent: Intent) -> None:
        """Written and synced before the create is sent. Raises `JournalFailed`: nothing may be sent then."""

    def answered(self, address: str, how: Answered, identifier: str = "", request_id: str = "") -> None:
        """What came back; an entry that was answered OK stays open until the object was seen. Never raises."""

    def seen(self, address: str, identifier: str) -> None:
        """A whole list showed the object: the entry is closed. Never raises."""

    def end(self) -> None:
        """The run is over in an orderly way, interrupted ones included. Never raises."""

    def owns(self, count: int | None) -> None:
        """How many objects the stack has now; None while a run takes some away, and when it is not known how many it
        took. Never raises.
        """

    @property
    def owned(self) -> int | None:
        """How many objects the stack had when the last run ended; None when nobody knows."""
        return None

    @property
    def unsettled(self) -> bool:
        """Whether an earlier run may have made what lists do not show yet: it did not end, or none is known of."""
        return True

    def made_within(self, seconds: float) -> bool:
        """Whether the last create that is known of was sent so lately, seen by a list or not: where lists come from
        several servers that lag, one may show what the next one does not show yet.
        """
        return False

    @property
    def pending(self) -> bool:
        """Whether an earlier run is known to have been cut off, or to have left a create that no list has shown."""
        return False
