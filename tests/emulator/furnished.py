"""A world with something of each kind in it, and the endpoints' paths filled with the ids of what is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.emulator.client import Client

SPOT: dict[str, object] = {
    "devices_min": 1, "devices_max": 2, "max_bid_price": 1, "facilities": ["ewr1"],
    "instance_parameters": {"plan": "t1.small.x86", "operating_system": "ubuntu_16_04"},
}  # fmt: skip
PERSONAL = ("organization", "invitations", "memberships", "transfers", "payment-methods", "emails", "notifications",
            "api-keys", "user")  # fmt: skip
"""First parts of the paths for which the account side is needed, too."""


@dataclass(frozen=True)
class Furnished:
    """What is there, and its ids by the part of a path before them."""

    project: str
    device: Any
    block: Any
    identifiers: Mapping[str, str]

    def path(self, template: str) -> str:
        """An endpoint's path to what is there."""
        parts = template.split("/")
        return "/".join(
            self.identifiers[parts[n - 1]] if part.startswith("{") else part for n, part in enumerate(parts)
        )


def furnish(api: Client, template: str | None = None) -> Furnished:
    """Furnish a world for one endpoint, or for all of them."""
    project = api.project()
    device = api.active_device(project)
    block = api.make(f"/projects/{project}/ips", {"type": "public_ipv4", "quantity": 4, "facility": "ewr1"})
    api.call("POST", f"/projects/{project}/bgp-configs", {"deployment_type": "local"})
    volume = api.make(f"/projects/{project}/storage", {"plan": "storage_1", "size": 10, "facility": "ewr1"})
    api.wait(1)
    api.call("POST", f"{volume['href']}/snapshots")
    identifiers = {
        "storage": volume["id"], "volumes": volume["id"],
        "attachments": api.make(f"{volume['href']}/attachments", {"device_id": device["id"]})["id"],
        "snapshots": api.get(f"{volume['href']}/snapshots")["snapshots"][0]["id"],
        "snapshot-policies": api.make(f"{volume['href']}/snapshot-policies", {"snapshot_frequency": "1day"})["id"],
        "licenses": api.make(f"/projects/{project}/licenses", {"licensee_product_id": "p"})["id"],
        "projects": project, "devices": device["id"], "ips": block["id"],
        "users": api.get("/user")["id"], "organizations": api.get("/user")["default_organization_id"],
        "ssh-keys": api.get(f"/projects/{project}/ssh-keys")["ssh_keys"][0]["id"],
        "virtual-networks": api.make(f"/projects/{project}/virtual-networks", {"facility": "ewr1"})["id"],
        "sessions": api.make(f"{device['href']}/bgp/sessions", {"address_family": "ipv6"})["id"],
        "ports": device["network_ports"][0]["id"],
        "events": api.get(f"{device['href']}/events")["events"][0]["id"],
        "batches": batch(api, project), "hardware-reservations": reserved_machine(api, project), "move": project,
        "spot-market-requests": api.make(f"/projects/{project}/spot-market-requests", SPOT)["id"],
    }  # fmt: skip
    if template is None or template.split("/")[1] in PERSONAL:
        identifiers |= people(api, project)
    return Furnished(project, device, block, identifiers)


def reserved_machine(api: Client, project: str) -> str:
    wish = {"project_id": project, "facility": "ewr1", "plan": "t1.small.x86"}
    made: list[dict[str, str]] = api.control("hardware-reservations", wish)["hardware_reservations"]
    return made[0]["id"]


def batch(api: Client, project: str) -> str:
    wish = {"facility": "ewr1", "plan": "t1.small.x86", "operating_system": "ubuntu_16_04"}
    made: list[dict[str, str]] = api.make(f"/projects/{project}/devices/batch", {"batches": [wish]})["batches"]
    return made[0]["id"]


def notification(api: Client) -> str:
    """That somebody has accepted an invitation."""
    home = api.get("/user")["default_organization_id"]
    invitation = api.make(f"/organizations/{home}/invitations", {"invitee": "bob@example.com"})
    api.call("PUT", f"{invitation['href']}?nonce={invitation['nonce']}")
    return str(api.get("/notifications")["notifications"][0]["id"])


def people(api: Client, project: str) -> dict[str, str]:
    """What belongs to people and organizations, by the last part of the path before its id."""
    home = f"/organizations/{api.get('/user')['default_organization_id']}"
    target = api.make("/organizations", {"name": "target"})["id"]
    invitation = api.make(f"/projects/{project}/invitations", {"invitee": "invitee@example.com"})
    api.make("/user/api-keys")
    mail = api.get(api.get("/user")["emails"][0]["href"])
    api.call("PUT", "/user", {"password": "long enough"})
    api.make("/sessions", {"login": mail["address"], "password": "long enough"})
    api.call("POST", "/user/otp/app")
    return {
        "organization": home.rpartition("/")[2],
        "invitations": invitation["id"],
        "memberships": api.get(f"{home}?include=memberships")["memberships"][0]["id"],
        "transfers": api.make(f"/projects/{project}/transfers", {"target_organization_id": target})["id"],
        "payment-methods": api.make(f"{home}/payment-methods", {"name": "card", "nonce": "a-nonce"})["id"],
        "emails": api.make("/emails", {"address": "second@example.com"})["id"],
        "notifications": notification(api),
        "api-keys": api.make(f"/projects/{project}/api-keys")["id"],
        "verify": "123456",
    }
