"""Data as text and back: JSON, YAML, Base64, SHA-256."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import yaml

from reconciler.stack.functions.arguments import text_of
from reconciler.stack.problems import Problem
from reconciler.stack.views import plain
from reconciler.stack.yaml_tree import parse, plain_value


def jsonencode(value: Any = None) -> str:
    """A value as JSON. The filter `tojson` does the same, and takes an indent.

    >>> jsonencode({'a': [1, true, none]})
    '{"a": [1, true, null]}'
    """
    return json.dumps(plain(value), ensure_ascii=False)


def jsondecode(text: Any = None) -> Any:
    """What a JSON text says. The limits of stack files hold.

    >>> jsondecode('{"a": [1, 2]}').a
    [1, 2]
    """
    return _decoded(text_of(text, "jsondecode wants text"), "JSON")


def toyaml(value: Any = None) -> str:
    """A value as YAML, a line for each entry, keys in their order.

    >>> toyaml({'b': 1, 'a': ['x']})
    'b: 1\\na:\\n- x\\n'
    """
    return yaml.safe_dump(plain(value), sort_keys=False, allow_unicode=True, width=1 << 20)


def fromyaml(text: Any = None) -> Any:
    """What a YAML text says. The rules and limits of stack files hold.

    >>> fromyaml('a: [1, 2]').a
    [1, 2]
    """
    return _decoded(text_of(text, "fromyaml wants text"), "YAML")


def _decoded(text: str, form: str) -> Any:
    try:
        node = parse(text, "")
    except Problem as problem:
        place = problem.diagnostic.place
        where = f", line {place.line}" if place is not None else ""
        raise TypeError(f"the text is no {form} that can be read{where}: {problem.diagnostic.summary}") from None
    return plain_value(node) if node is not None else None


def b64encode(text: Any = None) -> str:
    """Text in Base64, as cloud-init takes it.

    >>> b64encode('text')
    'dGV4dA=='
    """
    return base64.b64encode(text_of(text, "b64encode wants text").encode()).decode("ascii")


def b64decode(text: Any = None) -> str:
    """The text that Base64 stands for.

    >>> b64decode('dGV4dA==')
    'text'
    """
    try:
        return base64.b64decode(text_of(text, "b64decode wants text"), validate=True).decode()
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
