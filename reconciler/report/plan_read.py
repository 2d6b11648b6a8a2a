"""Reads a plan back from its JSON document, as far as people need it: `show` prints what `plan` printed.

Only what the document holds comes back. Secrets do not (they were never in it), so a plan read here is for reading, not
for applying.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from reconciler.diagnostics import Diagnostic, Place, Severity
from reconciler.model.effect import Effect
from reconciler.model.kind import Verb
from reconciler.model.lifetime import moment
from reconciler.model.live import LiveObject
from reconciler.model.plan import Action, Change, Expiry, FieldChange, Options, Plan, Step, Stranger
from reconciler.model.price import Bill, Cost
from reconciler.model.rails import Pacing
from reconciler.model.resource import Resource
from reconciler.model.rollout import Health, Proof, Rollout, Waves
from reconciler.report.scrub import SENSITIVE
from reconciler.values import Unknown, parse_address

Document = Mapping[str, Any]
_WEEK = 7 * 24 * 3600
_MOST = Decimal(10) ** 15
"""Dollars. A document that says more is not one of ours, and would take long to print."""


def read_plan(document: Document) -> Plan:
    """The plan in a document that `plan_document` made. Raises KeyError, ValueError or TypeError on anything else."""
    ours = document["x_reconciler"]
    outputs = document.get("output_changes", {})
    options = ours["options"]
    return Plan(
        stack=_text(ours["stack"]),
        changes=tuple(map(_change, document["resource_changes"])),
        steps=tuple(map(_step, ours["steps"])),
        strangers=tuple(map(_stranger, ours["strangers"])),
        diagnostics=tuple(map(_diagnostic, ours["diagnostics"])),
        outputs={name: _known(each["after"], each["after_unknown"]) for name, each in outputs.items()},
        secret_outputs=frozenset(name for name, each in outputs.items() if each["after_sensitive"]),
        options=Options(_flag(options["destroy"]), _list(options["targets"]), _list(options["replace"])),
        files=tuple((_text(each["path"]), int(_text(each["mode"]), 8)) for each in ours["files"]),
        longest_path=_number(ours["longest_path"]),
        bill=_bill(ours["cost"]) if "cost" in ours else None,
        pacing=_pacing(ours["pacing"]) if "pacing" in ours else None,
        rollouts=tuple(map(_rollout, _items(ours.get("rollouts", [])))),
        expiries=tuple(map(_expiry, _items(ours.get("expires", [])))),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} stands where a text is to be")
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{type(value).__name__} stands where a whole number is to be")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{type(value).__name__} stands where true or false is to be")
    return value


def _map(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{type(value).__name__} stands where an object is to be")
    return value


def _items(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{type(value).__name__} stands where a list is to be")
    return value


def _list(value: Any) -> tuple[str, ...]:
    return tuple(map(_text, _items(value)))


def _expiry(document: Document) -> Expiry:
    ends = moment(_text(document["at"])) if "at" in document else None
    ttl = timedelta(seconds=_number(document["ttl_seconds"])) if "ttl_seconds" in document else None
    return Expiry(parse_address(_text(document["address"])), ends, ttl)


def _stranger(document: Document) -> Stranger:
    names = ("kind", "id", "label", "inside", "owner", "created_at")
    kind, identifier, label, inside, owner, created_at = (_text(document[each]) for each in names)
    hourly = _money(document["hourly"]) if document.get("hourly") is not None else None
    left_by = _text(document.get("left_by", ""))
    return Stranger(kind, identifier, label, inside, owner, created_at, left_by, hourly, "hourly" in document)


def _money(value: Any) -> Decimal:
    """Dollars, which the document has as a number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"{type(value).__name__} stands where a number is to be")
    found = Decimal(str(value))
    if not found.is_finite() or abs(found) > _MOST:
        raise ValueError(f"{found:.3} is no amount of dollars")
    return found


def _bill(document: Document) -> Bill:
    before, after, strangers = (_money(document[each]) for each in ("hourly_before", "hourly_after", "strangers"))
    return Bill(before, after, strangers, _list(document["unpriced"]))


def _cost(document: Document) -> Cost:
    before, after = (
        None if document[each] is None else _money(document[each]) for each in ("hourly_before", "hourly_after")
    )
    return Cost(before, after, _list(document["notes"]))


def _pacing(document: Document) -> Pacing:
    return Pacing(_number(document["deletes"]), _flag(document["canary"]), _number(document["per_minute"]))


def _rollout(document: Document) -> Waves:
    rollout = Rollout(
        Place(""),
        _number(document["max_unavailable"]),
        _seconds(document["pause_seconds"]),
        tuple(map(_health, _items(document["health"]))),
        size=_number(document["size"]),
    )
    waves = tuple(tuple(map(parse_address, _list(each))) for each in _items(document["waves"]))
    others, down = (tuple(map(parse_address, _list(document[name]))) for name in ("others", "down"))
    return Waves(parse_address(_text(document["group"])), _text(document["kind"]), rollout, waves, others, down)


def _health(document: Document) -> Health:
    return Health(
        Proof(document["proof"]),
        _seconds(document["timeout_seconds"]),
        _number(document.get("port", 0)),
        _text(document.get("address", "public")),
        _list(document.get("families", [])),
    )


def _seconds(value: Any) -> float:
    """A length of time; a week is the longest that a stack can say."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= _WEEK:
        raise TypeError("something else stands where a number of seconds is to be")
    return float(value)


def _change(document: Document) -> Change:
    change, ours = document["change"], document["x_reconciler"]
    address, kind = parse_address(_text(document["address"])), _text(document["type"])
    marks = _map(change["after_unknown"] or {})
    before, after = _map(change["before"] or {}), _known(_map(change["after"] or {}), marks)
    source = ours.get("source")
    secrets = frozenset({**(change["before_sensitive"] or {}), **(change["after_sensitive"] or {})})
    resource = Resource(address, kind, {}, Place(_text(source["file"]), _number(source["line"]))) if source else None
    return Change(
        address=address,
        kind=kind,
        action=next(each for each in Action if list(each.words) == change["actions"]),
        resource=resource,
        live=LiveObject(kind, _text(ours["id"]), "", {}, {}) if "id" in ours else None,
        parent_id=_text(ours["parent_id"]) if "parent_id" in ours else None,
        reason=_text(document.get("action_reason", "")),
        because=_text(ours.get("because", "")),
        fields=tuple(map(_field, ours.get("fields", ()))),
        before=_shown(before, secrets),
        after=_shown(after, secrets),
        unknown=frozenset(marks),
        secrets=secrets,
        impact=_list(ours.get("impact", [])),
        effect=Effect(ours.get("effect", Effect.NONE)),
        dependants=tuple(map(parse_address, _list(ours.get("dependants", [])))),
        moved_from=_text(document.get("previous_address", "")),
        cost=_cost(ours["cost"]) if "cost" in ours else None,
    )


def _shown(values: Mapping[str, Any], secrets: frozenset[str]) -> dict[str, Any]:
    """A secret field that is there must not look absent."""
    return {name: SENSITIVE if name in secrets else value for name, value in values.items()}


def _known(value: Any, marks: Any) -> Any:
    """A value with its unknown parts put back."""
    if marks is True:
        return Unknown()
    if isinstance(marks, Mapping) and isinstance(value, Mapping):
        return {**value, **{name: _known(value.get(name), mark) for name, mark in marks.items()}}
    if isinstance(marks, list) and isinstance(value, list):
        return [_known(each, mark) for each, mark in zip(value, marks, strict=True)]
    return value


def _field(document: Document) -> FieldChange:
    secret = _map(document.get("sensitive", {}))
    before, after = document["before"], _known(document["after"], document.get("after_unknown", False))
    if secret:
        before = SENSITIVE if secret["before"] else None
        after = SENSITIVE if secret["after"] else None
    first, *rest = _items(document["path"])
    path = (_text(first), *(each if isinstance(each, int) else _text(each) for each in rest))
    forces, note = _flag(document["forces_replacement"]), _text(document.get("note", ""))
    return FieldChange(path, before, after, forces, bool(secret), note)


def _step(document: Document) -> Step:
    address, verb = parse_address(_text(document["address"])), Verb(document["verb"])
    name, kind, call = (_text(document[each]) for each in ("id", "kind", "call"))
    return Step(name, address, verb, kind, call, _list(document["requires"]), _flag(document["implied"]))


def _diagnostic(document: Document) -> Diagnostic:
    return Diagnostic(
        Severity(document["severity"]),
        _text(document["code"]),
        _text(document["summary"]),
        _text(document.get("address", "")),
        _place(document["range"]) if "range" in document else None,
        _text(document["detail"]),
        _text(document.get("snippet", {}).get("code", "")),
    )


def _place(span: Document) -> Place:
    start, end = span["start"], span["end"]
    line, column = _number(start["line"]), _number(start["column"])
    return Place(_text(span["filename"]), line, column, _number(end["column"]) - column)
