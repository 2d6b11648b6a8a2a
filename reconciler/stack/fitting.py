"""Values held against the types of variables, down to the fields of objects in lists: defaults are filled in, and all
that does not fit is found in one go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from reconciler.diagnostics import did_you_mean, one
from reconciler.stack.declarations import TYPES, Declared, complaints
from reconciler.stack.yaml_scalars import ambiguous
from reconciler.stack.yaml_tree import Items, Node, Scalar, Table, plain_value

Path = tuple[str | int, ...]


class _Later:
    __slots__ = ()


LATER: Final = _Later()
"""Stands for a part of a value that is not known yet, and fits everywhere."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """Something that does not fit: `path` leads into the value, `summary` goes on from the name of what is there."""

    path: Path
    code: str
    summary: str
    hint: str = ""


def fitted(declared: Declared, value: Any, found: list[Misfit], node: Node | None = None, path: Path = ()) -> Any:
    """The value with the defaults of its parts; what does not fit goes into `found`.

    `node` is how it is written in YAML, if it is: a bare word that older YAML reads otherwise is no text. Of a secret
    no message quotes the value.
    """
    if value is LATER:
        return value
    wanted = TYPES.get(declared.type)
    if declared.type in ("string", "") and isinstance(node, Scalar) and node.bare and ambiguous(node.text):
        summary = f"has the bare value `{node.text}`, which is text here and not so in older YAML"
        found.append(Misfit(path, "ambiguous-scalar", summary, f'write "{node.text}"'))
        return value
    if wanted is not None and type(value) not in wanted:
        found.append(
            Misfit(path, "wrong-type", f"wants {one(declared.type)}, not {_word(value)}", _hint(declared, value))
        )
        return value
    complaint = next(complaints(declared, value), None) if declared.checks and not _waits(value) else None
    if complaint is not None:
        found.append(Misfit(path, "invalid-value", complaint))
        return value
    if declared.fields is not None:
        return _object(declared.fields, value, found, node, path)
    if declared.items is not None and isinstance(value, list):
        nodes = node.items if isinstance(node, Items) else ()
        return [
            fitted(declared.items, each, found, nodes[place] if place < len(nodes) else None, (*path, place))
            for place, each in enumerate(value)
        ]
    if declared.items is not None and isinstance(value, dict):
        return {
            key: fitted(declared.items, each, found, _inside(node, key), (*path, key)) for key, each in value.items()
        }
    return value


def _object(
    fields: dict[str, Declared], value: Any, found: list[Misfit], node: Node | None, path: Path
) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key in value:
        if key not in fields:
            hint = did_you_mean(str(key), fields) or f"it has: {', '.join(sorted(fields))}"
            found.append(Misfit((*path, key), "unknown-key", "is no field of this object", hint))
    for name, each in fields.items():
        if value.get(name) is not None:
            made[name] = fitted(each, value[name], found, _inside(node, name), (*path, name))
        elif each.default is not None:
            default = plain_value(each.default)
            made[name] = fitted(each, default, found, each.default, (*path, name)) if default is not None else None
        elif each.optional:
            made[name] = None
        else:
            found.append(Misfit((*path, name), "missing-field", "is not there, and has no default"))
    return made


def _waits(value: Any) -> bool:
    """Whether a part of a value is not known yet."""
    if isinstance(value, list):
        return any(map(_waits, value))
    return any(map(_waits, value.values())) if isinstance(value, dict) else value is LATER


def descend(node: Node, path: Path) -> Node:
    """The node that a path leads to, as far as it goes."""
    for part in path:
        if isinstance(node, Table) and part in node.entries:
            node = node.entries[str(part)].value
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
        else:
            break
    return node


def written(name: str, path: Path) -> str:
    """A path into a variable's value as an expression would write it."""
    return name + "".join(_step(part) for part in path)


def _step(part: str | int) -> str:
    return f"[{part}]" if isinstance(part, int) else f".{part}" if part.isidentifier() else f"[{part!r}]"


def _inside(node: Node | None, key: str) -> Node | None:
    return node.entries[key].value if isinstance(node, Table) and key in node.entries else None


def _hint(declared: Declared, value: Any) -> str:
    if declared.type == "string" and not declared.secret and not isinstance(value, dict | list):
        return f'put it in quotes: "{value}"' if value is not None else ""
    if declared.type == "boolean" and isinstance(value, str):
        return "write true or false"
    return ""


def _word(value: Any) -> str:
    words = {bool: "a boolean", int: "an integer", float: "a number", str: "text", list: "a list", dict: "a map"}
    return words.get(type(value), "nothing")
