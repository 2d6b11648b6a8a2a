"""Terraform's words for what happens to a resource, shared by plain lines, the live display and JSON lines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from reconciler.model.event import Ended, Progressed, Result, Started
from reconciler.model.kind import Verb
from reconciler.model.lifetime import moment_text
from reconciler.model.plan import Counts, Expiry
from reconciler.model.rails import Pacing

_DOING: Mapping[Verb, str] = MappingProxyType(
    {
        Verb.CREATE: "Creating",
        Verb.UPDATE: "Modifying",
        Verb.DELETE: "Destroying",
        Verb.RELEASE: "Letting go",
        Verb.AWAIT: "Waiting",
        Verb.CHECK: "Checking",
        Verb.NOTE: "Marking",
        Verb.MOVE: "Marking",
    }
)
_DEED: Mapping[Verb, str] = MappingProxyType(
    {
        Verb.CREATE: "Creation",
        Verb.UPDATE: "Modifications",
        Verb.DELETE: "Destruction",
        Verb.RELEASE: "Letting go",
        Verb.AWAIT: "Wait",
        Verb.CHECK: "Check",
        Verb.NOTE: "Marking",
        Verb.MOVE: "Marking",
    }
)
_STAGE: Mapping[Verb, str] = MappingProxyType(
    {
        Verb.CREATE: "provisioning",
        Verb.UPDATE: "changing",
        Verb.DELETE: "deprovisioning",
        Verb.RELEASE: "changing",
        Verb.AWAIT: "provisioning",
        Verb.CHECK: "checking",
        Verb.NOTE: "changing",
        Verb.MOVE: "changing",
    }
)


def duration(seconds: float) -> str:
    """`8m1s`, as Terraform writes it."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{hours}h{minutes}m{left}s"
    return f"{minutes}m{left}s" if minutes else f"{left}s"


def doing(verb: Verb) -> str:
    return _DOING[verb]


def stage(verb: Verb, percentage: float | None, message: str) -> str:
    """`provisioning 57%: Operating system packages installed`, or as much of it as is known."""
    if percentage is None:
        return message
    head = f"{_STAGE[verb]} {percentage:.0f}%"
    return f"{head}: {message}" if message else head


def started(event: Started) -> str:
    known = f" [id={event.id}]" if event.id and event.verb is not Verb.CREATE else ""
    return f"{event.address}: {_DOING[event.verb]}...{known}"


def progressed(event: Progressed) -> str:
    where = stage(event.verb, event.percentage, event.message)
    text = f"{event.address}: Still {_DOING[event.verb].lower()}... [{duration(event.elapsed)} elapsed]"
    return f"{text} [{where}]" if where else text


def ended(event: Ended) -> str:
    deed, took = _DEED[event.verb], duration(event.elapsed)
    match event.result:
        case Result.DONE:
            known = f" [id={event.id}]" if event.id and event.verb is not Verb.DELETE else ""
            implied = " [with its parent]" if event.implied else ""
            return f"{event.address}: {deed} complete after {took}{known}{implied}"
        case Result.FAILED:
            return f"{event.address}: {deed} errored after {took}"
        case Result.SKIPPED:
            return f"{event.address}: {deed} skipped"
        case Result.ABANDONED:
            return f"{event.address}: {deed} interrupted after {took}"


def plan_summary(counts: Counts) -> str:
    return f"Plan: {counts.added} to add, {counts.changed} to change, {counts.destroyed} to destroy."


def pacing_words(pacing: Pacing) -> str:
    """How the deletes go that are paced."""
    alone = "the first goes alone and has to be gone before the others are sent; " if pacing.canary else ""
    return f"Deletes of {pacing.deletes} machines and volumes are paced: {alone}at most {pacing.per_minute} a minute."


def resources_summary(operation: str, counts: Counts) -> str:
    """`Resources: 1 added, 0 changed, 0 destroyed.` in the words of the operation."""
    if operation == "destroy":
        return f"Resources: {counts.destroyed} destroyed."
    return f"Resources: {counts.added} added, {counts.changed} changed, {counts.destroyed} destroyed."


def plural(count: int, word: str, many: str = "") -> str:
    return f"{count} {word if count == 1 else many or word + 's'}"


def age_words(age: timedelta) -> str:
    """`12 days`, `3 hours`, `5 minutes`: the largest unit of which there are two, or the smallest."""
    minutes = max(0, int(age.total_seconds()) // 60)
    if minutes >= 2 * 24 * 60:
        return plural(minutes // (24 * 60), "day")
    return plural(minutes // 60, "hour") if minutes >= 2 * 60 else plural(minutes, "minute")


def expiry_words(expiry: Expiry) -> str:
    """Until when a project is to stand."""
    if expiry.ends is not None:
        return f"Expires: {expiry.address} at {moment_text(expiry.ends)}"
    return f"Expires: {expiry.address} {duration(expiry.ttl.total_seconds())} after it is made" if expiry.ttl else ""
