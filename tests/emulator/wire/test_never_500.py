"""Whatever is sent to whichever endpoint: refused or done, never a crash."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.emulator.openapi.document import document
from reconciler.emulator.routes import all_routes
from tests.emulator.client import Client, public_key
from tests.emulator.furnished import SPOT, furnish

ROUTES = sorted(
    {(route.method, route.template) for route in all_routes() if route.method != "PATCH"}
)  # PUT is the same
VALUES: tuple[object, ...] = (
    None, True, False, 0, -1, 4, 10**30, 0.5, "", " ", "any", "ewr1", "t1.small.x86", "ubuntu_16_04", "public_ipv4",
    "global_ipv4", "ipv4", "local", "reboot", "\x00", "\ud800", "\U0001d4b3", "1e400", "nan", "::/0", "10.0.0.0/8",
    "9999-12-31", "0001-01-01T00:00:00+14:00", "a" * 5000, [], [[]], ["any"], ["ewr1", 5], [{}], {}, {"a": []},
    [{"facility": "ewr1"}],
    {"started_at": 5, "after": 5}, {"started_at": "nan", "ended_at": "\x00", "after": "nan"},
    [{"snapshot_frequency": "1day"}], [{"address_family": 4, "public": False, "cidr": 28, "ip_reservations": ["x"]}],
)  # fmt: skip


PATHS: Any = document(all_routes())["paths"]
UNDESCRIBED = ("plan_id", "facility_id", "type", "tags", "customdata", "termination_time", "ipxe_script_url", "vxlan",
               "preserve_data")  # fmt: skip
"""What handlers may read though the document keeps silent about it."""


def names_of(method: str, template: str) -> list[str]:
    """The parameters of an endpoint, in its query or its body."""
    operation = PATHS[template][method.lower()]
    names = [each["name"].partition("[")[0] for each in operation["parameters"] if each.get("in") == "query"]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    names += content.get("schema", {}).get("properties", {})
    return [*dict.fromkeys([*names, *(() if method in ("GET", "DELETE") else UNDESCRIBED)])]


@pytest.mark.parametrize(("method", "template"), ROUTES)
def test_no_body_crashes_an_endpoint(api: Client, method: str, template: str) -> None:
    world = furnish(api, template)
    project, device, block, path = world.project, world.device, world.block, world.path(template)
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
    for name in names_of(method, template) or ["nothing"]:
        for value in VALUES:
            answer = api.call(method, path, {**good, name: value})
            assert answer.status < 500, (name, value, answer)
            if answer.body:
                json.loads(answer.body, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))
            if method == "DELETE":
                break
    assert api.call("GET", "/projects").status == 200


BRACKETS = (
    "[a]=1",
    "[]=1",
    "[][a]=1",
    "[a][]=1",
    "[][]=1",
    "[a][b][c]=1",
    "=%00",
    "[%ff]=1",
    "=%ed%a0%80",
    "[a=1",
    "=1&{}[a]=1",
)
"""What may follow a name in a query string."""


@pytest.mark.parametrize(("method", "template"), [route for route in ROUTES if route[0] != "DELETE"])
def test_no_query_crashes_an_endpoint(api: Client, method: str, template: str) -> None:
    path = furnish(api, template).path(template)
    for name in {*names_of(method, template), "include", "exclude", "page", "per_page"}:
        for rest in BRACKETS:
            answer = api.call(method, f"{path}?{name}{rest.format(name)}")
            assert answer.status < 500, (name, rest, answer)
    assert api.call("GET", "/projects").status == 200
