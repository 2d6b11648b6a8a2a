"""The parts of a JSON value, and what may stand in the place of one."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from typing import Any

OTHERS: tuple[Any, ...] = (..., None, [], {}, "x", 7, True, {"a": 1}, [["a"]], -1.5, "9" * 5000)
"""Values of each type; `...` leaves the part out."""


def places(value: Any, *path: str | int) -> Iterator[tuple[str | int, ...]]:
    """The way to each part of a JSON value."""
    if path:
        yield path
    parts: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    for name, part in parts:
        yield from places(part, *path, name)


def with_part(document: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """A copy in which one part is another; without it where `value` is `...`."""
    changed = copy.deepcopy(document)
    inside = changed
    for step in path[:-1]:
        inside = inside[step]
    if value is ...:
        del inside[path[-1]]
    else:
        inside[path[-1]] = value
    return changed
