"""An account that is nothing but its lists, the items that stand in them, and what comes of reading it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from reconciler.diagnostics import Diagnostic, Refused
from reconciler.engine.observe import observe
from reconciler.engine.reach import Reach
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.mark import Mark, holding
from reconciler.model.plan import Options
from reconciler.model.resource import Stack
from reconciler.values import Address
from reconciler.wire import Account, Listing, WireError

from .build import CATALOG

Item = dict[str, Any]
Shown = Mapping[str, list[Any] | WireError]
TOP = ["/projects", "/ssh-keys"]
_PLAIN = ("ssh-keys", "virtual-networks", "ips", "bgp-config", "storage", "devices", "bgp/sessions")


class Lists(Account):
    """Shows by path what stands in a list, or how its reading ends; a list that is not named is empty. `asked` are the
    paths in turn.
    """

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self.asked: list[str] = []

    def fetch(self, listing: Listing) -> list[dict[str, Any]]:
        self.asked.append(listing.path)
        found = self._shown.get(listing.path, [])
        if isinstance(found, WireError):
            raise found
        return found


def below(project: str, *more: str) -> list[str]:
    """What is read of a project in which the stack has nothing, and the lists that come after."""
    return [f"/projects/{project}/{each}" for each in (*_PLAIN, *more)]


def ours(address: str, *holds: str) -> Mark:
    return holding(Mark("shop", address), holds)


def item(identifier: str, mark: Mark | None = None, text: str = "", **more: Any) -> Item:
    """An item of any list. Its mark stands wherever a kind may look for one, and so does the text."""
    said = mark.to_text(text) if mark is not None else text
    return {
        "id": identifier,
        "name": text,
        "label": said,
        "description": said,
        "tags": mark.to_tags() if mark is not None else [],
        "customdata": mark.to_customdata({}) if mark is not None else {},
        **more,
    }


def observed(account: Account, wanted: Stack, parallelism: int = 1) -> tuple[Snapshot, Mapping[Address, str]]:
    return observe(account, CATALOG, wanted, parallelism, Reach(wanted, CATALOG, Options()))


def refused(shown: Shown, wanted: Stack) -> tuple[Diagnostic, ...]:
    with pytest.raises(Refused) as caught:
        observed(Lists(shown), wanted)
    return caught.value.diagnostics


def told(objects: Iterable[LiveObject]) -> list[str]:
    """Of each object its kind, its id, and in whose list it stands."""
    return [f"{each.kind} {each.id}" + (f" in {each.owner_id}" if each.owner_id else "") for each in objects]
