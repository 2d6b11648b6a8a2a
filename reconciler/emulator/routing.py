"""The route table's shape, and how a path finds its route.

A route is one line in a module of `routes/`: method, template, handler, and for lists the key they are wrapped in and
whether they are paged. Adding a group of endpoints is adding a module under `resources/` and one
under `routes/`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.emulator.call import Listed, Read, Reply, Write
from reconciler.emulator.records import Record

Reader = Callable[[Read], Reply | Listed]
Writer = Callable[[Write], Reply]
Lists = Mapping[str, tuple[type[Record], ...]]
"""What lists are made of, by the key they are wrapped in."""


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint. Exactly one of `read` and `write` is set."""

    method: str
    template: str
    read: Reader | None = None
    write: Writer | None = None
    list_key: str | None = None
    paged: bool = False


def get(template: str, read: Reader) -> Route:
    """One object, or JSON of its own shape."""
    return Route("GET", template, read=read)


def listing(template: str, key: str, read: Reader, paged: bool = False) -> Route:
    """A list wrapped in `{key: [...]}`, with `meta` when paged."""
    return Route("GET", template, read=read, list_key=key, paged=paged)


def check(template: str, read: Reader) -> Route:
    """A POST that only looks."""
    return Route("POST", template, read=read)


def post(template: str, write: Writer) -> Route:
    """A POST that changes something."""
    return Route("POST", template, write=write)


def put(template: str, write: Writer) -> tuple[Route, Route]:
    """An update, by PUT or PATCH: both are partial (packngo, packet-python and OAS use either)."""
    return Route("PUT", template, write=write), Route("PATCH", template, write=write)


def delete(template: str, write: Writer) -> Route:
    """A removal."""
    return Route("DELETE", template, write=write)


@dataclass(frozen=True, slots=True)
class Match:
    """A route, and the arguments its template took from the path."""

    route: Route
    arguments: dict[str, str]


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    argument: _Node | None = None
    routes: dict[str, tuple[Route, tuple[str, ...]]] = field(default_factory=dict)
    """By method, with the names of the arguments on the way here."""


class Router:
    """Finds routes. A literal part of a template wins over an argument in the same place."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Node()
        self.templates: set[str] = set()
        for route in routes:
            self._add(route)

    def match(self, method: str, segments: tuple[str, ...]) -> Match | None:
        """The route of a request, or None."""
        node, values = self._root, list[str]()
        for segment in segments:
            child = node.children.get(segment)
            if child is None:
                if node.argument is None or not segment:
                    return None
                child = node.argument
                values.append(segment)
            node = child
        found = node.routes.get(method)
        return None if found is None else Match(found[0], dict(zip(found[1], values, strict=True)))

    def _add(self, route: Route) -> None:
        node, names = self._root, list[str]()
        for part in route.template.strip("/").split("/"):
            if part.startswith("{"):
                names.append(part[1:-1])
                if node.argument is None:
                    node.argument = _Node()
                node = node.argument
            else:
                node = node.children.setdefault(part, _Node())
        if route.method in node.routes:
            raise ValueError(f"{route.method} {route.template} is there twice")
        node.routes[route.method] = (route, tuple(names))
        self.templates.add(route.template)
