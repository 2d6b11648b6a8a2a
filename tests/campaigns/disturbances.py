"""What strikes a chain of runs, and where: on the way to the emulator and in front of the journal.

A disturbance is a text. `N` counts the attempts of the client since the chain began, over all of its runs, and `jN` the
calls of its journal:

    12:crash-before             the process dies before call 12 is sent
    12:crash-after              ... when call 12 was carried out and its answer has not come in
    j3:crash-before             ... before the journal has the third entry: answered and not written down, for one
    j3:crash-after              ... when it was written down
    12:late_commit,seconds=4    a fault of the emulator at call 12
    12-20:status,status=503     ... at all of these calls
    12:hide,item=-1             the list that call 12 reads leaves out its last item
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.api.answer import Answer, Unreadable
from reconciler.emulator import Emulator
from reconciler.emulator.faults import Rule
from reconciler.model.journal import Answered, Intent, Journal
from tests.worlds.account import DirectTransport, WorldClock

SETTLE_SECONDS = 10.0
LONGEST_SECONDS = 24 * 3600.0
"""Of one run, in virtual time; a run that is longer hangs."""
MOST_CALLS = 2000
"""Of one chain of runs; far more than any of them needs."""
Mangle = Callable[[int, str, str, Answer], Answer]
"""By the number of a call, its method and its target: what the client gets in the place of an answer."""


class Crash(BaseException):
    """The process died here."""


class Endless(BaseException):
    """A run went on longer, or asked more often, than any run needs to."""


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What happens at calls `first` to `last` (of the journal, with `journal`): `crash-before`, `crash-after`, or a
    fault as the emulator's rules say it.
    """

    first: int
    last: int
    journal: bool
    what: str
    more: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> Disturbance:
        where, _, rest = text.partition(":")
        journal = where.startswith("j")
        first, _, last = where.removeprefix("j").partition("-")
        what, *more = rest.split(",")
        options = dict(each.split("=") for each in more)
        given = {name: float(value) if "." in value else int(value) for name, value in options.items()}
        return cls(int(first), int(last or first), journal, what, given)

    @property
    def bounded(self) -> bool:
        """Whether nothing that it does shows later than a settle window allows for."""
        if self.what == "stale_list":
            return 0 < self.more.get("seconds", 0) < SETTLE_SECONDS
        return self.what != "late_commit" or self.more.get("seconds", 1) < SETTLE_SECONDS

    @property
    def lies(self) -> bool:
        """Whether a list says what nobody can tell from the truth: the run that reads it cannot be held to it."""
        return self.what in ("hide", "empty_list") or (self.what == "stale_list" and not self.bounded)

    def rule(self) -> dict[str, Any]:
        return {"method": "*", "route": "*", "kind": self.what, **self.more}


class Tripwire:
    """The disturbances of a chain of runs, and how many of them have happened."""

    def __init__(self, disturbances: Sequence[Disturbance] = ()) -> None:
        self.disturbances = disturbances
        self.calls = 0
        self.entries = 0
        self.struck = 0
        self.lies = 0
        self.over = False
        """Set when nothing is to be disturbed any more."""

    @property
    def bounded(self) -> bool:
        return all(each.bounded for each in self.disturbances)

    def at_call(self) -> list[Disturbance]:
        self.calls += 1
        return self._at(self.calls, journal=False)

    def at_entry(self) -> list[Disturbance]:
        self.entries += 1
        return self._at(self.entries, journal=True)

    def _at(self, number: int, *, journal: bool) -> list[Disturbance]:
        every = () if self.over else self.disturbances
        found = [each for each in every if each.journal is journal and each.first <= number <= each.last]
        self.struck += len(found)
        self.lies += sum(each.lies for each in found)
        return found


class Line(DirectTransport):
    """The way to the emulator, with a tripwire on it. `meanwhile` are others' deeds by the number of the call before
    which they happen.
    """

    def __init__(self, emulator: Emulator, tripwire: Tripwire, clock: WorldClock) -> None:
        super().__init__(emulator)
        self._tripwire = tripwire
        self._clock = clock
        self._until = clock.now() + LONGEST_SECONDS
        self.meanwhile: dict[int, list[Callable[[], None]]] = {}
        self.mangle: Mangle | None = None

    def attempt(self, method: str, target: str, body: bytes | None) -> Any:
        at_hand = self._tripwire.at_call()
        if self._tripwire.calls > MOST_CALLS or self._clock.now() > self._until:
            raise Endless(f"{self._tripwire.calls} calls, {method} {target}")
        for deed in self.meanwhile.pop(self._tripwire.calls, ()):
            deed()
        for each in at_hand:
            if each.what == "crash-before":
                raise Crash(f"before {method} {target}")
        faults = self._emulator._engine.faults
        rules = [each.rule() for each in at_hand if each.what not in _OF_THE_KIT]
        faults.replace([Rule.parse(each, frozenset()) for each in rules])
        crashes = len(self.crashes)
        try:
            answer = super().attempt(method, target, body)
            for each in at_hand:
                if each.what == "hide" and method == "GET":
                    answer = _hidden(answer, int(each.more.get("item", -1)))
                if each.what == "truncate_page" and method == "GET" and not _counted(answer):
                    self._tripwire.lies += 1
            return answer if self.mangle is None else self.mangle(self._tripwire.calls, method, target, answer)
        finally:
            faults.replace([])
            if rules:
                del self.crashes[crashes:]  # a 500 on order
            if any(each.what == "crash-after" for each in at_hand):
                raise Crash(f"after {method} {target}")


_OF_THE_KIT = ("crash-before", "crash-after", "hide")


def _counted(answer: Answer) -> bool:
    """Whether a list says how long it is, so that one that was cut can be told."""
    try:
        body = answer.decoded()
    except Unreadable:
        return True  # whoever reads it can tell
    meta = body.get("meta") if isinstance(body, dict) else None
    return isinstance(meta, dict) and "total" in meta


def _hidden(answer: Answer, item: int) -> Answer:
    """A list that says nothing of one of its items; what is no list is as it was."""
    body = answer.decoded()
    if not isinstance(body, dict) or "id" in body:
        return answer
    for name, found in body.items():
        if isinstance(found, list) and found:
            left = [each for number, each in enumerate(found) if number != item % len(found)]
            meta = body.get("meta")
            changed = {**meta, "total": meta["total"] - 1} if isinstance(meta, dict) and "total" in meta else meta
            content = {**body, name: left, **({"meta": changed} if meta is not None else {})}
            return Answer(answer.status, answer.headers, json.dumps(content).encode())
    return answer


class Watched(Journal):
    """A journal on a tripwire, in front of a real one. `rejected` holds the addresses whose creates it was told last
    that the server rejected.
    """

    def __init__(self, behind: Journal, tripwire: Tripwire, rejected: set[str]) -> None:
        self._behind = behind
        self._tripwire = tripwire
        self._rejected = rejected

    def begin(self, stack: str) -> None:
        self._do(lambda: self._behind.begin(stack))

    def intend(self, intent: Intent) -> None:
        self._do(lambda: self._behind.intend(intent))

    def answered(self, address: str, how: Answered, identifier: str = "", request_id: str = "") -> None:
        if how is Answered.REJECTED:
            self._rejected.add(address)
        else:
            self._rejected.discard(address)
        self._do(lambda: self._behind.answered(address, how, identifier, request_id))

    def seen(self, address: str, identifier: str) -> None:
        self._do(lambda: self._behind.seen(address, identifier))

    def end(self) -> None:
        self._do(self._behind.end)

    def owns(self, count: int | None) -> None:
        self._behind.owns(
            count
        )  # no entry of its own to be struck: a run that dies beside it is one that dies elsewhere

    @property
    def owned(self) -> int | None:
        return self._behind.owned

    @property
    def unsettled(self) -> bool:
        return self._behind.unsettled

    def made_within(self, seconds: float) -> bool:
        return self._behind.made_within(seconds)

    @property
    def pending(self) -> bool:
        return self._behind.pending

    def _do(self, write: Callable[[], None]) -> None:
        at_hand = self._tripwire.at_entry()
        if any(each.what == "crash-before" for each in at_hand):
            raise Crash("before an entry of the journal")
        write()
        if any(each.what == "crash-after" for each in at_hand):
            raise Crash("after an entry of the journal")
