"""A last look at an object before it is changed or deleted: what the plan saw has to be there still.

The API has no ETag, so a look and a call are two things, and somebody may come between them; the window is as short as
a list call can make it. One reading of a collection serves all steps that begin soon after it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.clock import Clock
from reconciler.engine.observe import read_collection
from reconciler.model.kind import Kind
from reconciler.model.live import LiveObject
from reconciler.wire import Account, Gone

FRESH_SECONDS = 2.0
"""How old a reading may be that a change or a delete rests on."""


@dataclass(slots=True)
class _Reading:
    reading: threading.Lock = field(default_factory=threading.Lock)
    began: float | None = None
    objects: Mapping[str, LiveObject] = field(default_factory=dict)


class Guard:
    """Looks for many steps, from several threads."""

    def __init__(self, account: Account, clock: Clock) -> None:
        self._account = account
        self._clock = clock
        self._opening = threading.Lock()
        self._readings: dict[tuple[str, str | None], _Reading] = {}

    def now(self, kind: Kind, live: LiveObject) -> LiveObject | None:
        """The object as a list shows it now; None when none does, which is no proof that it is gone. Raises
        `WireError` when the list cannot be read whole.
        """
        with self._opening:
            found = self._readings.setdefault((kind.name, live.owner_id), _Reading())
        with found.reading:
            began = self._clock.now()
            if found.began is None or began - found.began > FRESH_SECONDS:
                try:
                    objects = read_collection(self._account, kind, live.owner_id)
                except Gone:  # what it stands in is not there any more
                    objects = []
                found.objects = {each.id: each for each in objects}
                found.began = began
            return found.objects.get(live.id)

    def objection(self, kind: Kind, live: LiveObject, changed: Mapping[str, object], *, deletes: bool) -> str:
        """Why an object must not be touched as planned; empty when it is as the plan saw it, or already as wanted.

        `changed` are the wanted values of the fields that are to change. Raises `WireError`.
        """
        now = self.now(kind, live)
        if now is None or not now.present:
            return ""
        if live.mark is not None and (now.mark is None or now.mark.stack != live.mark.stack):
            whose = f"it carries the mark of {now.mark.stack}" if now.mark is not None else "its mark was taken off"
            return f"{whose} since the plan was made"
        if deletes and now.locked and not live.locked:
            return "it was locked since the plan was made"
        if deletes and now.label != live.label:
            return f"it is named {now.label!r} now, and was {live.label!r} when the plan was made"
        moved = sorted(
            name
            for name, wanted in changed.items()
            if name in now.values and name in live.values and now.values[name] not in (live.values[name], wanted)
        )
        return f"somebody changed its {', '.join(moved)} since the plan was made" if moved else ""
