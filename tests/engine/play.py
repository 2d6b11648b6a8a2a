"""A whole apply of a plan made by hand, against an API that says what the test tells it, told event by event."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reconciler.engine.elsewhere import Elsewhere
from reconciler.engine.execute import Applied, Apply, Means
from reconciler.engine.lookups import Lookups
from reconciler.engine.stop import Stop
from reconciler.engine.world import PlannedWorld, Standing
from reconciler.model.catalog import Catalog
from reconciler.model.event import Ended, Event, Noted, Progressed, Started
from reconciler.model.kind import Kind, Verb, Verdict, Wish
from reconciler.model.live import LiveObject, Phase, Snapshot, Status
from reconciler.model.mark import Mark
from reconciler.model.plan import Action, Change, FieldChange, Plan, Step, step_id
from reconciler.model.rails import Pacing
from reconciler.model.resource import Resource, Timeouts
from reconciler.values import parse_address
from reconciler.wire import Call

from .account import VirtualClock
from .build import CATALOG, resource
from .scripted import Kept, Script, Thing, body

BEGAN = 1000.0
PROJECT_AT = parse_address("projects.p")
PROJECT = LiveObject("project", "p", "p", {"name": "p"}, {"id": "p"}, Mark("shop", "projects.p"))
LIMITS = Timeouts(create=60.0, delete=30.0)


class Slow(Thing):
    """A VLAN that takes its time to come and to go."""

    verdicts: Mapping[int, Verdict] = {}

    def probe(self, identifier: str) -> Call | None:
        return Call("GET", "/vlans/{id}", f"/vlans/{identifier}")

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        for live in super().read(body, owner_id):
            status = replace(live.status, percentage=body.get("percentage"), message=body.get("message", ""))
            yield replace(live, status=status)


class Quick(Slow):
    waits = False


class Patient(Quick):
    """Waits for what clears by itself."""

    verdicts = {423: Verdict.LATER}


class Stepwise(Slow):
    """Changed call by call, once it is ready."""

    stepwise = True

    def reread(self, wish: Wish, live: LiveObject | None) -> Call:
        return Call("GET", "/vlans/{id}", f"/vlans/{live.id if live is not None else ''}")


@dataclass
class Closing(Kept):
    """A journal that keeps what was closed, too."""

    def seen(self, address: str, identifier: str) -> None:
        self.lines.append(("seen", address, identifier))


def told(event: Event) -> str:
    """An event in a line: when, what of which step, and what is said of it."""
    if isinstance(event, Noted):
        return f"{event.at:g} note: {event.message}"
    step = f"{event.at:g} {event.address.rpartition('.')[2]}:{event.verb}"
    if isinstance(event, Started):
        parts = [step, "starts", event.id]
    elif isinstance(event, Progressed):
        percentage = f"{event.percentage:g} %" if event.percentage is not None else ""
        parts = [step, f"after {event.elapsed:g} s", percentage, event.message]
    else:
        implied = "(implied)" if event.implied else ""
        parts = [step, event.result.value, f"after {event.elapsed:g} s", event.id, implied, event.reason]
    return " ".join(filter(None, parts))


class Play:
    """VLANs in one project that stands. Changes and steps are added one by one; then all is run."""

    def __init__(self, *answers: Any, kind: Kind | None = None, settle: float = 5.0) -> None:
        mine = kind or Slow()
        kinds = tuple(mine if each.name == "vlan" else each for each in CATALOG.kinds)
        self.catalog = Catalog(kinds, CATALOG.names, CATALOG.lookups)
        self.clock = VirtualClock()
        self.clock.sleep(BEGAN)
        self.api = Script(self.clock, list(answers), only="/projects/p/virtual-networks")
        self.journal, self.stop, self.settle = Closing(), Stop(), settle
        lookups = Lookups(self.api, CATALOG.lookups)
        self.world = PlannedWorld(lookups, Elsewhere(Snapshot(()), self.catalog))
        self.changes = [Change(PROJECT_AT, "project", Action.NOOP, resource("projects.p", name="p"), PROJECT)]
        self.world.place(PROJECT_AT, Standing(CATALOG["project"], {"name": "p"}, PROJECT))
        self.steps: list[Step] = []
        self.events: list[Event] = []
        self.hears: Callable[[Event], None] = lambda event: None

    def shows(self, *lists: tuple[float, Sequence[Any] | Exception]) -> Play:
        """From so many seconds on, lists show these, or fail so."""

        def shown(now: float) -> list[dict[str, Any]]:
            found = [each for since, each in lists if BEGAN + since <= now][-1]
            if isinstance(found, Exception):
                raise found
            return list(found)

        self.api.shows = shown
        return self

    def add(
        self,
        name: str,
        *verbs: Verb,
        action: Action = Action.CREATE,
        live: LiveObject | None = None,
        requires: Iterable[str] = (),
        declared: Resource | None = None,
        differs: Iterable[str] = (),
        implied: bool = False,
    ) -> Play:
        """One change with its steps, each after the one before it; `requires` are ids such as `a:create`."""
        at = parse_address(f"projects.p.vlans.{name}")
        given = declared or resource(str(at), description="d", timeouts=LIMITS)
        wanted = given if action is not Action.DELETE else None
        fields = tuple(FieldChange((each,), None, None) for each in differs)
        self.changes.append(Change(at, "vlan", action, wanted, live, "p", fields=fields))
        if wanted is not None:
            self.world.place(at, Standing(self.catalog["vlan"], given.values, live))
        earlier = tuple(f"projects.p.vlans.{each}" for each in requires)
        for verb in verbs:
            self.steps.append(Step(step_id(at, verb), at, verb, "vlan", "", earlier, implied))
            earlier = (self.steps[-1].id,)
        return self

    def run(self, parallelism: int = 1, pacing: Pacing | None = None) -> Applied:
        plan = Plan("shop", tuple(self.changes), tuple(self.steps), pacing=pacing)
        means = Means(self.api, self.clock, random.Random(1), parallelism, self.settle, self.journal)

        def hear(event: Event) -> None:
            self.events.append(event)
            self.hears(event)

        applied = Apply(plan, self.world, self.catalog, means, self.stop, hear).run()
        assert list(applied.ended) == [each for each in self.events if isinstance(each, Ended)]
        kinds = {each.id: each.kind for each in self.steps}
        assert all(each.kind == kinds[f"{each.address}:{each.verb}"] for each in applied.ended)
        return applied

    def told(self, parallelism: int = 1, pacing: Pacing | None = None) -> list[str]:
        self.run(parallelism, pacing)
        return [told(each) for each in self.events]


def vlan(name: str, phase: str = "ready", **more: Any) -> dict[str, Any]:
    return body(f"{name}1", f"projects.p.vlans.{name}", phase=phase, **more)


def there(name: str, phase: Phase = Phase.READY, description: str = "d", **more: Any) -> LiveObject:
    mark = Mark("shop", f"projects.p.vlans.{name}")
    values = {"facility": "ewr1", "description": description}
    status = Status(phase, str(phase))
    return LiveObject("vlan", f"{name}1", description, values, {}, mark, "p", "p", **{"status": status, **more})


def described(name: str, description: str, **more: Any) -> dict[str, Any]:
    return vlan(name, description=f"{description} [reconciler:shop:projects.p.vlans.{name}]", **more)
