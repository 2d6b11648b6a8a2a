"""Deletes of machines and volumes: one first, and then not all within a moment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.engine.stop import Stop
from reconciler.model.event import Ended
from reconciler.model.rails import Pacing, Rails
from reconciler.model.resource import Stack

from .account import Entry
from .bench import Bench
from .build import devices, resource, stack

EDGE = resource("projects.edge")
DELETE = "/devices/{id}"


def fleet(count: int, **rails: int | bool) -> Stack:
    return replace(stack(EDGE, *devices(count)), rails=Rails(**rails))  # type: ignore[arg-type]


def sent(bench: Bench) -> list[Entry]:
    return bench.account.mutations("DELETE", DELETE)


def settled(bench: Bench, wanted: Stack) -> Bench:
    bench.settled(wanted)
    bench.account.ledger.clear()
    bench.account.deprovision_seconds = 90.0
    return bench


def test_of_many_machines_the_first_has_to_be_gone_before_another_delete_is_sent(bench: Bench) -> None:
    settled(bench, fleet(8))
    run = bench.execute(bench.plan(fleet(8), destroy=True), parallelism=8)
    assert run.ok
    first, second, *others = sorted(each.at for each in sent(bench))
    assert second - first >= 90.0
    assert len(others) == 6
    assert others[-1] - second < 5.0, "the others go at once"


def test_of_a_few_machines_all_go_at_once(bench: Bench) -> None:
    settled(bench, fleet(5))
    planned = bench.plan(fleet(5), destroy=True)
    assert planned.plan.pacing is None
    assert bench.execute(planned, parallelism=8).ok
    assert max(each.at for each in sent(bench)) - min(each.at for each in sent(bench)) < 5.0


@pytest.mark.parametrize(
    ("count", "rails", "expected"),
    [
        (2, {"canary": True}, Pacing(2, True, 60)),
        (1, {"canary": True}, None),
        (8, {"canary": False}, None),
        (8, {"canary": False, "deletes_per_minute": 7}, Pacing(8, False, 7)),
        (8, {"canary": False, "deletes_per_minute": 8}, None),
        (6, {}, Pacing(6, True, 60)),
    ],
)
def test_the_stack_says_how_deletes_are_paced(
    bench: Bench, count: int, rails: dict[str, int | bool], expected: Pacing | None
) -> None:
    bench.settled(fleet(count))
    assert bench.plan(fleet(count, **rails), destroy=True).plan.pacing == expected


def test_no_more_deletes_are_sent_within_a_minute_than_the_stack_allows(bench: Bench) -> None:
    wanted = fleet(10, canary=False, deletes_per_minute=3)
    settled(bench, wanted)
    assert bench.execute(bench.plan(wanted, destroy=True), parallelism=8).ok
    moments = sorted(each.at for each in sent(bench))
    assert len(moments) == 10
    for earlier, later in zip(moments, moments[3:], strict=False):
        assert later - earlier >= 60.0
    assert moments[-1] - moments[0] < 200.0


def test_when_the_first_delete_does_not_succeed_no_other_is_sent(bench: Bench) -> None:
    settled(bench, fleet(8))
    planned = bench.plan(fleet(8), destroy=True)
    bench.account.end("reject", "DELETE", DELETE)
    run = bench.execute(planned, parallelism=4)
    assert len(sent(bench)) == 1
    (failed,) = [each for each in run.applied.ended if each.result.value == "failed"]
    skipped = {each.address: each.reason for each in run.applied.ended if each.result.value == "skipped"}
    assert len(skipped) == 8, "seven machines and the project"
    machines = {why for address, why in skipped.items() if "devices" in address}
    assert machines == {f"because the first delete, {failed.address}, did not succeed"}
    assert "was not sent" in skipped["projects.edge"] or "failed" in skipped["projects.edge"]
    assert bench.apply(fleet(8), destroy=True).ok


def test_replacements_are_paced_as_well(bench: Bench) -> None:
    settled(bench, fleet(6))
    addresses = tuple(f"projects.edge.devices.web[{number}]" for number in range(6))
    run = bench.apply(fleet(6), replace=addresses, parallelism=6)
    assert run.ok
    first, second, *_ = sorted(each.at for each in sent(bench))
    assert second - first >= 90.0


def test_what_costs_nothing_by_the_hour_is_not_paced(bench: Bench) -> None:
    wanted = stack(EDGE, *(resource(f"projects.edge.vlans.v{number}") for number in range(8)))
    bench.settled(wanted)
    assert bench.plan(wanted, destroy=True).plan.pacing is None


def test_a_stop_while_deletes_are_held_back_leaves_them(bench: Bench) -> None:
    settled(bench, fleet(8))
    stop = Stop()
    planned = bench.plan(fleet(8), destroy=True)
    run = bench.execute(
        planned, stop=stop, listen=lambda event: stop.request() if not isinstance(event, Ended) else None, parallelism=4
    )
    assert run.applied.interrupted
    assert len(sent(bench)) == 1
    assert bench.apply(fleet(8), destroy=True).ok
