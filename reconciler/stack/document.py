"""The files of a stack put together: one name, and all their variables, locals, outputs and sections; and the file of a
group, which is written like a stack's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from reconciler.diagnostics import Place, did_you_mean, one
from reconciler.model.catalog import Catalog
from reconciler.model.kind import Kind
from reconciler.stack.overlays import overlaid
from reconciler.stack.problems import Problem, Problems
from reconciler.stack.pseudo_kinds import within_groups
from reconciler.stack.sources import Sources, check_stack_path
from reconciler.stack.yaml_tree import Entry, Node, Scalar, Table, type_word
from reconciler.values import STACK_NAME

_TABLES: Final = ("variables", "locals", "outputs", "files")
_OF_STACKS: Final = ("moved", "rails")
"""Tables that a group's file has not: addresses in them begin at the top, and limits are those of a run."""
_LIFETIME: Final = ("expires", "ttl")
"""One value each, of a stack alone too."""
_HEAD: Final = ("stack", *_TABLES, *_OF_STACKS, *_LIFETIME)


@dataclass(slots=True)
class Document:
    """`sections` keeps each file's part of a section apart, with the section's kind name known to the catalog.

    `complete` is False when a top key was not understood: what seems missing may stand under it.
    """

    name: str = ""
    variables: dict[str, Entry] = field(default_factory=dict)
    locals: dict[str, Entry] = field(default_factory=dict)
    outputs: dict[str, Entry] = field(default_factory=dict)
    files: dict[str, Entry] = field(default_factory=dict)
    moved: dict[str, Entry] = field(default_factory=dict)
    rails: dict[str, Entry] = field(default_factory=dict)
    lifetime: dict[str, Entry] = field(default_factory=dict)
    sections: list[tuple[str, Entry]] = field(default_factory=list)
    complete: bool = True


def load(
    paths: Sequence[Path], overlays: Sequence[Path], catalog: Catalog, sources: Sources, problems: Problems
) -> Document | None:
    """Read all files of a stack, and lay overlays over them; None when one of them is no YAML, for then nothing can be
    said of the others.
    """
    document = Document()
    known = within_groups(catalog, "")
    trees: list[Table] = []
    files = _files(paths, sources, problems)
    for path in files:
        node = sources.read_yaml(path)
        if isinstance(node, Table):
            trees.append(node)
        elif node is not None and not (isinstance(node, Scalar) and node.value is None):
            problems.add("wrong-type", f"a stack file is a mapping, not {type_word(node)}", node.place)
    layers: list[Table] = []
    for path in overlays:
        node = sources.read_yaml(path)
        if isinstance(node, Table):
            layers.append(node)
        elif node is not None and not (isinstance(node, Scalar) and node.value is None):
            problems.add("wrong-type", f"an overlay is a mapping, not {type_word(node)}", node.place)
    if problems:
        return None
    for layer in layers:
        trees = overlaid(trees, layer)
    names: list[tuple[str, Place]] = []
    for tree in trees:
        if "stack" in tree.entries:
            _name(tree.entries["stack"], names, document, problems)
        _content(tree, document, known, catalog, problems, "a stack")
    if not names:
        where = Place(str(files[0])) if files else None
        problems.add("missing-stack-name", "no file gives the stack a name", where, hint="add a line `stack: my-name`")
    return document


def read_group(tree: Table, around: str, catalog: Catalog, problems: Problems) -> Document:
    """The file of a group that stands in a resource of kind `around` ("" = at the top). A stack's name says nothing in
    it.
    """
    document = Document()
    _content(
        tree,
        document,
        within_groups(catalog, around),
        catalog,
        problems,
        f"a group in {one(around)}" if around else "a group at the top",
    )
    return document


def _content(
    tree: Table, document: Document, known: Mapping[str, Kind], catalog: Catalog, problems: Problems, what: str
) -> None:
    for key, entry in tree.entries.items():
        if key in _TABLES or (key in _OF_STACKS and what == "a stack"):
            _table(key, entry, document, problems)
        elif key in _LIFETIME and what == "a stack":
            _once(key, entry, document.lifetime, problems)
        elif key in known:
            document.sections.append((key, entry))
        elif key != "stack":
            head = _HEAD if what == "a stack" else ("stack", *(each for each in _TABLES if each != "files"))
            every = [*head, *known]
            hint = "it stands in the stack's own file" if key in (*_OF_STACKS, *_LIFETIME) else ""
            hint = hint or _elsewhere(key, catalog) or did_you_mean(key, every) or f"known here: {', '.join(every)}"
            problems.add("unknown-key", f"{what} has no `{key}`", entry.place, hint=hint)
            document.complete = False


def _elsewhere(key: str, catalog: Catalog) -> str:
    parents = sorted({parent for kind in catalog.kinds if kind.section == key for parent in kind.parents})
    places = [f"in {one(each)}" if each else "at the top of a stack" for each in parents]
    return f"`{key}` stand {' or '.join(places)}" if places else ""


def _files(paths: Sequence[Path], sources: Sources, problems: Problems) -> list[Path]:
    there = []
    for path in paths:
        try:
            check_stack_path(path)
        except Problem as problem:
            problems.note(problem.diagnostic)
        else:
            there.append(path)
    if not paths:
        problems.add("no-stack-file", "no stack file is given")
    return sources.stack_files(there)


def _name(entry: Entry, names: list[tuple[str, Place]], document: Document, problems: Problems) -> None:
    node: Node = entry.value
    value = node.value if isinstance(node, Scalar) else None
    names.append((str(value), node.place))
    if not isinstance(value, str) or not STACK_NAME.fullmatch(value):
        quoting = (
            f'; put it in quotes: "{node.text}"' if isinstance(node, Scalar) and not isinstance(value, str) else ""
        )
        problems.add(
            "bad-name",
            "a stack's name has 1 to 40 lower-case letters, digits and dashes, and begins with a letter or digit",
            node.place,
            hint=f"it marks what the stack owns{quoting}",
        )
        return
    if document.name and value != document.name:
        problems.add(
            "stack-name-differs",
            f"this file says `{value}`, and {names[0][1]} says `{document.name}`",
            node.place,
            hint="files that are given together make one stack; of several stacks name one, or say `--recursive`, "
            "which validate, plan, drift and watch have",
        )
        return
    document.name = value


def _once(key: str, entry: Entry, into: dict[str, Entry], problems: Problems) -> None:
    first = into.setdefault(key, entry)
    if first is not entry:
        problems.add("duplicate-key", f"`{key}` is said twice; first at {first.place}", entry.place)


def _table(key: str, entry: Entry, document: Document, problems: Problems) -> None:
    node = entry.value
    into: dict[str, Entry] = getattr(document, key)
    if isinstance(node, Scalar) and node.value is None:
        return
    if not isinstance(node, Table):
        problems.add("wrong-type", f"`{key}` is a mapping, not {type_word(node)}", node.place)
        document.complete = False
        return
    for name, part in node.entries.items():
        if name in into:
            first = into[name].place
            problems.add("duplicate-key", f"`{key}.{name}` is declared twice; first at {first}", part.place)
        else:
            into[name] = part
