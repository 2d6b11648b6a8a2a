"""A group of machines that is changed by and by, and what is seen of it from outside: how many are out of work at a
time, by the emulator's own states and not by what it answers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from reconciler.app import Options, Planned, Stop
from reconciler.emulator.lifecycle import state
from reconciler.emulator.records import Device
from reconciler.emulator.resources.addresses import address_text, first_address, on_device
from reconciler.model.event import Ended, Event, Report, Result
from reconciler.model.kind import Verb
from tests.reliability.scene import MACHINE, small
from tests.worlds.account import Account
from tests.worlds.running import carry_out, plan, read

REINSTALL = {"on_change": {"operating_system": "reinstall"}}
NEW = "debian_9"
"""The system that machines are changed to."""
ONE: dict[str, Any] = {"max_unavailable": 1}
TCP: dict[str, Any] = {"max_unavailable": 1, "health": {"tcp": 22, "timeout": "1m"}}


def group(count: int, rollout: Mapping[str, Any] | None, system: str = "ubuntu_18_04", **device: Any) -> dict[str, Any]:
    """A stack of a project and a group of so many machines."""
    web = {**MACHINE, "count": count, "hostname": "web-${{ index }}", "operating_system": system, **device}
    rolled = {"rollout": dict(rollout)} if rollout is not None else {}
    web = {"lifecycle": REINSTALL, **web, **rolled}
    config = {"bgp_config": {"deployment_type": "local", "asn": 65000}} if "bgp_sessions" in web else {}
    vlans = {"storage": {"facility": "ewr1", "description": "storage"}} if "ports" in web else {}
    return small(vlans=vlans, ip_reservations={}, devices={"web": web}, **config)


@dataclass
class Doors:
    """What answers: everything but what is in `closed`, by hostname, from the moment `since` on. Remembers what was
    tried, by time.
    """

    account: Account
    closed: dict[str, Callable[[float], bool]] = field(default_factory=dict)
    dialled: list[tuple[float, str, int]] = field(default_factory=list)

    def dial(self, host: str, port: int) -> str:
        now = self.account.clock.now()
        name = next(name for name, held in self._addresses().items() if host in held)
        self.dialled.append((now, name, port))
        shut = name in self.closed and self.closed[name](now)
        return "connection refused" if shut else ""

    def _addresses(self) -> dict[str, list[str]]:
        tables = self.account.emulator._engine.world.tables
        return {
            each.hostname: [address_text(ip.family, first_address(ip)) for ip in on_device(tables, each, math.inf)]
            for each in tables.all(Device)
            if each.deleted_at is None
        }


@dataclass
class Group:
    """An account with the group in it, and a watch on it: `most_out` is how many of its machines were out of work at
    once at most, of those that a plan found at work.
    """

    account: Account
    doors: Doors
    size: int = 0
    most_out: int = 0
    actions: list[tuple[float, str]] = field(default_factory=list)
    """When which machine was changed by an action of the tool's."""
    events: list[Event] = field(default_factory=list)
    hears: Callable[[Event], None] = lambda event: None

    @classmethod
    def of(cls, account: Account, monkeypatch: pytest.MonkeyPatch, stack: Mapping[str, Any]) -> Group:
        """With the stack applied."""
        found = cls(account, Doors(account))
        report = carry_out(account, found.plan(stack))
        assert report.complete, [each.reason for each in report.ended if each.reason]
        attempt = account.transport.attempt

        def watched(method: str, target: str, body: bytes | None) -> Any:
            answer = attempt(method, target, body)
            if method == "POST" and target.endswith("/actions") and answer.status == 202:
                found.actions.append((account.clock.now(), found.name_of(target.split("/")[-2])))
            found.most_out = max(found.most_out, found.size - len(found.working()))
            return answer

        monkeypatch.setattr(account.transport, "attempt", watched)
        found.size = len(found.working())
        return found

    def plan(self, stack: Mapping[str, Any], options: Options | None = None) -> Planned:
        return plan(self.account, read(self.account, stack), options)

    def apply(self, stack: Mapping[str, Any], *, stop: Stop | None = None, parallelism: int = 1) -> Report:
        return self.carry_out(self.plan(stack), stop=stop, parallelism=parallelism)

    def carry_out(self, planned: Planned, *, stop: Stop | None = None, parallelism: int = 1) -> Report:
        self.events.clear()
        return carry_out(
            self.account, planned, parallelism=parallelism, listen=self._listen, stop=stop, dialer=self.doors
        )

    def _listen(self, event: Event) -> None:
        self.events.append(event)
        self.hears(event)

    def working(self) -> set[str]:
        """The hostnames of the machines that are active now, whatever lists show."""
        tables = self.account.emulator._engine.world.tables
        now = self.account.clock.time()
        return {each.hostname for each in tables.all(Device) if state(each, now) == "active"}

    def systems(self) -> dict[str, str]:
        tables = self.account.emulator._engine.world.tables
        return {each.hostname: each.operating_system for each in tables.all(Device) if each.deleted_at is None}

    def name_of(self, identifier: str) -> str:
        tables = self.account.emulator._engine.world.tables
        return next(each.hostname for each in tables.all(Device) if each.id == identifier)

    def id_of(self, hostname: str) -> str:
        tables = self.account.emulator._engine.world.tables
        return next(each.id for each in tables.all(Device) if each.hostname == hostname and each.deleted_at is None)

    def turn(self, hostname: str, action: str) -> None:
        """Somebody else does something to a machine."""
        self.account.call("POST", f"/devices/{self.id_of(hostname)}/actions", {"type": action})

    def checked(self, report: Report, result: Result) -> list[str]:
        """The addresses whose checks ended so, without what is common to all."""
        found = [each.address for each in report.ended if each.verb is Verb.CHECK and each.result is result]
        return [each.removeprefix("projects.web.devices.") for each in found]


Made = Callable[..., Group]
"""A group that stands: so many machines with a rollout, by the fixture `made`."""


def failure(report: Report) -> Ended:
    (found,) = [each for each in report.ended if each.result is Result.FAILED]
    return found
