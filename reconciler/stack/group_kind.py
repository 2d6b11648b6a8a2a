"""A group as the tree of a stack knows it: a block like a resource's, but no resource.

It has a section of its own wherever projects and what is like them stand, no fields of its own, no object in the API.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Never

from reconciler.model.kind import Catalog, Kind, Wish
from reconciler.model.live import LiveObject
from reconciler.model.spec import Spec
from reconciler.values import GROUPS
from reconciler.wire import Call, Listing


class _NoFields(Spec):
    """A group's inputs are declared by its file."""


class _GroupKind(Kind):
    """Nothing of it is ever listed, read or created: whoever asks for that has taken a group for a resource."""

    name = "group"
    section = GROUPS
    parents = ()
    spec = _NoFields
    listed_under = ()
    summary = "A stack file that is used as a part of another one."

    def listing(self, owner_id: str | None) -> Listing:
        self._refuse()

    def read(self, body: Mapping[str, Any], owner_id: str | None) -> Iterable[LiveObject]:
        self._refuse()

    def create(self, wish: Wish) -> Call:
        self._refuse()

    def _refuse(self) -> Never:
        raise LookupError("a group is no object of the API")


GROUP: Final = _GroupKind()


def within_groups(catalog: Catalog, parent: str) -> dict[str, Kind]:
    """The sections in a resource of kind `parent` ("" = the top of a stack), by key, groups included."""
    sections = catalog.sections(parent)
    return {**sections, GROUPS: GROUP} if catalog.holds_groups(parent) else sections
