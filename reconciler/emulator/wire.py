"""A request and a response, free of sockets.

`Response.delivery` says how the bytes are to reach the client, for the faults that need a socket: not at
all, or slowly.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import unquote

JSON_TYPE = "application/json; charset=utf-8"
LATER_PREFIX = "/metal/v1"
"""Prefix of clients from 2020 on; 2019 had none. Both are served the same."""
_SLASHES = re.compile("/+")


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent. Header names are in lower case; `path` is normalised, `query` is raw."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def of(cls, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request:
        """From a request line: doubled slashes count as one, a trailing one and the later prefix are dropped."""
        path, _, query = target.partition("?")
        path = "/" + _SLASHES.sub("/", path.partition("#")[0]).strip("/")
        if path == LATER_PREFIX or path.startswith(LATER_PREFIX + "/"):
            path = path[len(LATER_PREFIX) :] or "/"
        lowered = {name.lower(): value for name, value in headers.items()}
        return cls(method.upper(), path, query, lowered, body)

    def segments(self) -> tuple[str, ...]:
        """The path's parts, decoded."""
        return tuple(unquote(part) for part in self.path[1:].split("/"))

    def header(self, name: str) -> str:
        """A header's value, or an empty string."""
        return self.headers.get(name, "")

    @property
    def target(self) -> str:
        """Path and query as they could be sent again."""
        return f"{self.path}?{self.query}" if self.query else self.path


_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


class Delivery(Enum):
    """How a response is to reach the client."""

    SEND = "send"
    DROP = "drop"
    """Close the connection; not a byte is sent."""
    TRICKLE = "trickle"
    """Send the head at once and the body in pieces over `Response.seconds`."""
    CRAWL = "crawl"
    """Send all of it in pieces over `Response.seconds`, the head too."""
    CUT = "cut"
    """Send the head and half of the body, then close the connection."""


@dataclass(frozen=True, slots=True)
class Response:
    """What the client gets. Header names are as sent."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delivery: Delivery = Delivery.SEND
    seconds: float = 0.0

    @property
    def dropped(self) -> bool:
        """Whether the client sees a closed connection and nothing else."""
        return self.delivery is Delivery.DROP

    def json(self) -> object:
        """The body's JSON; for tests."""
        return json.loads(self.body)


def encode_json(value: object) -> bytes:
    """JSON as it goes over the wire: ASCII, so that no text a client sent can fail to be encoded."""
    return _encode(value).encode("ascii")
