"""Writing the files that a stack generates: atomically, and never outside of the folder that is given.

Each part of a path is opened by itself and without following links, so that nobody who can write into the folder makes
us write elsewhere.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from reconciler.app.run import Planned
from reconciler.diagnostics import Refused, error
from reconciler.model.resource import GeneratedFile, deferred
from reconciler.values import Unknown

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NO_LINKS = os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file as it is now; `changed` says whether this run wrote it."""

    path: str
    changed: bool


def default_folder(stack: str) -> Path:
    """Where a stack's files go when nobody says otherwise."""
    return Path(".reconciler") / "files" / stack


def write_files(planned: Planned, folder: Path | None) -> tuple[WrittenFile, ...]:
    """Write all files of a stack below a folder, which is made if need be; None is the default one, and then no part of
    its path may be a link either, since nobody has chosen it. Raises Refused, before anything is written when a content
    is not known or is no text.
    """
    default = default_folder(planned.stack.name)
    contents = [(each, _content(each, planned)) for each in planned.stack.files]
    written = []
    for each, content in contents:
        try:
            written.append(WrittenFile(each.path, _write(folder, default, each, content)))
        except OSError as problem:
            shown = folder or default
            why = (problem.strerror or "it cannot be written").lower()
            hint = "links are not followed; see the folder that --files names" if os.path.lexists(shown) else ""
            summary = f"the file `{each.path}` was not written below {shown}: {why}"
            raise Refused([error("file-not-written", summary, place=each.place, hint=hint)]) from None
    return tuple(written)


def _content(file: GeneratedFile, planned: Planned) -> bytes:
    value = file.content
    if deferred(value):
        value = value.evaluate(planned.world).value
    if isinstance(value, Unknown):
        waits = ", ".join(sorted(str(each) for each in value.waits_for)[:5]) or "an apply"
        summary = f"the file `{file.path}` is not written: its content waits for {waits}"
        raise Refused([error("file-not-written", summary, place=file.place, hint="apply the stack first")])
    if not isinstance(value, str):
        summary = f"the content of the file `{file.path}` is no text"
        hint = "make text of it: `| toyaml` or `| tojson`"
        raise Refused([error("file-not-written", summary, place=file.place, hint=hint)])
    return value.encode()


def _write(folder: Path | None, default: Path, file: GeneratedFile, content: bytes) -> bool:
    """Whether anything had to be written. Raises OSError."""
    *above, name = file.path.split("/")
    with _top(folder, default) as top, _descended(top, above, file.mode) as place:
        if _same(place, name, file.mode, content):
            return False
        temporary = f".{name}.{secrets.token_hex(4)}.tmp"  # what a killed run has left may be there for ever
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINKS, 0o600, dir_fd=place)
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fchmod(stream.fileno(), file.mode)
                os.fsync(stream.fileno())
            os.rename(temporary, name, src_dir_fd=place, dst_dir_fd=place)
        except BaseException:  # a signal too
            with suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=place)
            raise
        os.fsync(place)
    return True


@contextmanager
def _top(folder: Path | None, default: Path) -> Iterator[int]:
    """The folder below which all files go."""
    if folder is None:
        with _opened(os.open(".", _FOLDER)) as here, _descended(here, list(default.parts), 0o644) as top:
            yield top
        return
    folder.mkdir(parents=True, exist_ok=True)
    with _opened(os.open(folder, _FOLDER)) as top:
        yield top


@contextmanager
def _opened(handle: int) -> Iterator[int]:
    try:
        yield handle
    finally:
        os.close(handle)


@contextmanager
def _descended(top: int, parts: list[str], mode: int) -> Iterator[int]:
    """The folder that a path leads to, part by part; those that are missing are made, private for private files."""
    if not parts:
        yield top
        return
    if not _there(top, parts[0]):
        os.mkdir(parts[0], 0o755 if mode & 0o077 else 0o700, dir_fd=top)
    with (
        _opened(os.open(parts[0], _FOLDER | _NO_LINKS, dir_fd=top)) as below,
        _descended(below, parts[1:], mode) as place,
    ):
        yield place


def _there(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _same(folder: int, name: str, mode: int, content: bytes) -> bool:
    """Whether the file is there as it should be. Raises OSError for a link or whatever else is no regular file."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(found.st_mode):
        raise OSError(0, "what is there already is no regular file")
    if stat.S_IMODE(found.st_mode) != mode or found.st_size != len(content):
        return False
    with os.fdopen(os.open(name, os.O_RDONLY | os.O_NONBLOCK | _NO_LINKS, dir_fd=folder), "rb") as stream:
        return stream.read() == content
