"""Faults on order: which rule strikes a request, and what the rules may say.

A rule names a method and a route template (`*` for any), when it strikes (the `nth` matching request since
the rule was posted, or each with a `probability` drawn from `seed`), how often (`times`, default 1, null
without end) and what happens (`kind`):

    drop_before         close the connection, do nothing
    commit_then_drop    do it, then close the connection without an answer
    commit_then_status  do it, then answer `status` (default 500)
    late_commit         close the connection; do it `seconds` later
    status              answer `status` (default 500), do nothing; `retry_after` becomes the header
    delay               wait `seconds`, then as usual
    slow_body           as usual, but the body takes `seconds` to arrive
    garbage             do it, answer 200 with something that is not JSON
    truncate_page       a list loses the last half of its items; `meta` stays as it was
    wrong_total         a paged list's `meta.total` is one too many
    stale_list          a list as it was `seconds` ago; if not given, before the last change to its objects
    redirect            302 to another host, do nothing
    volume_in_use       a volume cannot be detached, since its device is logged in to it (csi-packet#68): 422
    fail_provisioning   the device (or batch of them) that this request creates fails and is then taken away
    stuck               the device that this request creates never leaves `provisioning` (or takes `seconds`)

The first rule in the list that strikes wins; every matching rule counts the request.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from reconciler.emulator.routing import Route

Kind = Literal[
    "drop_before", "commit_then_drop", "commit_then_status", "late_commit", "status", "delay", "slow_body",
    "garbage", "truncate_page", "wrong_total", "stale_list", "redirect", "fail_provisioning", "stuck",
    "volume_in_use",
]  # fmt: skip

KINDS: tuple[Kind, ...] = get_args(Kind)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "*")
_CREATE_DEVICES = ("/projects/{id}/devices", "/projects/{id}/devices/batch")
_DETACHES = "/storage/attachments/{id}"
_SECONDS = {"late_commit": 1.0, "delay": 1.0, "slow_body": 1.0}
"""What `seconds` is for the kinds that need it, when it is not given."""
_STATUS_KINDS = ("status", "commit_then_status")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as posted."""

    method: str
    route: str
    kind: Kind
    nth: int | None
    probability: float | None
    seed: int
    times: int | None
    status: int
    seconds: float | None
    retry_after: int | None

    @classmethod
    def parse(cls, raw: object, templates: frozenset[str]) -> Rule:
        """From JSON. Raises `ValueError` with what is wrong."""
        if not isinstance(raw, Mapping):
            raise ValueError("a rule must be an object")  # noqa: TRY004  # one kind of error for all that JSON can hold
        unknown = [str(name) for name in raw if name not in _FIELDS]
        if unknown:
            raise ValueError(f"{', '.join(unknown)}: not a rule's field; these are: {', '.join(_FIELDS)}")
        kind = _choice(raw, "kind", KINDS, None)
        if raw.get("nth") is not None and raw.get("probability") is not None:
            raise ValueError("give nth or probability, not both")
        route = raw.get("route", "*")
        if route != "*" and route not in templates:
            raise ValueError(f"route {route!r} is not a route template such as /projects/{{id}}/devices")
        nth = _whole(raw, "nth", 1)
        probability = _number(raw, "probability", 1.0)
        seconds = _number(raw, "seconds", 86_400.0)
        return cls(
            method=_choice(raw, "method", METHODS, "*"),
            route=str(route),
            kind=next(k for k in KINDS if k == kind),
            nth=1 if nth is None and probability is None else nth,
            probability=probability,
            seed=_whole(raw, "seed", 0) or 0,
            times=_whole(raw, "times", 1) if "times" in raw else 1,
            status=_status(raw),
            seconds=_SECONDS.get(kind) if seconds is None else seconds,
            retry_after=_whole(raw, "retry_after", 0),
        )

    def matches(self, route: Route) -> bool:
        """Whether the rule is about such requests at all."""
        if self.method not in ("*", route.method) or self.route not in ("*", route.template):
            return False
        if self.kind in ("truncate_page", "stale_list"):
            return route.list_key is not None
        if self.kind == "wrong_total":
            return route.paged
        if self.kind in ("fail_provisioning", "stuck"):
            return route.method == "POST" and route.template in _CREATE_DEVICES
        if self.kind == "volume_in_use":
            return (route.method, route.template) == ("DELETE", _DETACHES)
        return True

    def as_json(self) -> dict[str, object]:
        """The rule as posted, defaults filled in."""
        return {name: getattr(self, name) for name in _FIELDS}


_FIELDS = (
    "method",
    "route",
    "kind",
    "nth",
    "probability",
    "seed",
    "times",
    "status",
    "seconds",
    "retry_after",
)


class _Armed:
    """A rule and how far it has got."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.matched = 0
        self.struck = 0
        self._random = random.Random(rule.seed)

    def strikes(self) -> bool:
        """Count a matching request; whether the rule would strike it."""
        self.matched += 1
        chance = self.rule.probability
        drawn = chance is None or self._random.random() < chance
        due = self.rule.nth is None or self.matched >= self.rule.nth
        left = self.rule.times is None or self.struck < self.rule.times
        return drawn and due and left


class FaultPlan:
    """The rules in force."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[_Armed] = []

    def replace(self, rules: list[Rule]) -> None:
        """Put these rules in the place of all others."""
        with self._lock:
            self._armed = [_Armed(rule) for rule in rules]

    def choose(self, route: Route) -> Rule | None:
        """The rule that strikes this request, if any."""
        chosen: _Armed | None = None
        with self._lock:
            for armed in self._armed:
                if armed.rule.matches(route) and armed.strikes() and chosen is None:
                    chosen = armed
            if chosen is not None:
                chosen.struck += 1
        return chosen.rule if chosen else None

    def as_json(self) -> list[dict[str, object]]:
        """The rules, each with how many requests it matched and struck."""
        with self._lock:
            return [{**a.rule.as_json(), "matched": a.matched, "struck": a.struck} for a in self._armed]


def _choice(raw: Mapping[object, object], name: str, choices: tuple[str, ...], default: str | None) -> str:
    value = raw.get(name, default)
    if value not in choices:
        raise ValueError(f"{name} must be one of: {', '.join(choices)}; not {value!r}")
    return str(value)


def _whole(raw: Mapping[object, object], name: str, least: int) -> int | None:
    value = raw.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} must be a whole number, {least} or more; not {value!r}")
    return value


def _number(raw: Mapping[object, object], name: str, most: float) -> float | None:
    value = raw.get(name)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= most:
        raise ValueError(f"{name} must be a number from 0 to {most:g}; not {value!r}")
    return float(value)


def _status(raw: Mapping[object, object]) -> int:
    status = _whole(raw, "status", 300)
    if status is not None and (status > 599 or raw.get("kind") not in _STATUS_KINDS):
        raise ValueError(f"status must be from 300 to 599, and goes with: {', '.join(_STATUS_KINDS)}")
    return status or 500
