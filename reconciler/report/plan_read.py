"""Reads a plan back from its JSON document, as far as people need it: `show` prints what `plan` printed.

Only what the document holds comes back. Secrets do not (they were never in it), so a plan read here is for reading, not
for applying.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.diagnostics import Diagnostic, Place, Severity
from reconciler.model.kind import Verb
from reconciler.model.live import LiveObject
from reconciler.model.plan import Action, Change, FieldChange, Options, Plan, Step, Stranger
from reconciler.model.rails import Pacing
from reconciler.model.resource import Resource
from reconciler.report.scrub import SENSITIVE
from reconciler.values import Unknown, parse_address

Document = Mapping[str, Any]


def read_plan(document: Document) -> Plan:
    """The plan in a document that `plan_document` made. Raises KeyError, ValueError or TypeError on anything else."""
    ours = document["x_reconciler"]
    outputs = document.get("output_changes", {})
    options = ours["options"]
    return Plan(
        stack=ours["stack"],
        changes=tuple(map(_change, document["resource_changes"])),
        steps=tuple(map(_step, ours["steps"])),
        strangers=tuple(Stranger(**each) for each in ours["strangers"]),
        diagnostics=tuple(map(_diagnostic, ours["diagnostics"])),
        outputs={name: _known(each["after"], each["after_unknown"]) for name, each in outputs.items()},
        secret_outputs=frozenset(name for name, each in outputs.items() if each["after_sensitive"]),
        options=Options(options["destroy"], tuple(options["targets"]), tuple(options["replace"])),
        longest_path=ours["longest_path"],
        pacing=Pacing(**ours["pacing"]) if "pacing" in ours else None,
    )


def _change(document: Document) -> Change:
    change, ours = document["change"], document["x_reconciler"]
    address, kind = parse_address(document["address"]), document["type"]
    marks = change["after_unknown"] or {}
    after = _known(change["after"] or {}, marks)
    source = ours.get("source")
    secrets = frozenset({**(change["before_sensitive"] or {}), **(change["after_sensitive"] or {})})
    resource = Resource(address, kind, {}, Place(source["file"], source["line"])) if source else None
    return Change(
        address=address,
        kind=kind,
        action=next(each for each in Action if list(each.words) == change["actions"]),
        resource=resource,
        live=LiveObject(kind, ours["id"], "", {}, {}) if "id" in ours else None,
        parent_id=ours.get("parent_id"),
        reason=document.get("action_reason", ""),
        because=ours.get("because", ""),
        fields=tuple(map(_field, ours.get("fields", ()))),
        before=_shown(change["before"] or {}, secrets),
        after=_shown(after, secrets),
        unknown=frozenset(marks),
        secrets=secrets,
        impact=tuple(ours.get("impact", ())),
        moved_from=document.get("previous_address", ""),
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
    secret = document.get("sensitive")
    before, after = document["before"], _known(document["after"], document.get("after_unknown", False))
    if secret:
        before = SENSITIVE if secret["before"] else None
        after = SENSITIVE if secret["after"] else None
    return FieldChange(
        tuple(document["path"]), before, after, document["forces_replacement"], bool(secret), document.get("note", "")
    )


def _step(document: Document) -> Step:
    address, verb = parse_address(document["address"]), Verb(document["verb"])
    requires = tuple(document["requires"])
    return Step(document["id"], address, verb, document["kind"], document["call"], requires, document["implied"])


def _diagnostic(document: Document) -> Diagnostic:
    span = document.get("range")
    place = None
    if span:
        start = span["start"]
        place = Place(span["filename"], start["line"], start["column"], span["end"]["column"] - start["column"])
    return Diagnostic(
        Severity(document["severity"]),
        document["code"],
        document["summary"],
        document.get("address", ""),
        place,
        document["detail"],
        document.get("snippet", {}).get("code", ""),
    )
