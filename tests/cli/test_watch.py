"""`watch`: drift again and again, and what is safe set right. Whoever waits between two rounds is a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from reconciler.cli import rounds, watch
from reconciler.emulator import Emulator, Settings
from reconciler.review.repair import Repair
from reconciler.values import parse_address

from .conftest import Ran, Shell

TOKEN = "token-of-the-watch"
STACK = """\
stack: edge
projects:
  edge:
    name: Edge
    vlans:
      storage: {facility: ewr1, description: storage}
    devices:
      web: {hostname: web, facility: ewr1, plan: c1.small.x86, operating_system: ubuntu_18_04}
    ssh_keys:
      ops: {key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEKL6owlrjBJ+ZsoM5D2h0NOzxtj2KO2TOVmD7z90vRX ops@example.com"}
"""
VLAN, DEVICE = "projects.edge.vlans.storage", "projects.edge.devices.web"
EVERYTHING = ("--repair", "cosmetic", "--repair", "disruptive", "--repair", "security")


@dataclass
class Meanwhile:
    """A clock at which something is done whenever a watch waits."""

    deeds: list[Callable[[], object]] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    time: float = 0.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.time += seconds
        if self.deeds:
            self.deeds.pop(0)()

    def wall(self) -> float:
        return self.time


@dataclass(frozen=True)
class Edge:
    """A stack that is applied, and its account."""

    shell: Shell
    emulator: Emulator
    clock: Meanwhile

    def run(self, command: str, *more: str) -> Ran:
        return self.shell.run(command, "edge.yaml", "--api-url", self.emulator.url, *more)

    def watch(self, *more: str) -> Ran:
        rounds = str(len(self.clock.deeds) + 1)
        return self.run("watch", "--rounds", rounds, *more)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        url = f"{self.emulator.url}{path}"
        answer = requests.request(method, url, json=body, headers={"X-Auth-Token": TOKEN}, timeout=10)
        return answer.json() if answer.content else None

    def meanwhile(self, *deeds: Callable[[], object]) -> None:
        self.clock.deeds.extend(deeds)

    def project(self) -> str:
        found: str = self.call("GET", "/projects")["projects"][0]["id"]
        return found

    def device(self) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"/projects/{self.project()}/devices")["devices"][0]
        return found

    def vlans(self) -> list[dict[str, Any]]:
        path = f"/projects/{self.project()}/virtual-networks"
        found: list[dict[str, Any]] = self.call("GET", path)["virtual_networks"]
        return found

    def rename(self, name: str) -> None:
        """Somebody changes the machine by hand."""
        self.call("PATCH", f"/devices/{self.device()['id']}", {"hostname": name})

    def remove_vlan(self) -> None:
        self.call("DELETE", f"/virtual-networks/{self.vlans()[0]['id']}")

    def writes(self) -> int:
        """How many calls have changed something, those of the test too; `POST /capacity` only asks."""
        counts = self.call("GET", "/_emulator/stats")["requests"]
        found = [counts.get(method, {}) for method in ("POST", "PUT", "PATCH", "DELETE")]
        return sum(number for each in found for route, number in each.items() if route != "/capacity")


@pytest.fixture
def edge(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[Edge]:
    monkeypatch.setenv("PACKET_AUTH_TOKEN", TOKEN)
    monkeypatch.setenv("RECONCILER_SETTLE_SECONDS", "0")
    clock = Meanwhile()
    monkeypatch.setattr(watch, "SystemClock", lambda: clock)
    with Emulator(token=TOKEN, settings=Settings(provision_seconds=0, deprovision_seconds=0)) as emulator:
        found = Edge(shell, emulator, clock)
        shell.write("edge.yaml", STACK)
        assert found.run("apply", "--yes").code == 0
        yield found


def test_it_tells_what_is_new_and_is_quiet_while_that_is_so(edge: Edge) -> None:
    edge.meanwhile(lambda: edge.rename("by-hand"), lambda: None, lambda: edge.rename("web"))
    ran = edge.watch("--every", "5m")
    assert ran.code == 0
    assert edge.clock.waited == [300.0, 300.0, 300.0]
    assert ran.out.count("No drift.") == 2
    assert ran.out.count(f"{DEVICE} has changed (new)") == 1
    assert f"no longer: {DEVICE} has changed" in ran.out
    assert edge.watch().out == "", "what was reported is remembered when a watch begins anew"


def test_without_repair_it_only_reads(edge: Edge) -> None:
    edge.rename("by-hand")
    edge.remove_vlan()
    before = edge.writes()
    assert edge.watch().code == 2
    assert edge.writes() == before


def test_it_sets_right_what_was_named_and_leaves_the_rest(edge: Edge) -> None:
    edge.rename("by-hand")
    edge.remove_vlan()
    ran = edge.watch("--repair", "cosmetic")
    assert ran.code == 2
    assert "Setting right what is cosmetic in stack edge:\nPlan: 0 to add, 1 to change, 0 to destroy.\n" in ran.out
    assert edge.device()["hostname"] == "web"
    assert edge.vlans() == []
    again = edge.watch(*EVERYTHING)
    assert again.code == 0
    assert len(edge.vlans()) == 1
    history = edge.shell.run("history", "edge.yaml", "--format", "json")
    assert '"command": "watch"' in history.out


def test_it_destroys_and_replaces_nothing_whatever_was_named(edge: Edge) -> None:
    edge.shell.edit("edge.yaml", "c1.small.x86", "c2.medium.x86")
    edge.shell.edit("edge.yaml", "    vlans:\n      storage: {facility: ewr1, description: storage}\n", "")
    before = edge.writes()
    ran = edge.watch(*EVERYTHING)
    assert ran.code == 2
    assert f"{VLAN} is unexpected" in ran.out
    assert edge.writes() == before


def test_what_somebody_else_changes_back_each_time_is_left_to_a_person(edge: Edge) -> None:
    edge.meanwhile(*[lambda: edge.rename("by-hand")] * 6)
    ran = edge.watch("--repair", "cosmetic")
    assert ran.code == 2
    assert ran.out.count("Setting right") == rounds.MOST_TRIES
    assert ran.err.count("warning[fought-over]") == 1
    edge.meanwhile(lambda: edge.rename("web"), lambda: edge.rename("by-hand"))
    assert "Setting right" in edge.watch("--repair", "cosmetic").out


def test_a_round_that_fails_does_not_end_the_watch(edge: Edge) -> None:
    edge.shell.edit("edge.yaml", "projects:", "projekts:")
    edge.meanwhile(lambda: edge.shell.edit("edge.yaml", "projekts:", "projects:"))
    ran = edge.watch()
    assert ran.code == 0
    assert "error[unknown-key]" in ran.err
    assert "No drift." in ran.out


def test_a_repair_that_a_rail_refuses_is_told_and_the_next_round_comes(edge: Edge) -> None:
    edge.remove_vlan()
    rule = {"method": "POST", "route": "/projects/{id}/virtual-networks", "kind": "status", "status": 422, "nth": 1}
    edge.call("POST", "/_emulator/faults", {"rules": [{**rule, "times": 1}]})
    edge.meanwhile(lambda: None)
    ran = edge.watch("--repair", "disruptive")
    assert ran.code == 0
    assert "Apply incomplete." in ran.out
    assert len(edge.vlans()) == 1


def test_metrics_are_written_at_each_look(edge: Edge) -> None:
    edge.meanwhile(lambda: (edge.shell.folder / "edge.prom").unlink())
    assert edge.watch("--metrics", "edge.prom").code == 0
    assert 'reconciler_drift_checked{stack="edge"} 1.0' in (edge.shell.folder / "edge.prom").read_text(encoding="utf-8")
    assert "error[unwritable-metrics]" in edge.watch("--metrics", "nowhere/edge.prom").err


def test_what_would_not_be_changed_alone_any_more_is_left(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the account changes between the look and the plan."""
    edge.shell.edit("edge.yaml", "c1.small.x86", "c2.medium.x86")
    chosen = Repair((parse_address(DEVICE),), ())
    monkeypatch.setattr("reconciler.review.repair.repair_of", lambda *_: chosen)
    before = edge.writes()
    ran = edge.watch(*EVERYTHING)
    assert ran.code == 2
    assert "warning[not-alone]" in ran.err
    assert edge.writes() == before


@pytest.mark.parametrize("code", [130, 143])
def test_a_look_that_was_interrupted_is_the_last_one(code: int) -> None:
    clock = Meanwhile()
    codes = [0, 2, code, 0]
    assert watch.repeat(lambda: codes.pop(0), clock, watch.Span().convert("90s", None, None), None) == code
    assert (codes, clock.waited) == ([0], [90.0, 90.0])


def test_a_look_that_takes_longer_than_the_span_has_the_next_one_right_after_it() -> None:
    clock = Meanwhile()

    def look() -> int:
        clock.time += 100
        return 0

    assert watch.repeat(look, clock, watch.Span().convert("90s", None, None), 3) == 0
    assert clock.waited == [0.0, 0.0]


@pytest.mark.parametrize("wrong", ["", "5", "9s", "soon", "-5m", "8d", "1e9s", "٣٠s"])
def test_a_span_that_is_none_is_wrong_usage(edge: Edge, wrong: str) -> None:
    ran = edge.watch("--every", wrong)
    assert ran.code == 1
    assert "is no time span between 10s and 7d" in ran.err


def test_rules_without_a_repair_are_wrong_usage(edge: Edge) -> None:
    edge.shell.write("rules.yaml", "rules: []\n")
    assert "without --repair nothing is" in edge.watch("--policy", "rules.yaml").err


def test_why_there_is_no_place_for_the_record_is_told(edge: Edge) -> None:
    (edge.shell.folder / ".reconciler" / "watch").write_text("")
    ran = edge.watch()
    assert ran.code == 1
    assert ".reconciler/watch cannot be made: File exists\n" in ran.err
    assert "error[report-not-kept]" in ran.err
