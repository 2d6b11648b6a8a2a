"""Bare `no`, `on`, `22:22`: text in YAML 1.2, something else in the YAML that most tools read."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.stack.problems import Problems
from reconciler.stack.yaml_scalars import ambiguous
from reconciler.stack.yaml_tree import Items, Node, Scalar


def note_ambiguous(
    problems: Problems, node: Node, *, what: str, address: str = "", only_unmentioned: bool = False
) -> None:
    """Note each of them in a node. `what` is the value that it is, for a person; `only_unmentioned` leaves out those at
    whose spot something was noted already.
    """
    for each in _ambiguous_in(node):
        if only_unmentioned and problems.at(each.place):
            continue
        problems.add(
            "ambiguous-scalar",
            f"{what}: the bare `{each.text}` is text here, and a boolean or a number to other YAML readers",
            each.place,
            address=address,
            hint=f'put it in quotes: "{each.text}"; a boolean is true or false',
        )


def _ambiguous_in(node: Node) -> Iterator[Scalar]:
    if node.plain:
        return
    if isinstance(node, Scalar):
        if node.bare and isinstance(node.value, str) and ambiguous(node.text):
            yield node
    elif isinstance(node, Items):
        for item in node.items:
            yield from _ambiguous_in(item)
    else:
        for entry in node.entries.values():
            yield from _ambiguous_in(entry.value)
