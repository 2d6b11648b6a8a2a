"""A plan as JSON in the shape of `terraform show -json`, so that existing policy tools run on it unchanged.

Everything that is ours sits under `x_reconciler`, at the top and in each change. `terraform_version` names the release
whose plan format this follows, for readers that look at it before they read on; `planned_values` is for readers that
look at the wanted state only. There is no timestamp: the same plan gives the same bytes. Secret fields are null, with
`before_sensitive` and `after_sensitive` true; fields that only an apply can tell are absent from `after` and true in
`after_unknown`, as in Terraform.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from reconciler.diagnostics import Diagnostic, Place, has_errors
from reconciler.model.approval import approval
from reconciler.model.effect import Effect
from reconciler.model.lifetime import moment_text
from reconciler.model.plan import Action, Change, Expiry, FieldChange, Plan, Step, Stranger
from reconciler.model.rollout import Proof, Waves
from reconciler.report.fields import is_unknown, secret_fields
from reconciler.report.money import bill_json, cost_json, number
from reconciler.values import Address, Unknown, digest

FORMAT_VERSION = "1.2"
TERRAFORM_VERSION = "1.9.0"
PROVIDER = "reconciler/packet"


def plan_document(plan: Plan, *, tool_version: str) -> dict[str, Any]:
    """The plan as a JSON document, sealed with its digest."""
    counts = plan.count()
    errored = has_errors(plan.diagnostics)
    document: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "terraform_version": TERRAFORM_VERSION,
        "applyable": not plan.empty and not errored,
        "complete": not plan.options.targets,
        "errored": errored,
        "planned_values": {"root_module": {"resources": _planned(plan.changes)}},
        "resource_changes": [_resource_change(each) for each in plan.changes],
        "output_changes": {name: _output(plan, name) for name in sorted(plan.outputs)},
        "x_reconciler": {
            "tool_version": tool_version,
            "stack": plan.stack,
            "options": {
                "destroy": plan.options.destroy,
                "targets": list(plan.options.targets),
                "replace": list(plan.options.replace),
            },
            "summary": {"add": counts.added, "change": counts.changed, "destroy": counts.destroyed},
            "longest_path": plan.longest_path,
            "approval": approval(plan),
            **({"pacing": asdict(plan.pacing)} if plan.pacing is not None else {}),
            **({"rollouts": list(map(_rollout, plan.rollouts))} if plan.rollouts else {}),
            **({"expires": list(map(_expiry, plan.expiries))} if plan.expiries else {}),
            **({"cost": bill_json(plan.bill)} if plan.bill is not None else {}),
            "steps": [_step(each) for each in plan.steps],
            "strangers": [stranger_json(each) for each in plan.strangers],
            "diagnostics": [diagnostic_json(each) for each in plan.diagnostics],
            "files": [{"path": path, "mode": f"{mode:04o}"} for path, mode in plan.files],
        },
    }
    return seal(document)


def document_digest(document: Mapping[str, Any]) -> str:
    """The SHA-256 of the document, without the digest itself and without what a saved plan adds (`saved`)."""
    own = {name: value for name, value in document["x_reconciler"].items() if name not in ("digest", "saved")}
    return digest({**document, "x_reconciler": own})


def seal(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with its digest; whoever adds to a document seals it again."""
    return {**document, "x_reconciler": {**document["x_reconciler"], "digest": document_digest(document)}}


def resource_names(address: Address, kind: str) -> dict[str, Any]:
    """What Terraform calls a resource: type, name and, for instances, index."""
    named: dict[str, Any] = {"mode": "managed", "type": kind, "name": address.name or address.section}
    if address.index is not None:
        named["index"] = address.index
    return {**named, "provider_name": PROVIDER}


def diagnostic_json(found: Diagnostic) -> dict[str, Any]:
    """A diagnostic with Terraform's keys, and `code` and `address` beside them."""
    place = found.place
    document: dict[str, Any] = {
        "severity": str(found.severity),
        "summary": found.summary,
        "detail": found.hint,
        "code": found.code,
    }
    if found.address:
        document["address"] = found.address
    if found.via:
        document["via"] = [
            {"label": each.label, "snippet": {"code": each.excerpt}, "range": _range(each.place)} for each in found.via
        ]
    if place is not None:
        document["range"] = _range(place)
        if found.excerpt:
            document["snippet"] = {
                "code": found.excerpt,
                "start_line": place.line,
                "highlight_start_offset": max(0, place.column - 1),
                "highlight_end_offset": max(0, place.column - 1 + place.width),
            }
    return document


def _range(place: Place) -> dict[str, Any]:
    return {
        "filename": place.file,
        "start": {"line": place.line, "column": place.column},
        "end": {"line": place.line, "column": place.column + place.width},
    }


def plain(value: Any) -> Any:
    """A value as JSON: unknown members of mappings are left out, unknown elements of lists are null."""
    if isinstance(value, Unknown):
        return None
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items() if not isinstance(each, Unknown)}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def unknown_marks(value: Any) -> Any:
    """The shape of a value with true where it is unknown, and False when nothing in it is."""
    if isinstance(value, Unknown):
        return True
    if not is_unknown(value):
        return False
    if isinstance(value, Mapping):
        return {str(name): unknown_marks(each) for name, each in value.items() if is_unknown(each)}
    return [unknown_marks(each) for each in value]


def _resource_change(change: Change) -> dict[str, Any]:
    document: dict[str, Any] = {
        "address": str(change.address),
        **({"previous_address": change.moved_from} if change.moved_from else {}),
        **resource_names(change.address, change.kind),
        "change": _change(change),
        "x_reconciler": _ours(change),
    }
    if change.reason:
        document["action_reason"] = change.reason
    return document


def _change(change: Change) -> dict[str, Any]:
    absent_before = change.action is Action.CREATE
    absent_after = change.action is Action.DELETE
    secrets = secret_fields(change)
    secret = dict.fromkeys(sorted(secrets), True)
    after = _hidden({name: value for name, value in change.after.items() if name not in change.unknown}, secrets)
    partly = {name: value for name, value in change.after.items() if name in change.unknown and name not in secrets}
    after |= {name: value for name, value in plain(partly).items() if is_unknown(partly[name])}
    marks = {name: unknown_marks(partly.get(name)) or True for name in change.unknown}
    document: dict[str, Any] = {
        "actions": list(change.action.words),
        "before": None if absent_before else _hidden(change.before, secrets),
        "after": None if absent_after else {name: after[name] for name in sorted(after)},
        "after_unknown": False if absent_after else {name: marks[name] for name in sorted(marks)},
        "before_sensitive": False if absent_before else _present(secret, change.before),
        "after_sensitive": False if absent_after else secret,
    }
    paths = [list(each.path) for each in change.fields if each.forces_replacement]
    if change.action.replaces and paths:
        document["replace_paths"] = paths
    return document


def _hidden(values: Mapping[str, Any], secrets: frozenset[str]) -> dict[str, Any]:
    shown = {name: None if name in secrets else values[name] for name in sorted(values)}
    result: dict[str, Any] = plain(shown)
    return result


def _present(marks: Mapping[str, bool], values: Mapping[str, Any]) -> dict[str, bool]:
    return {name: mark for name, mark in marks.items() if name in values}


def _ours(change: Change) -> dict[str, Any]:
    document: dict[str, Any] = {}
    if change.live is not None:
        document["id"] = change.live.id
        document["facts"] = change.live.facts
    if change.parent_id is not None:
        document["parent_id"] = change.parent_id
    if change.place is not None:
        document["source"] = {"file": change.place.file, "line": change.place.line}
    if change.because:
        document["because"] = change.because
    if change.impact:
        document["impact"] = list(change.impact)
    if change.effect is not Effect.NONE:
        document["effect"] = str(change.effect)
    if change.dependants:
        document["dependants"] = list(map(str, change.dependants))
    if change.cost is not None:
        document["cost"] = cost_json(change.cost)
    if change.fields:
        document["fields"] = [field_json(each, change.secrets) for each in change.fields]
    return document


def field_json(field: FieldChange, secrets: frozenset[str]) -> dict[str, Any]:
    secret = field.secret or str(field.path[0]) in secrets
    document: dict[str, Any] = {
        "path": list(field.path),
        "before": None if secret else plain(field.before),
        "after": None if secret else plain(field.after),
        "forces_replacement": field.forces_replacement,
    }
    if secret:
        document["sensitive"] = {"before": field.before is not None, "after": field.after is not None}
    elif is_unknown(field.after):
        document["after_unknown"] = unknown_marks(field.after)
    if field.note:
        document["note"] = field.note
    return document


def _rollout(waves: Waves) -> dict[str, Any]:
    rollout = waves.rollout
    return {
        "group": str(waves.group),
        "kind": waves.kind,
        "size": rollout.size,
        "max_unavailable": rollout.max_unavailable,
        "pause_seconds": rollout.pause,
        "health": [
            {
                "proof": str(each.proof),
                "timeout_seconds": each.timeout,
                **({"port": each.port, "address": each.address} if each.proof is Proof.TCP else {}),
                **({"families": list(each.families)} if each.proof is Proof.BGP else {}),
            }
            for each in rollout.health
        ],
        "waves": [list(map(str, wave)) for wave in waves.waves],
        "others": list(map(str, waves.others)),
        "down": list(map(str, waves.down)),
    }


def _expiry(expiry: Expiry) -> dict[str, Any]:
    document: dict[str, Any] = {"address": str(expiry.address)}
    if expiry.ends is not None:
        document["at"] = moment_text(expiry.ends)
    if expiry.ttl is not None:
        document["ttl_seconds"] = int(expiry.ttl.total_seconds())
    return document


def _step(step: Step) -> dict[str, Any]:
    return {
        "id": step.id,
        "address": str(step.address),
        "verb": str(step.verb),
        "kind": step.kind,
        "call": step.call,
        "requires": list(step.requires),
        "implied": step.implied,
    }


def stranger_json(stranger: Stranger) -> dict[str, Any]:
    return {
        "kind": stranger.kind,
        "id": stranger.id,
        "label": stranger.label,
        "inside": stranger.inside,
        "owner": stranger.owner,
        "created_at": stranger.created_at,
        **({"left_by": stranger.left_by} if stranger.left_by else {}),
        **({"hourly": number(stranger.hourly)} if stranger.billed or stranger.hourly is not None else {}),
    }


def _planned(changes: Iterable[Change]) -> list[dict[str, Any]]:
    return [
        {
            "address": str(each.address),
            **resource_names(each.address, each.kind),
            "values": _change(each)["after"],
            "sensitive_values": dict.fromkeys(sorted(secret_fields(each)), True),
        }
        for each in changes
        if each.action is not Action.DELETE
    ]


def _output(plan: Plan, name: str) -> dict[str, Any]:
    """There is no stored state to compare outputs with: what is known already counts as unchanged."""
    value, secret = plan.outputs[name], name in plan.secret_outputs
    late = is_unknown(value)
    shown = None if secret else plain(value)
    return {
        "actions": ["create"] if late else ["no-op"],
        "before": None if late else shown,
        "after": shown,
        "after_unknown": unknown_marks(value) if late else False,
        "before_sensitive": secret and not late,
        "after_sensitive": secret,
    }
