"""Replacing: when it happens, what goes with it, and in which order."""

from __future__ import annotations

import pytest

from reconciler.engine.order import CREATE_FIRST_IMPOSSIBLE
from reconciler.model.live import LiveObject
from reconciler.model.resource import Lifecycle, Resource

from .bench import Bench
from .build import devices, ref, resource, shop, stack

EDGE = resource("projects.edge")
FIRST = Lifecycle(create_before_destroy=True)


def test_a_replaced_device_takes_its_children_along(bench: Bench) -> None:
    bench.settled(shop(1))
    changed = [
        each
        if str(each.address) != "projects.edge.devices.web[0]"
        else resource("projects.edge.devices.web[0]", **{**each.values, "plan": "c1.small.x86"})
        for each in shop(1).resources
    ]
    planned = bench.plan(stack(*changed))
    assert planned.actions() == dict.fromkeys(
        (
            "projects.edge.devices.web[0]",
            "projects.edge.devices.web[0].bgp_sessions.ipv4",
            "projects.edge.devices.web[0].ip_assignments.vip",
        ),
        "delete-create",
    )
    change = planned.change("projects.edge.devices.web[0]")
    assert change.reason == "cannot_update"
    assert "plan" in change.because
    assert "disks are wiped" in change.impact[0]
    assert planned.change("projects.edge.devices.web[0].ip_assignments.vip").reason == "parent_replaced"
    old = bench.account.one("devices")["id"]
    bench.execute(planned)
    (device, assignment, session) = (bench.account.one(each) for each in ("devices", "assignments", "sessions"))
    assert device["id"] != old
    assert assignment["assigned_to"] == session["device"] == {"href": f"/devices/{device['id']}"}
    assert bench.plan(stack(*changed)).actions() == {}


def test_a_replacement_reaches_what_refers_to_it(bench: Bench) -> None:
    def wanted(facility: str) -> list[Resource]:
        return [
            EDGE,
            resource("projects.edge.ip_reservations.vip", facility=facility),
            resource("projects.edge.devices.web", description=ref("projects.edge.ip_reservations.vip", "address")),
            resource("projects.edge.vlans.v", description=ref("projects.edge.ip_reservations.vip", "id")),
        ]

    bench.settled(stack(*wanted("ewr1")))
    planned = bench.plan(stack(*wanted("ams1")))
    assert planned.actions() == {
        "projects.edge.ip_reservations.vip": "delete-create",
        "projects.edge.devices.web": "update",
        "projects.edge.vlans.v": "delete-create",
    }
    assert bench.execute(planned).ok
    block = bench.account.one("blocks")
    assert bench.account.one("devices")["description"] == block["address"]
    assert bench.account.one("vlans")["description"].startswith(block["id"])
    assert bench.plan(stack(*wanted("ams1"))).actions() == {}


def test_replace_on_request(bench: Bench) -> None:
    wanted = stack(EDGE, *devices(2))
    bench.settled(wanted)
    planned = bench.plan(wanted, replace=("projects.edge.devices.web[1]",))
    assert planned.actions() == {"projects.edge.devices.web[1]": "delete-create"}
    assert planned.change("projects.edge.devices.web[1]").reason == "requested"
    old = {each["hostname"]: each["id"] for each in bench.account.all("devices")}
    assert bench.execute(planned).ok
    new = {each["hostname"]: each["id"] for each in bench.account.all("devices")}
    assert (old["web-0"] == new["web-0"], old["web-1"] == new["web-1"]) == (True, False)


def test_a_failed_device_is_replaced_and_says_why(bench: Bench) -> None:
    wanted = stack(EDGE, *devices(1))
    bench.settled(wanted)
    bench.account.rows["devices"][bench.account.one("devices")["id"]]["state"] = "failed"
    planned = bench.plan(wanted)
    change = planned.change("projects.edge.devices.web[0]")
    assert (change.action.value, change.reason, change.because) == (
        "delete-create",
        "failed",
        "because its state is failed",
    )
    assert bench.execute(planned).ok
    assert bench.plan(wanted).actions() == {}


def test_create_first_makes_the_new_one_before_the_old_one_goes(bench: Bench) -> None:
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", lifecycle=FIRST)))
    bench.account.ledger.clear()
    new = resource("projects.edge.devices.web", lifecycle=FIRST, operating_system="debian_9")
    planned = bench.plan(stack(EDGE, new))
    assert planned.actions() == {"projects.edge.devices.web": "create-delete"}
    assert bench.execute(planned).ok
    assert [each.method for each in bench.account.ledger] == ["POST", "DELETE"]
    assert bench.plan(stack(EDGE, new)).actions() == {}


def test_create_first_waits_for_the_new_one_to_be_ready(bench: Bench) -> None:
    bench.account.provision_seconds = 50
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", lifecycle=FIRST)))
    began = bench.clock.now()
    new = resource("projects.edge.devices.web", lifecycle=FIRST, operating_system="debian_9")
    assert bench.apply(stack(EDGE, new)).ok
    (gone,) = bench.account.mutations("DELETE")
    assert gone.at - began >= 50


def test_create_first_keeps_the_old_one_until_its_users_know_the_new_one(bench: Bench) -> None:
    def wanted(system: str) -> list[Resource]:
        return [
            EDGE,
            resource("projects.edge.devices.web", lifecycle=FIRST, operating_system=system),
            resource("projects.edge.devices.lb", description=ref("projects.edge.devices.web", "id")),
        ]

    bench.settled(stack(*wanted("ubuntu_18_04")))
    planned = bench.plan(stack(*wanted("debian_9")))
    assert planned.before("projects.edge.devices.web:create", "projects.edge.devices.lb:update")
    assert planned.before("projects.edge.devices.lb:update", "projects.edge.devices.web:delete")
    assert bench.execute(planned).ok


def test_an_address_moves_only_after_the_old_device_let_it_go(bench: Bench) -> None:
    """The API binds an address to one device at a time, so a child cannot be made first just because its parent is."""

    def wanted(system: str) -> list[Resource]:
        return [
            EDGE,
            resource("projects.edge.bgp_config"),
            resource("projects.edge.ip_reservations.vip"),
            resource("projects.edge.devices.web", lifecycle=FIRST, operating_system=system),
            resource(
                "projects.edge.devices.web.ip_assignments.vip",
                address=ref("projects.edge.ip_reservations.vip", "block"),
            ),
            resource("projects.edge.devices.web.bgp_sessions.ipv4"),
        ]

    bench.settled(stack(*wanted("ubuntu_18_04")))
    planned = bench.plan(stack(*wanted("debian_9")))
    assert planned.actions()["projects.edge.devices.web"] == "create-delete"
    assert bench.execute(planned).ok
    assert bench.plan(stack(*wanted("debian_9"))).actions() == {}


def test_create_first_gives_way_when_it_needs_what_is_itself_replaced(bench: Bench) -> None:
    def wanted(facility: str) -> list[Resource]:
        return [
            EDGE,
            resource("projects.edge.ip_reservations.vip", facility=facility),
            *devices(
                3,
                facility=facility,
                lifecycle=FIRST,
                description=ref("projects.edge.ip_reservations.vip", "address"),
            ),
            resource("projects.edge.devices.free", lifecycle=FIRST, facility=facility),
        ]

    bench.settled(stack(*wanted("ewr1")))
    planned = bench.plan(stack(*wanted("ams1")))
    for number in range(3):
        change = planned.change(f"projects.edge.devices.web[{number}]")
        assert change.action.value == "delete-create"
        assert CREATE_FIRST_IMPOSSIBLE in change.impact
    assert bench.execute(planned).ok
    assert bench.plan(stack(*wanted("ams1"))).actions() == {}


def test_a_used_block_that_depends_on_a_replaced_device_is_no_contradiction(bench: Bench) -> None:
    """A block in the facility where a device came to stand refers to the device, though devices use blocks."""

    def wanted(system: str) -> list[Resource]:
        return [
            EDGE,
            resource("projects.edge.devices.web", facility="any", operating_system=system),
            resource("projects.edge.ip_reservations.vip", facility=ref("projects.edge.devices.web", "facility")),
            resource(
                "projects.edge.devices.web.ip_assignments.vip",
                address=ref("projects.edge.ip_reservations.vip", "block"),
            ),
            resource("projects.edge.vlans.other"),
        ]

    bench.settled(stack(*wanted("ubuntu_18_04")))
    planned = bench.plan(stack(*wanted("debian_9")))
    assert planned.actions()["projects.edge.ip_reservations.vip"] == "delete-create"
    assert bench.execute(planned).ok
    assert bench.plan(stack(*wanted("debian_9"))).actions() == {}


def test_a_key_that_depends_on_a_device_is_no_contradiction(bench: Bench) -> None:
    """Devices are created after the project's keys, but not after one that refers to them."""
    wanted = stack(
        EDGE,
        resource("projects.edge.ssh_keys.ops"),
        resource("projects.edge.devices.web"),
        resource("projects.edge.ssh_keys.of_web", label=ref("projects.edge.devices.web", "id")),
    )
    planned = bench.plan(wanted)
    assert planned.before("projects.edge.ssh_keys.ops:create", "projects.edge.devices.web:create")
    assert bench.execute(planned).ok


def test_replacing_what_the_api_cannot_remove_is_refused(bench: Bench) -> None:
    wanted = stack(EDGE, resource("projects.edge.bgp_config", line=7))
    bench.settled(wanted)
    from reconciler.diagnostics import Refused

    with pytest.raises(Refused) as refused:
        bench.plan(wanted, replace=("projects.edge.bgp_config",))
    (problem,) = refused.value.diagnostics
    assert str(problem.place) == "stack.yaml:7:1"


def test_a_project_replaced_on_request_brings_everything_along(bench: Bench) -> None:
    bench.settled(shop(2))
    planned = bench.plan(shop(2), replace=("projects.edge",))
    assert set(planned.actions().values()) == {"delete-create"}
    assert len(planned.actions()) == 9
    assert bench.execute(planned).ok
    assert bench.plan(shop(2)).actions() == {}
    assert len(bench.account.all("projects")) == 1


def test_a_field_that_is_ignored_does_not_replace(bench: Bench) -> None:
    bench.settled(stack(EDGE, *devices(1)))
    ignoring = Lifecycle(ignore_changes=frozenset({"operating_system", "userdata"}))
    changed = devices(1, operating_system="debian_9", userdata="x", lifecycle=ignoring)
    assert bench.plan(stack(EDGE, *changed)).actions() == {}
    also = devices(1, operating_system="debian_9", userdata="x", hostname="new", lifecycle=ignoring)
    planned = bench.plan(stack(EDGE, *also))
    assert planned.actions() == {"projects.edge.devices.web[0]": "update"}
    assert bench.execute(planned).ok
    assert bench.account.mutations("PUT")[-1].body == {"hostname": "new"}


def test_the_lookup_after_a_lost_answer_never_takes_the_old_object_for_the_new_one(bench: Bench) -> None:
    bench.settled(stack(EDGE, resource("projects.edge.devices.web", lifecycle=FIRST)))
    bench.account.end("lost_before", "POST", "/projects/{id}/devices")
    new = resource("projects.edge.devices.web", lifecycle=FIRST, operating_system="debian_9")
    assert bench.apply(stack(EDGE, new)).ok
    assert bench.account.one("devices")["operating_system"] == {"slug": "debian_9"}


def test_only_live_objects_are_in_changes(bench: Bench) -> None:
    bench.settled(shop(1))
    for change in bench.plan(shop(1)).plan.changes:
        assert isinstance(change.live, LiveObject)
