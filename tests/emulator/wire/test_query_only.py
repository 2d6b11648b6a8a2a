"""Requests with all their parameters in the query string and nothing in the body, as libcloud and fog-packet send them.

Two worlds with the same seed and the same history get the same call, one with a JSON body and one with a query; they
must answer alike, to the letter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from reconciler.emulator.routes import all_routes
from tests.emulator.client import DEVICE, Answer, Client, public_key
from tests.emulator.furnished import Furnished, furnish

Body = dict[str, object]

MACHINE: Body = {
    **DEVICE, "tags": ["a", "b"], "locked": True, "customdata": {"a": {"b": "3"}}, "features": {"raid": "preferred"},
    "ip_addresses": [{"address_family": 4, "public": True, "cidr": 31}, {"address_family": 4, "public": False}],
}  # fmt: skip
BODIES: dict[str, Body] = {
    "/projects": {"name": "n", "customdata": {"a": "1"}},
    "/projects/{id}/devices": MACHINE,
    "/projects/{id}/devices/batch": {
        "batches": [{**MACHINE, "quantity": 2}, {**DEVICE, "hostnames": ["x", "y"], "facility": ["sjc1", "any"]}]
    },
    "/projects/{id}/ips": {"type": "public_ipv4", "quantity": 2, "facility": "ewr1", "tags": ["a"], "details": "d"},
    "/projects/{id}/virtual-networks": {"facility": "ewr1", "description": "d"},
    "/projects/{id}/ssh-keys": {"label": "l", "key": public_key(7)},
    "/projects/{id}/storage": {
        "plan": "storage_1", "size": 20, "facility": "ewr1", "locked": False,
        "snapshot_policies": [{"snapshot_frequency": "1day", "snapshot_count": 3}],
    },
    "/projects/{id}/licenses": {"licensee_product_id": "p", "size": 1.5, "description": "d"},
    "/projects/{id}/invitations": {"invitee": "x@example.com", "roles": ["admin", "billing"], "message": "m"},
    "/projects/{id}/api-keys": {"description": "d", "read_only": True},
    "/projects/{id}/transfers": {"target_organization_id": "<target>"},
    "/projects/{id}/bgp-configs": {"deployment_type": "global", "asn": 65001, "md5": "abcDEF12345"},
    "/projects/{id}/spot-market-requests": {
        "devices_min": 1, "devices_max": 2, "max_bid_price": 0.5, "facilities": ["ewr1", "sjc1"],
        "instance_parameters": {"plan": "t1.small.x86", "operating_system": "ubuntu_16_04", "tags": ["a"]},
    },
    "/devices/{id}/actions": {"type": "reboot"},
    "/devices/{id}/ips": {"address": "<address>", "manageable": False, "customdata": {"a": "b"}},
    "/devices/{id}/bgp/sessions": {"address_family": "ipv4", "default_route": True},
    "/ports/{id}/assign": {"vnid": "<vlan>"},
    "/ports/{id}/unassign": {"vnid": "<vlan>"},
    "/ports/{id}/native-vlan": {"vnid": "<vlan>"},
    "/ports/{id}/bond": {"bulk_enable": True},
    "/ports/{id}/disbond": {"bulk_disable": True},
    "/ports/{id}/convert/layer-2": {"vnid": "<vlan>"},
    "/ports/{id}/convert/layer-3": {"request_ips": [{"address_family": 4, "public": False}]},
    "/storage/{id}/attachments": {"device_id": "<another device>"},
    "/storage/{id}/snapshot-policies": {"snapshot_frequency": "1week", "snapshot_count": 2},
    "/storage/{id}/restore": {"restore_point": "<snapshot>"},
    "/storage/{id}/clone": {"snapshot_timestamp": "<snapshot>"},
    "/hardware-reservations/{id}/move": {"project_id": "<another project>"},
    "/organizations": {"name": "n", "address": {"address": "street 1", "city": "c"}, "customdata": {"a": ["1", "2"]}},
    "/organizations/{id}/projects": {"name": "n"},
    "/organizations/{id}/invitations": {"invitee": "y@example.com", "projects_ids": ["<project>"]},
    "/organizations/{id}/payment-methods": {"name": "n", "nonce": "abc", "default": True},
    "/ssh-keys": {"label": "l", "key": public_key(8)},
    "/emails": {"address": "z@example.com", "default": True},
    "/user/api-keys": {"description": "d"},
    "/sessions": {"login": "<login>", "password": "long enough"},
    "/verify-email": {"login": "second@example.com"},
    "/reset-password": {"email": "<login>"},
    "/support-requests": {"subject": "s", "message": "m"},
    "/userdata/validate": {"userdata": "#cloud-config\n{}\n"},
    "/capacity": {"servers": [{"facility": "ewr1", "plan": "baremetal_0", "quantity": "3"}] * 2},
}  # fmt: skip
"""A body for each POST that takes one. `<...>` stands for something of the furnished world."""

FIRST: dict[str, tuple[str, str]] = {
    "/sessions": ("DELETE", "/user/otp/app"),
    "/storage/{id}/restore": ("DELETE", "/storage/attachments/{id}"),
    "/projects/{id}/transfers": ("DELETE", "/transfers/{id}"),
    "/ports/{id}/assign": ("POST", "/ports/{id}/convert/layer-2"),
    "/ports/{id}/unassign": ("POST", "/ports/{id}/convert/layer-2?vnid=<vlan>"),
    "/ports/{id}/disbond": ("POST", "/ports/{id}/convert/layer-2"),
    "/ports/{id}/convert/layer-3": ("POST", "/ports/{id}/convert/layer-2"),
}
"""What is in the way of a call, or what it needs."""
REFUSED = {
    "/ports/{id}/native-vlan": "Native virtual network is not supported on bond0",
    "/projects/{id}/bgp-configs": "BGP is already enabled for this project",
}
"""Calls that are refused here all the same, after their parameters were read."""

ALIASES = {"/projects/{id}/spot-market-request", "/organization/{id}/payment-methods"}
WITHOUT_PARAMETERS = {
    "/storage/{id}/snapshots", "/user/otp/app", "/user/otp/app/receive", "/user/otp/sms", "/user/otp/sms/receive",
    "/user/otp/verify/{otp}", "/user/otp/recovery-codes", "/user/vpn", "/hardware-reservations/{id}/move/{project_id}",
}  # fmt: skip


def pairs(value: object, name: str) -> Iterator[tuple[str, str]]:
    """A value as Rails names it in a query string."""
    if isinstance(value, dict):
        for inner, each in value.items():
            yield from pairs(each, f"{name}[{inner}]" if name else str(inner))
    elif isinstance(value, list):
        for each in value:
            yield from pairs(each, f"{name}[]")
    else:
        yield name, str(value).lower() if isinstance(value, bool) else str(value)


def filled(value: object, things: dict[str, str]) -> Any:
    """A body with the placeholders replaced."""
    if isinstance(value, dict):
        return {name: filled(each, things) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, things) for each in value]
    return things[value[1:-1]] if isinstance(value, str) and value.startswith("<") else value


def named(api: Client, world: Furnished) -> dict[str, str]:
    """What placeholders stand for."""
    storage = world.identifiers["storage"]
    return {
        "target": api.make("/organizations", {"name": "t"})["id"],
        "address": world.block["address"] + "/32",
        "vlan": world.identifiers["virtual-networks"],
        "another device": api.active_device(world.project)["id"],
        "snapshot": api.get(f"/storage/{storage}/snapshots")["snapshots"][0]["timestamp"],
        "another project": api.project("another", key=None),
        "project": world.project,
        "login": api.get("/user")["email"],
    }


def test_every_post_is_here() -> None:
    posts = {route.template for route in all_routes() if route.method == "POST"}
    assert BODIES.keys() | ALIASES | WITHOUT_PARAMETERS == posts


@pytest.mark.parametrize("template", sorted(BODIES))
def test_query_and_body_are_answered_alike(new_api: Callable[..., Client], template: str) -> None:
    answers: list[Answer] = []
    for in_query in (False, True):
        api = new_api(seed=5)
        world = furnish(api)
        body = filled(BODIES[template], named(api, world))
        if template in FIRST:
            method, before = FIRST[template]
            vlan = world.identifiers["virtual-networks"]
            assert api.call(method, world.path(before).replace("<vlan>", vlan)).status < 300
        path = world.path(template)
        query = urlencode(list(pairs(body, "")))
        answers.append(api.call("POST", f"{path}?{query}") if in_query else api.call("POST", path, body))
    by_body, by_query = answers
    assert (by_body.status, by_body.body) == (by_query.status, by_query.body)
    if template in REFUSED:
        assert by_body.errors == [REFUSED[template]]
    else:
        assert by_body.status < 300, by_body


@pytest.mark.parametrize(
    ("query", "given"),
    [
        ("customdata[a][b]=1&customdata[a][c]=2", {"a": {"b": "1", "c": "2"}}),
        ("customdata[]=1&customdata[]=2", ["1", "2"]),
        ("customdata[][a]=1&customdata[][b]=2&customdata[][a]=3", [{"a": "1", "b": "2"}, {"a": "3"}]),
        ("customdata[][a][]=1&customdata[][a][]=2", [{"a": ["1", "2"]}]),
        ("customdata[a]=1&customdata[a]=2", {"a": ["1", "2"]}),
        ("customdata={}&customdata[=1&[customdata]=1", {}),
    ],
)
def test_names_in_brackets_are_values_inside_values(api: Client, query: str, given: object) -> None:
    assert api.make(f"/projects?name=n&{query}")["customdata"] == given


@pytest.mark.parametrize(
    "query",
    [
        "customdata=1&customdata[a]=1", "customdata[a]=1&customdata=1", "customdata=1&customdata[]=1",
        "customdata[]=1&customdata[a]=1", "customdata[a]=1&customdata[]=1", "customdata" + "[a]" * 40 + "=1",
    ],
)  # fmt: skip
def test_a_name_that_is_two_kinds_of_value_is_refused(api: Client, query: str) -> None:
    assert api.refused("POST", f"/projects?name=n&{query}") == ["Customdata is invalid"]


def test_a_form_has_names_in_brackets_too(api: Client) -> None:
    form = b"name=n&customdata[a]=1"
    answer = api.call("POST", "/projects", form, Content_Type="application/x-www-form-urlencoded")
    assert answer.json["customdata"] == {"a": "1"}
