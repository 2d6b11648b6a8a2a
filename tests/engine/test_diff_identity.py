"""Which live object a declared resource is: by its mark or else its natural key, in the live parent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model.live import LiveObject, Phase, Status
from reconciler.model.mark import Mark
from reconciler.model.resource import Lifecycle

from .build import ref, resource
from .comparing import BLOCK, EDGE, EDGE_LIVE, PROJECT, VOLUME, WEB, compare, live

FAILED = Status(Phase.FAILED, "failed")


def doubles(**values: Any) -> tuple[LiveObject, LiveObject]:
    """Two objects with one mark, the older one first."""
    old, new = (live(WEB, each, **values) for each in ("old", "new"))
    return replace(old, created_at="2019-07-01T00:00:00Z"), replace(new, created_at="2019-07-01T00:01:00Z")


def matched(*there: LiveObject, **declared: Any) -> str | None:
    return compare(EDGE, resource(WEB, **declared), there=[EDGE_LIVE, *there]).matched(WEB)


class TestByMark:
    def test_it_is_the_one_that_carries_its_address_and_the_stacks_name(self) -> None:
        others = (
            replace(live(WEB, "d1"), mark=Mark("other", WEB)),
            replace(live(WEB, "d2"), mark=Mark("shop", f"{WEB}2")),
            replace(live(WEB, "d3"), mark=None),
        )
        assert matched(*others) is None
        assert matched(*others, live(WEB, "d4")) == "d4"

    def test_it_stands_in_the_live_parent(self) -> None:
        assert matched(replace(live(WEB, "d1"), parent_id="edge-2"), live(WEB, "d2")) == "d2"
        assert matched(replace(live(WEB, "d1"), parent_id="edge-2")) is None

    def test_nothing_is_in_a_parent_that_is_not_there_yet(self) -> None:
        """Not even a personal key with the mark of that project's."""
        address = "projects.edge.ssh_keys.ops"
        personal = replace(live(address), parent_id=None)
        assert compare(EDGE, resource(address), there=[personal]).matched(address) is None


class TestOfSeveral:
    def test_the_oldest_that_may_stay(self) -> None:
        assert matched(*doubles()) == "old"
        assert matched(*doubles(description="old"), description="new") == "old", "it is updated"

    def test_rather_a_newer_one_than_one_that_is_to_be_replaced(self) -> None:
        old, new = doubles(plan="c1.small.x86")
        assert matched(old, new, plan="c1.small.x86") == "old"
        assert matched(replace(old, values={**old.values, "plan": "t1.small.x86"}), new, plan="c1.small.x86") == "new"

    def test_rather_a_newer_one_than_one_that_has_failed(self) -> None:
        old, new = doubles()
        assert matched(replace(old, status=FAILED), new) == "new"

    def test_the_oldest_when_none_may_stay(self) -> None:
        assert matched(*(replace(each, status=FAILED) for each in doubles())) == "old"
        assert matched(*doubles(), plan="c1.small.x86") == "old"

    def test_a_field_that_the_stack_ignores_does_not_count(self) -> None:
        ignoring = Lifecycle(ignore_changes=frozenset({"plan"}))
        assert matched(*doubles(), plan="c1.small.x86", lifecycle=ignoring) == "old"

    def test_rather_the_project_that_our_machines_are_in(self) -> None:
        """The other one goes, and would take them along."""
        old, new = (
            replace(live(PROJECT, each), created_at=f"2019-07-01T00:00:0{number}Z")
            for number, each in enumerate(("old", "new"))
        )
        ours = replace(live(WEB), parent_id="new")
        theirs = replace(live(WEB, "theirs"), parent_id="old", mark=Mark("other", WEB))
        assert compare(EDGE, resource(WEB), there=[old, new, theirs, ours]).matched(PROJECT) == "new"
        assert compare(EDGE, resource(WEB), there=[old, new, theirs]).matched(PROJECT) == "old"


class TestByKey:
    BOUND = f"{WEB}.ip_assignments.front"
    ATTACHED = f"{WEB}.volume_attachments.disk"

    def bound(self, **changes: Any) -> str | None:
        there = replace(live(self.BOUND, "a1", address="10.0.0.1/32"), **{"mark": None, **changes})
        declared = resource(self.BOUND, address="10.0.0.1/32")
        return compare(EDGE, resource(WEB), declared, there=[EDGE_LIVE, live(WEB), there]).matched(self.BOUND)

    def test_what_carries_no_mark_is_taken(self) -> None:
        assert self.bound() == "a1"

    @pytest.mark.parametrize(
        "changes", [{"key": "10.0.0.2/32"}, {"parent_id": "web-2"}, {"mark": Mark("other", BOUND)}, {"kind": "port"}]
    )
    def test_but_nothing_elsewhere_and_nothing_of_others(self, changes: dict[str, Any]) -> None:
        assert self.bound(**changes) is None

    def attached(self, **volume: Any) -> str | None:
        there = [EDGE_LIVE, live(WEB), live(self.ATTACHED, "a1", volume="data-1")]
        sized = {"plan": "storage_1", "size": 100, "facility": "ewr1"}
        if volume:
            there.append(live(VOLUME, **sized))
        declared = resource(self.ATTACHED, volume=ref(VOLUME))
        wanted = resource(VOLUME, **{**sized, **volume})
        return compare(EDGE, resource(WEB), wanted, declared, there=there).matched(self.ATTACHED)

    def test_what_refers_to_something_that_is_replaced_is_known_by_what_that_is_now(self) -> None:
        assert self.attached(size=100) == "a1"
        assert self.attached(facility="ams1") == "a1"

    def test_what_refers_to_something_that_is_not_there_yet_is_nothing_that_is(self) -> None:
        assert self.attached() is None

    def test_what_it_is_to_be_counts_where_that_is_known(self) -> None:
        """Another field waits for a block that is replaced; the address is not the one of now but the next one."""
        there = [
            EDGE_LIVE,
            live(WEB, description="10.0.0.1/32"),
            live(BLOCK),
            *(replace(live(self.BOUND, f"a{n}", address=f"10.0.0.{n}/32"), mark=None) for n in (1, 2)),
        ]
        declared = resource(
            self.BOUND,
            address=ref(WEB, "description"),
            customdata=ref(BLOCK, "address", lambda value: {"is": value}),
        )
        wanted = (EDGE, resource(WEB, description="10.0.0.2/32"), resource(BLOCK, facility="ams1"), declared)
        assert compare(*wanted, there=there).matched(self.BOUND) == "a2"
