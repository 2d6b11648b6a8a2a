"""The whole way from files to a `Stack`: load, variables, locals, blocks, instances, fields, outputs.

Every step goes on with what the one before could make sense of, so that one run shows all mistakes; what depends on a
mistake is left out without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from reconciler.diagnostics import Refused
from reconciler.model.catalog import Catalog
from reconciler.model.offers import Offers
from reconciler.model.resource import Resource, Stack
from reconciler.stack.after import Named
from reconciler.stack.blocks import BlockReader
from reconciler.stack.cycles import check_cycles
from reconciler.stack.document import Document, load
from reconciler.stack.engine import Engine
from reconciler.stack.evaluate import Evaluator
from reconciler.stack.expand import Expander
from reconciler.stack.fields import FieldReader, Fields, secrets_in
from reconciler.stack.files import FileReader
from reconciler.stack.functions import FUNCTIONS, WEIGHTS
from reconciler.stack.functions.arguments import size_of
from reconciler.stack.functions.secrets import KEY_VARIABLE, Derivation
from reconciler.stack.groups import GroupReader
from reconciler.stack.lifetimes import lifetimes, read_lifetime, with_backstops
from reconciler.stack.locals import LocalReader
from reconciler.stack.meaning import check_meaning
from reconciler.stack.moves import MoveReader
from reconciler.stack.outputs import OutputReader
from reconciler.stack.problems import Problems, Texts
from reconciler.stack.pseudo_kinds import within_groups
from reconciler.stack.questions import Asker
from reconciler.stack.rails import RailReader
from reconciler.stack.references import Referrer
from reconciler.stack.rollouts import of_whole_groups
from reconciler.stack.rules import check_rules
from reconciler.stack.settings import SettingsReader
from reconciler.stack.shapes import Compiler, Parsed
from reconciler.stack.sources import Sources
from reconciler.stack.tree import Block, Instance, Scope, Tree
from reconciler.stack.variables import Inputs, VariableReader
from reconciler.stack.views import plain
from reconciler.stack.vocabulary import STACKS
from reconciler.values import Address


def read_stack(paths: Sequence[Path], catalog: Catalog, inputs: Inputs, offers: Offers | None = None) -> Stack:
    """Read stack files and directories (which together are one stack) into a resolved stack.

    `offers` is what can be ordered; without it nothing is said of that, and the API will tell. Raises
    `diagnostics.Refused` with everything that is wrong, each finding with its file, line and column.
    """
    return open_stack(paths, catalog, inputs, offers)[0]


def open_stack(
    paths: Sequence[Path], catalog: Catalog, inputs: Inputs, offers: Offers | None = None
) -> tuple[Stack, Asker]:
    """As `read_stack`, with what answers questions to it."""
    problems = Problems(Texts())
    sources = Sources(problems)
    document = load(paths, inputs.overlays, catalog, sources, problems)
    if document is None:
        raise Refused(problems.diagnostics)
    resolver = _Resolver(document, catalog, sources, problems, inputs.environment)
    stack = resolver.resolve(inputs, offers)
    if problems:
        raise Refused(problems.diagnostics)
    return stack, resolver.asker()


class _Resolver:
    """One reading of one stack."""

    def __init__(
        self,
        document: Document,
        catalog: Catalog,
        sources: Sources,
        problems: Problems,
        environment: Mapping[str, str],
    ) -> None:
        self._document = document
        self._catalog = catalog
        self._sources = sources
        self._problems = problems
        engine = Engine(FUNCTIONS, plain, size_of, WEIGHTS)
        self._tree = Tree(catalog, unknown_sections=not document.complete, stack=document.name)
        self._scope = Scope(self._tree, sections={section for section, _ in document.sections})
        parsed: dict[str, Parsed] = {}

        def compiler_for(noted: Problems) -> Compiler:
            return Compiler(engine, noted, parsed)

        self._compiler_for = compiler_for
        self._compiler = compiler_for(problems)
        derivation = Derivation(environment.get(KEY_VARIABLE, ""), document.name)
        self._evaluator = Evaluator(engine, self._scope, sources, problems, derivation)
        self._groups = GroupReader(catalog, self._evaluator, sources, problems, compiler_for)
        self._roots = frozenset({"var", "local", STACKS, *within_groups(catalog, "")})
        self._secret_fields: dict[str, frozenset[str]] = {}

    def asker(self) -> Asker:
        """What answers questions to the stack, when it is resolved."""
        return Asker(self._tree, self._evaluator, Referrer(self._evaluator), self._compiler_for)

    def resolve(self, inputs: Inputs, offers: Offers | None) -> Stack:
        document, problems = self._document, self._problems
        variables = VariableReader(problems, self._sources)
        self._scope.variables.update(variables.read(document.variables, inputs, complete=document.complete))
        LocalReader(self._evaluator, self._compiler, problems).read(document, self._roots, self._scope)
        check_rules(variables.ruled, self._evaluator, self._compiler, self._scope, problems)

        blocks = BlockReader(self._catalog, self._compiler, problems, self._roots, self._scope).read(document, None)
        expander = Expander(self._evaluator, problems, self._groups)
        if not expander.expand(blocks):
            raise Refused(problems.diagnostics)
        referrer = Referrer(self._evaluator)
        reader = FieldReader(self._evaluator, referrer, problems)
        settings = SettingsReader(expander, referrer, Named(self._tree), problems)
        fields: dict[Address, Fields] = {}
        for address, instance in self._instances():
            fields[address] = reader.read(instance)
        every = [*(each for section in blocks.values() for each in section.values()), *self._groups.opened]
        for block in every:
            with problems.inside(block.scope.via):
                self._note_ambiguous(reader, block)
        _spread_secrets(reader, self._tree)
        resources: list[Resource] = []
        for address, instance in self._instances():
            resources.append(self._resource(instance, fields[address], settings))
        resources.sort(key=lambda each: each.address.sort_key)
        resources = of_whole_groups(resources)
        own = read_lifetime(document.lifetime, self._evaluator, self._compiler, self._scope, problems)
        lasting = lifetimes(resources, own, self._catalog)
        resources = with_backstops(resources, lasting, own, self._catalog)
        for _, instance in self._instances():
            reader.check_beside(instance, fields)
        check_cycles(resources, self._tree.instances, problems)
        check_meaning(self._tree, fields, reader, problems, offers)
        files = FileReader(self._evaluator, referrer, self._compiler, expander, problems).read(
            document.files, self._roots
        )
        moved = MoveReader(self._catalog, self._tree, every, problems).read(document.moved)
        outputs = OutputReader(self._evaluator, referrer, self._compiler, problems).read(document.outputs, self._roots)
        return Stack(
            name=document.name,
            resources=tuple(resources),
            outputs=tuple(outputs),
            files=tuple(files),
            moved=moved,
            rails=RailReader(self._catalog, problems).read(document.rails),
            lifetime=own,
            lifetimes=lasting,
            warnings=tuple(sorted(problems.diagnostics, key=lambda each: each.sort_key)),
            foreign=referrer.foreign,
            sources=self._sources.all(),
            inputs=MappingProxyType(
                {
                    name: known.value
                    for name, known in sorted(self._scope.variables.items())
                    if known is not None and not known.secret
                }
            ),
            secrets=frozenset(reader.secrets).union(
                self._groups.secrets,
                self._evaluator.derived,
                *(
                    secrets_in(known.value)
                    for known in self._scope.variables.values()
                    if known is not None and known.secret
                ),
            ),
        )

    def _instances(self) -> Iterator[tuple[Address, Instance]]:
        """All instances; what is noted while one is in hand is said of the file that it stands in."""
        for address, instance in self._tree.instances.items():
            if not instance.block.scope.via:
                yield address, instance
                continue
            with self._problems.inside(instance.block.scope.via):
                yield address, instance

    def _note_ambiguous(self, reader: FieldReader, block: Block) -> None:
        if not block.group:
            reader.note_ambiguous(block)
        for section in block.children.values():
            for child in section.values():
                self._note_ambiguous(reader, child)

    def _resource(self, instance: Instance, fields: Fields, settings: SettingsReader) -> Resource:
        block = instance.block
        always = self._secret_fields.get(block.kind.name)
        if always is None:
            always = frozenset(name for name, field in block.kind.fields.items() if field.secret)
            self._secret_fields[block.kind.name] = always
        own = instance.secret_fields or block.secret_fields
        parent = instance.owner
        return Resource(
            address=instance.address,
            kind=block.kind.name,
            values=MappingProxyType(fields.values),
            place=block.place,
            parent=parent.address if parent is not None else None,
            references=_union([*fields.references, settings.after(instance)]),
            lifecycle=settings.lifecycle(instance),
            timeouts=settings.timeouts(instance),
            rollout=settings.rollout(instance),
            existing=instance.existing,
            secrets=always | instance.secret_fields | block.secret_fields if own else always,
            field_places=MappingProxyType(fields.places),
            managed_sections=frozenset(block.managed_sections),
        )


def _union(sets: list[frozenset[Address]]) -> frozenset[Address]:
    """One set of all; the only one that is not empty is handed on as it is, for a pool's can be large."""
    full = [each for each in sets if each]
    return full[0] if len(full) == 1 else frozenset[Address]().union(*full)


def _spread_secrets(reader: FieldReader, tree: Tree) -> None:
    """A field that reads a secret field is secret itself, and so on, until nothing changes."""
    for instance in tree.instances.values():
        instance.block.secret_fields |= instance.secret_fields
    readers: dict[tuple[int, str], list[tuple[Block, str]]] = {}
    spread: list[tuple[Block, str]] = []
    for own, reads in reader.reads.items():
        for block, attribute in reads:
            readers.setdefault((id(block), attribute), []).append(own)
            if block.hides(attribute):
                spread.append((block, attribute))
    while spread:
        block, name = spread.pop()
        for user, own_name in readers.get((id(block), name), ()):
            if own_name not in user.secret_fields:
                user.secret_fields.add(own_name)
                spread.append((user, own_name))
