"""The world's file: what was answered is kept, whatever happens to the process."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from reconciler.emulator import Emulator, RealClock, ScaledClock, Settings, UnusableFile, VirtualClock
from tests.emulator.client import TOKEN, Client


def opened(path: Path, clock: VirtualClock, **settings: object) -> Client:
    return Client(Emulator(db=path, token=TOKEN, clock=clock, settings=Settings().changed(settings)), clock)


def everything(api: Client, project: str) -> list[object]:
    paths = ["/user", "/organizations", "/projects", f"/projects/{project}"]
    paths += [
        f"/projects/{project}/{n}?per_page=99" for n in ("devices", "ips", "ssh-keys", "virtual-networks", "events")
    ]
    paths += [f"/projects/{project}/bgp-config", f"/projects/{project}/bgp/sessions", "/capacity"]
    return [api.get(path) for path in paths]


def test_a_restart_changes_nothing(tmp_path: Path) -> None:
    clock = VirtualClock()
    api = opened(tmp_path / "world.db", clock)
    project = api.project("ünïcode")
    device = api.active_device(project, tags=["a", "b"], customdata={"a": [1, None]}, userdata="#!/bin/sh\n")
    api.make(f"/projects/{project}/virtual-networks", {"facility": "ewr1"})
    block = api.make(f"/projects/{project}/ips", {"type": "public_ipv4", "quantity": 4, "facility": "ewr1"})
    api.make(f"{device['href']}/ips", {"address": block["address"]})
    api.call("POST", f"/projects/{project}/bgp-configs", {"deployment_type": "local"})
    api.make(f"{device['href']}/bgp/sessions", {"address_family": "ipv4"})
    gone = api.active_device(project, hostname="gone")
    api.delete(gone["href"])
    api.wait(5)
    before, ledger = everything(api, project), api.control("ledger")
    api.emulator.stop()
    again = opened(tmp_path / "world.db", clock)
    assert everything(again, project) == before
    assert again.control("ledger") == ledger
    assert again.call("GET", gone["href"]).status == 404
    assert again.refused("POST", f"{device['href']}/ips", {"address": block["address"]}) == [
        "Address is already assigned"
    ]
    assert again.make(f"/projects/{project}/virtual-networks", {"facility": "ewr1"})["vxlan"] == 1001
    again.emulator.stop()


def test_life_goes_on_while_nobody_has_the_file_open(tmp_path: Path) -> None:
    clock = VirtualClock()
    api = opened(tmp_path / "world.db", clock, provision_seconds=100, deprovision_seconds=50)
    project = api.project()
    old = api.active_device(project)
    young = api.device(project)
    api.delete(old["href"])
    api.emulator.stop()
    clock.advance(60)
    again = opened(tmp_path / "world.db", clock)
    assert again.call("GET", old["href"]).status == 404
    assert again.get(young["href"])["provisioning_percentage"] == 60.0
    again.emulator.stop()
    clock.advance(60)
    third = opened(tmp_path / "world.db", clock)
    assert third.get(young["href"])["state"] == "active"
    third.emulator.stop()


def test_a_late_commit_survives_a_restart(tmp_path: Path) -> None:
    clock = VirtualClock()
    api = opened(tmp_path / "world.db", clock)
    api.control("faults", {"rules": [{"kind": "late_commit", "route": "/projects", "seconds": 30}]})
    assert api.call("POST", "/projects", {"name": "é"}).dropped
    api.emulator.stop()
    clock.advance(31)
    again = opened(tmp_path / "world.db", clock)
    assert [p["name"] for p in again.get("/projects")["projects"]] == ["é"]
    again.emulator.stop()


def test_an_advanced_clock_stays_advanced(tmp_path: Path) -> None:
    with Emulator(db=tmp_path / "world.db", token=TOKEN) as emulator:
        session = requests.Session()
        session.headers["X-Auth-Token"] = TOKEN
        session.post(f"{emulator.url}/_emulator/clock", json={"advance_seconds": 86_400})
        session.close()
    with Emulator(db=tmp_path / "world.db", token=TOKEN) as again:
        client = Client(again, VirtualClock())
        assert client.control("clock")["unix_seconds"] > time.time() + 86_000


def test_a_world_made_on_a_fast_clock_does_not_run_backwards(tmp_path: Path) -> None:
    fast = Emulator(db=tmp_path / "world.db", token=TOKEN, clock=ScaledClock(1e9))
    made = Client(fast, VirtualClock()).make("/projects", {"name": "a"})
    fast.stop()
    slow = Emulator(db=tmp_path / "world.db", token=TOKEN, clock=RealClock())
    later = Client(slow, VirtualClock()).make("/projects", {"name": "b"})
    slow.stop()
    assert later["created_at"] >= made["created_at"]


SERVE = """
import sys, threading
from reconciler.emulator import Emulator
emulator = Emulator(db=sys.argv[1], token="{token}")
print(emulator.listen(), flush=True)
emulator.serve_forever()
"""


def test_a_killed_process_loses_nothing_that_it_answered(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SERVE.format(token=TOKEN), str(tmp_path / "world.db")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3])
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    with requests.Session() as session:
        session.headers["X-Auth-Token"] = TOKEN
        session.trust_env = False
        answers = [session.post(f"{url}/projects", json={"name": f"p{number}"}) for number in range(50)]
        os.kill(process.pid, signal.SIGKILL)
    process.wait()
    answered = [answer.json()["id"] for answer in answers]
    process.stdout.close()
    emulator = Emulator(db=tmp_path / "world.db", token=TOKEN)
    api = Client(emulator, VirtualClock())
    assert [p["id"] for p in api.get("/projects?per_page=100")["projects"]] == answered
    assert [row["created"] for row in api.control("ledger")["ledger"]] == [[identifier] for identifier in answered]
    emulator.stop()


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "world.db"
    Emulator(db=path, token=TOKEN).stop()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_no_world_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are my notes, not a database, and they are long enough to be looked at\n" * 50)
    before = path.read_bytes()
    with pytest.raises(UnusableFile, match=r"notes\.txt cannot be an emulator's world"):
        Emulator(db=path, token=TOKEN)
    assert path.read_bytes() == before


def test_a_world_of_another_layout_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "world.db"
    Emulator(db=path, token=TOKEN).stop()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE meta SET value = '99' WHERE key = 'format'")
    connection.commit()
    connection.close()
    with pytest.raises(UnusableFile, match="its layout is 99"):
        Emulator(db=path, token=TOKEN)
