"""Asked to stop: what is out is waited for, nothing new is started, and the next run takes it from there."""

from __future__ import annotations

import pytest

from reconciler.engine.stop import Stop
from reconciler.model.event import Ended, Event, Progressed, Started

from .bench import Bench
from .build import devices, resource, shop, stack

EDGE = resource("projects.edge")


def test_stopped_at_every_point_the_next_runs_converge_with_nothing_twice() -> None:
    """F13: with an account that is not the emulator."""
    total = 60
    for point in range(total):
        bench, stop, seen = Bench(), Stop(), 0
        bench.account.provision_seconds = 20

        def listen(event: Event, stop: Stop = stop, point: int = point) -> None:
            nonlocal seen
            seen += 1
            if seen > point:
                stop.request()

        run = bench.execute(bench.plan(shop(2)), stop=stop, listen=listen, parallelism=2)
        if not run.applied.interrupted:
            assert run.ok
            break
        assert not [each for each in run.applied.ended if each.result.value == "failed"]
        assert len(run.applied.ended) == 10, "every step is accounted for"
        bench.settled(shop(2))
        assert len(bench.account.posts()) == 10
    else:
        pytest.fail("never came to the end")


def test_a_stop_at_once_sends_nothing(bench: Bench) -> None:
    stop = Stop()
    stop.request()
    run = bench.execute(bench.plan(shop(1)), stop=stop)
    assert run.applied.interrupted
    assert set(run.results.values()) == {"skipped"}
    assert bench.account.ledger == []


def test_what_is_waited_for_is_abandoned_and_the_next_run_goes_on_waiting(bench: Bench) -> None:
    bench.account.provision_seconds = 100
    stop = Stop()
    planned = bench.plan(stack(EDGE, *devices(3)))
    run = bench.execute(
        planned, stop=stop, listen=lambda each: stop.request() if isinstance(each, Progressed) else None
    )
    waiting = [each for each in run.applied.ended if each.kind == "device"]
    assert {each.result.value for each in waiting} == {"abandoned"}
    assert all(each.id for each in waiting)
    again = bench.plan(stack(EDGE, *devices(3)))
    assert [each.verb.value for each in again.plan.steps] == ["await"] * 3
    assert again.plan.empty
    assert bench.execute(again).ok
    assert len(bench.account.posts()) == 4


def test_calls_that_are_out_are_waited_for(bench: Bench) -> None:
    bench.account.pause = 0.02
    stop = Stop()

    def listen(event: Event) -> None:
        if isinstance(event, Started) and event.kind == "vlan":
            stop.request()

    wanted = stack(EDGE, *(resource(f"projects.edge.vlans.v{number}") for number in range(8)))
    run = bench.execute(bench.plan(wanted), stop=stop, listen=listen, parallelism=4)
    done = [each for each in run.applied.ended if each.kind == "vlan" and each.result.value == "done"]
    assert len(done) == len(bench.account.all("vlans")) >= 1
    assert run.applied.interrupted
    bench.settled(wanted)


def test_a_delete_that_waits_for_something_to_clear_is_abandoned(bench: Bench) -> None:
    wanted = stack(EDGE, resource("projects.edge.vlans.v"))
    bench.settled(wanted)
    bench.account.rows["vlans"][bench.account.one("vlans")["id"]]["_held"] = 1e9
    stop = Stop()
    bench.account.pause = 0.001
    planned = bench.plan(wanted, destroy=True)
    run = bench.execute(planned, stop=stop, listen=lambda each: stop.request() if isinstance(each, Started) else None)
    assert run.results == {"projects.edge.vlans.v:delete": "abandoned", "projects.edge:delete": "skipped"}
    assert "projects.edge.vlans.v was interrupted" in run.ended("projects.edge:delete").reason


def test_a_stop_after_the_last_step_is_no_interruption(bench: Bench) -> None:
    stop = Stop()
    run = bench.execute(
        bench.plan(stack(EDGE)), stop=stop, listen=lambda each: stop.request() if isinstance(each, Ended) else None
    )
    assert run.ok
    assert not run.applied.interrupted
