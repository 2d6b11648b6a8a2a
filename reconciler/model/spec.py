"""The YAML fields of a kind as a pydantic model, what its annotations say, and what does not fit it."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from reconciler.diagnostics import did_you_mean
from reconciler.model.rules import Field, Listed, Refers, Rule, Secret, Usual


class Spec(BaseModel):
    """The base of every kind's YAML fields: unknown keys are errors, and nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


@dataclass(frozen=True, slots=True)
class FieldError:
    """A value that does not fit: `path` leads into the resource's values (`("ip_addresses", 0, "cidr")`)."""

    path: tuple[str | int, ...]
    message: str
    hint: str = ""
    code: str = "invalid-value"
    warns: bool = False
    """Whether it is only something that the user should know of."""


def read_fields(kind: str, spec: type[Spec]) -> dict[str, Field]:
    """The fields of a spec, by name. Raises TypeError for one that has no rule, or several."""
    fields: dict[str, Field] = {}
    for name, info in spec.model_fields.items():
        rules = [each for each in info.metadata if isinstance(each, typing.get_args(Rule))]
        if len(rules) != 1:
            raise TypeError(f"{kind}.{name}: a field needs exactly one rule, found {len(rules)}")
        refers = next((each for each in info.metadata if isinstance(each, Refers)), None)
        listed = next((each for each in info.metadata if isinstance(each, Listed)), None)
        secret = any(isinstance(each, Secret) for each in info.metadata)
        inside = _listed_inside(info.annotation)
        usual = next((each for each in info.metadata if isinstance(each, Usual)), None)
        fields[name] = Field(name, rules[0], secret, refers, info.is_required(), listed, inside, usual)
    return fields


def _listed_inside(annotation: Any) -> Mapping[str, Listed]:
    """Which parts of a field that is a mapping are in one of the API's catalogues."""
    if not (isinstance(annotation, type) and issubclass(annotation, Spec)):
        return types.MappingProxyType({})
    found = {
        name: each
        for name, info in annotation.model_fields.items()
        for each in info.metadata
        if isinstance(each, Listed)
    }
    return types.MappingProxyType(found)


_MESSAGES = {
    "extra_forbidden": ("unknown-key", "no such field"),
    "missing": ("missing-field", "this field is required"),
}


def field_error(detail: Mapping[str, Any] | Any) -> FieldError:
    """One of pydantic's errors in the words of a YAML author."""
    code, message = _MESSAGES.get(detail["type"], ("invalid-value", ""))
    if not message:
        message = str(detail["msg"]).removeprefix("Value error, ")
        message = message.replace("Input should be a valid ", "wants a ").replace("Input should ", "has to ")
        if detail["type"].endswith("_type"):
            code = "wrong-type"
            message = f"{message}, not {_type_word(detail['input'])}"
    return FieldError(tuple(detail["loc"]), message, _near(detail), code)


def _near(detail: Mapping[str, Any]) -> str:
    """A hint with the nearest of the words that are allowed."""
    if detail["type"] != "literal_error" or not isinstance(detail["input"], str):
        return ""
    return did_you_mean(detail["input"], re.findall(r"'([^']+)'", detail["ctx"]["expected"]))


def _type_word(value: Any) -> str:
    words = {
        bool: "a boolean",
        int: "an integer",
        float: "a number",
        str: "a string",
        list: "a list",
        dict: "a mapping",
    }
    return "null" if value is None else words.get(type(value), type(value).__name__)


def excused(found: FieldError, partial: frozenset[str]) -> bool:
    """Whether a field is missed only because its value is not known yet."""
    return found.code == "missing-field" and found.path[0] in partial
