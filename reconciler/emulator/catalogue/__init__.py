"""What can be ordered: facilities, plans and operating systems as of mid-2019, read-only.

The data is in the JSON files beside this one, each with its sources. Things are found by UUID, by slug (or
code), and plans also by their slug from before 2018 (`baremetal_0` is `t1.small.x86`; the pairs are those
in `provisionable_on` of recorded answers).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Facility:
    id: str
    code: str
    name: str
    features: tuple[str, ...]
    ip_ranges: tuple[str, ...]

    @property
    def city(self) -> str:
        """Its name without the state or country."""
        return self.name.partition(",")[0]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a facility is. No source has more of it than the city."""

    id: str
    city: str


@dataclass(frozen=True, slots=True)
class Plan:
    id: str
    slug: str
    legacy_slug: str | None
    name: str
    line: str
    description: str
    specs: str
    """JSON text."""
    features: tuple[str, ...]
    """What its specs say its machines have: raid, txt."""
    hourly: float
    """Dollars an hour; 0 where no price is known."""
    pricing: str
    """JSON text."""
    deployment_types: tuple[str, ...]
    facilities: tuple[str, ...]
    """Codes of where it is offered."""
    layer2: str
    """`none` (layer 3 only), `hybrid only`, or what begins with `full`."""

    @property
    def four_ports(self) -> bool:
        """Two bonds of two ports each."""
        return "4 ports" in self.layer2

    @property
    def bonding_mode(self) -> int:
        """5 on the old small plans, 4 on the others (recorded devices)."""
        return 5 if self.slug in ("t1.small.x86", "x1.small.x86") else 4

    @property
    def hybrid_only(self) -> bool:
        """x1.small.x86 knows no other mode (2020 documentation, layer 2)."""
        return self.layer2 == "hybrid only"


@dataclass(frozen=True, slots=True)
class OperatingSystem:
    id: str
    slug: str
    name: str
    distro: str
    version: str
    provisionable_on: tuple[str, ...]
    preinstallable: bool
    pricing: str
    """JSON text."""
    licensed: bool
    default_user: str
    default_public_cidr: int
    public_ipv4_required: bool

    def runs_on(self, plan: Plan) -> bool:
        """Whether it can be installed on a plan, under the plan's new slug or its old one."""
        return plan.slug in self.provisionable_on or plan.legacy_slug in self.provisionable_on


class Catalogue:
    """All of it, found by any of its names. It never changes: `catalogue` gives the one that all worlds share."""

    def __init__(self) -> None:
        self.facilities = tuple(_facility(raw) for raw in _load("facilities"))
        self.plans = tuple(_plan(raw) for raw in _load("plans"))
        self.operating_systems = tuple(_operating_system(raw) for raw in _load("operating_systems"))

    def facility(self, name: str) -> Facility | None:
        """By code or id."""
        return self._facilities.get(name)

    def plan(self, name: str) -> Plan | None:
        """A bare-metal plan by slug, old slug or id."""
        return self._plans.get(name)

    def storage_plan(self, name: str) -> Plan | None:
        """A block storage plan by slug or id."""
        return self._storage_plans.get(name)

    def operating_system(self, name: str) -> OperatingSystem | None:
        """By slug or id."""
        return self._operating_systems.get(name)

    def find(self, identifier: str) -> Facility | Plan | OperatingSystem | None:
        """Whatever has this id."""
        return self._by_id.get(identifier)

    @cached_property
    def _facilities(self) -> dict[str, Facility]:
        return {name: f for f in self.facilities for name in (f.id, f.code)}

    @cached_property
    def _plans(self) -> dict[str, Plan]:
        metal = [plan for plan in self.plans if plan.line == "baremetal"]
        return {name: plan for plan in metal for name in (plan.id, plan.slug, plan.legacy_slug) if name}

    @cached_property
    def _storage_plans(self) -> dict[str, Plan]:
        return {name: plan for plan in self.plans if plan.line == "storage" for name in (plan.id, plan.slug)}

    @cached_property
    def _operating_systems(self) -> dict[str, OperatingSystem]:
        return {name: system for system in self.operating_systems for name in (system.id, system.slug)}

    @cached_property
    def _by_id(self) -> dict[str, Facility | Plan | OperatingSystem]:
        items: list[Facility | Plan | OperatingSystem] = [
            *self.facilities,
            *self.plans,
            *self.operating_systems,
        ]
        return {item.id: item for item in items}


@cache
def catalogue() -> Catalogue:
    """Read once in a process."""
    return Catalogue()


def _load(key: str) -> list[dict[str, Any]]:
    file = resources.files(__package__) / f"{key.replace('_', '-')}.json"
    items: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))[key]
    return items


def _facility(raw: dict[str, Any]) -> Facility:
    return Facility(raw["id"], raw["code"], raw["name"], tuple(raw["features"]), tuple(raw["ip_ranges"]))


def _plan(raw: dict[str, Any]) -> Plan:
    return Plan(
        id=raw["id"],
        slug=raw["slug"],
        legacy_slug=raw["legacy_slug"],
        name=raw["name"],
        line=raw["line"],
        description=raw["description"],
        specs=json.dumps(raw["specs"]),
        features=tuple(name for name, there in raw["specs"].get("features", {}).items() if there),
        hourly=float(raw["pricing"].get("hour", 0.0)),
        pricing=json.dumps(raw["pricing"]),
        deployment_types=tuple(raw["deployment_types"]),
        facilities=tuple(raw["facilities"]),
        layer2=raw["layer2"],
    )


def _operating_system(raw: dict[str, Any]) -> OperatingSystem:
    return OperatingSystem(
        id=raw["id"],
        slug=raw["slug"],
        name=raw["name"],
        distro=raw["distro"],
        version=raw["version"],
        provisionable_on=tuple(raw["provisionable_on"]),
        preinstallable=raw["preinstallable"],
        pricing=json.dumps(raw["pricing"]),
        licensed=raw["licensed"],
        default_user=raw["default_user"],
        default_public_cidr=raw["default_public_cidr"],
        public_ipv4_required=raw["public_ipv4_required"],
    )
