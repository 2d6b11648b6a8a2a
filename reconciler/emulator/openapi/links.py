"""Which answer holds the ids that other endpoints want: the links of OpenAPI.

A shape has a root, the path of one such object (`Group.roots`). An answer that makes such an object links to every
endpoint at or below that root; so does a list of objects that nobody can make. Showing an object links to what is at
or below the objects inside it (`Group.inside`). An answer to /a/{id}/b also links to what is at /a/{x}/b/{y}, with
both ids. (Lists of what can be made have no links, since a link out of an empty list leads nowhere.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.emulator.openapi.operation import Group, Operation
from reconciler.emulator.openapi.schema import Schema
from reconciler.emulator.routing import Route

Links = dict[str, object]


class LinkTable:
    """Knows the links of every answer."""

    def __init__(self, groups: Sequence[Group], routes: Sequence[Route]) -> None:
        self._roots = {shape: root for group in groups for shape, root in group.roots.items()}
        self._inside = {shape: inside for group in groups for shape, inside in group.inside.items()}
        self._routes = routes
        posts = (each for group in groups for each in group.operations if "POST" in each.methods)
        self._made = {shape for each in posts for schema in each.answers.values() for shape in _shapes(schema or {})}

    def of_answer(self, route: Route, operation: Operation, schema: Schema | None) -> Links:
        """The links of an answer that is no refusal, by their names."""
        if operation.items is not None:
            if self._made.intersection(_shapes(operation.items)):
                return {}
            found = self._of_object(route, operation.items, f"/{route.list_key}/0")
        elif schema is None or route.method in ("PUT", "PATCH"):
            return {}
        else:
            found = self._of_object(route, schema, "")
        return {name_of(target): link for target, link in found}

    def _of_object(self, route: Route, schema: Schema, place: str) -> Iterator[tuple[Route, Links]]:
        for shape in _shapes(schema):
            root = self._roots.get(shape)
            if root is not None and root == route.template:
                for other, inside in self._inside.get(shape, {}).items():
                    yield from self._at_or_below(self._roots[other], f"{place}/{inside}")
            elif root is not None:
                yield from self._at_or_below(root, place)
        yield from self._below(route, place)

    def _at_or_below(self, root: str, place: str) -> Iterator[tuple[Route, Links]]:
        for target in self._routes:
            if target.template == root or target.template.startswith(root + "/"):
                yield target, _link(target, {_arguments(target)[0]: f"$response.body#{place}/id"})

    def _below(self, route: Route, place: str) -> Iterator[tuple[Route, Links]]:
        """What is at /a/{x}/b/{y}, from an answer to /a/{id}/b."""
        own = _parts(route.template)
        if not _arguments(route):
            return
        for target in self._routes:
            parts = _parts(target.template)
            if len(parts) > len(own) and parts[len(own)].startswith("{") and _alike(parts, own):
                names = _arguments(target)
                above = dict(zip(names, (f"$request.path.{name}" for name in _arguments(route)), strict=False))
                yield target, _link(target, {**above, names[len(above)]: f"$response.body#{place}/id"})


def name_of(route: Route) -> str:
    """`get_projects_id_devices` for GET /projects/{id}/devices."""
    parts = route.template.strip("/").replace("-", "_").replace("{", "").replace("}", "").split("/")
    return "_".join((route.method.lower(), *parts))


def _link(target: Route, parameters: Mapping[str, str]) -> Links:
    return {"operationId": name_of(target), "parameters": dict(parameters)}


def _parts(template: str) -> list[str]:
    return template.strip("/").split("/")


def _arguments(route: Route) -> list[str]:
    return [part[1:-1] for part in _parts(route.template) if part.startswith("{")]


def _alike(parts: list[str], start: list[str]) -> bool:
    """Whether a template begins like another, whatever its arguments are called."""
    return all(part == other or part[0] == other[0] == "{" for part, other in zip(parts, start, strict=False))


def _shapes(schema: Schema) -> Iterator[str]:
    """The names of the shapes that a schema may be."""
    if "$ref" in schema:
        yield str(schema["$ref"]).rpartition("/")[2]
    choices = schema.get("anyOf")
    if isinstance(choices, list):
        for choice in choices:
            yield from _shapes(choice)
