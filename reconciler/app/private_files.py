"""Files that a run keeps for itself beside where it works: the journal and the lock of a stack in one account."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from reconciler.values import digest

_SAFE = os.O_NONBLOCK | os.O_NOFOLLOW


def private_path(folder: Path, stack: str, api_url: str, suffix: str) -> Path:
    """The file of a stack in the account behind an API."""
    return folder / f"{stack}-{digest(api_url, 8)}.{suffix}"


def open_private(path: Path, flags: int) -> int:
    """Open a file, made readable by its owner only where `flags` make it, without following a link. Raises OSError too
    for what is no regular file, which would keep nothing, and for one with a second name, which would let others in.
    """
    handle = os.open(path, flags | _SAFE, 0o600)
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        os.close(handle)
        raise OSError(0, "it is no regular file of its own")
    return handle


def make_private_folder(path: Path) -> None:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
