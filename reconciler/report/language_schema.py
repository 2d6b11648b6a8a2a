"""The parts of a stack's schema that do not depend on the kinds: variables, locals, outputs, groups, and the keys that
every resource has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Schema = dict[str, Any]

_IDENTIFIER: Final = "[A-Za-z_][A-Za-z0-9_]*"
_EXPRESSION: Final = r"\$\{\{"
_INSTANCE_KEY: Final = r'^[^\s"\\\x00-\x1f\x7f]{1,80}$'
_DURATION: Final = r"^(?=[0-9])([0-9]+(\.[0-9]+)?h)?([0-9]+(\.[0-9]+)?m)?([0-9]+(\.[0-9]+)?s)?$"
_MOST: Final = 10_000
_WEEK: Final = 7 * 24 * 3600
NAME: Final[Schema] = {
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
    "object": "object",
}
"""A variable's types in the words of JSON Schema."""
NOT_BOTH: Final[Schema] = {
    "count": {
        "if": {"properties": {"count": {"type": "null"}}},
        "else": {"properties": {"for_each": {"type": "null"}}},
    }
}
"""count and for_each exclude each other; null is as if one were not written."""
IN_A_GROUP: Final[Schema] = {
    "rollout": {
        "if": {"properties": {"rollout": {"type": "null"}}},
        "else": {"anyOf": [{"required": ["count"]}, {"required": ["for_each"]}]},
    }
}
"""A rollout is of several."""


def ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def common() -> Schema:
    """The definitions that do not depend on the kinds."""
    key: Schema = {"type": "string", "pattern": _INSTANCE_KEY}
    keys: Schema = {"anyOf": [key, ref("expression")]}
    length: Schema = {
        "anyOf": [
            {"type": "string", "pattern": _DURATION},
            {"type": "number", "exclusiveMinimum": 0, "maximum": _WEEK},
            ref("expression"),
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
            "items": ref("plain"),
            "additionalProperties": ref("plain"),
        },
        "variables": {
            "description": "Values that are given from outside; one without a default has to be given.",
            "type": ["object", "null"],
            "propertyNames": {"pattern": f"^{_IDENTIFIER}$"},
            "additionalProperties": ref("variable"),
        },
        "variable": _declaration("A variable, for expressions to read as `var.NAME`.", _OF_A_VARIABLE),
        "part": _declaration("How a part of a value is declared.", _OF_A_PART),
        "locals": {
            "description": "Named values, for expressions to read as `local.NAME`.",
            "type": ["object", "null"],
        },
        "outputs": {
            "description": "Values to show after an apply.",
            "type": ["object", "null"],
            "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"},
            "additionalProperties": ref("output"),
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
            "anyOf": [{"type": "integer", "minimum": 0, "maximum": _MOST}, ref("expression"), {"type": "null"}],
        },
        "for_each": {
            "description": 'One for each text in a list or key of a map: `key` and `value`; addresses end in ["k"].',
            "anyOf": [
                {"type": "array", "items": keys, "maxItems": _MOST, "uniqueItems": True},
                {"type": "object", "propertyNames": key, "maxProperties": _MOST},
                ref("expression"),
                {"type": "null"},
            ],
        },
        "when": {
            "description": "Whether it is there at all.",
            "anyOf": [{"type": "boolean"}, ref("expression"), {"type": "null"}],
        },
        "after": {
            "description": "Addresses of what has to be there first, though no expression reads it.",
            "type": ["array", "null"],
            "items": {"type": "string"},
        },
        "protect": {
            "description": "Whether a plan that would destroy or replace it is refused.",
            "anyOf": [{"type": "boolean"}, ref("expression"), {"type": "null"}],
        },
        "create_before_destroy": {
            "description": "Whether a replacement is made before the old one is destroyed.",
            "anyOf": [{"type": "boolean"}, ref("expression"), {"type": "null"}],
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
        "rollout": _rollout(length),
        "files": {
            "description": "Files to write after an apply, by path: a text, or a mapping with its `content`.",
            "type": ["object", "null"],
            "additionalProperties": ref("file"),
        },
        "file": {
            "description": "A text to write, or a mapping with the `content`.",
            "if": {"type": "object"},
            "then": {
                "required": ["content"],
                "properties": {
                    "content": {"description": "The text.", "type": "string"},
                    "path": {"description": "Where, below the folder of generated files.", "type": "string"},
                    "mode": {
                        "description": "Its mode, in octal digits; 0644, and 0600 with a secret in it.",
                        "type": "string",
                        "pattern": "^0?[0-7]{3}$",
                    },
                    "for_each": ref("for_each"),
                    "when": ref("when"),
                },
                "additionalProperties": False,
            },
            "else": {"type": "string"},
        },
        "groups": {
            "description": "Stack files that are used as parts of this one.",
            "type": ["object", "null"],
            "propertyNames": NAME,
            "additionalProperties": ref("group"),
        },
        "group": {
            "description": "A stack file that is used as a part of this one.",
            "type": "object",
            "required": ["from"],
            "properties": {
                "from": {
                    "description": "The file, relative to this one, below the stack's folder.",
                    "type": "string",
                    "not": {"pattern": _EXPRESSION},
                },
                "inputs": {"description": "Values for the variables of the file.", "type": ["object", "null"]},
                **{each: ref(each) for each in ("count", "for_each", "when", "after")},
            },
            "additionalProperties": False,
            "dependentSchemas": NOT_BOTH,
        },
        "existing": {
            "description": "The uuid or the name of one that the stack does not own: it is never changed nor deleted. "
            "Where an expression comes to null, the stack makes one of the fields beside it.",
            "type": ["string", "null"],
            "pattern": r"\S",
        },
    }


def _rollout(length: Schema) -> Schema:
    """How a group is changed. A condition is a mapping with one of two keys."""
    port: Schema = {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 65535}, ref("expression")]}
    within: Schema = {"description": "How long it may take until it holds; 5m when left out.", **length}
    tcp: Schema = {
        "properties": {
            "tcp": {"description": "A port to which a connection opens; nothing is sent.", **port},
            "address": {
                "description": "The address to connect to; public when left out.",
                "anyOf": [{"enum": ["public", "private", None]}, ref("expression")],
            },
            "timeout": within,
        },
        "required": ["tcp"],
    }
    bgp: Schema = {
        "properties": {
            "bgp": {
                "description": "Of which address families its BGP sessions are to be up.",
                "anyOf": [{"enum": ["ipv4", "ipv6", "both"]}, ref("expression")],
            },
            "timeout": within,
        },
        "required": ["bgp"],
    }
    conditions = [{"type": "object", **each, "additionalProperties": False} for each in (tcp, bgp)]
    condition: Schema = {"anyOf": [{"const": "state"}, ref("expression"), *conditions]}
    return {
        "description": "How changes that put machines of the group out of work are made: some of them at a time, "
        "the next when those are healthy. The first failure stops it.",
        "type": ["object", "null"],
        "properties": {
            "max_unavailable": {
                "description": "How many may be out of work at a time: a number, or a part of the group such as 25%, "
                "rounded down. 1 when left out.",
                "anyOf": [
                    {"type": "integer", "minimum": 1},
                    {"type": "string", "pattern": "^0{0,2}([1-9]|[1-9][0-9]|100)%$"},
                    ref("expression"),
                    {"type": "null"},
                ],
            },
            "pause": {
                "description": "How long to wait once a wave is healthy, before the next one begins. None when left "
                "out.",
                "anyOf": [{"const": 0}, *length["anyOf"]],
            },
            "health": {
                "description": "What shows that a machine does its work; of several, all have to hold. Its state, when "
                "left out.",
                "anyOf": [{"type": "array", "items": condition}, *condition["anyOf"], {"type": "null"}],
            },
        },
        "additionalProperties": False,
    }


_OF_A_VARIABLE: Final[Schema] = {
    "secret": {"description": "Whether its value is never shown.", "type": "boolean"},
    "validation": {
        "description": "Conditions that the value has to meet; `value` is the value in them.",
        "type": "array",
        "items": {
            "type": "object",
            "required": ["condition", "message"],
            "properties": {
                "condition": {
                    "description": "An expression that comes to true or false.",
                    "type": ["string", "boolean"],
                },
                "message": {"description": "What to say where it does not hold.", "type": "string"},
            },
            "additionalProperties": False,
        },
    },
}
_OF_A_PART: Final[Schema] = {
    "optional": {"description": "Whether it may be left out; it is null then.", "type": "boolean"},
}


def _declaration(description: str, own: Schema) -> Schema:
    """A declaration. The limits are for numbers, the pattern is for text, and the default is of the declared type."""
    number: Schema = {"type": "number"}
    cases: list[Schema] = []
    for name, json_type in _JSON_TYPES.items():
        then: Schema = {"default": {"type": [json_type, "null"]}}
        if name not in ("integer", "number"):
            then |= {"minimum": False, "maximum": False}
        if name != "string":
            then["pattern"] = False
        if name not in ("list", "map"):
            then["items"] = False
        if name != "object":
            then["fields"] = False
        declared = {"required": ["type"], "properties": {"type": {"const": name}}}
        cases.append({"if": declared, "then": {"properties": then}})
    return {
        "description": description,
        "type": ["object", "null"],
        "properties": {
            "default": {"description": "Its value when none is given; no expression.", **ref("plain")},
            "type": {"description": "Its type; that of the default when left out.", "enum": list(_JSON_TYPES)},
            "minimum": {"description": "The smallest number that fits.", **number},
            "maximum": {"description": "The largest number that fits.", **number},
            "pattern": {"description": "A regular expression, found anywhere in the text.", "type": "string"},
            "enum": {"description": "The values that fit.", "type": "array", "minItems": 1},
            "items": {**ref("part"), "description": "How each item of a list or map is declared."},
            "fields": {
                "description": "What an object has: names, and how each is declared.",
                "type": "object",
                "additionalProperties": ref("part"),
            },
            "description": {"description": "What it is for."},
            **own,
        },
        "additionalProperties": False,
        "allOf": cases,
    }
