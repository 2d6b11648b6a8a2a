"""What is there: live objects as the API shows them, and the snapshot that they make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from reconciler.model.mark import Mark
from reconciler.values import digest


class Phase(StrEnum):
    """Where an object is in its life, as far as the engine cares."""

    READY = "ready"
    WORKING = "working"  # being made, changed or provisioned
    LEAVING = "leaving"  # being deleted: it does not count as existing any more
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Status:
    """`phase`, the API's own word for it, and how far a provisioning is (0-100, None when the API does not say).
    `unsure` is an end that may only seem so, since what it is read from can lag: it counts when it stays.
    """

    phase: Phase = Phase.READY
    word: str = ""
    percentage: float | None = None
    message: str = ""
    unsure: bool = False

    @property
    def told(self) -> str:
        """One line for a person about an object that did not become what it was to be."""
        return f"its state became {self.word}" + (f": {self.message}" if self.message else "")


READY = Status()


_NO_LIMITS: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class LiveObject:
    """One object of the account.

    `values` are in the spec's terms; a field that the answer left out is absent, which means unknown, not unset.
    `attributes` are what expressions may read. `owner_id` is the object whose collection lists this one,
    `parent_id` the object that encloses it in the stack's terms (a session's device), `key` its natural key there.
    `automatic` objects were made by the platform itself (a project's private block): neither ours nor strangers.
    """

    kind: str
    id: str
    label: str
    values: Mapping[str, Any]
    attributes: Mapping[str, Any]
    mark: Mark | None = None
    owner_id: str | None = None
    parent_id: str | None = None
    key: str = ""
    status: Status = READY
    locked: bool = False
    automatic: bool = False
    created_at: str = ""
    foreign_tags: tuple[str, ...] = ()
    """Tags that somebody else put on the object; every update of ours sends them back."""
    holds: frozenset[str] = frozenset()
    """Ids of the objects that cannot be deleted while this one holds them (the VLANs of a port)."""
    held_by: frozenset[str] = frozenset()
    """Ids of the objects that its own item shows as holding it (the machines with a port in a VLAN)."""
    ends_at: str = ""
    """When the platform takes it away by itself (RFC 3339); empty when it stays."""
    none_inside: frozenset[str] = frozenset()
    """Lists of links to other objects that its item shows, and shows empty (a project's `volumes`)."""
    limits: Mapping[str, int] = field(default_factory=lambda: _NO_LIMITS)
    """How many machines it may have in it, by the names of their plan, where it says so."""
    moved_from: str = ""
    """The address in its mark, where the stack says that this is another one now: `mark` says the new one."""
    mark_missing: str = ""
    """The field that would hold a mark, when the answer left it out: it may be ours, and nobody can tell."""

    @property
    def present(self) -> bool:
        return self.status.phase is not Phase.LEAVING

    def owned_by(self, stack: str) -> bool:
        """Whether it carries the mark of this stack."""
        return self.mark is not None and self.mark.owned_by(stack)

    @property
    def facts(self) -> str:
        """A digest of everything that a plan about this object rests on."""
        mark = [self.mark.stack, self.mark.address, dict(self.mark.memo)] if self.mark else None
        moved = [self.moved_from] if self.moved_from else []
        return digest(
            [self.kind, self.id, self.parent_id, mark, dict(self.values), self.locked, sorted(self.holds), *moved], 16
        )


@dataclass(frozen=True)
class Snapshot:
    """Everything that was observed. Built once; every lookup is by dictionary.

    `unread` are the paths of collections that the token may not read, and that the stack does not need. `elsewhere`
    are objects that were read because they may be those of other stacks that expressions name; no lookup finds them.
    """

    objects: tuple[LiveObject, ...]
    unread: tuple[str, ...] = ()
    elsewhere: tuple[LiveObject, ...] = ()
    _by_id: Mapping[tuple[str, str], LiveObject] = field(init=False, repr=False, compare=False)
    _by_mark: Mapping[tuple[str, str, str], tuple[LiveObject, ...]] = field(init=False, repr=False, compare=False)
    _by_key: Mapping[tuple[str, str | None, str], LiveObject] = field(init=False, repr=False, compare=False)
    _by_kind: Mapping[str, tuple[LiveObject, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_id: dict[tuple[str, str], LiveObject] = {}
        by_mark: dict[tuple[str, str, str], list[LiveObject]] = {}
        by_key: dict[tuple[str, str | None, str], LiveObject] = {}
        by_kind: dict[str, list[LiveObject]] = {}
        for each in self.objects:
            by_id[each.kind, each.id] = each
            by_kind.setdefault(each.kind, []).append(each)
            if each.mark is not None and each.present:
                by_mark.setdefault((each.kind, each.mark.stack, each.mark.address), []).append(each)
            if each.key and each.present:
                place = (each.kind, each.parent_id, each.key)
                by_key[place] = min(by_key.get(place, each), each, key=_age)
        oldest_first = {key: tuple(sorted(found, key=_age)) for key, found in by_mark.items()}
        object.__setattr__(self, "_by_id", MappingProxyType(by_id))
        object.__setattr__(self, "_by_mark", MappingProxyType(oldest_first))
        object.__setattr__(self, "_by_key", MappingProxyType(by_key))
        object.__setattr__(self, "_by_kind", MappingProxyType({kind: tuple(found) for kind, found in by_kind.items()}))

    def __iter__(self) -> Iterator[LiveObject]:
        return iter(self.objects)

    def get(self, kind: str, identifier: str) -> LiveObject | None:
        return self._by_id.get((kind, identifier))

    def marked(self, kind: str, stack: str, address: str) -> tuple[LiveObject, ...]:
        """Objects that carry this mark and are not being deleted, the oldest first; more than one are duplicates."""
        return self._by_mark.get((kind, stack, address), ())

    def keyed(self, kind: str, parent_id: str | None, key: str) -> LiveObject | None:
        return self._by_key.get((kind, parent_id, key))

    def of_kind(self, kind: str) -> tuple[LiveObject, ...]:
        return self._by_kind.get(kind, ())

    def plus(self, objects: Iterable[LiveObject]) -> Snapshot:
        return Snapshot((*self.objects, *objects), self.unread, self.elsewhere)


def _age(each: LiveObject) -> tuple[str, str]:
    return (each.created_at, each.id)
