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

from reconciler.model.catalog import Catalog
from reconciler.model.kind import Form, Kind
from reconciler.model.rules import CreateOnly, Field, FromKey, Ours, Replace, Update, WriteOnce, any_change
from reconciler.report.language_schema import IN_A_GROUP, NAME, NOT_BOTH, Schema, common, ref
from reconciler.report.rails_schema import RAILS
from reconciler.values import GROUPS, STACK_NAME

FILENAME = "stack.schema.json"


FILE_NAME = "stack.schema.json"
GROUP_FILE_NAME = "group.schema.json"


_MOVED: Schema = {
    "description": "Old address: new address, of what is written elsewhere in the file now and is to stay the same.",
    "type": ["object", "null"],
    "additionalProperties": {"type": "string"},
}


def stack_schema_text(catalog: Catalog) -> str:
    """The schema as the text of its file; the same bytes for the same kinds."""
    return json.dumps(stack_schema(catalog), indent=2, ensure_ascii=False) + "\n"


def group_schema_text(catalog: Catalog) -> str:
    """The schema of a group's file as the text of its own."""
    return json.dumps(group_schema(catalog), indent=2, ensure_ascii=False) + "\n"


_LIFETIME: Schema = {
    "expires": {
        "description": "Until when its projects are to stand, a moment with its zone. `reap` destroys them then.",
        "type": "string",
    },
    "ttl": {
        "description": "For how long each of its projects is to stand after its birth: `8h`, `2d`, `1w`.",
        "type": "string",
    },
}


def stack_schema(catalog: Catalog) -> Schema:
    """The schema of a stack of these kinds (JSON Schema 2020-12)."""
    name: Schema = {
        "description": "The stack's name. It marks what the stack owns.",
        "type": "string",
        "pattern": f"^{STACK_NAME.pattern}$",
    }
    top = {"stack": name, **{each: ref(each) for each in ("variables", "locals", "outputs", "files")}}
    return {
        **_head(FILE_NAME, "Stack", "A stack file of the reconciler."),
        "required": ["stack"],
        "properties": {**top, **_LIFETIME, "moved": _MOVED, "rails": RAILS, **_sections(catalog, "")},
        "additionalProperties": False,
        "$defs": _definitions(catalog),
    }


def group_schema(catalog: Catalog) -> Schema:
    """The schema of a group's file. It knows not where the group will stand, so it takes the sections of all places."""
    places = ["", *(each.name for each in catalog.kinds if catalog.holds_groups(each.name))]
    sections = {name: part for place in reversed(places) for name, part in _sections(catalog, place).items()}
    return {
        **_head(GROUP_FILE_NAME, "Group", "A file that a stack of the reconciler uses as a part of itself."),
        "properties": {
            "stack": {"description": "Without meaning in a group.", "type": "string"},
            **{each: ref(each) for each in ("variables", "locals", "outputs")},
            **sections,
        },
        "additionalProperties": False,
        "$defs": _definitions(catalog),
    }


def _head(file: str, title: str, description: str) -> Schema:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": file,
        "title": title,
        "description": description,
        "type": "object",
    }


def _definitions(catalog: Catalog) -> Schema:
    definitions: Schema = common()
    for kind in catalog.kinds:
        definitions[kind.name] = _block(kind, catalog)
        if kind.form is Form.MAP:
            definitions[_section_name(kind, catalog)] = _section(kind)
    return definitions


# kinds


def _sections(catalog: Catalog, parent: str) -> Schema:
    sections = {
        section: ref(_section_name(kind, catalog) if kind.form is Form.MAP else kind.name)
        for section, kind in catalog.sections(parent).items()
    }
    return {**sections, GROUPS: ref(GROUPS)} if catalog.holds_groups(parent) else sections


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
        properties = {each: ref(kind.name) for each in names["enum"]}
        return {**section, "properties": properties, "additionalProperties": False}
    return {**section, "propertyNames": names, "additionalProperties": ref(kind.name)}


def _names(kind: Kind) -> Schema:
    """The keys of a section: those that the field which they give allows, when they always give one."""
    name = kind.key_field
    if name is None or not isinstance(kind.fields[name].rule, FromKey):
        return NAME
    allowed = kind.spec.model_json_schema()["properties"][name].get("enum")
    return {"enum": allowed} if allowed else NAME


def _block(kind: Kind, catalog: Catalog) -> Schema:
    """One resource."""
    own = _fields(kind)
    needed = [name for name in own if kind.fields[name].required and name != kind.key_field]
    rolled = ("rollout",) if kind.reached_at else ()
    meta = {each: ref(each) for each in ("count", "for_each", "when", "after", "timeouts", *rolled)}
    body: Schema = {
        "type": "object" if needed else ["object", "null"],
        "properties": {**own, **_sections(catalog, kind.name), **meta, "lifecycle": _lifecycle(kind)},
        "additionalProperties": False,
        "dependentSchemas": {**NOT_BOTH, **(IN_A_GROUP if rolled else {})},
    }
    if kind.adoptable:
        number = "number" in kind.existing_by
        body["properties"]["existing"] = (
            {"anyOf": [ref("existing"), {"type": "integer"}]} if number else ref("existing")
        )
        body["if"] = {
            "required": ["existing"],
            "properties": {"existing": {"not": {"anyOf": [ref("expression"), {"type": "null"}]}}},
        }
        body["then"] = {"properties": dict.fromkeys(own, False)}
        if needed:
            body["else"] = {"anyOf": [{"required": needed}, {"required": ["existing"]}]}
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
            opened = _open(schema, made.get("$defs", {}))
            unset = name == kind.key_field or not field.required
            told = {"description": words, "x-change": _effect(field)}
            found[name] = {**told, **(_or_null(opened) if unset else opened)}
    return found


def _or_null(schema: Schema) -> Schema:
    """A schema that takes null too, which unsets."""
    forms = schema.get("anyOf", [schema])
    null: Schema = {"type": "null"}
    return schema if null in forms else {"anyOf": [*forms, null]}


def _open(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """A schema of pydantic's, put in place of its reference, that takes an expression for each value in it."""
    if "$ref" in schema:
        return _open(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
    forms = [_parts(each, definitions) for each in schema.get("anyOf", [schema])]
    forms = [each for form in forms for each in form.get("anyOf", [form])]
    forms = [each for place, each in enumerate(forms) if each not in forms[:place]]
    if not any(each.keys() <= {"type", "description"} and each.get("type", "string") == "string" for each in forms):
        forms.insert(-1 if forms[-1] == {"type": "null"} else len(forms), ref("expression"))
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


def _effect(field: Field) -> str:
    """What a change to a field does, in a word for programs (`x-change`): what `_change` says in a sentence."""
    match field.rule:
        case Update(possible=possible):
            return "in-place" if possible is any_change else "in-place-or-replace"
        case Replace() | CreateOnly(replaces=True):
            return "replace"
        case CreateOnly():
            return "next-create"
        case WriteOnce():
            return "refused"
        case Ours():
            return "not-sent"
        case FromKey():
            return "from-key"


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
    names: Schema = {"anyOf": [{"enum": list(kind.fields)}, ref("expression")]}
    return {
        "description": "How it is treated when it changes.",
        "type": ["object", "null"],
        "properties": {
            "protect": ref("protect"),
            "ignore_changes": {
                "description": "Fields whose changes are left alone.",
                "anyOf": [{"type": "array", "items": names}, ref("expression"), {"type": "null"}],
            },
            "create_before_destroy": ref("create_before_destroy"),
            "on_change": {
                "description": "What a change of a field does, instead of what it does by itself.",
                "anyOf": [{"type": "object", **_ways(kind)}, ref("expression"), {"type": "null"}],
            },
        },
        "additionalProperties": False,
    }


def _ways(kind: Kind) -> Schema:
    ways = {name: sorted(kind.ways(name)) for name in kind.fields}
    choices = {name: {"anyOf": [{"enum": found}, ref("expression")]} for name, found in ways.items() if found}
    return {"properties": choices, "additionalProperties": False}
