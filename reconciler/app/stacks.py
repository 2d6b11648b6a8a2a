"""The stacks of a repository: which of the YAML files below a folder are stacks, and which belong together.

A file that says `stack: NAME` at its top level is one. Files of one folder that say the same name are one stack; so are
those beside them that have a section of a stack (`projects`, ...) and no name, where the folder has one name only.
Value files and the files of groups say no name and are read by the stacks that use them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.app.text_files import yaml_files
from reconciler.diagnostics import Diagnostic, Place, warning
from reconciler.kinds import catalog

_NAME = re.compile(rb"^stack:[ \t]+[\"']?([a-z0-9-]+)", re.MULTILINE)
_HEAD = re.compile(rb"^([a-z_]+):", re.MULTILINE)
_LONGEST = 8 << 20
"""Bytes of a file to look at: a stack file has no more."""


@dataclass(frozen=True)
class Found:
    """A stack in a repository: its name, and the files that it is made of; as they were `said`, if a person did."""

    name: str
    paths: tuple[Path, ...]
    said: str = ""

    @property
    def title(self) -> str:
        """The file, or the folder of several, for a person."""
        return self.said or str(self.paths[0] if len(self.paths) == 1 else self.paths[0].parent)


def find_stacks(folder: Path) -> list[Found]:
    """All stacks below a folder, in order of path. Hidden folders and links are left out. Raises OSError."""
    found: list[Found] = []
    for every in yaml_files(folder, _raise):
        files = [each for each in every if each.is_file()]
        texts = {each: _start(each) for each in files}
        named: dict[str, list[Path]] = {}
        for path, text in texts.items():
            if name := _NAME.search(text):
                named.setdefault(name[1].decode(), []).append(path)
        if len(named) == 1:
            (paths,) = named.values()
            paths += [path for path in files if path not in paths and _has_section(texts[path])]
        found += [Found(name, tuple(sorted(paths))) for name, paths in named.items()]
    return sorted(found, key=lambda each: each.paths)


def stack_names(paths: Sequence[Path]) -> frozenset[str]:
    """The names of the stacks in some files and below some folders. Raises OSError."""
    found: set[str] = set()
    for path in paths:
        if path.is_dir():
            found.update(each.name for each in find_stacks(path))
        elif path.is_file() and (name := _NAME.search(_start(path))):
            found.add(name[1].decode())
    return frozenset(found)


def said_stack(paths: Sequence[Path]) -> Found:
    """The stack that some files and folders make together. Where none says a name, they stand for it."""
    said = " ".join(map(str, paths))
    try:
        name = min(stack_names(paths), default=said)
    except OSError:  # whoever reads the stack tells that better
        name = said
    return Found(name, tuple(paths), said)


def clashes(stacks: Sequence[Found]) -> list[Diagnostic]:
    """A warning for each name that two stacks have: in one account each would destroy what is the other's."""
    first: dict[str, Found] = {}
    noted = []
    for each in stacks:
        other = first.setdefault(each.name, each)
        if other is not each:
            summary = f"two stacks are named `{each.name}`; the other one is {other.title}"
            hint = "the name says who owns what: in one account each would destroy what the other has made"
            noted.append(warning("stack-name-twice", summary, place=Place(str(each.paths[0])), hint=hint))
    return noted


def _raise(problem: OSError) -> None:
    raise problem


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LONGEST)


def _has_section(text: bytes) -> bool:
    sections = {kind.section for kind in catalog().kinds if "" in kind.parents}
    return any(key.decode() in sections for key in _HEAD.findall(text))
