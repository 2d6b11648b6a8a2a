"""Groups: the file of a group, read for each of its instances.

Each instance has a scope of its own, and blocks of its own, since what an expression comes to, and even whether it has
to wait for a resource, depends on what the instance is given. The file is parsed once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from reconciler.diagnostics import Via
from reconciler.model.catalog import Catalog
from reconciler.secret import Secret
from reconciler.stack.ambiguity import note_ambiguous
from reconciler.stack.blocks import BlockReader
from reconciler.stack.document import Document, read_group
from reconciler.stack.evaluate import Evaluator
from reconciler.stack.fields import secrets_in
from reconciler.stack.fitting import LATER
from reconciler.stack.locals import LocalReader
from reconciler.stack.outputs import written_output
from reconciler.stack.problems import Broken, Problem, Problems
from reconciler.stack.pseudo_kinds import within_groups
from reconciler.stack.rules import check_rules
from reconciler.stack.run import Run
from reconciler.stack.shapes import Compiler, ListShape, MapShape, Shape
from reconciler.stack.sources import Refusal, Sources
from reconciler.stack.tree import Awaited, Block, GroupOutput, Instance, Scope
from reconciler.stack.variables import Handed, Ruled, VariableReader
from reconciler.stack.vocabulary import STACKS
from reconciler.stack.yaml_tree import Scalar, Table, type_word

MAX_DEPTH: Final = 8
MAX_GROUPS: Final = 2_000
"""Instances of groups in a stack. Each is read by itself."""
MAX_VALUES: Final = 500_000
"""Values in their files, as often as they are called: as many as one file may have."""


class GroupReader:
    """Opens groups. `opened` are the blocks of all that were, `secrets` the texts that they were given in secret."""

    def __init__(
        self,
        catalog: Catalog,
        evaluator: Evaluator,
        sources: Sources,
        problems: Problems,
        compiler_for: Callable[[Problems], Compiler],
    ) -> None:
        self._catalog = catalog
        self._evaluator = evaluator
        self._sources = sources
        self._problems = problems
        self._compiler_for = compiler_for
        self._documents: dict[tuple[str, str], Document] = {}
        self._groups = 0
        self._values = 0
        self.opened: list[Block] = []
        self.secrets: set[Secret] = set()

    def open(self, group: Instance) -> Mapping[str, Mapping[str, Block]]:
        """The blocks of a group's sections, after setting what is inside of it. Raises Broken."""
        block = group.block
        name, tree = self._tree(block, str(group.address))
        via = _via(block, str(group.address), self._problems)
        with self._problems.inside(via):
            around = block.owner.kind.name if block.owner is not None else ""
            document = self._document(name, tree, around)
            scope = Scope(self._evaluator.scope.tree, group, via=via, complete=document.complete)
            group.inside = scope
            scope.sections.update(section for section, _ in document.sections)
            compiler = self._compiler_for(self._problems)
            ruled = self._variables(group, document, scope)
            roots = frozenset({"var", "local", STACKS, *within_groups(self._catalog, around), *_around(block)})
            LocalReader(self._evaluator, compiler, self._problems).read(document, roots, scope)
            check_rules(ruled, self._evaluator, compiler, scope, self._problems)
            self._outputs(document, compiler, roots, scope)
            for each, entry in document.files.items():
                hint = "write it in the stack, from an output of the group"
                self._problems.add("unknown-key", f"a group writes no files: `{each}`", entry.place, hint=hint)
            blocks = BlockReader(self._catalog, compiler, self._problems, roots, scope).read(document, block)
        self.opened += [each for section in blocks.values() for each in section.values()]
        return blocks

    def look(self, block: Block, instances: int) -> None:
        """See that there is room for so many instances of a group, and that its file makes sense, if none is made of
        it. Raises Broken.
        """
        self._groups += instances
        if self._groups > MAX_GROUPS:
            message = f"the stack has more than {MAX_GROUPS:,} groups"
            hint = "use count and for_each in the group's file"
            self._problems.add("too-large", message, block.place, address=block.path, hint=hint)
            raise Broken
        name, tree = self._tree(block, block.path)
        self._values += instances * tree.size
        if self._values > MAX_VALUES:
            message = (
                f"the files of all groups together, each as often as it is called, have more than {MAX_VALUES:,} values"
            )
            hint = "use count and for_each in the group's file, or split the stack into several"
            self._problems.add("too-large", message, block.place, address=block.path, hint=hint)
            raise Broken
        if not instances:
            with self._problems.inside(_via(block, block.path, self._problems)):
                self._document(name, tree, block.owner.kind.name if block.owner is not None else "")

    def _tree(self, block: Block, address: str) -> tuple[str, Table]:
        node = block.meta_nodes["from"]
        place = node.place
        assert isinstance(node, Scalar)
        via = _via(block, address, self._problems)
        try:
            with self._problems.inside(via):
                name, tree = self._sources.read_group(str(node.value), place.file)
        except Refusal as problem:
            hint = "the file of a group stands below the stack's folder; its path is relative to the file that names it"
            self._problems.add("file-refused", str(problem), place, address=address, hint=hint)
            raise Broken from None
        chain = [each.place.file for each in (Via("", place), *block.scope.via)]
        if name in chain:
            around = " -> ".join([*reversed(chain[: chain.index(name) + 1]), name])
            hint = "a group cannot hold itself"
            self._problems.add("group-cycle", f"`{name}` includes itself: {around}", place, hint=hint)
            raise Broken
        if len(chain) > MAX_DEPTH:
            self._problems.add("too-deep", f"groups stand in each other more than {MAX_DEPTH} deep", place)
            raise Broken
        if tree is None:
            raise Broken  # no YAML, which was noted
        if not isinstance(tree, Table):
            message = f"the file of a group is a mapping, not {type_word(tree)}"
            with self._problems.inside(via):
                self._problems.add("wrong-type", message, tree.place)
            raise Broken
        return name, tree

    def _document(self, name: str, tree: Table, around: str) -> Document:
        key = (name, around)
        if key not in self._documents:
            self._documents[key] = read_group(tree, around, self._catalog, self._problems)
        return self._documents[key]

    def _variables(self, group: Instance, document: Document, scope: Scope) -> list[Ruled]:
        block = group.block
        handed: dict[str, Handed] = {}
        unread = set(block.unread)
        with self._problems.inside(block.scope.via):
            for name, shape in block.fields.items():
                value = self._handed(group, name, shape)
                if value is None:
                    unread.add(name)
                else:
                    handed[name] = value
                    if value.secret and not value.late:
                        self.secrets.update(secrets_in(value.value))
            reader = VariableReader(self._problems, self._sources)
            known, declared = reader.receive(
                document.variables, handed, unread, block.place, complete=document.complete
            )
        scope.variables.update(known)
        for name, value in handed.items():
            if value.late and name in declared and declared[name].sound:
                scope.inputs[name] = Awaited(block.fields[name], declared[name])
        for each in known.values():
            if each is not None and each.secret:
                self.secrets.update(secrets_in(each.value))
        return reader.ruled

    def _handed(self, group: Instance, name: str, shape: Shape) -> Handed | None:
        """What the call gives for a variable; None when a mistake was noted."""
        block = group.block
        key = block.field_places[name]
        note_ambiguous(self._problems, shape.node, what=f"`{name}`", address=block.path)
        for place, reason in self._evaluator.refused_files(shape):
            self._problems.add("file-refused", reason, place, address=block.path)
            return None
        late = block.scope.waits(shape)
        run = Run(None, group, block.scope)
        try:
            value = self._so_far(shape, run) if late else self._evaluator.value(shape, run)
            return Handed(shape.node, key, value, run.secret, late)
        except Broken:
            return None
        except Problem as problem:
            self._problems.note(problem.diagnostic, address=str(group.address))
            return None

    def _so_far(self, shape: Shape, run: Run) -> Any:
        """The value of a shape with LATER where it waits."""
        if not run.scope.waits(shape):
            return self._evaluator.value(shape, run)
        if isinstance(shape, ListShape):
            return [self._so_far(each, run) for each in shape.items]
        if isinstance(shape, MapShape):
            return {key: self._so_far(each, run) for key, each in shape.entries.items()}
        return LATER

    def _outputs(self, document: Document, compiler: Compiler, roots: frozenset[str], scope: Scope) -> None:
        for name, entry in document.outputs.items():
            written = written_output(name, entry, self._problems)
            shape = compiler.shape(written[0], roots) if written is not None else None
            taken = scope.tree.sections_of(scope.owner)
            if name in taken:
                hint = "what stands in a group is read by its path; give the output another name"
                self._problems.add("bad-name", f"the output `{name}` is named like a section", entry.place, hint=hint)
                shape = None
            scope.outputs[name] = GroupOutput(shape, written[1]) if shape is not None and written is not None else None


def _via(block: Block, address: str, problems: Problems) -> tuple[Via, ...]:
    """How one gets to the file of a group."""
    return Via(f"the call of {address}", block.place, problems.texts.excerpt(block.place)), *block.scope.via


def _around(block: Block) -> Iterator[str]:
    """The kinds of the resources around a group, which its file sees."""
    here = block.owner
    while here is not None:
        yield here.kind.name
        here = here.owner
