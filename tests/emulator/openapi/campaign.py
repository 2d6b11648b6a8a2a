"""schemathesis against a served emulator, by its OpenAPI document.

    python -m tests.emulator.openapi.campaign [--max-examples N] [--seed N] [--minutes N]

Every operation is called with generated parameters, good ones and bad ones, and then in sequences along the links of
the document. It fails on a 5xx and on any answer that is not as described: status, content type, headers, JSON; also
where a call works without a token, or on an object that was deleted. In the end it names the operations that were
never answered with success, so that one sees how far it got.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from reconciler.emulator import Clock, Emulator, ScaledClock, Settings, VirtualClock
from tests.emulator.client import DEVICE

REPORT_VARIABLE = "EMULATOR_CAMPAIGN_REPORT"
"""Names the file that the counts of answers go to: "METHOD template" to status to number."""
WORLD_VARIABLE = "EMULATOR_CAMPAIGN_WORLD"
"""Names the file with the answers that the world was furnished by."""
HERE = Path(__file__).parent
ROOT = HERE.parents[2]
TOKEN = "a-token-for-the-campaign"
SETTINGS = {
    "require_ssh_key": False,
    "stock": {"ams1/c2.medium.x86": 2},
    "hardware_reservations": {"ewr1/c2.medium.x86": 1},
    "over_quota": "pending",
    "review_seconds": 30,
    "bgp_global_review_seconds": 30,
}
AT_ONCE = {
    f"{name}_seconds": 0
    for name in ("provision", "deprovision", "action", "reservation", "bgp_session", "volume", "snapshot")
}
"""Settings for a world whose time stands still."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    code: int
    output: str
    answers: dict[str, dict[str, int]]
    """By "METHOD template" and status, how often."""

    def unreached(self) -> list[str]:
        """The operations that were never answered with success."""
        return sorted(name for name, counts in self.answers.items() if not any(code < "300" for code in counts))

    def totals(self) -> dict[str, int]:
        """How often there was each status."""
        statuses = sorted({status for counts in self.answers.values() for status in counts})
        return {status: sum(counts.get(status, 0) for counts in self.answers.values()) for status in statuses}


def run(*options: str, clock: Clock, settings: dict[str, Any], echo: bool = False) -> Outcome:
    """Serve an emulator and let schemathesis at it, with these options of `st run`."""
    chosen = Settings().changed({**SETTINGS, **settings})
    with (
        TemporaryDirectory() as folder,
        Emulator(token=TOKEN, settings=chosen, clock=clock, seed=1) as emulator,
    ):
        report, world = Path(folder) / "answers.json", Path(folder) / "world.json"
        world.write_text(json.dumps(furnished(emulator)), "utf-8")
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SCHEMATHESIS_HOOKS": "tests.emulator.openapi.generators",
            "HYPOTHESIS_STORAGE_DIRECTORY": folder,
            REPORT_VARIABLE: str(report),
            WORLD_VARIABLE: str(world),
        }
        done = subprocess.run(
            [*_schemathesis(), *options, "-H", f"X-Auth-Token: {TOKEN}", f"{emulator.url}/_emulator/openapi.json"],
            cwd=folder,
            env=environment,
            text=True,
            check=False,
            stdout=None if echo else subprocess.PIPE,
            stderr=None if echo else subprocess.STDOUT,
        )
        return Outcome(
            done.returncode, done.stdout or "", json.loads(report.read_text("utf-8")) if report.exists() else {}
        )


def furnished(emulator: Emulator) -> list[Any]:
    """Put something of each kind into the world, and give back what was answered."""
    answers: list[Any] = []

    def call(method: str, path: str, **body: object) -> Any:
        headers = {"X-Auth-Token": TOKEN, "Host": "127.0.0.1"}
        got = emulator.handle(method, path, headers, json.dumps(body).encode())
        assert got.status < 300, got
        answers.append(json.loads(got.body) if got.body else None)
        return answers[-1]

    organization = f"/organizations/{call('GET', '/user')['default_organization_id']}"
    call("GET", "/user?include=emails,memberships")
    call("POST", f"{organization}/payment-methods", name="card", nonce="fake-valid-visa-nonce")
    call("POST", f"{organization}/payment-methods", name="other", nonce="fake-valid-visa-nonce")
    call("POST", "/emails", address="second@example.com")
    call("POST", "/user/api-keys")
    other = call("POST", "/organizations", name="other")["id"]
    call("POST", f"{organization}/invitations", invitee="a@example.com")
    for name in ("one", "two"):
        project = call("POST", "/projects", name=name)["href"]
        call("POST", f"{project}/bgp-configs", deployment_type="local")
        call("GET", f"{project}/hardware-reservations")
        call("POST", f"{project}/licenses", licensee_product_id="windows")
        call("POST", f"{project}/api-keys")
        call("POST", f"{project}/transfers", target_organization_id=other)
        for address in ("b@example.com", "c@example.com"):
            call("POST", f"{project}/invitations", invitee=address)
        invitation = call("GET", f"{project}/invitations")["invitations"][0]
        call("PUT", invitation["href"], nonce=invitation["nonce"])
        block = call("POST", f"{project}/ips", type="public_ipv4", quantity=4, facility="ewr1")
        volume = call("POST", f"{project}/storage", size=10, plan="storage_1", facility="ewr1")["href"]
        devices = [call("POST", f"{project}/devices", **DEVICE) for _ in range(3)]
        call("POST", "/_emulator/clock", advance_seconds=60)
        call("POST", f"{devices[0]['href']}/bgp/sessions", address_family="ipv4")
        call("POST", f"{devices[0]['href']}/ips", address=f"{block['address']}/32")
        call("POST", f"{volume}/snapshots")
        call("POST", f"{volume}/snapshot-policies", snapshot_frequency="1day")
        call("POST", f"{volume}/attachments", device_id=devices[0]["id"])
        call("POST", "/_emulator/clock", advance_seconds=60)
        call("GET", f"{volume}/snapshots")
        *_, eth = call("GET", devices[1]["href"])["network_ports"]
        call("POST", f"{eth['href']}/disbond")
        vlans = [call("POST", f"{project}/virtual-networks", facility="ewr1")["id"] for _ in range(3)]
        for vlan in vlans[:2]:
            call("POST", f"{eth['href']}/assign", vnid=vlan)
        bid = {"devices_min": 1, "devices_max": 1, "max_bid_price": 0.01, "facilities": ["ewr1"]}
        instance = {"plan": DEVICE["plan"], "operating_system": DEVICE["operating_system"]}
        call("POST", f"{project}/spot-market-requests", **bid, instance_parameters=instance)
        call("POST", f"{project}/devices/batch", batches=[DEVICE])
    call("GET", "/notifications")
    return answers


def quick() -> Outcome:
    """The run of the test suite: the same each time, a few examples of everything."""
    return run(*_amount(3, 1), clock=VirtualClock(), settings=AT_ONCE)


def _schemathesis() -> list[str]:
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml")]
    return [*command, "run", "--no-color", "--phases", "coverage,fuzzing,stateful"]


def _amount(examples: int, seed: int) -> list[str]:
    return ["--max-examples", str(examples), "--seed", str(seed), "--generation-deterministic"]


def main(arguments: Sequence[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.emulator.openapi.campaign", description=__doc__)
    parser.add_argument("--max-examples", type=int, default=100, help="for each operation; default 100")
    parser.add_argument("--seed", type=int, default=1, help="default 1")
    parser.add_argument("--minutes", type=int, help="go on until they are over")
    parser.add_argument("--workers", type=int, default=1, help="default 1")
    chosen = parser.parse_args(arguments)
    limit = [] if chosen.minutes is None else ["--max-time", str(60 * chosen.minutes)]
    options = [*_amount(chosen.max_examples, chosen.seed)[:4], "--workers", str(chosen.workers), *limit]
    outcome = run(*options, clock=ScaledClock(10), settings={}, echo=True)
    print(f"{len(outcome.answers)} operations; never answered with success: {', '.join(outcome.unreached()) or 'none'}")
    return outcome.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
