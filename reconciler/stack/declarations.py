"""How variables are declared: types down to the fields of objects in lists, limits, and rules in words of the user."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from reconciler.diagnostics import Place, did_you_mean
from reconciler.stack.patterns import Pattern
from reconciler.stack.problems import Problems
from reconciler.stack.tokens import OPEN
from reconciler.stack.yaml_tree import Entry, Items, Node, Scalar, Table, plain_value

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OF_A_TYPE: Final = ("type", "default", "minimum", "maximum", "pattern", "enum", "description", "items", "fields")
_KEYS: Final = frozenset({*_OF_A_TYPE, "secret", "validation"})
_PART_KEYS: Final = frozenset({*_OF_A_TYPE, "optional"})
TYPES: Final[Mapping[str, tuple[type, ...]]] = MappingProxyType(
    {
        "string": (str,),
        "integer": (int,),
        "number": (int, float),
        "boolean": (bool,),
        "list": (list,),
        "map": (dict,),
        "object": (dict,),
    }
)


SINGLE_TYPES: Final = ("string", "integer", "number", "boolean")
"""Those whose values have no parts."""
_RULE: Final = 'of other values say it as a rule: validation: [{condition: "${{ value | length <= 8 }}", message: ...}]'
_OTHER_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "any": "leave `type` out for a value of any type",
        "array": "write `list`",
        "bool": "write `boolean`",
        "dict": "write `map`, or `object` where the fields are named",
        "float": "write `number`",
        "int": "write `integer`",
        "list": "write `type: list`, and beside it `items: {type: ...}`",
        "map": "write `type: map`, and beside it `items: {type: ...}`",
        "object": "write `type: object`, and beside it `fields: {name: {type: ...}}`",
        "set": "write `list`",
        "str": "write `string`",
        "text": "write `string`",
        "tuple": "write `list`",
    }
)
_MEANT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "required": "what has no default is required",
        "nullable": "`default: null` lets it be null; of an object's field say `optional: true`",
        "optional": "`default: null` lets it be left out",
        "sensitive": "write `secret: true`, at the variable",
        "secret": "a variable is secret as a whole: `secret: true` stands at the variable",
        "validation": "rules stand at the variable, and may look inside: ${{ value.size > 1 }}",
    }
)
"""What is meant by keys of other tools, or in the wrong place."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition that a value has to meet, and what to say where it does not."""

    condition: Node
    message: str


@dataclass(slots=True)
class Declared:
    """A variable, or a part of one's value: `items` is what each item of a list or map is, `fields` what an object has.

    `sound` is False when a mistake in the declaration was noted.
    """

    name: str
    place: Place
    type: str = ""
    secret: bool = False
    optional: bool = False
    default: Node | None = None
    items: Declared | None = None
    fields: dict[str, Declared] | None = None
    checks: dict[str, Any] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    sound: bool = True


class DeclarationReader:
    """Reads declarations, noting what does not fit. The source line of a secret's declaration is not shown."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems

    def read(self, name: str, entry: Entry) -> Declared:
        """The declaration of a variable."""
        declared = Declared(name, entry.place)
        if not _NAME.fullmatch(name):
            message = f"`{name}` is no name for a variable"
            self._refuse(declared, "bad-name", message, entry.place, "letters, digits and _")
        node = entry.value
        if isinstance(node, Scalar) and node.value is None:
            return declared
        if not isinstance(node, Table):
            shown = f"{name}: {{default: {node.text}}}" if isinstance(node, Scalar) else f"{name}: {{default: ...}}"
            self._refuse(declared, "wrong-type", "a variable is declared by a mapping", node.place, f"write `{shown}`")
            return declared
        secret = node.entries.get("secret")
        # whatever stands there but `false`: a mistake in it must not show what is meant to be hidden
        declared.secret = secret is not None and plain_value(secret.value) is not False
        self._parts(declared, node, _KEYS, "a variable")
        return declared

    def _part_of(self, above: Declared, name: str, node: Node) -> Declared:
        """How a part of a value is declared: the items of a list, or a field of an object."""
        declared = Declared(name, node.place, secret=above.secret)
        if isinstance(node, Scalar) and node.value is None:
            return declared
        if not isinstance(node, Table):
            hint = f"write `{{type: {node.text}}}`" if isinstance(node, Scalar) else ""
            self._refuse(declared, "wrong-type", "a part of a value is declared by a mapping", node.place, hint)
        else:
            self._parts(declared, node, _PART_KEYS, f"`{name}`")
        above.sound &= declared.sound
        return declared

    def _parts(self, declared: Declared, node: Table, known: frozenset[str], what: str) -> None:
        for key, part in node.entries.items():
            if key not in known:
                hint = did_you_mean(key, known) or f"known here: {', '.join(sorted(known))}"
                hint = _MEANT.get(key, hint)
                self._refuse(declared, "unknown-key", f"{what} has no `{key}`", part.place, hint)
            else:
                self._part(declared, key, part.value)
        if declared.sound:
            self._check(declared, node)

    def _part(self, declared: Declared, key: str, node: Node) -> None:
        value = plain_value(node)
        if key == "default":
            if has_expression(node):
                hint = "a local may hold an expression"
                self._refuse(declared, "known-too-late", "a default is a plain value", node.place, hint)
            declared.default = node
        elif key == "type":
            if not isinstance(value, str) or value not in TYPES:
                hint = _OTHER_WORDS.get(str(value).partition("(")[0], "")
                hint = hint or did_you_mean(str(value), TYPES) or f"one of {', '.join(TYPES)}"
                self._refuse(declared, "invalid-value", f"`{value}` is no type", node.place, hint)
            else:
                declared.type = value
        elif key in ("secret", "optional"):
            if not isinstance(value, bool):
                self._refuse(declared, "wrong-type", f"`{key}` is true or false", node.place)
            elif key == "optional":
                declared.optional = value
        elif key == "enum":
            if not isinstance(value, list) or not value:
                self._refuse(declared, "wrong-type", "`enum` is a list of the values that fit", node.place)
            declared.checks[key] = value
        elif key == "pattern":
            self._pattern(declared, node, value)
        elif key in ("minimum", "maximum"):
            if isinstance(value, bool) or not isinstance(value, int | float):
                self._refuse(declared, "wrong-type", f"`{key}` is a number", node.place)
            declared.checks[key] = value
        elif key == "items":
            declared.items = self._part_of(declared, f"{declared.name}[]", node)
        elif key == "fields":
            self._fields(declared, node)
        elif key == "validation":
            self._rules(declared, node)

    def _fields(self, declared: Declared, node: Node) -> None:
        if not isinstance(node, Table):
            hint = "fields: {name: {type: string}, size: {type: integer, default: 1}}"
            self._refuse(declared, "wrong-type", "`fields` maps names to declarations", node.place, hint)
            return
        declared.fields = {
            name: self._part_of(declared, f"{declared.name}.{name}", entry.value)
            for name, entry in node.entries.items()
        }

    def _rules(self, declared: Declared, node: Node) -> None:
        hint = 'validation: [{condition: "${{ value > 1 }}", message: at least two}]'
        if not isinstance(node, Items):
            self._refuse(declared, "wrong-type", "`validation` is a list of rules", node.place, hint)
            return
        for item in node.items:
            entries = item.entries if isinstance(item, Table) else {}
            strange = next((key for key in entries if key not in ("condition", "message")), None)
            if strange is not None:
                near = did_you_mean(strange, ("condition", "message")) or hint
                self._refuse(declared, "unknown-key", f"a rule has no `{strange}`", entries[strange].place, near)
                continue
            message = plain_value(entries["message"].value) if "message" in entries else None
            if "condition" not in entries or not isinstance(message, str):
                summary = "a rule has a `condition` and a `message`"
                self._refuse(declared, "missing-field", summary, item.place, hint)
                continue
            if OPEN in message:
                summary = "a message is plain text, without expressions"
                self._refuse(declared, "known-too-late", summary, entries["message"].value.place)
                continue
            declared.rules.append(Rule(entries["condition"].value, message))

    def _pattern(self, declared: Declared, node: Node, value: Any) -> None:
        try:
            declared.checks["pattern"] = Pattern(value if isinstance(value, str) else "(")
        except ValueError:
            hint = "look-around and back-references are not supported"
            self._refuse(declared, "invalid-value", "`pattern` is no regular expression", node.place, hint)

    def _check(self, declared: Declared, node: Table) -> None:
        if not declared.type:
            declared.type = _type_of(declared)
        numeric = {"minimum", "maximum"} & set(declared.checks)
        if numeric and declared.type not in ("integer", "number"):
            place = node.entries[min(numeric)].place
            hint = "add `type: integer`" if not declared.type else _RULE
            self._refuse(declared, "conflicting-keys", "limits are for numbers", place, hint)
        if "pattern" in declared.checks and declared.type not in ("string", ""):
            self._refuse(declared, "conflicting-keys", "a pattern is for text", node.entries["pattern"].place)
        if declared.items is not None and declared.type not in ("list", "map"):
            place = node.entries["items"].place
            self._refuse(declared, "conflicting-keys", "`items` is for lists and maps", place, "add `type: list`")
        if declared.fields is not None and declared.type != "object":
            place = node.entries["fields"].place
            self._refuse(declared, "conflicting-keys", "`fields` is for objects", place, "add `type: object`")

    def _refuse(self, declared: Declared, code: str, summary: str, place: Place, hint: str = "") -> None:
        self._problems.add(code, summary, place, hint=hint, shown=not declared.secret)
        declared.sound = False


def _type_of(declared: Declared) -> str:
    """The type that a declaration does not name: that of its default, or of what it says of the parts."""
    if declared.fields is not None:
        return "object"
    if declared.default is None:
        return ""
    value = plain_value(declared.default)
    return next((name for name, types in TYPES.items() if type(value) in types), "")


def complaints(declared: Declared, value: Any) -> Iterator[str]:
    """What a value of the right type is not."""
    checks = declared.checks
    if "minimum" in checks and value < checks["minimum"]:
        yield f"is at least {checks['minimum']}"
    if "maximum" in checks and value > checks["maximum"]:
        yield f"is at most {checks['maximum']}"
    if "pattern" in checks and not checks["pattern"].found_in(value):
        yield f"has to match {checks['pattern'].text}"
    if "enum" in checks and not any(type(each) is type(value) and each == value for each in checks["enum"]):
        yield f"is one of {', '.join(str(each) for each in checks['enum'])}"


def has_expression(node: Node) -> bool:
    if isinstance(node, Scalar):
        return isinstance(node.value, str) and OPEN in node.value
    if isinstance(node, Items):
        return any(has_expression(each) for each in node.items)
    return any(has_expression(entry.value) for entry in node.entries.values())
