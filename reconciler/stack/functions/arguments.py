"""What functions are given, made plain or taken apart; a wrong argument is told in a person's words."""

from __future__ import annotations

from typing import Any

from reconciler.stack.run import ListView, MapView
from reconciler.stack.views import MAX_VALUES, GapView, PoolView, SectionView


def items_of(value: Any, what: str) -> list[Any]:
    """The items of a list or of a whole pool. Raises TypeError."""
    if isinstance(value, ListView | PoolView | list | tuple):
        return list(value)
    raise TypeError(f"{what}, not {word(value)}")


def entries_of(value: Any, what: str) -> list[tuple[str, Any]]:
    """The entries of a mapping. Raises TypeError."""
    if isinstance(value, MapView | SectionView | dict):
        return [(str(key), each) for key, each in value.items()]
    raise TypeError(f"{what}, not {word(value)}")


def text_of(value: Any, what: str) -> str:
    """A text. Raises TypeError."""
    if isinstance(value, str):
        return str(value)
    raise TypeError(f"{what}, not {word(value)}")


def whole(value: Any, what: str) -> int:
    """A whole number. Raises TypeError."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise TypeError(f"{what}, not {word(value)}")


def bounded(count: int, function: str) -> None:
    """Raises TypeError for a result that is too large to be made."""
    if count > MAX_VALUES:
        raise TypeError(f"{function} would make {count:,} values; {MAX_VALUES:,} are allowed")


def size_of(value: Any) -> int:
    """How much there is to work on: items, entries, blocks of 64 characters."""
    if isinstance(value, str):
        return len(value) >> 6
    if isinstance(value, ListView | PoolView | MapView | SectionView | list | tuple | dict):
        return len(value)
    return 0


def size_within(value: Any, limit: int) -> bool:
    """Whether plain data has at most so many values and keys, looked at no further than that."""
    left = limit
    waiting = [value]
    while waiting and left >= 0:
        each = waiting.pop()
        left -= 1
        if isinstance(each, dict):
            left -= len(each)
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return left >= 0


def absent(value: Any) -> bool:
    """Whether there is nothing: null, a resource that is switched off, a pool without instances."""
    return value is None or isinstance(value, GapView) or (isinstance(value, PoolView) and len(value) == 0)


def word(value: Any) -> str:
    """What something is."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, MapView | SectionView | dict):
        return "a mapping"
    if isinstance(value, ListView | PoolView | list | tuple):
        return "a list"
    return "a resource"
