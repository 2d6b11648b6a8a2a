"""A world with something of each kind in it, for generated calls to be about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reconciler.emulator import Emulator
from tests.emulator.client import DEVICE

TOKEN = "a-token-for-the-campaign"
CONFIG = Path(__file__).parent / "schemathesis.toml"
REPORT_VARIABLE = "EMULATOR_CAMPAIGN_REPORT"
"""Names the file that the counts of answers go to: "METHOD template" to status to number."""
WORLD_VARIABLE = "EMULATOR_CAMPAIGN_WORLD"
"""Names the file with the answers that the world was furnished by."""
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
        call("GET", f"{block['href']}/available?cidr=32")
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
