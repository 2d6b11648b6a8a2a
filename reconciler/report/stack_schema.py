"""The JSON Schema of a stack file, made from the kinds, so that an editor knows every key and what a change to it does.

It accepts whatever the reader accepts, and refuses what can be seen without evaluating anything: what an expression
comes to, references and the meaning of a kind's values (a public block needs a facility) stay with `validate`. It is
stricter in what the reader looks at only when it is used: every file of a stack in several files repeats the stack's
name; blocks without an instance (`count: 0`), defaults that a flag overrides, and lists and mappings that wait for a
resource have to be right as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from reconciler.model.kind import Catalog, Form, Kind
from reconciler.model.rules import CreateOnly, Field, FromKey, Ours, Replace, Update, WriteOnce, any_change

FILE_NAME = "stack.schema.json"

Schema = dict[str, Any]

_IDENTIFIER: Final = "[A-Za-z_][A-Za-z0-9_]*"
_EXPRESSION: Final = r"\$\{\{"
_INSTANCE_KEY: Final = r'^[^\s"\\\x00-\x1f\x7f]{1,80}$'
_DURATION: Final = r"^(?=[0-9])([0-9]+(\.[0-9]+)?h)?([0-9]+(\.[0-9]+)?m)?([0-9]+(\.[0-9]+)?s)?$"
_MOST: Final = 10_000
_WEEK: Final = 7 * 24 * 3600
_NAME: Final[Schema] = {
    "description": "A resource's key, a part of its address: letters, digits, - and _.",
    "pattern": "^[A-Za-z0-9_-]{1,100}$",
}
_JSON_TYPES: Final[Mapping[str, str]] = {
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "list": "array",
    "map": "object",
}
"""A variable's types in the words of JSON Schema."""


def stack_schema_text(catalog: Catalog) -> str:
    """The schema as the text of its file; the same bytes for the same kinds."""
    return json.dumps(stack_schema(catalog), indent=2, ensure_ascii=False) + "\n"


def stack_schema(catalog: Catalog) -> Schema:
    """The schema of a stack of these kinds (JSON Schema 2020-12)."""
    definitions: Schema = _common()
    for kind in catalog.kinds:
        definitions[kind.name] = _block(kind, catalog)
        if kind.form is Form.MAP:
            definitions[_section_name(kind, catalog)] = _section(kind)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": FILE_NAME,
        "title": "Stack",
        "description": "A stack file of the reconciler.",
        "type": "object",
        "required": ["stack"],
        "properties": {
            "stack": {
                "description": "The stack's name. It marks what the stack owns.",
                "type": "string",
                "pattern": "^[a-z0-9][a-z0-9-]{0,39}$",
            },
            **{each: _ref(each) for each in ("variables", "locals", "outputs")},
            **_sections(catalog, ""),
        },
        "additionalProperties": False,
        "$defs": definitions,
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


# kinds


def _sections(catalog: Catalog, parent: str) -> Schema:
    found = catalog.sections(parent)
    return {
        section: _ref(_section_name(kind, catalog) if kind.form is Form.MAP else kind.name)
        for section, kind in found.items()
    }


def _section_name(kind: Kind, catalog: Catalog) -> str:
    """The definition of a kind's section; kinds that stand in different places may have sections of one name."""
    alone = all(each is kind or each.section != kind.section for each in catalog.kinds)
    return kind.section if alone else f"{kind.name}s"


def _section(kind: Kind) -> Schema:
    """A section that maps names to resources; null is an empty one. One schema for all its forms, since an editor says
    more of what does not fit when there is no choice.
    """
    names = _names(kind)
    section: Schema = {"description": kind.summary, "type": ["object", "null"]}
    if kind.list_form:
        section["type"] = ["array", "object", "null"]
        section |= {"items": {**names, "type": "string"}, "uniqueItems": True}
    if "enum" in names:
        properties = {each: _ref(kind.name) for each in names["enum"]}
        return {**section, "properties": properties, "additionalProperties": False}
    return {**section, "propertyNames": names, "additionalProperties": _ref(kind.name)}


def _names(kind: Kind) -> Schema:
    """The keys of a section: those that the field which they give allows, when they always give one."""
    name = kind.key_field
    if name is None or not isinstance(kind.fields[name].rule, FromKey):
        return _NAME
    allowed = kind.spec.model_json_schema()["properties"][name].get("enum")
    return {"enum": allowed} if allowed else _NAME


def _block(kind: Kind, catalog: Catalog) -> Schema:
    """One resource."""
    own = _fields(kind)
    needed = [name for name in own if kind.fields[name].required and name != kind.key_field]
    meta = {each: _ref(each) for each in ("count", "for_each", "when", "after", "timeouts")}
    body: Schema = {
        "type": "object" if needed else ["object", "null"],
        "properties": {**own, **_sections(catalog, kind.name), **meta, "lifecycle": _lifecycle(kind)},
        "additionalProperties": False,
        "dependentSchemas": {"count": {"properties": {"for_each": False}}},
    }
    if kind.adoptable:
        body["properties"]["existing"] = _ref("existing")
        body["if"] = {"required": ["existing"]}
        body["then"] = {"properties": dict.fromkeys(own, False)}
        if needed:
            body["else"] = {"required": needed}
    elif needed:
        body["required"] = needed
    cost = f" When one is replaced, {kind.replace_impact}." if kind.replace_impact else ""
    described = {"description": kind.summary + cost}
    if kind.scalar_field is None:
        return described | body
    return {**described, "anyOf": [own[kind.scalar_field], body]}


def _fields(kind: Kind) -> dict[str, Schema]:
    """The schemas of the fields that are written in a block."""
    made = kind.spec.model_json_schema()
    found: dict[str, Schema] = {}
    for name, field in kind.fields.items():
        if not isinstance(field.rule, FromKey):
            schema = dict(made["properties"][name])
            words = _description(kind, field, schema.pop("description", ""))
            found[name] = {"description": words, **_open(schema, made.get("$defs", {}))}
    return found


def _open(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """A schema of pydantic's, put in place of its reference, that takes an expression for each value in it."""
    if "$ref" in schema:
        return _open(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
    forms = [_parts(each, definitions) for each in schema.get("anyOf", [schema])]
    forms = [each for form in forms for each in form.get("anyOf", [form])]
    forms = [each for place, each in enumerate(forms) if each not in forms[:place]]
    if not any(each.keys() <= {"type", "description"} and each.get("type", "string") == "string" for each in forms):
        forms.insert(-1 if forms[-1] == {"type": "null"} else len(forms), _ref("expression"))
    return forms[0] if len(forms) == 1 else {"anyOf": forms}


def _parts(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """One of the forms of a value, without the titles and defaults that say nothing here."""
    if "$ref" in schema:
        return _open(schema, definitions)
    kept = {key: value for key, value in schema.items() if key not in ("title", "default")}
    if isinstance(kept.get("items"), dict):
        kept["items"] = _open(kept["items"], definitions)
    if isinstance(kept.get("additionalProperties"), dict):
        kept["additionalProperties"] = _open(kept["additionalProperties"], definitions)
    if "properties" in kept:
        kept["properties"] = {name: _open(each, definitions) for name, each in kept["properties"].items()}
    return kept


def _description(kind: Kind, field: Field, meaning: str) -> str:
    words = [meaning, _change(kind, field)]
    words += ["When left out, the key gives it."] if field.name == kind.key_field else []
    words += ["It is never shown."] if field.secret else []
    return " ".join(each for each in words if each)


def _change(kind: Kind, field: Field) -> str:
    """What a change to a field does."""
    rule, noun = field.rule, kind.name.replace("_", " ")
    match rule:
        case Update(note=note, possible=possible):
            where = "" if possible is any_change else f", or replaces the {noun}"
            return _sentence(f"A change is made in place{where}", note)
        case Replace(note=note) | CreateOnly(note=note, replaces=True):
            return _sentence(f"A change replaces the {noun}", note)
        case CreateOnly(note=note):
            return _sentence("A change matters at the next create only", note)
        case WriteOnce(reason=reason):
            return _sentence("A change is refused", reason)
        case Ours():
            return "It is not sent, and counts from the next run on."
        case FromKey():
            return ""


def _sentence(text: str, note: str) -> str:
    return f"{text}: {note}." if note else f"{text}."


# what every resource has, and what is no resource


def _lifecycle(kind: Kind) -> Schema:
    names: Schema = {"anyOf": [{"enum": list(kind.fields)}, _ref("expression")]}
    return {
        "description": "How it is treated when it changes.",
        "type": ["object", "null"],
        "properties": {
            "protect": _ref("protect"),
            "ignore_changes": {
                "description": "Fields whose changes are left alone.",
                "anyOf": [{"type": "array", "items": names}, _ref("expression"), {"type": "null"}],
            },
            "create_before_destroy": _ref("create_before_destroy"),
            "on_change": {
                "description": "What a change of a field does, instead of what it does by itself.",
                "anyOf": [{"type": "object", **_ways(kind)}, _ref("expression"), {"type": "null"}],
            },
        },
        "additionalProperties": False,
    }


def _ways(kind: Kind) -> Schema:
    ways = {name: sorted(kind.ways(name)) for name in kind.fields}
    choices = {name: {"anyOf": [{"enum": found}, _ref("expression")]} for name, found in ways.items() if found}
    return {"properties": choices, "additionalProperties": False}


def _common() -> Schema:
    """The definitions that do not depend on the kinds."""
    key: Schema = {"type": "string", "pattern": _INSTANCE_KEY}
    keys: Schema = {"anyOf": [key, _ref("expression")]}
    length: Schema = {
        "anyOf": [
            {"type": "string", "pattern": _DURATION},
            {"type": "number", "exclusiveMinimum": 0, "maximum": _WEEK},
            _ref("expression"),
            {"type": "null"},
        ]
    }
    return {
        "expression": {
            "description": "An expression: `${{ ... }}`. One that is the whole value keeps its type.",
            "type": "string",
            "pattern": _EXPRESSION,
        },
        "plain": {
            "description": "A value without expressions.",
            "not": {"type": "string", "pattern": _EXPRESSION},
            "items": _ref("plain"),
            "additionalProperties": _ref("plain"),
        },
        "variables": {
            "description": "Values that are given from outside; one without a default has to be given.",
            "type": ["object", "null"],
            "propertyNames": {"pattern": f"^{_IDENTIFIER}$"},
            "additionalProperties": _ref("variable"),
        },
        "variable": _variable(),
        "locals": {
            "description": "Named values, for expressions to read as `local.NAME`.",
            "type": ["object", "null"],
        },
        "outputs": {
            "description": "Values to show after an apply.",
            "type": ["object", "null"],
            "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"},
            "additionalProperties": _ref("output"),
        },
        "output": {
            "description": "A value, or a mapping with the `value`; one that reads a secret needs `secret: true`.",
            "if": {"type": "object"},
            "then": {
                "required": ["value"],
                "properties": {
                    "value": {"description": "The value, of any type."},
                    "secret": {"description": "Whether the value is hidden.", "type": "boolean"},
                    "description": {"description": "What it is."},
                },
                "additionalProperties": False,
            },
        },
        "count": {
            "description": "How many there are: `index` counts them from 0, and addresses end in [0], [1], ...",
            "anyOf": [{"type": "integer", "minimum": 0, "maximum": _MOST}, _ref("expression")],
        },
        "for_each": {
            "description": 'One for each text in a list or key of a map: `key` and `value`; addresses end in ["k"].',
            "anyOf": [
                {"type": "array", "items": keys, "maxItems": _MOST, "uniqueItems": True},
                {"type": "object", "propertyNames": key, "maxProperties": _MOST},
                _ref("expression"),
            ],
        },
        "when": {
            "description": "Whether it is there at all.",
            "anyOf": [{"type": "boolean"}, _ref("expression")],
        },
        "after": {
            "description": "Addresses of what has to be there first, though no expression reads it.",
            "type": "array",
            "items": {"type": "string"},
        },
        "protect": {
            "description": "Whether a plan that would destroy or replace it is refused.",
            "anyOf": [{"type": "boolean"}, _ref("expression"), {"type": "null"}],
        },
        "create_before_destroy": {
            "description": "Whether a replacement is made before the old one is destroyed.",
            "anyOf": [{"type": "boolean"}, _ref("expression"), {"type": "null"}],
        },
        "timeouts": {
            "description": "How long to wait, such as 30m, 1h30m, or a number of seconds; at most a week.",
            "type": ["object", "null"],
            "properties": {
                "create": {"description": "Until it is ready.", **length},
                "delete": {"description": "Until it is gone.", **length},
            },
            "additionalProperties": False,
        },
        "existing": {
            "description": "The uuid or the name of one that the stack does not own: it is never changed nor deleted.",
            "type": "string",
            "pattern": r"\S",
        },
    }


def _variable() -> Schema:
    """A declaration. The limits are for numbers, the pattern is for text, and the default is of the declared type."""
    number: Schema = {"type": "number"}
    cases: list[Schema] = []
    for name, json_type in _JSON_TYPES.items():
        then: Schema = {"default": {"type": [json_type, "null"]}}
        if name not in ("integer", "number"):
            then |= {"minimum": False, "maximum": False}
        if name != "string":
            then["pattern"] = False
        declared = {"required": ["type"], "properties": {"type": {"const": name}}}
        cases.append({"if": declared, "then": {"properties": then}})
    return {
        "description": "A variable, for expressions to read as `var.NAME`.",
        "type": ["object", "null"],
        "properties": {
            "default": {"description": "Its value when none is given; no expression.", **_ref("plain")},
            "type": {"description": "Its type; that of the default when left out.", "enum": list(_JSON_TYPES)},
            "secret": {"description": "Whether its value is never shown.", "type": "boolean"},
            "minimum": {"description": "The smallest number that fits.", **number},
            "maximum": {"description": "The largest number that fits.", **number},
            "pattern": {"description": "A regular expression, found anywhere in the text.", "type": "string"},
            "enum": {"description": "The values that fit.", "type": "array", "minItems": 1},
            "description": {"description": "What it is for."},
        },
        "additionalProperties": False,
        "allOf": cases,
    }
