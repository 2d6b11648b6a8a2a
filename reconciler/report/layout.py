"""Where the steps of a plan stand in a drawing: columns from left to right in the order of time, whoever draws them.

A layered layout in four passes: what several steps meet in (joins) is bridged, arrows that others imply are left out,
each step goes as far to the left as what it requires lets it, and each column is ordered and shifted so that arrows
stay short. Everything is counted and sorted in the order of the plan, so the same plan has the same drawing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import Final

from reconciler.model.kind import Verb
from reconciler.model.plan import Step

NODE_HEIGHT: Final = 28
COLUMN_GAP: Final = 56
ROW_GAP: Final = 12
CHARACTER: Final = 7.25
"""Width of a character of the label in a 12 pixel monospace font, in pixels."""
PADDING: Final = 12
LONGEST_LABEL: Final = 44
"""Longer labels lose their beginning: the end of an address tells more."""
BRIDGED: Final = 256
"""A join that would become more arrows than this stays, as a point: a thousand steps before a thousand others are two
thousand arrows, not a million.
"""
_SWEEPS: Final = 4


@dataclass(frozen=True, slots=True)
class Node:
    """A step's place: `column` and `row` count from 0, `x` and `y` are its upper left corner in pixels. `point` says
    that it is no step but a join that stayed, to be drawn as a dot without a label.
    """

    id: str
    label: str
    column: int
    row: int
    x: int
    y: int
    width: int
    height: int
    point: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """`earlier` comes before `later`. `points` lead from the right side of one to the left side of the other, through
    the gaps between other nodes where it passes columns.
    """

    earlier: str
    later: str
    points: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Positions:
    """A drawing of `width` by `height` pixels. `nodes` are in the order of the steps; `critical` are the ids of a chain
    that is as long as any, from its first step to its last.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    critical: tuple[str, ...]
    width: int
    height: int


def layered(steps: Sequence[Step]) -> Positions:
    """Places for the steps of a plan. `steps` must be in an order in which each comes after what it requires; what is
    required and not among them is passed over.
    """
    before = _without_implied(_bridged(steps))
    columns = _columns(before)
    points = {each.id for each in steps if each.verb is Verb.JOIN}
    labels = {each.id: "" if each.id in points else step_label(each) for each in steps if each.id in before}
    return _Drawing(before, columns, labels).positions(_longest(before, points))


def step_label(step: Step) -> str:
    """What a step is called in a drawing, cut to `LONGEST_LABEL` characters."""
    return shortened(str(step.address), step.verb)


def shortened(address: str, verb: str) -> str:
    """What is done to what, with the beginning of a long address left out."""
    room = LONGEST_LABEL - len(verb) - 1
    return f"{verb} {address if len(address) <= room else f'…{address[len(address) - room + 1 :]}'}"


Before = dict[str, list[str]]
"""For each node, in the order of the steps, what comes right before it."""


def _bridged(steps: Sequence[Step]) -> Before:
    """The steps with the small joins taken out: what came after such a join comes after what came before it."""
    known = {each.id for each in steps}
    followers: dict[str, int] = dict.fromkeys(known, 0)
    for step in steps:
        for each in known.intersection(step.requires):
            followers[each] += 1
    through: dict[str, list[str]] = {}
    before: Before = {}
    for step in steps:
        required = (each for each in step.requires if each in known)
        found = list(dict.fromkeys(end for each in required for end in through.get(each, (each,))))
        if step.verb is Verb.JOIN and len(found) * followers[step.id] <= BRIDGED:
            through[step.id] = found
        else:
            before[step.id] = found
    return before


def _without_implied(before: Before) -> Before:
    """Only the arrows that no longer way implies. The sets of ancestors are bits of integers, which are small and fast
    enough for thousands of steps.
    """
    bit = {each: 1 << number for number, each in enumerate(before)}
    above: dict[str, int] = {}
    kept: Before = {}
    for node, earlier in before.items():
        implied = reduce(or_, (above[each] for each in earlier), 0)
        kept[node] = [each for each in earlier if not bit[each] & implied]
        above[node] = reduce(or_, (bit[each] for each in earlier), implied)
    return kept


def _columns(before: Before) -> dict[str, int]:
    columns: dict[str, int] = {}
    for node, earlier in before.items():
        columns[node] = max((columns[each] + 1 for each in earlier), default=0)
    return columns


def _longest(before: Before, points: set[str]) -> tuple[str, ...]:
    """The chain with the most steps, the first one in the order of the plan where several are as long."""
    length: dict[str, int] = {}
    came_from: dict[str, str | None] = {}
    for node, earlier in before.items():
        best = max(earlier, key=length.__getitem__, default=None)
        length[node] = (0 if best is None else length[best]) + (node not in points)
        came_from[node] = best
    here = max(length, key=length.__getitem__, default=None)
    chain: list[str] = []
    while here is not None:
        chain.append(here)
        here = came_from[here]
    return tuple(reversed(chain))


_Spot = tuple[str, str, int]
"""A place in a column: a node, as (id, "", 0), or where an arrow passes through, as (earlier, later, column)."""


class _Drawing:
    """Orders each column, places what is in it, and tells the result. Used once."""

    def __init__(self, before: Before, columns: Mapping[str, int], labels: Mapping[str, str]) -> None:
        self._before = before
        self._column = columns
        self._labels = labels
        self._rows: list[list[_Spot]] = [[] for _ in range(max(columns.values(), default=-1) + 1)]
        self._left: dict[_Spot, list[_Spot]] = {}
        self._right: dict[_Spot, list[_Spot]] = {}
        self._ways: dict[tuple[str, str], list[_Spot]] = {}
        for node, column in columns.items():
            self._rows[column].append((node, "", 0))
        for node, earlier in before.items():
            for each in earlier:
                self._lead(each, node)
        self._order()
        self._top = self._aligned()

    def _lead(self, earlier: str, later: str) -> None:
        passed = range(self._column[earlier] + 1, self._column[later])
        bends: list[_Spot] = [(earlier, later, column) for column in passed]
        way: list[_Spot] = [(earlier, "", 0), *bends, (later, "", 0)]
        for column, spot in zip(passed, bends, strict=True):
            self._rows[column].append(spot)
        for left, right in pairwise(way):
            self._left.setdefault(right, []).append(left)
            self._right.setdefault(left, []).append(right)
        self._ways[earlier, later] = way

    def _order(self) -> None:
        """Sort each column by where its neighbours stand, to and fro; ties stay as they are."""
        for sweep in range(_SWEEPS):
            forwards = sweep % 2 == 0
            near = self._left if forwards else self._right
            rows = self._rows if forwards else self._rows[::-1]
            for beside, column in pairwise(rows):
                at = {spot: number for number, spot in enumerate(beside)}
                own = {spot: number * len(beside) / len(column) for number, spot in enumerate(column)}
                column.sort(key=lambda spot: _middle((at[each] for each in near.get(spot, ())), own[spot]))

    def _aligned(self) -> dict[_Spot, int]:
        """The upper edge of each spot: near its neighbours to the left, below the one above it."""
        top: dict[_Spot, float] = {}
        for column in self._rows:
            wanted = [_middle((top[each] for each in self._left.get(spot, ())), 0.0) for spot in column]
            placed: list[float] = []
            for want in wanted:
                placed.append(max(want, placed[-1] + self._pitch) if placed else want)
            shift = sum(want - at for want, at in zip(wanted, placed, strict=True)) / len(column)
            top.update((spot, at + shift) for spot, at in zip(column, placed, strict=True))
        highest = min(top.values(), default=0.0)
        return {spot: round(at - highest) for spot, at in top.items()}

    _pitch: Final = NODE_HEIGHT + ROW_GAP

    def positions(self, critical: tuple[str, ...]) -> Positions:
        widths = [self._width(column) for column in self._rows]
        lefts = [sum(widths[:number]) + COLUMN_GAP * number for number in range(len(widths))]
        row = {spot: number for column in self._rows for number, spot in enumerate(column)}
        nodes = tuple(self._node(each, row, lefts, widths) for each in self._before)
        at = {each.id: each for each in nodes}
        edges = tuple(
            Edge(earlier, later, tuple(self._points(way, at, lefts, widths)))
            for (earlier, later), way in self._ways.items()
        )
        width = max((each.x + each.width for each in nodes), default=0)
        bottom = max((y for each in edges for _, y in each.points), default=0)
        height = max([bottom, *(each.y + each.height for each in nodes)])
        return Positions(nodes, edges, critical, width, height)

    def _width(self, column: Sequence[_Spot]) -> int:
        return max((_wide(self._labels[each]) for each, later, _ in column if not later), default=0)

    def _node(self, name: str, row: Mapping[_Spot, int], lefts: Sequence[int], widths: Sequence[int]) -> Node:
        spot, column, label = (name, "", 0), self._column[name], self._labels[name]
        y = self._top[spot]
        if not label:
            return Node(
                name, "", column, row[spot], lefts[column] + widths[column] // 2, y + NODE_HEIGHT // 2, 0, 0, True
            )
        return Node(name, label, column, row[spot], lefts[column], y, _wide(label), NODE_HEIGHT)

    def _points(
        self, way: Sequence[_Spot], at: Mapping[str, Node], lefts: Sequence[int], widths: Sequence[int]
    ) -> Iterable[tuple[int, int]]:
        first, last = at[way[0][0]], at[way[-1][0]]
        yield first.x + first.width, first.y + first.height // 2
        for spot in way[1:-1]:
            middle = self._top[spot] + NODE_HEIGHT // 2
            yield lefts[spot[2]], middle
            yield lefts[spot[2]] + widths[spot[2]], middle
        yield last.x, last.y + last.height // 2


def _middle(places: Iterable[float], otherwise: float) -> float:
    found = list(places)
    return sum(found) / len(found) if found else otherwise


def _wide(label: str) -> int:
    return round(len(label) * CHARACTER) + 2 * PADDING if label else 0
