"""Taking down: children first, users before what they use, and nothing of ours left."""

from __future__ import annotations

import pytest

from .bench import Bench
from .build import devices, ref, resource, shop, stack

EDGE = resource("projects.edge")


def test_destroy_leaves_nothing(bench: Bench) -> None:
    bench.settled(shop(3))
    run = bench.apply(shop(3), destroy=True)
    assert run.ok
    assert run.applied.counts.destroyed == 11
    assert not any(bench.account.frozen().values())
    assert bench.plan(shop(3), destroy=True).actions() == {}


def test_destroy_goes_the_other_way_round(bench: Bench) -> None:
    bench.settled(shop(2))
    planned = bench.plan(shop(2), destroy=True)
    device, assignment = "projects.edge.devices.web[0]", "projects.edge.devices.web[0].ip_assignments.vip"
    assert planned.before(f"{assignment}:delete", f"{device}:delete")
    assert planned.before(f"{assignment}:delete", "projects.edge.ip_reservations.vip:delete")
    for used in ("vlans.storage", "ip_reservations.vip", "ssh_keys.ops"):
        for number in (0, 1):
            assert planned.before(f"projects.edge.devices.web[{number}]:delete", f"projects.edge.{used}:delete")
        assert planned.before(f"projects.edge.{used}:delete", "projects.edge:delete")
    assert planned.before(f"{device}:delete", f"{device}.bgp_sessions.ipv4:delete"), "the API does it with the device"


def test_what_the_api_removes_by_itself_costs_no_call(bench: Bench) -> None:
    bench.settled(shop(1))
    bench.account.ledger.clear()
    run = bench.apply(shop(1), destroy=True)
    assert not [each for each in bench.account.ledger if "/bgp" in each.route]
    assert run.ended("projects.edge.bgp_config:delete").implied
    assert run.ended("projects.edge.devices.web[0].bgp_sessions.ipv4:delete").implied


def test_an_object_that_is_gone_already_counts_as_deleted(bench: Bench) -> None:
    bench.settled(stack(EDGE, *devices(2)))
    planned = bench.plan(stack(EDGE, *devices(2)), destroy=True)
    bench.account.rows["devices"].popitem()
    assert bench.execute(planned).ok


def test_a_device_in_the_middle_of_provisioning_is_deleted_when_it_can_be(bench: Bench) -> None:
    bench.account.provision_seconds = 90
    wanted = stack(EDGE, *devices(1))
    planned = bench.plan(wanted)
    from reconciler.engine.stop import Stop
    from reconciler.model.event import Progressed

    stop = Stop()
    bench.execute(planned, stop=stop, listen=lambda event: stop.request() if isinstance(event, Progressed) else None)
    assert bench.account.one("devices")["state"] == "queued"
    run = bench.apply(wanted, destroy=True)
    assert run.ok
    refused = [each for each in bench.account.mutations("DELETE", "/devices/{id}") if each.status == 422]
    assert 1 <= len(refused) < 30
    assert not any(bench.account.frozen().values())


def test_a_vlan_that_is_still_assigned_is_deleted_when_the_ports_let_go(bench: Bench) -> None:
    bench.account.vlan_lag_seconds = 30
    bench.settled(shop(1))
    vlan, device = bench.account.one("vlans")["id"], bench.account.one("devices")["id"]
    bench.account.rows["vlans"][vlan]["_user"] = device
    assert bench.apply(shop(1), destroy=True).ok
    tries = bench.account.mutations("DELETE", "/virtual-networks/{id}")
    assert {each.status for each in tries[:-1]} == {422}
    assert tries[-1].status == 200
    assert bench.clock.now() < 200


def test_a_vlan_that_is_never_let_go_fails_with_the_api_s_text(bench: Bench) -> None:
    bench.settled(shop(1))
    vlan = bench.account.one("vlans")["id"]
    bench.account.rows["vlans"][vlan]["_held"] = 1e9
    run = bench.apply(shop(1), destroy=True)
    ended = run.ended("projects.edge.vlans.storage:delete")
    assert "Cannot delete Virtual Network when port is assigned" in ended.reason
    assert "request req-1" in ended.reason
    assert run.results["projects.edge:delete"] == "skipped"
    assert run.results["projects.edge.ssh_keys.ops:delete"] == "done"


def test_the_users_own_time_limit_holds_for_a_refusal_that_does_not_clear(bench: Bench) -> None:
    from reconciler.model.resource import Timeouts

    short = Timeouts(delete=20)
    bench.settled(stack(EDGE, resource("projects.edge.vlans.v", timeouts=short)))
    vlan = bench.account.one("vlans")["id"]
    bench.account.rows["vlans"][vlan]["_held"] = 1e9
    run = bench.apply(stack(EDGE, resource("projects.edge.vlans.v", description="new", timeouts=short)))
    assert run.results["projects.edge.vlans.v:delete"] == "failed"
    assert bench.clock.now() < 40


def test_an_object_that_is_no_longer_declared_is_destroyed_and_the_others_are_left_alone(bench: Bench) -> None:
    bench.settled(stack(EDGE, *devices(3), resource("projects.edge.vlans.v")))
    planned = bench.plan(stack(EDGE, *devices(1)))
    assert planned.actions() == {
        "projects.edge.devices.web[1]": "delete",
        "projects.edge.devices.web[2]": "delete",
        "projects.edge.vlans.v": "delete",
    }
    change = planned.change("projects.edge.devices.web[2]")
    assert (change.reason, change.place) == ("not_declared", None)
    assert planned.before("projects.edge.devices.web[1]:delete", "projects.edge.vlans.v:delete")
    assert bench.execute(planned).ok
    assert [each["hostname"] for each in bench.account.all("devices")] == ["web-0"]


def test_a_section_taken_out_of_a_device_is_a_strangers_and_an_empty_one_is_emptied(bench: Bench) -> None:
    config, web = resource("projects.edge.bgp_config"), resource("projects.edge.devices.web")
    session = resource("projects.edge.devices.web.bgp_sessions.ipv4")
    bench.settled(stack(EDGE, config, web, session))
    assert bench.plan(stack(EDGE, config, web)).actions() == {}
    emptied = resource("projects.edge.devices.web", sections=("bgp_sessions",))
    assert bench.plan(stack(EDGE, config, emptied)).actions() == {
        "projects.edge.devices.web.bgp_sessions.ipv4": "delete"
    }


def test_a_config_that_is_no_longer_declared_stays_since_the_api_cannot_remove_it(bench: Bench) -> None:
    bench.settled(stack(EDGE, resource("projects.edge.bgp_config")))
    planned = bench.plan(stack(EDGE))
    assert planned.actions() == {}
    assert [each.kind for each in planned.plan.strangers] == ["bgp_config"]


@pytest.mark.parametrize("parallelism", [1, 16])
def test_deletes_of_a_reference_chain_are_the_creates_backwards(bench: Bench, parallelism: int) -> None:
    chain = [EDGE]
    for number in range(5):
        text = ref(f"projects.edge.vlans.v{number - 1}", "id") if number else "first"
        chain.append(resource(f"projects.edge.vlans.v{number}", description=text))
    bench.settled(stack(*chain), parallelism=parallelism)
    made = [each.id for each in bench.account.posts()]
    replaced = bench.plan(
        stack(*chain[:1], resource("projects.edge.vlans.v0", facility="ams1", description="first"), *chain[2:])
    )
    assert set(replaced.actions().values()) == {"delete-create"}
    assert bench.execute(replaced, parallelism=parallelism).ok
    assert [each.id for each in bench.account.mutations("DELETE")] == made[:0:-1]
