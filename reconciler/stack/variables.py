"""Variables: their declarations, the values given for them, and which value wins.

Rising precedence: default, `RECONCILER_VAR_name` in the environment, variable file (a later file over an earlier one),
`--var name=value`. Text from the environment and from flags is read as the declared type says. No message shows a value
of a secret variable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from reconciler.diagnostics import Place, did_you_mean, one
from reconciler.stack.patterns import Pattern
from reconciler.stack.problems import Problem, Problems
from reconciler.stack.sources import Sources
from reconciler.stack.tokens import OPEN
from reconciler.stack.tree import Known
from reconciler.stack.yaml_scalars import ambiguous, resolve
from reconciler.stack.yaml_tree import Entry, Items, Node, Scalar, Table, parse, plain_value, type_word

ENVIRONMENT_PREFIX: Final = "RECONCILER_VAR_"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEYS: Final = frozenset({"default", "type", "secret", "minimum", "maximum", "pattern", "enum", "description"})
_TYPES: Final[Mapping[str, tuple[type, ...]]] = MappingProxyType(
    {
        "string": (str,),
        "integer": (int,),
        "number": (int, float),
        "boolean": (bool,),
        "list": (list,),
        "map": (dict,),
    }
)
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Inputs:
    """What a user gives beside the stack: `flags` are `name=value` texts, `files` YAML files of names and values."""

    flags: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=lambda: _NONE)


@dataclass(frozen=True, slots=True)
class _Given:
    """A value and where it is from, in words and as a place (None for flags and the environment)."""

    value: Any
    origin: str
    place: Place | None = None
    text: bool = False


@dataclass(frozen=True, slots=True)
class Handed:
    """A value that a group is given: `late` ones are known when the plan is made. `secret` when anything secret is in
    it.
    """

    place: Place
    value: Any = None
    secret: bool = False
    late: bool = False


@dataclass(slots=True)
class _Declared:
    name: str
    place: Place
    type: str = ""
    secret: bool = False
    default: Node | None = None
    checks: dict[str, Any] = field(default_factory=dict)
    sound: bool = True


class VariableReader:
    """Reads declarations and given values into known ones."""

    def __init__(self, problems: Problems, sources: Sources) -> None:
        self._problems = problems
        self._sources = sources

    def read(self, entries: Mapping[str, Entry], inputs: Inputs, *, complete: bool) -> dict[str, Known | None]:
        """Every declared variable's value; None where a mistake was noted. `complete` False means that declarations
        may be missing because of a mistake elsewhere, so that an unknown name is no second one.
        """
        declared = [self._declaration(name, entry) for name, entry in entries.items()]
        by_name = {each.name: each for each in declared}
        given: dict[str, _Given] = {}
        for name in by_name:
            if ENVIRONMENT_PREFIX + name in inputs.environment:
                text = inputs.environment[ENVIRONMENT_PREFIX + name]
                given[name] = _Given(text, f"the environment ({ENVIRONMENT_PREFIX}{name})", text=True)
        for each_name, value in (*self._from_files(inputs.files), *self._from_flags(inputs.flags)):
            if each_name in by_name:
                given[each_name] = value
            elif complete:
                self._problems.add(
                    "unknown-variable",
                    f"no variable `{each_name}` is declared ({value.origin})",
                    value.place,
                    hint=did_you_mean(each_name, by_name)
                    or (f"declared: {', '.join(sorted(by_name))}" if by_name else "the stack declares no variables"),
                )
        return {each.name: self._value(each, given.get(each.name)) for each in declared}

    def receive(
        self,
        entries: Mapping[str, Entry],
        handed: Mapping[str, Handed],
        unread: Set[str],
        call: Place,
        *,
        complete: bool,
    ) -> tuple[dict[str, Known | None], set[str]]:
        """The variables of a group, as its call at `call` sets them, and which of them are secret by declaration.

        A late one is only declared: its value is not known here. `unread` are inputs for which a mistake was noted.
        """
        declared = {name: self._declaration(name, entry) for name, entry in entries.items()}
        for name, value in handed.items():
            if name not in declared and complete:
                there = f"declared: {', '.join(sorted(declared))}" if declared else "the file declares no variables"
                hint = did_you_mean(name, declared) or there
                self._problems.add(
                    "unknown-variable", f"the group's file declares no variable `{name}`", value.place, hint=hint
                )
        known: dict[str, Known | None] = {}
        for name, each in declared.items():
            given = handed.get(name)
            if given is None and name not in unread and each.sound and each.default is None:
                self._problems.add(
                    "variable-unset",
                    f"the group's variable `{name}` is not set and has no default",
                    call,
                    hint=f"add it to `inputs`: {name}: ...",
                )
                known[name] = None
            elif name in unread or (given is not None and given.late):
                known[name] = None
            elif given is None or given.value is None:
                known[name] = self._value(each, None) if each.default is not None else Known(None, each.secret)
            else:
                each.secret = each.secret or given.secret  # a mistake in the value must not show it
                known[name] = self._value(each, _Given(given.value, "the call", given.place))
        return known, {name for name, each in declared.items() if each.secret}

    # declarations

    def _declaration(self, name: str, entry: Entry) -> _Declared:
        declared = _Declared(name, entry.place)
        if not _NAME.fullmatch(name):
            self._refuse(
                declared, "bad-name", f"`{name}` is no name for a variable", entry.place, "letters, digits and _"
            )
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
        for key, part in node.entries.items():
            self._part(declared, key, part)
        if declared.sound:
            self._check_declaration(declared, node)
        return declared

    def _part(self, declared: _Declared, key: str, part: Entry) -> None:
        node = part.value
        value = plain_value(node)
        if key not in _KEYS:
            hint = did_you_mean(key, _KEYS) or f"known here: {', '.join(sorted(_KEYS))}"
            if key == "required":
                hint = "a variable without a default is required"
            self._refuse(declared, "unknown-key", f"a variable has no `{key}`", part.place, hint)
        elif key == "default":
            if _has_expression(node):
                hint = "a local may hold an expression"
                self._refuse(declared, "known-too-late", "a default is a plain value", node.place, hint)
            declared.default = node
        elif key == "type":
            if not isinstance(value, str) or value not in _TYPES:
                hint = did_you_mean(str(value), _TYPES) or f"one of {', '.join(_TYPES)}"
                self._refuse(declared, "invalid-value", f"`{value}` is no type", node.place, hint)
            else:
                declared.type = value
        elif key == "secret":
            if not isinstance(value, bool):
                self._refuse(declared, "wrong-type", "`secret` is true or false", node.place)
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

    def _pattern(self, declared: _Declared, node: Node, value: Any) -> None:
        try:
            declared.checks["pattern"] = Pattern(value if isinstance(value, str) else "(")
        except ValueError:
            hint = "look-around and back-references are not supported"
            self._refuse(declared, "invalid-value", "`pattern` is no regular expression", node.place, hint)

    def _check_declaration(self, declared: _Declared, node: Table) -> None:
        if not declared.type and declared.default is not None:
            value = plain_value(declared.default)
            declared.type = next((name for name, types in _TYPES.items() if type(value) in types), "")
        numeric = {"minimum", "maximum"} & set(declared.checks)
        if numeric and declared.type not in ("integer", "number"):
            place = node.entries[min(numeric)].place
            self._refuse(declared, "conflicting-keys", "limits are for numbers", place, "add `type: integer`")
        if "pattern" in declared.checks and declared.type not in ("string", ""):
            self._refuse(declared, "conflicting-keys", "a pattern is for text", node.entries["pattern"].place)

    def _refuse(self, declared: _Declared, code: str, summary: str, place: Place, hint: str = "") -> None:
        self._problems.add(code, summary, place, hint=hint, shown=not declared.secret)
        declared.sound = False

    # values

    def _value(self, declared: _Declared, given: _Given | None) -> Known | None:
        if not declared.sound:
            return None
        if given is None and declared.default is None:
            name = declared.name
            self._problems.add(
                "variable-unset",
                f"the variable `{name}` is not set and has no default",
                declared.place,
                hint=f"--var {name}=..., {ENVIRONMENT_PREFIX}{name}=..., or a line `{name}: ...` in a --var-file",
            )
            return None
        if given is None:
            assert declared.default is not None
            if _ambiguous(declared.default) and declared.type in ("string", ""):
                self._wrong(declared, None, "ambiguous-scalar", *_ambiguity(declared.default))
                return None
            given = _Given(plain_value(declared.default), "its default", declared.default.place)
            if given.value is None:
                return Known(None, declared.secret)
        try:
            value = _read(given.value, declared.type) if given.text else given.value
        except ValueError as problem:
            self._wrong(declared, given, "wrong-type", f"wants {one(declared.type)}", str(problem))
            return None
        wanted = _TYPES.get(declared.type)
        if wanted is not None and (type(value) not in wanted):
            hint = f'put it in quotes: "{value}"' if declared.type == "string" and not declared.secret else ""
            if declared.type == "boolean" and isinstance(value, str):
                hint = "write true or false"
            self._wrong(declared, given, "wrong-type", f"wants {one(declared.type)}, not {_word(value)}", hint)
            return None
        complaint = next(_complaints(declared, value), None)
        if complaint is not None:
            self._wrong(declared, given, "invalid-value", complaint, "")
            return None
        return Known(value, declared.secret)

    def _wrong(self, declared: _Declared, given: _Given | None, code: str, summary: str, hint: str) -> None:
        origin = f" (from {given.origin})" if given is not None and given.place is None else ""
        place = given.place if given is not None and given.place is not None else declared.place
        if given is None and declared.default is not None:
            place = declared.default.place
        self._problems.add(
            code, f"the variable `{declared.name}` {summary}{origin}", place, hint=hint, shown=not declared.secret
        )

    # where values come from

    def _from_files(self, files: Iterable[Path]) -> Iterator[tuple[str, _Given]]:
        for path in files:
            node = self._sources.read_yaml(path)
            if node is None:
                continue
            if not isinstance(node, Table):
                hint = "a variable file has lines `name: value`"
                self._problems.add(
                    "wrong-type", f"a mapping is wanted here, not {type_word(node)}", node.place, hint=hint
                )
                continue
            for name, entry in node.entries.items():
                yield name, _Given(plain_value(entry.value), f"the file {path}", entry.value.place)

    def _from_flags(self, flags: Iterable[str]) -> Iterator[tuple[str, _Given]]:
        for flag in flags:
            name, equals, text = flag.partition("=")
            if not equals or not name:
                shown = name if not equals and _NAME.fullmatch(name) else ""
                hint = f"write --var {shown or 'NAME'}=VALUE"
                self._problems.add("invalid-flag", f"--var {shown}: a name, `=` and a value are wanted", hint=hint)
                continue
            yield name.strip(), _Given(text, "--var", text=True)


def _read(text: str, kind: str) -> Any:
    """Text from a flag or the environment as a value of a type. Raises ValueError with a hint."""
    readers: Mapping[str, Callable[[str], Any]] = {"list": _tree, "map": _tree}
    if kind in ("", "string"):
        return text
    if kind in readers:
        return readers[kind](text)
    value = resolve(text.strip())
    return text if value is None else value


def _tree(text: str) -> Any:
    try:
        node = parse(text, "")
    except Problem:
        raise ValueError("write it as in YAML or JSON: [a, b] or {a: b}") from None
    return plain_value(node) if node is not None else None


def _complaints(declared: _Declared, value: Any) -> Iterator[str]:
    checks = declared.checks
    if "minimum" in checks and value < checks["minimum"]:
        yield f"is at least {checks['minimum']}"
    if "maximum" in checks and value > checks["maximum"]:
        yield f"is at most {checks['maximum']}"
    if "pattern" in checks and not checks["pattern"].found_in(value):
        yield f"has to match {checks['pattern'].text}"
    if "enum" in checks and not any(type(each) is type(value) and each == value for each in checks["enum"]):
        yield f"is one of {', '.join(str(each) for each in checks['enum'])}"


def _has_expression(node: Node) -> bool:
    if isinstance(node, Scalar):
        return isinstance(node.value, str) and OPEN in node.value
    if isinstance(node, Items):
        return any(_has_expression(each) for each in node.items)
    return any(_has_expression(entry.value) for entry in node.entries.values())


def _ambiguous(node: Node) -> bool:
    return isinstance(node, Scalar) and node.bare and isinstance(node.value, str) and ambiguous(node.text)


def _ambiguity(node: Node) -> tuple[str, str]:
    assert isinstance(node, Scalar)
    return f"has the bare value `{node.text}`, which is text here and not so in older YAML", f'write "{node.text}"'


def _word(value: Any) -> str:
    words = {bool: "a boolean", int: "an integer", float: "a number", str: "text", list: "a list", dict: "a map"}
    return words.get(type(value), "nothing")
