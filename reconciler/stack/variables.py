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
from reconciler.stack.declarations import DeclarationReader, Declared
from reconciler.stack.fitting import Misfit, descend, fitted, written
from reconciler.stack.problems import Problem, Problems
from reconciler.stack.sources import Sources
from reconciler.stack.tree import Known
from reconciler.stack.yaml_scalars import resolve
from reconciler.stack.yaml_tree import Entry, Node, Table, parse, plain_value, type_word

ENVIRONMENT_PREFIX: Final = "RECONCILER_VAR_"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Inputs:
    """What a user gives beside the stack: `flags` are `name=value` texts, `files` YAML files of names and values,
    `overlays` files that are laid over the stack's own.
    """

    flags: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=lambda: _NONE)
    overlays: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class _Given:
    """A value and where it is from: in words, and as it is written (no node for flags and the environment)."""

    value: Any
    origin: str
    node: Node | None = None
    text: bool = False

    @property
    def place(self) -> Place | None:
        return self.node.place if self.node is not None else None


@dataclass(frozen=True, slots=True)
class Handed:
    """A value that a group is given, how it is written, and the place of its name. `late` ones are known when the plan
    is made; their `value` has LATER where something waits. `secret` when anything secret is in it.
    """

    node: Node
    key: Place
    value: Any = None
    secret: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class Ruled:
    """A variable with rules of its own, its value, and where that was given."""

    declared: Declared
    value: Any
    place: Place


class VariableReader:
    """Reads declarations and given values into known ones. `ruled` are those with rules, which are asked when all names
    are there that a rule may read.
    """

    def __init__(self, problems: Problems, sources: Sources) -> None:
        self._problems = problems
        self._sources = sources
        self._declarations = DeclarationReader(problems)
        self.ruled: list[Ruled] = []

    def read(self, entries: Mapping[str, Entry], inputs: Inputs, *, complete: bool) -> dict[str, Known | None]:
        """Every declared variable's value; None where a mistake was noted. `complete` False means that declarations
        may be missing because of a mistake elsewhere, so that an unknown name is no second one.
        """
        declared = [self._declarations.read(name, entry) for name, entry in entries.items()]
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
    ) -> tuple[dict[str, Known | None], dict[str, Declared]]:
        """The variables of a group, as its call at `call` sets them, and how they are declared.

        Of a late one only what is known has to fit here. `unread` are inputs for which a mistake was noted.
        """
        declared = {name: self._declarations.read(name, entry) for name, entry in entries.items()}
        for name, value in handed.items():
            if name not in declared and complete:
                there = f"declared: {', '.join(sorted(declared))}" if declared else "the file declares no variables"
                hint = did_you_mean(name, declared) or there
                self._problems.add(
                    "unknown-variable", f"the group's file declares no variable `{name}`", value.key, hint=hint
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
            elif name in unread:
                known[name] = None
            elif given is not None and given.late:
                each.secret = each.secret or given.secret
                self._foresee(each, _Given(given.value, "the call", given.node))
                known[name] = None
            elif given is None or given.value is None:
                known[name] = self._value(each, None) if each.default is not None else Known(None, each.secret)
            else:
                each.secret = each.secret or given.secret  # a mistake in the value must not show it
                known[name] = self._value(each, _Given(given.value, "the call", given.node))
        return known, declared

    # values

    def _value(self, declared: Declared, given: _Given | None) -> Known | None:
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
        if given is None or (declared.default is not None and _is_null(given, declared.type)):
            assert declared.default is not None
            given = _Given(plain_value(declared.default), "its default", declared.default)
            if given.value is None:
                return Known(None, declared.secret)
        try:
            value = _read(given.value, declared.type) if given.text else given.value
        except ValueError as problem:
            self._wrong(declared, given, Misfit((), "wrong-type", f"wants {one(declared.type)}", str(problem)))
            return None
        found: list[Misfit] = []
        value = fitted(declared, value, found, given.node)
        for misfit in found:
            self._wrong(declared, given, misfit)
        if found:
            return None
        if declared.rules:
            self.ruled.append(Ruled(declared, value, given.place or declared.place))
        return Known(value, declared.secret)

    def _foresee(self, declared: Declared, given: _Given) -> None:
        """What is known of a value that waits has to fit already."""
        found: list[Misfit] = []
        if declared.sound:
            fitted(declared, given.value, found, given.node)
        for misfit in found:
            self._wrong(declared, given, misfit)

    def _wrong(self, declared: Declared, given: _Given, misfit: Misfit) -> None:
        origin = f" (from {given.origin})" if given.place is None else ""
        place = given.place or declared.place
        if given.node is not None:
            node = descend(given.node, misfit.path)
            place = node.place
            if misfit.code == "unknown-key":
                above = descend(given.node, misfit.path[:-1])
                if isinstance(above, Table):
                    place = above.entries[str(misfit.path[-1])].place
        summary = f"the variable `{written(declared.name, misfit.path)}` {misfit.summary}{origin}"
        self._problems.add(misfit.code, summary, place, hint=misfit.hint, shown=not declared.secret)

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
                yield name, _Given(plain_value(entry.value), f"the file {path}", entry.value)

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
    readers: Mapping[str, Callable[[str], Any]] = {"list": _tree, "map": _tree, "object": _tree}
    if kind in ("", "string"):
        return text
    if kind in readers:
        return readers[kind](text)
    value = resolve(text.strip())
    return text if value is None and not text.strip() else value


def _is_null(given: _Given, kind: str) -> bool:
    """Whether a value is null; in a text for a text the word is a word."""
    if not given.text:
        return given.value is None
    return kind not in ("", "string") and given.value.strip() in ("null", "~")


def _tree(text: str) -> Any:
    if not text.strip():
        raise ValueError("an empty list is [], an empty map {}")
    try:
        node = parse(text, "")
    except Problem:
        raise ValueError("write it as in YAML or JSON: [a, b] or {a: b}") from None
    return plain_value(node) if node is not None else None
