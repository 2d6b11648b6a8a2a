"""The books of the watch: when a list is read next, and what a list says of each object that is waited for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from reconciler.engine.watch import Arrived, Awaited, Collection, Watch
from reconciler.model.kind import Verb
from reconciler.model.live import LiveObject, Phase, Status
from reconciler.model.plan import Step, step_id
from reconciler.values import parse_address

from .build import CATALOG

START = 100.0
DEADLINE = 1000.0


def live(
    name: str = "web", phase: Phase = Phase.WORKING, kind: str = "device", owner: str = "p1", **status: Any
) -> LiveObject:
    word = status.pop("word", phase.value)
    attributes: dict[str, Any] = {"devices": []}
    return LiveObject(kind, name, name, {}, attributes, owner_id=owner, status=Status(phase, word, **status))


def awaited(
    one: LiveObject, verb: Verb = Verb.CREATE, deadline: float = DEADLINE, values: Mapping[str, Any] | None = None
) -> Awaited:
    kind = CATALOG[one.kind]
    address = parse_address(f"projects.edge.{kind.section}.{one.id}")
    step = Step(step_id(address, verb), address, verb, one.kind, "")
    return Awaited(step, kind, one, START, deadline, values or {})


def watching(*each: Awaited, now: float = START) -> tuple[Watch, Collection]:
    """A watch of objects in one collection, which is being read."""
    watch = Watch()
    for one in each:
        watch.add(one, now)
    (collection,) = watch.due(now + 1)
    return watch, collection


class TestWhenToRead:
    def test_a_second_after_the_first_object_came(self) -> None:
        watch = Watch()
        watch.add(awaited(live()), START)
        assert watch.next_due() == START + 1
        assert watch.due(START + 0.9) == []
        assert [(each.kind.name, each.owner_id) for each in watch.due(START + 1)] == [("device", "p1")]

    def test_objects_that_come_later_wait_for_the_same_reading(self) -> None:
        watch = Watch()
        watch.add(awaited(live("a")), START)
        watch.add(awaited(live("b")), START + 0.5)
        watch.add(awaited(live("c", owner="p2")), START + 0.5)
        assert len(watch) == 3
        assert [list(each.waiting) for each in watch.due(START + 1)] == [
            ["projects.edge.devices.a:create", "projects.edge.devices.b:create"]
        ]
        assert watch.next_due() == START + 1.5
        assert [each.owner_id for each in watch.due(START + 2)] == ["p2"]

    def test_a_collection_that_is_being_read_is_not_due(self) -> None:
        watch, collection = watching(awaited(live()))
        assert watch.due(START + 100) == []
        assert watch.next_due() is None
        watch.read(collection, [live()], START + 2, 0.0)
        assert watch.next_due() == START + 3

    def test_nor_is_one_in_which_nothing_is_waited_for(self) -> None:
        watch, collection = watching(awaited(live()))
        watch.read(collection, [live(phase=Phase.READY)], START + 2, 0.0)
        assert len(watch) == 0
        assert watch.next_due() is None
        assert watch.due(START + 100) == []
        watch.add(awaited(live("b")), START + 50)
        assert watch.next_due() == START + 51

    @pytest.mark.parametrize(
        ("waited", "took", "pause"),
        [(5, 0, 1), (40, 0, 2), (60, 0, 3), (100, 0, 5), (900, 0, 5), (5, 0.5, 1), (5, 0.8, 1.6), (60, 4, 8)],
    )
    def test_more_slowly_the_longer_it_takes_and_never_more_than_a_third_of_the_time(
        self, waited: float, took: float, pause: float
    ) -> None:
        watch, collection = watching(awaited(live(), deadline=5000))
        now = START + waited
        watch.read(collection, [live()], now, took)
        assert watch.next_due() == now + pause

    def test_a_reading_that_failed_is_repeated_like_one_that_took_no_time(self) -> None:
        watch, collection = watching(awaited(live()))
        assert watch.failed_to_read(collection, START + 2) == []
        assert watch.next_due() == START + 3


class TestWhatArrives:
    @pytest.mark.parametrize(
        ("verb", "phase", "problem"),
        [
            (Verb.CREATE, Phase.READY, ""),
            (Verb.UPDATE, Phase.READY, ""),
            (Verb.CREATE, Phase.FAILED, "its state became failed: no power"),
            (Verb.CREATE, Phase.LEAVING, "its state became leaving: no power"),
        ],
    )
    def test_an_object_that_is_ready_or_never_will_be(self, verb: Verb, phase: Phase, problem: str) -> None:
        one = awaited(live(), verb)
        watch, collection = watching(one)
        now = live(phase=phase, message="no power")
        assert watch.read(collection, [live("other"), now], START + 2, 0.0) == ([Arrived(one, now, problem)], [], [])
        assert list(watch.everything()) == []

    def test_a_delete_is_over_when_the_list_lacks_it(self) -> None:
        one = awaited(live(), Verb.DELETE)
        watch, collection = watching(one)
        for phase in (Phase.READY, Phase.LEAVING, Phase.FAILED):
            arrived, _, probes = watch.read(collection, [live(phase=phase, unsure=True)], START + 2, 0.0)
            assert (arrived, probes) == ([], [])
        assert watch.read(collection, [], START + 3, 0.0) == ([Arrived(one, one.live)], [], [])

    def test_each_by_itself(self) -> None:
        first, second = awaited(live("a")), awaited(live("b"))
        watch, collection = watching(first, second)
        ready = live("a", Phase.READY)
        arrived, moved, _ = watch.read(collection, [ready, live("b")], START + 2, 0.0)
        assert arrived == [Arrived(first, ready)]
        assert [each.awaited.live.id for each in moved] == ["b"]
        assert list(watch.everything()) == [second]

    def test_what_is_declared_decides_whether_it_is_ready(self) -> None:
        """A spot market request is ready as soon as it is there, or when its machines are."""
        seen = replace(live("r", Phase.READY, "spot_market_request"), values={"devices_min": 1})
        for waits, phase in ((True, Phase.WORKING), (False, Phase.READY)):
            one = awaited(live("r", kind="spot_market_request"), values={"wait_for_devices": waits})
            watch, collection = watching(one)
            arrived, moved, _ = watch.read(collection, [seen], START + 2, 0.0)
            shown = [*(each.live for each in arrived), *(each.live for each in moved)]
            assert [each.status.phase for each in shown] == [phase]
            assert bool(arrived) is not waits

    def test_a_delete_is_not_judged_by_what_is_declared(self) -> None:
        seen = replace(live("r", Phase.READY, "spot_market_request"), values={"devices_min": 1})
        one = awaited(live("r", kind="spot_market_request"), Verb.DELETE, values={"wait_for_devices": True})
        watch, collection = watching(one)
        _, moved, _ = watch.read(collection, [seen], START + 2, 0.0)
        assert [each.live for each in moved] == [seen]


class TestWhatMoves:
    def test_is_told_once_for_each_change_of_what_a_person_sees(self) -> None:
        watch, collection = watching(awaited(live()))
        told = []
        for each in (
            live(word="queued"),
            live(word="queued"),
            live(word="provisioning"),
            live(word="provisioning", percentage=10.0),
            live(word="provisioning", percentage=10.0),
            live(word="provisioning", percentage=10.0, message="installing"),
        ):
            _, moved, _ = watch.read(collection, [each], START + 2, 0.0)
            told += [(one.live.status.word, one.live.status.percentage, one.live.status.message) for one in moved]
        assert told == [
            ("queued", None, ""),
            ("provisioning", None, ""),
            ("provisioning", 10.0, ""),
            ("provisioning", 10.0, "installing"),
        ]


class TestWhatAListLacks:
    def test_is_asked_for_by_itself_at_every_third_miss_in_a_row(self) -> None:
        one = awaited(live())
        watch, collection = watching(one)
        asked = []
        for shown in ([], [], [live()], [], [], [], [], [], [], []):
            arrived, _, probes = watch.read(collection, shown, START + 2, 0.0)
            assert arrived == []
            asked.append(probes == [one])
        assert asked == [False, False, False, False, False, True, False, False, True, False]

    def test_ends_the_wait_when_it_turns_out_to_be_gone(self) -> None:
        one, other = awaited(live()), awaited(live("x", owner="p2"))
        watch, _ = watching(one)
        watch.add(other, START)
        assert watch.vanished(other, "it is gone") == [Arrived(other, other.live, "it is gone")]
        assert watch.vanished(other, "it is gone") == []
        assert list(watch.everything()) == [one]


class TestAnEndThatMayOnlySeemSo:
    def test_counts_when_it_stays_for_ten_seconds(self) -> None:
        watch, collection = watching(awaited(live()))
        for seconds, count in ((2, 0), (7, 0), (11.9, 0), (12, 1)):
            seen = live(phase=Phase.FAILED, unsure=True)
            arrived, _, _ = watch.read(collection, [seen], START + seconds, 0.0)
            assert len(arrived) == count

    @pytest.mark.parametrize("between", [[], [live(phase=Phase.WORKING)]])
    def test_in_a_row(self, between: list[LiveObject]) -> None:
        watch, collection = watching(awaited(live()))
        seen = live(phase=Phase.FAILED, unsure=True)
        for seconds, shown in ((2, [seen]), (8, between), (13, [seen]), (22, [seen])):
            assert watch.read(collection, shown, START + seconds, 0.0)[0] == []
        assert len(watch.read(collection, [seen], START + 23, 0.0)[0]) == 1

    def test_a_sure_one_counts_at_once(self) -> None:
        watch, collection = watching(awaited(live()))
        assert len(watch.read(collection, [live(phase=Phase.FAILED)], START + 2, 0.0)[0]) == 1


class TestTheTimeLimit:
    @pytest.mark.parametrize(("verb", "word"), [(Verb.CREATE, "ready"), (Verb.DELETE, "gone")])
    @pytest.mark.parametrize("readable", [True, False])
    def test_ends_the_wait_with_what_to_do(self, verb: Verb, word: str, readable: bool) -> None:
        one, other = awaited(live("a"), verb, deadline=START + 30), awaited(live("b"), verb)
        watch, collection = watching(one, other)

        def expired(now: float) -> list[Arrived]:
            if not readable:
                return watch.failed_to_read(collection, now)
            return watch.read(collection, [live("a"), live("b")], now, 0.0)[0]

        assert expired(START + 29.9) == []
        why = f"not {word} after 30 s; run the same command again to go on waiting"
        assert expired(START + 30) == [Arrived(one, one.live, why)]
        assert list(watch.everything()) == [other]
