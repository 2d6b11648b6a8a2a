"""Calls of lookups, checked against what each takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from reconciler.diagnostics import did_you_mean
from reconciler.model.lookups import SIGNATURES, Parameter
from reconciler.stack.functions.arguments import word

_WORDS: Final[Mapping[type, str]] = {str: "text", list: "a list of texts", int: "a number"}


def asked(name: str, given: Sequence[Any], named: Mapping[str, Any], to_plain: Callable[[Any], Any]) -> dict[str, Any]:
    """The arguments of a call by parameter, as plain data; null is as if it were not given. Raises TypeError."""
    parameters = SIGNATURES[name].parameters
    names = [each.name for each in parameters]
    if len(given) > len(parameters):
        raise TypeError(f"{name} takes {', '.join(names)}")
    found = dict(zip(names, given, strict=False))
    for each, value in named.items():
        if each not in names:
            meant = did_you_mean(each, names) or f"it takes {', '.join(names)}"
            raise TypeError(f"{name} has no `{each}`; {meant}")
        if each in found:
            raise TypeError(f"{name} is given `{each}` twice")
        found[each] = value
    plain = {each: to_plain(value) for each, value in found.items()}
    for parameter in parameters:
        _check(name, parameter, plain.get(parameter.name))
    return {each: value for each, value in plain.items() if value is not None}


def _check(name: str, parameter: Parameter, value: Any) -> None:
    if value is None:
        if parameter.required:
            raise TypeError(f"{name} wants a `{parameter.name}`")
        return
    fits = isinstance(value, parameter.types) and not isinstance(value, bool)
    if fits and isinstance(value, list):
        fits = all(isinstance(each, str) for each in value)
    if not fits:
        wanted = " or ".join(_WORDS[each] for each in parameter.types if each in _WORDS)
        raise TypeError(f"{name}: `{parameter.name}` is {wanted}, not {word(value)}")
    if parameter.choices and value not in parameter.choices:
        raise TypeError(f"{name}: `{parameter.name}` is {' or '.join(parameter.choices)}, not {value!r}")
