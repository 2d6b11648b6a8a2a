"""What came back: the answer as a value, its JSON, and the API's own words about an error."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from reconciler.api.policy import DEPTH_LIMIT
from reconciler.values import Json, canonical_json, visible

_TEXT_LIMIT = 500
_TEXTS_LIMIT = 20

_NESTING = (dict, list)


class Unreadable(ValueError):
    """A body that is no JSON value we accept; the text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer. `headers` ignore case. `cut` says why the body is not whole; it is empty for a whole one."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: str = ""

    @property
    def request_id(self) -> str:
        return visible(self.headers.get("X-Request-Id", ""))[:_TEXT_LIMIT]

    @property
    def says_json(self) -> bool:
        return "json" in self.headers.get("Content-Type", "").lower()

    @property
    def is_from_api(self) -> bool:
        """Whether the API itself answered, not a balancer before it (the test of terraform-provider-packet)."""
        return self.says_json or bool(self.request_id)

    def decoded(self) -> Json:
        """The JSON value of the body, None for an empty one. Raises Unreadable."""
        if self.cut:
            raise Unreadable(self.cut)
        return decode(self.body)


def decode(body: bytes) -> Json:
    """Strict JSON from outside: no NaN, no infinite numbers, no key twice, no nesting beyond DEPTH_LIMIT.

    Unknown fields are kept. Raises Unreadable, never RecursionError.
    """
    if not body.strip():
        return None
    try:
        value: Json = json.loads(
            body, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_finite_float
        )
    except Unreadable:
        raise
    except (ValueError, RecursionError) as problem:
        reason = "nested too deep" if isinstance(problem, RecursionError) else "not JSON"
        raise Unreadable(f"the body is {reason}") from None
    _check_depth(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Unreadable("the body holds a key twice")
    return value


def _no_constant(text: str) -> Any:
    raise Unreadable(f"the body holds {text}, which is not JSON")


def _finite_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Unreadable("the body holds a number out of range")
    return number


def _check_depth(value: Json) -> None:
    level = [value] if type(value) in _NESTING else []
    for _ in range(DEPTH_LIMIT):
        level = [
            child
            for each in level
            for child in (each.values() if type(each) is dict else each)
            if type(child) in _NESTING  # the decoder makes plain dicts and lists; isinstance costs twice as much
        ]
        if not level:
            return
    raise Unreadable("the body is nested too deep")


def error_texts(answer: Answer) -> tuple[str, ...]:
    """The API's texts about an error: `{"errors": [...]}` nearly everywhere, `{"error": "..."}` for a bad token.

    The list may be empty, the body may be HTML from a balancer: then there are none.
    """
    try:
        body = answer.decoded()
    except Unreadable:
        return ()
    if not isinstance(body, dict):
        return ()
    errors = body.get("errors") or body.get("error") or ()
    texts = errors if isinstance(errors, list) else [errors]
    return tuple(_line(text) for text in texts[:_TEXTS_LIMIT] if text)


def _line(value: Json) -> str:
    text = value if isinstance(value, str) else canonical_json(value)
    return visible(" ".join(text.split()))[:_TEXT_LIMIT]


def status_line(status: int) -> str:
    """`503 Service Unavailable`, with the standard's phrase and never the server's."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
