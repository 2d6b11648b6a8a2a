"""docs/kinds.md and a page for each kind in docs/kinds/, made from the kinds themselves and from kind_examples.yaml.

.venv/bin/python -m tests.docs.kind_pages        writes them anew
"""

from __future__ import annotations

import types
import typing
from pathlib import Path
from typing import Any

import yaml

from reconciler.diagnostics import one
from reconciler.kinds import catalog
from reconciler.model.kind import Form, Kind, Spec
from reconciler.model.rules import CreateOnly, Field, FromKey, Ours, Replace, Update, WriteOnce, any_change

FOLDER = Path(__file__).parents[2] / "docs"
EXAMPLES = yaml.safe_load((Path(__file__).parent / "kind_examples.yaml").read_text(encoding="utf-8"))
_HEAD = """\
# Kinds

Every kind of resource, each with a page: its fields, what a change to each does, what expressions can read, an example.
Made from the code; a test keeps it so.

A field that is not in the YAML is not compared and not written. `null` means unset.

| kind | section | |
|---|---|---|
"""


def render() -> dict[str, str]:
    """The text of each page, by its path below docs/."""
    kinds = catalog().kinds
    rows = [f"| [{each.name}](kinds/{each.name}.md) | `{each.section}` | {each.summary} |" for each in kinds]
    return {"kinds.md": _HEAD + "\n".join(rows) + "\n", **{f"kinds/{each.name}.md": _kind(each) for each in kinds}}


def _kind(kind: Kind) -> str:
    where = " or ".join("at the top of the stack" if not each else f"in {one(each)}" for each in kind.parents)
    lines = [f"# {kind.name}", "", kind.summary, "", f"Section `{kind.section}`, {where}."]
    if kind.form is Form.SINGLETON:
        lines[-1] += " There is one at the most, and it has no name."
    if kind.adoptable:
        ways = " or ".join(kind.existing_by)
        lines[-1] += f" `existing: <{ways}>` names one that the stack does not own."
    lines += ["", "| field | type | a change | |", "|---|---|---|---|"]
    for name, field in kind.fields.items():
        info = kind.spec.model_fields[name]
        words = [info.description or "", _note(field)]
        needed = "**" if field.required else ""
        text = " ".join(each for each in words if each)
        lines.append(f"| {needed}`{name}`{needed} | {_type(info.annotation)} | {_change(field)} | {text} |")
        lines += _parts(name, info.annotation)
    if kind.outputs:
        lines += ["", "Expressions can also read:", ""]
        lines += [f"- `{name}`: {text}" for name, text in kind.outputs.items()]
    lines += ["", *_limits(kind), "```yaml", EXAMPLES[kind.name].strip(), "```"]
    return "\n".join([*lines, ""])


def _limits(kind: Kind) -> list[str]:
    """How long a run waits, and what cannot be done."""
    found = [f"A run waits {kind.create_seconds:.0f} seconds for it to become ready, unless `timeouts` says otherwise."]
    if not kind.waits:
        found = []
    if not kind.deletable:
        found.append("It cannot be deleted by itself.")
    if kind.replace_impact:
        found.append(f"When one is replaced, {kind.replace_impact}.")
    return [" ".join(found), ""] if found else []


def _parts(name: str, annotation: Any) -> list[str]:
    """The rows of a field that is a mapping with fields of its own: they change as it does."""
    if not (isinstance(annotation, type) and issubclass(annotation, Spec)):
        return []
    rows = []
    for part, info in annotation.model_fields.items():
        needed = "**" if info.is_required() else ""
        rows.append(f"| {needed}`{name}.{part}`{needed} | {_type(info.annotation)} | | {info.description or ''} |")
    return rows


def _change(field: Field) -> str:
    match field.rule:
        case Update(possible=possible):
            return "in place" if possible is any_change else "in place, or replaces"
        case Replace():
            return "replaces"
        case CreateOnly(replaces=True):
            return "replaces (noticed by a digest in the mark)"
        case CreateOnly():
            return "matters at create only"
        case WriteOnce():
            return "is refused"
        case Ours():
            return "counts from the next run on"
        case FromKey():
            return "given by the key"


def _note(field: Field) -> str:
    notes = [field.rule.note] if isinstance(field.rule, Update | Replace | CreateOnly) and field.rule.note else []
    notes += [field.rule.reason] if isinstance(field.rule, WriteOnce) else []
    notes += ["never shown"] if field.secret else []
    text = "; ".join(notes)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _type(annotation: Any) -> str:
    """The type in the words of a YAML author."""
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_type(each) for each in parts if each is not type(None))
    if origin is typing.Literal:
        return ", ".join(f"`{each}`" for each in parts)
    if origin is list:
        return f"list of {_type(parts[0])}" if parts[0] is not Any else "list"
    if origin is dict:
        return "mapping"
    words = {str: "string", int: "integer", float: "number", bool: "boolean", Any: "anything"}
    return words.get(annotation, "mapping")


if __name__ == "__main__":
    (FOLDER / "kinds").mkdir(exist_ok=True)
    for path, text in render().items():
        (FOLDER / path).write_text(text, encoding="utf-8")
