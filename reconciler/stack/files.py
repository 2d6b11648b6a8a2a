"""Generated files: what a stack writes after an apply, below a folder that whoever runs it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from reconciler.diagnostics import did_you_mean
from reconciler.model.resource import GeneratedFile
from reconciler.stack.ambiguity import note_ambiguous
from reconciler.stack.evaluate import Evaluator, Late
from reconciler.stack.expand import Expander
from reconciler.stack.outputs import valued
from reconciler.stack.problems import Broken, Problem, Problems
from reconciler.stack.pseudo_kinds import FILE
from reconciler.stack.references import Referrer
from reconciler.stack.shapes import Compiler, Constant, Shape
from reconciler.stack.tree import Block, Instance
from reconciler.stack.yaml_tree import Entry, Node, Scalar, Table, type_word

_KEYS: Final = ("content", "path", "mode", "for_each", "when")
_MODE = re.compile(r"0?[0-7]{3}")
_PART = re.compile(r"[^/\\\x00-\x1f\x7f]{1,200}")
_OPEN_MODE: Final = 0o644
_CLOSED_MODE: Final = 0o600
_EACH: Final = frozenset({"key", "value"})


class FileReader:
    """Reads the `files` of a stack."""

    def __init__(
        self,
        evaluator: Evaluator,
        referrer: Referrer,
        compiler: Compiler,
        expander: Expander,
        problems: Problems,
    ) -> None:
        self._evaluator = evaluator
        self._referrer = referrer
        self._compiler = compiler
        self._expander = expander
        self._problems = problems

    def read(self, entries: Mapping[str, Entry], visible: frozenset[str]) -> list[GeneratedFile]:
        """All files, by path. Two of one path are a mistake, also where only a case-blind file system mixes them up."""
        found: dict[str, GeneratedFile] = {}
        for name, entry in entries.items():
            for each in self._files(name, entry, visible):
                taken = found.setdefault(each.path.casefold(), each)
                if taken is not each:
                    message = f"two files are written to `{each.path}`; the other one is at {taken.place}"
                    self._problems.add("duplicate-address", message, each.place, hint="give one of them another path")
        return sorted(found.values(), key=lambda each: each.path)

    def _files(self, name: str, entry: Entry, visible: frozenset[str]) -> Iterator[GeneratedFile]:
        block = Block(FILE, self._evaluator.scope, None, FILE.section, name, entry.place)
        nodes = self._nodes(block, entry)
        content = self._shape(block, nodes, "content", visible)
        path = self._shape(block, nodes, "path", visible)
        for key in ("for_each", "when"):
            if key in nodes:
                own = visible | _EACH if key == "when" and "for_each" in nodes else visible
                block.meta_nodes[key] = nodes[key]
                shape = self._compiler.shape(nodes[key], own)
                if shape is None:
                    return
                block.meta[key] = shape
        if content is None or ("path" in nodes and path is None):
            return
        try:
            instances = self._expander.instances(block)
        except Broken:
            return
        except Problem as problem:
            self._problems.note(problem.diagnostic)
            return
        if "for_each" in nodes and path is None and instances:
            hint = "path: hosts/${{ key }}.yaml"
            self._problems.add("missing-field", "a file with for_each needs a `path`", entry.place, hint=hint)
            return
        for instance in instances:
            made = self._file(instance, name, path, content, nodes)
            if made is not None:
                yield made

    def _nodes(self, block: Block, entry: Entry) -> dict[str, Node]:
        """The parts of a file: a bare value is its content."""
        if not isinstance(entry.value, Table):
            return {"content": entry.value}
        nodes = {}
        for key, part in entry.value.entries.items():
            if key in _KEYS:
                nodes[key] = part.value
            else:
                hint = did_you_mean(key, _KEYS) or f"known here: {', '.join(_KEYS)}"
                self._problems.add("unknown-key", f"a file has no `{key}`", part.place, hint=hint)
        if "content" not in nodes:
            self._problems.add("missing-field", f"the file `{block.name}` has no `content`", entry.place)
        return nodes

    def _shape(self, block: Block, nodes: Mapping[str, Node], key: str, visible: frozenset[str]) -> Shape | None:
        if key not in nodes:
            return None
        note_ambiguous(self._problems, nodes[key], what=f"`{block.name}`")
        return self._compiler.shape(nodes[key], visible | _EACH if "for_each" in nodes else visible)

    def _file(
        self, instance: Instance, name: str, path: Shape | None, content: Shape, nodes: Mapping[str, Node]
    ) -> GeneratedFile | None:
        place = instance.block.place
        try:
            where = name if path is None else self._expander.settled(path, "`path`", instance, instance.block.scope)
            value, secret = valued(content, instance, self._evaluator, self._referrer, self._problems)
        except Broken:
            return None
        except Problem as problem:
            self._problems.note(problem.diagnostic, address=str(instance.address))
            return None
        wrong = _fault(where)
        if wrong:
            spot = path.node.place if path is not None else place
            self._problems.add(
                "bad-path", wrong, spot, hint="a path below the folder of generated files: out/hosts.ini"
            )
            return None
        if not isinstance(value, Late | str):
            hint = "make text of it: `| toyaml` or `| tojson`"
            message = f"the content of `{where}` is text, not {_word(content, value)}"
            self._problems.add("wrong-type", message, content.node.place, hint=hint, shown=not secret)
            return None
        mode = self._mode(nodes.get("mode"), secret)
        return GeneratedFile(where, value, mode, place, secret) if mode is not None else None

    def _mode(self, node: Node | None, secret: bool) -> int | None:
        if node is None:
            return _CLOSED_MODE if secret else _OPEN_MODE
        text = node.value if isinstance(node, Scalar) else None
        if not isinstance(text, str) or not _MODE.fullmatch(text):
            hint = 'put it in quotes: mode: "0644"'
            self._problems.add("invalid-value", "`mode` is three octal digits as text", node.place, hint=hint)
            return None
        mode = int(text, 8)
        if secret and mode & 0o077:
            hint = 'mode: "0600", or leave it out'
            message = "a file with a secret in it can be for its owner only"
            self._problems.add("invalid-value", message, node.place, hint=hint)
            return None
        return mode


def _fault(path: Any) -> str:
    """What is wrong with a path, or the empty string."""
    if not isinstance(path, str) or not path:
        return "the path of a file is text"
    parts = path.split("/")
    if path.startswith(("/", "~")) or len(parts) > 16:
        return f"`{path}` is not below the folder of generated files"
    if any(part in ("", ".", "..") or not _PART.fullmatch(part) for part in parts):
        return f"`{path}` has a part that a path below a folder cannot have"
    return ""


def _word(shape: Shape, value: Any) -> str:
    if isinstance(shape, Constant):
        return type_word(shape.node)
    words = {bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "a mapping"}
    return words.get(type(value), "nothing (null)")
