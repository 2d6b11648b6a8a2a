"""One fault rule: which requests it is about, what happens to them, and what such a rule may say.

    meaning of `kind`: docs/emulator.md, "Faults"

`seconds`, `status` and `retry_after` are part of every rule; what only some kinds take (`errors`, `field`,
`value`, `shape`, `size`, `to`, `do`, `after`) is refused for the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from reconciler.emulator.faults.bodies import SHAPES
from reconciler.emulator.routing import Route

Kind = Literal[
    "drop_before", "timeout_before", "commit_then_drop", "commit_then_timeout", "commit_then_status", "late_commit",
    "status", "token_expires", "delay", "slow_body", "slow_head", "cut_body", "garbage", "bad_body", "set_field",
    "drop_field", "unknown_fields", "truncate_page", "wrong_total", "no_next", "endless_next", "repeated_page",
    "shrinking_page", "growing_page", "without_meta", "empty_list", "stale_list", "stale_get", "redirect",
    "pretend", "alter_request", "twice", "meanwhile", "fail_provisioning", "stuck", "slow_delete", "volume_in_use",
]  # fmt: skip

KINDS: tuple[Kind, ...] = get_args(Kind)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "*")
_CALLS = ("POST", "PUT", "PATCH", "DELETE")
REDIRECTS = ("host", "http", "file", "loop")
_CREATE_DEVICES = ("/projects/{id}/devices", "/projects/{id}/devices/batch")
_DEVICE = "/devices/{id}"
_DETACHES = "/storage/attachments/{id}"
_SECONDS = {
    "late_commit": 1.0,
    "delay": 1.0,
    "slow_body": 1.0,
    "slow_head": 1.0,
    "timeout_before": 120.0,
    "commit_then_timeout": 120.0,
    "slow_delete": 60.0,
}
"""What `seconds` is for the kinds that need it, when it is not given."""
_STATUSES = {"status": 500, "commit_then_status": 500, "token_expires": 401, "redirect": 302, "bad_body": 200}
"""What `status` is for the kinds that take it, when it is not given."""
_ENDLESS = ("token_expires",)
"""Kinds that strike without end unless `times` says otherwise."""
_LISTS = ("truncate_page", "stale_list", "empty_list")
_PAGES = ("wrong_total", "no_next", "endless_next", "repeated_page", "shrinking_page", "growing_page", "without_meta")
_CHANGES = ("pretend", "alter_request", "twice")
_EXTRAS: Mapping[str, tuple[str, ...]] = {
    "status": ("errors",),
    "commit_then_status": ("errors",),
    "set_field": ("field", "value"),
    "drop_field": ("field",),
    "alter_request": ("field", "value"),
    "bad_body": ("shape", "size"),
    "redirect": ("to",),
    "meanwhile": ("do", "after"),
}
"""What a kind takes beside what all take."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One call that the emulator makes itself; `{name}` in its path is that argument of the request it strikes."""

    method: str
    path: str
    body: Mapping[str, object]

    def target(self, arguments: Mapping[str, str]) -> str:
        """The path with the request's arguments in it."""
        target = self.path
        for name, value in arguments.items():
            target = target.replace(f"{{{name}}}", value)
        return target

    def as_json(self) -> dict[str, object]:
        """As it was posted."""
        return {"method": self.method, "path": self.path, "body": dict(self.body)}


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
    errors: tuple[str, ...] = ()
    """The texts of an error answer, in the place of the usual one."""
    field: tuple[str, ...] = ()
    """Where in the JSON, as the parts of a dotted path; `*` is every item of a list and every value of an object."""
    value: object = None
    shape: str = "truncated"
    size: int = 0
    """Bytes of a `huge` body."""
    to: str = "host"
    do: tuple[Deed, ...] = ()
    after: bool = False
    """Whether `do` is done after the request, and not before it."""

    @classmethod
    def parse(cls, raw: object, templates: frozenset[str]) -> Rule:
        """From JSON. Raises `ValueError` with what is wrong."""
        if not isinstance(raw, Mapping):
            raise ValueError("a rule must be an object")  # noqa: TRY004  # one kind of error for all that JSON can hold
        kind = _choice(raw, "kind", KINDS, None)
        extras = _EXTRAS.get(kind, ())
        known = (*_FIELDS, *extras)
        unknown = [str(name) for name in raw if name not in known]
        if unknown:
            raise ValueError(f"{', '.join(unknown)}: not a rule's field; {kind} has: {', '.join(known)}")
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
            times=_whole(raw, "times", 1) if "times" in raw else (None if kind in _ENDLESS else 1),
            status=_status(raw),
            seconds=_SECONDS.get(kind) if seconds is None else seconds,
            retry_after=_whole(raw, "retry_after", 0),
            errors=_texts(raw),
            field=_path(raw) if "field" in extras else (),
            value=raw.get("value"),
            shape=_choice(raw, "shape", SHAPES, "truncated"),
            size=_whole(raw, "size", 1) or 65 * 1024 * 1024,
            to=_choice(raw, "to", REDIRECTS, "host"),
            do=_deeds(raw) if "do" in extras else (),
            after=raw.get("after") is True,
        )

    def matches(self, route: Route) -> bool:
        """Whether the rule is about such requests at all."""
        if self.method not in ("*", route.method) or self.route not in ("*", route.template):
            return False
        if self.kind in _LISTS:
            return route.list_key is not None
        if self.kind in _PAGES:
            return route.paged
        if self.kind == "stale_get":
            return route.read is not None and route.method == "GET" and route.list_key is None
        if self.kind in _CHANGES:
            return route.write is not None
        if self.kind in ("fail_provisioning", "stuck"):
            return route.method == "POST" and route.template in _CREATE_DEVICES
        if self.kind == "slow_delete":
            return (route.method, route.template) == ("DELETE", _DEVICE)
        if self.kind == "volume_in_use":
            return (route.method, route.template) == ("DELETE", _DETACHES)
        return True

    def as_json(self) -> dict[str, object]:
        """The rule as posted, defaults filled in."""
        said = {name: getattr(self, name) for name in (*_FIELDS, *_EXTRAS.get(self.kind, ()))}
        if "field" in said:
            said["field"] = ".".join(self.field)
        if "do" in said:
            said["do"] = [deed.as_json() for deed in self.do]
        return said


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
    kind, status = str(raw.get("kind")), _whole(raw, "status", 200 if raw.get("kind") == "bad_body" else 300)
    if status is not None and (status > 599 or kind not in _STATUSES):
        raise ValueError(f"status must be from 300 to 599, and goes with: {', '.join(_STATUSES)}")
    return status or _STATUSES.get(kind, 500)


def _texts(raw: Mapping[object, object]) -> tuple[str, ...]:
    errors = raw.get("errors", [])
    if not isinstance(errors, list) or not all(isinstance(text, str) for text in errors):
        raise ValueError(f"errors must be a list of texts; not {errors!r}")
    return tuple(errors)


def _path(raw: Mapping[object, object]) -> tuple[str, ...]:
    field = raw.get("field")
    if not isinstance(field, str) or not all(field.split(".")):
        raise ValueError(f"field must be a dotted path such as devices.*.state; not {field!r}")
    return tuple(field.split("."))


def _deeds(raw: Mapping[object, object]) -> tuple[Deed, ...]:
    given = raw.get("do")
    deeds = given if isinstance(given, list) else [given]
    found = [deed for deed in deeds if isinstance(deed, Mapping)]
    if not found or len(found) != len(deeds):
        raise ValueError('do must be {"method", "path", "body"}, or a list of such')
    return tuple(_deed(deed) for deed in found)


def _deed(raw: Mapping[object, object]) -> Deed:
    unknown = [str(name) for name in raw if name not in ("method", "path", "body")]
    if unknown:
        raise ValueError(f"do: {', '.join(unknown)}: not one of method, path, body")
    path, body = raw.get("path"), raw.get("body", {})
    if not isinstance(path, str) or not path.startswith("/"):
        raise ValueError(f"do: path must begin with a slash; not {path!r}")
    if not isinstance(body, Mapping):
        raise ValueError(f"do: body must be an object; not {body!r}")  # noqa: TRY004  # as above
    return Deed(_choice(raw, "method", _CALLS, None), path, {str(name): value for name, value in body.items()})
