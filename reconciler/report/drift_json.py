"""Drift as JSON: one document for a stack, or one for all stacks of a repository."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from reconciler.model.lifetime import moment, moment_text
from reconciler.model.look import Look, Looked, NotLooked
from reconciler.model.plan import Change, FieldChange, Plan, Stranger
from reconciler.model.rails import Waiver
from reconciler.report.drift import in_force, of_nobody, strangers_of_all, unpriced
from reconciler.report.money import CURRENCY, monthly, number, total
from reconciler.report.plan_json import diagnostic_json, field_json, stranger_json
from reconciler.review.drift import accepted, drift_word, drifted, drifted_fields, drifting, gravities, gravity_of
from reconciler.review.news import Report, StackNews, accepted_name, change_name, stranger_name

FORMAT_VERSION: Final = "1.1"
Document = dict[str, Any]


def drift_document(look: Look, *, tool_version: str, news: StackNews | None = None) -> Document:
    """One stack. With `news`, each finding says whether the last report had it."""
    return {"format_version": FORMAT_VERSION, "tool_version": tool_version, **_stack(look, news)}


def drift_documents(report: Report, *, tool_version: str) -> Document:
    """All stacks of a repository."""
    stacks = [_stack(each, news) for each, news in zip(report.looks, report.news, strict=True)]
    seen = [each for each in report.looks if isinstance(each, Looked)]
    strangers = strangers_of_all(report)
    return {
        "format_version": FORMAT_VERSION,
        "tool_version": tool_version,
        "drifted": any(drifted(each.plan) for each in seen),
        "summary": {
            "stacks": len(stacks),
            "drifted": sum(drifted(each.plan) for each in seen),
            "not_checked": len(stacks) - len(seen),
            "strangers": len(strangers),
        },
        "strangers_cost": _cost(strangers),
        "stacks": stacks,
        **({"dropped": list(report.dropped)} if report.dropped else {}),
    }


def _stack(look: Look, news: StackNews | None) -> Document:
    if isinstance(look, NotLooked):
        return {
            "stack": look.stack,
            "path": look.title,
            "checked": False,
            "diagnostics": [diagnostic_json(each) for each in look.findings],
            **({"since": _news(news)} if news is not None else {}),
        }
    plan = look.plan
    resources = [{**_resource(each), **_since(news, change_name(each))} for each in drifting(plan)]
    words = [each["drift"] for each in resources]
    return {
        "stack": plan.stack,
        **({"path": look.title} if look.title else {}),
        "checked": True,
        "checked_at": moment_text(look.at),
        "drifted": drifted(plan),
        "summary": {
            **{word: words.count(word) for word in ("changed", "missing", "unexpected")},
            "strangers": len(plan.strangers),
            "accepted": sum(len(each.ignored) for each in accepted(plan)),
        },
        "gravity": {str(each): count for each, count in gravities(drifting(plan)).items()},
        "resources": resources,
        "strangers": [{**_stranger(each, look), **_since(news, stranger_name(each))} for each in plan.strangers],
        "strangers_cost": _cost(plan.strangers),
        "accepted": _accepted(plan, news),
        "waivers": [_waiver(each, look) for each in plan.waivers],
        "diagnostics": [diagnostic_json(each) for each in plan.diagnostics],
        **({"since": _news(news)} if news is not None else {}),
    }


def _resource(change: Change) -> Document:
    return {
        "address": str(change.address),
        "type": change.kind,
        "drift": drift_word(change),
        "gravity": str(gravity_of(change)),
        "id": change.live.id if change.live is not None else None,
        "because": change.because,
        "source": {"file": change.place.file, "line": change.place.line} if change.place is not None else None,
        "fields": [_live_and_wanted(change, field) for field in drifted_fields(change)],
    }


def _live_and_wanted(change: Change, field: FieldChange) -> Document:
    document = field_json(field, change.secrets)
    kept = {"path": document["path"], "live": document["before"], "wanted": document["after"]}
    return {**kept, "sensitive": "sensitive" in document}


def _stranger(stranger: Stranger, looked: Looked) -> Document:
    born = moment(stranger.created_at)
    age = max(0, int((looked.at - born).total_seconds())) if born is not None else None
    return {**stranger_json(stranger), "age_seconds": age, "made_by": stranger.made_by or None}


def _cost(strangers: Sequence[Stranger]) -> Document:
    """Of those that no stack owns."""
    rest = of_nobody(strangers)
    amount = total(rest)
    known = {"hourly": number(amount), "monthly": monthly(amount), "currency": CURRENCY, "list_price": True}
    return {**known, "unpriced": unpriced(rest), "owned_by_other_stacks": len(strangers) - len(rest)}


def _accepted(plan: Plan, news: StackNews | None) -> list[Document]:
    return [
        {
            "address": str(change.address),
            "type": change.kind,
            **_live_and_wanted(change, field),
            **_since(news, accepted_name(change, field)),
        }
        for change in accepted(plan)
        for field in change.ignored
    ]


def _waiver(waiver: Waiver, looked: Looked) -> Document:
    return {
        "rail": str(waiver.rail),
        "reason": waiver.reason,
        "until": waiver.until.isoformat(),
        "targets": list(map(str, waiver.targets)),
        "expired": waiver not in in_force(looked),
        "source": {"file": waiver.place.file, "line": waiver.place.line},
    }


def _since(news: StackNews | None, name: str) -> Document:
    return {"since": "new" if name in news.new else "still"} if news is not None else {}


def _news(news: StackNews) -> Document:
    return {
        "reported_at": moment_text(news.at),
        "new": len(news.new),
        "still": news.still,
        "gone": list(news.gone),
    }
