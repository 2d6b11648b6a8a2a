"""A stack without an account: what expressions see of resources of which nothing but the declaration is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reconciler.kinds import catalog
from reconciler.model.lookups import Answer
from reconciler.model.resource import Foreign, Resource, Stack, deferred
from reconciler.stack import Asker, Inputs
from reconciler.stack import open_stack as load_and_resolve
from reconciler.values import Address, Unknown


def open_stack(paths: Sequence[Path], inputs: Inputs) -> tuple[Stack, Asker]:
    """Load and resolve a stack that questions are to be asked of. Raises `diagnostics.Refused`."""
    return load_and_resolve(paths, catalog(), inputs)


class DeclaredWorld:
    """Implements `model.resource.World`: declared values are known, all that the API gives is not."""

    def __init__(self, stack: Stack) -> None:
        self._resources: Mapping[Address, Resource] = {each.address: each for each in stack.resources}
        self._known: dict[Address, Mapping[str, Any]] = {}
        self._kinds = catalog()

    def attribute(self, address: Address, name: str) -> Any:
        """See `World.attribute`."""
        known = self._values(address)
        return known[name] if name in known else Unknown(frozenset({address}))

    def foreign(self, _foreign: Foreign, _name: str) -> Any:
        """See `World.foreign`: nobody is asked."""
        return Unknown()

    def look_up(self, _name: str, _arguments: Mapping[str, Any]) -> Answer:
        """See `World.look_up`: nobody is asked."""
        return Answer(Unknown())

    def _values(self, address: Address) -> Mapping[str, Any]:
        if address not in self._known:
            self._known[address] = {}  # while it is worked out: resources that read each other come to no value
            resource = self._resources[address]
            settled = {
                name: value.evaluate(self).value if deferred(value) else value
                for name, value in resource.values.items()
            }
            self._known[address] = self._kinds[resource.kind].foretell(settled)
        return self._known[address]
