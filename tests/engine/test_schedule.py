"""Which step runs when: the longest chain first, never too many at once, and a failure skips what needs it alone."""

from __future__ import annotations

import pytest

from reconciler.engine.schedule import Schedule
from reconciler.model.kind import Verb
from reconciler.model.plan import Step
from reconciler.values import Address

from .bench import Bench
from .build import devices, ref, resource, shop, stack

EDGE = resource("projects.edge")


def step(name: str, *requires: str) -> Step:
    return Step(name, Address(None, "vlans", name), Verb.CREATE, "vlan", "", requires)


def test_the_longest_remaining_chain_goes_first() -> None:
    steps = [step("short"), step("long"), step("middle"), step("after_long", "long"), step("last", "after_long")]
    schedule = Schedule(steps, {"short": 1, "long": 1, "middle": 2, "after_long": 1, "last": 1})
    taken = [each.id for _ in range(3) if (each := schedule.take()) is not None]
    assert taken == ["long", "middle", "short"]
    assert schedule.take() is None


def test_equal_chains_go_in_the_order_of_the_plan() -> None:
    steps = [step(f"s{number}") for number in range(20)]
    schedule = Schedule(steps, dict.fromkeys((each.id for each in steps), 1.0))
    assert [schedule.take() for _ in steps] == steps


def test_what_a_failure_skips_is_told_in_the_order_of_the_plan() -> None:
    steps = [step("z"), step("y", "z"), step("b"), step("x", "z"), step("w", "y", "x"), step("a", "b"), step("c", "w")]
    schedule = Schedule(steps, dict.fromkeys((each.id for each in steps), 1.0))
    assert [each.id for each in schedule.failed(steps[0])] == ["y", "x", "w", "c"]
    assert [each.id for each in schedule.rest()] == ["b", "a"]


def test_what_takes_long_starts_before_what_is_quick(bench: Bench) -> None:
    bench.settled(stack(EDGE))
    bench.account.ledger.clear()
    vlans = [resource(f"projects.edge.vlans.a{number}") for number in range(5)]
    assert bench.apply(stack(EDGE, *vlans, *devices(2)), parallelism=1).ok
    assert [each.route.rsplit("/", 1)[-1] for each in bench.account.ledger] == ["devices"] * 2 + [
        "virtual-networks"
    ] * 5


@pytest.mark.parametrize("parallelism", [1, 3, 8])
def test_never_more_calls_at_once_than_allowed(bench: Bench, parallelism: int) -> None:
    bench.account.pause = 0.002
    wanted = stack(EDGE, *(resource(f"projects.edge.vlans.v{number}") for number in range(30)))
    assert bench.apply(wanted, parallelism=parallelism).ok
    assert bench.account.most_busy <= parallelism
    assert parallelism == 1 or bench.account.most_busy > 1


def test_a_failure_skips_what_needs_it_and_nothing_else(bench: Bench) -> None:
    bench.account.end(
        "reject",
        "POST",
        "/projects/{id}/devices",
        texts=("no stock",),
        fits=lambda call: call.body["hostname"] == "web-0",
    )
    run = bench.apply(shop(3))
    failed = {step for step, result in run.results.items() if result != "done"}
    assert failed == {
        "projects.edge.devices.web[0]:create",
        "projects.edge.devices.web[0].ip_assignments.vip:create",
        "projects.edge.devices.web[0].bgp_sessions.ipv4:create",
    }
    skipped = run.ended("projects.edge.devices.web[0].bgp_sessions.ipv4:create")
    assert (skipped.result.value, skipped.reason) == ("skipped", "because projects.edge.devices.web[0] failed")
    bench.settled(shop(3))


def test_a_failed_key_lets_devices_that_do_not_need_it_wait_for_the_next_run(bench: Bench) -> None:
    """Devices take all keys there are at birth, so one that is missing would be missing for good."""
    bench.account.end("reject", "POST", "/projects/{id}/ssh-keys", texts=("Key is invalid",))
    wanted = stack(EDGE, resource("projects.edge.ssh_keys.ops"), *devices(1))
    run = bench.apply(wanted)
    assert run.results["projects.edge.devices.web[0]:create"] == "skipped"
    bench.settled(wanted)


def test_everything_below_a_failed_project_is_skipped_with_its_reason(bench: Bench) -> None:
    bench.account.end("reject", "POST", "/projects", status=403, texts=("You are not authorized",))
    run = bench.apply(shop(2))
    results = run.results
    assert results.pop("projects.edge:create") == "failed"
    assert results.pop("ssh_keys.me:create") == "done"
    assert set(results.values()) == {"skipped"}
    assert {each.reason for each in run.applied.ended if each.result.value == "skipped"} == {
        "because projects.edge failed"
    }


def test_a_replacement_whose_delete_fails_creates_nothing(bench: Bench) -> None:
    bench.settled(stack(EDGE, *devices(1)))
    bench.account.end("reject", "DELETE", "/devices/{id}", texts=("Cannot delete a locked item",))
    run = bench.apply(stack(EDGE, *devices(1, operating_system="debian_9")))
    assert run.results == {
        "projects.edge.devices.web[0]:delete": "failed",
        "projects.edge.devices.web[0]:create": "skipped",
    }
    assert len(bench.account.posts("/projects/{id}/devices")) == 1


def test_steps_without_a_call_end_at_once_and_count(bench: Bench) -> None:
    bench.settled(shop(1))
    run = bench.apply(shop(1), destroy=True)
    assert run.applied.counts.destroyed == 9
    assert len(bench.account.mutations("DELETE")) == 7


def test_joins_keep_the_graph_small_and_are_not_told(bench: Bench) -> None:
    keys = [resource(f"projects.edge.ssh_keys.k{number}") for number in range(30)]
    blocks = [resource(f"projects.edge.ip_reservations.b{number}") for number in range(30)]
    wanted = stack(EDGE, *keys, *blocks, *devices(60))
    created = bench.plan(wanted)
    assert sum(len(each.requires) for each in created.plan.steps) < 600
    run = bench.execute(created)
    assert run.ok
    assert len(run.applied.ended) == 121
    destroyed = bench.plan(wanted, destroy=True)
    assert sum(len(each.requires) for each in destroyed.plan.steps) < 600
    assert destroyed.before("projects.edge.devices.web[7]:delete", "projects.edge.ip_reservations.b3:delete")


def test_every_step_has_an_address_that_can_be_read_back(bench: Bench) -> None:
    from reconciler.values import parse_address

    bench.settled(shop(2))
    for planned in (
        bench.plan(shop(2), destroy=True),
        Bench().plan(shop(2)),
        bench.plan(shop(2), replace=("projects.edge",)),
    ):
        for each in planned.plan.steps:
            assert parse_address(str(each.address)) == each.address


def test_a_chain_of_references_runs_in_order(bench: Bench) -> None:
    chain = [EDGE, resource("projects.edge.devices.d0")]
    for number in range(1, 6):
        text = ref(f"projects.edge.devices.d{number - 1}", "public_ipv4")
        chain.append(resource(f"projects.edge.devices.d{number}", description=text))
    bench.account.provision_seconds = 20
    bench.settled(stack(*chain))
    assert [each.body["hostname"] for each in bench.account.posts("/projects/{id}/devices")] == [
        f"d{number}" for number in range(6)
    ]


def test_what_is_put_after_another_waits_for_it_too_unless_that_is_over() -> None:
    steps = [step("gate"), step("one", "gate"), step("two", "gate"), step("three", "gate")]
    schedule = Schedule(steps, {each.id: 1 for each in steps})
    gate = schedule.take()
    assert gate is not None
    schedule.put_after("two", "one")
    schedule.put_after("two", "three")
    schedule.done(gate)
    schedule.put_after("two", "gate")
    one, three = schedule.take(), schedule.take()
    assert one is not None
    assert three is not None
    assert schedule.take() is None
    schedule.done(one)
    assert schedule.take() is None
    schedule.done(three)
    two = schedule.take()
    assert two is not None
    assert [one.id, three.id, two.id] == ["one", "three", "two"]
