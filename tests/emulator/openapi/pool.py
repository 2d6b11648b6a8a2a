"""What helps generated calls past the first refusal: the ids that were seen, put where a call names such an object.

Generated ids are nobody's, so most calls would end at 404. The ids of all answers are kept here, and put into later
calls where a path or a body names such an object. An id that was seen, be its object gone by now, is left alone: it
stands in the path because a link of the document or a check put it there.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from typing import Any, Protocol

_KEPT = 20
_NAMED_IN_BODIES = {
    "device_id": "devices",
    "vnid": "virtual-networks",
    "project_id": "projects",
    "organization_id": "organizations",
    "target_organization_id": "organizations",
    "payment_method_id": "payment-methods",
    "hardware_reservation_id": "hardware-reservations",
    "project_ssh_keys": "ssh-keys",
    "user_ssh_keys": "users",
    "ip_reservations": "ips",
    "address": "blocks",
    "restore_point": "timestamps",
    "snapshot_timestamp": "timestamps",
    "nonce": "nonces",
}
"""Field of a body: which kind of object it names."""

_OFTEN_REFUSED = (
    "hardware_reservation_id",
    "project_ssh_keys",
    "user_ssh_keys",
    "ip_addresses",
    "termination_time",
    "spot_instance",
    "ipxe_script_url",
    "features",
    "storage",
)
"""Fields of a device that hardly ever fit all at once."""

_FITTING = (
    {"plan": "c2.medium.x86", "operating_system": "ubuntu_18_04", "facility": "ewr1"},
    {"plan": "n2.xlarge.x86", "operating_system": "centos_7", "facility": ["sjc1", "any"]},
    {"plan": "t1.small.x86", "operating_system": "ubuntu_16_04", "facility": "any"},
)
"""Machines that there are, and what runs on them."""


class Case(Protocol):
    """What is needed of schemathesis's case."""

    path_parameters: Any
    body: Any

    @property
    def method(self) -> str: ...

    @property
    def path(self) -> str: ...


class Pool:
    """The ids that were seen lately, by kind."""

    def __init__(self) -> None:
        self._seen: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=_KEPT))
        self._first: defaultdict[str, list[str]] = defaultdict(list)
        """Of the furnished world, whose things fit each other; as likely as all others together."""
        self._ever: set[str] = set()
        self._chance = random.Random(0)
        self.answers: defaultdict[str, Counter[int]] = defaultdict(Counter)

    def before(self, case: Case) -> None:
        """Make a generated call one that is likely to be about something."""
        self._fill_path(case)
        self._fill_body(case.body)

    def after(self, case: Case, path: str, status: int, answer: object) -> None:
        """Keep what an answer tells."""
        self.answers[f"{case.method} {case.path}"][status] += 1
        if status in (200, 201):
            self.learn(answer)
        elif status == 204 and case.method == "DELETE":
            *_, kind, identifier = path.split("/")
            self._forget(kind, identifier)

    def learn(self, value: object) -> None:
        """Take the ids out of an answer."""
        for each in _objects(value):
            identifier, href = each.get("id"), each.get("href")
            if isinstance(href, str) and href.startswith("/") and "?" not in href:
                self._add(href.split("/")[-2], href.rpartition("/")[2])
            if "available" in each and "network" in each and each["network"]:
                self._add("blocks", f"{each['network']}/{each['cidr']}")
                self._add("blocks", f"{each['address']}")
            for block in each["available"] if isinstance(each.get("available"), list) else ():
                self._add("blocks", str(block))
            if isinstance(identifier, str) and "timestamp" in each:
                self._add("snapshots", identifier)
                self._add("timestamps", str(each["timestamp"]))
            if isinstance(identifier, str) and "read_only" in each:
                self._add("api-keys", identifier)
            if isinstance(each.get("nonce"), str):
                self._add("nonces", each["nonce"])

    def furnish(self, answers: object) -> None:
        """Begin with the ids that the world was furnished with."""
        self.learn(answers)
        self._first.update({kind: list(seen) for kind, seen in self._seen.items()})

    def _forget(self, kind: str, identifier: str) -> None:
        """An object is gone."""
        for known in (self._seen[kind], self._first[kind]):
            if identifier in known:
                known.remove(identifier)

    def _fill_path(self, case: Case) -> None:
        """Let the path name objects that exist, mostly."""
        parts, chance = case.path.strip("/").split("/"), 0.3 if case.method == "DELETE" else 0.9
        for place, part in enumerate(parts):
            kind = {"storage": "storage", "volumes": "storage", "move": "projects"}.get(
                parts[place - 1], parts[place - 1]
            )
            known = case.path_parameters.get(part[1:-1]) in self._ever
            if part.startswith("{") and not known and self._seen[kind] and self._chance.random() < chance:
                case.path_parameters[part[1:-1]] = self._one(kind)

    def _fill_body(self, body: object) -> None:
        """Let a body name objects that exist, mostly, and leave out of a device what hardly fits."""
        for each in _objects(body):
            if "operating_system" in each and "plan" in each and self._chance.random() < 0.7:
                each.update(self._chance.choice(_FITTING))
                for name in _OFTEN_REFUSED:
                    each.pop(name, None)
            for name, kind in _NAMED_IN_BODIES.items():
                if name in each and self._seen[kind] and self._chance.random() < 0.7:
                    each[name] = [self._one(kind)] if isinstance(each[name], list) else self._one(kind)

    def _add(self, kind: str, identifier: str) -> None:
        if identifier in self._seen[kind]:
            self._seen[kind].remove(identifier)
        self._seen[kind].append(identifier)
        self._ever.add(identifier)

    def _one(self, kind: str) -> str:
        first = self._first[kind]
        return self._chance.choice(first if first and self._chance.random() < 0.5 else self._seen[kind])


def _objects(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for each in list(value.values()):
            yield from _objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from _objects(each)
