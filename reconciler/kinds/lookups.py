"""How lookups are answered: from plans, facilities, spot prices and a project's reserved machines.

Plans say their memory and drives as text ("32GB", "1.6TB") and their processors as a model's name, with the number of
cores in it only sometimes (recordings of libcloud, jclouds and fog-packet); for the others it is the number that was
published for the class. `available_in` links to facilities by their uuid, so that their list is read as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from reconciler.api import endpoints
from reconciler.diagnostics import did_you_mean
from reconciler.kinds.common import facility_code, last_segment
from reconciler.kinds.machine import PLAN_ALIASES, same_plan
from reconciler.model.lookups import Answer, Arguments, Lookup, LookupFailed
from reconciler.wire import Call, Listing

_CORES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "t1.small.x86": 4,
        "c1.small.x86": 4,
        "c1.large.arm": 96,
        "c1.large.arm.xda": 96,
        "c1.xlarge.x86": 16,
        "c2.large.arm": 32,
        "c2.medium.x86": 24,
        "g2.large.x86": 28,
        "m1.xlarge.x86": 24,
        "m2.xlarge.x86": 28,
        "n2.xlarge.x86": 28,
        "s1.large.x86": 16,
        "x1.small.x86": 4,
        "x2.xlarge.x86": 28,
    }
)
"""All cores of a machine, as they were published in 2019."""
_SIZE = re.compile(r"\s*([0-9.]+)\s*([MGT])i?B?\s*", re.IGNORECASE)
_GIGABYTES: Final = {"M": 0.001, "G": 1.0, "T": 1000.0}
_OPENED = ("plan", "facility")


@dataclass(frozen=True, slots=True)
class _Plan:
    """A plan for machines, in the terms in which one is asked for."""

    slug: str
    names: frozenset[str]
    hourly: float | None
    cores: int
    memory_gb: float
    storage_gb: float
    architecture: str
    deployments: frozenset[str]
    facilities: frozenset[str]
    legacy: bool

    def short_of(self, wanted: Arguments) -> list[str]:
        """In what the machine is less than asked for."""
        found = [
            f"{getattr(self, name):g} {words}"
            for name, words in (("cores", "cores"), ("memory_gb", "GB of memory"), ("storage_gb", "GB of storage"))
            if wanted.get(name) is not None and getattr(self, name) < wanted[name]
        ]
        if wanted.get("architecture") not in (None, self.architecture):
            found.append(self.architecture)
        return found

    def lack(self, wanted: Arguments) -> float:
        """How far it is from what is asked for: 0 for a machine that does."""
        there = {"cores": self.cores, "memory_gb": self.memory_gb, "storage_gb": self.storage_gb}
        parts = [1 - float(has) / float(wanted[name]) for name, has in there.items() if wanted.get(name)]
        return sum(each for each in parts if each > 0)

    def not_for_sale(self, wanted: Arguments, places: Sequence[str]) -> list[str]:
        """Why it cannot be had as asked for."""
        found = []
        missing = [each for each in places if each not in self.facilities]
        if missing or not self.facilities:
            found.append(f"not in {', '.join(missing)}" if missing else "in no facility")
        deployment = wanted.get("deployment") or "on_demand"
        if self.deployments and deployment not in self.deployments:
            found.append(f"not {deployment}")
        if self.hourly is None:
            found.append("without a price")
        elif wanted.get("max_hourly") is not None and self.hourly > wanted["max_hourly"]:
            found.append(f"${self.hourly:g} an hour")
        return [*found, "legacy"] if self.legacy else found


def lookups() -> Mapping[str, Lookup]:
    """Every lookup of `model.lookups.SIGNATURES`."""
    return MappingProxyType(
        {
            "cheapest_plan": Lookup(_plans_and_facilities, _cheapest_plan),
            "spot_price": Lookup(_prices, _spot_price),
            "reserved_hardware": Lookup(_reservations, _reserved_hardware),
        }
    )


# plans


def _plans_and_facilities(_wanted: Arguments) -> Sequence[Call | Listing]:
    return endpoints.list_plans(), endpoints.list_facilities()


def _cheapest_plan(wanted: Arguments, read: Sequence[Any]) -> Answer:
    """The cheapest of those that do and can be had in each of the facilities; of two at one price the first by name.

    An existing machine of any plan that does is as wanted, whatever that costs now: prices replace no machines.
    """
    listed, facilities = read
    codes = {str(each.get("id")): str(each.get("code")) for each in facilities}
    places = _places(wanted)
    for each in places:
        _known("facility", each, codes.values())
    plans = [_plan(each, codes) for each in listed if each.get("line", "baremetal") == "baremetal" and _slug(each)]
    doing = [each for each in plans if not each.short_of(wanted)]
    found = [each for each in doing if not each.not_for_sale(wanted, places)]
    if not found:
        raise LookupFailed("no plan that is for sale is like that", _nearest(plans, wanted, places))
    best = min(found, key=lambda each: (each.hourly or 0.0, each.slug))
    return Answer(best.slug, frozenset().union(*(each.names for each in doing)))


def _nearest(plans: Sequence[_Plan], wanted: Arguments, places: Sequence[str]) -> str:
    """Those that lack the least, each with what it lacks."""
    lacks = [(each, [*each.short_of(wanted), *each.not_for_sale(wanted, places)]) for each in plans]
    nearest = sorted(lacks, key=lambda each: (len(each[1]), each[0].lack(wanted), each[0].slug))[:3]
    shown = "; ".join(f"{each.slug} ({', '.join(lack)})" for each, lack in nearest)
    return f"nearest: {shown}" if shown else "the API lists no plans"


def _plan(body: Mapping[str, Any], codes: Mapping[str, str]) -> _Plan:
    specs, pricing = _mapping(body.get("specs")), _mapping(body.get("pricing"))
    slug = _slug(body)
    shown = body.get("class") if isinstance(body.get("class"), str) else slug
    names = frozenset({slug, shown, *(old for old, new in PLAN_ALIASES.items() if new in (slug, shown))})
    name = PLAN_ALIASES.get(str(shown), str(shown))
    hourly = pricing.get("hour", pricing.get("hourly"))
    return _Plan(
        slug=slug,
        names=frozenset(str(each) for each in names),
        hourly=float(hourly) if isinstance(hourly, (int, float)) else None,
        cores=_CORES.get(name) or sum(map(_cores, _items(specs, "cpus"))),
        memory_gb=_gigabytes(_mapping(specs.get("memory")).get("total")),
        storage_gb=sum(_count(each) * _gigabytes(each.get("size")) for each in _items(specs, "drives")),
        architecture="arm" if "arm" in name.split(".") else "x86",
        deployments=frozenset(map(str, body.get("deployment_types") or ())),
        facilities=frozenset(codes.get(last_segment(each) or "", "") for each in body.get("available_in") or ()),
        legacy=body.get("legacy") is True,
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _slug(body: Mapping[str, Any]) -> str:
    return str(body.get("slug") or "")


def _items(specs: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [each for each in specs.get(name) or () if isinstance(each, Mapping)]


def _count(item: Mapping[str, Any]) -> int:
    count = item.get("count")
    return count if isinstance(count, int) else 1


def _cores(processor: Mapping[str, Any]) -> int:
    """The cores that a processor's name tells of; 0 where it tells nothing."""
    told = re.search(r"(\d+)[ -]core", str(processor.get("type")), re.IGNORECASE)
    return int(told[1]) * _count(processor) if told is not None else 0


def _gigabytes(text: Any) -> float:
    told = _SIZE.fullmatch(str(text))
    return float(told[1]) * _GIGABYTES[told[2].upper()] if told is not None else 0.0


# the spot market


def _prices(_wanted: Arguments) -> Sequence[Call | Listing]:
    return (endpoints.get_spot_prices(),)


def _spot_price(wanted: Arguments, read: Sequence[Any]) -> Answer:
    (body,) = read
    markets = _mapping(_mapping(body).get("spot_market_prices"))
    facility, plan = wanted["facility"], wanted["plan"]
    _known("facility", facility, markets, "with a spot market")
    prices = _mapping(markets[facility])
    for name, each in sorted(prices.items()):
        price = _mapping(each).get("price")
        if same_plan(plan, name) and isinstance(price, (int, float)):
            return Answer(price, momentary=True)
    hint = did_you_mean(plan, prices) or f"there are: {', '.join(sorted(prices))}"
    raise LookupFailed(f"the spot market of {facility} has no {plan!r}", hint)


# reserved machines


def _reservations(wanted: Arguments) -> Sequence[Call | Listing]:
    return (endpoints.shaped(endpoints.list_hardware_reservations(wanted["project"]), include=_OPENED),)


def _reserved_hardware(wanted: Arguments, read: Sequence[Any]) -> Answer:
    """Those that a device can be put on now, in the order of their uuids. A device on any of the others stays there."""
    (bodies,) = read
    places, plan = _places(wanted), wanted.get("plan")
    fitting = {
        str(each["id"]): each
        for each in bodies
        if each.get("id")
        and (not places or facility_code(each) in places)
        and (plan is None or same_plan(plan, _mapping(each.get("plan")).get("slug")))
    }
    free = [
        identifier
        for identifier, each in sorted(fitting.items())
        if last_segment(each.get("device")) is None and each.get("provisionable") is not False
    ]
    return Answer(free, frozenset(fitting))


def _places(wanted: Arguments) -> list[str]:
    given = wanted.get("facility")
    return list(given) if isinstance(given, list) else [given] if given is not None else []


def _known(what: str, name: str, names: Any, more: str = "") -> None:
    """Raises LookupFailed for a name that the API does not have."""
    known = sorted({str(each) for each in names})
    if name not in known:
        hint = did_you_mean(name, known) or f"there are: {', '.join(known)}"
        raise LookupFailed(f"the API knows no {what} {name!r}{f' {more}' if more else ''}", hint)
