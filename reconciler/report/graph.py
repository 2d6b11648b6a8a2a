"""The steps of a plan as a graph, for Graphviz (`dot`) and for Markdown (`mermaid`).

An arrow leads from a step to what it requires, as in `terraform graph`; in Mermaid it leads the other way, in the order
of time, because there people read it from top to bottom.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from reconciler.model.kind import Verb
from reconciler.model.plan import Plan, Step
from reconciler.report.page import safe, safe_json

COLOURS: Mapping[Verb, str] = MappingProxyType(
    {
        Verb.CREATE: "#2e7d32",
        Verb.UPDATE: "#f9a825",
        Verb.DELETE: "#c62828",
        Verb.RELEASE: "#ef6c00",
        Verb.AWAIT: "#1565c0",
        Verb.CHECK: "#00838f",
        Verb.NOTE: "#fbc02d",
        Verb.MOVE: "#fbc02d",
        Verb.JOIN: "#9e9e9e",
    }
)


def render_dot(plan: Plan) -> str:
    """A digraph in the DOT language."""
    lines = ["digraph {", "  rankdir = RL", "  node [shape = box, style = rounded]"]
    for each in plan.steps:
        style = ', style = "rounded,dashed"' if each.implied else ""
        look = f"label = {_quoted(_label(each))}, color = {_quoted(COLOURS[each.verb])}{style}"
        lines.append(f"  {_quoted(each.id)} [{look}]")
    lines += [f"  {_quoted(each.id)} -> {_quoted(before)}" for each in plan.steps for before in each.requires]
    return "\n".join([*lines, "}", ""])


def render_mermaid(plan: Plan) -> str:
    """A Mermaid flowchart. Viewers draw a few hundred arrows at most; use DOT beyond that."""
    names = {each.id: f"s{number}" for number, each in enumerate(plan.steps)}
    lines = ["flowchart TD"]
    lines += [f'  {names[each.id]}["{_html(_label(each))}"]:::{each.verb}' for each in plan.steps]
    for each in plan.steps:
        lines += [f"  {names[before]} --> {names[each.id]}" for before in each.requires if before in names]
    lines += [f"  classDef {verb} stroke:{COLOURS[verb]}" for verb in _verbs(plan.steps)]
    return "\n".join([*lines, ""])


def _label(step: Step) -> str:
    return step.call if step.verb is Verb.JOIN else f"{step.verb} {step.address}"


def _verbs(steps: Sequence[Step]) -> list[Verb]:
    return sorted({each.verb for each in steps})


def _quoted(text: str) -> str:
    return safe_json(json.dumps(safe(text), ensure_ascii=False))


def _html(text: str) -> str:
    """Text for a Mermaid label: everything that could be markup there becomes an entity."""
    return "".join(each if each.isalnum() or each in " ._-/" else f"#{ord(each)};" for each in safe(text))
