"""What most tests of failure modes do: apply a small stack under faults, then see what the account holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.app import Options
from reconciler.model.event import Ended, Report, Result
from reconciler.model.resource import Stack
from tests.acceptance.stacks import KEY
from tests.worlds import live
from tests.worlds.account import Account
from tests.worlds.running import carry_out, plan, read

DEVICES = "/projects/{id}/devices"
DEVICE = "/devices/{id}"
VLANS = "/projects/{id}/virtual-networks"

MACHINE: Mapping[str, Any] = {
    "hostname": "web",
    "facility": "ewr1",
    "plan": "c1.small.x86",
    "operating_system": "ubuntu_18_04",
    "tags": ["web"],
}
_SECTIONS: Mapping[str, Any] = {
    "ssh_keys": {"ops": {"key": KEY}},
    "vlans": {"storage": {"facility": "ewr1", "description": "storage"}},
    "ip_reservations": {"vip": {"type": "public_ipv4", "quantity": 4, "facility": "ewr1"}},
    "devices": {"web": MACHINE},
}


def small(**sections: Mapping[str, Any]) -> dict[str, Any]:
    """A project with a key, a VLAN, a block of addresses and a machine; with these sections in the place of those."""
    return {"stack": "small", "projects": {"web": {"name": "Web", **_SECTIONS, **sections}}}


def machines(count: int, **device: Any) -> dict[str, Any]:
    """A stack of a project and so many machines."""
    web = {**MACHINE, "count": count, "hostname": "web-${{ index }}", **device}
    return small(vlans={}, ip_reservations={}, devices={"web": web})


@dataclass(frozen=True)
class Scene:
    """One account and the stack that is applied to it."""

    account: Account
    stack: Stack

    @classmethod
    def of(cls, account: Account, stack: Mapping[str, Any] | None = None) -> Scene:
        return cls(account, read(account, small() if stack is None else stack))

    def apply(self, *, destroy: bool = False) -> Report:
        return carry_out(self.account, plan(self.account, self.stack, Options(destroy=destroy)))

    def fault(self, kind: str, method: str, route: str, **rule: Any) -> None:
        self.account.faults([{"kind": kind, "method": method, "route": route, **rule}])

    def no_more_faults(self) -> None:
        self.account.faults([])

    def set(self, **settings: Any) -> None:
        self.account.call("POST", "/_emulator/settings", settings)

    def struck(self) -> int:
        """How often the rules in force have struck."""
        return sum(each["struck"] for each in self.account.call("GET", "/_emulator/faults")["rules"])

    def rule_answers(self) -> list[int]:
        """What the calls of somebody else in `meanwhile` were answered with."""
        (rule,) = self.account.call("GET", "/_emulator/faults")["rules"]
        found: list[int] = rule["answers"]
        return found

    def project(self) -> str:
        return str(self.account.listed("/projects", "projects")[0]["id"])

    def devices(self) -> list[dict[str, Any]]:
        found = self.account.listed(f"/projects/{self.project()}/devices", "devices")
        return [each for each in found if each["state"] != "deprovisioning"]

    def committed(self, method: str, route: str) -> int:
        """How many such calls the API has carried out, by its own ledger."""
        return sum((each["method"], each["route"]) == (method, route) for each in self.account.ledger())

    def settles(self) -> None:
        """All is as declared, once, and stays so: the next plans are empty."""
        assert live.unlike(self.account, self.stack) == []
        assert live.doubles(self.account, self.stack.name) == []
        for _ in range(2):
            assert plan(self.account, self.stack).plan.empty
            self.account.clock.sleep(30)

    def converges(self, runs: int = 2) -> None:
        """With the faults over, so many runs of the same command are enough."""
        self.no_more_faults()
        for _ in range(runs):
            if self.apply().complete:
                break
        self.settles()


def failed(report: Report) -> list[Ended]:
    return [each for each in report.ended if each.result is Result.FAILED]


def skipped(report: Report) -> list[str]:
    return [each.address for each in report.ended if each.result is Result.SKIPPED]


def codes(report: Report) -> set[str]:
    return {each.code for each in report.diagnostics}


def nothing_was_sent(scene: Scene, since: int) -> bool:
    return scene.account.mutations_sent(since) == []
