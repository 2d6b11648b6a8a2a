"""Query strings (and forms) with values inside values: `a[b]=1`, `a[]=1&a[]=2`, `a[][b]=1&a[][c]=2`.

So do Rails applications read them, and clients of 2019 send whole requests so (libcloud and fog-packet send POSTs
with nothing in the body). A name that comes twice without brackets is a list too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl

from reconciler.emulator.errors import invalid

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PARTS = re.compile(r"\[([^\[\]]*)\]")
_DEEPEST = 32


def parse_query(query: str) -> dict[str, object]:
    """A query string's values: text, lists, objects. Raises 422 for a name that is two kinds of value at once."""
    found: dict[str, object] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        matched = _NAME.fullmatch(name)
        head, tail = matched.groups() if matched else (name, "")
        parts = _PARTS.findall(tail)
        if len(parts) > _DEEPEST:
            raise _mixed(head)
        _put(found, head, parts, value)
    return found


def _put(into: dict[str, object], name: str, inside: Sequence[str], value: str) -> None:
    """Put a value under a name, as deep as the brackets after it say; empty ones are the end of a list."""
    if not inside:
        into[name] = value if name not in into else _with(into[name], name, value)
    elif inside[0]:
        inner = into.setdefault(name, {})
        if not isinstance(inner, dict):
            raise _mixed(name)
        _put(inner, inside[0], inside[1:], value)
    else:
        items = into.setdefault(name, [])
        if not isinstance(items, list):
            raise _mixed(name)
        if len(inside) == 1:
            items.append(value)
        else:
            _put(_open_object(items, inside[1:]), inside[1], inside[2:], value)


def _with(old: object, name: str, value: str) -> list[object]:
    """A list of what was there and one more."""
    if isinstance(old, dict):
        raise _mixed(name)
    return [*(old if isinstance(old, list) else [old]), value]


def _open_object(items: list[object], inside: Sequence[str]) -> dict[str, object]:
    """The last object of a list, or the next one where the last has this value already."""
    last = items[-1] if items else None
    if isinstance(last, dict) and not _has(last, inside):
        return last
    following: dict[str, object] = {}
    items.append(following)
    return following


def _has(inside_of: object, names: Sequence[str]) -> bool:
    for name in names:
        if not isinstance(inside_of, dict) or name not in inside_of:
            return False
        inside_of = inside_of[name]
    return True


def _mixed(name: str) -> Exception:
    return invalid(f"{name.replace('_', ' ').capitalize()} is invalid")  # text unsure
