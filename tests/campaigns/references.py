"""Twelve small stacks that together have all kinds which create something, and what each of them becomes.

Secrets have `Canary` in them, so that they can be looked for in what is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import yaml

from reconciler.app import read_stack
from reconciler.model.resource import Stack
from reconciler.stack import Inputs
from tests.worlds.stacks import SPOT_PRICES, public_key

Phase = Literal["apply", "change", "destroy"]
PHASES: tuple[Phase, ...] = ("apply", "change", "destroy")


def phase_of(text: str) -> Phase:
    """Raises StopIteration for what is none."""
    return next(each for each in PHASES if each == text)


SETTINGS: Mapping[str, Any] = {
    "provision_seconds": 2.0,
    "deprovision_seconds": 1.0,
    "volume_seconds": 0.5,
    "reservation_seconds": 3.0,
    "spot_prices": SPOT_PRICES,
}

_WHERE = "facility: ewr1"
_MACHINE = "facility: ewr1, plan: c2.medium.x86, operating_system: ubuntu_18_04"

_PROJECT = f"""
projects:
  lab: {{name: Lab, customdata: {{rack: 1}}}}
ssh_keys:
  ops: {{key: "{public_key(1)}", label: ops}}
"""
_NETWORK = """
projects:
  lab:
    name: Lab
    vlans: {a: {facility: ewr1, description: a}, b: {facility: ewr1}}
    ip_reservations: {front: {type: public_ipv4, quantity: 2, facility: ewr1, details: front}}
"""
_DEVICE = f"""
variables:
  password: {{default: CanaryPassword1, secret: true}}
projects:
  lab:
    name: Lab
    devices:
      web: {{hostname: web, {_MACHINE}, tags: [web], userdata: "#!/bin/sh\\n# ${{{{ var.password }}}}\\n"}}
"""
_REPLACED = f"""
projects:
  lab:
    name: Lab
    vlans: {{a: {{facility: ewr1, description: a, lifecycle: {{create_before_destroy: true}}}}}}
    devices:
      web: {{hostname: web, {_MACHINE}}}
"""
_WIRED = f"""
projects:
  lab:
    name: Lab
    vlans: {{a: {{facility: ewr1}}, b: {{facility: ewr1}}}}
    devices:
      web: {{hostname: web, {_MACHINE}, network_type: hybrid, ports: {{eth1: {{vlans: [a]}}}}}}
"""
_ADDRESS = f"""
projects:
  lab:
    name: Lab
    ip_reservations: {{front: {{type: public_ipv4, quantity: 1, facility: ewr1}}}}
    devices:
      web: {{hostname: web, {_MACHINE}, ip_assignments: {{front: "${{{{ project.ip_reservations.front }}}}"}}}}
"""
_BGP = f"""
projects:
  lab:
    name: Lab
    bgp_config: {{deployment_type: local, asn: 65000, md5: CanaryMd5Canary1}}
    devices:
      web: {{hostname: web, {_MACHINE}, bgp_sessions: [ipv4]}}
"""
_STORAGE = f"""
projects:
  lab:
    name: Lab
    volumes:
      data:
        plan: storage_1
        size: 10
        facility: ewr1
        snapshot_policies: [{{snapshot_frequency: 1day, snapshot_count: 7}}]
    devices:
      web: {{hostname: web, {_MACHINE}, volume_attachments: {{data: data}}}}
"""
_KEYS = f"""
api_keys: {{ci: {{description: ci, read_only: true}}}}
projects:
  lab:
    name: Lab
    api_keys: {{ci: {{description: ci}}}}
    ssh_keys: {{ops: {{key: "{public_key(2)}", label: ops}}}}
    licenses: {{db: {{licensee_product_id: db-standard, size: 2, description: database}}}}
"""
_PEOPLE = """
organizations:
  acme: {name: Acme, website: "https://acme.example", members: {al: {email: al@example.com, roles: [admin]}}}
projects:
  lab:
    name: Lab
    organization_id: acme
    members: {jo: {email: jo@example.com, roles: [collaborator], message: Welcome}}
"""
_BATCH = f"""
projects:
  lab:
    name: Lab
    device_batches:
      workers: {{quantity: 2, hostname: "worker-{{{{index}}}}", {_MACHINE}, tags: [worker]}}
"""
_SPOT = """
projects:
  lab:
    name: Lab
    spot_market_requests:
      ci:
        devices_min: 1
        devices_max: 1
        max_bid_price: 0.5
        facilities: [ewr1]
        instance_parameters: {plan: c2.medium.x86, operating_system: ubuntu_18_04, hostname: ci}
"""

_TEXTS: Mapping[str, tuple[str, str]] = {
    "project": (_PROJECT, _PROJECT.replace("rack: 1", "rack: 2").replace("label: ops", "label: new")),
    "network": (
        _NETWORK,
        _NETWORK.replace("b: {facility: ewr1}", "c: {facility: ewr1, description: c}").replace(
            "details: f", "details: F"
        ),
    ),
    "device": (_DEVICE, _DEVICE.replace("hostname: web", "hostname: db").replace("[web]", "[db, two]")),
    "replaced": (
        _REPLACED,
        _REPLACED.replace("c2.medium.x86", "m1.xlarge.x86").replace("description: a", "description: b"),
    ),
    "wired": (_WIRED, _WIRED.replace("vlans: [a]", "vlans: [b]").replace("hybrid", "layer2-individual")),
    "address": (_ADDRESS, _ADDRESS.replace("front", "back")),
    "bgp": (_BGP, _BGP.replace("[ipv4]", "[ipv4, ipv6]")),
    "storage": (_STORAGE, _STORAGE.replace("size: 10", "size: 20").replace("count: 7", "count: 3")),
    "keys": (
        _KEYS,
        _KEYS.replace("size: 2", "size: 3").replace("ci: {description: ci}", "ci: {description: new}"),
    ),
    "people": (_PEOPLE, _PEOPLE.replace("name: Acme", "name: Acme Two").replace("[collaborator]", "[admin]")),
    "batch": (_BATCH, _BATCH.replace("tags: [worker]", "tags: [worker, two]")),
    "spot": (_SPOT, _SPOT.replace("max_bid_price: 0.5", "max_bid_price: 0.6")),
}

NAMES: tuple[str, ...] = tuple(_TEXTS)
SMALL: tuple[str, ...] = ("project", "network", "device")
"""Those of which all pairs of disturbances are played."""


@cache
def reference(name: str, version: int) -> Stack:
    """A reference stack, as it is first (0) or as it becomes (1); read once in a process."""
    return parsed(f"stack: {name}\n{_TEXTS[name][version]}")


def parsed(text: str | Mapping[str, Any]) -> Stack:
    """A stack from its YAML or what that says. Raises `diagnostics.Refused`."""
    if not isinstance(text, str):
        text = yaml.safe_dump(dict(text), allow_unicode=True, sort_keys=False)
    with TemporaryDirectory() as folder:
        path = Path(folder, "stack.yaml")
        path.write_text(text, encoding="utf-8")
        return read_stack([path], Inputs())
