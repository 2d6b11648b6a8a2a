"""JSON lines in the shape of Terraform's machine-readable UI: one object a line, always with an `@message` to read.

The rule of that format holds here too: a reader ignores the keys and types that it does not know. Ours beside the known
types are `apply_skipped` (a step that was not tried because something it needs failed) and the key `x_reconciler`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from reconciler.diagnostics import Diagnostic, Severity
from reconciler.model.event import Ended, Event, Noted, Progressed, Report, Result, Started
from reconciler.model.kind import Verb
from reconciler.model.plan import Action, Change, Counts, Plan
from reconciler.report import words
from reconciler.report.money import bill_json, left_json
from reconciler.report.page import safe_json
from reconciler.report.plan_json import PROVIDER, diagnostic_json, plain
from reconciler.review.drift import drifted_fields, drifting
from reconciler.values import Address, parse_address

UI_VERSION = "1.2"
_ACTION = {
    Action.NOOP: "noop",
    Action.CREATE: "create",
    Action.UPDATE: "update",
    Action.DELETE: "delete",
    Action.DELETE_CREATE: "replace",
    Action.CREATE_DELETE: "replace",
}

Line = dict[str, Any]


def dump(value: Any) -> str:
    """One line of JSON, harmless on a terminal and in a CI log."""
    return safe_json(json.dumps(value, sort_keys=True, separators=(",", ":")))


class EventLines:
    """Builds the lines of one run. `timestamp` gives the time for each, as RFC 3339 text."""

    def __init__(self, timestamp: Callable[[], str]) -> None:
        self._timestamp = timestamp

    def version(self, tool_version: str) -> Line:
        return self._line("version", f"reconciler {tool_version}", reconciler=tool_version, ui=UI_VERSION)

    def planned(self, plan: Plan) -> list[Line]:
        """The changes of a plan, its warnings and its summary."""
        lines = [self._planned_change(each) for each in plan.pending]
        lines += [self.diagnostic(each) for each in plan.diagnostics]
        summary = self._summary(words.plan_summary(plan.count()), plan.count(), "plan")
        cost = {"x_reconciler": {"cost": bill_json(plan.bill)}} if plan.bill is not None else {}
        return [*lines, {**summary, **cost}]

    def drifted(self, plan: Plan) -> list[Line]:
        """The changes of a plan told as what happened to the live objects, and its warnings."""
        return [self._drift(each) for each in drifting(plan)] + [self.diagnostic(each) for each in plan.diagnostics]

    def event(self, event: Event) -> Line:
        match event:
            case Started():
                return self._hook("apply_start", words.started(event), event, **_identity(event.id))
            case Progressed():
                stage = {"percentage": event.percentage, "message": event.message}
                known = {name: value for name, value in stage.items() if value not in (None, "")}
                line = self._hook(
                    "apply_progress", words.progressed(event), event, elapsed_seconds=round(event.elapsed)
                )
                return {**line, "x_reconciler": known} if known else line
            case Ended():
                return self._ended(event)
            case Noted():
                return self._line("log", event.message)

    def report(self, report: Report) -> list[Line]:
        """How a run ended: what went wrong, the summary, the outputs. Warnings were told with the plan."""
        lines = [self.diagnostic(each) for each in report.diagnostics if each.severity is Severity.ERROR]
        summary = words.resources_summary(report.operation, report.counts)
        word = "complete!" if report.complete else "interrupted." if report.interrupted else "incomplete."
        message = f"{report.operation.capitalize()} {word} {summary}"
        line = self._summary(message, report.counts, report.operation)
        line["x_reconciler"] = {
            "complete": report.complete,
            "interrupted": report.interrupted,
            "failed": sum(1 for each in report.ended if each.result is Result.FAILED),
            "skipped": sum(1 for each in report.ended if each.result is Result.SKIPPED),
            "abandoned": sum(1 for each in report.ended if each.result is Result.ABANDONED),
            "remains": [
                {"address": each.address, "kind": each.kind, "id": each.id, "reason": each.reason, **left_json(each)}
                for each in report.remains
            ],
        }
        lines.append(line)
        if report.operation != "destroy":
            lines.append(self.outputs(report.outputs, report.secret_outputs))
        return lines

    def outputs(self, values: Mapping[str, Any], secrets: Iterable[str]) -> Line:
        shown = outputs_json(values, frozenset(secrets))
        return self._line("outputs", f"Outputs: {len(shown)}", outputs=shown)

    def file(self, path: str, folder: str, *, changed: bool) -> Line:
        """A generated file: written, or as it should be already. Ours, and in none of Terraform's types."""
        word = "Wrote" if changed else "Unchanged"
        return self._line("file", f"{word}: {folder}/{path}", file={"path": path, "folder": folder, "changed": changed})

    def diagnostic(self, found: Diagnostic) -> Line:
        level = {Severity.ERROR: "error", Severity.WARNING: "warn", Severity.NOTE: "info"}[found.severity]
        message = f"{found.severity.capitalize()}: {found.summary}"
        return {**self._line("diagnostic", message, diagnostic=diagnostic_json(found)), "@level": level}

    def _line(self, kind: str, message: str, **more: Any) -> Line:
        head = {"@level": "info", "@message": message, "@module": "reconciler.ui", "@timestamp": self._timestamp()}
        return {**head, "type": kind, **more}

    def _planned_change(self, change: Change) -> Line:
        action = "move" if change.moved_from and change.action is Action.NOOP else _ACTION[change.action]
        body: Line = {"resource": _resource(change.address, change.kind), "action": action}
        if change.moved_from:
            body["previous_resource"] = _resource(parse_address(change.moved_from), change.kind)
        if change.reason:
            body["reason"] = change.reason
        return self._line("planned_change", f"{change.address}: Plan to {action}", change=body)

    def _drift(self, change: Change) -> Line:
        action = {Action.CREATE: "delete", Action.DELETE: "create"}.get(change.action, "update")
        body: Line = {"resource": _resource(change.address, change.kind), "action": action}
        line = self._line("resource_drift", f"{change.address}: Drift detected ({action})", change=body)
        fields = sorted({".".join(map(str, each.path)) for each in drifted_fields(change)})
        return {**line, "x_reconciler": {"fields": fields}} if fields else line

    def _summary(self, message: str, counts: Counts, operation: str) -> Line:
        changes = {"add": counts.added, "change": counts.changed, "import": 0, "remove": counts.destroyed}
        return self._line("change_summary", message, changes={**changes, "operation": operation})

    def _ended(self, event: Ended) -> Line:
        known = _identity(event.id) if event.verb is not Verb.DELETE else {}
        if event.result is Result.DONE:
            took = {"elapsed_seconds": round(event.elapsed)}
            return self._hook("apply_complete", words.ended(event), event, **known, **took)
        kind = "apply_skipped" if event.result is Result.SKIPPED else "apply_errored"
        line = self._hook(kind, words.ended(event), event, elapsed_seconds=round(event.elapsed))
        line["x_reconciler"] = {"result": str(event.result), "reason": event.reason}
        if event.diagnostic is not None:
            line["x_reconciler"]["diagnostic"] = diagnostic_json(event.diagnostic)
        return {**line, "@level": "warn" if event.result is Result.SKIPPED else "error"}

    def _hook(self, kind: str, message: str, event: Started | Progressed | Ended, **more: Any) -> Line:
        resource = _resource(parse_address(event.address), event.kind)
        action = _ACTIONS.get(event.verb, str(event.verb))
        return self._line(kind, message, hook={"resource": resource, "action": action, **more})


_ACTIONS: Mapping[Verb, str] = {
    Verb.AWAIT: "read",
    Verb.CHECK: "read",
    Verb.RELEASE: "update",
    Verb.NOTE: "update",
    Verb.MOVE: "update",
}
"""Steps that have no word of their own in Terraform's messages."""


def outputs_json(values: Mapping[str, Any], secrets: frozenset[str], *, reveal: bool = False) -> dict[str, Any]:
    """Outputs with Terraform's keys; the value of a secret one is null unless it is to be revealed."""
    return {
        name: {
            "sensitive": name in secrets,
            "type": _type(plain(values[name])),
            "value": plain(values[name]) if reveal or name not in secrets else None,
        }
        for name in sorted(values)
    }


def _type(value: Any) -> Any:
    """A value's type as Terraform spells it."""
    match value:
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return ["tuple", [_type(each) for each in value]]
        case dict():
            return ["object", {name: _type(each) for name, each in value.items()}]
        case _:
            return "dynamic"


def _identity(identifier: str) -> Line:
    return {"id_key": "id", "id_value": identifier} if identifier else {}


def _resource(address: Address, kind: str) -> Line:
    name = address.name or address.section
    return {
        "addr": str(address),
        "module": "",
        "resource": str(address),
        "implied_provider": PROVIDER,
        "resource_type": kind,
        "resource_name": name,
        "resource_key": address.index,
    }
