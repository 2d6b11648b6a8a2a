"""Identifiers: version-4 UUIDs in lower case, random or reproducible.

With a seed, an id depends on the world's revision (the number of the commit that makes it) and on its place
in that commit, so the same requests in the same order give the same ids, a refused request uses none up,
and two processes on one file never make the same one.
"""

from __future__ import annotations

import hashlib
import os
import uuid


def random_id() -> str:
    """A fresh random id."""
    return str(uuid.UUID(bytes=os.urandom(16), version=4))


def seeded_id(seed: int, *place: int | str) -> str:
    """The id that belongs to a place, say (revision, ordinal), under a seed."""
    digest = hashlib.sha256(":".join(str(part) for part in (seed, *place)).encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def near(identifier: str, ordinal: int) -> str:
    """The id `ordinal` steps from another, itself a version-4 UUID: lets an unstored thing have a lasting id.

    Only the last 48 bits move, so `near(near(x, n), -n) == x`.
    """
    last = (int(identifier[24:], 16) + ordinal) % (1 << 48)
    return f"{identifier[:24]}{last:012x}"


def derived_id(*parts: str) -> str:
    """A lasting version-4 UUID computed from text, for what is shown by id but never stored (racks, switches)."""
    return str(uuid.UUID(bytes=hashlib.sha256("/".join(parts).encode()).digest()[:16], version=4))
