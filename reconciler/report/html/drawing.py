"""The steps of a plan as an SVG drawing from left to right, the longest chain emphasised.

Of many steps, those that do the same to instances of one block at the same time are drawn as one; if that is not
enough, those that do the same in one section; and what is still too much is left out, and said to be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from reconciler.graph import ordered
from reconciler.model.kind import Verb
from reconciler.model.plan import Step
from reconciler.report.html.changes import anchor
from reconciler.report.html.markup import Attributes, Html, Markup, lines
from reconciler.report.layout import Edge, Node, Positions, layered
from reconciler.values import Address

ALONE: Final = 60
"""Up to so many steps each is drawn by itself."""
DRAWN: Final = 240
"""More nodes than this are no drawing any more."""
_MARGIN: Final = 12


@dataclass(frozen=True, slots=True)
class Drawing:
    """The finished drawing, what to say of it, and which group each step is drawn in, where it is not alone."""

    svg: Markup
    note: str
    groups: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Group:
    """Steps that are drawn as one."""

    step: Step
    members: tuple[Step, ...]


def draw(html: Html, steps: Sequence[Step]) -> Drawing:
    """The steps, which must be in an order in which each comes after what it requires."""
    groups = _grouped(steps)
    many = [each for each in groups if len(each.members) > 1]
    left_out = sum(len(each.members) for each in groups[DRAWN:])
    groups = groups[:DRAWN]
    positions = layered(_named_from(_common_root(steps), [each.step for each in groups]))
    numbers = {each.step.id: number for number, each in enumerate(groups)}
    membership = {step.id: numbers[each.step.id] for each in many if each.step.id in numbers for step in each.members}
    return Drawing(_svg(html, positions, groups, numbers), _note(steps, positions, bool(many), left_out), membership)


def _note(steps: Sequence[Step], positions: Positions, grouped: bool, left_out: int) -> str:
    count = sum(1 for each in steps if each.verb is not Verb.JOIN)
    points = {each.id for each in positions.nodes if each.point}
    longest = sum(1 for each in positions.critical if each not in points)
    told = [f"{count} steps; the longest chain has {longest}."]
    if grouped:
        told.append("Steps that do the same at the same time are drawn as one.")
    if left_out:
        told.append(f"{left_out} more are not drawn; `reconciler graph` writes all of them for Graphviz.")
    return " ".join(told)


def _grouped(steps: Sequence[Step]) -> list[Group]:
    count = sum(1 for each in steps if each.verb is not Verb.JOIN)
    if count <= ALONE:
        return [Group(each, (each,)) for each in steps]
    for coarser in (_without_indexes, _section):
        groups = _merged(steps, coarser)
        if len(groups) <= DRAWN:
            break
    return groups


def _without_indexes(address: Address) -> Address:
    """The block of an instance, and of all that it stands in."""
    above = _without_indexes(address.parent) if address.parent is not None else None
    return Address(above, address.section, address.name)


def _section(address: Address) -> Address:
    above = _section(address.parent) if address.parent is not None else None
    return Address(above, address.section)


def _merged(steps: Sequence[Step], coarser: Callable[[Address], Address]) -> list[Group]:
    """Steps of one depth only are merged, so that no circle comes of it."""
    depths = _depths(steps)
    keys = {
        each.id: each.id if each.verb is Verb.JOIN else f"{coarser(each.address)}:{each.verb}:{depths[each.id]}"
        for each in steps
    }
    members: dict[str, list[Step]] = {}
    for each in steps:
        members.setdefault(keys[each.id], []).append(each)
    groups = {key: _group(key, found, coarser, keys) for key, found in members.items()}
    before = [(earlier, key) for key, each in groups.items() for earlier in each.step.requires]
    return [groups[key] for key in ordered(list(groups), before)]


def _group(key: str, members: Sequence[Step], coarser: Callable[[Address], Address], keys: Mapping[str, str]) -> Group:
    requires = tuple(dict.fromkeys(keys[needed] for each in members for needed in each.requires if needed in keys))
    first = members[0]
    if len(members) > 1:
        block = coarser(first.address)
        named = f"{block.name} ×{len(members)}" if block.name else f"×{len(members)}"
        first = replace(first, address=Address(block.parent, block.section, named), implied=all(_implied(members)))
    return Group(replace(first, id=key, requires=requires), tuple(members))


def _implied(steps: Sequence[Step]) -> list[bool]:
    return [each.implied for each in steps]


def _depths(steps: Sequence[Step]) -> dict[str, int]:
    """How many steps come before each, joins not counted."""
    depths: dict[str, int] = {}
    ends: dict[str, int] = {}
    for each in steps:
        depths[each.id] = max((ends[before] for before in each.requires if before in ends), default=0)
        ends[each.id] = depths[each.id] + (each.verb is not Verb.JOIN)
    return depths


def _common_root(steps: Sequence[Step]) -> Address | None:
    """The project that everything stands in, which then need not be said of each step."""
    roots = {each.address.root for each in steps if each.verb is not Verb.JOIN}
    return roots.pop() if len(roots) == 1 else None


def _named_from(root: Address | None, steps: Sequence[Step]) -> list[Step]:
    return [replace(each, address=_below(root, each.address)) if root is not None else each for each in steps]


def _below(root: Address, address: Address) -> Address:
    if address.parent is None:
        return address
    above = _below(root, address.parent) if address.parent != root else None
    return Address(above, address.section, address.name, address.index)


def _svg(html: Html, positions: Positions, groups: Sequence[Group], numbers: Mapping[str, int]) -> Markup:
    width, height = positions.width + 2 * _MARGIN, positions.height + 2 * _MARGIN
    chain = frozenset(zip(positions.critical, positions.critical[1:], strict=False))
    critical = frozenset(positions.critical)
    attributes: Attributes = {
        "class": "drawing",
        "viewBox": f"{-_MARGIN} {-_MARGIN} {width} {height}",
        "width": width,
        "height": height,
        "role": "group",
        "aria-label": "Steps in the order of time, from left to right",
    }
    at = {each.step.id: each for each in groups}
    edges = sorted(positions.edges, key=lambda each: (each.earlier, each.later) in chain)
    return html.tag(
        "svg",
        attributes,
        html.tag("defs", {}, _arrowhead(html, "arrow"), _arrowhead(html, "arrow-critical")),
        lines(
            [
                Markup(""),
                *(_edge(html, each, (each.earlier, each.later) in chain, numbers) for each in edges),
                *(_node(html, each, at[each.id], each.id in critical, numbers) for each in positions.nodes),
            ]
        ),
    )


def _arrowhead(html: Html, name: str) -> Markup:
    size: Attributes = {
        "viewBox": "0 0 8 8",
        "refX": 7,
        "refY": 4,
        "markerWidth": 7,
        "markerHeight": 7,
        "orient": "auto",
    }
    return html.tag("marker", {"id": name, **size}, html.tag("path", {"d": "M0 0 L8 4 L0 8 z"}))


def _edge(html: Html, edge: Edge, critical: bool, numbers: Mapping[str, int]) -> Markup:
    attributes: Attributes = {
        "class": "edge critical" if critical else "edge",
        "d": _curve(edge.points),
        "data-from": numbers[edge.earlier],
        "data-to": numbers[edge.later],
        "marker-end": f"url(#{'arrow-critical' if critical else 'arrow'})",
    }
    return html.tag("path", attributes)


def _curve(points: Sequence[tuple[int, int]]) -> str:
    """Level where it begins, where it ends and where it passes a column; bent in the gaps between columns."""
    (x, y), *rest = points
    path = [f"M{x} {y}"]
    for to_x, to_y in rest:
        middle = (x + to_x) // 2
        path.append(f"H{to_x}" if y == to_y else f"C{middle} {y} {middle} {to_y} {to_x} {to_y}")
        x, y = to_x, to_y
    return "".join(path)


def _node(html: Html, node: Node, group: Group, critical: bool, numbers: Mapping[str, int]) -> Markup:
    if node.point:
        return html.tag("circle", {"class": "point", "cx": node.x, "cy": node.y, "r": 4})
    step = group.step
    title = f"{step.verb} {step.address}"
    shape: Attributes = {"x": node.x, "y": node.y, "width": node.width, "height": node.height, "rx": 5}
    stripe: Attributes = {"class": "stripe", "x": node.x, "y": node.y + 5, "width": 3, "height": node.height - 10}
    attributes: Attributes = {
        "class": f"node {step.verb}{' critical' if critical else ''}{' implied' if step.implied else ''}",
        "href": f"#{anchor(group.members[0].address)}" if len(group.members) == 1 else "#list",
        "data-number": numbers[node.id],
        "data-group": numbers[node.id] if len(group.members) > 1 else None,
        "data-column": node.column,
        "aria-label": f"{title}{', on the longest chain' if critical else ''}",
    }
    return html.tag(
        "a",
        attributes,
        html.tag("title", {}, f"{title}: {step.call}"),
        html.tag("rect", shape),
        html.tag("rect", stripe),
        html.tag("text", {"x": node.x + 12, "y": node.y + node.height // 2 + 4}, node.label),
    )
