"""What a bare YAML scalar means: the YAML 1.2 core schema, and nothing of YAML 1.1.

`no`, `on`, `22:22` and `2019-01-01` are text; only `true` and `false` are booleans; numbers are decimal, `0o17` or
`0xff`, without underscores. `ambiguous` tells which of the texts a YAML 1.1 reader would take for something else.
"""

from __future__ import annotations

import re
from typing import Final

Plain = None | bool | int | float | str

_WORDS: dict[str, Plain] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_AMBIGUOUS = re.compile(
    r"(?:yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
)
_NUMERIC_START = frozenset("+-.0123456789")
_AMBIGUOUS_START = frozenset("yYnNoO+-123456789")
PLAIN_TYPES: Final = frozenset({str, int, float, bool, type(None)})
"""The types of `Plain`, for those that have no time for isinstance."""
INT64: Final = range(-(2**63), 2**63)


def resolve(text: str) -> Plain:
    """The value of a bare scalar. Raises ValueError for a number that cannot be kept exactly as written."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMERIC_START:
        return text
    if _INTEGER.fullmatch(text):
        # 64 bits are 19 digits; the check comes first, for Python takes its time over a million digits
        number = int(text, 0 if text[:2] in ("0o", "0x") else 10) if len(text.lstrip("+-0ox")) <= 20 else 2**64
        if number not in INT64:
            raise ValueError("a number this large does not fit 64 bits")
        return number
    if _FLOAT.fullmatch(text):
        decimal = float(text)
        if decimal in (float("inf"), float("-inf")):
            raise ValueError("a number this large is infinite")
        return decimal
    if _SPECIAL.fullmatch(text):
        raise ValueError("infinity and not-a-number have no JSON form")
    return text


def ambiguous(text: str) -> bool:
    """Whether YAML 1.1 reads this bare text as a boolean or a base-60 number."""
    return text[:1] in _AMBIGUOUS_START and _AMBIGUOUS.fullmatch(text) is not None
