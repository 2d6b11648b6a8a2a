"""Values that do not fit: each mistake at its field, with a code and a way out, and none that is not there."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.kinds import catalog
from reconciler.model.kind import Form, Kind
from reconciler.values import parse_address

CATALOG = catalog()
DEVICE = {"facility": "ewr1", "plan": "t1.small.x86", "operating_system": "ubuntu_18_04"}
BLOCK = {"type": "public_ipv4", "quantity": 4, "facility": "ewr1"}
CONFIG = {"deployment_type": "local", "asn": 65000}
KEY = {"label": "me", "key": "ssh-ed25519 AAAA me"}
IPXE = {**DEVICE, "operating_system": "custom_ipxe"}
DISK = {"plan": "storage_1", "size": 100, "facility": "ewr1"}
WORKER = {"plan": "p", "operating_system": "o"}
BID = {
    "devices_min": 1,
    "devices_max": 2,
    "max_bid_price": 0.2,
    "facilities": ["ewr1"],
    "instance_parameters": WORKER,
}
RESERVED = [("hardware_reservation_id", "invalid-value")]
BAD_NAME = [("instance_parameters", "bad-hostname")]
DAILY = {"snapshot_frequency": "1day", "snapshot_count": 7}
POLICY_WRONG = [("snapshot_policies", "invalid-value")]

# kind, values, the errors as (field, code)
WRONG: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("project", {}, [("name", "missing-field")]),
    ("project", {"name": ""}, [("name", "invalid-value")]),
    ("project", {"name": 7}, [("name", "wrong-type")]),
    ("project", {"name": "x", "colour": "red"}, [("colour", "unknown-key")]),
    ("project", {"name": "x" * 81}, [("name", "invalid-value")]),
    ("project", {"name": "x", "customdata": "text"}, [("customdata", "wrong-type")]),
    ("project", {"name": "x", "customdata": {"reconciler": {}}}, [("customdata", "invalid-value")]),
    ("project", {"name": "x", "backend_transfer_enabled": "yes"}, [("backend_transfer_enabled", "wrong-type")]),
    ("ssh_key", {"label": "a"}, [("key", "missing-field")]),
    ("ssh_key", {"label": "a", "key": "ssh-rsa"}, [("key", "invalid-value")]),
    ("ssh_key", {"label": "a", "key": "-----BEGIN OPENSSH PRIVATE KEY-----\nabc"}, [("key", "invalid-value")]),
    ("vlan", {}, [("facility", "missing-field")]),
    ("vlan", {"facility": "ewr1", "vxlan": 1}, [("vxlan", "invalid-value")]),
    ("vlan", {"facility": "ewr1", "vxlan": 4000}, [("vxlan", "invalid-value")]),
    ("vlan", {"facility": "ewr1", "vxlan": "1000"}, [("vxlan", "wrong-type")]),
    ("ip_reservation", {"type": "public_ipv4", "quantity": 1}, [("type", "missing-facility")]),
    ("ip_reservation", {"type": "public_ipv4", "quantity": 1, "facility": None}, [("type", "missing-facility")]),
    ("ip_reservation", {**BLOCK, "quantity": 3}, [("quantity", "invalid-value")]),
    ("ip_reservation", {**BLOCK, "quantity": 0}, [("quantity", "invalid-value")]),
    ("ip_reservation", {**BLOCK, "quantity": 512}, [("quantity", "invalid-value")]),
    ("ip_reservation", {**BLOCK, "quantity": True}, [("quantity", "wrong-type")]),
    ("ip_reservation", {**BLOCK, "type": "private_ipv4"}, [("type", "invalid-value")]),
    ("ip_reservation", {"type": "global_ipv4", "quantity": 8}, [("quantity", "invalid-value")]),
    ("ip_reservation", {**BLOCK, "type": "global_ipv4"}, [("facility", "invalid-value")]),
    ("ip_reservation", {**BLOCK, "tags": ["reconciler:x:y"]}, [("tags", "invalid-value")]),
    (
        "ip_reservation",
        {"type": "global_ipv4", "quantity": 6, "facility": "x"},
        [("facility", "invalid-value"), ("quantity", "invalid-value"), ("quantity", "invalid-value")],
    ),
    ("bgp_config", {**CONFIG, "asn": 0}, [("asn", "invalid-value")]),
    ("bgp_config", {**CONFIG, "asn": 2**32}, [("asn", "invalid-value")]),
    ("bgp_config", {**CONFIG, "deployment_type": "regional"}, [("deployment_type", "invalid-value")]),
    *(
        ("bgp_config", {**CONFIG, "md5": word}, [("md5", "invalid-value")])
        for word in ("Short1", "alllower123", "ALLUPPER123", "NoDigitsHere", "With-Dash123", "Ünïcode1234", "A1b" * 7)
    ),
    ("bgp_session", {}, [("address_family", "missing-field")]),
    ("bgp_session", {"address_family": "ipv5"}, [("address_family", "invalid-value")]),
    ("bgp_session", {"address_family": 4}, [("address_family", "invalid-value")]),
    ("organization", {"name": ""}, [("name", "invalid-value")]),
    ("organization", {"name": "x", "address": {"town": "Rome"}}, [("address", "unknown-key")]),
    ("organization", {"name": "x", "customdata": {"reconciler": 1}}, [("customdata", "invalid-value")]),
    ("hardware_reservation", {}, [("id", "missing-field")]),
    ("hardware_reservation", {"id": "next-available"}, [("id", "invalid-value")]),
    ("api_key", {"read_only": "yes"}, [("read_only", "wrong-type")]),
    ("member", {"roles": ["admin"]}, [("email", "missing-field")]),
    ("member", {"email": "jo@example.com", "roles": []}, [("roles", "invalid-value")]),
    ("member", {"email": "jo@example.com", "roles": ["boss"]}, [("roles", "invalid-value")]),
    ("member", {"email": "jo", "roles": ["admin"]}, [("email", "invalid-value")]),
    ("organization_member", {"email": "jo@x y", "roles": ["admin"]}, [("email", "invalid-value")]),
    ("ip_assignment", {}, [("address", "missing-field")]),
    ("ip_assignment", {"address": "147.75.1"}, [("address", "invalid-value")]),
    ("ip_assignment", {"address": "147.75.1.2/33"}, [("address", "invalid-value")]),
    ("ip_assignment", {"address": "1.2.3.4", "customdata": {"reconciler": 1}}, [("customdata", "invalid-value")]),
    ("volume", {"plan": "storage_1", "size": 9, "facility": "ewr1"}, [("size", "invalid-value")]),
    ("volume", {"plan": "storage_1", "facility": "ewr1"}, [("size", "missing-field")]),
    ("volume", {**DISK, "snapshot_policies": [{"snapshot_frequency": "2h", "snapshot_count": 1}]}, POLICY_WRONG),
    ("volume", {**DISK, "snapshot_policies": [{"snapshot_frequency": "1day", "snapshot_count": 0}]}, POLICY_WRONG),
    ("volume", {**DISK, "snapshot_policies": [DAILY, {**DAILY, "snapshot_count": 3}]}, POLICY_WRONG),
    ("license", {}, [("licensee_product_id", "missing-field")]),
    ("license", {"licensee_product_id": "l", "size": -1}, [("size", "invalid-value")]),
    ("license", {"licensee_product_id": "l", "size": "1"}, [("size", "wrong-type"), ("size", "wrong-type")]),
    ("spot_market_request", {**BID, "devices_min": 3}, [("devices_min", "invalid-value")]),
    ("spot_market_request", {**BID, "facilities": []}, [("facilities", "invalid-value")]),
    ("spot_market_request", {**BID, "end_at": "2019-12-31"}, [("end_at", "invalid-value")]),
    ("spot_market_request", {**BID, "instance_parameters": {"plan": "p"}}, [("instance_parameters", "missing-field")]),
    ("spot_market_request", {**BID, "instance_parameters": {**WORKER, "hostname": "a_{{index}}"}}, BAD_NAME),
    ("spot_market_request", {**BID, "instance_parameters": {**WORKER, "hostnames": ["ok", "-"]}}, BAD_NAME),
    (
        "spot_market_request",
        {**BID, "instance_parameters": {**WORKER, "tags": ["reconciler:x:y"], "ipxe_script_url": "https://x"}},
        [("instance_parameters", "invalid-value"), ("instance_parameters", "invalid-value")],
    ),
    ("device_batch", {**DEVICE}, [("quantity", "missing-field")]),
    ("device_batch", {**DEVICE, "quantity": 0}, [("quantity", "invalid-value")]),
    ("device_batch", {**DEVICE, "quantity": 2, "hostname": "a_{{index}}"}, [("hostname", "bad-hostname")]),
    ("device_batch", {**DEVICE, "quantity": 2, "hostnames": ["a", "b", "c"]}, [("hostnames", "invalid-value")]),
    ("device_batch", {**DEVICE, "quantity": 2, "hardware_reservation_id": "r"}, RESERVED),
    ("device_batch", {"plan": "p", "operating_system": "o", "quantity": 2}, [("", "missing-field")]),
    ("device_batch", {**DEVICE, "quantity": 2, "tags": ["reconciler:x:y"]}, [("tags", "invalid-value")]),
    ("device_batch", {**DEVICE, "quantity": 2, "spot_price_max": 1}, [("spot_price_max", "invalid-value")]),
    ("volume_attachment", {}, [("volume", "missing-field")]),
    ("volume_attachment", {"volume": ""}, [("volume", "invalid-value")]),
    ("device", {}, [("plan", "missing-field"), ("operating_system", "missing-field")]),
    ("device", {"plan": "p", "operating_system": "o"}, [("", "missing-field")]),
    ("device", {"plan": "p", "operating_system": "o", "facility": None}, [("", "missing-field")]),
    ("device", {**DEVICE, "hostname": "under_score"}, [("hostname", "bad-hostname")]),
    ("device", {**DEVICE, "hostname": "-x"}, [("hostname", "bad-hostname")]),
    ("device", {**DEVICE, "hostname": "x y"}, [("hostname", "bad-hostname")]),
    ("device", {**DEVICE, "hostname": "web\n"}, [("hostname", "bad-hostname")]),
    ("device", {**DEVICE, "hostname": ""}, [("hostname", "invalid-value")]),
    ("device", {**DEVICE, "billing_cycle": "weekly"}, [("billing_cycle", "invalid-value")]),
    ("device", {**DEVICE, "locked": "yes"}, [("locked", "wrong-type")]),
    ("device", {**DEVICE, "spot_price_max": 0.1}, [("spot_price_max", "invalid-value")]),
    ("device", {**DEVICE, "spot_price_max": 0, "spot_instance": True}, [("spot_price_max", "invalid-value")]),
    ("device", {**DEVICE, "spot_instance": True}, [("spot_instance", "invalid-value")]),
    ("device", {**DEVICE, "termination_time": "tomorrow"}, [("termination_time", "invalid-value")]),
    ("device", {**DEVICE, "hardware_reservation_id": "next_available"}, [("hardware_reservation_id", "invalid-value")]),
    ("device_batch", {**DEVICE, "quantity": 2, "spot_instance": True}, [("spot_instance", "invalid-value")]),
    ("device_batch", {**DEVICE, "quantity": 2, "termination_time": "3"}, [("termination_time", "invalid-value")]),
    ("device", {**DEVICE, "ipxe_script_url": "https://x"}, [("ipxe_script_url", "invalid-value")]),
    ("device", {**DEVICE, "public_ipv4_subnet_size": 27}, [("public_ipv4_subnet_size", "invalid-value")]),
    ("device", {**DEVICE, "tags": ["ok", "reconciler-memo:tags=1"]}, [("tags", "invalid-value")]),
    ("device", IPXE, [("operating_system", "invalid-value")]),
    ("device", {**IPXE, "userdata": "#cloud-config"}, [("operating_system", "invalid-value")]),
    ("device", {**IPXE, "userdata": "#!ipxe", "ipxe_script_url": "u"}, [("ipxe_script_url", "invalid-value")]),
]

RIGHT: list[tuple[str, dict[str, Any]]] = [
    ("organization", {"name": "x", "address": {"city": "Rome", "zip_code": "00100"}, "twitter": None}),
    ("hardware_reservation", {"id": "3e6d1b3a-1f55-4c09-9e3b-0b1a1f2c3d4e"}),
    ("api_key", {"description": "ci", "read_only": True}),
    ("member", {"email": "jo@example.com", "roles": ["admin", "limited_collaborator"], "message": "hi"}),
    ("organization_member", {"email": "jo@example.com", "roles": ["owner"]}),
    ("project", {"name": "x", "customdata": {"a": {"reconciler": 1}}}),
    ("ssh_key", KEY),
    ("vlan", {"facility": "ewr1", "vxlan": 2}),
    ("ip_reservation", BLOCK),
    ("ip_reservation", {**BLOCK, "quantity": 256, "tags": ["reconcile", "reconcilers:x"]}),
    ("ip_reservation", {"type": "global_ipv4", "quantity": 4}),
    ("bgp_config", CONFIG),
    ("bgp_config", {**CONFIG, "md5": "Abcdefgh12", "deployment_type": "global", "asn": 4294967295}),
    ("bgp_session", {"address_family": "ipv6", "default_route": False}),
    ("ip_assignment", {"address": "147.75.1.2"}),
    ("ip_assignment", {"address": "2604:1380::/64", "manageable": True}),
    ("volume", {**DISK, "snapshot_policies": [DAILY, {**DAILY, "snapshot_frequency": "1week"}], "locked": False}),
    ("volume_attachment", {"volume": "v"}),
    ("device_batch", {**DEVICE, "quantity": 2, "hostnames": ["a", "b"], "facility": ["ewr1", "any"]}),
    ("spot_market_request", {**BID, "end_at": "2019-12-31T23:59:59Z", "wait_for_devices": True}),
    ("spot_market_request", {**BID, "instance_parameters": {**WORKER, "hostname": "a-{{index}}"}}),
    ("license", {"licensee_product_id": "l", "size": 2.5, "description": "d"}),
    ("device", DEVICE),
    ("device", {**DEVICE, "hostname": "a.b-c.example.COM"}),
    ("device", {**DEVICE, "facility": ["ewr1", "any"], "features": {"tpm": "required"}}),
    (
        "device",
        {"plan": "p", "operating_system": "o", "hardware_reservation_id": "7a9ae12c-3a3f-4c45-8f8c-0d6f5b1a2c3d"},
    ),
    ("device", {**IPXE, "userdata": "#!iPXE\nboot"}),
    ("device", {**IPXE, "userdata": "#!pxe"}),
    ("device", {**IPXE, "ipxe_script_url": "https://boot.example/x"}),
    ("device", {**DEVICE, "spot_instance": True, "spot_price_max": 0.15}),
    ("device", {**DEVICE, "customdata": [1, {"reconciler": True}]}),
    ("device", {**DEVICE, "termination_time": "2019-12-31T23:59:59Z", "hardware_reservation_id": "next-available"}),
]

# kind, values that are known, fields that are not known yet: nothing to complain about
PARTIAL: list[tuple[str, dict[str, Any], set[str]]] = [
    ("device", {"plan": "p", "operating_system": "o"}, {"facility"}),
    ("device", {"facility": "ewr1"}, {"plan", "operating_system"}),
    ("device", {**DEVICE, "spot_price_max": 0.1}, {"spot_instance"}),
    ("device", {**DEVICE, "spot_instance": True}, {"spot_price_max"}),
    ("device", IPXE, {"userdata"}),
    ("device", IPXE, {"ipxe_script_url"}),
    ("device", {"facility": "ewr1", "plan": "p", "ipxe_script_url": "u"}, {"operating_system"}),
    ("ip_reservation", {"type": "public_ipv4", "quantity": 1}, {"facility"}),
    ("ip_reservation", {"quantity": 1}, {"facility", "type"}),
    ("ip_assignment", {}, {"address"}),
    ("vlan", {}, {"facility", "description"}),
]

NULLS: list[tuple[str, dict[str, Any], set[str]]] = [
    ("device", DEVICE, {"hostname", "billing_cycle", "hardware_reservation_id", "spot_price_max", "features"}),
    ("vlan", {"facility": "ewr1"}, {"description", "vxlan"}),
    ("project", {"name": "x"}, {"organization_id", "payment_method_id"}),
    ("bgp_config", CONFIG, {"md5", "use_case"}),
    ("ip_assignment", {"address": "1.2.3.4"}, {"manageable", "customdata"}),
    ("ip_reservation", {"type": "global_ipv4", "quantity": 1}, {"facility", "comments"}),
]


@pytest.mark.parametrize(("kind", "values", "expected"), WRONG)
def test_wrong(kind: str, values: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    found = CATALOG[kind].check(values)
    assert isinstance(found, list)
    assert sorted((str(each.path[0]) if each.path else "", each.code) for each in found) == sorted(expected)
    assert all(each.message for each in found)


@pytest.mark.parametrize(("kind", "values"), RIGHT)
def test_right(kind: str, values: dict[str, Any]) -> None:
    assert CATALOG[kind].check(values) == values


@pytest.mark.parametrize(("kind", "values", "partial"), PARTIAL)
def test_what_is_not_known_yet_is_not_missing(kind: str, values: dict[str, Any], partial: set[str]) -> None:
    assert CATALOG[kind].check(values, frozenset(partial)) == values


@pytest.mark.parametrize(("kind", "values", "nulls"), NULLS)
def test_null_is_the_same_as_leaving_out_where_nothing_can_be_emptied(
    kind: str, values: dict[str, Any], nulls: set[str]
) -> None:
    assert CATALOG[kind].check({**values, **dict.fromkeys(nulls)}) == values


def test_null_empties_what_can_be_empty() -> None:
    emptied = dict.fromkeys(("description", "userdata", "customdata", "tags", "ipxe_script_url"))
    assert CATALOG["device"].check({**DEVICE, **emptied}) == {**DEVICE, **emptied}


def test_no_message_shows_a_password() -> None:
    found = CATALOG["bgp_config"].check({**CONFIG, "md5": "hunter2"})
    assert isinstance(found, list)
    assert "hunter2" not in repr(found)


def test_a_bad_hostname_comes_with_one_that_would_do() -> None:
    found = CATALOG["device"].check({**DEVICE, "hostname": "_web server_1_"})
    assert isinstance(found, list)
    assert found[0].hint == "`web-server-1` would do"


@pytest.mark.parametrize("kind", CATALOG.kinds, ids=lambda kind: kind.name)
def test_every_kind_is_whole(kind: Any) -> None:
    assert kind.summary
    assert kind.section
    assert set(kind.uses) | set(kind.follows) <= {each.name for each in CATALOG.kinds}
    assert {*kind.parents, *kind.listed_under} <= {"", *(each.name for each in CATALOG.kinds)}
    assert kind.key_field is None or kind.key_field in kind.fields
    assert kind.scalar_field is None or kind.scalar_field in kind.fields
    for info in kind.spec.model_fields.values():
        assert info.description, "the schema and the docs show it"


def test_the_catalog_is_in_order() -> None:
    order = [each.name for each in CATALOG.kinds]
    for kind in CATALOG.kinds:
        for earlier in {*kind.parents, *kind.uses, *kind.follows} - {""}:
            assert order.index(earlier) < order.index(kind.name)


def test_an_address_in_a_section_without_names_can_be_read_back() -> None:
    for kind in CATALOG.kinds:
        place = f"projects.p.devices.d.{kind.section}" if "device" in kind.parents else f"projects.p.{kind.section}"
        address = place if kind.form is Form.SINGLETON else f"{place}.x"
        assert str(parse_address(address)) == address


def test_a_kind_that_is_checked_beside_others_names_them() -> None:
    for kind in CATALOG.kinds:
        assert (type(kind).check_beside is Kind.check_beside) == (not kind.beside)
        assert kind.beside <= {each.name for each in CATALOG.kinds}
