"""What is said about one endpoint, and short ways of saying it.

A list's key and pages are the route table's to say; here stands what its items are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.emulator.openapi.schema import Fields, Schema, opened, ref

Answers = Mapping[int, Schema | None]
"""The JSON of each status that is no refusal; None for an answer without a body."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One endpoint, under one method or two that do the same."""

    methods: tuple[str, ...]
    template: str
    summary: str
    answers: Answers
    items: Schema | None = None
    """Of a list; `answers` is then empty."""
    query: Fields = field(default_factory=dict)
    body: Schema | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The endpoints of a module of `routes/`, and the objects that they bring in, by name."""

    title: str
    shapes: Mapping[str, Schema]
    operations: tuple[Operation, ...]
    roots: Mapping[str, str] = field(default_factory=dict)
    """The path of one object, by the name of its shape."""
    inside: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Which objects are shown in full inside another: shape, shape in it, place of the first."""


def _shape(answer: str | Schema) -> Schema:
    return ref(answer) if isinstance(answer, str) else answer


def get(template: str, summary: str, answer: str | Schema, query: Fields | None = None) -> Operation:
    """One object, by the name of its shape, or JSON of another shape."""
    return Operation(("GET",), template, summary, {200: _shape(answer)}, query=query or {})


def listing(template: str, summary: str, items: str, query: Fields | None = None) -> Operation:
    """A list of objects, by the name of their shape."""
    return Operation(("GET",), template, summary, {}, items=ref(items), query=query or {})


def post(template: str, summary: str, body: Fields, answer: str | Schema, status: int = 201) -> Operation:
    """A call that makes something, or does something and answers with it."""
    return Operation(("POST",), template, summary, {status: _shape(answer)}, body=opened(body))


def act(template: str, summary: str, body: Fields, status: int = 204) -> Operation:
    """A call that does something and answers with nothing."""
    return Operation(("POST",), template, summary, {status: None}, body=opened(body))


def put(template: str, summary: str, body: Fields, answer: str | Schema) -> Operation:
    """An update, by PUT or PATCH; what the body leaves out stays."""
    return Operation(("PUT", "PATCH"), template, summary, {200: _shape(answer)}, body=opened(body))


def delete(template: str, summary: str, query: Fields | None = None) -> Operation:
    """A removal."""
    return Operation(("DELETE",), template, summary, {204: None}, query=query or {})
