"""Random stacks as graphs of 3 to 60 resources, most of them small, each with what it becomes. Reading YAML costs more
than a run here, so there are so many of them and no more, each read once in a process.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from reconciler.model.resource import Stack
from tests.campaigns.references import parsed
from tests.worlds.stacks import STACK, public_key

COUNT = 400
_WORDS = ("a", "b", "c", "d")
_MACHINE = {"facility": "ewr1", "operating_system": "ubuntu_18_04"}
_PLANS = ("c2.medium.x86", "m1.xlarge.x86")
Block = dict[str, Any]


@cache
def random_stack(number: int, version: int) -> Stack:
    """One of `COUNT` stacks, as it is first (0), or as it becomes (1)."""
    return parsed(mapping(number, version))


def mapping(number: int, version: int) -> Block:
    rng = random.Random(number)
    first = _made(rng, 2 + _size(rng))
    return first if version == 0 else _edited(rng, first)


def _size(rng: random.Random) -> int:
    """Small mostly; one in fifty is large."""
    return rng.randint(30, 58) if rng.random() < 0.02 else min(20, 1 + int(rng.expovariate(0.35)))


def _made(rng: random.Random, size: int) -> Block:
    project: Block = {"name": "Lab"}
    made: Block = {"stack": STACK, "variables": {"password": {"default": "CanaryPassword1", "secret": True}}}
    made["projects"] = {"lab": project}
    for number in range(size):
        _ADD[rng.choice(tuple(_ADD))](rng, project, f"n{number}")
    project.setdefault("ssh_keys", {})["ops"] = {"key": public_key(150), "label": "ops"}
    return made


def _edited(rng: random.Random, first: Block) -> Block:
    """Some blocks gone, some changed, some new."""
    project = {name: _copied(each) for name, each in first["projects"]["lab"].items()}
    for section in [name for name, each in project.items() if isinstance(each, dict)]:
        for key in list(project[section]):
            block = project[section][key]
            if isinstance(block, dict) and rng.random() < 0.3:
                _CHANGE[section](rng, block)
    for number in range(rng.randint(0, 2)):
        _ADD[rng.choice(tuple(_ADD))](rng, project, f"m{number}")
    loose = [key for key in project.get("vlans", {}) if not _is_used(project, key)]
    for key in loose[:1]:
        del project["vlans"][key]
    return {**first, "projects": {"lab": project}}


def _copied(value: Any) -> Any:
    return {name: _copied(each) for name, each in value.items()} if isinstance(value, dict) else value


def _is_used(project: Mapping[str, Any], key: str) -> bool:
    return f"'{key}'" in repr(project.get("devices", {}))


def _vlan(rng: random.Random, project: Block, key: str) -> None:
    project.setdefault("vlans", {})[key] = {"facility": "ewr1", "description": rng.choice(_WORDS)}
    if len(project["vlans"]) > 10:
        del project["vlans"][key]


def _address(rng: random.Random, project: Block, key: str) -> None:
    if len(project.get("ip_reservations", {})) < 6:
        block = {"type": "public_ipv4", "quantity": 1, "facility": "ewr1", "details": rng.choice(_WORDS)}
        project.setdefault("ip_reservations", {})[key] = block


def _volume(rng: random.Random, project: Block, key: str) -> None:
    project.setdefault("volumes", {})[key] = {"plan": "storage_1", "size": rng.choice((10, 20)), "facility": "ewr1"}


def _ssh_key(rng: random.Random, project: Block, key: str) -> None:
    number = 1 + len(project.get("ssh_keys", {}))
    project.setdefault("ssh_keys", {})[key] = {"key": public_key(number), "label": rng.choice(_WORDS)}


def _license(rng: random.Random, project: Block, key: str) -> None:
    block = {"licensee_product_id": "db-standard", "size": rng.choice((1, 2)), "description": rng.choice(_WORDS)}
    project.setdefault("licenses", {})[key] = block


def _device(rng: random.Random, project: Block, key: str) -> None:
    devices = project.setdefault("devices", {})
    block: Block = {"hostname": key, **_MACHINE, "plan": rng.choice(_PLANS), "tags": rng.sample(_WORDS, 2)}
    if rng.random() < 0.3:
        block["userdata"] = "#!/bin/sh\n# ${{ var.password }}\n"
    if devices and rng.random() < 0.5:
        block["after"] = [f"project.devices['{rng.choice(list(devices))}']"]
    if project.get("vlans") and rng.random() < 0.4:
        block |= {"network_type": "hybrid", "ports": {"eth1": {"vlans": [rng.choice(list(project["vlans"]))]}}}
    free = [each for each in project.get("volumes", {}) if f"'{each}'" not in repr(devices)]
    if free and rng.random() < 0.6:
        block["volume_attachments"] = {free[0]: free[0]}
    free = [each for each in project.get("ip_reservations", {}) if f"['{each}']" not in repr(devices)]
    if free and rng.random() < 0.6:
        block["ip_assignments"] = {free[0]: f"${{{{ project.ip_reservations['{free[0]}'] }}}}"}
    devices[key] = block


_ADD: Mapping[str, Callable[[random.Random, Block, str], None]] = {
    "vlan": _vlan,
    "address": _address,
    "volume": _volume,
    "ssh key": _ssh_key,
    "license": _license,
    "device": _device,
    "another device": _device,
}

_CHANGE: Mapping[str, Callable[[random.Random, Block], None]] = {
    "vlans": lambda rng, block: block.update(description=rng.choice(_WORDS)),
    "ip_reservations": lambda rng, block: block.update(details=rng.choice(_WORDS)),
    "volumes": lambda _, block: block.update(size=block["size"] + 10),
    "ssh_keys": lambda rng, block: block.update(label=rng.choice(_WORDS)),
    "licenses": lambda rng, block: block.update(size=3, description=rng.choice(_WORDS)),
    "devices": lambda rng, block: block.update(
        rng.choice(({"hostname": "renamed"}, {"tags": ["x"]}, {"plan": "m1.xlarge.x86"}, {"description": "new"}))
    ),
}
