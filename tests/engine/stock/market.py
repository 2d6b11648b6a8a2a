"""An account that has so many machines, and says so when it is asked: what `check_stock` talks to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.diagnostics import Diagnostic, Refused
from reconciler.engine.stock import check_stock
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.plan import Change
from reconciler.wire import Account, Call, Listing, Rejected, WireError
from tests.engine.build import CATALOG

FACILITIES = ("ams1", "ewr1", "nrt1", "sjc1")
PLANS = {
    "t1.small.x86": 0.07,
    "c1.small.x86": 0.4,
    "c2.large.arm": 1.0,
    "c2.medium.x86": 1.0,
    "m1.xlarge.x86": 1.7,
    "m2.xlarge.x86": 2.0,
    "g2.large.x86": 5.0,
}
SYSTEMS: Mapping[str, list[str]] = {
    "ubuntu_18_04": list(PLANS),
    "debian_9": ["t1.small.x86", "c1.small.x86", "m2.xlarge.x86"],
}
OLD = {"t1.small.x86": "baremetal_0", "c1.small.x86": "baremetal_1", "m1.xlarge.x86": "baremetal_2"}


@dataclass
class Market(Account):
    """`left` is how many there are by "facility/plan", `usual` everywhere else; `reserved` are the bodies of projects'
    reservations; `fails` are the calls that end badly, by route.
    """

    left: Mapping[str, int] = field(default_factory=dict)
    usual: int = 100
    reserved: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    fails: Mapping[str, WireError] = field(default_factory=dict)
    bodies: Mapping[str, Any] = field(default_factory=dict)
    """What it says instead, by `METHOD route`."""
    asked: list[str] = field(default_factory=list)
    servers: list[list[tuple[str, str, int]]] = field(default_factory=list)

    def send(self, call: Call) -> Any:
        key = self._begin(call.method, call.route)
        if call.method == "POST":
            wanted = call.body["servers"]
            self.servers.append([(each["facility"], each["plan"], each["quantity"]) for each in wanted])
            enough = [self._left(each["facility"], each["plan"]) >= each["quantity"] for each in wanted]
            answer = [{**each, "available": yes} for each, yes in zip(wanted, enough, strict=True)]
            return self.bodies.get(key, {"servers": answer})
        levels = {place: {OLD.get(plan, plan): self._level(place, plan) for plan in PLANS} for place in FACILITIES}
        return self.bodies.get(key, {"capacity": levels})

    def fetch(self, listing: Listing) -> list[dict[str, Any]]:
        key = self._begin("GET", listing.route)
        lists: dict[str, list[dict[str, Any]]] = {
            "GET /facilities": [{"id": f"id-{each}", "code": each} for each in FACILITIES],
            "GET /plans": [_plan(slug, hourly) for slug, hourly in PLANS.items()],
            "GET /operating-systems": [{"slug": slug, "provisionable_on": plans} for slug, plans in SYSTEMS.items()],
        }
        if key in lists:
            return lists[key]
        return list(self.reserved.get(listing.path.split("/")[2], ()))

    def _begin(self, method: str, route: str) -> str:
        key = f"{method} {route}"
        self.asked.append(key)
        if key in self.fails:
            raise self.fails[key]
        return key

    def _level(self, facility: str, plan: str) -> Mapping[str, str]:
        return {"level": "normal" if self._left(facility, plan) else "unavailable"}

    def _left(self, facility: str, plan: str) -> int:
        new = next((slug for slug, old in OLD.items() if old == plan), plan)
        return self.left.get(f"{facility}/{new}", self.usual)


def _plan(slug: str, hourly: float) -> dict[str, Any]:
    return {
        "slug": slug,
        "class": slug,
        "line": "baremetal",
        "pricing": {"hour": hourly},
        "available_in": [{"href": f"/facilities/id-{each}"} for each in FACILITIES],
    }


def reservation(identifier: int, **more: Any) -> dict[str, Any]:
    """A reserved machine that is free."""
    return {
        "id": uuid(identifier),
        "plan": {"slug": "c1.small.x86"},
        "facility": {"code": "ewr1"},
        "provisionable": True,
        "device": None,
        **more,
    }


def uuid(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def refused(status: int) -> Rejected:
    return Rejected(f"the API answered {status}", call="POST /capacity", status=status)


def found(market: Market, changes: Sequence[Change], live: Sequence[LiveObject] = ()) -> tuple[Diagnostic, ...]:
    """What a check says, whether it refuses or not."""
    try:
        return check_stock(changes, Snapshot(tuple(live)), market, CATALOG, 1)
    except Refused as problem:
        return problem.diagnostics


def told(market: Market, changes: Sequence[Change], live: Sequence[LiveObject] = ()) -> list[str]:
    """The same in short: severity, code, summary."""
    return [f"{each.severity}[{each.code}] {each.summary}" for each in found(market, changes, live)]
