"""How a builder is written: a route template, the ids for it in order, and what the call carries.

What may be sent again after its answer was lost (`repeat`): a read, an update and a delete, always. A POST that makes
something new, or that a machine feels each time (a reboot), never. A POST that brings an object into a state may: the
API answers the second one that it is already so, or does the same again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from reconciler.wire import Call, Listing, Repeat

Body = Mapping[str, Any]
Query = Mapping[str, str]
Asking = TypeVar("Asking", Call, Listing)

_ARGUMENT = re.compile(r"\{\w+\}")


def read(route: str, *ids: str, query: Query | None = None) -> Call:
    """One object, or JSON of its own shape."""
    return Call("GET", route, filled(route, ids), query or {})


def collection(
    route: str, *ids: str, key: str, paged: bool = False, counted: bool = True, query: Query | None = None
) -> Listing:
    """A list under `key`; see `Listing` for the rest."""
    return Listing(route, filled(route, ids), key, paged, query or {}, counted=counted)


def create(route: str, *ids: str, body: Body | None = None, query: Query | None = None) -> Call:
    """A POST that makes something new."""
    return _post(route, ids, body, query, Repeat.NEVER)


def put_into(route: str, *ids: str, body: Body | None = None, query: Query | None = None) -> Call:
    """A POST that brings something into a state, or that only checks; sent twice it does no more than once."""
    return _post(route, ids, body, query, Repeat.SAFE)


def update(route: str, *ids: str, body: Body | None = None, method: str = "PUT", query: Query | None = None) -> Call:
    """What the body leaves out stays as it is, by PUT and PATCH alike."""
    return Call(method, route, filled(route, ids), query or {}, None if body is None else dict(body))


def delete(route: str, *ids: str, query: Query | None = None) -> Call:
    """A removal."""
    return Call("DELETE", route, filled(route, ids), query or {})


def shaped(asking: Asking, include: str | Iterable[str] = (), exclude: str | Iterable[str] = ()) -> Asking:
    """The same call or listing, asking for links to be opened (`include`) or fields to be left out (`exclude`).

    Names are dotted, up to three levels deep: `assignments.device`. The API ignores names that it does not know.
    """
    wishes = {"include": _joined(include), "exclude": _joined(exclude)}
    return replace(asking, query={**asking.query, **{name: text for name, text in wishes.items() if text}})


def given(values: Mapping[str, str | float | bool | None]) -> dict[str, str]:
    """Query parameters as text, without those that are None."""
    return {name: _text(value) for name, value in values.items() if value is not None}


def filled(route: str, ids: tuple[str, ...]) -> str:
    """The path of a route. Raises ValueError when the ids are not as many as its arguments."""
    left = list(ids)
    if len(left) != len(_ARGUMENT.findall(route)):
        raise ValueError(f"{route} does not take {len(left)} ids")
    return _ARGUMENT.sub(lambda _: left.pop(0), route)


def _post(route: str, ids: tuple[str, ...], body: Body | None, query: Query | None, repeat: Repeat) -> Call:
    return Call("POST", route, filled(route, ids), query or {}, None if body is None else dict(body), repeat)


def _joined(names: str | Iterable[str]) -> str:
    return names if isinstance(names, str) else ",".join(names)


def _text(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
