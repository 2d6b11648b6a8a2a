"""What resources mean together and against what can be ordered: the checks that need no API.

Each combination is judged once, however many machines ask for it: most stacks have many machines of few sorts.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.diagnostics import did_you_mean
from reconciler.model.kind import FieldError, Kind
from reconciler.model.offers import Offers
from reconciler.model.rules import Listed, listed_values
from reconciler.stack.fields import FieldReader, Fields, settled
from reconciler.stack.problems import Problems
from reconciler.stack.tree import Instance, Tree
from reconciler.stack.yaml_scalars import PLAIN_TYPES
from reconciler.values import Address


def check_meaning(
    tree: Tree,
    fields: Mapping[Address, Fields],
    reader: FieldReader,
    problems: Problems,
    offers: Offers | None,
) -> None:
    """Note all that is wrong; without `offers` nothing of what can be ordered."""
    together: dict[tuple[Address | None, str], list[Instance]] = {}
    judge = _Judge(offers, reader) if offers is not None else None
    for address, instance in tree.instances.items():
        own = fields[address]
        if instance.existing is not None or own.broken:
            continue
        kind = instance.kind
        found: list[FieldError] = []
        if type(kind).doubts is not Kind.doubts:
            found += kind.doubts(settled(own))
        if type(kind).check_together is not Kind.check_together:
            parent = instance.owner.address if instance.owner is not None else None
            together.setdefault((parent, kind.name), []).append(instance)
        if judge is not None:
            around = fields.get(instance.owner.address) if instance.owner is not None else None
            found += judge.errors(instance, own, around)
        if found:
            with problems.inside(instance.block.scope.via):
                reader.refuse(instance, own, found)
    for several in together.values():
        values = [settled(fields[each.address]) for each in several]
        for at, problem in several[0].kind.check_together(values):
            with problems.inside(several[at].block.scope.via):
                reader.refuse(several[at], fields[several[at].address], [problem])


@dataclass
class _Judge:
    """What is wrong with each combination that was asked about."""

    offers: Offers
    reader: FieldReader
    known: dict[Hashable, list[FieldError]] = field(default_factory=dict)
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    offered: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def errors(self, instance: Instance, own: Fields, around: Fields | None) -> list[FieldError]:
        kind, owner = instance.kind, instance.owner
        names = self._names(kind)
        if not names:
            return []
        above = self._above(owner.kind) if owner is not None and around is not None else ()
        if not self._alike(instance, names, above):
            return self._judged(kind, _shown(names, own), _shown(above, around))
        key = (id(instance.block), owner is not None and owner.existing is not None)
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._judged(kind, _shown(names, own), _shown(above, around))
        return found

    def _alike(self, instance: Instance, names: Collection[str], above: Collection[str]) -> bool:
        """Whether all instances of the block ask for the same, so that one answer is that of all."""
        alike = self.reader.alike(instance.block, names)
        return alike and (not above or instance.owner is None or self.reader.alike(instance.owner.block, above))

    def _names(self, kind: Kind) -> tuple[str, ...]:
        if kind.name not in self.names:
            listed = {name for name, each in kind.fields.items() if each.listed is not None or each.listed_inside}
            self.names[kind.name] = tuple(sorted(kind.offered | listed))
        return self.names[kind.name]

    def _above(self, parent: Kind) -> tuple[str, ...]:
        """The fields of the resource around that decide what can be had."""
        if parent.name not in self.offered:
            self.offered[parent.name] = tuple(sorted(parent.offered))
        return self.offered[parent.name]

    def _judged(self, kind: Kind, asked: Mapping[str, Any], beside: Mapping[str, Any]) -> list[FieldError]:
        key = (kind.name, _hashable(asked), _hashable(beside))
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._worked_out(kind, asked, beside)
        return found

    def _worked_out(self, kind: Kind, asked: Mapping[str, Any], beside: Mapping[str, Any]) -> list[FieldError]:
        found = [
            problem
            for name, value in asked.items()
            for path, each, listed in listed_values(kind.fields[name], value)
            for problem in self._unlisted(path, each, listed)
        ]
        return [*found, *kind.check_offers(self.offers, asked, beside)]

    def _unlisted(self, path: tuple[str, ...], value: Any, listed: Listed) -> Iterable[FieldError]:
        names = self.offers.catalogues[listed.catalogue]
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str) and each not in names and each not in listed.besides and each.count("-") != 4:
                hint = did_you_mean(each, names) or "a server may have more than the shipped catalogue lists"
                message = f"the catalogue has no {listed.catalogue} {each!r}"
                yield FieldError(path, message, hint, "not-in-catalogue", warns=True)


def _shown(names: Iterable[str], fields: Fields | None) -> Mapping[str, Any]:
    given = settled(fields) if fields is not None else {}
    return {name: given[name] for name in names if name in given}


def _hashable(value: Any) -> Hashable:
    if type(value) is str:
        return value
    if type(value) in PLAIN_TYPES:
        return type(value), value  # else 1, 1.0 and true are one key
    if isinstance(value, Mapping):
        return tuple((name, _hashable(each)) for name, each in value.items())
    if isinstance(value, list):
        return tuple(map(_hashable, value))
    return value if isinstance(value, Hashable) else repr(value)
