"""Narrowing: creating takes along what a target needs, destroying what needs the target."""

from __future__ import annotations

import pytest

from reconciler.diagnostics import Refused

from .bench import Bench
from .build import devices, ref, resource, stack

WANTED = stack(
    resource("projects.edge"),
    resource("projects.edge.ip_reservations.vip"),
    resource("projects.edge.vlans.v"),
    resource("projects.edge.devices.lb", description=ref("projects.edge.ip_reservations.vip", "address")),
    *devices(12),
    resource("projects.edge.devices.mon", description=ref("projects.edge.devices.lb", "id")),
    resource("projects.other"),
)


def test_create_closes_over_what_the_target_needs(bench: Bench) -> None:
    planned = bench.plan(WANTED, targets=("projects.edge.devices.lb",))
    assert set(planned.actions()) == {"projects.edge", "projects.edge.ip_reservations.vip", "projects.edge.devices.lb"}
    assert bench.execute(planned).ok
    assert len(bench.plan(WANTED).actions()) == 15


def test_destroy_closes_over_what_needs_the_target(bench: Bench) -> None:
    bench.settled(WANTED)
    planned = bench.plan(WANTED, destroy=True, targets=("projects.edge.ip_reservations.vip",))
    assert set(planned.actions()) == {
        "projects.edge.ip_reservations.vip",
        "projects.edge.devices.lb",
        "projects.edge.devices.mon",
    }
    assert bench.execute(planned).ok
    assert len(bench.account.all("devices")) == 12


@pytest.mark.parametrize(
    ("target", "count"),
    [
        ("projects.edge.devices.web[1]", 1),
        ("projects.edge.devices.web", 12),
        ("projects.edge", 17),
        ("projects.other", 1),
    ],
)
def test_a_target_is_an_instance_a_block_or_a_whole_project(bench: Bench, target: str, count: int) -> None:
    bench.settled(WANTED)
    planned = bench.plan(WANTED, destroy=True, targets=(target,))
    assert len(planned.actions()) == count
    assert bench.execute(planned).ok
    assert len(bench.plan(WANTED).actions()) == count


def test_undeclared_objects_out_of_the_targets_stay(bench: Bench) -> None:
    bench.settled(WANTED)
    fewer = stack(*[each for each in WANTED.resources if each.kind != "device"])
    assert bench.plan(fewer, targets=("projects.edge.vlans.v", "projects.other")).actions() == {}
    assert set(bench.plan(fewer, targets=("projects.edge",)).actions().values()) == {"delete"}


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"targets": ("projects.edge.devices.lbb",)}, "projects.edge.devices.lb"),
        ({"targets": ("devices[",)}, ""),
        ({"replace": ("projects.edge.devices.web",)}, "web["),
        ({"replace": ("projects.edge.devices.web[99]",)}, "web["),
    ],
)
def test_an_address_that_is_none_is_refused(bench: Bench, options: dict[str, tuple[str, ...]], hint: str) -> None:
    with pytest.raises(Refused) as refused:
        bench.plan(WANTED, **options)  # type: ignore[arg-type]
    assert hint in refused.value.diagnostics[0].hint
    assert bench.account.reads == []


def test_5000_devices_are_narrowed_and_planned_in_linear_time(bench: Bench) -> None:
    bench.account.add("projects", name="big", id="p")
    for number in range(5000):
        tags = [f"reconciler:shop:projects.big.devices.web[{number}]"]
        bench.account.add(
            "devices", "p", hostname=f"web-{number}", tags=tags, plan="t1.small.x86", operating_system="ubuntu_18_04"
        )
    chained = [resource("projects.big", existing="big")]
    for number in range(5000):
        after = (f"projects.big.devices.web[{number - 1}]",) if number else ()
        chained.append(resource(f"projects.big.devices.web[{number}]", after=after))
    import time

    began = time.process_time()
    planned = bench.plan(stack(*chained), destroy=True, targets=("projects.big.devices.web",))
    assert len(planned.actions()) == 5000
    assert time.process_time() - began < 12


def test_creating_takes_along_what_the_api_takes_into_account_by_itself(bench: Bench) -> None:
    wanted = stack(
        resource("ssh_keys.me"),
        resource("projects.edge"),
        resource("projects.edge.ssh_keys.ops"),
        resource("projects.edge.bgp_config"),
        resource("projects.edge.vlans.v"),
        resource("projects.edge.devices.lb"),
        resource("projects.edge.devices.lb.bgp_sessions.ipv4"),
        resource("projects.other"),
        resource("projects.other.ssh_keys.ops"),
    )
    device = {"ssh_keys.me", "projects.edge", "projects.edge.ssh_keys.ops", "projects.edge.devices.lb"}
    assert set(bench.plan(wanted, targets=("projects.edge.devices.lb",)).actions()) >= device
    session = "projects.edge.devices.lb.bgp_sessions.ipv4"
    planned = bench.plan(wanted, targets=(session,))
    assert set(planned.actions()) == {*device, "projects.edge.bgp_config", session}
    assert bench.execute(planned).ok
