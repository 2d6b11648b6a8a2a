"""Whatever is sent to whichever endpoint: refused or done, never a crash."""

from __future__ import annotations

import json

import pytest

from reconciler.emulator.routes import all_routes
from tests.emulator.client import Client, public_key

ROUTES = sorted(
    {(route.method, route.template) for route in all_routes() if route.method != "PATCH"}
)  # PUT is the same
NAMES = (
    "name", "hostname", "facility", "plan", "operating_system", "tags", "customdata", "userdata", "type", "quantity",
    "address", "address_family", "deployment_type", "asn", "md5", "label", "key", "description", "details", "locked",
    "ip_addresses", "project_ssh_keys", "user_ssh_keys", "termination_time", "spot_instance", "spot_price_max",
    "public_ipv4_subnet_size", "servers", "default_route", "organization_id", "payment_method_id", "billing_cycle",
    "size", "device_id", "snapshot_policies", "snapshot_frequency", "snapshot_count", "snapshot_timestamp",
    "restore_point", "licensee_product_id", "plan_id", "facility_id",
    "ipxe_script_url", "include", "exclude", "page", "per_page", "cidr", "manageable", "hardware_reservation_id",
    "project_id", "storage", "features", "batches", "remove_associated_instances",
    "devices_min", "devices_max", "max_bid_price", "facilities", "end_at", "instance_parameters", "hostnames",
    "role", "roles", "invitee", "projects_ids", "message", "nonce", "target_organization_id", "read_only", "default",
    "cardholder_name", "expiration_month", "expiration_year", "billing_address", "logo", "website", "enforce_2fa_at",
    "first_name", "phone_number", "social_accounts", "password", "login", "otp", "user_token", "email", "subject",
)  # fmt: skip
FILTERS = (
    "include", "exclude", "page", "per_page", "cidr", "name", "search", "facility", "plan", "legacy", "ipv4", "from",
    "until", "force_termination",
    "personal", "without_projects", "code", "token", "password",
)  # fmt: skip
VALUES: tuple[object, ...] = (
    None, True, False, 0, -1, 4, 10**30, 0.5, "", " ", "any", "ewr1", "t1.small.x86", "ubuntu_16_04", "public_ipv4",
    "global_ipv4", "ipv4", "local", "reboot", "\x00", "\ud800", "\U0001d4b3", "1e400", "nan", "::/0", "10.0.0.0/8",
    "9999-12-31", "0001-01-01T00:00:00+14:00", "a" * 5000, [], [[]], ["any"], ["ewr1", 5], [{}], {}, {"a": []},
    [{"facility": "ewr1"}],
    [{"snapshot_frequency": "1day"}], [{"address_family": 4, "public": False, "cidr": 28, "ip_reservations": ["x"]}],
)  # fmt: skip
SPOT: dict[str, object] = {
    "devices_min": 1, "devices_max": 2, "max_bid_price": 1, "facilities": ["ewr1"],
    "instance_parameters": {"plan": "t1.small.x86", "operating_system": "ubuntu_16_04"},
}  # fmt: skip


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
    invitation = api.make(f"/projects/{project}/invitations", {"invitee": "ada@example.com"})
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


PERSONAL = ("organization", "invitations", "memberships", "transfers", "payment-methods", "emails", "notifications",
            "api-keys", "user")  # fmt: skip


@pytest.mark.parametrize(("method", "template"), ROUTES)
def test_no_body_crashes_an_endpoint(api: Client, method: str, template: str) -> None:
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
    parts = template.split("/")
    if parts[1] in PERSONAL:
        identifiers |= people(api, project)
    path = "/".join(identifiers[parts[n - 1]] if part.startswith("{") else part for n, part in enumerate(parts))
    good: dict[str, object] = {
        "name": "n", "label": "l", "key": public_key(77), "facility": "ewr1", "plan": "t1.small.x86", "quantity": 1,
        "operating_system": "ubuntu_16_04", "type": "public_ipv4", "address": block["address"],
        "deployment_type": "local", "address_family": "ipv4", "size": 10, "device_id": device["id"],
        "snapshot_frequency": "1day", "licensee_product_id": "p", "invitee": "bob@example.com", "roles": ["admin"],
        "nonce": "n", "target_organization_id": project, "login": "a@example.com", "password": "long enough",
        "email": "a@example.com", "user_token": "t", "subject": "s", "message": "m", "userdata": "#!/bin/sh",
        **(SPOT if "spot" in template else {}),
    }  # fmt: skip
    if "storage" in template:
        good["plan"] = "storage_1"
    for name in FILTERS if method in ("GET", "DELETE") else NAMES:
        for value in VALUES:
            answer = api.call(method, path, {**good, name: value})
            assert answer.status < 500, (name, value, answer)
            if answer.body:
                json.loads(answer.body, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))
            if method == "DELETE":
                break
    assert api.call("GET", "/projects").status == 200
