"""The smallest scenario that still breaks the same law: parts are left out as long as it does."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Scenario = dict[str, Any]
Path = tuple[str | int, ...]

_KEPT = frozenset({("seed",), ("settings",), ("acts",)})


def reduced(scenario: Mapping[str, Any], fails: Callable[[Scenario], bool], most: int = 600) -> Scenario:
    """Leave out what can be left out, largest parts first, in at most so many tries.

    The same part of all acts goes at once where that does, since a block that only one of them has is itself a change.
    """
    smallest: Scenario = copy.deepcopy(dict(scenario))
    tries = 0
    progress = True
    while progress:
        progress = False
        for paths in _candidates(smallest):
            if tries >= most:
                return smallest
            candidate = _without(smallest, paths)
            if candidate is None or candidate == smallest:
                continue
            tries += 1
            if fails(candidate):
                smallest, progress = candidate, True
    return smallest


def _candidates(scenario: Scenario) -> list[tuple[Path, ...]]:
    paths = sorted(set(_paths(scenario, ())) - _KEPT, key=lambda each: (len(each), str(each)))
    in_stacks: dict[Path, list[Path]] = {}
    for path in paths:
        if path[:1] == ("acts",) and path[2:3] == ("stack",) and len(path) > 3:
            in_stacks.setdefault(path[3:], []).append(path)
    everywhere = [tuple(found) for found in in_stacks.values() if len(found) > 1]
    alone = [(path,) for path in paths]
    return sorted([*everywhere, *alone], key=lambda each: (len(each[0]), -len(each)))


def _paths(value: Any, here: Path) -> Iterator[Path]:
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield (*here, key)
        yield from _paths(each, (*here, key))


def _without(scenario: Scenario, paths: tuple[Path, ...]) -> Scenario | None:
    made = copy.deepcopy(scenario)
    for path in paths:
        holder: Any = made
        try:
            for key in path[:-1]:
                holder = holder[key]
            del holder[path[-1]]
        except (KeyError, IndexError, TypeError):
            return None
    return made


def shown(scenario: Mapping[str, Any]) -> str:
    """A scenario as text, to be kept and played again."""
    return json.dumps(scenario, indent=1, ensure_ascii=False)
