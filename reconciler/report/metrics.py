"""Drift as metrics, for the textfile collector of a Prometheus node exporter: one file for a stack, or for many."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from reconciler.model.lifetime import moment
from reconciler.model.look import Look, Looked, NotLooked
from reconciler.report.drift import in_force, of_nobody, unpriced
from reconciler.report.money import total
from reconciler.report.page import safe
from reconciler.review.drift import DRIFT_WORDS, accepted, drift_word, drifted, drifting, gravities, gravity_of


class _Gauges:
    """The metrics, each with its help, and the series of every stack that is added."""

    def __init__(self, clean: Callable[[str], str]) -> None:
        self._hide = clean
        self.registry = CollectorRegistry()
        self._checked = self._gauge("drift_checked", "Whether the stack could be compared with the account (1) or not.")
        self._when = self._gauge("drift_checked_timestamp_seconds", "When this was looked at.")
        self._drift = self._gauge("drift", "Whether the account differs from the stack (1) or not (0).")
        self._counts = self._gauge("drift_resources", "Resources that differ, by how they do.", "drift")
        self._graves = self._gauge("drift_gravity_resources", "Resources that differ, by how grave that is.", "gravity")
        self._each = self._gauge(
            "drift_resource", "1 for each resource that differs.", "address", "type", "drift", "gravity"
        )
        self._accepted = self._gauge("drift_accepted_fields", "Fields that differ and that the stack ignores.")
        self._waivers = self._gauge("waivers", "Waivers of the stack's rails, in force or expired.", "state")
        self._strangers = self._gauge("strangers", "Objects in the stack's projects that it does not own.")
        self._cost = self._gauge("strangers_cost_per_hour", "What those without a stack cost an hour, in US dollars.")
        self._unpriced = self._gauge("strangers_unpriced", "Those of them that are billed and have no known price.")
        self._oldest = self._gauge("strangers_oldest_timestamp_seconds", "When the oldest of them was made.")

    def _clean(self, text: str) -> str:
        return safe(self._hide(text))

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(f"reconciler_{name}", what, ("stack", *labels), registry=self.registry)

    def add(self, look: Look) -> None:
        stack = self._clean(look.stack)
        self._checked.labels(stack).set(isinstance(look, Looked))
        if isinstance(look, NotLooked):
            return
        plan, found = look.plan, drifting(look.plan)
        self._when.labels(stack).set(int(look.at.timestamp()))
        self._drift.labels(stack).set(drifted(plan))
        for word in DRIFT_WORDS:
            self._counts.labels(stack, word).set(sum(drift_word(each) == word for each in found))
        for gravity, count in gravities(found).items():
            self._graves.labels(stack, str(gravity)).set(count)
        for each in found:
            address, grave = self._clean(str(each.address)), str(gravity_of(each))
            self._each.labels(stack, address, each.kind, drift_word(each), grave).set(1)
        self._accepted.labels(stack).set(sum(len(each.ignored) for each in accepted(plan)))
        valid = len(in_force(look))
        self._waivers.labels(stack, "in_force").set(valid)
        self._waivers.labels(stack, "expired").set(len(plan.waivers) - valid)
        self._strangers.labels(stack).set(len(plan.strangers))
        rest = of_nobody(plan.strangers)
        self._cost.labels(stack).set(float(total(rest)))
        self._unpriced.labels(stack).set(unpriced(rest))
        births = [born for each in plan.strangers if (born := moment(each.created_at)) is not None]
        if births:
            self._oldest.labels(stack).set(int(min(births).timestamp()))


def render_metrics(looks: Sequence[Look], clean: Callable[[str], str] = lambda text: text) -> str:
    """The metrics in Prometheus' text format. `clean` takes secrets out of names; what would act stands there as it
    does on a terminal, since a file goes past the sink. A stack that could not be looked at has
    `reconciler_drift_checked` 0 and nothing else, so that an alert can tell it from one without drift.

    The number of series depends on what differs, never on how much the stacks have.
    """
    gauges = _Gauges(clean)
    worst: dict[str, Look] = {}
    for each in looks:  # two stacks of one name share their series, which must not say better than the worse one is
        worst[each.stack] = max(worst.get(each.stack, each), each, key=_badness)
    for each in worst.values():
        gauges.add(each)
    return generate_latest(gauges.registry).decode("utf-8")


def _badness(look: Look) -> int:
    return 2 if isinstance(look, NotLooked) else int(drifted(look.plan))
