"""What has a block in a stack like a resource's, and is no resource: groups, and generated files.

A group has a section of its own wherever projects and what is like them stand. Neither has fields of its own, nor an
object in the API.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Never

from reconciler.model.catalog import Catalog
from reconciler.model.kind import Kind, Wish
from reconciler.model.live import LiveObject
from reconciler.model.spec import Spec
from reconciler.values import GROUPS
from reconciler.wire import Call, Listing


class _NoFields(Spec):
    """A group's inputs are declared by its file, and a generated file is no object."""


class _Pseudo(Kind):
    """Nothing of it is ever listed, read or created: whoever asks for that has taken it for a resource."""

    parents = ()
    listed_under = ()

    def listing(self, owner_id: str | None) -> Listing:
        self._refuse()

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        self._refuse()

    def create(self, wish: Wish) -> Call:
        self._refuse()

    def _refuse(self) -> Never:
        raise LookupError(f"a {self.name} is no object of the API")


class _GroupKind(_Pseudo):
    name = "group"
    section = GROUPS
    spec = _NoFields
    summary = "A stack file that is used as a part of another one."


class _FileKind(_Pseudo):
    name = "file"
    section = "files"
    spec = _NoFields
    summary = "A file that is written after an apply."


FILE: Final = _FileKind()
GROUP: Final = _GroupKind()


def within_groups(catalog: Catalog, parent: str) -> dict[str, Kind]:
    """The sections in a resource of kind `parent` ("" = the top of a stack), by key, groups included."""
    sections = catalog.sections(parent)
    return {**sections, GROUPS: GROUP} if catalog.holds_groups(parent) else sections
