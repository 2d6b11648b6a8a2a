"""Records to and from the JSON text that the world's file keeps.

JSON and not pickle: a world's file may come from somebody else, and reading it must run nothing.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any, get_args, get_origin, get_type_hints

from reconciler.emulator.records import KINDS, Port, Record

Decoder = Callable[[Any], object]


def _decoder(hint: object) -> Decoder | None:
    """How a field's JSON becomes its value; None when it is that already."""
    if get_origin(hint) is not tuple:
        return None
    return _ports if get_args(hint)[0] is Port else tuple


def _ports(items: list[dict[str, Any]]) -> tuple[Port, ...]:
    return tuple(Port(**{name: _whole(value) for name, value in item.items()}) for item in items)


def _whole(value: Any) -> Any:
    """A port's field: JSON's lists were tuples."""
    return tuple(value) if isinstance(value, list) else value


def _plain(value: object) -> object:
    """What `json` cannot write by itself: the ports inside a device."""
    if isinstance(value, Port):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    raise TypeError(f"{type(value).__name__} has no place in a record")


@cache
def _decoders() -> Mapping[type[Record], Mapping[str, Decoder]]:
    """The fields of each kind that are not what their JSON is. Kept, for reading types costs most of a new world."""
    found = {kind: {name: _decoder(hint) for name, hint in get_type_hints(kind).items()} for kind in KINDS}
    return {kind: {name: each for name, each in fields.items() if each} for kind, fields in found.items()}


class Codec:
    """Knows the fields of each kind; built once."""

    def __init__(self) -> None:
        self._kinds: Mapping[str, type[Record]] = {kind.__name__: kind for kind in KINDS}
        self._names = {kind: tuple(f.name for f in dataclasses.fields(kind)) for kind in KINDS}
        self._read = {kind: attrgetter(*names) if len(names) > 1 else None for kind, names in self._names.items()}
        self._decoders = _decoders()
        self._encode = json.JSONEncoder(separators=(",", ":"), default=_plain).encode

    def dump(self, record: Record) -> str:
        """A record's fields as JSON text."""
        names, read = self._names[type(record)], self._read[type(record)]
        values = read(record) if read else (getattr(record, names[0]),)
        return self._encode(dict(zip(names, values, strict=True)))

    def load(self, kind: str, text: str) -> Record:
        """The record that `dump` wrote. Raises `ValueError` when the text is not one of ours."""
        record_type = self._kinds.get(kind)
        if record_type is None:
            raise ValueError(f"{kind!r} is not a kind of record this version knows")
        fields = json.loads(text)
        for name, decode in self._decoders[record_type].items():
            fields[name] = decode(fields[name])
        return record_type(**fields)
