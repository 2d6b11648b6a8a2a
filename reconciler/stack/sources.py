"""Every file that a stack is made of, read once and remembered with its digest.

`file()`, `template()` and the files of groups stay below the folder of the stack file that began it, and the files of a
directory below that directory: the path is resolved with all its symbolic links before it is compared, and then opened
component by component without following any, so that a link that is put there in between leads nowhere. Only regular
files are read, and no message ever quotes what a file holds.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from reconciler.diagnostics import Place, error
from reconciler.model.resource import Source
from reconciler.stack.problems import Problem, Problems
from reconciler.stack.yaml_tree import MAX_BYTES, Node, Scalar, Table, decode, parse

MAX_FILE_BYTES: Final = 1 << 20
MAX_TEMPLATE_BYTES: Final = 64 << 10
SUFFIXES: Final = (".yaml", ".yml")


class Refusal(Exception):
    """file() or template() may not or cannot read this; the message does not quote the content."""


class Sources:
    """The files that were read. `read_yaml` is for stack and variable files, `read_text` for file() and template()."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._digests: dict[str, str] = {}
        self._texts: dict[Path, str] = {}
        self._folders: dict[str, Path] = {}
        self._roots: dict[str, Path] = {}
        self._trees: dict[str, Node | None] = {}

    def all(self) -> tuple[Source, ...]:
        return tuple(Source(path, self._digests[path]) for path in sorted(self._digests))

    def stack_files(self, paths: Sequence[Path]) -> list[Path]:
        """The stack files behind the given paths, each once, in the given order; a directory's in order of name."""
        found: dict[Path, Path] = {}
        for path in paths:
            files = [path]
            if path.is_dir():
                files = sorted(each for each in path.iterdir() if each.suffix in SUFFIXES and not each.is_dir())
                root = path.resolve()
                for each in files:
                    if not _leads_into(root, each):
                        message = f"{each} is a link that leads out of the directory"
                        self._problems.add(
                            "no-stack-file", message, Place(str(each)), hint="give its target by itself", shown=False
                        )
                files = [each for each in files if _leads_into(root, each)]
                if not files:
                    self._problems.add(
                        "no-stack-file", f"the directory {path} has no stack file (*.yaml or *.yml)", Place(str(path))
                    )
            for each in files:
                found.setdefault(each.resolve(), each)
        return list(found.values())

    def read_yaml(self, path: Path, below: Path | None = None) -> Node | None:
        """The tree of a file; None when it is empty, or when it was noted that it cannot be read. With `below` it is a
        path without links that stays below that one, else it is the user's own and links are followed.
        """
        name = str(path)
        try:
            data = _read(path.resolve(), MAX_BYTES, below) if below is not None else _read(path, MAX_BYTES)
        except Refusal as problem:
            self._problems.add("no-stack-file", f"cannot read {path}: {problem}", Place(name), shown=False)
            return None
        self._digests[name] = hashlib.sha256(data).hexdigest()
        self._folders[name] = path.parent
        self._roots.setdefault(name, path.parent)
        try:
            text = decode(data, name)
            self._problems.texts.add(name, text)
            return parse(text, name)
        except Problem as problem:
            self._problems.note(problem.diagnostic)
            return None

    def read_group(self, asked: str, stack_file: str) -> tuple[str, Node | None]:
        """The name and the tree of a group's file, which is given relative to the file that calls it. Raises Refusal;
        what is no YAML is noted.
        """
        shown, real = self._inside(asked, stack_file)
        name = os.path.normpath(shown)
        if name not in self._trees:
            self._roots.setdefault(name, self._roots.get(stack_file, Path()))
            if not real.is_file():
                raise Refusal(f"there is no file `{asked}`")
            noted = len(self._problems)
            tree = self.read_yaml(Path(name), self._root(stack_file))
            if len(self._problems) == noted and (tree is None or (isinstance(tree, Scalar) and tree.value is None)):
                tree = Table(Place(name), {}, 1, 1)  # an empty file
            self._trees[name] = tree
        return name, self._trees[name]

    def _root(self, stack_file: str) -> Path:
        return self._roots.get(stack_file, Path()).resolve()

    def _inside(self, asked: object, stack_file: str) -> tuple[Path, Path]:
        """A path as it is shown, and the real one: below the stack's folder. Raises Refusal."""
        if not isinstance(asked, str) or not asked or "\0" in asked:
            raise Refusal("the path has to be text")
        shown = self._folders.get(stack_file, Path()) / asked
        try:
            real = shown.resolve()
        except (OSError, RuntimeError):
            raise Refusal(f"`{asked}` cannot be read: its links go round in a circle") from None
        if Path(asked).is_absolute() or not real.is_relative_to(self._root(stack_file)):
            raise Refusal(f"`{asked}` is outside of the stack's folder")
        return shown, real

    def shown(self, asked: str, stack_file: str) -> str:
        """The path of a file that was read, as messages show it."""
        return os.path.normpath(self._folders.get(stack_file, Path()) / asked)

    def read_text(self, asked: object, stack_file: str, limit: int) -> str:
        """A text file below the stack's folder, given relative to `stack_file`. Raises Refusal."""
        shown, real = self._inside(asked, stack_file)
        if real not in self._texts:
            try:
                data = _read(real, limit, self._root(stack_file))
            except Refusal as problem:
                raise Refusal(f"`{asked}` cannot be read: {problem}") from None
            try:
                text = data.decode("utf-8")
            except UnicodeDecodeError:
                raise Refusal(f"`{asked}` is not UTF-8 text") from None
            if "\0" in text:
                raise Refusal(f"`{asked}` is not text")
            self._texts[real] = text
            self._problems.texts.add(os.path.normpath(shown), text)
            self._digests[os.path.normpath(shown)] = hashlib.sha256(data).hexdigest()
        if len(self._texts[real].encode()) > limit:
            raise Refusal(f"`{asked}` has more than {limit:,} bytes")
        return self._texts[real]


def _leads_into(root: Path, path: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a circle of links
        return False


def _read(path: Path, limit: int, below: Path | None = None) -> bytes:
    """The bytes of a regular file, one more than `limit` at most. With `below` no link is followed on the way from
    there, whatever has become of the path since it was resolved. Raises Refusal.
    """
    try:
        handle = _open(path) if below is None or os.open not in os.supports_dir_fd else _open_below(path, below)
    except OSError as problem:
        raise Refusal((problem.strerror or "it cannot be opened").lower()) from None
    with os.fdopen(handle, "rb") as stream:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode):
            raise Refusal("it is no regular file")
        try:
            data = stream.read(limit + 1)
        except OSError as problem:
            raise Refusal((problem.strerror or "it cannot be read").lower()) from None
        after = os.fstat(handle)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise Refusal("it was changed while it was read")
    if len(data) > limit and limit != MAX_BYTES:
        raise Refusal(f"it has more than {limit:,} bytes")
    return data


def _open(name: Path | str, folder: int | None = None, links: int = 0) -> int:
    """Open what is a regular file: to open a device can do something, and to open a pipe waits."""
    if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=not links).st_mode):
        raise Refusal("it is no regular file")
    # not blocking, for it may have become a pipe since
    flags = os.O_RDONLY | links | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    return os.open(name, flags, dir_fd=folder)


def _open_below(path: Path, below: Path) -> int:
    """Open a path component by component, none of which may be a link. Raises Refusal and OSError."""
    *folders, name = path.relative_to(below).parts or (".",)
    here = os.open(below, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for each in folders:
            above, here = here, os.open(each, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=here)
            os.close(above)
        return _open(name, here, os.O_NOFOLLOW)
    finally:
        os.close(here)


def check_stack_path(path: Path) -> None:
    """Raises Problem when a given path does not exist."""
    if not path.exists():
        raise Problem(error("no-stack-file", f"there is no {path}", place=Place(str(path))))
