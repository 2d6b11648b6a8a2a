"""Answers that are not as described: other fields, other types, and bodies that no client should swallow."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

_HTML = b"<!DOCTYPE html><title>Log in</title><form action=/login><input name=user><input name=password></form>"
_LEAST = 2
"""Bytes of JSON below which there is nothing to cut off."""
_DEEP = 100_000


def _truncated(body: bytes, _size: int) -> bytes:
    return body[: len(body) // 2] if len(body) > _LEAST else b"{"


def _nan(body: bytes, _size: int) -> bytes:
    return _with_member(body, b'"load":NaN')


def _duplicate_keys(body: bytes, _size: int) -> bytes:
    return _with_member(body, b'"id":"one","id":"other"')


def _deep(body: bytes, _size: int) -> bytes:
    return _with_member(body, b'"deep":' + b"[" * _DEEP + b"]" * _DEEP)


def _huge(body: bytes, size: int) -> bytes:
    return _with_member(body, b'"huge":"' + b"x" * size + b'"')


def _with_member(body: bytes, member: bytes) -> bytes:
    """A JSON object with one more member in front, which it had not; of anything else, an object with that alone."""
    rest = body[1:] if body.startswith(b"{") and body != b"{}" else b""
    return b"{" + member + (b"," + rest if rest else b"}")


_SHAPES: Mapping[str, Callable[[bytes, int], bytes]] = {
    "truncated": _truncated,
    "nan": _nan,
    "duplicate_keys": _duplicate_keys,
    "deep": _deep,
    "huge": _huge,
    "not_utf8": lambda _body, _size: b'{"id":"\xff\xfe"}',
    "html": lambda _body, _size: _HTML,
    "wrong_type": lambda body, _size: body,
    "empty": lambda _body, _size: b"",
    "null": lambda _body, _size: b"null",
    "text": lambda _body, _size: b'"done"',
    "array": lambda body, _size: b"[" + (body or b"null") + b"]",
}
SHAPES = tuple(_SHAPES)
_TYPES = {"html": "text/html; charset=utf-8", "wrong_type": "application/octet-stream"}


def badly_shaped(body: bytes, shape: str, size: int) -> tuple[bytes, str | None]:
    """What a `bad_body` makes of a body, and its content type if that is another one. `size` is that of a huge one."""
    return _SHAPES[shape](body, size), _TYPES.get(shape)


_UNKNOWN: Mapping[str, object] = {"x_unheard_of": {"state": "novel", "since": 2031}, "x_more": [1, None, "three"]}


def with_unknown_fields(body: bytes) -> bytes:
    """The JSON with fields in each of its objects that no client of the time has seen."""
    return _rewritten(body, _extended)


def _extended(value: Any) -> Any:
    if isinstance(value, dict) and value:  # an empty one says that there is none
        return {**{name: _extended(inner) for name, inner in value.items()}, **_UNKNOWN}
    return [_extended(inner) for inner in value] if isinstance(value, list) else value


def with_field(body: bytes, path: tuple[str, ...], value: object) -> bytes:
    """The JSON with another value at a path; where the way there does not exist, all stays as it was."""
    return _rewritten(body, lambda found: _replaced(found, path, value))


def without_field(body: bytes, path: tuple[str, ...]) -> bytes:
    """The JSON without what is at a path."""
    return _rewritten(body, lambda found: _replaced(found, path, _GONE))


_GONE = object()
"""In the place of a value: take the field out."""


def _replaced(value: Any, path: tuple[str, ...], new: object) -> Any:
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(value, list) and step == "*":
        changed = [_replaced(inner, rest, new) for inner in value]
        return [inner for inner in changed if inner is not _GONE]
    if isinstance(value, dict):
        there = {**value, step: None} if step != "*" and not rest else value  # only the last step may be new
        done = {name: _replaced(at, rest, new) if step in ("*", name) else at for name, at in there.items()}
        return {name: inner for name, inner in done.items() if inner is not _GONE}
    return value


def _rewritten(body: bytes, change: Callable[[Any], Any]) -> bytes:
    """JSON that was changed; a body that is none stays as it is."""
    try:
        value = json.loads(body)
    except ValueError:
        return body
    return json.dumps(change(value), separators=(",", ":")).encode("ascii")
