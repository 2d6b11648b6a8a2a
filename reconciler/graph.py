"""Orders and cycles, on networkx: what comes before what, and which chain of work is the longest."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

import networkx as nx

Node = TypeVar("Node", bound=Hashable)


class Cycle(Exception):
    """The edges go round in a circle; `members` are its nodes in order, the first one repeated at the end."""

    def __init__(self, members: Sequence[Hashable]) -> None:
        self.members = tuple(members)
        super().__init__(" -> ".join(str(each) for each in self.members))


def _graph(nodes: Iterable[Node], before: Iterable[tuple[Node, Node]]) -> nx.DiGraph[Node]:
    graph: nx.DiGraph[Node] = nx.DiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from(before)
    return graph


def ordered(nodes: Sequence[Node], before: Iterable[tuple[Node, Node]]) -> list[Node]:
    """The nodes, each after those that come before it; otherwise in the order given. Raises `Cycle`.

    `before` holds pairs (earlier, later). Both must be in `nodes`.
    """
    graph = _graph(nodes, before)
    try:
        return list(nx.topological_sort(graph))
    except nx.NetworkXUnfeasible:
        edges = nx.find_cycle(graph)
        raise Cycle([*(edge[0] for edge in edges), edges[0][0]]) from None


def remaining(
    order: Sequence[Node], later: Mapping[Node, Sequence[Node]], weight: Mapping[Node, float]
) -> dict[Node, float]:
    """For each node of a topological order, the weight of the longest chain that begins with it."""
    longest: dict[Node, float] = {}
    for node in reversed(order):
        longest[node] = weight[node] + max((longest[each] for each in later.get(node, ())), default=0.0)
    return longest


def reachable(start: Iterable[Node], edges: Iterable[tuple[Node, Node]]) -> set[Node]:
    """Everything that can be reached from `start` along the edges, `start` included."""
    following: dict[Node, list[Node]] = {}
    for earlier, later in edges:
        following.setdefault(earlier, []).append(later)
    return reached(start, following)


def reached(start: Iterable[Node], following: Mapping[Node, Sequence[Node]]) -> set[Node]:
    """The same as `reachable`, for edges that are a mapping already. Each node is visited once."""
    found = set(start)
    frontier = list(found)
    while frontier:
        for node in following.get(frontier.pop(), ()):
            if node not in found:
                found.add(node)
                frontier.append(node)
    return found


def tangles(nodes: Iterable[Node], before: Iterable[tuple[Node, Node]]) -> list[set[Node]]:
    """The groups of nodes that wait for each other in circles: every edge inside a group lies on a cycle."""
    return [group for group in nx.strongly_connected_components(_graph(nodes, before)) if len(group) > 1]
