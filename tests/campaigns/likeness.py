"""What an account holds, less what differs between two accounts that came to the same in different ways: ids, times,
addresses that the API chose, passwords, and whether what is empty is null, false, or not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tests.campaigns.kit import World
from tests.worlds.live import MACHINE, Held

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_CHOSEN = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^\"\s]*"), "<time>"),
    (re.compile(r"\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b"), "<mac>"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"), "<address>"),
    (re.compile(r"\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,}(?:/\d+)?"), "<address>"),
    (re.compile(r"\bvolume-[0-9a-f]{8}|\b[0-9a-f]{8}(?=\.packethost\.net)"), "<name>"),
)
_DROPPED = frozenset(
    ("id", "created_at", "updated_at", "short_id", "root_password", "token", "state_changed_at", "nonce", "vxlan",
     "provisioning_events", "max_devices", "network_status", "switch_uuid", "switch_name", "license_key", "iqn",
     "access", "fingerprint", "timestamps", "memberships", "requested_at", "available_in")
)  # fmt: skip
"""What the API chooses or counts by itself."""
_MARKS = ("reconciler:", "reconciler-memo:")


def likeness(world: World) -> dict[str, Any]:
    """What is there by kind and address."""
    there = [each for each in world.look() if each.mark or each.kind != "ip_reservation"]  # not the automatic blocks
    sessions = [session for each in there if each.kind in ("device", MACHINE) for session in _sessions(world, each)]
    configs = [config for each in there if each.kind == "project" for config in _config(world, each)]
    every = [*there, *sessions, *configs]
    names = {**_facilities(world), **{each.id: _name(each) for each in every}}
    found: dict[str, list[Any]] = {}
    for each in every:
        found.setdefault(_name(each), []).append(_less(each.body, names))
    return {name: sorted(bodies, key=repr) for name, bodies in sorted(found.items())}


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """In words, what two likenesses have not alike."""
    found = []
    for name in sorted({*one, *other}):
        mine, theirs = one.get(name, []), other.get(name, [])
        if mine == theirs:
            continue
        if len(mine) != len(theirs):
            found.append(f"{name}: {len(mine)} of them, and {len(theirs)}")
            continue
        for a, b in zip(mine, theirs, strict=True):
            parts = [key for key in sorted({*a, *b}) if a.get(key) != b.get(key)]
            found += [f"{name}.{key}: {str(a.get(key))[:300]} and {str(b.get(key))[:300]}" for key in parts]
    return found


def _name(held: Held) -> str:
    told = held.body.get("invitee") or held.body.get("address_family") or held.body.get("name") or ""
    return f"{held.kind} {held.address or told}"


def _facilities(world: World) -> dict[str, str]:
    return {each["id"]: f"facility {each['code']}" for each in world.account.listed("/facilities", "facilities")}


def _sessions(world: World, device: Held) -> Iterable[Held]:
    account = world.account
    for each in account.call("GET", f"/devices/{device.id}/bgp/sessions")["bgp_sessions"]:
        yield Held("bgp_session", each, f"of:{device.address}.{each['address_family']}")


def _config(world: World, project: Held) -> Iterable[Held]:
    config = world.account.call("GET", f"/projects/{project.id}/bgp-config")
    if config and config.get("id"):
        yield Held("bgp_config", config, f"of:{project.address}")


def _less(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        kept = {key: each for key, each in value.items() if key not in _DROPPED and key != "reconciler"}
        less = {key: _less(each, names) for key, each in kept.items()}
        return {key: each for key, each in less.items() if each or (each == 0 and each is not False)}
    if isinstance(value, list):
        found = [_less(each, names) for each in value if not str(each).startswith(_MARKS)]
        return sorted(found, key=repr)
    if isinstance(value, str):
        return _text(value, names)
    return value


def _text(value: str, names: Mapping[str, str]) -> str:
    if value.endswith("]") and f"[{_MARKS[0]}" in value:
        value = value.rpartition(f"[{_MARKS[0]}")[0].rstrip()
    value = _UUID.sub(lambda found: f"<{names.get(found[0], 'id')}>", value)
    for pattern, word in _CHOSEN:
        value = pattern.sub(word, value)
    return value
