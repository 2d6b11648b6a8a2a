"""Waiting for slow objects: one list call for all of them, and every way in which the waiting can end."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.resource import Timeouts
from reconciler.wire import Incomplete, Rejected, Unreachable

from .bench import Bench
from .build import devices, resource, stack

EDGE = resource("projects.edge")
DEVICES = "/projects/{id}/devices"


def polls(bench: Bench, since: int) -> int:
    return len([each for each in bench.account.reads[since:] if each.endswith("/devices")])


def test_one_call_asks_for_all_devices_however_many(bench: Bench) -> None:
    counts = []
    for count in (1, 40):
        fresh = Bench()
        fresh.account.provision_seconds = 120
        planned = fresh.plan(stack(EDGE, *devices(count)))
        since = len(fresh.account.reads)
        assert fresh.execute(planned).ok
        counts.append(polls(fresh, since))
        assert 120 <= fresh.clock.now() < 140
    assert counts[0] < 60
    assert counts[1] <= counts[0] + 5


def test_waiting_devices_hold_no_worker(bench: Bench) -> None:
    bench.account.provision_seconds = 120
    assert bench.apply(stack(EDGE, *devices(10)), parallelism=1).ok
    assert bench.clock.now() < 150


def test_two_projects_are_asked_by_one_call_each(bench: Bench) -> None:
    bench.account.provision_seconds = 60
    wanted = stack(EDGE, resource("projects.core"), *devices(3), *devices(3, "projects.core", "db"))
    run = bench.settled(wanted)
    assert run.ok
    assert bench.clock.now() < 80


def test_progress_is_told_when_it_changes(bench: Bench) -> None:
    bench.account.provision_seconds = 60
    run = bench.apply(stack(EDGE, *devices(1)))
    assert [each.message for each in run.progress()] == ["queued"]


def test_a_device_that_fails_to_provision_and_is_taken_away_fails_its_step(bench: Bench) -> None:
    bench.account.provision_seconds = 30
    bench.account.failing_hosts = {"web-0"}
    bench.account.end(
        "gone",
        "GET",
        "/devices/{id}",
        times=9,
        error=Rejected("no", status=403, errors=("You are not authorized to view this device",)),
    )
    run = bench.apply(stack(EDGE, *devices(2)))
    reason = run.ended("projects.edge.devices.web[0]:create").reason
    assert "it failed to provision and was taken away" in reason
    assert "You are not authorized to view this device" in reason
    assert run.results["projects.edge.devices.web[1]:create"] == "done"
    assert bench.clock.now() < 60
    bench.account.failing_hosts = set()
    bench.settled(stack(EDGE, *devices(2)))


def test_a_device_that_is_gone_by_404_fails_its_step(bench: Bench) -> None:
    bench.account.provision_seconds = 30
    bench.account.failing_hosts = {"web-0"}
    run = bench.apply(stack(EDGE, *devices(1)))
    assert run.ended("projects.edge.devices.web[0]:create").reason == "it is gone"


def test_a_device_that_a_stale_list_does_not_show_is_asked_for_and_waited_for(bench: Bench) -> None:
    bench.account.provision_seconds = 30
    planned = bench.plan(stack(EDGE, *devices(1)))
    bench.account.end("stale", "LIST", DEVICES, times=7)
    assert bench.execute(planned).ok


def test_a_probe_without_an_answer_teaches_nothing(bench: Bench) -> None:
    bench.account.provision_seconds = 30
    planned = bench.plan(stack(EDGE, *devices(1)))
    bench.account.end("stale", "LIST", DEVICES, times=7)
    bench.account.end("lost", "GET", "/devices/{id}", times=9, error=Unreachable("no answer"))
    assert bench.execute(planned).ok


def test_a_device_whose_state_becomes_failed_fails_its_step(bench: Bench) -> None:
    bench.account.provision_seconds = 30
    planned = bench.plan(stack(EDGE, *devices(2)))
    bench.account.end(
        "edited", "LIST", DEVICES, times=99, edit=lambda rows: [{**each, "state": "failed"} for each in rows]
    )
    run = bench.execute(planned)
    assert run.ended("projects.edge.devices.web[0]:create").reason == "its state became failed"


@pytest.mark.parametrize(("verb", "word"), [("create", "ready"), ("delete", "gone")])
def test_the_time_limit_says_how_long_it_waited_and_what_to_do(bench: Bench, verb: str, word: str) -> None:
    limits = Timeouts(create=100, delete=50)
    wanted = stack(EDGE, resource("projects.edge.devices.web", timeouts=limits))
    if verb == "delete":
        bench.settled(wanted)
        wanted = stack(EDGE, resource("projects.edge.devices.web", timeouts=limits, operating_system="debian_9"))
    bench.account.provision_seconds = bench.account.deprovision_seconds = 1e6
    run = bench.apply(wanted)
    ended = run.ended(f"projects.edge.devices.web:{verb}")
    limit = 100 if verb == "create" else 50
    assert ended.reason.startswith((f"not {word} after {limit} s", f"not {word} after {limit + 1} s"))
    assert "run the same command again" in ended.reason
    assert bench.clock.now() < 130


def test_reads_that_fail_while_waiting_are_tried_again_and_told(bench: Bench) -> None:
    bench.account.provision_seconds = 60
    planned = bench.plan(stack(EDGE, *devices(1)))
    bench.account.end("broken", "LIST", DEVICES, times=3, error=Incomplete("a page is missing"))
    run = bench.execute(planned)
    assert run.ok
    assert run.notes() == ["waiting goes on: a page is missing"] * 3


def test_reads_that_never_work_again_end_at_the_time_limit(bench: Bench) -> None:
    bench.account.provision_seconds = 60
    planned = bench.plan(stack(EDGE, *devices(2)))
    bench.account.end("broken", "LIST", DEVICES, times=10**6, error=Unreachable("no route"))
    run = bench.execute(planned)
    assert {each.result.value for each in run.applied.ended if each.kind == "device"} == {"failed"}
    assert bench.clock.now() < 2000


@pytest.mark.parametrize("rows", [[{"id": 1, "tags": 3}], [7], [{}], [{"ip_addresses": 5, "id": "x"}]])
def test_lists_of_another_shape_while_waiting_are_no_end(bench: Bench, rows: list[Any]) -> None:
    bench.account.provision_seconds = 20
    planned = bench.plan(stack(EDGE, *devices(1)))
    bench.account.end("odd", "LIST", DEVICES, times=2, edit=lambda _: rows)
    run = bench.execute(planned)
    assert run.ok
    assert "not understood" in run.notes()[0]


def test_deletes_are_waited_for_before_what_they_used_goes(bench: Bench) -> None:
    bench.account.deprovision_seconds = 45
    wanted = stack(EDGE, resource("projects.edge.vlans.v"), *devices(3))
    bench.settled(wanted)
    began = bench.clock.now()
    assert bench.apply(wanted, destroy=True).ok
    (vlan,) = bench.account.mutations("DELETE", "/virtual-networks/{id}")
    assert vlan.at - began >= 45
    assert vlan.status == 200
