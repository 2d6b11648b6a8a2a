"""What can be ordered: facilities, plans and operating systems, and which of them go together.

It comes from the API's own lists or from data that is shipped (both have the API's shape), so the same rules hold for
both. What a list does not tell is None, and no rule says anything of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

_LAYER2 = {"none": "none", "hybrid only": "hybrid", "full": "full", "full, 4 ports": "full"}


@dataclass(frozen=True, slots=True)
class OfferedFacility:
    """`features` are the API's words: storage, layer_2, global_ipv4, backend_transfer, baremetal."""

    code: str
    features: frozenset[str] | None = None
    plans_known: bool = True
    """Whether plans that do not name it are surely not there."""


@dataclass(frozen=True, slots=True)
class OfferedPlan:
    """`names` are all that it goes by: its slug, its class, the slug of before 2018."""

    slug: str
    names: frozenset[str]
    facilities: frozenset[str] | None = None
    """Codes."""
    spot: bool | None = None
    layer2: str | None = None
    """`none`, `hybrid` (nothing else) or `full`."""
    ports: int | None = None
    machine: bool = True
    """Whether it is a plan for machines, and not for volumes or traffic."""
    hourly: Decimal | None = None
    """In dollars, on demand."""

    @property
    def architecture(self) -> str:
        """`arm` or `x86`, which slugs and classes say."""
        return "arm" if any("arm" in each.split(".") for each in self.names) else "x86"

    systems_known: bool = True
    """Whether operating systems that do not name it surely do not run on it."""


@dataclass(frozen=True, slots=True)
class OfferedSystem:
    slug: str
    plans: frozenset[str] | None = None
    """Any of the names of the plans that it runs on."""
    public_ipv4_required: bool = False


@dataclass(frozen=True, slots=True)
class Offers:
    """Each by any of its names. `catalogues` holds the names by what fields call the catalogue they are checked in."""

    facilities: Mapping[str, OfferedFacility]
    plans: Mapping[str, OfferedPlan]
    systems: Mapping[str, OfferedSystem]

    @property
    def catalogues(self) -> Mapping[str, frozenset[str]]:
        return {
            "facility": frozenset(self.facilities),
            "plan": frozenset(self.plans),
            "operating system": frozenset(self.systems),
        }


def read_offers(
    facilities: Iterable[Mapping[str, Any]],
    plans: Iterable[Mapping[str, Any]],
    systems: Iterable[Mapping[str, Any]],
) -> Offers:
    """From items in the API's shape. Besides its keys, `unsure` names keys of an item that nothing may rely on,
    `facilities` has the codes that `available_in` links to, and `layer2` is how a plan's ports can be wired.
    """
    places: dict[str, OfferedFacility] = {}
    for item in facilities:
        place = _facility(item)
        places |= dict.fromkeys((place.code, str(item.get("id") or place.code)), place)
    codes = {name: place.code for name, place in places.items()}
    found: dict[str, OfferedPlan] = {}
    for item in plans:
        plan = _plan(item, codes)
        for name in (*plan.names, *(str(item[key]) for key in ("id",) if item.get(key))):
            found.setdefault(name, plan)
    offered = [(item, _system(item)) for item in systems]
    named = {name: system for item, system in offered for name in (system.slug, str(item.get("id") or system.slug))}
    return Offers(MappingProxyType(places), MappingProxyType(found), MappingProxyType(named))


def _facility(item: Mapping[str, Any]) -> OfferedFacility:
    unsure = item.get("unsure") or ()
    features = item.get("features")
    known = isinstance(features, list) and bool(features) and "features" not in unsure
    return OfferedFacility(
        str(item.get("code") or ""),
        frozenset(map(str, features)) if known and features else None,
        "plans" not in unsure,
    )


def _plan(item: Mapping[str, Any], codes: Mapping[str, str]) -> OfferedPlan:
    unsure = item.get("unsure") or ()
    names = frozenset(str(item[key]) for key in ("slug", "class", "legacy_slug") if item.get(key))
    ways = item.get("deployment_types")
    wiring = item.get("layer2")
    return OfferedPlan(
        slug=str(item.get("slug") or ""),
        names=names,
        facilities=_places(item, codes) if "facilities" not in unsure else None,
        spot="spot_market" in ways if isinstance(ways, list) and ways else None,
        layer2=_LAYER2.get(wiring) if isinstance(wiring, str) else None,
        machine=item.get("line", "baremetal") == "baremetal",
        hourly=_hourly(item.get("pricing")),
        ports=None if wiring is None else 4 if "4 ports" in wiring else 2,
        systems_known="systems" not in unsure,
    )


def _hourly(pricing: Any) -> Decimal | None:
    """The recordings have `hour`, the oldest of them `hourly`."""
    price = pricing.get("hour", pricing.get("hourly")) if isinstance(pricing, Mapping) else None
    known = isinstance(price, int | float) and not isinstance(price, bool) and math.isfinite(price)
    return Decimal(str(price)) if known else None


def _places(item: Mapping[str, Any], codes: Mapping[str, str]) -> frozenset[str] | None:
    """The codes of where a plan is to be had; None when it does not say, or links to a place that is not known."""
    links = item.get("available_in")
    if links is None:
        return frozenset(item["facilities"]) if item.get("facilities") else None
    shown = links if isinstance(links, list) else ()
    ids = [str(each.get("href") or "").rsplit("/", 1)[-1] for each in shown if isinstance(each, Mapping)]
    return frozenset(codes[each] for each in ids) if ids and all(each in codes for each in ids) else None


def _system(item: Mapping[str, Any]) -> OfferedSystem:
    plans = item.get("provisionable_on")
    known = isinstance(plans, list) and bool(plans) and "provisionable_on" not in (item.get("unsure") or ())
    return OfferedSystem(
        str(item.get("slug") or ""),
        frozenset(map(str, plans)) if known and plans else None,
        item.get("public_ipv4_required") is True,
    )
