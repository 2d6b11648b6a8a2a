"""A stack beside a few hand-made live objects: what `diff` makes of them, read by address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from reconciler.diagnostics import Diagnostic, Refused
from reconciler.engine.diff import Compared, diff
from reconciler.engine.lookups import Lookups
from reconciler.engine.scope import Scope
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.lookups import Answer, Lookup
from reconciler.model.mark import Mark
from reconciler.model.moves import Moves
from reconciler.model.plan import Change, Options
from reconciler.model.resource import Evaluated, Resource, World
from reconciler.values import Address, parse_address
from reconciler.wire import Account

from .build import CATALOG, Ref, resource, stack

PROJECT = "projects.edge"
WEB = "projects.edge.devices.web"
BLOCK = "projects.edge.ip_reservations.vip"
STORAGE = "projects.edge.vlans.storage"
VOLUME = "projects.edge.volumes.data"


def live(address: str, identifier: str = "", /, **values: Any) -> LiveObject:
    """What is there when the same words to `resource` have been applied: `web-1` in `edge-1`."""
    declared = resource(address, **values)
    at, kind = declared.address, CATALOG[declared.kind]
    known = identifier or _id(at)
    return LiveObject(
        kind=kind.name,
        id=known,
        label=at.name,
        values=declared.values,
        attributes={**declared.values, "id": known},
        mark=Mark("shop", address) if kind.marked else None,
        owner_id=_id(at.root) if at.parent is not None else None,
        parent_id=_id(at.parent) if at.parent is not None else None,
        key=kind.natural_key(declared.values),
        automatic=kind.standing,
    )


def _id(address: Address) -> str:
    return f"{str(address).rpartition('.')[2]}-1"


EDGE, EDGE_LIVE = resource(PROJECT), live(PROJECT)


@dataclass(frozen=True)
class Comparison:
    compared: Compared

    def __getitem__(self, address: str) -> Change:
        return next(each for each in self.compared.changes if str(each.address) == address)

    def actions(self) -> dict[str, str]:
        """What happens, by address, the unchanged left out."""
        return {str(each.address): each.action.value for each in self.compared.changes if each.pending}

    def matched(self, address: str) -> str | None:
        """The id of the object that a resource is."""
        found = self[address].live
        return found.id if found is not None else None

    def read(self, address: str, attribute: str) -> Any:
        """What an output sees."""
        return self.compared.world.attribute(parse_address(address), attribute)


def compare(
    *resources: Resource,
    there: Iterable[LiveObject] = (),
    destroy: bool = False,
    force: tuple[str, ...] = (),
    existing: Mapping[str, str] | None = None,
    targets: tuple[str, ...] = (),
    moved: Moves | None = None,
    unread: tuple[str, ...] = (),
    elsewhere: tuple[LiveObject, ...] = (),
    answer: Answer | None = None,
) -> Comparison:
    """`answer` is what the lookup `it` says."""
    wanted = replace(stack(*resources), moved=moved or Moves())
    lookups = {"it": Lookup(lambda asked: (), lambda asked, read: answer)} if answer is not None else {}
    compared = diff(
        wanted.without_resources() if destroy else wanted,
        Snapshot(tuple(there), unread, elsewhere),
        {parse_address(address): identifier for address, identifier in (existing or {}).items()},
        CATALOG,
        Options(destroy=destroy, replace=force),
        Scope(tuple(map(parse_address, targets))),
        Lookups(Account(), lookups),
    )
    return Comparison(compared)


def refused(*resources: Resource, **options: Any) -> list[Diagnostic]:
    """Why nothing is compared."""
    with pytest.raises(Refused) as caught:
        compare(*resources, **options)
    return list(caught.value.diagnostics)


@dataclass(frozen=True)
class _Asking(Ref):
    ask: Callable[[World], Evaluated] = lambda world: Evaluated(None)

    def evaluate(self, world: World) -> Evaluated:
        return self.ask(world)


def asking(declared: Resource, **questions: Callable[[World], Evaluated]) -> Resource:
    """The resource, with fields whose expressions ask for something else than another resource's attribute."""
    asked = {name: _Asking(declared.address, name, ask=each) for name, each in questions.items()}
    return replace(declared, values={**declared.values, **asked})
