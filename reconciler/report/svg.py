"""The steps of a plan as an SVG image, with nothing to install: the layout is `report.layout`, text stays text.

It is written by an XML writer, so that no text can become markup, and holds no script, no link and no font. What is
longest, the chain that says how long an apply takes at least, is drawn thick.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from reconciler.model.kind import Verb
from reconciler.model.plan import Plan, Step
from reconciler.report.graph import COLOURS
from reconciler.report.layout import Edge, Node, layered
from reconciler.report.xml_text import xml_text

MARGIN: Final = 16
_POINT: Final = 3
_BEND: Final = 24
_STYLE: Final = """
svg { background: #ffffff }
text { font: 12px ui-monospace, Menlo, Consolas, monospace; fill: #24292f }
rect { fill: #ffffff; stroke-width: 1.5 }
.implied { stroke-dasharray: 4 3 }
path { fill: none; stroke: #8c959f }
.critical { stroke-width: 3 }
path.critical { stroke: #24292f }
"""


def render_svg(plan: Plan, clean: Callable[[str], str]) -> str:
    """An image whose boxes are the steps, from left to right in the order of time; a box tells its call on hovering.
    `clean` takes secrets out of a text.
    """
    drawn = layered(plan.steps)
    width, height = drawn.width + 2 * MARGIN, drawn.height + 2 * MARGIN
    size = {"width": str(width), "height": str(height), "viewBox": f"{-MARGIN} {-MARGIN} {width} {height}"}
    root = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "role": "img", **size})
    SubElement(root, "title").text = xml_text(clean(f"Plan for stack {plan.stack}"))
    SubElement(root, "style").text = _STYLE
    chain = set(pairwise(drawn.critical))
    for edge in sorted(drawn.edges, key=lambda each: (each.earlier, each.later) in chain):  # the chain on top
        _edge(root, edge, critical=(edge.earlier, edge.later) in chain)
    steps = {each.id: each for each in plan.steps}
    for node in drawn.nodes:
        _node(root, node, steps[node.id], clean, critical=node.id in drawn.critical)
    indent(root)
    return tostring(root, encoding="unicode") + "\n"


def _edge(root: Element, edge: Edge, *, critical: bool) -> None:
    SubElement(root, "path", {"d": _path(edge.points), **({"class": "critical"} if critical else {})})


def _path(points: Sequence[tuple[int, int]]) -> str:
    """Curves through the gaps between columns, straight lines past a column."""
    parts = [f"M{points[0][0]} {points[0][1]}"]
    for number, ((x, y), (to_x, to_y)) in enumerate(pairwise(points)):
        if number % 2:
            parts.append(f"L{to_x} {to_y}")
        else:
            parts.append(f"C{x + _BEND} {y} {to_x - _BEND} {to_y} {to_x} {to_y}")
    return " ".join(parts)


def _node(root: Element, node: Node, step: Step, clean: Callable[[str], str], *, critical: bool) -> None:
    if node.point:
        SubElement(root, "circle", {"cx": str(node.x), "cy": str(node.y), "r": str(_POINT)})
        return
    classes = [word for word, holds in (("critical", critical), ("implied", step.implied)) if holds]
    box = SubElement(root, "g")
    told = f"{step.verb} {step.address}" if step.verb is Verb.JOIN else f"{step.verb} {step.address}: {step.call}"
    SubElement(box, "title").text = xml_text(clean(told))
    place = {"x": str(node.x), "y": str(node.y), "width": str(node.width), "height": str(node.height), "rx": "4"}
    look = {"stroke": COLOURS[step.verb], **({"class": " ".join(classes)} if classes else {})}
    SubElement(box, "rect", {**place, **look})
    middle = {"x": str(node.x + node.width // 2), "y": str(node.y + node.height // 2 + 4), "text-anchor": "middle"}
    SubElement(box, "text", middle).text = xml_text(clean(node.label))
