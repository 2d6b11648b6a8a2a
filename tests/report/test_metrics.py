"""Drift as metrics, read by the parser of Prometheus' own client."""

from __future__ import annotations

from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from reconciler.model.gravity import Gravity
from reconciler.model.look import NotLooked
from reconciler.model.plan import Plan, Stranger
from reconciler.report.metrics import render_metrics
from reconciler.report.page import harmless, safe
from tests.report import samples

Series = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def series(plan: Plan) -> Series:
    families = text_string_to_metric_families(render_metrics([samples.looked(plan)]))
    return {
        (sample.name.removeprefix("reconciler_"), tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_no_drift_is_a_zero_for_each_word() -> None:
    stack = ("stack", samples.plan().stack)
    expected: Series = {
        ("drift", (stack,)): 0.0,
        ("drift_checked", (stack,)): 1.0,
        ("drift_accepted_fields", (stack,)): 0.0,
        **{("waivers", (stack, ("state", state))): 0.0 for state in ("in_force", "expired")},
        **{("drift_resources", (("drift", word), stack)): 0.0 for word in ("changed", "missing", "unexpected")},
        **{("drift_gravity_resources", (("gravity", str(each)), stack)): 0.0 for each in Gravity},
        ("strangers", (stack,)): 1.0,
        ("strangers_cost_per_hour", (stack,)): 0.0,
        ("strangers_unpriced", (stack,)): 0.0,
        ("drift_checked_timestamp_seconds", (stack,)): 1_574_000_000.0,
    }
    assert series(samples.plan(strangers=(Stranger("device", "s-1", "x"),))) == expected


def test_each_resource_that_differs_is_counted_and_named() -> None:
    grave = replace(samples.update(), gravity=Gravity.SECURITY)
    found = series(samples.plan(samples.create(), grave, samples.delete()))
    stack = ("stack", samples.plan().stack)
    assert found["drift", (stack,)] == 1.0
    assert found["drift_resources", (("drift", "changed"), stack)] == 1.0
    assert found["drift_gravity_resources", (("gravity", "security"), stack)] == 1.0
    named = [dict(labels) for name, labels in found if name == "drift_resource"]
    assert {(each["address"], each["type"], each["drift"], each["gravity"]) for each in named} == {
        ("projects.edge.devices.web[0]", "device", "missing", "cosmetic"),
        ("projects.edge", "project", "changed", "security"),
        ("projects.edge.vlans.old", "vlan", "unexpected", "cosmetic"),
    }


def test_the_same_drift_is_the_same_text() -> None:
    looks = [samples.looked(samples.everything())]
    assert render_metrics(looks) == render_metrics(looks)
    assert "canary" not in render_metrics(looks)


@pytest.mark.parametrize("name", ["\x1b[2J", "a\rb", 'a"b\\', "a\nb", "half \ud83d", "##[error]x", "\u2028", "=cmd()"])
def test_a_name_is_a_label_whatever_it_holds(name: str) -> None:
    """What names no stack is called as it was asked for, and the text goes into a file."""
    text = render_metrics([NotLooked(name, name, (), 1)])
    (found,) = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    assert found.labels == {"stack": safe(name)}
    assert harmless(text, colour=False) == text


def test_of_two_stacks_with_one_name_the_worse_one_counts() -> None:
    calm, bad = samples.looked(samples.plan()), samples.looked(samples.everything())
    unseen = NotLooked(calm.stack, "b.yaml", (), 1)
    assert 'reconciler_drift{stack="edge"} 1.0\n' in render_metrics([bad, calm])
    assert 'reconciler_drift_checked{stack="edge"} 0.0\n' in render_metrics([calm, unseen, bad])
