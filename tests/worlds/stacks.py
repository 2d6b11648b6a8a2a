"""Makes stacks out of all kinds, as the YAML file's mapping. Nothing here is checked: `edits.repaired` and the
reader of stacks say what may stand together.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Block = dict[str, Any]
Chance = random.Random
Value = Callable[[Chance], Any]

STACK = "fuzz"
FACILITIES = ("ewr1", "ams1", "sjc1")
LAYER3_PLANS = ("t1.small.x86", "c1.small.x86", "baremetal_1")
ANY_TYPE_PLANS = ("c2.medium.x86", "m1.xlarge.x86", "n2.xlarge.x86")
HYBRID_PLAN, HYBRID_FACILITY = "x1.small.x86", "iad1"
FOUR_PORTS = ("n2.xlarge.x86",)
SYSTEMS = ("ubuntu_18_04", "ubuntu_16_04", "centos_7")
CYCLES = ("hourly", "daily", "monthly")
TEXTS = ("db", "a: b # c", "größer", "x [y]", "two words", "'quoted'", "${HOME}", "100%")
RESERVED = {"ewr1/c2.medium.x86": 2}
"""Reserved machines that each new project has."""
SPOT_PRICES = {f"{facility}/{plan}": 0.1 for facility in FACILITIES for plan in ("c2.medium.x86", "m1.xlarge.x86")}


def text(rng: Chance) -> str:
    return rng.choice(TEXTS)


def customdata(rng: Chance) -> Any:
    return rng.choice(({"rack": 1}, {"rack": 2, "deep": {"a": [1, None], "b": "x"}}, {"rack": None}, {}))


def tags(rng: Chance) -> list[str]:
    return rng.sample(("web", "db", "k8s", "a:b", "ö", "web"), rng.randint(0, 3))


def _one_of(*values: Any) -> Value:
    return lambda rng: rng.choice(values)


def public_key(number: int) -> str:
    """A public key like any other; two of one number are the same key."""
    name = b"ssh-ed25519"
    blob = len(name).to_bytes(4, "big") + name + (32).to_bytes(4, "big") + bytes([number] * 32)
    return f"ssh-ed25519 {base64.b64encode(blob).decode()} key{number}"


def key_material(rng: Chance) -> str:
    return public_key(rng.randint(1, 40))


POLICIES: tuple[list[Block], ...] = (
    [{"snapshot_frequency": "1day", "snapshot_count": 7}],
    [{"snapshot_frequency": "1day", "snapshot_count": 3}, {"snapshot_frequency": "1hour", "snapshot_count": 2}],
    [],
)
BOOL = _one_of(True, False)
DESCRIPTION = _one_of(*TEXTS, None)

OPTIONAL: Mapping[str, Mapping[str, Value]] = {
    "organizations": {
        "description": DESCRIPTION,
        "website": _one_of("https://a.example", "https://b.example", None),
        "twitter": DESCRIPTION,
        "address": _one_of({"city": "Rome"}, {"city": "Oslo", "country": "NO"}),
        "customdata": customdata,
    },
    "projects": {
        "backend_transfer_enabled": BOOL,
        "customdata": customdata,
    },
    "ssh_keys": {"label": text},
    "vlans": {"description": DESCRIPTION},
    "ip_reservations": {
        "details": DESCRIPTION,
        "comments": text,
        "customdata": customdata,
        "tags": tags,
    },
    "volumes": {
        "description": DESCRIPTION,
        "billing_cycle": _one_of(*CYCLES),
        "locked": _one_of(False, False, False, True, None),
        "snapshot_policies": _one_of(*POLICIES),
    },
    "licenses": {"size": _one_of(1, 2, 2.5), "description": DESCRIPTION},
    "api_keys": {"description": _one_of(*TEXTS), "read_only": BOOL},
    "members": {"message": text},
    "device_batches": {
        "description": DESCRIPTION,
        "billing_cycle": _one_of(*CYCLES),
        "userdata": _one_of("#!/bin/sh\necho ${HOME}\n", "#cloud-config\n{}\n", None),
        "always_pxe": BOOL,
        "customdata": _one_of({"rack": 1}, {"a": {"b": [1, 2]}}, None),
        "tags": tags,
        "facility_diversity_level": _one_of(1, 2),
        "public_ipv4_subnet_size": _one_of(31, 30),
    },
    "spot_market_requests": {
        "end_at": _one_of("2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z"),
        "wait_for_devices": BOOL,
    },
    "devices": {
        "description": DESCRIPTION,
        "billing_cycle": _one_of(*CYCLES),
        "userdata": _one_of("#!/bin/sh\necho ${HOME}\n", "#cloud-config\n{}\n", None),
        "always_pxe": BOOL,
        "power_state": _one_of("active", "inactive"),
        "locked": _one_of(False, False, False, True, None),
        "customdata": _one_of({"rack": 1}, {"a": {"b": [1, 2]}}, '{"text": 1}', None),
        "tags": tags,
        "termination_time": _one_of("2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z"),
        "features": _one_of(["tpm"], {"tpm": "required", "raid": "preferred"}),
        "public_ipv4_subnet_size": _one_of(31, 30),
        "hardware_reservation_id": _one_of("next-available"),
    },
}
"""Fields that may be left out. Those that need something else are filled by hand below."""

REQUIRED: Mapping[str, Mapping[str, Value]] = {
    "organizations": {"name": _one_of("Acme", "Acme Two", "Wérk")},
    "projects": {"name": _one_of("Edge", "Lab", "Prod 1", "Büro")},
    "ssh_keys": {"key": key_material},
    "vlans": {"facility": _one_of(*FACILITIES)},
    "ip_reservations": {},
    "volumes": {
        "plan": _one_of("storage_1", "storage_2"),
        "size": _one_of(10, 20, 100),
        "facility": _one_of(*FACILITIES),
    },
    "licenses": {"licensee_product_id": _one_of("db-standard", "db-enterprise")},
    "api_keys": {},
    "members": {
        "email": _one_of("jo@example.com", "al@example.com", "Eve@example.com"),
        "roles": _one_of(["collaborator"], ["admin"], ["collaborator", "billing"]),
    },
    "device_batches": {
        "quantity": _one_of(1, 2, 3),
        "facility": _one_of(*FACILITIES, ["ewr1", "ams1"], "any"),
        "plan": _one_of(*ANY_TYPE_PLANS, *LAYER3_PLANS),
        "operating_system": _one_of(*SYSTEMS),
    },
    "spot_market_requests": {
        "devices_min": _one_of(1),
        "devices_max": _one_of(1, 2),
        "max_bid_price": _one_of(0.5, 1.0, 1),
        "facilities": _one_of(["ewr1"], ["ewr1", "sjc1"], ["ams1"]),
        "instance_parameters": lambda rng: machine_parameters(rng),
    },
    "devices": {
        "facility": _one_of(*FACILITIES, *FACILITIES, ["ewr1", "ams1"], "any"),
        "plan": _one_of(*ANY_TYPE_PLANS, *ANY_TYPE_PLANS, *LAYER3_PLANS),
        "operating_system": _one_of(*SYSTEMS),
    },
}

MACHINES = ("devices", "device_batches", "spot_market_requests")
IN_PROJECT = ("ssh_keys", "vlans", "ip_reservations", "volumes", "licenses", "api_keys", "members", *MACHINES)
SELDOM = ("api_keys", "members", "device_batches", "spot_market_requests")
KEYS = ("a", "b", "c", "web", "db-1", "x_2")


CREATE_FIRST = ("vlans", "volumes", "licenses", "ssh_keys", "api_keys", "device_batches")


def block(rng: Chance, section: str, key: str) -> Block:
    """One block of a section by itself."""
    made = {name: value(rng) for name, value in REQUIRED[section].items()}
    share = rng.choice((0.0, 0.3, 0.7))
    made |= {name: value(rng) for name, value in OPTIONAL[section].items() if rng.random() < share}
    if section == "ip_reservations":
        made |= reservation(rng)
    if section in ("licenses", "api_keys") and rng.random() < 0.2:
        made |= rng.choice(({"for_each": ["p", "q"]}, {"for_each": ["q", "r"]}, {"when": False}, {"count": 2}))
    if section in ("vlans", "ip_reservations") and rng.random() < 0.12:
        made["count"] = rng.randint(1, 2)
    if section == "ssh_keys":
        made.setdefault("label", f"key {key}")
    if section == "device_batches" and rng.random() < 0.6:
        made["hostname"] = "batch-{{index}}"
    if section == "devices":
        made["hostname"] = hostname(rng, key)
        if made.get("locked") and rng.random() < 0.7:
            del made["locked"]
        if rng.random() < 0.25:
            made["lifecycle"] = lifecycle(rng)
        if rng.random() < 0.1:
            made |= {"spot_instance": True, "spot_price_max": rng.choice((0.5, 1.0))}
    elif rng.random() < 0.1 and section in CREATE_FIRST:
        made["lifecycle"] = {"create_before_destroy": True}
    return made


def machine_parameters(rng: Chance) -> Block:
    """What each machine of a spot market request is to be."""
    made: Block = {"plan": rng.choice(("c2.medium.x86", "m1.xlarge.x86")), "operating_system": rng.choice(SYSTEMS)}
    others: Mapping[str, Value] = {
        "hostname": _one_of("spot-{{index}}", "spot"),
        "description": text,
        "userdata": _one_of("#cloud-config\n{}\n"),
        "customdata": _one_of({"rack": 1}, '{"text": 1}'),
        "tags": tags,
        "always_pxe": BOOL,
    }
    return made | {name: value(rng) for name, value in others.items() if rng.random() < 0.4}


def reservation(rng: Chance) -> Block:
    if rng.random() < 0.25:
        return {"type": "global_ipv4", "quantity": 1}
    return {"type": "public_ipv4", "quantity": rng.choice((1, 1, 2, 4)), "facility": rng.choice(FACILITIES)}


def hostname(rng: Chance, key: str) -> str:
    return key.replace("_", "-") + rng.choice(("", "", ".example.com", "-new"))


def lifecycle(rng: Chance) -> Block:
    return rng.choice(
        (
            {"create_before_destroy": True},
            {"create_before_destroy": True},
            {"on_change": {"operating_system": "reinstall"}},
            {"on_change": {"userdata": "reinstall", "operating_system": "reinstall"}},
            {"on_change": {"description": "replace"}},
            {"ignore_changes": ["userdata", "tags"]},
        )
    )


def wiring(rng: Chance, device: Mapping[str, Any], vlans: Sequence[str]) -> Block:
    """How a device's ports are wired: by network type, or port by port. `vlans` are what its ports may be in."""
    four = device["plan"] in FOUR_PORTS
    style = rng.choice(("none", "layer3", "hybrid", "hybrid", "layer2-bonded", "layer2-individual", "by port"))
    if style == "none":
        return {}
    if style == "by port":
        return {"ports": _by_port(rng, four, vlans)}
    carriers = {
        "hybrid": ("eth1", "eth3") if four else ("eth1",),
        "layer2-bonded": ("bond0", "bond1") if four else ("bond0",),
        "layer2-individual": ("eth0", "eth1", "eth2", "eth3") if four else ("eth0", "eth1"),
    }.get(style, ())
    ports = {name: _in_vlans(rng, name, vlans) for name in carriers if rng.random() < 0.7}
    ports = {name: each for name, each in ports.items() if each}
    return {"network_type": style, "ports": ports} if ports or rng.random() < 0.3 else {"network_type": style}


def _in_vlans(rng: Chance, port: str, vlans: Sequence[str]) -> Block:
    chosen = rng.sample(list(vlans), rng.randint(0, min(3, len(vlans))))
    made: Block = {"vlans": chosen}
    if not port.startswith("bond") and len(chosen) > 1 and rng.random() < 0.5:
        made["native_vlan"] = rng.choice(chosen)
    elif rng.random() < 0.1:
        made["native_vlan"] = None
    return made


def _by_port(rng: Chance, four: bool, vlans: Sequence[str]) -> Block:
    """Each port said by itself, all of them together one of the four types."""
    bonds = {"bond0": ("eth0", "eth2"), "bond1": ("eth1", "eth3")} if four else {"bond0": ("eth0", "eth1")}
    style = rng.choice(("layer3", "hybrid", "layer2-bonded", "layer2-individual"))
    ports: Block = {}
    for bond, members in bonds.items():
        apart = style == "layer2-individual"
        if bond == "bond0" or style != "hybrid":
            ports[bond] = {"bonded": not apart, "layer2": style.startswith("layer2"), "vlans": []}
        for member in members:
            out = apart or (style == "hybrid" and member in ("eth1", "eth3"))
            ports[member] = {"bonded": not out, "vlans": []}
            if out:
                ports[member] |= _in_vlans(rng, member, vlans)
        if style == "layer2-bonded":
            ports[bond] |= _in_vlans(rng, bond, vlans)
    return ports


def reference(rng: Chance, section: str, key: str, target: Mapping[str, Any], attribute: str = "") -> str:
    """An expression that reads a block of the same project."""
    where = f"project.{section}.{key}" if "-" not in key else f"project.{section}['{key}']"
    if "count" in target:
        where += f"[{rng.randrange(target['count'])}]" if target["count"] else "[0]"
    return f"${{{{ {where}{'.' + attribute if attribute else ''} }}}}"


def project(rng: Chance, existing: bool = False) -> Block:
    """A project with some of everything; what refers to others is filled in by `furnish`."""
    made: Block = {"existing": "Company"} if existing else block(rng, "projects", "")
    for section in IN_PROJECT:
        if rng.random() < (0.15 if section in SELDOM else 0.6):
            keys = rng.sample(KEYS, rng.randint(1, 3))
            made[section] = {key: block(rng, section, key) for key in keys}
    if rng.random() < 0.5 and not existing:
        made["bgp_config"] = {"deployment_type": "local", "asn": 65000}
        if rng.random() < 0.3:
            made["bgp_config"]["md5"] = "Secret0Word1"
    for device in made.get("devices", {}).values():
        furnish(rng, made, device)
    return made


def furnish(rng: Chance, made: Mapping[str, Any], device: Block) -> None:
    """Give a device its wiring, addresses, sessions and volumes anew, each with a chance."""
    if rng.random() < 0.15:
        device["count"] = rng.randint(0, 2)
        device["hostname"] = "pool-${{ index }}"
    if rng.random() < 0.7:
        for name in ("network_type", "ports"):
            device.pop(name, None)
        device |= wiring(rng, device, vlan_names(rng, made, device))
    if rng.random() < 0.4:
        device["bgp_sessions"] = rng.choice((["ipv4"], ["ipv4", "ipv6"], [], {"ipv4": {"default_route": True}}))
    if rng.random() < 0.5:
        blocks = made.get("ip_reservations", {})
        chosen = [key for key in blocks if rng.random() < 0.6]
        device["ip_assignments"] = {
            key: reference(rng, "ip_reservations", key, blocks[key]) for key in chosen if "count" not in blocks[key]
        }
    if rng.random() < 0.5:
        chosen = [key for key in made.get("volumes", {}) if rng.random() < 0.6]
        device["volume_attachments"] = {key: key for key in chosen}
    keys = {key: each for key, each in made.get("ssh_keys", {}).items() if "count" not in each}
    if keys and rng.random() < 0.2:
        chosen = [key for key in keys if rng.random() < 0.6] or [next(iter(keys))]
        device["project_ssh_keys"] = [reference(rng, "ssh_keys", key, keys[key]) for key in chosen]
    blocks = made.get("ip_reservations", {})
    counted = [key for key, each in blocks.items() if "count" in each and each["count"] == device.get("count")]
    if counted:
        device["ip_assignments"] = {"own": f"${{{{ project.ip_reservations['{counted[0]}'][index] }}}}"}
    before = [each for each in made.get("devices", {}).items() if each[0] < _key_of(made, device)]
    if before and rng.random() < 0.3:
        key, other = rng.choice(before)
        where = reference(rng, "devices", key, other, "private_ipv4").strip("${} ")
        device["description"] = f"near ${{{{ {where} | default('nothing', true) }}}}"
    if before and rng.random() < 0.2:
        device["after"] = [f"project.devices['{rng.choice(before)[0]}']"]
    vlans = {key: each for key, each in made.get("vlans", {}).items() if "count" not in each}
    if vlans and rng.random() < 0.2:
        key = rng.choice(list(vlans))
        device["userdata"] = f"#!/bin/sh\n# {reference(rng, 'vlans', key, vlans[key], 'vxlan')}\n"


def _key_of(made: Mapping[str, Any], device: Block) -> str:
    return next((key for key, each in made.get("devices", {}).items() if each is device), "")


def vlan_names(rng: Chance, made: Mapping[str, Any], device: Mapping[str, Any]) -> list[str]:
    """What a device's ports may name: VLANs of its facility, by key or by reference."""
    found = []
    for key, each in made.get("vlans", {}).items():
        if each.get("facility") == device.get("facility"):
            found.append(key if rng.random() < 0.7 and "count" not in each else reference(rng, "vlans", key, each))
    return found


def stack(rng: Chance) -> Block:
    """A whole stack."""
    made: Block = {"stack": STACK, "projects": {}}
    for key in rng.sample(("edge", "lab", "prod"), rng.choice((1, 1, 1, 2))):
        made["projects"][key] = project(rng)
    if rng.random() < 0.2:
        made["projects"]["company"] = project(rng, existing=True)
    if rng.random() < 0.3:
        made["ssh_keys"] = {key: block(rng, "ssh_keys", key) for key in rng.sample(KEYS, rng.randint(1, 2))}
    if rng.random() < 0.1:
        made["api_keys"] = {key: block(rng, "api_keys", key) for key in rng.sample(KEYS, rng.randint(1, 2))}
    if rng.random() < 0.2:
        keys = rng.sample(KEYS, rng.randint(1, 2))
        made["organizations"] = {key: block(rng, "organizations", key) for key in keys}
        if rng.random() < 0.4:
            made["organizations"][keys[0]]["members"] = {"a": block(rng, "members", "a")}
        for each in made["projects"].values():
            if "existing" not in each and rng.random() < 0.6:
                each["organization_id"] = rng.choice(keys)
    return made
