"""Creating what is wanted: parents first, values that only an apply can tell, and an empty plan afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.values import Unknown

from .bench import Bench
from .build import devices, ref, resource, shop, stack

EDGE = resource("projects.edge", name="Edge")
VIP = resource("projects.edge.ip_reservations.vip")
KEY = resource("projects.edge.ssh_keys.ops")
WEB = resource("projects.edge.devices.web")

ONE_OF_EACH: dict[str, list[Any]] = {
    "project": [resource("projects.edge", name="Edge", backend_transfer_enabled=True, customdata={"rack": 7})],
    "user_key": [resource("ssh_keys.me", label="me at home")],
    "project_key": [EDGE, KEY],
    "vlan": [EDGE, resource("projects.edge.vlans.storage", description="storage net", vxlan=1234)],
    "vlan_without_description": [EDGE, resource("projects.edge.vlans.storage")],
    "public_block": [EDGE, resource("projects.edge.ip_reservations.b", quantity=4, tags=["a", "b"], details="d")],
    "global_block": [
        EDGE,
        resource("projects.edge.ip_reservations.vip", type="global_ipv4", facility=None, customdata={"a": 1}),
    ],
    "bgp_config": [EDGE, resource("projects.edge.bgp_config", md5="Abcdefgh12", use_case="anycast")],
    "device": [
        EDGE,
        resource(
            "projects.edge.devices.web",
            facility=["ams1", "ewr1"],
            tags=["b", "a"],
            customdata='{"rack": {"row": 1}}',
            locked=True,
            features=["tpm"],
            public_ipv4_subnet_size=29,
            termination_time="2019-12-01T00:00:00Z",
            description="",
        ),
    ],
    "device_by_old_slug_anywhere": [
        EDGE,
        resource("projects.edge.devices.web", plan="baremetal_0", facility="any"),
    ],
    "assignment": [
        EDGE,
        VIP,
        WEB,
        resource(
            "projects.edge.devices.web.ip_assignments.vip",
            address=ref("projects.edge.ip_reservations.vip", "block"),
            customdata={"x": [1]},
        ),
    ],
    "sessions": [
        EDGE,
        resource("projects.edge.bgp_config"),
        WEB,
        resource("projects.edge.devices.web.bgp_sessions.ipv4", default_route=True),
        resource("projects.edge.devices.web.bgp_sessions.ipv6"),
    ],
    "several_projects": [
        EDGE,
        resource("projects.core"),
        *devices(2, "projects.core", "db"),
        *devices(2),
        resource("projects.core.vlans.v"),
    ],
    "everything": list(shop(3).resources),
}


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_what_was_created_is_as_wanted(bench: Bench, name: str) -> None:
    run = bench.settled(stack(*ONE_OF_EACH[name]))
    assert run.applied.counts.added == len(ONE_OF_EACH[name])
    assert len(bench.account.posts()) == len(ONE_OF_EACH[name])


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_slow_account_comes_to_the_same(bench: Bench, name: str) -> None:
    bench.account.provision_seconds, bench.account.deprovision_seconds = 300, 60
    wanted = stack(*ONE_OF_EACH[name])
    bench.settled(wanted)
    locked = [each for each in bench.account.all("devices") if each["locked"]]
    for each in locked:
        bench.account.rows["devices"][each["id"]]["locked"] = False
    run = bench.apply(wanted, destroy=True)
    assert run.ok
    assert not any(bench.account.frozen().values())


def test_parents_and_what_is_referred_to_come_first(bench: Bench) -> None:
    planned = bench.plan(shop(2))
    project, device = "projects.edge:create", "projects.edge.devices.web[0]:create"
    for child in ("bgp_config", "vlans.storage", "ssh_keys.ops", "ip_reservations.vip", "devices.web[1]"):
        assert planned.before(project, f"projects.edge.{child}:create")
    assert planned.before("projects.edge.ssh_keys.ops:create", device)
    assert planned.before("projects.edge.ip_reservations.vip:create", device)
    assert planned.before(device, "projects.edge.devices.web[0].ip_assignments.vip:create")
    assert planned.before("projects.edge.bgp_config:create", "projects.edge.devices.web[0].bgp_sessions.ipv4:create")
    bench.execute(planned)
    sent = [each.route for each in bench.account.posts()]
    assert sent.index("/projects") < sent.index("/projects/{id}/ips") < sent.index("/projects/{id}/devices")


def test_after_orders_and_nothing_else(bench: Bench) -> None:
    first = resource("projects.edge.devices.first")
    second = resource("projects.edge.devices.second", after=("projects.edge.devices.first",))
    planned = bench.plan(stack(EDGE, first, second))
    assert planned.before("projects.edge.devices.first:create", "projects.edge.devices.second:create")
    assert not planned.before("projects.edge.devices.second:create", "projects.edge.devices.first:create")


def test_a_value_that_only_an_apply_can_tell_is_unknown_in_the_plan_and_filled_in(bench: Bench) -> None:
    text = ref("projects.edge.ip_reservations.vip", "address", lambda value: f"#cloud-config {value}")
    planned = bench.plan(stack(EDGE, VIP, resource("projects.edge.devices.web", userdata=text)))
    change = planned.change("projects.edge.devices.web")
    assert change.unknown == {"userdata"}
    assert "userdata" not in change.after
    assert bench.execute(planned).ok
    block = bench.account.one("blocks")
    assert bench.account.one("devices")["userdata"] == f"#cloud-config {block['address']}"


def test_a_value_that_is_certain_beforehand_is_known_in_the_plan(bench: Bench) -> None:
    other = resource("projects.edge.devices.db", hostname="db1", description=ref("projects.edge.devices.web", "plan"))
    planned = bench.plan(stack(EDGE, WEB, other))
    assert planned.change("projects.edge.devices.db").after["description"] == "t1.small.x86"


def test_an_address_is_unknown_until_the_device_is_ready(bench: Bench) -> None:
    bench.account.provision_seconds = 120
    other = resource(
        "projects.edge.devices.db", description=ref("projects.edge.devices.web", "public_ipv4", lambda value: value)
    )
    wanted = stack(EDGE, WEB, other)
    planned = bench.plan(wanted)
    assert planned.change("projects.edge.devices.db").unknown == {"description"}
    assert bench.execute(planned).ok
    (db,) = (each for each in bench.account.all("devices") if each["hostname"] == "db")
    assert db["description"].startswith("147.75.")


def test_a_value_that_stays_unknown_fails_its_step_with_the_line(bench: Bench) -> None:
    never = ref("projects.edge.devices.web", "public_ipv4", lambda value: Unknown())
    run = bench.apply(stack(EDGE, WEB, resource("projects.edge.devices.db", description=never, line=20)))
    ended = run.ended("projects.edge.devices.db:create")
    assert "still not known" in ended.reason
    assert ended.diagnostic is not None
    assert str(ended.diagnostic.place).startswith("stack.yaml:25")
    assert len(bench.account.posts("/projects/{id}/devices")) == 1


def test_a_value_that_does_not_fit_when_known_fails_its_step_and_sends_nothing(bench: Bench) -> None:
    wrong = ref("projects.edge.ip_reservations.vip", "address", lambda value: "no_such_name!")
    run = bench.apply(stack(EDGE, VIP, resource("projects.edge.devices.web", hostname=wrong)))
    assert run.results["projects.edge.devices.web:create"] == "failed"
    assert not bench.account.posts("/projects/{id}/devices")


def test_fields_that_only_an_update_can_set_are_set_after_the_create(bench: Bench) -> None:
    bench.settled(stack(resource("projects.edge", backend_transfer_enabled=True)))
    assert [each.method for each in bench.account.ledger] == ["POST", "PUT"]
    assert "backend_transfer_enabled" not in bench.account.ledger[0].body


def test_what_an_earlier_run_began_is_waited_for_and_not_made_again(bench: Bench) -> None:
    bench.account.provision_seconds = 60
    wanted = stack(
        EDGE, WEB, resource("projects.edge.bgp_config"), resource("projects.edge.devices.web.bgp_sessions.ipv4")
    )
    first = bench.plan(stack(EDGE, resource("projects.edge.bgp_config")))
    bench.execute(first)
    project = bench.account.one("projects")["id"]
    tags = ["reconciler:shop:projects.edge.devices.web"]
    bench.account.add(
        "devices", project, hostname="web", tags=tags, plan="t1.small.x86", operating_system="ubuntu_18_04"
    )
    planned = bench.plan(wanted)
    assert planned.steps() == [
        "projects.edge.devices.web:await",
        "projects.edge.devices.web.bgp_sessions.ipv4:create",
    ]
    assert bench.execute(planned).ok
    assert bench.clock.now() >= 60
    assert bench.account.posts("/projects/{id}/devices") == []
