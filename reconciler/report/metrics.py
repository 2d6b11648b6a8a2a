"""Drift as metrics, for the textfile collector of a Prometheus node exporter: one file for each stack."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from reconciler.model.plan import Plan
from reconciler.report.drift import drift_word, drifted, drifting, gravities, gravity_of

_WORDS = ("changed", "missing", "unexpected")


def render_metrics(plan: Plan, *, at: float) -> str:
    """The metrics in Prometheus' text format; `at` is when it was looked, in seconds since the epoch.

    The number of series depends on what differs, never on how much the stack has.
    """
    registry = CollectorRegistry()
    found = drifting(plan)

    def gauge(name: str, what: str, *labels: str) -> Gauge:
        return Gauge(f"reconciler_{name}", what, ("stack", *labels), registry=registry)

    gauge("drift", "Whether the account differs from the stack (1) or not (0).").labels(plan.stack).set(drifted(plan))
    counts = gauge("drift_resources", "Resources that differ, by how they do.", "drift")
    for word in _WORDS:
        counts.labels(plan.stack, word).set(sum(drift_word(each) == word for each in found))
    graves = gauge("drift_gravity_resources", "Resources that differ, by how grave that is.", "gravity")
    for gravity, count in gravities(found).items():
        graves.labels(plan.stack, str(gravity)).set(count)
    each_one = gauge("drift_resource", "1 for each resource that differs.", "address", "type", "drift", "gravity")
    for each in found:
        each_one.labels(plan.stack, str(each.address), each.kind, drift_word(each), str(gravity_of(each))).set(1)
    strangers = gauge("strangers", "Objects in the stack's projects that it does not own.")
    strangers.labels(plan.stack).set(len(plan.strangers))
    gauge("drift_checked_timestamp_seconds", "When this was looked at.").labels(plan.stack).set(int(at))
    return generate_latest(registry).decode("utf-8")
