"""The last look before a change or a delete: one reading for many steps, and never an old one."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.engine.guard import FRESH_SECONDS, Guard
from reconciler.model.live import LiveObject
from reconciler.model.mark import Mark
from reconciler.wire import Account, Listing

from .account import VirtualClock
from .bench import Bench
from .build import CATALOG, devices, resource, stack

EDGE = resource("projects.edge")
DEVICE = CATALOG["device"]


@pytest.fixture
def seen(bench: Bench) -> list[LiveObject]:
    """Two machines as the plan saw them."""
    bench.settled(stack(EDGE, *devices(2)))
    planned = bench.plan(stack(EDGE, *devices(2)))
    return [each.live for each in planned.plan.changes if each.kind == "device" and each.live is not None]


def lists(bench: Bench) -> int:
    return len([each for each in bench.account.reads if each.endswith("/devices")])


def rename(bench: Bench, live: LiveObject) -> None:
    bench.account.rows["devices"][live.id]["hostname"] = "theirs"


def test_steps_that_begin_together_share_a_reading(bench: Bench, seen: list[LiveObject]) -> None:
    guard = Guard(bench.account, bench.clock)
    before = lists(bench)
    for live in seen:
        assert guard.objection(DEVICE, live, {}, deletes=True) == ""
    assert lists(bench) == before + 1


def test_later_ones_have_one_of_their_own(bench: Bench, seen: list[LiveObject]) -> None:
    guard = Guard(bench.account, bench.clock)
    assert guard.objection(DEVICE, seen[0], {}, deletes=True) == ""
    rename(bench, seen[1])
    bench.clock.sleep(FRESH_SECONDS + 0.1)
    assert "named 'theirs' now" in guard.objection(DEVICE, seen[1], {}, deletes=True)


@pytest.mark.parametrize(
    ("tags", "words"),
    [([], "its mark was taken off"), (["reconciler:other:projects.x"], "it carries the mark of other")],
)
@pytest.mark.parametrize("deletes", [True, False])
def test_a_mark_that_is_not_ours_any_more(
    bench: Bench, seen: list[LiveObject], tags: list[str], words: str, deletes: bool
) -> None:
    bench.account.rows["devices"][seen[0].id]["tags"] = tags
    guard = Guard(bench.account, bench.clock)
    assert guard.objection(DEVICE, seen[0], {}, deletes=deletes) == f"{words} since the plan was made"
    assert guard.objection(DEVICE, seen[1], {}, deletes=deletes) == ""


def test_a_lock_and_a_name_matter_to_a_delete_only(bench: Bench, seen: list[LiveObject]) -> None:
    bench.account.rows["devices"][seen[0].id]["locked"] = True
    rename(bench, seen[1])
    guard = Guard(bench.account, bench.clock)
    assert guard.objection(DEVICE, seen[0], {}, deletes=True) == "it was locked since the plan was made"
    assert "named 'theirs' now, and was" in guard.objection(DEVICE, seen[1], {}, deletes=True)
    for live in seen:
        assert guard.objection(DEVICE, live, {"description": "new"}, deletes=False) == ""


def test_only_the_fields_that_are_to_change_matter_and_only_as_neither_was_nor_is_wanted(
    bench: Bench, seen: list[LiveObject]
) -> None:
    rename(bench, seen[0])
    guard = Guard(bench.account, bench.clock)
    said = guard.objection(DEVICE, seen[0], {"hostname": "new", "description": "d"}, deletes=False)
    assert said == "somebody changed its hostname since the plan was made"
    assert guard.objection(DEVICE, seen[0], {"hostname": "theirs"}, deletes=False) == ""
    assert guard.objection(DEVICE, seen[0], {"description": "d"}, deletes=False) == ""


def test_what_is_gone_or_going_is_no_reason_to_stop(bench: Bench, seen: list[LiveObject]) -> None:
    bench.account.rows["devices"][seen[0].id] |= {"state": "deprovisioning", "tags": [], "_leaves": 1e12}
    del bench.account.rows["devices"][seen[1].id]
    guard = Guard(bench.account, bench.clock)
    for live in seen:
        assert guard.objection(DEVICE, live, {}, deletes=True) == ""
    elsewhere = LiveObject("device", "x", "x", {}, {}, mark=Mark("shop", "projects.y"), owner_id="no-such-project")
    assert guard.objection(DEVICE, elsewhere, {}, deletes=True) == ""


class TestTheLook:
    """What the last look before a call rests on."""

    def lists(self, clock: VirtualClock) -> tuple[Guard, list[tuple[str, float]]]:
        asked: list[tuple[str, float]] = []

        class Lists(Account):
            def fetch(self, listing: Listing) -> list[dict[str, Any]]:
                asked.append((listing.path, clock.now()))
                return [{"id": f"{listing.key}-of-{listing.path.split('/')[2]}"}]

        return Guard(Lists(), clock), asked

    def test_each_collection_is_looked_at_for_itself(self) -> None:
        """A look at the machines says nothing about the VLANs."""
        guard, asked = self.lists(VirtualClock())
        for project in ("p", "q"):
            for kind, key in (("vlan", "virtual_networks"), ("ip_reservation", "ip_addresses")):
                live = LiveObject(kind, f"{key}-of-{project}", "", {}, {}, owner_id=project)
                found = guard.now(CATALOG[kind], live)
                assert found is not None
                assert (found.kind, found.id) == (kind, live.id)
        assert len(asked) == 4

    def test_all_that_somebody_changed_is_named(self) -> None:
        class Lists(Account):
            def fetch(self, listing: Listing) -> list[dict[str, Any]]:
                return [{"id": "v1", "description": "theirs", "vxlan": 9, "facility_code": "ewr1"}]

        values = {"description": "ours", "vxlan": 7, "facility": "ewr1"}
        live = LiveObject("vlan", "v1", "", values, {}, owner_id="p")
        wanted = {"description": "new", "vxlan": 8, "facility": "ams1"}
        told = Guard(Lists(), VirtualClock()).objection(CATALOG["vlan"], live, wanted, deletes=False)
        assert told == "somebody changed its description, vxlan since the plan was made"

    @pytest.mark.parametrize(("seconds", "looks"), [(0.0, 1), (FRESH_SECONDS, 1), (FRESH_SECONDS + 0.5, 2)])
    def test_one_serves_all_that_come_soon(self, seconds: float, looks: int) -> None:
        clock = VirtualClock()
        clock.sleep(100.0)
        guard, asked = self.lists(clock)
        live = LiveObject("vlan", "virtual_networks-of-p", "", {}, {}, owner_id="p")
        guard.now(CATALOG["vlan"], live)
        clock.sleep(seconds)
        guard.now(CATALOG["vlan"], live)
        assert len(asked) == looks
