"""Demands against what `POST /capacity` says: what to ask, and what the answers come to.

Each answer is a yes or a no for a number in one facility. What has one place has to have room for all that is wanted
there. What may be in several is asked for in steps (1 to 8, 16, 32, ... and all) beyond that: a no bounds how many a
place can have, and only where the bounds together are too few is it refused. What was not answered bounds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.engine.stock.demand import Demand
from reconciler.model.stock import NONE_LEFT, Levels, Order

_EXACT = 8
"""Up to how many machines a place is asked for each number."""


@dataclass(frozen=True)
class Ask:
    """What is to be asked for some demands. `spoken_for` is how many of a plan are wanted in a facility by those that
    can be nowhere else.
    """

    demands: tuple[Demand, ...]
    levels: Levels = field(default_factory=dict)
    spoken_for: Mapping[tuple[frozenset[str], str], int] = field(init=False)

    def __post_init__(self) -> None:
        fixed: dict[tuple[frozenset[str], str], int] = {}
        for each in self.demands:
            if len(each.places) == 1:
                key = (each.names, each.places[0])
                fixed[key] = fixed.get(key, 0) + each.quantity
        object.__setattr__(self, "spoken_for", fixed)

    def orders(self) -> list[Order]:
        """All that has to be asked, each once."""
        found = {
            order
            for each in self.demands
            for place in self.places(each)
            if self._level(each, place) != NONE_LEFT or each.places
            for order in self._orders(each, place).values()
        }
        return sorted(found)

    def places(self, demand: Demand) -> tuple[str, ...]:
        """Where its machines may be. For those that may be anywhere, where the levels list the plan: that may be
        nowhere, and then nothing is known.
        """
        if demand.places:
            return demand.places
        return tuple(sorted(code for code in self.levels if self._level(demand, code) is not None))

    def short(self, answers: Mapping[Order, bool]) -> list[Demand]:
        """The demands that surely cannot be met."""
        return [each for each in self.demands if self._most(each, answers) < each.quantity]

    def _most(self, demand: Demand, answers: Mapping[Order, bool]) -> int:
        """How many of them can be had at most, by the answers."""
        places = self.places(demand)
        if not places:
            return demand.quantity
        bounds = sorted((self._bound(demand, each, answers) for each in places), reverse=True)
        return sum(bounds[: demand.spread])

    def _bound(self, demand: Demand, place: str, answers: Mapping[Order, bool]) -> int:
        if not demand.places and self._level(demand, place) == NONE_LEFT:
            return 0
        refused = [more for more, order in self._orders(demand, place).items() if answers.get(order) is False]
        return min(refused) - 1 if refused else demand.quantity

    def _orders(self, demand: Demand, place: str) -> dict[int, Order]:
        """What to ask of one place, by how many of the demand's own that is."""
        fixed = self.spoken_for.get((demand.names, place), 0)
        if len(demand.places) == 1:
            return {demand.quantity: Order(place, self._plan(demand), fixed)}
        return {more: Order(place, self._plan(demand), fixed + more) for more in _steps(demand.quantity)}

    def _plan(self, demand: Demand) -> str:
        """One name for all that want the plan, so that it is asked for once."""
        return next(each.plan for each in self.demands if each.names == demand.names)

    def _level(self, demand: Demand, place: str) -> str | None:
        levels = [level for name, level in self.levels.get(place, {}).items() if name in demand.names]
        return levels[0] if levels else None


def _steps(quantity: int) -> Sequence[int]:
    few = range(1, min(quantity, _EXACT) + 1)
    powers = [1 << power for power in range(quantity.bit_length()) if _EXACT < 1 << power < quantity]
    return [*few, *powers, *([quantity] if quantity > _EXACT else [])]
