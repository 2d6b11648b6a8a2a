"""Ownership marks: how an object says, from birth, which stack and which address it belongs to.

The API keeps no names for us and there is no state file, so the mark is the only identity that survives a lost answer,
a killed process or another machine. It sits in the first field that a kind accepts at create: tags, else customdata,
else the description or label. It is readable on purpose: whoever opens the portal at night should see what owns the
machine. A memo beside it holds short digests of what the API never gives back (create-only fields) and of the tags
that we set, so that tags of others are told apart from tags that the user took out of the stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from reconciler.values import digest

_TAG = "reconciler:"
_MEMO_TAG = "reconciler-memo:"
_SUFFIX = re.compile(r"\s?\[reconciler:(?P<stack>[a-z0-9-]+):(?P<address>(?:(?!\[reconciler:).)+)\]\s*$")
_CUSTOMDATA_KEY = "reconciler"
_HOLDS = "holds"
RESERVED_TAGS = (_TAG, _MEMO_TAG)
"""How the tags begin, and `RESERVED_KEY` the key in customdata, that only a mark may have."""
RESERVED_KEY = _CUSTOMDATA_KEY
_NOTHING: Mapping[str, str] = MappingProxyType({})


def memo_digest(value: Any) -> str:
    """A short digest for the memo: enough to notice a change, too short to guess a value from."""
    return digest(value, 8)


@dataclass(frozen=True, slots=True)
class Mark:
    """Which stack and address own an object, and the digests in its memo."""

    stack: str
    address: str
    memo: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    def owned_by(self, stack: str) -> bool:
        return self.stack == stack

    # tags

    def to_tags(self) -> list[str]:
        tags = [f"{_TAG}{self.stack}:{self.address}"]
        if self.memo:
            tags.append(_MEMO_TAG + ";".join(f"{key}={self.memo[key]}" for key in sorted(self.memo)))
        return tags

    # text: a VLAN's description, a key's label

    def to_text(self, text: str) -> str:
        own = f"[{_TAG}{self.stack}:{self.address}]"
        return f"{text} {own}" if text else own

    # customdata

    def to_customdata(self, customdata: Mapping[str, Any]) -> dict[str, Any]:
        own: dict[str, Any] = {"stack": self.stack, "address": self.address}
        if self.memo:
            own["memo"] = dict(sorted(self.memo.items()))
        return {**customdata, _CUSTOMDATA_KEY: own}


def from_tags(tags: Iterable[str]) -> tuple[Mark | None, list[str]]:
    """The mark in a list of tags, and the tags without it."""
    mark: tuple[str, str] | None = None
    memo: dict[str, str] = {}
    others: list[str] = []
    for tag in tags:
        if tag.startswith(_MEMO_TAG):
            pairs = (pair.partition("=") for pair in tag.removeprefix(_MEMO_TAG).split(";"))
            memo = {key: value for key, _, value in pairs if key}
        elif tag.startswith(_TAG) and tag.count(":") >= 2 and mark is None:
            stack, _, address = tag.removeprefix(_TAG).partition(":")
            mark = (stack, address)
        else:
            others.append(tag)
    return (Mark(*mark, MappingProxyType(memo)) if mark else None), others


def from_text(text: str | None) -> tuple[Mark | None, str | None]:
    """The mark at the end of a text, and the text without it (None when nothing is left)."""
    match = _SUFFIX.search(text or "")
    if match is None:
        return None, text
    return Mark(match["stack"], match["address"]), (text or "")[: match.start()] or None


def from_customdata(customdata: Any) -> tuple[Mark | None, Any]:
    """The mark in a customdata object, and the object without it."""
    own = customdata.get(_CUSTOMDATA_KEY) if isinstance(customdata, Mapping) else None
    if not isinstance(own, Mapping) or not isinstance(own.get("stack"), str) or not isinstance(own.get("address"), str):
        return None, customdata
    memo = own.get("memo")
    kept = {str(key): str(value) for key, value in memo.items()} if isinstance(memo, Mapping) else {}
    rest = {key: value for key, value in customdata.items() if key != _CUSTOMDATA_KEY}
    return Mark(own["stack"], own["address"], MappingProxyType(kept)), rest


def held(mark: Mark) -> frozenset[str]:
    """The sections of which the stack has ever kept something under the object (those that are looked for `USED`)."""
    return frozenset(filter(None, mark.memo.get(_HOLDS, "").split("+")))


def holding(mark: Mark, sections: Iterable[str]) -> Mark:
    """The mark, with these sections remembered too."""
    every = held(mark).union(sections)
    if not every:
        return mark
    return Mark(mark.stack, mark.address, MappingProxyType({**mark.memo, _HOLDS: "+".join(sorted(every))}))


def remember_tags(tags: Iterable[str]) -> str:
    """The memo entry for the tags that the stack declares."""
    return "+".join(sorted(memo_digest(tag) for tag in tags))


def own_tags(mark: Mark, tags: Iterable[str]) -> list[str]:
    """Of the live tags (mark taken out), those that the stack set; the others belong to somebody else."""
    remembered = frozenset(mark.memo.get("tags", "").split("+"))
    return [tag for tag in tags if memo_digest(tag) in remembered]
