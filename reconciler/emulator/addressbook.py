"""Which addresses are taken: a `Space` for each world-wide pool and each reservation, in step with the tables.

The pools are ranges that no network routes, on purpose: a login typed to an emulated machine must not reach
a stranger. Public IPv4 comes from the benchmark range 198.18.0.0/15 (RFC 2544), IPv6 from 2001:db8::/32
(RFC 3849), private IPv4 from 10.0.0.0/8 as in the real service. The facilities' `ip_ranges` in the
catalogue stay the real ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from reconciler.emulator.records import Assignment, Record, Reservation
from reconciler.emulator.space import Space

PUBLIC_IPV4 = "public IPv4"
PRIVATE_IPV4 = "private IPv4"
IPV6 = "IPv6"


def bits_of(family: int) -> int:
    """The length of an address: 32 or 128."""
    return 32 if family == 4 else 128


@dataclass(frozen=True, slots=True)
class Block:
    """An aligned range of addresses."""

    family: int
    network: int
    cidr: int


class AddressBook:
    """Answers "what is free"; hears of reservations and assignments through `observe`, of nothing else."""

    def __init__(self) -> None:
        self._spaces: dict[str, Space] = {}
        self.clear()

    def clear(self) -> None:
        """Forget all; only the empty pools remain."""
        self._spaces = {
            PUBLIC_IPV4: Space(198 << 24 | 18 << 16, 15, 32),
            PRIVATE_IPV4: Space(10 << 24, 8, 32),
            IPV6: Space(0x20010DB8 << 96, 32, 128),
        }

    def in_pool(self, pool: str, family: int, cidr: int, avoid: Collection[int] = ()) -> Block | None:
        """The next free block of a world-wide pool, if possible at none of the networks in `avoid`."""
        network = self._spaces[pool].next_free(cidr, avoid)
        return None if network is None else Block(family, network, cidr)

    def in_reservation(
        self, reservation: Reservation, facility: str, cidr: int, avoid: Collection[int] = ()
    ) -> Block | None:
        """The next free block inside a reservation, for a device in `facility`; `avoid` as above."""
        space = self._space_of(reservation, facility)
        network = space.next_free(cidr, avoid) if cidr >= reservation.cidr else None
        return None if network is None else Block(reservation.family, network, cidr)

    def is_free(self, reservation: Reservation, facility: str, block: Block) -> bool:
        """Whether a block inside a reservation can be given to a device in `facility`."""
        return self._space_of(reservation, facility).is_free(block.network, block.cidr)

    def available(self, reservation: Reservation, cidr: int) -> Iterator[int]:
        """The networks of all free blocks of a size inside a reservation."""
        return self._space_of(reservation, reservation.facility or "").blocks(cidr)

    def observe(self, old: Record | None, new: Record | None) -> None:
        """Follow a change of the tables."""
        if isinstance(old, Assignment) and not (isinstance(new, Assignment) and _same_block(old, new)):
            self._spaces[_space_name(old)].give(old.network, old.cidr)
        if isinstance(new, Assignment) and not (isinstance(old, Assignment) and _same_block(old, new)):
            self._enter_assignment(new)
        if isinstance(old, Reservation) and new is None:
            self._leave_reservation(old)
        if isinstance(new, Reservation) and old is None:
            self._enter_reservation(new)

    def _enter_assignment(self, assignment: Assignment) -> None:
        name = _space_name(assignment)
        if name not in self._spaces:  # a global block is free anew in each facility
            whole = self._spaces[assignment.reservation_id or PUBLIC_IPV4]
            self._spaces[name] = Space(whole.network, whole.cidr, whole.bits)
        self._spaces[name].take(assignment.network, assignment.cidr)

    def _enter_reservation(self, reservation: Reservation) -> None:
        self._spaces[_pool(reservation)].take(reservation.network, reservation.cidr)
        bits = bits_of(reservation.family)
        space = self._spaces[reservation.id] = Space(reservation.network, reservation.cidr, bits)
        if reservation.automatic:  # its first pair holds the gateway (libcloud project_ips: first device at ::2, .130)
            space.take(reservation.network, bits - 1)

    def _leave_reservation(self, reservation: Reservation) -> None:
        del self._spaces[reservation.id]
        if reservation.global_ip:
            for name in [name for name in self._spaces if name.startswith(f"{reservation.id}@")]:
                del self._spaces[name]
        self._spaces[_pool(reservation)].give(reservation.network, reservation.cidr)

    def _space_of(self, reservation: Reservation, facility: str) -> Space:
        name = _inside(reservation, facility)
        return self._spaces.get(name) or self._spaces[reservation.id]


def _pool(reservation: Reservation) -> str:
    if reservation.family == 6:
        return IPV6
    return PUBLIC_IPV4 if reservation.public else PRIVATE_IPV4


def _inside(reservation: Reservation, facility: str) -> str:
    return f"{reservation.id}@{facility}" if reservation.global_ip else reservation.id


def _space_name(assignment: Assignment) -> str:
    """The space an assignment is cut from. A global block can be bound once in each facility: one space each."""
    if assignment.reservation_id is None:
        return PUBLIC_IPV4
    return f"{assignment.reservation_id}@{assignment.facility}" if assignment.global_ip else assignment.reservation_id


def _same_block(one: Assignment, other: Assignment) -> bool:
    return (_space_name(one), one.network, one.cidr) == (_space_name(other), other.network, other.cidr)
