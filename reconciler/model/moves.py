"""Moved: which address of today an address of yesterday is.

Marks say the address that an object was made under. When it is written elsewhere in the file now, an entry of `moved`
leads from the one to the other, for all that stands below it too. Entries follow each other (a -> b, b -> c), the
innermost first; the offline checks have made sure that none leads back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType

from reconciler.diagnostics import Place
from reconciler.values import Address, parse_address


@dataclass(frozen=True, slots=True)
class Move:
    """One entry. Without an index on both sides it holds for a single resource and for all instances of a block, each
    of which keeps its index; with an index on one side it turns a single resource into that instance, or back.
    """

    old: Address
    new: Address
    place: Place

    def applied(self, address: Address) -> Address | None:
        """Where the entry leads what stands at this very address; None when it does not concern it."""
        if address == self.old:
            return self.new
        block = (address.parent, address.section, address.name, None)
        if address.index is None or block != (self.old.parent, self.old.section, self.old.name, self.old.index):
            return None
        return None if self.new.index is not None else self.new.at_index(address.index)


@dataclass(frozen=True)
class Moves:
    """All entries of a stack."""

    entries: tuple[Move, ...] = ()
    _by_old: MappingProxyType[Address, Move] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_old", MappingProxyType({each.old: each for each in self.entries}))

    def __bool__(self) -> bool:
        return bool(self.entries)

    def step(self, address: Address) -> tuple[Move, Address] | None:
        """The first entry that concerns an address, the innermost one, and where it leads."""
        for here in address.outwards():
            for old in dict.fromkeys((here, here.at_index(None))):
                move = self._by_old.get(old)
                led = move.applied(here) if move is not None else None
                if move is not None and led is not None:
                    return move, _rebased(address, here, led)
        return None

    def now(self, address: Address) -> Address:
        """Where an address has gone."""
        for _ in self.entries:
            led = self.step(address)
            if led is None:
                break
            address = led[1]
        return address

    def now_text(self, text: str) -> str:
        """The same for an address in a mark, which may be anything."""
        try:
            return str(self.now(parse_address(text)))
        except ValueError:
            return text


def _rebased(address: Address, old: Address, new: Address) -> Address:
    """The address with `new` in the place of `old`, which is the address itself or stands above it."""
    if address == old:
        return new
    assert address.parent is not None, "what is above an address is found on the way up"
    return Address(_rebased(address.parent, old, new), address.section, address.name, address.index)
