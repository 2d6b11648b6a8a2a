"""A buddy allocator: which aligned blocks of an address range are free, without ever scanning the range.

Free space is kept as maximal aligned blocks by prefix length. Taking splits one, giving back joins two
halves, and asking for the lowest free block of a size looks at one heap per prefix length: all of it O(bits
of the address family).
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator


class Space:
    """The free blocks inside one block, for one address family (`bits` is 32 or 128)."""

    def __init__(self, network: int, cidr: int, bits: int) -> None:
        self.network, self.cidr, self.bits = network, cidr, bits
        self._free: list[set[int]] = [set() for _ in range(bits + 1)]
        self._heaps: list[list[int]] = [[] for _ in range(bits + 1)]
        self._add(network, cidr)

    def lowest(self, cidr: int) -> int | None:
        """The network of the free block of this size to use next (tightest fit first), or None. Takes nothing."""
        for prefix in range(cidr, self.cidr - 1, -1):
            if self._free[prefix]:
                return self._top(prefix)
        return None

    def next_free(self, cidr: int, avoid: Collection[int]) -> int | None:
        """The same, but a network that is in `avoid` only when there is no other."""
        lowest = self.lowest(cidr)
        if lowest not in avoid:
            return lowest
        return next((network for network in self.blocks(cidr) if network not in avoid), lowest)

    def is_free(self, network: int, cidr: int) -> bool:
        """Whether the whole of this block is free."""
        return cidr >= self.cidr and self._enclosing(network, cidr) is not None

    def take(self, network: int, cidr: int) -> None:
        """Take a block out. Raises `ValueError` unless all of it is free."""
        prefix = self._enclosing(network, cidr)
        if prefix is None:
            raise ValueError(f"block {network:#x}/{cidr} is not free")
        self._free[prefix].remove(self._align(network, prefix))
        for smaller in range(prefix + 1, cidr + 1):  # keep the halves that the block is not in
            half = self._align(network, smaller)
            self._add(half ^ (1 << (self.bits - smaller)), smaller)

    def give(self, network: int, cidr: int) -> None:
        """Give a taken block back, joining it with its free neighbour as far as that goes."""
        while cidr > self.cidr:
            buddy = network ^ (1 << (self.bits - cidr))
            if buddy not in self._free[cidr]:
                break
            self._free[cidr].remove(buddy)
            cidr -= 1
            network = self._align(network, cidr)
        self._add(network, cidr)

    def blocks(self, cidr: int) -> Iterator[int]:
        """The networks of all free aligned blocks of a size, lowest first."""
        step = 1 << (self.bits - cidr)
        free = sorted((base, prefix) for prefix in range(self.cidr, cidr + 1) for base in self._free[prefix])
        for base, prefix in free:
            for index in range(1 << (cidr - prefix)):
                yield base + index * step

    def _add(self, network: int, cidr: int) -> None:
        self._free[cidr].add(network)
        heapq.heappush(self._heaps[cidr], network)

    def _top(self, prefix: int) -> int:
        heap, free = self._heaps[prefix], self._free[prefix]
        while heap[0] not in free:  # left behind when that block was split or joined
            heapq.heappop(heap)
        return heap[0]

    def _align(self, network: int, cidr: int) -> int:
        shift = self.bits - cidr
        return network >> shift << shift

    def _enclosing(self, network: int, cidr: int) -> int | None:
        """The prefix length of the free block that this one lies in."""
        for prefix in range(cidr, self.cidr - 1, -1):
            if self._align(network, prefix) in self._free[prefix]:
                return prefix
        return None
