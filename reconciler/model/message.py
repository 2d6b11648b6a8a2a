"""A short message to people: what a chat, a mailbox or a webhook is sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Tone(Enum):
    """What a message is about; services colour it so."""

    GOOD = "good"
    INFO = "info"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Message:
    """`title` is plain text of one line, `body` is Markdown."""

    title: str
    body: str
    tone: Tone
