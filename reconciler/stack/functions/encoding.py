"""Data as text and back: JSON, YAML, Base64, SHA-256."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import yaml

from reconciler.stack.functions.arguments import bounded, size_within, text_of
from reconciler.stack.problems import Problem
from reconciler.stack.views import plain
from reconciler.stack.yaml_scalars import ambiguous, resolve
from reconciler.stack.yaml_tree import MAX_DEPTH, parse, plain_value

MAX_YAML_VALUES: Final = 10_000
"""The library writes some 150,000 values a second."""
_JSON_MARKS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]|,', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


def jsonencode(value: Any = None) -> str:
    """A value as JSON. The filter `tojson` does the same, and takes an indent.

    >>> jsonencode({'a': [1, true, none]})
    '{"a": [1, true, null]}'
    """
    return json.dumps(plain(value), ensure_ascii=False)


def jsondecode(text: Any = None) -> Any:
    """What a JSON text says. No key may stand twice in a mapping.

    >>> jsondecode('{"a": [1, 2]}').a
    [1, 2]
    """
    written = text_of(text, "jsondecode wants text")
    _check_json(written)
    try:
        value = json.loads(written, object_pairs_hook=_without_twice, parse_constant=_no_constant)
    except json.JSONDecodeError as problem:
        raise TypeError(f"jsondecode: line {problem.lineno} is no JSON: {problem.msg.lower()}") from None
    except ValueError as problem:
        raise TypeError(f"jsondecode: {problem}") from None
    if "\\" in written and _SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        raise TypeError("jsondecode: half of a character stands alone")
    return value


def _check_json(text: str) -> None:
    """Raises TypeError for a text that says more than is allowed, before it is read."""
    depth = values = 0
    for found in _JSON_MARKS.finditer(text):
        mark = found[0][0]
        if mark in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise TypeError(f"jsondecode: nested deeper than {MAX_DEPTH} levels")
        elif mark in "]}":
            depth -= 1
        if mark in "[{,":
            values += 1
            bounded(values, "jsondecode")


def _without_twice(entries: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in entries:
        if key in made:
            raise ValueError(f"the key {key!r} stands twice in a mapping")
        made[key] = value
    return made


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def toyaml(value: Any = None) -> str:
    """A value as YAML, a line for each entry, keys in their order; text of several lines as a block. Text that some
    reader of YAML could take for something else stands in quotes.

    >>> toyaml({'b': 1, 'a': ['x', '1e3']})
    "b: 1\\na:\\n- x\\n- '1e3'\\n"
    """
    data = plain(value)
    if not size_within(data, MAX_YAML_VALUES):
        raise TypeError(
            f"toyaml writes at most {MAX_YAML_VALUES:,} values; jsonencode writes more, and JSON is YAML too"
        )
    text = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1 << 20)
    return text.removesuffix("...\n") if isinstance(data, str | int | float | None) else text


class _Dumper(yaml.SafeDumper):
    """Writes for readers of YAML 1.1 and 1.2 alike."""

    def ignore_aliases(self, data: object) -> bool:
        return True

    def represent_text(self, data: str) -> yaml.ScalarNode:
        style = "|" if "\n" in data else "'" if ambiguous(data) or not _is_text(data) else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Dumper.add_representer(str, _Dumper.represent_text)


def _is_text(bare: str) -> bool:
    try:
        return isinstance(resolve(bare), str)
    except ValueError:
        return False


def fromyaml(text: Any = None) -> Any:
    """What a YAML text says. The rules and limits of stack files hold.

    >>> fromyaml('a: [1, 2]').a
    [1, 2]
    """
    try:
        node = parse(text_of(text, "fromyaml wants text"), "")
    except Problem as problem:
        place = problem.diagnostic.place
        where = f"line {place.line}: " if place is not None else ""
        raise TypeError(f"fromyaml: {where}{problem.diagnostic.summary}") from None
    return plain_value(node) if node is not None else None


def b64encode(text: Any = None) -> str:
    """Text in Base64, as cloud-init takes it.

    >>> b64encode('text')
    'dGV4dA=='
    """
    return base64.b64encode(text_of(text, "b64encode wants text").encode()).decode("ascii")


def b64decode(text: Any = None) -> str:
    """The text that Base64 stands for. Line breaks in it do not count.

    >>> b64decode('dGV4dA==')
    'text'
    """
    packed = "".join(text_of(text, "b64decode wants text").split())
    try:
        return base64.b64decode(packed, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise TypeError("b64decode: this is not Base64 of a text") from None


def sha256(text: Any = None) -> str:
    """The SHA-256 of a text, in hexadecimal. Of a secret it is a secret too.

    >>> sha256('text') | length
    64
    """
    return hashlib.sha256(text_of(text, "sha256 wants text").encode()).hexdigest()


ENCODING: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {each.__name__: each for each in (jsonencode, jsondecode, toyaml, fromyaml, b64encode, b64decode, sha256)}
)
