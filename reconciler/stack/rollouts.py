"""`rollout`: how the machines of a group are changed, read from the parts of its mapping."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from reconciler.diagnostics import Place, did_you_mean, one
from reconciler.model.resource import Resource
from reconciler.model.rollout import HEALTH_SECONDS, STATE, Health, Proof, Rollout
from reconciler.stack.durations import AS_WRITTEN, seconds
from reconciler.stack.tree import Block
from reconciler.stack.yaml_tree import Items, Node, Table

KEYS: Final = ("max_unavailable", "pause", "health")
_CONDITION: Final = ("tcp", "bgp", "address", "timeout")
_ADDRESSES: Final = ("public", "private")
_FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {"ipv4": ("ipv4",), "ipv6": ("ipv6",), "both": ("ipv4", "ipv6")}
_SHARE = re.compile(r"(\d{1,3})%")
_LAST_PORT: Final = 65535

Wrong = Callable[[str, str, Place, str], None]
"""Notes what does not fit: its code, what is wrong, where, the way out. Values are not shown: they may be secret."""


def misplaced(block: Block) -> tuple[str, str]:
    """Why a block can have no `rollout`, and the way out; empty texts where it can."""
    if not block.kind.reached_at:
        return (
            f"{one(block.kind.name)} is no machine, so no change can be rolled over a group of them",
            "`rollout` stands in devices with `count` or `for_each`",
        )
    if not block.counted and not block.keyed:
        return (
            f"`{block.path}` is a single machine, so no change can be rolled over a group",
            "`rollout` belongs to `count` or `for_each`: take it away, or make a group of it",
        )
    return "", ""


def read_rollout(parts: Mapping[str, tuple[Any, Node]], place: Place, wrong: Wrong) -> Rollout:
    """The rollout that the parts of the mapping make, by their keys."""
    most, share = _most(*parts["max_unavailable"], wrong) if "max_unavailable" in parts else (1, None)
    pause = _pause(*parts["pause"], wrong) if "pause" in parts else 0.0
    health = _health(*parts["health"], wrong) if "health" in parts else (STATE,)
    return Rollout(place, most, pause, health, share)


def of_whole_groups(resources: Sequence[Resource]) -> list[Resource]:
    """The resources, each rollout with the size of its group: a plan for some of them counts by the whole."""
    rolled = [each for each in resources if each.rollout is not None]
    sizes = Counter(each.address.at_index(None) for each in rolled)
    return [
        replace(each, rollout=each.rollout.of(sizes[each.address.at_index(None)])) if each.rollout is not None else each
        for each in (resources if rolled else ())
    ] or list(resources)


def _most(value: Any, node: Node, wrong: Wrong) -> tuple[int, int | None]:
    """How many, or what part of them in percent."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value, None
    match = _SHARE.fullmatch(value) if isinstance(value, str) else None
    if match is not None and 1 <= int(match[1]) <= 100:
        return 1, int(match[1])
    message = "`max_unavailable` is a number of machines from 1 on, or a part of the group from 1% to 100%"
    wrong("invalid-value", message, node.place, "")
    return 1, None


def _pause(value: Any, node: Node, wrong: Wrong) -> float:
    if value == 0 and not isinstance(value, bool):
        return 0.0
    length = seconds(value)
    if length is None:
        wrong("invalid-value", f"`pause` is {AS_WRITTEN}", node.place, "")
    return length or 0.0


def _health(value: Any, node: Node, wrong: Wrong) -> tuple[Health, ...]:
    """One condition or several, all of which have to hold. The state is always one of them: whatever answers of a
    machine that is on its way somewhere else, it proves nothing.
    """
    several = value if isinstance(value, list) else [value]
    nodes = node.items if isinstance(node, Items) and len(node.items) == len(several) else [node] * len(several)
    found = [_condition(each, at, wrong) for each, at in zip(several, nodes, strict=True)]
    return tuple(dict.fromkeys((STATE, *(each for each in found if each is not None))))


def _condition(value: Any, node: Node, wrong: Wrong) -> Health | None:
    if value == Proof.STATE.value:
        return STATE
    if not isinstance(value, dict):
        message = "a condition of `health` is state, {tcp: PORT} or {bgp: ipv4|ipv6|both}"
        near = did_you_mean(value, [each.value for each in Proof]) if isinstance(value, str) else ""
        wrong("invalid-value", message, node.place, near)
        return None
    known = tuple(each for each in _CONDITION if each != "address" or "tcp" in value)
    for name in value:
        if name not in known:
            near = "" if name in _CONDITION else did_you_mean(str(name), known)
            hint = near or f"known here: {', '.join(known)}"
            wrong("unknown-key", f"this condition of `health` has no `{name}`", _key_place(node, name), hint)
    if ("tcp" in value) == ("bgp" in value):
        message = "a condition of `health` is one of `tcp` and `bgp`"
        wrong("invalid-value", message, node.place, "give a list of several: all of them have to hold")
        return None
    timeout = _timeout(value, node, wrong)
    return _tcp(value, node, timeout, wrong) if "tcp" in value else _bgp(value, node, timeout, wrong)


def _timeout(value: Mapping[str, Any], node: Node, wrong: Wrong) -> float:
    if value.get("timeout") is None:
        return HEALTH_SECONDS
    length = seconds(value["timeout"])
    if length is None:
        wrong("invalid-value", f"`timeout` is {AS_WRITTEN}", _value_place(node, "timeout"), "")
    return length or HEALTH_SECONDS


def _tcp(value: Mapping[str, Any], node: Node, timeout: float, wrong: Wrong) -> Health | None:
    port, address = value["tcp"], value.get("address") or _ADDRESSES[0]
    if isinstance(port, bool) or not isinstance(port, int) or not 1 <= port <= _LAST_PORT:
        wrong("invalid-value", f"`tcp` is a port from 1 to {_LAST_PORT}", _value_place(node, "tcp"), "")
        return None
    if address not in _ADDRESSES:
        near = did_you_mean(address, _ADDRESSES) if isinstance(address, str) else ""
        wrong("invalid-value", "`address` is public or private", _value_place(node, "address"), near)
        return None
    return Health(Proof.TCP, timeout, port=port, address=address)


def _bgp(value: Mapping[str, Any], node: Node, timeout: float, wrong: Wrong) -> Health | None:
    families = _FAMILIES.get(value["bgp"]) if isinstance(value["bgp"], str) else None
    if families is None:
        wrong("invalid-value", "`bgp` is ipv4, ipv6 or both", _value_place(node, "bgp"), "")
        return None
    return Health(Proof.BGP, timeout, families=families)


def _key_place(node: Node, name: Any) -> Place:
    entry = node.entries.get(name) if isinstance(node, Table) else None
    return entry.place if entry is not None else node.place


def _value_place(node: Node, name: str) -> Place:
    entry = node.entries.get(name) if isinstance(node, Table) else None
    return entry.value.place if entry is not None else node.place
