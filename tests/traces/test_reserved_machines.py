"""Reserved machines, as users met them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator import Settings
from reconciler.report.outcome import render_trouble
from tests.emulator.client import Client
from tests.traces.desk import KEYS, STACK, Desk, a_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Each project has two reserved machines, which take four minutes to be free again."""
    settings = Settings(
        provision_seconds=300.0,
        deprovision_seconds=60.0,
        reservation_seconds=240.0,
        hardware_reservations={"ewr1/c2.medium.x86": 2},
    )
    with a_desk(tmp_path, settings) as made:
        yield made


def reservations(api: Client, project: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"/projects/{project}/hardware-reservations")["hardware_reservations"]
    return found


# reservation-provisionable-stale


def test_a_list_may_still_say_provisionable_where_the_machine_itself_does_not(desk: Desk) -> None:
    desk.api.control("settings", {"list_lag_seconds": 30})
    project = desk.api.project()
    desk.api.wait(60)
    first, _ = reservations(desk.api, project)
    desk.api.device(project, hardware_reservation_id=first["id"])
    (listed,) = [each for each in reservations(desk.api, project) if each["id"] == first["id"]]
    alone = desk.api.get(f"/hardware-reservations/{first['id']}")
    assert (listed["provisionable"], alone["provisionable"]) == (True, False)


# reservation-lifecycle


def test_a_reserved_machine_is_provisionable_again_some_minutes_after_its_device(desk: Desk) -> None:
    project = desk.api.project()
    path = f"/hardware-reservations/{reservations(desk.api, project)[0]['id']}"

    def now() -> tuple[Any, bool]:
        shown = desk.api.get(path)
        return shown["device"], shown["provisionable"]

    assert now() == (None, True)
    device = desk.api.active_device(project, hardware_reservation_id=path.rsplit("/", 1)[-1])
    assert now() == ({"href": device["href"]}, False)
    desk.api.delete(device["href"])
    assert now() == (None, False)
    desk.api.wait(239)
    assert now() == (None, False)
    desk.api.wait(61)
    assert now() == (None, True)


# reservation-failed-device-stays


def test_a_failed_device_on_a_reserved_machine_stays_until_it_is_deleted(desk: Desk) -> None:
    project = desk.api.project()
    desk.fault("fail_provisioning", "POST", "/projects/{id}/devices")
    device = desk.api.device(project, hardware_reservation_id=reservations(desk.api, project)[0]["id"])
    desk.api.wait(3600)
    assert desk.api.get(f"/devices/{device['id']}")["state"] == "failed"
    desk.api.delete(f"/devices/{device['id']}")


# next-available-is-not-an-id


def test_next_available_is_not_an_id(desk: Desk) -> None:
    project = desk.api.project()
    answer = desk.api.call("GET", "/metal/v1/hardware-reservations/next-available")
    assert answer.status == 404
    device = desk.api.device(project, hardware_reservation_id="next-available")
    held = device["hardware_reservation"]["href"]
    assert held in [each["href"] for each in reservations(desk.api, project)]


# what the reconciler makes of them

WEB = f"""{STACK}{KEYS}
    devices:
      web:
        hostname: web
        facility: ewr1
        plan: c2.medium.x86
        operating_system: ubuntu_18_04
        hardware_reservation_id: next-available
"""
ADDRESS = "projects.edge.devices.web"


def devices(api: Client) -> list[dict[str, Any]]:
    (project,) = api.get("/projects")["projects"]
    found: list[dict[str, Any]] = api.get(f"/projects/{project['id']}/devices")["devices"]
    return [each for each in found if each["state"] != "deprovisioning"]


def one_machine(desk: Desk) -> str:
    """A stack whose device names the only machine that its project has; the project is there already."""
    desk.api.control("settings", {"hardware_reservations": {"ewr1/c2.medium.x86": 1}})
    desk.apply(WEB.split("    devices")[0])
    (project,) = desk.api.get("/projects")["projects"]
    (machine,) = reservations(desk.api, project["id"])
    return WEB.replace("next-available", machine["id"])


def test_the_reconciler_reads_back_which_machine_was_next_available(desk: Desk) -> None:
    desk.apply(WEB)
    (device,) = devices(desk.api)
    assert device["hardware_reservation"]["href"].startswith("/hardware-reservations/")
    assert desk.sent("GET", "/hardware-reservations/{id}") == 0


@pytest.mark.parametrize("lag", [0, 30])
def test_the_reconciler_waits_for_a_machine_that_is_to_be_used_again(desk: Desk, lag: int) -> None:
    """Also where the list still says that it is provisionable."""
    stack = one_machine(desk)
    desk.apply(stack)
    (before,) = devices(desk.api)
    desk.api.wait(60)
    desk.api.control("settings", {"list_lag_seconds": lag})
    report = desk.run(stack, replace=(ADDRESS,))
    assert report.complete, render_trouble(report, colour=False)
    desk.api.wait(60)
    (after,) = devices(desk.api)
    assert after["id"] != before["id"]
    assert after["hardware_reservation"] == before["hardware_reservation"]
    assert desk.plan(stack).plan.empty


def test_the_reconciler_replaces_a_device_that_failed_on_its_machine(desk: Desk) -> None:
    stack = one_machine(desk)
    desk.fault("fail_provisioning", "POST", "/projects/{id}/devices")
    assert "failed" in desk.failed(stack)
    (failed,) = devices(desk.api)
    assert failed["state"] == "failed"
    desk.apply(stack)
    (device,) = devices(desk.api)
    assert (device["state"], device["id"] != failed["id"]) == ("active", True)
