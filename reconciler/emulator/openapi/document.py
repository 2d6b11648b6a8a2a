"""The document: the route table and what the groups say about it, put together."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.emulator.catalogue import Catalogue, catalogue
from reconciler.emulator.lists import MAX_PAGE, MAX_PER_PAGE
from reconciler.emulator.openapi.groups import GROUPS
from reconciler.emulator.openapi.links import Links, LinkTable, name_of
from reconciler.emulator.openapi.operation import Group, Operation
from reconciler.emulator.openapi.schema import (
    COUNT,
    INTEGER,
    NAME,
    SOME_ID,
    TEXT,
    UUID,
    Schema,
    closed,
    listed,
    one_of,
    or_null,
    ref,
    told,
    within,
)
from reconciler.emulator.routing import Route

_ABOUT = """An emulator of the Packet bare-metal API as it was in the middle of 2019.

Parameters of POST, PUT, PATCH and DELETE are taken from a JSON body, from a form, or from the query string alike; the
body wins. From a query string, numbers and booleans are read from their text. Unknown parameters are ignored. Lists
without pages are whole. `include` and `exclude` open and close links to three levels."""

_LINKS: Schema = {"type": "string", "format": "links"}
_INCLUDE: Schema = told(_LINKS, "Links to be shown in full, as `project,ip_addresses.facility`.")
_EXCLUDE: Schema = told(_LINKS, "Links to be shown as a path only.")
_PAGE: Schema = told(within(1, MAX_PAGE), "Default 1; what is out of range is brought into it.")
_PER_PAGE: Schema = told(within(1, MAX_PER_PAGE), "Default 10; what is out of range is brought into it.")

_ALWAYS: dict[str, Schema] = {
    "X-Request-Id": UUID,
    "Cache-Control": {"const": "max-age=0, private, must-revalidate"},
    "Date": TEXT,
}
_COUNTED: dict[str, Schema] = {f"X-RateLimit-{name}": INTEGER for name in ("Limit", "Remaining", "Reset")}
_TAGGED: dict[str, Schema] = {"ETag": {"type": "string", "pattern": '^W/"[0-9a-f]{32}"$'}}

_REFUSALS = {
    401: ("Unauthorized", "The token is missing or unknown.", "Error"),
    403: ("Forbidden", "Not this caller's, or taken away by the platform.", "Errors"),
    404: ("NotFound", "There is no such object.", "Errors"),
    422: ("Unprocessable", "Validation, conflict or lack of capacity: nothing was changed.", "Errors"),
    429: ("RateLimited", "Too many calls this minute.", "Errors"),
}
"""By status: name, meaning, shape of the body. Any endpoint may answer with any of them."""


def document(routes: Iterable[Route]) -> dict[str, object]:
    """The OpenAPI document of these routes, ready for JSON. What no group describes is left out; a test sees to it."""
    said = {(method, each.template): (group, each) for group, each in _operations() for method in each.methods}
    known = [route for route in routes if (route.method, route.template) in said]
    links = LinkTable(GROUPS, known)
    paths: dict[str, dict[str, object]] = {}
    for route in known:
        group, operation = said[route.method, route.template]
        paths.setdefault(route.template, {})[route.method.lower()] = _operation(route, group, operation, links)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Packet API of 2019, emulated", "version": "2019", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [{"name": group.title} for group in GROUPS],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"}},
            "schemas": _shapes(),
            "responses": {name: _refusal(status, *said) for status, (name, *said) in _REFUSALS.items()},
        },
    }


def _operations() -> Iterable[tuple[Group, Operation]]:
    for group in GROUPS:
        for operation in group.operations:
            yield group, operation


def _operation(route: Route, group: Group, operation: Operation, links: LinkTable) -> dict[str, object]:
    answers = operation.answers or {200: _list_of(route, operation)}
    told: dict[str, object] = {
        "operationId": name_of(route),
        "tags": [group.title],
        "summary": operation.summary,
        "parameters": [*_path_parameters(route), *_query_parameters(route, operation)],
        "responses": {
            **{
                str(status): _answer(schema, links.of_answer(route, operation, schema))
                for status, schema in answers.items()
            },
            **{str(status): {"$ref": f"#/components/responses/{name}"} for status, (name, *_) in _REFUSALS.items()},
        },
    }
    if operation.body is not None:
        told["requestBody"] = {
            "required": "required" in operation.body,
            "content": {"application/json": {"schema": operation.body}},
        }
    return told


def _path_parameters(route: Route) -> list[object]:
    names = [part[1:-1] for part in route.template.split("/") if part.startswith("{")]
    return [
        {"name": name, "in": "path", "required": True, "schema": SOME_ID if name.endswith("id") else NAME}
        for name in names
    ]


def _query_parameters(route: Route, operation: Operation) -> list[object]:
    fields = dict(operation.query)
    if route.paged:
        fields |= {"page": _PAGE, "per_page": _PER_PAGE}
    if operation.items or any(schema and "$ref" in schema for schema in operation.answers.values()):
        fields |= {"include": _INCLUDE, "exclude": _EXCLUDE}
    return [{"name": name, "in": "query", "schema": schema} for name, schema in fields.items()]


def _list_of(route: Route, operation: Operation) -> Schema:
    assert operation.items is not None
    assert route.list_key is not None
    items = {route.list_key: listed(operation.items)}
    return closed({**items, "meta": ref("Meta")} if route.paged else items)


def _answer(schema: Schema | None, links: Links) -> dict[str, object]:
    if schema is None:
        return {"description": "Done.", "headers": _headers({**_ALWAYS, **_COUNTED})}
    return {
        "description": "As asked.",
        "headers": _headers({**_ALWAYS, **_COUNTED, **_TAGGED}),
        "content": {"application/json": {"schema": schema}},
        **({"links": links} if links else {}),
    }


def _refusal(status: int, meaning: str, shape: str) -> dict[str, object]:
    counted = _COUNTED if status in (404, 422, 429) else {}
    return {
        "description": meaning,
        "headers": _headers({**_ALWAYS, **counted, **_TAGGED}),
        "content": {"application/json": {"schema": ref(shape)}},
    }


def _headers(schemas: dict[str, Schema]) -> dict[str, object]:
    return {name: {"required": True, "schema": schema} for name, schema in schemas.items()}


def _shapes() -> dict[str, Schema]:
    return {
        **_COMMON,
        **_names(catalogue()),
        **{name: shape for group in GROUPS for name, shape in sorted(group.shapes.items())},
    }


_HREF: Schema = {"type": "string", "pattern": "^[/#]"}
_PAGE_LINK = closed({"href": {"type": "string", "pattern": r"^/.*\?page=\d+$"}})

_COMMON: dict[str, Schema] = {
    "Link": told(closed({"href": _HREF}), "Another object, by its path; `#<id>` where it has none."),
    "Meta": closed(
        {
            "first": _PAGE_LINK,
            "previous": or_null(_PAGE_LINK),
            "self": _PAGE_LINK,
            "next": or_null(_PAGE_LINK),
            "last": _PAGE_LINK,
            "current_page": within(1, MAX_PAGE),
            "last_page": {"type": "integer", "minimum": 1},
            "total": COUNT,
        }
    ),
    "Error": closed({"error": TEXT}),
    "Errors": closed({"errors": {"type": "array", "items": TEXT, "minItems": 1}}),
}


def _names(offers: Catalogue) -> dict[str, Schema]:
    """What callers may call the things of the catalogue: slug or code, a plan's old slug, id."""
    facilities, systems = offers.facilities, offers.operating_systems
    plans = [plan for plan in offers.plans if plan.line == "baremetal"]
    storage = [plan for plan in offers.plans if plan.line == "storage"]
    old = [plan.legacy_slug for plan in plans if plan.legacy_slug]
    return {
        "FacilityName": one_of(*(each.code for each in facilities), *(each.id for each in facilities)),
        "PlanName": one_of(*(each.slug for each in plans), *old, *(each.id for each in plans)),
        "StoragePlanName": one_of(*(each.slug for each in storage), *(each.id for each in storage)),
        "OperatingSystemName": one_of(*(each.slug for each in systems), *(each.id for each in systems)),
    }
