"""For each field of each kind: values that it can have, and values that it cannot.

A value that needs others beside it in its block is `With`. Ids that only an account knows are words here that begin
with `@` (`transitions` says which). A field without values fails a test, so that a new one cannot be forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.worlds.stacks import public_key

Block = dict[str, Any]
_KEYS: Block = {"ssh_keys": {"dev": {"key": public_key(61), "label": "dev"}, "qa": {"key": public_key(62)}}}
_DEV, _QA = "${{ project.ssh_keys.dev }}", "${{ project.ssh_keys.qa }}"
_VLANS: Block = {"vlans": {each: {"facility": "ewr1"} for each in ("one", "two", "three")}}
_RESERVED: Block = {"hardware_reservations": {"r1": "@reserved1", "r2": "@reserved2"}}
_COMPANIES: Block = {"first": {"name": "First"}, "second": {"name": "Second"}}
_FREE: Block = {f"{name}": {"type": "public_ipv4", "quantity": 4, "facility": "ewr1"} for name in ("front", "back")}
_ENDS = ("2035-01-01T00:00:00Z", "2036-01-01T00:00:00+02:00")
WRONG_TYPE: Block = {"not": ["of", {"this": "type"}]}
"""A mapping is no value of most fields."""


@dataclass(frozen=True)
class With:
    """A value and what its block has to have for it."""

    value: Any
    beside: Mapping[str, Any]


@dataclass(frozen=True)
class Values:
    """Values that are accepted, each meaning something else, and values that are refused before anything is sent.

    `beside` is in the block whatever the value is; `inside` is put into the device around it, `around` into the project
    and `above` at the top of the stack. `alone` says that the field is left out where all of them are set.
    """

    good: tuple[Any, ...]
    bad: tuple[Any, ...] = (WRONG_TYPE,)
    beside: Mapping[str, Any] = field(default_factory=dict)
    inside: Mapping[str, Any] = field(default_factory=dict)
    around: Mapping[str, Any] = field(default_factory=dict)
    above: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    alone: bool = False
    needed: bool = False
    """Whether its block cannot do without it, as the block is."""
    one: bool = False
    """Whether only one object can have a value."""


_MACHINE: Block = {"facility": "ewr1", "plan": "c2.medium.x86", "operating_system": "ubuntu_18_04"}
BASES: Mapping[str, Mapping[str, Any]] = {
    "organization": {"name": "Acme"},
    "organization_member": {"email": "al@example.com", "roles": ["admin"]},
    "project": {"name": "Lab"},
    "member": {"email": "jo@example.com", "roles": ["collaborator"]},
    "ssh_key": {"label": "ops", "key": public_key(60)},
    "api_key": {"description": "ci"},
    "vlan": {"facility": "ewr1"},
    "ip_reservation": {"type": "public_ipv4", "quantity": 1, "facility": "ewr1"},
    "bgp_config": {"deployment_type": "local", "asn": 65000},
    "volume": {"plan": "storage_1", "size": 20, "facility": "ewr1"},
    "license": {"licensee_product_id": "db-standard"},
    "hardware_reservation": {"id": "@reserved1"},
    "device": {"hostname": "web", **_MACHINE},
    "spot_market_request": {
        "devices_min": 1,
        "devices_max": 1,
        "max_bid_price": 0.5,
        "facilities": ["ewr1"],
        "instance_parameters": {"plan": "c2.medium.x86", "operating_system": "ubuntu_18_04", "hostname": "spot"},
    },
    "device_batch": {"quantity": 1, **_MACHINE},
    "network_type": {"type": "hybrid"},
    "port": {"vlans": ["one"]},
    "ip_assignment": {"address": "${{ project.ip_reservations.front }}"},
    "bgp_session": {"default_route": False},
    "volume_attachment": {"volume": "data"},
}
"""A block of each kind with what it has to have."""
KEYS: Mapping[str, str] = {"port": "eth1", "bgp_session": "ipv4"}
"""The keys of blocks, where not any will do; `this` elsewhere."""
INSIDE: Mapping[str, Mapping[str, Any]] = {"port": {"network_type": "hybrid"}}
AROUND: Mapping[str, Mapping[str, Any]] = {
    "device": {},
    "port": _VLANS,
    "ip_assignment": {"ip_reservations": _FREE},
    "bgp_session": {"bgp_config": {"deployment_type": "local", "asn": 65000}},
    "volume_attachment": {
        "volumes": {name: {"plan": "storage_1", "size": 10, "facility": "ewr1"} for name in ("data", "logs")}
    },
}
"""What a kind needs in the device and in the project."""

_TEXTS = ("one", "a: b # c", "größer")
_EMPTY_TEXTS = (*_TEXTS, "")
_DATA: tuple[Any, ...] = ({"rack": 1}, {"rack": 2, "deep": {"a": [1, None], "b": "x"}}, {})
_ANY_DATA: tuple[Any, ...] = ({"rack": 1}, {"a": {"b": [1, 2]}}, '{"text": 1}', {})
_TAGS: tuple[Any, ...] = (["web"], ["web", "db"], [])
_BAD_TAGS = (WRONG_TYPE, [1], ["reconciler:other:projects.lab.devices.x"])
_FLAG = Values((True, False), ("perhaps", 1))
_CYCLES = Values(("hourly", "daily", "monthly"), ("fortnightly", 1))
_SPOT_CYCLES = Values(("hourly",), ("daily", "monthly", 1))
_SCRIPT = Values(
    ("#!/bin/sh\necho ${HOME}\n", "#cloud-config\n{}\n", ""),
    (WRONG_TYPE, 1),
)
_PXE = Values(
    ("http://a.example/boot", "https://b.example/boot"),
    ("gopher://a.example", 1),
    beside={"operating_system": "custom_ipxe", "userdata": None},
    alone=True,
    needed=True,
)
_WHEN = Values(("2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z"), ("tomorrow", "2030-01-01T00:00:00", 1))
_FEATURES = Values((["tpm"], {"tpm": "required"}, {"raid": "preferred"}), ({"tpm": "maybe"}, 1))
_PROJECT_KEYS = Values(
    ([_DEV], [_DEV, _QA], [_QA]), (WRONG_TYPE, "dev", ["${{ project.ssh_keys.none }}"]), around=_KEYS
)
_PERSON = Values((["@user"],), (WRONG_TYPE, "x"), around=_KEYS)
_PRIVATE: Block = {"address_family": 4, "public": False}
_PUBLIC: Block = {"address_family": 4, "public": True, "cidr": 31}
_ADDRESSES = Values(
    ([_PRIVATE], [_PRIVATE, _PUBLIC], [_PRIVATE, {"address_family": 6, "public": True}]),
    ([_PUBLIC], [_PRIVATE, {**_PUBLIC, "cidr": 12}], [_PRIVATE, _PUBLIC, _PUBLIC], {"address_family": 4}),
    alone=True,
)
_PARTS_OF_ADDRESSES: Mapping[str, Values] = {
    "address_family": Values(
        ([_PRIVATE, {"address_family": 6, "public": True}], [_PRIVATE, {"address_family": 4, "public": True}]),
        ([{**_PRIVATE, "address_family": 5}],),
        alone=True,
    ),
    "public": Values(
        ([_PRIVATE, _PUBLIC], [_PRIVATE]),
        ([{"address_family": 4, "public": "yes"}], [_PRIVATE, {"address_family": 6, "public": False}]),
        alone=True,
    ),
    "cidr": Values(
        ([_PRIVATE, _PUBLIC], [_PRIVATE, {**_PUBLIC, "cidr": 30}]),
        ([_PRIVATE, {**_PUBLIC, "cidr": 33}], [_PRIVATE, {**_PUBLIC, "cidr": "31"}]),
        alone=True,
    ),
    "ip_reservations": Values(
        tuple(
            [_PRIVATE, {**_PUBLIC, "ip_reservations": [f"${{{{ project.ip_reservations.{name}.id }}}}"]}]
            for name in ("front", "back")
        ),
        ([_PRIVATE, {**_PUBLIC, "ip_reservations": "front"}], [_PRIVATE, {**_PUBLIC, "ip_reservations": [1]}]),
        around={"ip_reservations": _FREE},
        alone=True,
    ),
}
_BID = Values((0.5, 1.0, 2.5), (0, -1, "cheap"), beside={"spot_instance": True}, alone=True, needed=True)
_SPOT = Values(
    (With(True, {"spot_price_max": 0.5}), False),
    (True, "yes"),
    alone=True,
)
_PLANS = ("c2.medium.x86", "m1.xlarge.x86", "n2.xlarge.x86")
_SYSTEMS = ("ubuntu_18_04", "ubuntu_16_04", "centos_7")
_FACILITIES = ("ewr1", "ams1", "sjc1")
_PLACE = Values((*_FACILITIES, ["ewr1", "ams1"], "any"), ("nowhere", 1, ["nowhere"]), needed=True)
_PLAN = Values((*_PLANS, "c1.small.x86", "baremetal_1"), ("c9.huge", 1, ""))
_SYSTEM = Values(_SYSTEMS, ("beos_5", 1, ""))
_ROLES = Values((["collaborator"], ["admin"], ["collaborator", "billing"]), (["king"], [], "admin"))
_EMAIL = Values(("jo@example.com", "al@example.com", "Eve@example.com"), ("nobody", 1, ""))
_INVITED = Values(_TEXTS, (WRONG_TYPE, 1))
_FREE_TEXT = Values(_EMPTY_TEXTS, (WRONG_TYPE, 1))
_STREET: Mapping[str, Values] = {
    name: Values(({name: "Rome"}, {name: "Oslo"}), ({name: 1}, {name: WRONG_TYPE}))
    for name in ("address", "address2", "city", "state", "zip_code", "country")
}
_ADDRESS = Values(
    ({"city": "Rome"}, {"city": "Oslo", "country": "NO"}, {"zip_code": "00100"}),
    ({"town": "Rome"}, "Rome", {"city": 1}),
)
_POLICY: Block = {"snapshot_frequency": "1day", "snapshot_count": 7}


def _inside(prefix: str, parts: Mapping[str, Values]) -> dict[str, Values]:
    return {f"{prefix}.{name}": each for name, each in parts.items()}


def _parameters() -> dict[str, Values]:
    base = BASES["spot_market_request"]["instance_parameters"]
    pxe = {"operating_system": "custom_ipxe"}
    parts = {
        "plan": Values(("c2.medium.x86", "m1.xlarge.x86"), ("c9.huge", 1)),
        "operating_system": _SYSTEM,
        "hostname": Values(("spot", "spot-{{index}}"), ("no name", 1)),
        "hostnames": Values((["s1"], ["s2", "s3"]), (["no name"], "s1")),
        "billing_cycle": _SPOT_CYCLES,
        "description": Values(_TEXTS, (WRONG_TYPE, 1)),
        "userdata": Values(_SCRIPT.good[:2], _SCRIPT.bad),
        "always_pxe": _FLAG,
        "ipxe_script_url": Values(_PXE.good, _PXE.bad, beside=pxe),
        "locked": _FLAG,
        "customdata": Values(_ANY_DATA[:3], (1, True)),
        "tags": Values(_TAGS, _BAD_TAGS),
        "features": _FEATURES,
        "project_ssh_keys": Values(
            (["${{ project.ssh_keys.dev.id }}"], ["${{ project.ssh_keys.qa.id }}"]), (WRONG_TYPE, "dev"), around=_KEYS
        ),
        "user_ssh_keys": _PERSON,
        "termination_time": Values(_WHEN.good, (1, WRONG_TYPE)),
    }
    found = {}
    for name, values in parts.items():
        found[f"instance_parameters.{name}"] = Values(
            tuple({**base, **values.beside, name: each} for each in values.good),
            tuple({**base, **values.beside, name: each} for each in values.bad),
            around=values.around,
            alone=True,
        )
    return found


def _machine() -> dict[str, Values]:
    """What a device and a batch have alike."""
    return {
        "plan": _PLAN,
        "operating_system": _SYSTEM,
        "description": _FREE_TEXT,
        "billing_cycle": _CYCLES,
        "userdata": _SCRIPT,
        "always_pxe": _FLAG,
        "ipxe_script_url": _PXE,
        "locked": Values((False, True), ("perhaps", 1), alone=True),
        "customdata": Values(_ANY_DATA, (1, True)),
        "tags": Values(_TAGS, _BAD_TAGS),
        "spot_instance": _SPOT,
        "spot_price_max": _BID,
        "termination_time": _WHEN,
        "project_ssh_keys": _PROJECT_KEYS,
        "user_ssh_keys": _PERSON,
        "features": _FEATURES,
        "public_ipv4_subnet_size": Values((31, 30), (12, 33, "31")),
        "ip_addresses": _ADDRESSES,
        **_inside("ip_addresses", _PARTS_OF_ADDRESSES),
    }


VALUES: Mapping[str, Mapping[str, Values]] = {
    "organization": {
        "name": Values(("Acme", "Acme Two", "Wérk"), ("", 1, "x" * 81)),
        "description": _FREE_TEXT,
        "website": Values(("https://a.example", "https://b.example"), (WRONG_TYPE, 1)),
        "twitter": Values(("acme", "acme2"), (WRONG_TYPE, 1)),
        "address": _ADDRESS,
        **_inside("address", _STREET),
        "billing_address": _ADDRESS,
        **_inside("billing_address", _STREET),
        "customdata": Values(_DATA, ("text", 1, [1])),
    },
    "organization_member": {"email": _EMAIL, "roles": _ROLES, "message": _INVITED},
    "project": {
        "name": Values(("Lab", "Lab Two", "Büro"), ("", 1, "x" * 81)),
        "organization_id": Values(
            ("first", "second"), ("nowhere", 1, WRONG_TYPE), above={"organizations": _COMPANIES}, alone=True
        ),
        "payment_method_id": Values(("@card1", "@card2"), (1, WRONG_TYPE), alone=True),
        "backend_transfer_enabled": _FLAG,
        "customdata": Values(_DATA, ("text", 1, [1])),
        "expires": Values(
            ("2035-01-01T00:00:00Z", "2036-01-01T00:00:00+02:00"), ("tomorrow", "2035-01-01", 1), alone=True
        ),
        "ttl": Values(("8760h", "400d12h", "60w"), ("8 hours", "0h", 1), alone=True),
    },
    "member": {"email": _EMAIL, "roles": _ROLES, "message": _INVITED},
    "ssh_key": {
        "label": Values(("ops", "two words", "größer"), (WRONG_TYPE, 1)),
        "key": Values((public_key(60), public_key(63), public_key(64)), ("", 1)),
    },
    "api_key": {"description": Values(_TEXTS, (WRONG_TYPE, 1)), "read_only": _FLAG},
    "vlan": {
        "facility": Values(_FACILITIES, ("nowhere", 1, "")),
        "description": _FREE_TEXT,
        "vxlan": Values(
            (1001,), (1, 4000, "1001"), one=True, alone=True
        ),  # the emulator gives the next one that is free
    },
    "ip_reservation": {
        "type": Values(
            (With("public_ipv4", {"facility": "ewr1"}), With("global_ipv4", {"facility": None})), ("public_ipv6", 1)
        ),
        "quantity": Values((1, 2, 4), (0, 3, 512, "1")),
        "facility": Values(_FACILITIES, ("nowhere", 1, ""), needed=True),
        "details": _FREE_TEXT,
        "comments": Values(_TEXTS, (WRONG_TYPE, 1)),
        "customdata": Values((*_DATA, '{"text": 1}'), (1, [1])),
        "tags": Values(_TAGS, _BAD_TAGS),
    },
    "bgp_config": {
        "deployment_type": Values(("local", "global"), ("regional", 1)),
        "asn": Values((65000, 65001), (0, "65000", 2**32)),
        "md5": Values(("Secret0Word1", "Secret0Word2"), (WRONG_TYPE, 1)),
        "use_case": Values(_TEXTS, (WRONG_TYPE, 1)),
    },
    "volume": {
        "plan": Values(("storage_1", "storage_2"), ("c9.huge", 1, "")),
        "size": Values((20, 30, 100), (9, "20", 1.5)),
        "facility": Values(_FACILITIES, ("nowhere", 1, "")),
        "description": _FREE_TEXT,
        "billing_cycle": _CYCLES,
        "locked": Values((False, True), ("perhaps", 1), alone=True),
        "snapshot_policies": Values(
            ([_POLICY], [{**_POLICY, "snapshot_count": 3}, {"snapshot_frequency": "1hour", "snapshot_count": 2}], []),
            ([{"snapshot_frequency": "1day"}], [_POLICY, _POLICY], "daily"),
        ),
        "snapshot_policies.snapshot_frequency": Values(
            tuple([{**_POLICY, "snapshot_frequency": each}] for each in ("1hour", "1day", "1week", "1month", "1year")),
            ([{**_POLICY, "snapshot_frequency": "2day"}], [{**_POLICY, "snapshot_frequency": 1}]),
        ),
        "snapshot_policies.snapshot_count": Values(
            tuple([{**_POLICY, "snapshot_count": each}] for each in (1, 2, 30)),
            tuple([{**_POLICY, "snapshot_count": each}] for each in (0, "1")),
        ),
    },
    "license": {
        "licensee_product_id": Values(("db-standard", "db-enterprise"), ("", 1)),
        "size": Values((1, 2, 2.5), (-1, "two")),
        "description": _FREE_TEXT,
    },
    "hardware_reservation": {"id": Values(("@reserved1", "@reserved2"), ("next-available", 1))},
    "device": {
        **_machine(),
        "hostname": Values(("web", "web-2", "db.example.com"), ("no name", "", 1)),
        "facility": _PLACE,
        "power_state": Values(("active", "inactive"), ("asleep", 1)),
        "hardware_reservation_id": Values(
            (
                "next-available",
                "${{ project.hardware_reservations.r1 }}",
                "${{ project.hardware_reservations.r2 }}",
                ["${{ project.hardware_reservations.r2.id }}", "${{ project.hardware_reservations.r1.id }}"],
            ),
            ("soon", 1, ["soon"]),
            around=_RESERVED,
            alone=True,
            one=True,
        ),
    },
    "spot_market_request": {
        "devices_min": Values((1, 2), (0, 3, "1"), beside={"devices_max": 2}),
        "devices_max": Values((1, 2, 3), (0, "1")),
        "max_bid_price": Values((0.5, 1.0, 2), (0, "cheap")),
        "facilities": Values((["ewr1"], ["ewr1", "sjc1"], ["ams1"]), (["nowhere"], [], "ewr1")),
        "instance_parameters": Values(
            (
                {"plan": "c2.medium.x86", "operating_system": "ubuntu_18_04", "hostname": "spot"},
                {"plan": "m1.xlarge.x86", "operating_system": "centos_7", "hostname": "spot"},
            ),
            ({"plan": "c2.medium.x86"}, {"plan": "c9.huge", "operating_system": "centos_7"}, "c2.medium.x86"),
        ),
        **_parameters(),
        "end_at": Values(_WHEN.good, _WHEN.bad),
        "force_termination": Values((True, False), ("perhaps", 1), alone=True),
        "wait_for_devices": _FLAG,
    },
    "device_batch": {
        **_machine(),
        "quantity": Values((1, 2, 3), (0, "1")),
        "hostname": Values(("batch-{{index}}", "b{{index}}.example.com"), ("no name {{index}}", "", 1)),
        "hostnames": Values((["one"], ["two"]), (["no name"], "one"), beside={"hostname": None}, alone=True),
        "facility": _PLACE,
        "facility_diversity_level": Values((1, 2), (0, "1"), beside={"facility": ["ewr1", "ams1"]}, alone=True),
        "hardware_reservation_id": Values(("next-available",), ("soon", 1), around=_RESERVED, alone=True),
    },
    "network_type": {
        "type": Values(("layer3", "hybrid", "layer2-bonded", "layer2-individual"), ("layer7", 1)),
    },
    "port": {
        "name": Values(("eth1", "bond0"), ("wlan0",), inside={"network_type": None}, beside={"vlans": []}),
        "vlans": Values((["one"], ["one", "two"], ["three"], []), (["nowhere"], "one", [1])),
        "native_vlan": Values(("one", "two"), ("three", 1), beside={"vlans": ["one", "two"]}, alone=True),
        "bonded": Values(
            (True, False),
            ("perhaps", 1),
            beside={"vlans": []},
            inside={
                "network_type": None,
                "ports": {"bond0": {"bonded": True, "layer2": False, "vlans": []}, "eth0": {"bonded": True}},
            },
            alone=True,
        ),
        "layer2": Values(
            (True, False),
            ("perhaps", 1),
            beside={"bonded": True, "vlans": []},
            inside={"network_type": None, "ports": {"eth0": {"bonded": True}, "eth1": {"bonded": True}}},
            key="bond0",
            alone=True,
        ),
    },
    "ip_assignment": {
        "address": Values(
            (
                "${{ project.ip_reservations.front }}",
                "${{ project.ip_reservations.back }}",
                "${{ project.ip_reservations.front.address }}/32",
            ),
            ("nowhere", 1, "10.0.0.1/33"),
        ),
        "manageable": _FLAG,
        "customdata": Values(_DATA, ("text", 1)),
    },
    "bgp_session": {
        "address_family": Values(("ipv4", "ipv6"), ("ipv5",)),
        "default_route": _FLAG,
    },
    "volume_attachment": {"volume": Values(("data", "logs"), ("nowhere", 1, ""))},
}
