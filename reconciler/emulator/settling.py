"""What time does to the stored world: for each kind of record, when it falls due and what is then done.

Most of time's work is computed on reading. What changes the stored world (a deleted device goes, a failed
one is taken away, a batch makes its devices) is carried out when somebody next looks, at the moment it was
due. A group of endpoints names its kinds in `SETTLED` of its module under `routes/`:

    SETTLED: Settlings = {Device: Settling(lifecycle.due, device_end.settle)}

`settle` is given a call without path and parameters whose `now` is the moment that was due. It has to take
the record out, or leave it with another due time or none: what stays due would be settled for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.emulator.agenda import DueOf
from reconciler.emulator.call import Write
from reconciler.emulator.records import LateRequest, Record


@dataclass(frozen=True, slots=True)
class Settling:
    """What time does to one kind of record. Both functions take records of that kind."""

    due: Callable[[Any], float | None]
    """When the record as it is falls due; None is never."""
    settle: Callable[[Write, Any], None]
    """Does what fell due, at `call.now`. Refusing (`ApiError`) is not for it: nobody would hear."""


Settlings = Mapping[type[Record], Settling]


def due_of(settlings: Settlings) -> DueOf:
    """When a record of whatever kind falls due. A late request does by itself; see `performer.py`."""

    def due(record: Record) -> float | None:
        if isinstance(record, LateRequest):
            return record.due
        settling = settlings.get(type(record))
        return None if settling is None else settling.due(record)

    return due
