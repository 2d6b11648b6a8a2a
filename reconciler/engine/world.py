"""What expressions see: the attributes of other resources, as planned or as they have become.

The same class serves the planner and the executor; the executor adds live objects as its steps end, and values that
were unknown become known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.diagnostics import Diagnostic, Refused, error
from reconciler.engine.elsewhere import Elsewhere
from reconciler.engine.lookups import Lookups
from reconciler.model.kind import FieldError, Kind
from reconciler.model.live import LiveObject, Phase
from reconciler.model.lookups import Answer
from reconciler.model.resource import Evaluated, Foreign, Resource, deferred
from reconciler.model.rules import Replace
from reconciler.values import Address, Unknown


@dataclass(frozen=True, slots=True)
class Standing:
    """How a resource stands: its settled values, and the live object that will stay (None before it is created).
    `changed` are the names that will not be as the live object shows them.
    """

    kind: Kind
    values: Mapping[str, Any]
    live: LiveObject | None = None
    changed: frozenset[str] = frozenset()


class PlannedWorld:
    """Implements `model.resource.World`. Filled in dependency order by whoever walks the resources."""

    def __init__(self, lookups: Lookups, elsewhere: Elsewhere) -> None:
        self._lookups = lookups
        self._elsewhere = elsewhere
        self._standing: dict[Address, Standing] = {}

    def place(self, address: Address, standing: Standing) -> None:
        self._standing[address] = standing

    def became(self, address: Address, live: LiveObject) -> None:
        """A step ended: the resource is now this object."""
        self._standing[address] = replace(self._standing[address], live=live, changed=frozenset())

    def unsettle(self, address: Address, names: frozenset[str]) -> None:
        """Something is going to change these attributes of a resource: nobody knows yet to what."""
        standing = self._standing[address]
        self._standing[address] = replace(standing, changed=standing.changed | names)

    def live(self, address: Address) -> LiveObject | None:
        standing = self._standing.get(address)
        return standing.live if standing is not None else None

    def lives(self) -> tuple[LiveObject, ...]:
        """All objects that stand, those that this run has made among them."""
        return tuple(each.live for each in list(self._standing.values()) if each.live is not None)

    def values(self, address: Address) -> Mapping[str, Any]:
        """What is declared of a resource, as far as it is known; nothing for an object that nobody declares."""
        standing = self._standing.get(address)
        values = standing.values if standing is not None else {}
        return {name: value for name, value in values.items() if not isinstance(value, Unknown)}

    def look_up(self, name: str, arguments: Mapping[str, Any]) -> Answer:
        """See `World.look_up`."""
        return self._lookups.look_up(name, arguments)

    def foreign(self, foreign: Foreign, name: str) -> Any:
        """See `World.foreign`. What other stacks own does not change while this one is applied."""
        return self._elsewhere.attribute(foreign, name)

    def attribute(self, address: Address, name: str) -> Any:
        """See `World.attribute`. A live object that is still being made has no certain addresses yet."""
        standing = self._standing.get(address)
        if standing is None:
            return Unknown(frozenset({address}))
        live, values = standing.live, standing.values
        if live is None:
            certain = standing.kind.foretell(values)
            return certain[name] if name in certain else Unknown(frozenset({address}))
        if name in standing.changed:
            return values[name] if name in values else Unknown(frozenset({address}))
        value = live.attributes.get(name, values.get(name))
        if value is None and live.status.phase is Phase.WORKING and name not in values:
            return Unknown(frozenset({address}))
        return value


@dataclass(frozen=True, slots=True)
class Settled:
    """A resource's values in a world: `values` holds `Unknown` for the fields named in `unknown`."""

    values: Mapping[str, Any]
    unknown: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()
    looked_up: Mapping[str, Evaluated] = field(default_factory=dict)
    """By field, what came of lookups, which an object that exists need not follow."""

    def beside(self, kind: Kind, live: LiveObject) -> Settled:
        """The values for an object that exists: as it has them, where that does as well as what lookups gave. What they
        gave for a moment only (a price) is not followed in what cannot be changed in place.
        """
        kept = {}
        for name, each in self.looked_up.items():
            there = live.values.get(name)
            if there is None:
                continue
            if each.momentary and isinstance(kind.fields[name].rule, Replace):
                kept[name] = there
            elif each.accepted:
                kept[name] = _beside(self.values[name], there, each.accepted)
        return replace(self, values={**self.values, **kept}) if kept else self


def settle(resource: Resource, kind: Kind, world: PlannedWorld) -> Settled:
    """Evaluate what is deferred and check the result. Raises `Refused` with every value that does not fit."""
    waiting = [name for name, value in resource.values.items() if deferred(value)]
    if not waiting:
        return Settled(resource.values, secrets=resource.secrets)
    values = {name: value for name, value in resource.values.items() if name not in waiting}
    unknown: dict[str, Unknown] = {}
    looked_up: dict[str, Evaluated] = {}
    secrets = set(resource.secrets)
    for name in waiting:
        evaluated = resource.values[name].evaluate(world)
        if evaluated.secret:
            secrets.add(name)
        if isinstance(evaluated.value, Unknown):
            unknown[name] = evaluated.value
        else:
            values[name] = evaluated.value
            if evaluated.accepted or evaluated.momentary:
                looked_up[name] = evaluated
    checked = kind.check(values, frozenset(unknown))
    if isinstance(checked, list):
        raise Refused([field_problem(resource, each) for each in checked])
    settled = Settled({**checked, **unknown}, frozenset(unknown), frozenset(secrets), looked_up)
    live = world.live(resource.address) if looked_up else None
    return settled.beside(kind, live) if live is not None else settled


def _beside(wanted: Any, there: Any, accepted: Sequence[tuple[Any, frozenset[str]]]) -> Any:
    if isinstance(there, str) and any(wanted == value and there in texts for value, texts in accepted):
        return there
    if isinstance(wanted, Mapping) and isinstance(there, Mapping):
        return {name: _beside(each, there.get(name), accepted) for name, each in wanted.items()}
    return wanted


def field_problem(resource: Resource, found: FieldError) -> Diagnostic:
    """A value that does not fit, at the YAML line that set it."""
    name = str(found.path[0]) if found.path else ""
    where = ".".join(str(each) for each in found.path)
    summary = f"{where}: {found.message}" if where else found.message
    return error(found.code, summary, address=str(resource.address), place=resource.place_of(name), hint=found.hint)
