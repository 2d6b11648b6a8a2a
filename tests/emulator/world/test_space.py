"""The address allocator against a plain set of addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.emulator.space import Space

BITS = 8
TOP = 3
BASE = 0b10100000
"""A /3 of an eight-bit address family: 32 addresses from 160."""


def addresses(network: int, cidr: int) -> set[int]:
    return set(range(network, network + (1 << (BITS - cidr))))


@given(st.lists(st.tuples(st.booleans(), st.integers(TOP, BITS), st.integers(0, 31))))
def test_it_agrees_with_counting_addresses(steps: list[tuple[bool, int, int]]) -> None:
    space, free, taken = Space(BASE, TOP, BITS), addresses(BASE, TOP), list[tuple[int, int]]()
    for give, cidr, pick in steps:
        if give and taken:
            network, cidr = taken.pop(pick % len(taken))
            space.give(network, cidr)
            free |= addresses(network, cidr)
        else:
            network_or_none = space.lowest(cidr)
            fits = [n for n in range(BASE, BASE + 32, 1 << (BITS - cidr)) if addresses(n, cidr) <= free]
            assert (network_or_none is None) is (not fits)
            if network_or_none is not None:
                assert network_or_none in fits
                space.take(network_or_none, cidr)
                taken.append((network_or_none, cidr))
                free -= addresses(network_or_none, cidr)
        for size in range(TOP, BITS + 1):
            expected = [n for n in range(BASE, BASE + 32, 1 << (BITS - size)) if addresses(n, size) <= free]
            assert list(space.blocks(size)) == expected
            assert all(space.is_free(n, size) for n in expected)


def test_what_is_not_free_cannot_be_taken() -> None:
    space = Space(BASE, TOP, BITS)
    space.take(BASE, BITS)
    for network, cidr in [(BASE, BITS), (BASE, TOP), (0, BITS)]:
        with pytest.raises(ValueError, match="is not free"):
            space.take(network, cidr)
