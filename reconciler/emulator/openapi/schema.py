"""A small vocabulary of JSON schemas (2020-12, as OpenAPI 3.1 has them).

Objects that are answered are closed: a field that is not described is an error. Objects that are asked for are open,
since the API ignores what it does not know. In both, a field whose name ends in `?` may be absent.
"""

from __future__ import annotations

from collections.abc import Mapping

Schema = Mapping[str, object]
Fields = Mapping[str, Schema]

ANY: Schema = {}
TEXT: Schema = {"type": "string"}
NAME: Schema = {"type": "string", "minLength": 1, "pattern": r"\S"}
"""Text that is not blank, as callers have to give it."""
FLAG: Schema = {"type": "boolean"}
INTEGER: Schema = {"type": "integer"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
AMOUNT: Schema = {"type": "number", "minimum": 0}
NULL: Schema = {"type": "null"}

_HEX = "[0-9a-f]"
UUID: Schema = {"type": "string", "pattern": f"^{_HEX}{{8}}-{_HEX}{{4}}-4{_HEX}{{3}}-[89ab]{_HEX}{{3}}-{_HEX}{{12}}$"}
"""An id of the world: version 4, lower case."""
CATALOGUE_ID: Schema = {"type": "string", "pattern": f"^{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}$"}
"""An id of the catalogue, of any version."""
SHORT_ID: Schema = {"type": "string", "pattern": f"^{_HEX}{{8}}$"}
TIME: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$"}
"""RFC 3339 in UTC."""
SOME_ID: Schema = {"type": "string", "format": "uuid"}
"""An id that a caller names."""
MOMENT: Schema = {"type": "string", "format": "date-time"}
"""A time that a caller names."""
TEXTS: Schema = {"type": "array", "items": TEXT}
YES_OR_NO: Schema = {"enum": ["true", "false"]}
"""A flag in a query string."""
IPV4: Schema = {"type": "string", "pattern": r"^\d{1,3}(\.\d{1,3}){3}$"}
ADDRESS: Schema = {"type": "string", "pattern": r"^[0-9a-f:.]+$"}
"""An IPv4 or IPv6 address."""
NETWORK: Schema = {"type": "string", "pattern": r"^[0-9a-f:.]+/\d{1,3}$"}
"""An address with the length of its mask."""


def one_of(*values: object) -> Schema:
    """One of these values."""
    return {"enum": list(values)}


def within(least: int, most: int) -> Schema:
    """A whole number from `least` to `most`."""
    return {"type": "integer", "minimum": least, "maximum": most}


def listed(item: Schema) -> Schema:
    """A list of such items."""
    return {"type": "array", "items": item}


def mapped(value: Schema) -> Schema:
    """An object used as a table, its keys free."""
    return {"type": "object", "additionalProperties": value}


def either(*schemas: Schema) -> Schema:
    """Any of these."""
    return {"anyOf": list(schemas)}


def or_null(schema: Schema) -> Schema:
    """The same, or null."""
    kind = schema.get("type")
    return {**schema, "type": [kind, "null"]} if isinstance(kind, str) else either(schema, NULL)


def told(schema: Schema, description: str) -> Schema:
    """The same with a word on what it means."""
    return {**schema, "description": description}


def closed(fields: Fields) -> Schema:
    """An object with these fields and no others."""
    return {**opened(fields), "additionalProperties": False}


def opened(fields: Fields) -> Schema:
    """An object with these fields, and whatever else."""
    required = [name for name in fields if not name.endswith("?")]
    schema: dict[str, object] = {
        "type": "object",
        "properties": {name.removesuffix("?"): value for name, value in fields.items()},
    }
    return {**schema, "required": required} if required else schema


def ref(name: str) -> Schema:
    """A shape by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def link(name: str) -> Schema:
    """Another object: its path, or the whole of it where `include` (or the API itself) opens the link."""
    return either(ref("Link"), ref(name))


def links(name: str) -> Schema:
    """A list of other objects."""
    return listed(link(name))


EMPTY: Schema = closed({})
"""The object without fields."""
