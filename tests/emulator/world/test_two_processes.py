"""Two emulators with one file: each sees what the other has done."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.emulator import Emulator, VirtualClock
from tests.emulator.client import TOKEN, Client


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Client, Client]]:
    clock = VirtualClock()
    both = [Client(Emulator(db=tmp_path / "world.db", token=TOKEN, clock=clock), clock) for _ in range(2)]
    yield both[0], both[1]
    for client in both:
        client.emulator.stop()


def test_each_sees_the_others_writes_at_once(pair: tuple[Client, Client]) -> None:
    one, two = pair
    assert one.get("/user") == two.get("/user")
    project = one.project()
    assert two.get(f"/projects/{project}")["name"] == "edge"
    two.call("PUT", f"/projects/{project}", {"name": "renamed"})
    assert one.get(f"/projects/{project}")["name"] == "renamed"
    device = one.active_device(project)
    assert two.get(device["href"]) == device
    two.delete(device["href"])
    assert one.get(device["href"])["state"] == "deprovisioning"
    one.wait(2)
    assert one.call("GET", device["href"]).status == two.call("GET", device["href"]).status == 404
    one.delete(f"/projects/{project}")
    assert two.get("/projects")["projects"] == []


def test_they_share_one_ledger_and_one_count(pair: tuple[Client, Client]) -> None:
    one, two = pair
    for number in range(6):
        pair[number % 2].make("/projects", {"name": str(number)})
    assert one.control("ledger") == two.control("ledger")
    assert [row["number"] for row in one.control("ledger")["ledger"]] == list(range(1, 7))
    assert one.control("stats")["requests"]["POST"]["/projects"] == 6


def test_they_never_give_the_same_address_number_or_machine_twice(pair: tuple[Client, Client]) -> None:
    one, two = pair
    project = one.project()
    addresses, numbers = [], []
    for turn in range(8):
        api = pair[turn % 2]
        device = api.active_device(project)
        addresses += [a["address"] for a in device["ip_addresses"]]
        vlan = api.make(f"/projects/{project}/virtual-networks", {"facility": "ewr1"})
        numbers.append(vlan["vxlan"])
        if turn % 3 == 2:
            pair[(turn + 1) % 2].delete(vlan["href"])
            numbers.pop()
    assert len(set(addresses)) == len(addresses) == 24
    assert len(set(numbers)) == len(numbers)
    assert len({d["id"] for d in two.get(f"/projects/{project}/devices?per_page=99")["devices"]}) == 8


def test_addresses_go_back_and_forth(pair: tuple[Client, Client]) -> None:
    one, two = pair
    project = one.project()
    device = one.active_device(project)
    for _ in range(3):
        block = one.make(f"/projects/{project}/ips", {"type": "public_ipv4", "quantity": 2, "facility": "ewr1"})
        made = two.make(f"{device['href']}/ips", {"address": block["address"]})
        assert one.get(block["href"])["assignments"] == [{"href": made["href"]}]
        one.delete(made["href"])
        two.delete(block["href"])
        assert one.call("GET", block["href"]).status == 404


def test_a_reset_and_a_clock_reach_the_other(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one.project()
    two.get("/projects")
    one.control("clock", {"advance_seconds": 1000})
    assert two.control("clock") == one.control("clock")
    two.control("reset", {})
    assert one.get("/projects")["projects"] == []
    assert one.get("/user") == two.get("/user")
    assert one.control("ledger") == {"ledger": []}
    assert one.project() != two.project("b", key=2)


def test_many_threads_of_both_lose_nothing(pair: tuple[Client, Client]) -> None:
    project = pair[0].project()
    refused: list[int] = []

    def work(api: Client) -> None:
        for _ in range(25):
            answer = api.call(
                "POST", f"/projects/{project}/devices?facility=ewr1&plan=t1.small.x86&operating_system=centos_7"
            )
            if answer.status != 201:
                refused.append(answer.status)

    threads = [threading.Thread(target=work, args=(pair[n % 2],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == []
    pages = [api.get(f"/projects/{project}/devices?per_page=1000") for api in pair]
    assert pages[0] == pages[1]
    assert pages[0]["meta"]["total"] == 100
    assert len(pair[0].control("ledger")["ledger"]) == 102
