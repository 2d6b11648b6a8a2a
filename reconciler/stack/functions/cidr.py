"""Addresses and blocks of addresses, IPv4 and IPv6, with the standard library's `ipaddress`."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from reconciler.stack.functions.arguments import text_of, whole

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(cidr: Any, function: str) -> Network:
    text = text_of(cidr, f"{function} wants a block such as '10.0.0.0/24'")
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise TypeError(f"`{text[:50]}` is no block such as 10.0.0.0/24") from None


def cidrhost(cidr: Any = None, number: Any = None) -> str:
    """The address with a number in a block; -1 is the last one.

    >>> cidrhost('10.0.0.0/24', 5)
    '10.0.0.5'
    >>> cidrhost('10.0.0.0/24', -2)
    '10.0.0.254'
    """
    network = _network(cidr, "cidrhost")
    wanted = whole(number, "cidrhost wants a block and a number: cidrhost('10.0.0.0/24', 5)")
    if not -network.num_addresses <= wanted < network.num_addresses:
        raise TypeError(f"{network} has {network.num_addresses} addresses, none with number {wanted}")
    return str(network[wanted])


def cidrsubnet(cidr: Any = None, bits: Any = None, number: Any = None) -> str:
    """A part of a block: the one with a number, of those whose prefix is some bits longer.

    >>> cidrsubnet('10.0.0.0/16', 8, 2)
    '10.0.2.0/24'
    >>> cidrsubnet('2604:1380:1:5f00::/56', 8, 255)
    '2604:1380:1:5fff::/64'
    """
    network = _network(cidr, "cidrsubnet")
    longer = whole(bits, "cidrsubnet wants a block, bits and a number: cidrsubnet('10.0.0.0/16', 8, 2)")
    wanted = whole(number, "cidrsubnet wants a block, bits and a number: cidrsubnet('10.0.0.0/16', 8, 2)")
    return _subnet(network, longer, wanted)


def _subnet(network: Network, longer: int, wanted: int) -> str:
    prefix = network.prefixlen + longer
    if not longer >= 0 or prefix > network.max_prefixlen:
        raise TypeError(f"{network} cannot be split by {longer} bits")
    if not 0 <= wanted < 2**longer:
        raise TypeError(f"split by {longer} bits, {network} has {2**longer} parts, none with number {wanted}")
    first = int(network.network_address) + (wanted << (network.max_prefixlen - prefix))
    return f"{network.network_address.__class__(first)}/{prefix}"


def cidrsubnets(cidr: Any = None, *bits: Any) -> list[str]:
    """Parts of a block one after the other, each by how many bits its prefix is longer.

    >>> cidrsubnets('10.0.0.0/16', 8, 8, 4)
    ['10.0.0.0/24', '10.0.1.0/24', '10.0.16.0/20']
    """
    network = _network(cidr, "cidrsubnets")
    found: list[str] = []
    position = 0
    for each in bits:
        longer = whole(each, "cidrsubnets wants a block and bits: cidrsubnets('10.0.0.0/16', 8, 8)")
        if not 0 <= longer <= network.max_prefixlen - network.prefixlen:
            raise TypeError(f"{network} cannot be split by {longer} bits")
        size = 1 << (network.max_prefixlen - network.prefixlen - longer)
        number = -(-position // size)
        position = (number + 1) * size
        if position > network.num_addresses:
            raise TypeError(f"{network} is too small for all of these parts")
        found.append(_subnet(network, longer, number))
    return found


def cidrnetmask(cidr: Any = None) -> str:
    """The netmask of an IPv4 block.

    >>> cidrnetmask('10.0.0.0/22')
    '255.255.252.0'
    """
    network = _network(cidr, "cidrnetmask")
    if network.version != 4:
        raise TypeError(f"{network} is IPv6, which has no netmask; use cidrprefix")
    return str(network.netmask)


def cidrprefix(cidr: Any = None) -> int:
    """The prefix length of a block.

    >>> cidrprefix('10.0.0.0/22')
    22
    """
    return _network(cidr, "cidrprefix").prefixlen


def cidrcontains(cidr: Any = None, inside: Any = None) -> bool:
    """Whether a block holds an address, or the whole of another block.

    >>> cidrcontains('10.0.0.0/8', '10.1.2.3')
    true
    """
    outer, inner = _network(cidr, "cidrcontains"), _network(inside, "cidrcontains")
    return outer.version == inner.version and inner.network_address in outer and inner.broadcast_address in outer


CIDR: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {each.__name__: each for each in (cidrhost, cidrsubnet, cidrsubnets, cidrnetmask, cidrprefix, cidrcontains)}
)
