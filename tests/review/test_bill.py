"""What each change costs, and all of them, and what stands beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.mark import Mark
from reconciler.model.plan import Change, Stranger
from reconciler.model.price import Cost
from reconciler.review.bill import bill, buys, left_out, strangers_with_costs, with_costs
from tests.engine.build import CATALOG
from tests.engine.changes import Changes, short

WEB, DB, DATA = ".devices.web", ".devices.db", ".volumes.data"
PRICES = {
    "t1.small.x86": Decimal("0.07"),
    "c1.small.x86": Decimal("0.40"),
    "storage_1": Decimal("0.0001"),
    "public_ipv4": Decimal("0.005"),
}
SMALL: Mapping[str, Any] = {"plan": "t1.small.x86", "facility": "ewr1", "operating_system": "ubuntu_18_04"}
LARGE: Mapping[str, Any] = {**SMALL, "plan": "c1.small.x86"}
ODD: Mapping[str, Any] = {**SMALL, "plan": "x9.huge"}
VOLUME: Mapping[str, Any] = {"plan": "storage_1", "size": 200, "facility": "ewr1"}
HERE: Mapping[str, Any] = {"values": SMALL}


def costs(changes: Changes) -> dict[str, Cost | None]:
    return {short(str(each.address)): each.cost for each in with_costs(changes.every, CATALOG, PRICES)}


def sides(changes: Changes) -> tuple[str, str] | None:
    """Before and after, of the one change that there is."""
    (found,) = costs(changes).values()
    return (str(found.before), str(found.after)) if found is not None else None


class TestAChange:
    def test_a_create_costs_nothing_before(self) -> None:
        assert sides(Changes().create(WEB, **SMALL)) == ("0", "0.07")

    def test_a_delete_costs_nothing_after(self) -> None:
        assert sides(Changes().delete(WEB, live=HERE)) == ("0.07", "0")

    @pytest.mark.parametrize("how", ["replace", "create_first"])
    def test_a_replacement_costs_what_is_live_and_then_what_is_wanted(self, how: str) -> None:
        assert sides(getattr(Changes(), how)(WEB, live=HERE, **LARGE)) == ("0.07", "0.40")

    def test_what_stays_costs_the_same(self) -> None:
        assert sides(Changes().keep(WEB, live=HERE, **SMALL)) == ("0.07", "0.07")

    def test_a_difference_that_is_not_acted_on_costs_nothing(self) -> None:
        """`lifecycle: {ignore_changes: [plan]}`"""
        assert sides(Changes().keep(WEB, live=HERE, **LARGE)) == ("0.07", "0.07")
        assert sides(Changes().update(WEB, live=HERE, changed=["hostname"], **LARGE)) == ("0.07", "0.07")

    def test_an_update_costs_what_its_fields_will_be(self) -> None:
        live = {"values": {**VOLUME, "size": 100}}
        assert sides(Changes().update(DATA, live=live, changed=["size"], **VOLUME)) == ("0.0100", "0.0200")

    def test_a_field_that_the_stack_does_not_set_counts_as_it_is(self) -> None:
        reserved = {"values": {**SMALL, "hardware_reservation_id": "r-1"}}
        assert sides(Changes().update(WEB, live=reserved, changed=["hostname"], **SMALL)) == ("0", "0")
        assert sides(Changes().replace(WEB, live=reserved, **SMALL)) == ("0", "0.07")

    def test_a_field_that_the_api_does_not_show_is_as_it_is_declared(self) -> None:
        assert sides(Changes().keep(WEB, live={"values": {}}, **SMALL)) == ("0.07", "0.07")

    def test_what_is_not_billed_has_no_cost(self) -> None:
        assert sides(Changes().create(".vlans.v")) is None
        assert sides(Changes().delete("projects.p")) is None

    def test_what_the_stack_only_uses_is_on_no_bill_of_it(self) -> None:
        (change,) = Changes().keep(WEB, live=HERE, **SMALL).every
        assert change.resource is not None
        used = replace(change, resource=replace(change.resource, existing="web"))
        (found,) = with_costs([used], CATALOG, PRICES)
        assert found.cost is None

    def test_what_is_not_known_yet_has_no_price(self) -> None:
        (found,) = costs(Changes().create(DATA, unknown=["size"], **VOLUME)).values()
        assert found == Cost(Decimal(0), None, ("what it will be is not known yet",))

    def test_what_the_list_does_not_have_is_named(self) -> None:
        (found,) = costs(Changes().replace(WEB, live={"values": ODD}, **SMALL)).values()
        assert found == Cost(None, Decimal("0.07"), ("the price list has no x9.huge",))

    def test_a_note_of_what_goes_is_not_said_of_what_comes(self) -> None:
        reserved = {"values": {**SMALL, "hardware_reservation_id": "r-1"}}
        (found,) = costs(Changes().replace(WEB, live=reserved, **SMALL)).values()
        assert found is not None
        assert found.notes == ()
        (gone,) = costs(Changes().delete(WEB, live=reserved)).values()
        assert gone == Cost(Decimal(0), Decimal(0), ("paid for by its contract",))

    def test_no_price_tells_a_secret(self) -> None:
        bid = {**SMALL, "spot_instance": True, "spot_price_max": 0.0423}
        (change,) = Changes().create(WEB, **bid).every
        (found,) = with_costs([replace(change, secrets=frozenset({"spot_price_max"}))], CATALOG, PRICES)
        assert found.cost == Cost(Decimal(0), None, ("how it is paid for is not known yet",))
        assert "423" not in repr(found.cost)


class TestWhetherPricesAreNeeded:
    @pytest.mark.parametrize(
        ("changes", "needed"),
        [
            (Changes().create(WEB, **SMALL), True),
            (Changes().delete(WEB, live=HERE), True),
            (Changes().keep(WEB, live=HERE, **SMALL), False),
            (Changes().create(".vlans.v", "projects.p"), False),
            (Changes().keep(WEB, live=HERE, **SMALL).create(".vlans.v"), False),
            (Changes().keep(WEB, live=HERE, moved_from="projects.p.devices.old", **SMALL), False),
            (Changes().update(WEB, live=HERE, changed=["tags"], **SMALL), True),
            (Changes(), False),
        ],
    )
    def test_only_where_something_is_done_about_what_is_billed(self, changes: Changes, needed: bool) -> None:
        assert buys(changes.every, CATALOG) is needed


def sums(changes: Changes) -> tuple[Any, ...]:
    found = bill(with_costs(changes.every, CATALOG, PRICES), (), ())
    return found.before, found.after, found.delta, tuple(map(short, found.unpriced))


class TestTheBill:
    def test_it_is_of_all_that_the_stack_owns(self) -> None:
        changes = Changes().keep(WEB, live=HERE, **SMALL).create(DB, **LARGE).delete(".devices.old", live=HERE)
        assert sums(changes) == (Decimal("0.14"), Decimal("0.47"), Decimal("0.33"), ())

    def test_what_has_no_price_is_named_and_counts_as_nothing(self) -> None:
        changes = Changes().create(WEB, **ODD).create(DB, **SMALL).keep(".devices.old", live={"values": ODD})
        assert sums(changes) == (0, Decimal("0.07"), Decimal("0.07"), (DB.replace("db", "old"), WEB))

    def test_of_a_stack_that_owns_nothing_it_is_nothing(self) -> None:
        assert sums(Changes()) == (0, 0, 0, ())


def live(identifier: str, values: Mapping[str, Any], kind: str = "device", **more: Any) -> LiveObject:
    return LiveObject(kind, identifier, identifier, values, {}, parent_id="p", owner_id="p", **more)


class TestStrangers:
    def priced(self, *objects: LiveObject) -> dict[str, Any]:
        strangers = [Stranger(each.kind, each.id, each.label, "projects.p") for each in objects]
        found = strangers_with_costs(strangers, Snapshot(objects), CATALOG, PRICES)
        assert bill((), found, ()).strangers == sum(each.hourly or 0 for each in found)
        return {each.id: each.hourly for each in found}

    def test_they_cost_what_they_are(self) -> None:
        vlan, odd = live("v", {}, "vlan"), live("odd", ODD)
        assert self.priced(live("web", SMALL), vlan, odd) == {"web": Decimal("0.07"), "v": None, "odd": None}

    def test_machines_of_another_s_request_are_counted_once(self) -> None:
        request = live("r", {"devices_max": 9, "max_bid_price": 1}, "spot_market_request")
        bid = live("web", {**SMALL, "spot_instance": True, "spot_price_max": 1})
        assert self.priced(request, bid) == {"r": None, "web": 1}


class TestWhatTargetsLeaveOut:
    def found(self, *objects: LiveObject, changes: Changes | None = None) -> dict[str, Decimal | None]:
        every: list[Change] = changes.every if changes is not None else []
        besides = left_out("shop", Snapshot(objects), every, [Stranger("device", "s", "s")], CATALOG, PRICES)
        assert bill((), (), besides).before == bill((), (), besides).after
        return {short(str(each.address)): each.cost.after for each in besides}

    def test_it_is_in_the_sums(self) -> None:
        ours = live("d", SMALL, mark=Mark("shop", "projects.p.devices.d"))
        odd = live("o", ODD, mark=Mark("shop", "projects.p.devices.o"))
        assert self.found(ours, odd) == {".devices.d": Decimal("0.07"), ".devices.o": None}

    @pytest.mark.parametrize(
        "other",
        [
            live("d", SMALL),
            live("d", SMALL, mark=Mark("blog", "projects.p.devices.d")),
            live("d", SMALL, mark=Mark("shop", "projects.p.device_batches.b")),
            live("d", SMALL, mark=Mark("shop", "no address")),
            live("s", SMALL, mark=Mark("shop", "projects.p.devices.s")),
            live("v", {}, "vlan", mark=Mark("shop", "projects.p.vlans.v")),
        ],
    )
    def test_what_is_not_the_stack_s_or_is_told_already_is_not_in_it(self, other: LiveObject) -> None:
        assert self.found(other) == {}

    def test_what_the_plan_is_about_is_not_counted_twice(self) -> None:
        ours = live("web", SMALL, mark=Mark("shop", "projects.p.devices.web"))
        assert self.found(ours, changes=Changes().keep(WEB, live=HERE, **SMALL)) == {}
