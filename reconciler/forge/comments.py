"""One comment that is written anew instead of a new one for each push.

It is known by its marker, the first line of its text, and by its author: anybody may write a comment with our marker,
and it is neither changed nor believed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

_DIGEST: Final = re.compile(r"^Approval digest: `([0-9a-f]{64})`$", re.MULTILINE)
"""As the last lines of a plan's comment say it. What others wrote stands in code there, and begins no such line."""


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    SAME = "unchanged"


@dataclass(frozen=True, slots=True)
class Comment:
    """`ours` says that its author is who we are."""

    id: int
    body: str
    ours: bool


class Thread(Protocol):
    """The comments of one pull request. All raise `web.ForgeError`."""

    limit: int
    """Characters that a comment may have."""

    def comments(self) -> Sequence[Comment]:
        """All of them, the oldest first."""

    def create(self, body: str) -> None: ...

    def update(self, comment: Comment, body: str) -> None: ...

    def delete(self, comment: Comment) -> None: ...


def marker_of(body: str) -> str:
    """The first line of a text, where it is an HTML comment of the reconciler's; empty otherwise."""
    line = body.partition("\n")[0].strip()
    return line if line.startswith("<!-- reconciler:") and line.endswith("-->") else ""


def upsert(thread: Thread, body: str) -> Outcome:
    """Bring the comment with this text's marker up to date, or write it. Of several (two pipelines at once, an answer
    that was lost) the oldest is kept and the others are taken away. Raises ValueError for a text without a marker, or
    that is too long, and `web.ForgeError`.
    """
    marker = marker_of(body)
    if not marker:
        raise ValueError("it does not begin with the marker that `plan --format markdown` writes")
    if len(body) > thread.limit:
        raise ValueError(f"it has {len(body)} characters, and a comment has at most {thread.limit}")
    mine = [each for each in thread.comments() if each.ours and marker_of(each.body) == marker]
    if not mine:
        thread.create(body)
        return Outcome.CREATED
    kept, *doubles = mine
    for each in doubles:
        thread.delete(each)
    if _same(kept.body, body):
        return Outcome.SAME
    thread.update(kept, body)
    return Outcome.UPDATED


def approved(thread: Thread, stack: str) -> str:
    """The approval digest in our comment with the plan of a stack; empty where there is none. Raises `ForgeError`."""
    marker = f"<!-- reconciler:plan:{stack} -->"
    mine = [each for each in thread.comments() if each.ours and marker_of(each.body) == marker]
    found = [digest for each in mine[:1] for digest in _DIGEST.findall(each.body.replace("\r\n", "\n"))]
    return found[-1] if found else ""


def _same(one: str, other: str) -> bool:
    """Forges write line ends and a last blank line in their own way."""
    return one.replace("\r\n", "\n").rstrip() == other.replace("\r\n", "\n").rstrip()
