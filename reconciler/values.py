"""Small values that every room speaks in: resource addresses, unknown values, digests, and text made safe to show."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

Json = Any
"""A JSON value: None, bool, int, float, str, list or dict of the same. `Any` because it comes from outside."""

STACK_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
"""All of a stack's name. It stands in the marks of what the stack owns, which have little room."""


@dataclass(frozen=True, slots=True, eq=False)
class Address:
    """Where a resource stands in the stack: its path in the YAML.

    `projects.edge.devices.web[0].bgp_sessions.ipv4` is the session `ipv4` in section `bgp_sessions` of the device
    `web[0]`. A singleton section such as `bgp_config` has an empty `name`. `index` is an int for `count`, a
    str for `for_each`, else None. Its text says all of it, so two addresses are equal when their texts are.
    """

    parent: Address | None
    section: str
    name: str = ""
    index: int | str | None = None
    text: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        above = f"{self.parent.text}." if self.parent is not None else ""
        text = f"{above}{self.section}.{self.name}" if self.name else f"{above}{self.section}"
        if self.index is not None:
            text += f"[{self.index}]" if isinstance(self.index, int) else f"[{json.dumps(self.index)}]"
        object.__setattr__(self, "text", text)

    def __str__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Address) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    @property
    def sort_key(self) -> tuple[tuple[str, str, int, int, str], ...]:
        """Natural order: by path, numbered instances by number (2 before 10)."""
        number = self.index if isinstance(self.index, int) else -1
        word = self.index if isinstance(self.index, str) else ""
        kind = 0 if self.index is None else 1 if isinstance(self.index, int) else 2
        own = (self.section, self.name, kind, number, word)
        return (*(self.parent.sort_key if self.parent is not None else ()), own)

    @property
    def owner(self) -> Address | None:
        """The resource around it: its parent, past the groups that are no resources."""
        here = self.parent
        while here is not None and here.section == GROUPS:
            here = here.parent
        return here

    @property
    def root(self) -> Address:
        """The outermost resource around it, or itself."""
        owner = self.owner
        return self if owner is None else owner.root

    def outwards(self) -> Iterator[Address]:
        """Itself and all that it stands in, groups too, the nearest first."""
        here: Address | None = self
        while here is not None:
            yield here
            here = here.parent

    def at_index(self, index: int | str | None) -> Address:
        """The instance of its block with this index; the block itself with None."""
        return self if self.index == index else Address(self.parent, self.section, self.name, index)

    def within(self, other: Address) -> bool:
        """Whether this is `other`, an instance of it, or stands below either."""
        return any(here == other or (other.index is None and here.at_index(None) == other) for here in self.outwards())


GROUPS = "groups"
"""The section of groups: a step of an address that is no resource."""
_SEGMENT = re.compile(r"""\.?(?P<word>[A-Za-z0-9_~-]+)|\[(?P<number>\d+)\]|\[(?P<quoted>"(?:[^"\\]|\\.)*")\]""")
SINGLETON_SECTIONS = frozenset({"bgp_config", "network_type"})
"""Sections that hold one unnamed resource; needed to read an address back from its text."""


def parse_address(text: str) -> Address:
    """Read an address from its text form. Raises ValueError when it is none."""
    here: Address | None = None
    section = ""
    position = 0
    while position < len(text):
        match = _SEGMENT.match(text, position)
        if match is None or (match[0][0] in ".[") is (position == 0):
            raise ValueError(f"not a resource address: {text!r}")
        position = match.end()
        if match.group("word") is not None:
            word = match.group("word")
            if section:
                here, section = Address(here, section, word), ""
            elif word in SINGLETON_SECTIONS:
                here = Address(here, word)
            else:
                section = word
        elif here is None or section or here.index is not None:
            raise ValueError(f"not a resource address: {text!r}")
        else:
            index = int(match["number"]) if match["number"] is not None else json.loads(match["quoted"])
            here = here.at_index(index)
    if here is None or section:
        raise ValueError(f"not a resource address: {text!r}")
    return here


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only an apply can tell. `waits_for` are the addresses of the resources that it comes from."""

    waits_for: frozenset[Address] = frozenset()

    def __str__(self) -> str:
        return "(known after apply)"


def canonical_json(value: Json) -> str:
    """One text for one value: keys sorted, no blanks. Raises TypeError on what is not JSON."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Json, length: int = 64) -> str:
    """The first `length` hexadecimal digits of the SHA-256 of a JSON value. Half a pair of surrogates, which JSON may
    hold and UTF-8 may not, is as good a text as any.
    """
    return hashlib.sha256(canonical_json(value).encode(errors="surrogatepass")).hexdigest()[:length]


_SAFE_CONTROLS = frozenset("\n\t")
_INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs", "Co"})
_HIDDEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0d\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
"""What else shows nothing (Unicode's Default_Ignorable_Code_Point), but for the two selectors that emoji have."""


def visible(text: str) -> str:
    """Foreign text made safe for a terminal: control, bidi and invisible characters are shown as escapes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char
        if char in _SAFE_CONTROLS or (unicodedata.category(char) not in _INVISIBLE and not _HIDDEN.match(char))
        else char.encode("unicode_escape").decode("ascii")
        for char in text
    )
