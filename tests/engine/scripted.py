"""Steps of an apply against an API that says what the test tells it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.engine.creating import Creator
from reconciler.engine.perform import Performer
from reconciler.engine.sending import Sender
from reconciler.engine.stop import Stop
from reconciler.engine.task import Outcome, Task
from reconciler.kinds.vlan import Vlan
from reconciler.model.journal import Answered, Intent, Journal, JournalFailed
from reconciler.model.kind import Kind, Verb, Verdict, Wish
from reconciler.model.live import LiveObject, Phase, Status
from reconciler.model.mark import Mark
from reconciler.model.plan import Step, step_id
from reconciler.values import parse_address
from reconciler.wire import Account, Call, Gone, InDoubt, Listing, Rejected

from .account import VirtualClock

AT = parse_address("projects.p.vlans.a")
MARK = Mark("shop", str(AT))
GET = Call("GET", "/vlans/{id}", "/vlans/a1")


class Thing(Vlan):
    """A VLAN whose kind says what the test needs."""

    waits = True
    verdicts: Mapping[int, Verdict] = {423: Verdict.LATER, 409: Verdict.DONE, 404: Verdict.NEXT}
    alternatives = 1
    first: Call | None = None
    second: Call | None = None

    def verdict(self, verb: Verb, rejected: Rejected) -> Verdict:
        assert verb in Verb
        return self.verdicts.get(rejected.status, Verdict.FAILED)

    def creates(self, wish: Wish) -> tuple[Call, ...]:
        one = self.create(wish)
        return tuple(
            replace(one, path=f"{one.path}?{number}") if number else one for number in range(self.alternatives)
        )

    def look_first(self, wish: Wish) -> Call | None:
        return replace(self.first, path=f"/first/{wish.parent_id}") if self.first is not None else None

    def objection(self, body: Mapping[str, Any], wish: Wish) -> str:
        return f"taken by {body['by']} and not by {wish.parent_id}" if body.get("by") else ""

    def finish(self, wish: Wish, live: LiveObject) -> Call | None:
        return replace(self.second, path=f"/vlans/{live.id}") if self.second is not None else None

    def regard(self, values: Mapping[str, Any], live: LiveObject) -> LiveObject:
        return replace(live, label=str(values["description"]))

    def update(self, wish: Wish, live: LiveObject, changed: frozenset[str]) -> Call:
        body = {name: wish.values[name] for name in sorted(changed)}
        return Call("PUT", "/vlans/{id}", f"/vlans/{live.id}", body=body)

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Any:
        for live in super().read(body, owner_id):
            yield replace(live, status=Status(Phase(body.get("phase", "ready")), str(body.get("phase", ""))))


def thing(**settings: Any) -> Kind:
    return type("Thing", (Thing,), settings)()  # type: ignore[no-any-return]


def body(identifier: str, address: str = str(AT), stack: str = "shop", **more: Any) -> dict[str, Any]:
    return {"id": identifier, "description": f"d [reconciler:{stack}:{address}]", "facility_code": "ewr1", **more}


Answer = Any | Exception | Callable[[], Any]


@dataclass
class Script(Account):
    """Answers what is next; its list shows what a function of the time says."""

    clock: VirtualClock
    answers: list[Answer] = field(default_factory=list)
    shows: Callable[[float], list[dict[str, Any]]] = lambda _: []
    sent: list[tuple[float, str, str]] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    listed: list[float] = field(default_factory=list)
    only: str = ""

    def send(self, call: Call) -> Any:
        self.sent.append((self.clock.now(), call.method, call.path))
        self.bodies.append(call.body)
        self.steps.append(call.step)
        answer = self.answers.pop(0)
        answer = answer() if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    def fetch(self, listing: Listing) -> list[dict[str, Any]]:
        assert self.only in ("", listing.path)
        self.listed.append(self.clock.now())
        return self.shows(self.clock.now())


@dataclass
class Kept(Journal):
    lines: list[tuple[Any, ...]] = field(default_factory=list)
    full_after: int = 99

    def intend(self, intent: Intent) -> None:
        if len(self.lines) >= self.full_after:
            raise JournalFailed("no space")
        self.lines.append(("intend", intent.address, intent.kind, intent.body))

    def answered(self, address: str, how: Answered, identifier: str = "", request_id: str = "") -> None:
        self.lines.append((how.value, address, identifier, request_id))


class Bench:
    def __init__(self, *answers: Answer, settle: float = 5.0) -> None:
        self.clock, self.stop, self.journal, self.notes = VirtualClock(), Stop(), Kept(), list[str]()
        self.api = Script(self.clock, list(answers))
        self.sender = Sender(self.api, self.clock, random.Random(1), self.stop, settle, self.notes.append)

    def shows(self, *bodies: dict[str, Any], since: float = 0.0) -> Bench:
        self.api.shows = lambda now: list(bodies) if now >= since else []
        return self

    def create(self, each: Task) -> Outcome:
        found = Creator(self.sender, self.journal).create(each)
        assert found.step is each.step
        return found

    def perform(self, each: Task) -> Outcome:
        found = Performer(self.sender, self.journal).perform(each)
        assert found.step is each.step
        return found

    @property
    def methods(self) -> list[str]:
        return [method for _, method, _ in self.api.sent]

    @property
    def moments(self) -> list[float]:
        return [moment for moment, _, _ in self.api.sent]


def task(kind: Kind, verb: Verb = Verb.CREATE, live: LiveObject | None = None, **more: Any) -> Task:
    wish = Wish({"facility": "ewr1", "description": "d"}, MARK, "p", "p")
    step = Step(step_id(AT, verb), AT, verb, kind.name, "")
    return Task(step, kind, wish, live, **{"patience": 60.0, **more})


def there(**more: Any) -> LiveObject:
    return LiveObject("vlan", "a1", "d", {"facility": "ewr1", "description": "d"}, {}, MARK, "p", "p", **more)


def refused(status: int, text: str = "no", request: str = "r-1") -> Rejected:
    shape = Gone if status == 404 else Rejected
    return shape(f"HTTP {status}", status=status, errors=(text,), request_id=request)


LOST = InDoubt("the line died")
