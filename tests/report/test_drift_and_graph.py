"""Drift for people and machines; the steps as a graph."""

from __future__ import annotations

from reconciler.model.plan import Action, FieldChange, Stranger
from reconciler.report.drift import render_drift
from reconciler.report.drift_json import drift_document
from reconciler.report.graph import render_dot, render_mermaid
from reconciler.review.drift import drifted
from tests.report import samples


def test_no_drift_though_strangers_are_there() -> None:
    plan = samples.plan(strangers=(Stranger("device", "s-1", "left-over"),))
    assert not drifted(plan)
    assert render_drift(samples.looked(plan), colour=False) == (
        """\
Strangers (not managed by this stack, left alone):
  device left-over [id=s-1]

No drift. The live account matches the configuration.
1 stranger (not managed by this stack, not counted as drift).
"""
    )


def test_drift_names_the_field_and_both_values() -> None:
    secret = samples.change(
        "projects.edge.bgp_config",
        "bgp_config",
        Action.UPDATE,
        fields=(FieldChange(("md5",), "canary-1", "canary-2"), FieldChange(("tags",), None, ["x" * 90])),
        secrets=frozenset({"md5"}),
    )
    plan = samples.plan(samples.create(), samples.update(), samples.delete(), secret)
    text = render_drift(samples.looked(plan), colour=False)
    assert text == (
        """\
  # projects.edge.devices.web[0] is missing (device)

  # projects.edge.vlans.old is unexpected (vlan v-3): projects.edge.vlans.old is not in the stack

  # projects.edge has changed
      name: live "Old", wanted "New"

  # projects.edge.bgp_config has changed
      md5: (sensitive value)
      tags: live (none), wanted ["""
        + f'"{"x" * 55}...'
        + """

Drift: 2 changed, 1 missing, 1 unexpected.
"""
    )


def test_what_follows_a_replaced_parent_has_not_drifted() -> None:
    below = samples.change(
        "projects.edge.devices.db.bgp_sessions.ipv4", "bgp_session", Action.DELETE_CREATE, reason="parent_replaced"
    )
    plan = samples.plan(samples.replacement(), below)
    assert "bgp_sessions" not in render_drift(samples.looked(plan), colour=False)
    assert drift_document(samples.looked(plan), tool_version="1.2.3")["summary"]["changed"] == 1


def test_drift_as_one_document() -> None:
    plan = samples.everything()
    made = drift_document(samples.looked(plan), tool_version="1.2.3")
    assert made["drifted"] is True
    assert made["summary"] == {"changed": 2, "missing": 2, "unexpected": 1, "strangers": 1, "accepted": 0}
    kinds = {each["address"]: each["drift"] for each in made["resources"]}
    assert kinds["projects.edge.vlans.old"] == "unexpected"
    field = next(each for each in made["resources"] if each["address"] == "projects.edge")["fields"][0]
    assert field == {"path": ["name"], "live": "Old", "wanted": "New", "sensitive": False}
    assert "canary" not in str(made)


STEPS = (
    samples.step("projects.a:create", kind="project"),
    samples.step("projects.a.devices.b:create", "projects.a:create"),
    samples.step("projects.a.vlans.c:delete", implied=True),
)


def test_dot() -> None:
    assert render_dot(samples.plan(steps=STEPS)) == (
        """\
digraph {
  rankdir = RL
  node [shape = box, style = rounded]
  "projects.a:create" [label = "create projects.a", color = "#2e7d32"]
  "projects.a.devices.b:create" [label = "create projects.a.devices.b", color = "#2e7d32"]
  "projects.a.vlans.c:delete" [label = "delete projects.a.vlans.c", color = "#c62828", style = "rounded,dashed"]
  "projects.a.devices.b:create" -> "projects.a:create"
}
"""
    )


def test_mermaid() -> None:
    assert render_mermaid(samples.plan(steps=STEPS)) == (
        """\
flowchart TD
  s0["create projects.a"]:::create
  s1["create projects.a.devices.b"]:::create
  s2["delete projects.a.vlans.c"]:::delete
  s0 --> s1
  classDef create stroke:#2e7d32
  classDef delete stroke:#c62828
"""
    )
