"""Another version of a stack, and what makes a random one fit together."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Iterator
from typing import Any

from tests.worlds.stacks import (
    FACILITIES,
    FOUR_PORTS,
    HYBRID_FACILITY,
    HYBRID_PLAN,
    IN_PROJECT,
    KEYS,
    LAYER3_PLANS,
    MACHINES,
    OPTIONAL,
    REQUIRED,
    SYSTEMS,
    Block,
    block,
    furnish,
    hostname,
    project,
    reservation,
    vlan_names,
    wiring,
)

CLEARED = {"description", "userdata", "customdata", "tags", "website", "twitter", "locked"}
_REFERENCE = re.compile(r"project\.(\w+)(?:\.(\w+)|\['([^']+)'\])")
_MOST_GLOBAL, _MOST_VLANS, _MOST_RESERVED = 2, 5, 1
Place = tuple[str, str, str]
"""A block: the key of its project (empty for the top), its section and its own key."""


def edited(rng: random.Random, stack: Block) -> Block:
    """Another version: some edits, repaired."""
    made = copy.deepcopy(stack)
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        _edit(rng, made)
    return repaired(made, stack)


def _edit(rng: random.Random, made: Block) -> None:
    places = list(_places(made))
    kind = rng.choice(
        ("field",) * 5 + ("add", "add", "remove", "rename", "furnish", "furnish", "wire", "move", "project")
    )
    if kind == "project":
        return _edit_projects(rng, made)
    projects = list(made["projects"])
    here = made["projects"][rng.choice(projects)] if projects else None
    if kind == "add" and here is not None:
        section, key = rng.choice((*IN_PROJECT, "devices", "vlans", "ip_reservations")), rng.choice(KEYS)
        here.setdefault(section, {})[key] = block(rng, section, key)
        if section == "devices":
            furnish(rng, here, here[section][key])
        return None
    if kind == "move" and here is not None:
        return _move(rng, here)
    if not places:
        return None
    owner, section, key = rng.choice(places)
    blocks = (made["projects"][owner] if owner else made)[section]
    if kind == "remove":
        del blocks[key]
        if not blocks and rng.random() < 0.7:
            del (made["projects"][owner] if owner else made)[section]
    elif kind == "rename":
        new = rng.choice(KEYS)
        if new not in blocks:
            blocks[new] = blocks.pop(key)
            if rng.random() < 0.7 and here is not None:
                _rename(made["projects"].get(owner, {}), section, key, new)
    elif kind == "field":
        _edit_field(rng, section, key, blocks[key])
    elif section == "devices" and kind == "furnish":
        furnish(rng, made["projects"][owner], blocks[key])
    elif section == "devices" and kind == "wire":
        names = vlan_names(rng, made["projects"][owner], blocks[key])
        for name in ("network_type", "ports"):
            blocks[key].pop(name, None)
        blocks[key] |= wiring(rng, blocks[key], names)
    return None


def _places(made: Block) -> Iterator[Place]:
    for section in ("organizations", "ssh_keys", "api_keys"):
        yield from (("", section, key) for key in made.get(section, {}))
    for owner, each in made["projects"].items():
        for section in IN_PROJECT:
            yield from ((owner, section, key) for key in each.get(section, {}))


def _edit_field(rng: random.Random, section: str, key: str, made: Block) -> None:
    """Set, change, empty or leave out one field."""
    values = {**REQUIRED[section], **OPTIONAL[section]}
    if section == "ip_reservations" and rng.random() < 0.3:
        made.update(reservation(rng))
        return
    if section == "devices" and rng.random() < 0.15:
        made["hostname"] = hostname(rng, key)
        return
    if not values:
        return
    name = rng.choice(list(values))
    if name in OPTIONAL[section] and name in made and rng.random() < 0.2:
        del made[name]
    elif name in CLEARED and rng.random() < 0.2:
        made[name] = None
    else:
        made[name] = values[name](rng)
    if section == "ssh_keys":
        made.setdefault("label", f"key {key}")


def _edit_projects(rng: random.Random, made: Block) -> None:
    projects = made["projects"]
    ours = [key for key, each in projects.items() if "existing" not in each]
    kind = rng.choice(("field", "field", "add", "remove", "rename", "organization"))
    if kind == "add":
        projects[rng.choice(("edge", "lab", "prod", "new"))] = project(rng)
    elif not ours:
        return
    elif kind == "remove" and len(projects) > 1:
        del projects[rng.choice(ours)]
    elif kind == "rename":
        key = rng.choice(ours)
        projects.setdefault("renamed", projects.pop(key))
    elif kind == "organization":
        keys = list(made.get("organizations", {}))
        projects[rng.choice(ours)]["organization_id"] = rng.choice(keys) if keys else None
    elif kind == "field":
        _edit_field(rng, "projects", "", projects[rng.choice(ours)])


def _move(rng: random.Random, here: Block) -> None:
    """Something that one device has goes to another: an address, a volume, a port's VLANs."""
    devices = list(here.get("devices", {}).values())
    name = rng.choice(("ip_assignments", "volume_attachments", "ports"))
    having = [each for each in devices if each.get(name)]
    if not having or len(devices) < 2:
        return
    giver = rng.choice(having)
    taker = rng.choice([each for each in devices if each is not giver])
    if name == "ports":
        giver["ports"], taker["ports"] = taker.get("ports", {}), giver["ports"]
        for each in (giver, taker):
            each["network_type"] = "hybrid"
        return
    key = rng.choice(list(giver[name]))
    taker.setdefault(name, {})[key] = giver[name].pop(key)


def _rename(here: Any, section: str, old: str, new: str) -> None:
    """What refers to a block goes on doing so."""
    by_key = {"vlans": ("vlans", "native_vlan"), "volumes": ("volume_attachments",)}.get(section, ())
    pattern = re.compile(rf"project\.{section}(?:\.{re.escape(old)}\b|\['{re.escape(old)}'\])")

    def renamed(value: Any, inside: str) -> Any:
        if isinstance(value, dict):
            return {key: renamed(each, key if inside not in by_key else inside) for key, each in value.items()}
        if isinstance(value, list):
            return [renamed(each, inside) for each in value]
        if isinstance(value, str):
            if inside in by_key and value == old:
                return new
            return pattern.sub(f"project.{section}['{new}']", value)
        return value

    for each in here.get("devices", {}).values():
        each.update(renamed(each, ""))


# what fits together


def repaired(made: Block, before: Block | None = None) -> Block:
    """The stack without what the API refuses. `before` is the version that is live, where there is one."""
    organizations = made.get("organizations", {})
    _distinct_keys(made)
    for each in organizations.values():
        _distinct_people(each)
    for key, each in made["projects"].items():
        if each.get("organization_id") not in organizations:
            each.pop("organization_id", None)
        old = (before or {}).get("projects", {}).get(key, {})
        _repair_project(made, each, old)
    for each in [*made["projects"].values(), made]:
        if not each.get("api_keys", True):
            del each["api_keys"]
    made.pop("outputs", None)
    for key, each in made["projects"].items():
        devices = [name for name, device in each.get("devices", {}).items() if "count" not in device]
        if devices:
            where = f"projects.{key}.devices['{devices[0]}']"
            made["outputs"] = {"address": f"${{{{ {where}.public_ipv4 | default('none', true) }}}}"}
    return made


def _repair_project(made: Block, here: Block, old: Block) -> None:
    if "bgp_config" in old:
        here["bgp_config"] = old["bgp_config"]  # it cannot be changed
    if old and old.get("organization_id") != here.get("organization_id"):
        here.pop("members", None)  # a transfer withdraws invitations, which the next run sends again
    _distinct_keys(here)
    spare = _MOST_GLOBAL
    for key, each in list(here.get("ip_reservations", {}).items()):
        if each["type"] == "global_ipv4":
            each.pop("facility", None)
            each["quantity"] = 1
            spare -= each.get("count", 1)
            if spare < 0:
                del here["ip_reservations"][key]
        else:
            each.setdefault("facility", FACILITIES[0])
    for key in list(here.get("vlans", {}))[_MOST_VLANS:]:
        del here["vlans"][key]
    _distinct_people(here)
    if any(here.get(each) for each in MACHINES) and not here.get("ssh_keys") and not made.get("ssh_keys"):
        here["ssh_keys"] = {"always": {"label": "always", "key": REQUIRED["ssh_keys"]["key"](random.Random(99))}}
    taken: set[str] = set()
    for each in here.get("device_batches", {}).values():
        if each["plan"] in FOUR_PORTS:
            each["operating_system"] = SYSTEMS[0]
    reserved = _MOST_RESERVED
    for key, device in here.get("devices", {}).items():
        reserved -= _repair_place(device, reserved)
        _repair_device(here, device, old.get("devices", {}).get(key, {}), taken)


def _distinct_people(here: Block) -> None:
    seen: set[str] = set()
    for key, each in list(here.get("members", {}).items()):
        if each["email"].casefold() in seen:
            del here["members"][key]
        seen.add(each["email"].casefold())


def _distinct_keys(here: Block) -> None:
    """One owner has one key once."""
    seen: set[str] = set()
    for key, each in list(here.get("ssh_keys", {}).items()):
        if each["key"] in seen:
            del here["ssh_keys"][key]
        seen.add(each["key"])


def _repair_place(device: Block, reserved: int) -> int:
    """Facility, plan and how the machine is come by. Returns how many reserved machines it takes."""
    if device["plan"] == HYBRID_PLAN:
        device["facility"] = HYBRID_FACILITY
    elif device["facility"] == HYBRID_FACILITY:
        device["facility"] = FACILITIES[0]
    if device["plan"] in FOUR_PORTS:
        device["operating_system"] = SYSTEMS[0]  # the only one of them that runs on it
    count = device.get("count", 1)
    if "hardware_reservation_id" in device:
        if reserved < count or device.get("spot_instance"):
            del device["hardware_reservation_id"]
        else:
            device |= {"facility": "ewr1", "plan": "c2.medium.x86"}
            device.get("lifecycle", {}).pop("create_before_destroy", None)
    if device.get("spot_instance"):
        device["billing_cycle"] = "hourly"
        device["plan"] = device["plan"] if device["plan"] in ("c2.medium.x86", "m1.xlarge.x86") else "c2.medium.x86"
        if device["facility"] == "any":
            device["facility"] = FACILITIES[0]
    return count if "hardware_reservation_id" in device else 0


def _repair_device(here: Block, device: Block, old: Block, taken: set[str]) -> None:
    if device["plan"] in LAYER3_PLANS:
        for name in ("network_type", "ports"):
            device.pop(name, None)
    elif device["plan"] == HYBRID_PLAN:
        device.pop("network_type", None)
        device.pop("ports", None)
    _repair_ports(here, device)
    addressed = _has_addresses(device, old)
    if not addressed:
        device.pop("ip_assignments", None)
        device.pop("bgp_sessions", None)
    if "bgp_config" not in here:
        device.pop("bgp_sessions", None)
    _repair_assignments(here, device, taken)
    volumes = here.get("volumes", {})
    attached = {
        key: volume
        for key, volume in device.get("volume_attachments", {}).items()
        if volumes.get(volume, {}).get("facility") == device["facility"]
    }
    if "volume_attachments" in device:
        device["volume_attachments"] = attached
    for name, value in list(device.items()):
        if not _refers_well(here, value) or not _looks_back(here, device, str(value)):
            del device[name]
    if not device.get("lifecycle", True):
        del device["lifecycle"]
    device.setdefault("hostname", "host")


def _has_addresses(device: Block, old: Block) -> bool:
    """Whether the device is in layer 3: as it says, or else as it is."""
    if "network_type" in device:
        return device["network_type"] in ("layer3", "hybrid")
    if "ports" in device and "layer2" in device["ports"].get("bond0", {}):
        return not device["ports"]["bond0"]["layer2"]
    return not old or _has_addresses(old, {})


def _repair_ports(here: Block, device: Block) -> None:
    ports = device.get("ports")
    if ports is None:
        return
    vlans = here.get("vlans", {})
    there = {
        f"{key}{number}"
        for key, each in vlans.items()
        if each.get("facility") == device["facility"]
        for number in (map("[{}]".format, range(each["count"])) if "count" in each else ("",))
    }
    typed = "network_type" in device
    allowed = {"hybrid": ("eth1", "eth3"), "layer2-bonded": ("bond0", "bond1")}.get(device.get("network_type", ""))
    four = device["plan"] == "n2.xlarge.x86"
    for name, port in list(ports.items()):
        beyond = not four and name in ("bond1", "eth2", "eth3")
        if beyond or (typed and allowed is not None and name not in allowed) or (typed and "bonded" in port):
            del ports[name]
            continue
        if "vlans" in port:
            port["vlans"] = [each for each in port["vlans"] if _one_vlan(each) in there]
        native = port.get("native_vlan")
        if native is not None and (native not in port.get("vlans", ()) or len(port["vlans"]) < 2):
            del port["native_vlan"]
    members = [name for name in ports if name.startswith("eth")]
    complete = len(members) == (4 if four else 2) and all("bonded" in each for each in ports.values())
    if device.get("network_type") == "layer3" or (not typed and not complete):
        device["ports"] = {}


def _vlan_key(name: str) -> str:
    found = _REFERENCE.search(name)
    return (found[2] or found[3]) if found else name


def _one_vlan(name: str) -> str:
    """A key, with the number where the block is a pool."""
    found = _REFERENCE.search(name)
    number = re.search(r"\[(\d+)\]", name)
    return f"{(found[2] or found[3]) if found else name}{number[0] if number else ''}"


def _repair_assignments(here: Block, device: Block, taken: set[str]) -> None:
    """Each block of addresses on one device, of its facility."""
    if "ip_assignments" not in device:
        return
    kept = {}
    for key, value in device["ip_assignments"].items():
        wanted = here.get("ip_reservations", {}).get(_vlan_key(value))
        fits = wanted is not None and wanted.get("facility") in (None, device["facility"])
        if fits and _vlan_key(value) not in taken and _one_each(device, wanted or {}, value):
            taken.add(_vlan_key(value))
            kept[key] = value
    device["ip_assignments"] = kept


def _looks_back(here: Block, device: Block, text: str) -> bool:
    """Devices refer to those before them only, and to a pool by number, so that nothing goes round in a circle."""
    own = next((key for key, each in here["devices"].items() if each is device), "")
    for found in _REFERENCE.finditer(text):
        key = found[2] or found[3]
        if found[1] == "devices":
            pool = "count" in here["devices"].get(key, {})
            if key >= own or (pool and "[0]" not in text and "private_ipv4" in text):
                return False
            if not pool and re.search(r"\[\d+\]", text):
                return False
    return True


def _one_each(device: Block, wanted: Block, value: str) -> bool:
    """Whether each machine of a pool gets a block of its own, and a machine by itself one block."""
    if "count" in device:
        return device["count"] == wanted.get("count") and "[index]" in value
    return "count" not in wanted and "[" not in value.replace("['", "")


def _refers_well(here: Block, value: Any) -> bool:
    if isinstance(value, dict):
        return all(_refers_well(here, each) for each in value.values())
    if isinstance(value, list):
        return all(_refers_well(here, each) for each in value)
    if not isinstance(value, str):
        return True
    return all((found[2] or found[3]) in here.get(found[1], {}) for found in _REFERENCE.finditer(value))
