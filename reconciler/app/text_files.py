"""Text files on the user's disk: finding YAML below a folder, reading one, and replacing one as a whole."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from reconciler.stack.sources import SUFFIXES


def yaml_files(folder: Path, on_error: Callable[[OSError], None] | None = None) -> Iterator[list[Path]]:
    """The YAML files of each folder below one, itself included, in order of name; hidden ones and links are left out.

    `on_error` hears of a folder that cannot be read; it is passed over when there is none.
    """
    for base, folders, names in os.walk(folder, onerror=on_error):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        found = (Path(base) / name for name in sorted(names) if not name.startswith("."))
        yield [each for each in found if each.suffix in SUFFIXES and not each.is_symlink()]


_MOST_BYTES: Final = 512 << 20


def read_text(path: Path) -> str:
    """The text of a regular file; a pipe, which might never end, is none. Raises OSError, also for one that is larger
    than anything that we write, or ValueError for no text.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(0, "it is no regular file")
        if found.st_size > _MOST_BYTES:
            raise OSError(0, f"it is larger than {_MOST_BYTES >> 20} MiB")
        return file.read().decode("utf-8")


def replace_text(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a file in one move, so that a crash leaves the old one or the new one. What was there under this name, a
    link too, is replaced and not written to. Raises OSError with that name, also where a device has it, which root
    could replace for all: `/dev/null`.
    """
    try:
        _replace(path, text, mode)
    except OSError as problem:  # it may tell of the file beside it
        raise OSError(problem.errno, problem.strerror, str(path)) from problem


def _replace(path: Path, text: str, mode: int) -> None:
    with suppress(FileNotFoundError):
        there = path.lstat().st_mode
        if stat.S_ISCHR(there) or stat.S_ISBLK(there):
            raise OSError(0, "it is a device")
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp creates with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Have the names in a folder on the disk. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
