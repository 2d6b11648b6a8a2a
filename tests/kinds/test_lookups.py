"""What lookups make of the API's answers."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.kinds import catalog
from reconciler.model.lookups import SIGNATURES, Answer, LookupFailed

LOOKUPS = catalog().lookups
FACILITIES = [{"id": "f-1", "code": "ewr1"}, {"id": "f-2", "code": "ams1"}]
BOTH = ("f-1", "f-2")


def plan(slug: str, hour: float | None, where: tuple[str, ...] = BOTH, **more: Any) -> dict[str, Any]:
    """A plan as the recorded lists show it."""
    specs = {
        "cpus": [{"count": 1, "type": more.pop("processor", "8-core something")}],
        "memory": {"total": more.pop("memory", "32GB")},
        "drives": [{"count": 2, "size": "120GB", "type": "SSD"}, {"count": 1, "size": "1.6TB", "type": "NVME"}],
    }
    links = [{"href": f"/facilities/{each}"} for each in where]
    pricing = {} if hour is None else {"hour": hour}
    return {
        "slug": slug,
        "class": slug,
        "line": "baremetal",
        "legacy": False,
        "specs": specs,
        "pricing": pricing,
        "available_in": links,
        "deployment_types": ["on_demand"],
        **more,
    }


def cheapest(*plans: dict[str, Any], **wanted: Any) -> Answer:
    return LOOKUPS["cheapest_plan"].answer(wanted, [list(plans), FACILITIES])


def test_every_lookup_that_the_language_has_is_answered() -> None:
    assert set(LOOKUPS) == set(SIGNATURES)


def test_the_cheapest_that_does_is_taken_and_of_two_at_one_price_the_first_by_name() -> None:
    plans = plan("b", 1.0), plan("a", 1.0), plan("small", 0.1, memory="8GB"), plan("dear", 2.0)
    assert cheapest(*plans, memory_gb=32).value == "a"
    assert cheapest(*plans).value == "small"


@pytest.mark.parametrize(
    "other",
    [
        plan("x", 0.1, ("f-2",)),
        plan("x", 0.1, ()),
        plan("x", None),
        plan("x", 0.1, legacy=True),
        plan("x", 0.1, deployment_types=["spot_market"]),
        plan("x", 0.1, line="storage"),
    ],
)
def test_what_cannot_be_had_is_passed_over(other: dict[str, Any]) -> None:
    assert cheapest(other, plan("dear", 2.0), facility="ewr1").value == "dear"


def test_of_several_facilities_it_has_to_be_in_each() -> None:
    plans = plan("here", 0.1, ("f-1",)), plan("both", 1.0)
    assert cheapest(*plans, facility=["ewr1", "ams1"]).value == "both"


@pytest.mark.parametrize(
    ("processor", "slug", "cores"),
    [
        ("AMD EPYC 7401P 24-Core @ 2.0GHz", "new.x86", 24),
        ("4 cores @ 2.0GHz", "new.x86", 4),
        ("Intel E3-1240 v3", "baremetal_1", 4),
        ("Cavium ThunderX CN8890 @2GHz", "c1.large.arm", 96),
    ],
)
def test_cores_are_read_from_the_processor_or_known_by_the_class(processor: str, slug: str, cores: int) -> None:
    one = plan(slug, 1.0, processor=processor)
    assert cheapest(one, cores=cores).value == slug
    with pytest.raises(LookupFailed):
        cheapest(one, cores=cores + 1)


def test_drives_are_added_up_and_memory_may_be_in_terabytes() -> None:
    one = plan("a", 1.0, memory="2TB")
    assert cheapest(one, storage_gb=1840, memory_gb=2000).value == "a"
    with pytest.raises(LookupFailed):
        cheapest(one, storage_gb=1841)


def test_without_one_the_nearest_are_told_with_what_they_lack() -> None:
    with pytest.raises(LookupFailed) as failed:
        cheapest(plan("a", 1.0, memory="8GB"), plan("b", 1.0, memory="64GB"), memory_gb=128, facility="ewr1")
    assert failed.value.hint == "nearest: b (64 GB of memory); a (8 GB of memory)"


def test_an_unknown_facility_is_told_from_one_without_plans() -> None:
    with pytest.raises(LookupFailed, match="knows no facility 'ewr2'") as failed:
        cheapest(plan("a", 1.0), facility="ewr2")
    assert failed.value.hint == "did you mean `ewr1`?"


def test_plans_that_do_are_accepted_whatever_they_cost_and_wherever_they_are_sold() -> None:
    plans = plan("a", 1.0), plan("sold-out", 5.0, ()), plan("c1.small.x86", 9.0), plan("less", 0.1, memory="8GB")
    accepted = cheapest(*plans, memory_gb=32).accepted
    assert accepted == {"a", "sold-out", "c1.small.x86", "baremetal_1"}


PRICES = {"spot_market_prices": {"ewr1": {"baremetal_1": {"price": 0.21}, "c2.medium.x86": {"price": 0.5}}}}


@pytest.mark.parametrize(("name", "price"), [("c1.small.x86", 0.21), ("baremetal_1", 0.21), ("c2.medium.x86", 0.5)])
def test_a_spot_price_is_found_by_the_old_slug_and_by_the_class(name: str, price: float) -> None:
    found = LOOKUPS["spot_price"].answer({"facility": "ewr1", "plan": name}, [PRICES])
    assert (found.value, found.momentary) == (price, True)


@pytest.mark.parametrize(("facility", "name"), [("ams1", "c1.small.x86"), ("ewr1", "c9.small.x86")])
def test_a_price_that_is_not_there_is_an_error(facility: str, name: str) -> None:
    with pytest.raises(LookupFailed):
        LOOKUPS["spot_price"].answer({"facility": facility, "plan": name}, [PRICES])


def reservation(identifier: str, **more: Any) -> dict[str, Any]:
    there = {"plan": {"slug": "baremetal_1"}, "facility": {"code": "ewr1"}, "provisionable": True, "device": None}
    return {"id": identifier, **there, **more}


def test_free_reservations_are_those_without_a_device_that_can_be_installed() -> None:
    bodies = [
        reservation("d"),
        reservation("a"),
        reservation("busy", device={"href": "/devices/1"}, provisionable=False),
        reservation("resting", provisionable=False),
        reservation("elsewhere", facility={"code": "ams1"}),
        reservation("other", plan={"slug": "c2.medium.x86"}),
    ]
    wanted = {"project": "p", "plan": "c1.small.x86", "facility": "ewr1"}
    found = LOOKUPS["reserved_hardware"].answer(wanted, [bodies])
    assert found.value == ["a", "d"]
    assert found.accepted == {"a", "d", "busy", "resting"}
